"""Returns by receipt: whole, in parts, never more than was bought."""

from dataclasses import replace

import pytest

from pos_app.domain.identification import Identifier, LabelRules
from pos_app.domain.identification.label_rules import CardRange
from pos_app.gear.gs1 import BiipGs1Reader
from pos_app.gear.phones import WorldPhoneBook
from tests.sync.mirror.feeds import gone
from tests.workstation.test_till_selling import label
from tests.workstation.tills import (
    APPLES_PLU,
    BREAD,
    CARDS,
    CHEESE,
    MARIA,
    MILK,
    NOON,
    SWEETS,
    member_id,
    notices,
    ok,
    paper,
    refusal,
)


def test_a_whole_receipt_comes_back_with_its_points_and_tenders(senior):
    senior.grant("anna", 300)
    senior.scan(CHEESE, MILK, CARDS["anna"])
    ok(senior.till.redeem("max"))
    ok(senior.till.tender("card", 500_00))
    ok(senior.till.pay("cash", 1000_00))
    sold = senior.documents()[0]
    cash_before = senior.memory.journal.session().cash_minor
    assert notices(senior.till.return_sale("K1R:A000001", reason="defect")) == ["return_open"]
    sale = senior.sale
    assert (sale.kind, sale.total_minor) == ("return", sold.totals.due_minor)
    assert sale.points_redeemed == 300
    assert senior.view.demand is None
    assert (sale.change_due_minor, sale.round_notes_minor) == (0, ())
    answer = ok(senior.till.pay("cash"))
    back = senior.memory.journal.document(answer.data["receipt_number"])
    assert back.original_id == sold.transaction_id
    assert {t.kind.value: t.amount_minor for t in back.tenders} == {
        "cash": -(sold.totals.due_minor - 500_00),
        "card": -500_00,
    }
    assert sum(e.points for e in back.entries) == 300 - sold.totals.points_earned
    session = senior.memory.journal.session()
    assert session.cash_minor == cash_before - (sold.totals.due_minor - 500_00)
    assert (session.totals.returns, session.totals.returns_minor) == (1, sold.totals.due_minor)
    assert refusal(senior.till.return_sale("A000001")) == "all_returned"
    assert refusal(senior.till.return_sale("A000002")) == "is_a_return"
    assert senior.audit("return")[0].reason == "defect"
    text = paper(senior.devices.jobs[-1])
    voice = senior.till.station.gear.voice("ru")
    for key in ("points_taken_back", "points_given_back"):
        assert voice.text(f"receipt.{key}") in text
    senior.scan(CARDS["anna"])
    assert senior.view.member.points == 1250


def test_a_receipt_comes_back_in_parts_and_never_more(senior):
    senior.scan(SWEETS, SWEETS, SWEETS, label("21", APPLES_PLU, 342))
    ok(senior.till.pay("cash"))
    lines = senior.documents()[0].lines
    total = senior.documents()[0].totals.due_minor
    refunded = 0
    for wanted in ([(1, "1")], [(1, "1"), (2, "0.100")], [(1, "1")], [(2, "0.242")]):
        ok(senior.till.return_sale("A000001", wanted))
        refunded += senior.sale.total_minor
        ok(senior.till.complete())
    assert refunded == total
    assert len(lines) == 2
    assert refusal(senior.till.return_sale("A000001", [(1, "1")])) == "too_many_back"
    assert refusal(senior.till.return_sale("A000001", None)) == "all_returned"


def test_what_may_come_back_is_shown_first(senior):
    senior.scan(SWEETS, SWEETS, SWEETS, MILK)
    ok(senior.till.pay("card"))
    ok(senior.till.return_sale("A000001", [(1, "2")]))
    ok(senior.till.complete())
    shown = senior.scan("K1R:A000001").data["receipt"]
    assert [(x.name, x.quantity.value) for x in shown.lines] == [
        ("Конфеты «Мишка»", 1),
        ("Молоко 1 л", 1),
    ]
    assert shown.phase == "completed"
    ok(senior.till.return_sale("A000001", [(1, "1")]))
    ok(senior.till.complete())
    shown = senior.till.find_receipt("A000001").data["receipt"]
    assert [x.quantity.value for x in shown.lines] == [0, 1], "what is back is told as nothing"
    assert shown.lines[0].amount_minor == 0
    ok(senior.till.return_sale("A000001"))
    assert senior.sale.total_minor == shown.lines[1].amount_minor
    ok(senior.till.complete())
    assert refusal(senior.till.find_receipt("A000404")) == "unknown_receipt"


def test_a_receipt_that_is_wholly_back_is_shown_and_explained_and_says_when_it_came(senior):
    senior.sold(MILK, CHEESE)
    ok(senior.till.return_sale("A000001"))
    ok(senior.till.complete())
    for answer in (senior.till.find_receipt("A000001"), senior.scan("K1R:A000001")):
        assert notices(answer) == ["all_returned"]
        assert answer.notices[0].text.args["on"] == NOON.date()
        shown = answer.data["receipt"]
        assert [(x.quantity.value, x.amount_minor) for x in shown.lines] == [(0, 0), (0, 0)]
    answer = ok(senior.till.explain("A000001"))
    assert answer.data["receipt_number"] == "A000001"
    assert [row for row in answer.data["trace"] if row.rule_id]
    assert refusal(senior.till.return_sale("A000001")) == "all_returned"


def test_what_lines_bring_in_money_and_points_is_told_before_anything_is_opened(senior):
    senior.grant("anna", 300)
    senior.scan(CHEESE, MILK, CARDS["anna"])
    ok(senior.till.redeem(100))
    ok(senior.till.pay("cash"))
    sold = senior.documents()[0]
    whole = [(1, "1"), (2, "1")]
    back = ok(senior.till.return_sums("K1R:A000001", whole)).data["back"]
    totals = sold.totals
    assert (back.out_minor, back.points_back, back.points_taken) == (
        totals.due_minor, 100, totals.points_earned,
    )  # fmt: skip
    assert senior.sale is None
    shown = senior.till.find_receipt("A000001").data["receipt"]
    assert sum(x.amount_minor for x in shown.lines) == totals.payable_minor, "after points"
    assert (shown.returning.name, shown.returning.of_member) == ("Anna", True)
    assert refusal(senior.till.return_sums("A000001", [(9, "1")])) == "no_line"
    assert refusal(senior.till.return_sums("A000404", [])) == "unknown_receipt"


def test_a_part_of_a_point_is_told_and_comes_back_with_the_rest_of_the_receipt(senior):
    senior.grant("anna", 300)
    senior.scan(CHEESE, MILK, CARDS["anna"])
    ok(senior.till.redeem(100))
    ok(senior.till.pay("cash"))
    milk = senior.documents()[0].lines[1]
    assert (milk.net_minor, milk.points_minor) == (89_90, 8_25), "100.00 over 1089.90"
    ok(senior.till.return_sale("A000001", [(2, "1")]))
    shown = senior.sale.returning
    assert (shown.points_back, shown.fraction_minor) == (8, 25)
    assert senior.sale.total_minor == 89_90 - 8_25
    ok(senior.till.complete())
    ok(senior.till.return_sale("A000001"))
    shown = senior.sale.returning
    assert (shown.points_back, shown.fraction_minor) == (92, 0), "91.75 and the 0.25 of before"


def test_an_open_return_says_whose_receipt_it_is_and_which_points_move(senior):
    senior.grant("anna", 300)
    senior.scan(CHEESE, MILK, CARDS["anna"])
    ok(senior.till.redeem(100))
    ok(senior.till.pay("cash"))
    earned = senior.documents()[0].totals.points_earned
    ok(senior.till.return_sale("A000001"))
    shown = senior.sale.returning
    assert (shown.receipt, shown.name, shown.bare) == ("A000001", "Anna", False)
    assert (shown.points_back, shown.points_taken) == (100, earned)
    ok(senior.till.complete())
    assert senior.sale is None
    number = senior.sold(MILK).receipt_number
    ok(senior.till.return_sale(number))
    shown = senior.sale.returning
    assert (shown.name, shown.of_member, shown.points_taken) == ("", False, 0)


def test_a_member_whom_this_till_does_not_know_any_more_is_somebody_all_the_same(senior):
    senior.scan(CHEESE, CARDS["anna"])
    ok(senior.till.pay("cash"))
    senior.mirrors(gone("store:s1", 3000, "member", member_id("anna")))
    ok(senior.till.return_sale("A000001"))
    assert (senior.sale.returning.name, senior.sale.returning.of_member) == ("", True)


def test_a_return_that_cannot_be_is_refused(senior):
    senior.sold(MILK, BREAD)
    till = senior.till
    assert refusal(till.return_sale("A000404")) == "unknown_receipt"
    assert refusal(till.return_sale("A000001", [])) == "nothing_chosen"
    assert refusal(till.return_sale("A000001", [(9, "1")])) == "no_line"
    assert refusal(till.return_sale("A000001", [(1, "x")])) == "bad_quantity"
    assert refusal(till.return_sale("A000001", [(1, "0")])) == "too_many_back"
    assert refusal(till.return_sale("A000001", [(1, "2")])) == "too_many_back"


def test_a_sale_that_is_open_is_put_aside_for_a_return_and_taken_up_afterwards(senior):
    senior.sold(MILK)
    senior.scan(BREAD, CHEESE)
    before = senior.sale.total_minor
    answer = senior.till.return_sale("A000001")
    assert notices(answer) == ["aside_for_return", "return_open"]
    assert senior.sale.kind == "return"
    ok(senior.till.complete())
    (waiting,) = senior.view.suspended
    ok(senior.till.resume(waiting.id))
    assert (senior.sale.kind, senior.sale.total_minor) == ("sale", before)


def test_a_return_that_is_refused_puts_nothing_aside(shop):
    shop.sold(MILK)
    shop.scan(BREAD)
    assert refusal(shop.till.return_sale("A000404", override=MARIA)) == "unknown_receipt"
    assert refusal(shop.till.return_sale("A000001")) == "needs_override"
    assert (len(shop.sale.lines), shop.view.suspended) == (1, ())


def test_what_has_taken_money_or_goods_back_is_not_put_aside(senior):
    senior.sold(MILK, MILK)
    senior.scan(BREAD)
    ok(senior.till.tender("cash", 1_00))
    assert refusal(senior.till.return_sale("A000001")) == "finish_first"
    ok(senior.till.void_tender(0))
    ok(senior.till.exchange("A000001", [(1, "1")], "defect"))
    assert refusal(senior.till.return_sale("A000001")) == "exchange_first"
    ok(senior.till.void_transaction("mistake", MARIA))
    ok(senior.till.return_sale("A000001", [(1, "1")]))
    assert refusal(senior.till.return_sale("A000001")) == "return_first"


def test_the_same_line_twice_in_one_return_is_one_line(senior):
    senior.sold(MILK, MILK)
    answer = senior.till.return_sale("A000001", [(1, "1"), (1, "2")])
    assert refusal(answer) == "too_many_back"
    assert senior.sale is None
    ok(senior.till.return_sale("A000001", [(1, "1"), (1, "1")]))
    assert [x.quantity.value for x in senior.sale.lines] == [2]


def test_returning_needs_the_right_or_an_override(shop):
    shop.sold(MILK)
    assert refusal(shop.till.return_sale("A000001")) == "needs_override"
    ok(shop.till.return_sale("A000001", None, "defect", ("petr", "2222")))
    assert shop.audit("return")[0].override_by == "petr"


def test_an_open_return_is_closed_to_everything_else(senior):
    senior.scan(MILK, CARDS["anna"])
    ok(senior.till.pay("cash"))
    ok(senior.till.return_sale("A000001"))
    till = senior.till
    for answer in (
        senior.scan(BREAD),
        senior.scan(CARDS["anna"]),
        till.remove_member(),
        till.set_quantity(1, "1"),
        till.void_line(1),
        till.discount(None, percent="5"),
        till.tender("cash", 1),
        till.suspend(),
    ):
        assert refusal(answer) == "return_is_open"
    assert refusal(till.undo()) == "nothing_to_undo"
    assert refusal(till.redeem(1)) == "no_member"
    ok(till.void_transaction("mistake"))
    assert len(senior.documents()) == 1
    ok(till.return_sale("A000001"))


def test_a_return_of_an_item_that_left_the_catalogue_still_works(senior):
    senior.sold(BREAD)
    senior.mirrors(gone("chain", 900, "item", "item2"))
    ok(senior.till.return_sale("A000001"))
    assert senior.sale.lines[0].name == "Хлеб ржаной"
    ok(senior.till.pay("card"))
    assert senior.memory.journal.session().cash_minor == 1000_00


def test_a_customer_without_goods_does_not_stand_before_a_return(senior):
    """A card was read on an empty screen and the customer taken off again: nothing is open that
    anybody could close."""
    senior.sold(MILK)
    ok(senior.till.member("card", CARDS["anna"]))
    ok(senior.till.return_sale("A000001"))
    assert senior.view.transaction.kind == "return"
    assert senior.view.member is None


# --- a number typed into the one field ------------------------------------------------------------


def numbered(bench, prefix):
    """A till as the server numbers it."""
    identity = bench.memory.journal.identity()
    bench.memory.outbox.save_identity(replace(identity, receipt_prefix=prefix))
    return bench


@pytest.mark.parametrize("prefix", ["A", "0101", "9101"])
def test_a_receipts_number_typed_into_the_field_finds_the_receipt_as_its_code_does(senior, prefix):
    number = numbered(senior, prefix).sold(MILK).receipt_number
    assert number == f"{prefix}000001"
    typed = ok(senior.till.type_text(f" {number.lower()} ")).data["receipt"]
    assert typed == senior.scan(f"K1R:{number}").data["receipt"]
    assert (typed.returning.receipt, senior.sale) == (number, None)


def test_a_number_that_was_never_sold_is_no_unknown_customer(senior):
    numbered(senior, "0101").sold(MILK)
    assert refusal(senior.till.type_text("0101000002")) == "unknown_receipt"
    assert senior.sale is None, "nobody's card was put on a receipt"


def test_a_number_of_another_till_or_too_short_is_looked_up_as_a_card(senior):
    numbered(senior, "0101")
    for text in ("0102000001", "010100001"):
        assert notices(senior.till.type_text(text)) == ["guest_card"]


def test_a_phone_that_begins_like_a_receipt_stays_a_phone_until_it_was_sold(senior):
    numbered(senior, "9101").sold(MILK)
    assert refusal(senior.till.type_text("9101000002")) != "unknown_receipt"


def test_a_members_card_and_goods_go_before_a_receipts_number(senior):
    numbered(senior, CARDS["anna"][:-6]).sold(MILK)
    answer = ok(senior.till.type_text(CARDS["anna"]))
    assert notices(answer) == ["member_identified"]
    ok(senior.till.void_transaction("mistake"))
    numbered(senior, MILK[:-6])
    assert "item_added" in notices(senior.till.type_text(MILK))


def test_a_card_of_a_range_that_the_shop_has_set_is_no_receipt(senior):
    numbered(senior, "0101")
    rules = LabelRules(cards=(CardRange("0101", 10, 10),))
    identifier = Identifier(rules, WorldPhoneBook(), BiipGs1Reader())
    station = senior.till.station
    station.gear = replace(station.gear, identifier=identifier)
    assert notices(senior.till.type_text("0101000001")) == ["guest_card"]


def test_before_anybody_has_signed_on_no_receipt_is_shown(bench):
    assert refusal(bench.till.type_text("A000001")) == "sign_on_first"

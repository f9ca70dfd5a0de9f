"""Goods into the open transaction: scanned, typed, chosen; taken out, reduced, put aside."""

import pytest

from pos_app.domain.events import UnknownCodeSeen
from pos_app.domain.identification.check_digits import gs1_check_digit
from tests.sync.mirror.feeds import gone, row
from tests.workstation.tills import (
    APPLES_PLU,
    BREAD,
    CARDS,
    CHEESE,
    GIFT,
    MILK,
    SOON,
    SWEETS,
    UNKNOWN,
    catalogue,
    ean,
    goods,
    member_id,
    notices,
    ok,
    refusal,
)


def label(prefix: str, plu: str, value: int) -> str:
    """What scales print: prefix, PLU, grams (or pieces, or kopecks)."""
    return ean(f"{prefix}{plu.zfill(5)}{value:05d}")


def assert_sums_agree(view) -> None:
    """The totals of a view are those of its lines, to the kopeck."""
    sale = view.transaction
    assert sale.list_total_minor == sum(line.list_minor for line in sale.lines)
    reduced = sum(d.amount_minor for line in sale.lines for d in line.discounts)
    assert sale.discount_total_minor == reduced
    net = sum(line.amount_minor for line in sale.lines)
    assert net == sale.list_total_minor - sale.discount_total_minor
    spent = sum(line.points_redeemed_minor for line in sale.lines)
    assert sale.points_redeemed_minor == spent
    assert sale.total_minor == net - spent
    assert sale.points_earned == sum(line.points_earned for line in sale.lines)
    for line in sale.lines:
        assert line.amount_minor == line.list_minor - sum(d.amount_minor for d in line.discounts)


def test_a_scan_sells_and_the_same_item_again_raises_the_quantity(shop):
    assert notices(shop.scan(MILK)) == ["item_added"]
    assert notices(shop.scan(BREAD)) == ["item_added"]
    answer = shop.scan(MILK)
    assert notices(answer) == ["quantity_raised"]
    assert answer.notices[0].line == 1
    lines = shop.sale.lines
    assert [(x.name, x.quantity.decimal()) for x in lines] == [
        ("Молоко 1 л", "2"),
        ("Хлеб ржаной", "1"),
    ]
    assert shop.sale.total_minor == 2 * 89_90 + 45_00
    assert shop.sale.selected_line == 1
    assert_sums_agree(shop.view)


def test_a_gs1_label_without_an_article_names_nothing(shop):
    assert refusal(shop.till.scan(b"10ABC123", "]C1")) in ("unknown_code", "scan_gs1_format")
    assert shop.sale is None


def test_a_code_of_letters_may_be_of_the_catalogue(shop):
    body = {"id": "item13", "name": "Талон", "codes": ("TALON-1",)}
    price = {"since_on": "2026-01-01", "price": 10_00}
    shop.mirrors(row("chain", 700, "item", "item13", {**body, "prices": (price,)}))
    ok(shop.scan("TALON-1"))
    ok(shop.till.type_text("TALON-1"))
    assert shop.sale.lines[0].quantity.value == 2


def test_the_aim_of_a_scanner_says_what_the_label_is(shop):
    assert ok(shop.till.scan(MILK.encode(), "]E0"))
    assert shop.till.scan(b"]E0" + BREAD.encode()).ok
    assert refusal(shop.till.scan(MILK[:-1].encode() + b"0", "]E0")) == "scan_check_digit"
    assert refusal(shop.till.scan(b"\xff\xfe", "]Q1")) == "scan_unreadable"
    assert len(shop.sale.lines) == 2


@pytest.mark.parametrize("text", ["102", "00102"])
def test_a_plu_is_typed_with_or_without_zeros(shop, text):
    ok(shop.till.type_text(text))
    assert shop.sale.lines[0].name == "Булочка"


def test_a_quantity_typed_first_belongs_to_the_next_item_only(shop):
    assert notices(shop.till.type_text("3*")) == ["quantity_next"]
    shop.scan(MILK, BREAD)
    assert [x.quantity.value for x in shop.sale.lines] == [3, 1]
    ok(shop.till.type_text(f"2*{BREAD}"))
    assert [x.quantity.value for x in shop.sale.lines] == [3, 3]


@pytest.mark.parametrize("text", ["0*", "1.5*"])
def test_a_quantity_that_cannot_be_is_said_once_and_forgotten(shop, text):
    ok(shop.till.type_text(text))
    assert refusal(shop.scan(MILK)) == "bad_quantity"
    assert ok(shop.scan(MILK))
    assert shop.sale.lines[0].quantity.value == 1


def test_an_empty_field_does_nothing(shop):
    assert ok(shop.till.type_text("  ")).changed == frozenset()
    assert shop.sale is None


def test_a_weighed_label_brings_grams_and_each_label_is_its_own_line(shop):
    shop.scan(label("21", APPLES_PLU, 342), label("21", APPLES_PLU, 1000))
    lines = shop.sale.lines
    assert [x.quantity.decimal() for x in lines] == ["0.342", "1.000"]
    assert [x.list_minor for x in lines] == [41_04, 120_00]
    assert_sums_agree(shop.view)


def test_labels_that_do_not_fit_the_item_sell_nothing(shop):
    assert refusal(shop.scan(label("21", "102", 342))) == "wrong_unit"
    assert refusal(shop.scan(label("24", APPLES_PLU, 3))) == "wrong_unit"
    assert refusal(shop.scan(label("21", APPLES_PLU, 0))) == "bad_quantity"
    assert shop.sale is None


def test_a_counted_label_brings_pieces(shop):
    ok(shop.scan(label("24", "102", 6)))
    assert shop.sale.lines[0].quantity.value == 6


def test_a_price_label_sells_at_its_price(shop):
    shop.scan(label("25", "102", 25_00), label("25", APPLES_PLU, 99_99), "200000000011")
    assert [x.unit_price_minor for x in shop.sale.lines] == [25_00, 99_99]
    assert refusal(shop.till.set_quantity(1, "2")) == "label_quantity"


def test_an_in_store_number_of_the_catalogue_is_an_item(shop):
    ok(shop.scan("200000000011" + gs1_check_digit("200000000011")))
    assert shop.sale.lines[0].name == "Молоко топлёное"


def test_a_code_that_looks_like_a_card_may_be_of_the_catalogue(shop):
    assert notices(shop.scan("123456")) == ["item_added"]
    assert shop.sale.lines[0].name == "Пакет"


def test_weighed_goods_without_a_weight_wait_for_it(shop):
    assert refusal(shop.till.type_text(APPLES_PLU)) == "weigh_first"
    assert refusal(shop.till.add_item("item9")) == "weigh_first"
    ok(shop.till.type_text("0.5*"))
    ok(shop.till.add_item("item9"))
    assert shop.sale.lines[0].quantity.decimal() == "0.500"


def test_an_unknown_code_sells_nothing_and_is_kept_for_the_catalogues_owner(shop):
    assert refusal(shop.scan(UNKNOWN)) == "unknown_code"
    assert refusal(shop.scan("ABC-77")) == "unknown_code"
    assert [e.code for e in shop.events(UnknownCodeSeen)] == [UNKNOWN, "ABC-77"]
    assert shop.sale is None
    assert notices(shop.scan(MILK)) == ["item_added"]


def test_somebodys_visiting_card_is_not_kept(shop):
    assert refusal(shop.scan("BEGIN:VCARD FN:Иван TEL:+79161112233 END:VCARD")) == "unknown_code"
    assert shop.events(UnknownCodeSeen) == []


def test_what_may_be_somebodys_phone_is_not_kept_as_an_unknown_code(shop):
    for typed in ("+7926123456", "792612345", "891234567890", "00079261234567"):
        shop.till.type_text(typed)
    assert shop.events(UnknownCodeSeen) == []


def test_a_payment_card_is_refused_and_leaves_no_trace(shop):
    assert refusal(shop.scan("4111111111111111")) == "scan_payment_card"
    assert refusal(shop.till.type_text("4111 1111 1111 1111")) == "scan_payment_card"
    assert refusal(shop.till.member("card", "4111111111111111")) == "scan_payment_card"
    assert len(shop.events()) == 2  # signed on, session opened


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"K1C:WINTER", "coupon_unknown"),
        (b"https://qr.nspk.ru/AS10001", "sbp_not_sold"),
        (b"https://example.org/x", "url_not_known"),
        (b"t=20261120T1200&s=1.00&fn=1&i=2&fp=3&n=1", "fiscal_receipt_not_here"),
        (b"", "scan_empty"),
    ],
)
def test_what_is_not_sold_here_says_so(shop, data, code):
    assert refusal(shop.till.scan(data, "]Q1")) == code


def test_a_marking_code_without_its_separators_must_be_scanned_again(shop):
    gtin = MILK.zfill(14)
    whole = f"\x1d01{gtin}215abc123\x1d93dGVz"
    answer = shop.till.scan(whole.encode(), "]d2")
    assert notices(answer) == ["item_added"]
    assert shop.sale.lines[0].name == "Молоко 1 л"
    lost = f"01{gtin}215abcdefghijklm93dGVz"
    assert refusal(shop.till.scan(lost.encode(), "]d1")) == "scan_gs_lost"


def test_words_find_goods_and_a_choice_sells_them(shop):
    answer = shop.till.type_text("мол")
    found = answer.data["items"]
    assert {row.name for row in found} == {"Молоко 1 л", "Молоко топлёное"}
    assert refusal(shop.till.type_text("драндулет")) == "nothing_found"
    assert refusal(shop.till.add_item("nothing")) == "unknown_item"
    ok(shop.till.add_item(found[0].item_id))
    assert len(shop.sale.lines) == 1
    assert [r.name for r in shop.till.find_items("хлеб").data["items"]] == ["Хлеб ржаной"]


def test_a_quantity_with_words_waits_for_the_choice_and_not_for_the_next_scan(shop):
    assert refusal(shop.till.type_text("3*драндулет")) == "nothing_found"
    shop.scan(MILK)
    assert shop.sale.lines[0].quantity.value == 1
    item = shop.till.type_text("3*хлеб").data["items"][0]
    ok(shop.till.add_item(item.item_id))
    assert shop.sale.lines[1].quantity.value == 3
    ok(shop.till.type_text("0*"))
    assert refusal(shop.till.add_item(item.item_id)) == "bad_quantity"
    ok(shop.till.add_item(item.item_id, "2"))
    assert shop.sale.lines[1].quantity.value == 5


def test_a_price_check_sells_nothing(shop):
    answer = shop.till.price_check(CHEESE)
    assert answer.data["item"].unit_price_minor == 1000_00
    assert refusal(shop.till.price_check(UNKNOWN)) == "unknown_code"
    assert refusal(shop.till.price_check(SOON)) == "no_price"
    assert ok(shop.till.price_check("102")).data["item"].code == "102"
    assert shop.sale is None


def test_an_item_without_a_price_of_today_is_not_sold(shop):
    assert refusal(shop.scan(SOON)) == "no_price"


def test_nothing_is_sold_before_sign_on_and_session(bench):
    assert refusal(bench.scan(MILK)) == "sign_on_first"
    assert refusal(bench.till.add_item("item1")) == "sign_on_first"
    ok(bench.till.sign_on("ivan", "1111"))
    assert refusal(bench.till.type_text(MILK)) == "no_session"
    assert refusal(bench.till.member("last4", "1111")) == "no_session"
    assert refusal(bench.till.resume("x")) == "no_session"
    assert refusal(bench.till.enrol("+79160000000")) == "no_session"
    assert refusal(bench.till.return_sale("A000001")) == "no_session"


# --- suspend and resume -----------------------------------------------------------------------


def test_a_suspended_transaction_comes_back_as_it_was(senior):
    senior.scan(MILK, MILK, label("21", APPLES_PLU, 342), label("25", "102", 25_00))
    senior.scan(CARDS["anna"])
    ok(senior.till.discount(1, percent="5", reason="torn"))
    ok(senior.till.discount(None, amount_minor=1_00, reason="waited"))
    before = senior.sale
    assert notices(senior.till.suspend("bread")) == ["suspended_as"]
    assert senior.sale is None
    listed = senior.view.suspended[0]
    assert (listed.label, listed.lines, listed.total_minor) == ("bread", 3, before.total_minor)
    senior.sold(BREAD)
    assert notices(senior.till.resume(listed.id)) == ["resumed"]
    after = senior.sale
    assert after.lines == before.lines
    assert after.total_minor == before.total_minor
    assert after.id == before.id
    assert senior.view.member.display_name == "Anna"
    assert senior.view.suspended == ()
    assert senior.view.last_sale is None
    ok(senior.till.pay("cash", 500_00))
    assert senior.documents()[-1].member_id == senior.events()[-1].document.member_id


def test_a_suspended_transaction_survives_a_restart(shop):
    shop.scan(MILK)
    ok(shop.till.suspend())
    shop.restart()
    ok(shop.till.sign_on("ivan", "1111"))
    ok(shop.till.resume(shop.view.suspended[0].id))
    assert shop.sale.total_minor == 89_90


def test_a_resumed_transaction_says_what_moved_meanwhile(shop):
    shop.scan(MILK, BREAD)
    ok(shop.till.suspend())
    shop.mirrors(
        goods(1, MILK, "Молоко 1 л", 99_90, "Молочное"),
    )  # an older version changes nothing
    prices = ({"since_on": "2026-01-01", "price": 99_90},)
    newer = catalogue()[0]
    body = {"id": "item1", "name": "Молоко 1 л", "prices": prices, "codes": (MILK,)}
    shop.mirrors(row("chain", newer.ver + 100, "item", "item1", body))
    shop.mirrors(gone("chain", newer.ver + 101, "item", "item2"))
    answer = shop.till.resume(shop.view.suspended[0].id)
    assert notices(answer) == ["resumed", "item_gone", "price_moved"]
    assert shop.sale.total_minor == 99_90


def test_only_goods_can_be_put_aside_and_one_thing_at_a_time(shop):
    assert refusal(shop.till.suspend()) == "nothing_open"
    shop.scan(CARDS["anna"])
    assert refusal(shop.till.suspend()) == "nothing_open"
    shop.scan(MILK)
    ok(shop.till.suspend())
    number = shop.view.suspended[0].id
    shop.scan(BREAD)
    assert refusal(shop.till.resume(number)) == "finish_first"
    ok(shop.till.void_transaction())
    assert refusal(shop.till.resume("nothing")) == "not_suspended"


def test_a_card_scanned_before_resuming_goes_on_the_resumed_receipt(shop):
    shop.scan(MILK)
    ok(shop.till.suspend())
    shop.scan(CARDS["anna"])
    ok(shop.till.resume(shop.view.suspended[0].id))
    assert shop.view.member.display_name == "Anna"
    assert shop.sale.total_minor == 89_90


def test_a_member_who_is_gone_from_the_mirror_is_no_reason_to_lose_the_receipt(shop):
    shop.scan(MILK, CARDS["anna"])
    ok(shop.till.suspend())
    shop.mirrors(gone("store:s1", 500, "member", member_id("anna")))
    ok(shop.till.resume(shop.view.suspended[0].id))
    assert shop.view.member is None
    assert ok(shop.till.pay("cash"))
    assert shop.documents()[0].member_id == member_id("anna")


# --- explaining -------------------------------------------------------------------------------


def test_every_price_explains_itself_now_and_later(shop):
    assert refusal(shop.till.explain()) == "nothing_open"
    shop.scan(SWEETS, SWEETS, SWEETS)
    assert shop.sale.total_minor == 200_00
    row = next(r for r in shop.till.explain().data["trace"] if r.rule_id == "sweets-3-for-2")
    assert (row.applied, row.amount_minor, row.lines) == (True, 100_00, (1,))
    assert shop.sale.lines[0].discounts[0].rule_id == "sweets-3-for-2"
    assert_sums_agree(shop.view)
    ok(shop.till.pay("cash"))
    past = shop.till.explain("A000001").data["trace"]
    assert [(r.rule_id, r.applied, r.amount_minor) for r in past if r.applied] == [
        ("sweets-3-for-2", True, 100_00)
    ]
    assert past[0].why
    assert refusal(shop.till.explain("A000777")) == "unknown_receipt"


def test_what_was_not_applied_says_why_not(shop):
    shop.scan(SWEETS, MILK)
    trace = shop.till.explain().data["trace"]
    missed = [r for r in trace if r.rule_id == "sweets-3-for-2"]
    assert missed
    assert not missed[0].applied
    assert missed[0].why


def test_gift_cards_are_not_reduced(manager):
    manager.scan(GIFT)
    ok(manager.till.discount(1, percent="10"))
    assert manager.sale.total_minor == 1000_00


def test_the_same_goods_twice_in_a_moment_are_sold_twice_and_the_cashier_is_told(shop):
    shop.scan(MILK)
    shop.clock.move(milliseconds=300)
    assert "scanned_twice" in notices(shop.till.scan(MILK.encode()))
    assert shop.sale.lines[0].quantity.value == 2
    shop.clock.move(seconds=2)
    assert "scanned_twice" not in notices(shop.till.scan(MILK.encode()))
    shop.clock.move(milliseconds=300)
    assert "scanned_twice" not in notices(shop.till.scan(BREAD.encode()))
    shop.scan(CARDS["anna"])
    assert "scanned_twice" not in notices(shop.till.scan(BREAD.encode())), "a card lay between"

"""Gift cards at the till: sold, topped up, shown, paid with, returned; linked and in the dark."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from pos_app.domain.events import AllowanceReturned
from pos_app.domain.loyalty.gift_card import GiftCard
from pos_app.domain.loyalty.owner import card_owner, card_text, masked
from pos_app.domain.tender import Tender, TenderKind
from pos_app.workstation.answer import Tone
from pos_app.workstation.ports import StorageBroken
from sync.translate.gift_cards import gift_card_row
from tests.workstation.tills import (
    CHEESE,
    GIFT,
    HASHER,
    MARIA,
    MILK,
    NOON,
    PROGRAM,
    Bench,
    notices,
    ok,
    paper,
    program_row,
    refusal,
    row,
)

CODE, OTHER = "K1G:WINTER-0001-7731", "K1G:WINTER-0001-8842"
RULES: dict[str, Any] = {
    "denominations": [{"amount": "500.00"}, {"amount": "1000.00"}],
    "open_amount": {"from": "300.00", "to": "15000.00"},
    "days": 365,
    "top_up": True,
}


def card_id(code: str = CODE) -> str:
    plain = code.removeprefix("K1G:")
    return card_owner(HASHER.phone_hmac(card_text(plain)), plain)


def rules(shop: Bench, **more: Any) -> None:
    """The programme with these gift cards."""
    document = {**PROGRAM, "version": 2, "gift_cards": {**RULES, **more}}
    shop.mirrors(shop.newer(lambda ver: program_row(ver, document)))


def mirrored(shop: Bench, balance: int = 1000_00, code: str = CODE, **more: Any) -> str:
    """The card as the server told it."""
    fields = {"expires_on": date(2027, 11, 20), "issued": True, "as_of": NOON, **more}
    card = GiftCard(card_id(code), balance, **fields)
    state = gift_card_row(card)
    shop.mirrors(shop.newer(lambda ver: row("m:000", ver, "gift_card", state.id, state)))
    return card.card_id


def granted(shop: Bench, amount: int, code: str = CODE, **more: Any) -> None:
    """What the server gave this till of the card."""
    fields = {"kind": "identified", "until": NOON + timedelta(hours=24), **more}
    shop.memory.outbox.store_grant(
        fields.get("grant", f"g-{code}"), card_id(code), amount, fields["kind"], fields["until"]
    )


@pytest.fixture
def cards(shop):
    """A till in the dark whose programme sells gift cards."""
    rules(shop)
    return shop


@pytest.fixture
def linked(cards):
    cards.courier.online = True
    return cards


def answered(shop: Bench, amount: int, balance: int = 1000_00, code: str = CODE) -> None:
    """The server's answer to the open question: the card as it is, and a grant."""
    mirrored(shop, balance, code)
    granted(shop, amount, code)
    shop.courier.answers("identify", card={"id": card_id(code)}, allowance={"granted": amount})


# --- the code ------------------------------------------------------------------------------------


def test_a_card_is_known_by_a_keyed_hash_and_four_characters(cards):
    owner = card_id()
    assert masked(owner) == "··7731"
    assert "WINTER" not in owner
    assert "0001" not in owner
    assert owner != card_id(OTHER)
    short = card_owner(b"\1" * 16, "77")
    assert masked(short) == "··"


@pytest.mark.parametrize("code", ["   ", "x" * 65])
def test_what_is_no_card_is_refused(cards, code):
    assert refusal(cards.till.sell_gift_card(code, 500_00)) == "gift_card_bad"


@pytest.mark.parametrize("online", [True, False])
def test_a_code_too_short_to_be_told_from_another_is_no_card_shown_scanned_sold_or_paying(
    cards, online
):
    cards.courier.online = online
    assert refusal(cards.scan("K1G:1")) == "gift_card_bad"
    assert refusal(cards.till.gift_card("12")) == "gift_card_bad"
    assert refusal(cards.till.sell_gift_card("12", 500_00)) == "gift_card_bad"
    cards.scan(MILK)
    assert refusal(cards.till.tender("gift_card", None, "12")) == "gift_card_bad"
    assert cards.courier.asked == []
    assert cards.view.gift_card is None


def test_a_card_with_a_short_code_that_somebody_sold_is_shown_and_topped_up(cards):
    mirrored(cards, 100_00, "12")
    ok(cards.till.gift_card("12"))
    assert notices(cards.till.sell_gift_card("12", 500_00)) == ["gift_card_topped_up"]


def test_the_card_that_was_shown_is_sold_without_its_code(cards):
    assert refusal(cards.till.sell_gift_card("", 500_00)) == "gift_card_which"
    cards.scan(CODE)
    ok(cards.till.sell_gift_card("", 500_00))
    assert "··7731" in cards.sale.lines[0].name


def test_a_payment_card_is_no_gift_card(cards):
    assert refusal(cards.till.gift_card("4111111111111111")) == "scan_payment_card"


# --- selling -------------------------------------------------------------------------------------


def test_a_card_is_sold_for_an_amount_and_holds_it_once_the_receipt_is_paid(cards):
    answer = cards.till.sell_gift_card(CODE, 500_00)
    assert notices(answer) == ["gift_card_sold"]
    (line,) = cards.sale.lines
    assert (line.amount_minor, line.points_earned) == (500_00, 0)
    assert "··7731" in line.name
    ok(cards.till.pay("cash"))
    (document,) = cards.documents()
    (entry,) = document.gift_cards
    assert (entry.card_id, entry.kind.value, entry.amount_minor) == (card_id(), "issue", 500_00)
    assert entry.expires_on == date(2027, 11, 19)
    assert document.lines[0].tax_minor == 0
    assert document.entries == ()
    shown = paper(cards.devices.jobs[-1])
    assert "··7731" in shown
    assert "Остаток на карте ··7731 | 500.00" in shown
    assert "WINTER" not in repr(document)


def test_a_receipt_that_is_voided_has_sold_nothing(cards):
    cards.till.sell_gift_card(CODE, 500_00)
    ok(cards.till.void_transaction(override=MARIA))
    assert cards.documents() == []
    assert ok(cards.till.gift_card(CODE)).data["card"].state == "unknown"


def test_the_price_tag_of_the_catalogue_waits_for_a_card(cards):
    cards.scan(GIFT, GIFT, MILK)
    assert refusal(cards.till.pay("cash")) == "gift_card_asks_card"
    assert notices(cards.scan(CODE)) == ["gift_card_sold"]
    assert refusal(cards.scan(CODE)) == "gift_card_here_already"
    assert notices(cards.till.sell_gift_card(OTHER)) == ["gift_card_sold"]
    assert [(line.name[:8], line.quantity.value) for line in cards.sale.lines] == [
        ("Молоко 1", 1), ("Подарочн", 1), ("Подарочн", 1),
    ]  # fmt: skip
    number = cards.sale.lines[1].line
    assert refusal(cards.till.set_quantity(number, "2")) == "gift_card_quantity"
    ok(cards.till.undo())
    assert refusal(cards.till.pay("cash")) == "gift_card_asks_card"
    ok(cards.till.sell_gift_card(OTHER))
    ok(cards.till.pay("cash"))
    (document,) = cards.documents()
    assert {e.card_id for e in document.gift_cards} == {card_id(), card_id(OTHER)}


def test_without_such_rules_no_card_is_sold_and_a_tag_wants_none(shop):
    assert refusal(shop.till.sell_gift_card(CODE, 500_00)) == "gift_cards_not_sold"
    shop.scan(GIFT)
    ok(shop.till.pay("cash"))


def test_only_what_the_program_sells_is_sold_and_by_whom(shop):
    rules(shop, open_amount={}, sellers=["manager"])
    assert refusal(shop.till.sell_gift_card(CODE, 500_00)) == "gift_seller"
    rules(shop, open_amount={})
    shop.till.station.in_force.engines.clear()


def test_an_amount_nobody_sells_is_refused_and_none_is_the_only_one(shop):
    rules(shop, open_amount={}, denominations=[{"amount": "700.00"}])
    assert refusal(shop.till.sell_gift_card(CODE, 500_00)) == "gift_amount"
    ok(shop.till.sell_gift_card(CODE))
    assert shop.sale.total_minor == 700_00


def test_no_amount_of_several_is_asked_for(cards):
    assert refusal(cards.till.sell_gift_card(CODE)) == "gift_card_amount"


def test_a_card_that_was_sold_is_topped_up(cards):
    mirrored(cards, 100_00)
    assert notices(cards.till.sell_gift_card(CODE, 500_00)) == ["gift_card_topped_up"]
    ok(cards.till.pay("cash"))
    assert cards.documents()[0].gift_cards[0].kind.value == "top_up"
    assert ok(cards.till.gift_card(CODE)).data["card"].balance_minor == 600_00


def test_a_suspended_sale_of_a_card_is_taken_up_again_unless_it_was_sold_meanwhile(cards):
    cards.till.sell_gift_card(CODE, 500_00)
    cards.scan(MILK)
    ok(cards.till.suspend("later"))
    (draft,) = cards.view.suspended
    ok(cards.till.resume(draft.id))
    assert [line.amount_minor for line in cards.sale.lines] == [500_00, 89_90]
    ok(cards.till.suspend("again"))
    rules(cards, top_up=False)
    mirrored(cards)
    assert "item_gone" in notices(cards.till.resume(cards.view.suspended[0].id))
    assert [line.amount_minor for line in cards.sale.lines] == [89_90]


# --- showing -------------------------------------------------------------------------------------


def test_a_card_shown_in_the_dark_tells_what_the_mirror_knows(cards):
    mirrored(cards)
    assert notices(cards.scan(CODE)) == ["gift_card_shown"]
    shown = cards.view.gift_card
    assert (shown.number, shown.state, shown.balance_minor) == ("··7731", "sold", 1000_00)
    assert (shown.allowance_minor, shown.asking) == (0, False)
    ok(cards.till.gift_card(""))
    assert cards.view.gift_card is None
    assert refusal(cards.till.gift_card("")) == "gift_card_which"


@pytest.mark.parametrize(
    ("more", "code", "state"),
    [
        ({"blocked": "lost"}, "gift_card_blocked", "blocked"),
        ({"expires_on": date(2026, 11, 19)}, "gift_card_ended", "ended"),
        ({"expires_on": None}, "gift_card_holds", "sold"),
        ({"issued": False}, "gift_card_new", "new"),
    ],
)
def test_what_is_wrong_with_a_card_is_said(cards, more, code, state):
    mirrored(cards, **more)
    assert notices(cards.scan(CODE)) == [code]
    assert cards.view.gift_card.state == state


def test_with_a_link_the_server_is_asked_for_all_of_it_while_a_receipt_is_open(linked):
    assert notices(linked.scan(CODE)) == ["gift_card_asking"]
    assert linked.courier.asked[-1].fields["want_points"] == 0
    linked.courier.answers("identify", card=None, allowance=None)
    assert linked.codes_heard()[-1] == "gift_card_new"
    linked.scan(MILK, CODE)
    asked = linked.courier.asked[-1].fields
    assert (asked["kind"], asked["key"]) == ("gift_card", card_id())
    assert asked["want_points"] > 10**9
    linked.courier.answers("identify", error="lost")
    assert linked.codes_heard()[-1] == "gift_card_unknown"


def test_a_card_that_is_being_sold_is_no_trouble_until_the_receipt_is_paid(linked):
    linked.scan(CODE)
    linked.courier.answers("identify", card=None, allowance=None)
    (said,) = linked.heard[-1].notices
    assert (said.code, said.tone) == ("gift_card_new", Tone.NEUTRAL)
    ok(linked.till.sell_gift_card("", 500_00))
    for online in (True, False):
        linked.courier.online = online
        (said,) = ok(linked.scan(OTHER, CODE)).notices
        assert (said.code, said.tone) == ("gift_card_in_receipt", Tone.NEUTRAL)
    ok(linked.till.pay("cash"))
    assert notices(linked.scan(CODE)) == ["gift_card_shown"]


def test_a_card_that_may_be_anything_is_still_a_warning(cards):
    (said,) = ok(cards.scan(CODE)).notices
    assert (said.code, said.tone) == ("gift_card_unknown", Tone.WARNING)


def test_a_grant_that_comes_when_the_customer_has_gone_goes_back(linked):
    linked.scan(MILK, CODE)
    ok(linked.till.pay("cash"))
    granted(linked, 400_00)
    linked.courier.answers("identify", card={"id": card_id()}, allowance=None)
    (event,) = linked.events(AllowanceReturned)
    assert (event.member_id, event.uses[0].points) == (card_id(), 400_00)


def test_another_card_sends_the_first_one_s_grant_back(linked):
    linked.scan(MILK, CODE)
    answered(linked, 1000_00)
    linked.scan(OTHER)
    assert [e.member_id for e in linked.events(AllowanceReturned)] == [card_id()]


# --- returning -----------------------------------------------------------------------------------


def sold_by_card(shop: Bench) -> str:
    shop.scan(CHEESE, CODE)
    answered(shop, 600_00, balance=600_00)
    ok(shop.till.tender("gift_card"))
    return str(ok(shop.till.pay("cash")).data["receipt_number"])


def test_money_goes_back_to_the_card_after_cash_and_lives_on(linked):
    number = sold_by_card(linked)
    mirrored(linked, 0, expires_on=date(2026, 11, 19), posted={"t1": 99})
    ok(linked.till.return_sale(number, None, "defect", MARIA))
    ok(linked.till.complete())
    back = linked.documents()[1]
    (entry,) = back.gift_cards
    assert (entry.kind.value, entry.amount_minor) == ("return", 600_00)
    assert entry.expires_on == date(2026, 12, 4)
    assert back.uses == ()


def test_a_card_s_sale_is_undone_only_with_the_right_to_its_money(linked):
    linked.till.sell_gift_card(CODE, 500_00)
    number = ok(linked.till.pay("cash")).data["receipt_number"]
    ok(linked.till.return_sale(number, None, "mistake", MARIA))
    assert linked.courier.asked[-1].fields["key"] == card_id()
    assert refusal(linked.till.complete()) == "gift_card_gone"
    granted(linked, 500_00)
    linked.courier.answers("identify", card={"id": card_id()}, allowance={})
    ok(linked.till.complete())
    back = linked.documents()[1]
    (entry,) = back.gift_cards
    assert (entry.kind.value, entry.amount_minor) == ("void", -500_00)
    assert [(use.owner, use.points) for use in back.uses] == [(card_id(), 500_00)]


def test_a_sale_of_a_card_is_not_undone_in_the_dark(cards):
    cards.till.sell_gift_card(CODE, 500_00)
    number = ok(cards.till.pay("cash")).data["receipt_number"]
    ok(cards.till.return_sale(number, None, "mistake", MARIA))
    assert cards.courier.asked == []
    assert refusal(cards.till.complete()) == "gift_card_gone"


# --- what goes wrong -----------------------------------------------------------------------------


def test_nobody_signed_on_shows_and_sells_no_card(bench):
    assert refusal(bench.till.gift_card(CODE)) == "sign_on_first"
    assert refusal(bench.till.sell_gift_card(CODE, 500_00)) == "sign_on_first"


def test_a_blocked_card_is_neither_topped_up_nor_taken(cards):
    mirrored(cards, blocked="lost")
    assert refusal(cards.till.sell_gift_card(CODE, 500_00)) == "gift_blocked"
    granted(cards, 500_00)
    cards.scan(CHEESE, CODE)
    assert refusal(cards.till.tender("gift_card")) == "gift_blocked"


def test_a_price_tag_gets_no_card_once_money_has_moved(cards):
    cards.scan(MILK)
    ok(cards.till.tender("cash", 1_00))
    assert refusal(cards.till.sell_gift_card(CODE, 500_00)) == "tenders_taken"
    ok(cards.till.void_tender(0))
    cards.scan(GIFT)
    station = cards.till.station
    station.open = replace(station.open, tenders=(Tender(TenderKind.CASH, 1_00),))
    assert refusal(cards.scan(CODE)) == "tenders_taken"


def test_a_gift_card_label_that_holds_no_code_is_none(cards):
    assert refusal(cards.scan("K1G:" + "x" * 70)) == "gift_card_bad"


def test_a_database_that_cannot_be_read_shows_no_card_and_the_rest_of_the_screen(cards):
    mirrored(cards)
    cards.scan(CODE)

    def broken(*_args):
        raise StorageBroken("page")

    cards.till.station.journal.unposted_cards = broken
    assert cards.view.gift_card is None
    assert cards.view.store_name

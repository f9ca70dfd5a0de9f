"""Gift cards as money: with a link, in the dark, and at the owner's risk."""

import pytest

from pos_app.domain.events import AllowanceReturned
from tests.workstation.test_till_gift_cards import (
    CODE,
    OTHER,
    answered,
    card_id,
    granted,
    mirrored,
    rules,
)
from tests.workstation.tills import (
    CHEESE,
    MARIA,
    MILK,
    notices,
    ok,
    paper,
    refusal,
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


def test_a_card_pays_what_it_holds_and_the_rest_is_paid_otherwise(linked):
    linked.scan(CHEESE, CODE)
    answered(linked, 300_00, balance=300_00)
    answer = linked.till.tender("gift_card")
    assert notices(answer) == ["gift_card_pays", "gift_card_rest"]
    assert (linked.sale.tenders[0].label, linked.sale.due_minor) == ("··7731", 700_00)
    assert refusal(linked.till.tender("gift_card")) == "gift_card_here_already"
    ok(linked.till.pay("cash"))
    (document,) = linked.documents()
    (entry,) = document.gift_cards
    assert (entry.kind.value, entry.amount_minor, entry.unsecured_minor) == ("redeem", -300_00, 0)
    (use,) = document.uses
    assert (use.owner, use.points) == (card_id(), 300_00)
    assert document.lines[0].net_minor == 1000_00
    assert linked.events(AllowanceReturned) == []
    assert linked.view.gift_card is None
    assert "Подарочная карта ··7731 | 300.00" in paper(linked.devices.jobs[-1])


def test_several_cards_pay_one_receipt_and_what_they_keep_goes_back(linked):
    linked.scan(CHEESE, CODE)
    answered(linked, 600_00, balance=600_00)
    ok(linked.till.tender("gift_card"))
    linked.scan(OTHER)
    answered(linked, 900_00, balance=900_00, code=OTHER)
    ok(linked.till.pay("gift_card"))
    (document,) = linked.documents()
    assert {u.owner: u.points for u in document.uses} == {card_id(): 600_00, card_id(OTHER): 400_00}
    (event,) = linked.events(AllowanceReturned)
    assert (event.member_id, event.uses[0].points) == (card_id(OTHER), 500_00)
    assert ok(linked.till.gift_card(OTHER)).data["card"].balance_minor == 500_00


def test_a_payment_taken_back_keeps_the_right_until_the_receipt_is_over(linked):
    linked.scan(CHEESE, CODE)
    answered(linked, 600_00, balance=600_00)
    ok(linked.till.tender("gift_card", 100_00))
    ok(linked.till.void_tender(0))
    ok(linked.till.tender("gift_card", 600_00))
    ok(linked.till.void_tender(0))
    ok(linked.till.void_transaction(override=MARIA))
    (event,) = linked.events(AllowanceReturned)
    assert event.uses[0].points == 600_00


def test_a_code_typed_with_the_tender_asks_first_and_pays_then(linked):
    linked.scan(CHEESE)
    assert refusal(linked.till.tender("gift_card", None, CODE)) == "gift_card_asking"
    answered(linked, 1000_00)
    ok(linked.till.tender("gift_card", None, CODE))
    assert linked.sale.due_minor == 0


def test_in_the_dark_a_card_pays_only_from_a_grant(cards):
    mirrored(cards)
    cards.scan(CHEESE, CODE)
    assert refusal(cards.till.tender("gift_card")) == "gift_allowance"
    granted(cards, 250_00, kind="placed")
    assert refusal(cards.till.tender("gift_card", 251_00)) == "gift_allowance"
    ok(cards.till.tender("gift_card"))
    assert cards.sale.paid_minor == 250_00
    ok(cards.till.pay("cash"))
    assert cards.documents()[0].gift_cards[0].unsecured_minor == 0
    cards.scan(CHEESE, CODE)
    assert refusal(cards.till.tender("gift_card")) == "gift_allowance"


def test_an_unheard_card_pays_nothing_in_the_dark(cards):
    cards.scan(CHEESE, CODE)
    assert refusal(cards.till.tender("gift_card")) == "gift_card_unknown"
    assert refusal(cards.till.tender("gift_card", None, " ")) == "gift_card_bad"
    cards.till.gift_card("")
    assert refusal(cards.till.tender("gift_card")) == "gift_card_which"


def test_with_no_server_the_tills_of_the_store_are_asked(cards):
    cards.courier.peers = 1
    mirrored(cards)
    cards.scan(CODE)
    assert cards.courier.asked == []
    cards.scan(CHEESE, CODE)
    granted(cards, 700_00, kind="moved")
    cards.courier.answers("identify", card=None, allowance=None, moved=700_00)
    assert cards.codes_heard()[-1] == "gift_card_shown"
    ok(cards.till.tender("gift_card"))
    assert cards.sale.paid_minor == 700_00


def test_a_card_that_another_till_holds_says_so(linked):
    linked.scan(CHEESE, CODE)
    answered(linked, 0)
    assert refusal(linked.till.tender("gift_card")) == "gift_card_held"


def test_an_unknown_card_is_no_money_with_a_link_either(linked):
    linked.scan(CHEESE, CODE)
    linked.courier.answers("identify", card=None, allowance=None)
    assert refusal(linked.till.tender("gift_card")) == "gift_card_new"
    assert linked.view.gift_card is None


def test_the_owner_s_risk_is_taken_once_and_marked(shop):
    rules(shop, offline_risk="400.00")
    mirrored(shop)
    shop.scan(CHEESE, CODE)
    assert shop.view.gift_card.allowance_minor == 400_00
    ok(shop.till.tender("gift_card"))
    assert shop.sale.paid_minor == 400_00
    ok(shop.till.pay("cash"))
    (entry,) = shop.documents()[0].gift_cards
    assert (entry.amount_minor, entry.unsecured_minor) == (-400_00, 400_00)
    assert shop.documents()[0].uses == ()
    shop.scan(CHEESE, CODE)
    assert refusal(shop.till.tender("gift_card")) == "gift_allowance"
    granted(shop, 100_00, kind="placed")
    ok(shop.till.tender("gift_card"))
    assert shop.sale.paid_minor == 100_00


def test_with_a_link_nothing_is_risked_and_what_was_taken_in_the_dark_stays_good(shop):
    rules(shop, offline_risk="400.00")
    mirrored(shop)
    shop.courier.online = True
    shop.scan(CHEESE, CODE)
    answered(shop, 0)
    assert shop.view.gift_card.allowance_minor == 0
    assert refusal(shop.till.tender("gift_card")) == "gift_card_held"
    shop.courier.online = False
    ok(shop.till.tender("gift_card"))
    shop.courier.online = True
    ok(shop.till.pay("cash"))
    assert shop.documents()[0].gift_cards[0].unsecured_minor == 400_00


def test_a_card_buys_no_card(linked):
    linked.till.sell_gift_card(OTHER, 500_00)
    linked.scan(CODE)
    answered(linked, 1000_00)
    assert refusal(linked.till.tender("gift_card")) == "gift_card_buys_no_card"
    ok(linked.till.void_line(1, override=MARIA))
    linked.scan(MILK)
    ok(linked.till.sell_gift_card(OTHER, 500_00))
    assert refusal(linked.till.tender("gift_card", 100_00)) == "card_overpaid"
    assert refusal(linked.till.tender("gift_card", 0)) == "bad_amount"
    ok(linked.till.tender("gift_card"))
    assert linked.sale.paid_minor == 89_90
    assert refusal(linked.till.tender("gift_card", None, "K1G:WINTER-0001-0000")) == (
        "gift_card_buys_no_card"
    )


def test_a_card_spent_whole_or_not_at_all_keeps_its_rule(shop):
    rules(shop, partial=False)
    mirrored(shop)
    granted(shop, 1000_00)
    shop.scan(MILK, CODE)
    assert refusal(shop.till.tender("gift_card")) == "gift_whole"


def test_a_grant_that_ended_before_the_end_is_said_and_nothing_is_lost(linked):
    linked.scan(CHEESE, CODE)
    answered(linked, 1000_00)
    ok(linked.till.tender("gift_card"))
    linked.clock.move(hours=25)
    linked.courier.online = False
    assert refusal(linked.till.complete()) == "gift_card_gone"
    ok(linked.till.void_tender(0))
    ok(linked.till.pay("cash"))
    assert linked.documents()[0].gift_cards == ()


def test_a_cut_before_the_receipt_gives_the_grant_back(linked):
    linked.scan(CHEESE, CODE)
    answered(linked, 1000_00)
    ok(linked.till.tender("gift_card"))
    linked.restart()
    (event,) = linked.events(AllowanceReturned)
    assert (event.member_id, event.uses[0].points) == (card_id(), 1000_00)
    assert linked.memory.journal.identified() == ()

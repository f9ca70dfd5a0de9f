"""A gift card that was looked at, or cannot pay, is in nobody's way; one key and its code pay."""

import pytest

from tests.workstation.test_till_gift_cards import CODE, OTHER, answered, granted, mirrored, rules
from tests.workstation.tills import CHEESE, GIFT, MARIA, MILK, notices, ok, refusal


@pytest.fixture
def linked(shop):
    rules(shop)
    shop.courier.online = True
    return shop


def test_a_card_that_was_looked_at_is_not_at_hand_for_the_next_customer(linked):
    """It may lie in the pocket of somebody who has gone."""
    mirrored(linked)
    ok(linked.till.gift_card(CODE))
    assert linked.view.gift_card.state == "sold"
    linked.scan(CHEESE)
    assert linked.view.gift_card is None
    assert refusal(linked.till.pay("gift_card")) == "gift_card_which"
    linked.courier.answers("identify", card={"id": "x"}, allowance=None)
    assert linked.view.gift_card is None


def test_a_card_that_was_looked_at_and_is_unsold_leaves_the_key_free_for_another(linked):
    ok(linked.till.gift_card(OTHER))
    linked.courier.answers("identify", card=None, allowance=None)
    assert linked.codes_heard()[-1] == "gift_card_new"
    linked.scan(CHEESE)
    ok(linked.till.gift_card(CODE))
    answered(linked, 1000_00)
    assert linked.view.gift_card.pays
    ok(linked.till.pay("gift_card"))
    assert linked.view.transaction is None


def test_what_cannot_pay_is_refused_in_its_own_words_and_put_away(linked):
    linked.scan(CHEESE, OTHER)
    linked.courier.answers("identify", card=None, allowance=None)
    assert not linked.view.gift_card.pays
    assert refusal(linked.till.pay("gift_card")) == "gift_card_new"
    assert linked.view.gift_card is None


@pytest.mark.parametrize("more", [{"blocked": "lost"}, {"balance": 0}])
def test_a_blocked_or_an_empty_card_is_put_away_too(linked, more):
    mirrored(linked, **more)
    linked.scan(CHEESE, CODE)
    granted(linked, 1)
    linked.courier.answers("identify", card={"id": "x"}, allowance=None)
    assert not linked.view.gift_card.pays
    assert refusal(linked.till.pay("gift_card")).startswith("gift_")
    assert linked.view.gift_card is None


def test_a_card_that_has_paid_is_not_offered_again(linked):
    linked.scan(CHEESE, CODE)
    answered(linked, 300_00, balance=300_00)
    assert linked.view.gift_card.pays
    assert notices(linked.till.pay("gift_card")) == ["gift_card_pays", "gift_card_rest"]
    assert not linked.view.gift_card.pays


def test_with_no_link_a_card_without_a_grant_is_not_offered(shop):
    rules(shop)
    mirrored(shop)
    shop.scan(CHEESE, CODE)
    assert not shop.view.gift_card.pays
    granted(shop, 10_00)
    assert shop.view.gift_card.pays


def test_one_key_pays_when_the_server_has_answered(linked):
    linked.scan(CHEESE)
    ok(linked.till.gift_card(CODE))
    assert notices(linked.till.pay("gift_card")) == ["gift_card_asking"]
    answered(linked, 1000_00)
    assert linked.view.transaction is None
    assert [t.kind.value for t in linked.documents()[0].tenders] == ["gift_card"]


def test_what_was_scanned_while_the_server_was_asked_is_not_paid_by_itself(linked):
    linked.scan(CHEESE)
    ok(linked.till.gift_card(CODE))
    ok(linked.till.pay("gift_card"))
    linked.scan(MILK)
    answered(linked, 2000_00, balance=2000_00)
    assert linked.sale.tenders == ()
    assert linked.codes_heard()[-1] == "gift_card_shown"
    ok(linked.till.pay("gift_card"))
    assert linked.view.transaction is None


def test_an_answer_that_failed_pays_nothing(linked):
    linked.scan(CHEESE)
    ok(linked.till.gift_card(CODE))
    ok(linked.till.pay("gift_card"))
    linked.courier.answers("identify", error="lost")
    assert linked.sale.tenders == ()


def test_a_payment_that_leaves_something_says_how_much_and_why(linked):
    linked.scan(CHEESE)
    ok(linked.till.sell_gift_card(OTHER, 500_00))
    linked.scan(CODE)
    answered(linked, 2000_00, balance=2000_00)
    answer = linked.till.tender("gift_card")
    told = ["gift_card_pays", "gift_card_not_for_cards", "gift_card_rest"]
    assert notices(answer) == told
    assert str(answer.notices[2].text.args["due"].minor) == "50000"
    ok(linked.till.void_tender(0))
    ok(linked.till.void_transaction(override=MARIA))


def test_a_price_tag_says_at_once_that_it_waits_for_the_card(linked):
    linked.scan(GIFT)
    assert [one.key for one in linked.sale.lines[0].notes][-1] == "note.gift_card_waits"
    linked.scan(OTHER)
    assert "note.gift_card_waits" not in [one.key for one in linked.sale.lines[0].notes]


def test_what_is_not_sold_is_refused_with_what_there_is(shop):
    rules(shop, open_amount={}, denominations=[{"amount": "500.00"}, {"amount": "1000.00"}])
    answer = shop.till.sell_gift_card(CODE, 700_00)
    assert refusal(answer) == "gift_amount"
    assert [one.minor for one in answer.refusal.text.args["exist"]] == [500_00, 1000_00]
    answer = shop.till.sell_gift_card(CODE)
    assert refusal(answer) == "gift_card_amount"
    assert [one.minor for one in answer.refusal.text.args["exist"]] == [500_00, 1000_00]

"""Goods without a receipt at a real till and server: cash alone goes out, whatever had paid.

Points and a gift card's money go back by the receipt that took them, and by nothing else.
"""

import pytest

from tests.journeys.clerks import (
    GIFTS,
    Clerk,
    at_the_server,
    gift_shop,
    goods,
    member,
    right_books,
)

CARD = GIFTS[0]
TAKEN = goods()[:4]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with gift_shop(tmp_path_factory.mktemp("shop")) as running:
        yield running


@pytest.fixture(scope="module")
def clerk(shop):
    one = Clerk(shop, "front")
    yield one
    one.leave()


def held(clerk) -> int:
    """What the gift card has, as the server says with goods on the counter."""
    clerk.buys(TAKEN[0])
    clerk.done(clerk.till.scan(CARD.encode()))
    clerk.until(lambda: not clerk.view.gift_card.asking)
    found = clerk.view.gift_card.balance_minor
    clerk.done(clerk.till.void_transaction("mistake"))
    clerk.sync()
    return found


def bought(clerk, card):
    """By points, by a gift card of 1 000.00, and the rest in cash."""
    clerk.done(clerk.till.sell_gift_card(CARD))
    clerk.paid()
    clerk.sync()
    clerk.buys(*TAKEN, *TAKEN).may_redeem(card)
    clerk.done(clerk.till.redeem(20))
    clerk.done(clerk.till.scan(CARD.encode()))
    clerk.until(lambda: not clerk.view.gift_card.asking)
    clerk.done(clerk.till.tender("gift_card", 100_00))
    sold = clerk.paid()
    clerk.sync()
    assert sold.totals.points_redeemed == 20
    return sold


def refused(answer) -> str:
    assert answer.refusal is not None, answer
    return answer.refusal.code


def test_without_a_receipt_cash_goes_out_and_neither_points_nor_a_gift_card_come_back(shop, clerk):
    card = member(3)
    sold = bought(clerk, card)
    points, money = clerk.balance(card), held(clerk)
    drawer = clerk.till.station.session.cash_minor
    assert money == 900_00

    clerk.done(clerk.till.return_goods("not_suitable"))
    clerk.buys(*TAKEN)
    due = clerk.sale.due_minor
    clerk.done(clerk.till.scan(CARD.encode()))  # tells what is on it, and takes nothing
    clerk.until(lambda: not clerk.view.gift_card.asking)
    assert refused(clerk.till.scan(card.encode())) == "return_is_open"
    assert refused(clerk.till.redeem(20)) == "no_member"
    assert refused(clerk.till.tender("gift_card", 100_00)) == "return_is_open"
    assert refused(clerk.till.sell_gift_card(GIFTS[1])) == "return_is_open"
    clerk.done(clerk.till.complete())
    back = clerk.till.station.journal.last_document()
    clerk.sync()

    assert [(one.kind.value, one.amount_minor) for one in back.tenders] == [("cash", -abs(due))]
    assert clerk.till.station.session.cash_minor == drawer - abs(due)
    assert (back.member_id, back.original_id, back.entries) == (None, None, ())
    assert len(at_the_server(shop, back.transaction_id)) == 1
    assert (clerk.balance(card), held(clerk)) == (points, money)
    clerk.settled()
    assert right_books(shop)

    # The paper is found after all: what paid comes back to where it was.
    clerk.done(clerk.till.return_sale(sold.receipt_number, None, "not_suitable"))
    refunds = {one.kind: one.amount_minor for one in clerk.sale.refunds}
    assert refunds["gift_card"] == -100_00
    clerk.done(clerk.till.complete())
    clerk.sync()
    earned = sold.totals.points_earned
    assert (clerk.balance(card), held(clerk)) == (points + 20 - earned, 1000_00)
    clerk.settled()
    assert right_books(shop)

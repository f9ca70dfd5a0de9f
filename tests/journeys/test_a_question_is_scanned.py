"""A question on the screen is answered by whatever scanner: what is asked about is never sold."""

import pytest

from pos_app.ui.menu_flows import perform
from pos_app.wiring.demo_script import CARD, GOODS, Key, opening

PRICED = {"ui.price_is", "ui.price_is_now"}
"""Milk is cheaper in the morning."""


@pytest.fixture
def counter(cashier):
    one = cashier("asked")
    one.play(opening(one.hands))
    return one


def asked(counter):
    return counter.window.desk.ask and counter.window.desk.ask.name


def test_a_price_is_checked_by_the_scanner_on_its_cable_and_nothing_is_sold(counter) -> None:
    desk = counter.window.desk
    perform(desk, "price_check")
    counter.hands.scan(GOODS[0])
    counter.until(lambda: bool(desk.rows))
    assert desk.said.texts[0].key in PRICED
    (card,) = [row for row in desk.rows if row.title == "С картой"]
    assert "балл" in card.detail
    assert counter.hands.lines() == 0
    counter.hands.scan(GOODS[1])  # the next one: the question stays, and the scanner goes on
    first = desk.rows
    counter.until(lambda: desk.rows != first)
    assert counter.hands.lines() == 0
    counter.hands.press(Key.Key_Escape)
    assert asked(counter) is None
    counter.hands.scan(GOODS[0])
    counter.until(lambda: counter.hands.lines() == 1)


def test_a_member_without_a_network_is_told_their_own_price_and_what_is_promised(counter) -> None:
    desk, till = counter.window.desk, counter.window.desk.till
    till.link(False)
    counter.until(lambda: not counter.hands.view.link.online)
    counter.hands.scan(CARD)
    counter.until(lambda: counter.hands.view.member is not None)
    unsent = counter.hands.view.link.unsent
    perform(desk, "price_check")
    counter.hands.scan(GOODS[0])
    counter.until(lambda: bool(desk.rows))
    who = counter.hands.view.member.display_name
    (own,) = [row for row in desk.rows if row.title == f"{who} платит"]
    assert own.figure
    assert own.detail
    assert counter.hands.lines() == 0
    assert counter.hands.view.link.unsent == unsent


def test_a_managers_look_up_takes_a_scanned_card_and_puts_nobody_on_the_receipt(counter) -> None:
    desk = counter.window.desk
    perform(desk, "members")
    assert asked(counter) == "find_member"
    counter.hands.scan(CARD)
    counter.until(lambda: bool(desk.rows) or desk.page is not None)
    assert counter.hands.view.member is None


def test_a_coupon_that_is_asked_for_is_taken_from_the_scanner_on_its_cable(counter) -> None:
    desk = counter.window.desk
    perform(desk, "coupon")
    counter.hands.scan("NO-SUCH-7")
    counter.until(lambda: desk.said is not None and desk.said.texts[0].key == "coupon.unknown")
    assert asked(counter) == "coupon"  # as if it were typed; goods go on from here
    counter.hands.scan(GOODS[0])
    counter.until(lambda: counter.hands.lines() == 1)
    assert asked(counter) is None

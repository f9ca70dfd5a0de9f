"""A membership at the till: it belongs to somebody, is not reduced and earns nothing."""

import pytest

from resources.words import Words
from tests.workstation.test_till_standing import STANDING
from tests.workstation.tills import (
    CARDS,
    CHEESE,
    MILK,
    STRANGE_CARD,
    Bench,
    notices,
    ok,
    program_row,
    refusal,
)


@pytest.fixture
def club(manager: Bench) -> Bench:
    manager.mirrors(program_row(14, STANDING))
    return manager


def test_a_membership_of_nobody_asks_for_a_card_and_the_payment_waits(club: Bench):
    answer = club.scan(CHEESE)
    assert notices(answer) == ["item_added", "membership_asks_card"]
    assert "Плюс" in Words("ru").say(answer.notices[-1].text)
    waits = club.till.pay("cash", None)
    assert refusal(waits) == "membership_asks_card"
    assert "отсканируйте карту" in Words("ru").say(waits.refusal.text)
    assert refusal(club.till.tender("card", None, "")) == "membership_asks_card"
    club.scan(CARDS["anna"])
    ok(club.till.pay("cash", None))


def test_a_membership_line_taken_off_lets_the_rest_be_paid(club: Bench):
    club.scan(MILK, CHEESE)
    ok(club.till.void_line(2, "no card"))
    ok(club.till.pay("cash", None))


def test_after_the_card_a_membership_asks_for_nothing(club: Bench):
    club.scan(CARDS["anna"])
    assert notices(club.scan(CHEESE)) == ["item_added"]
    ok(club.till.pay("cash", None))


def test_a_card_that_only_the_server_knows_may_buy_a_membership(club: Bench):
    club.scan(CHEESE, STRANGE_CARD)
    ok(club.till.pay("cash", None))
    assert club.documents()[-1].member_code == STRANGE_CARD


def test_a_membership_is_neither_reduced_nor_earns(club: Bench):
    club.scan(CARDS["tanya"], MILK, CHEESE)
    milk, sold = club.sale.lines
    assert milk.discounts
    assert milk.points_earned
    assert (sold.discounts, sold.points_earned) == ((), 0)
    assert sold.amount_minor == 1000_00


def test_once_money_has_moved_a_membership_stops_nothing(club: Bench):
    club.scan(MILK)
    ok(club.till.tender("card", 10_00))
    club.mirrors(
        program_row(15, {**STANDING, "version": 3, "memberships": [
            {"id": "plus", "name": {"ru": "Плюс"}, "items": ["item1"], "days": 9}]})
    )  # fmt: skip
    ok(club.till.pay("cash"))

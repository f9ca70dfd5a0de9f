"""Receipts that wait are told apart: by a word given with the key, or by whose card is on them."""

import pytest

from tests.sync.mirror.feeds import gone
from tests.workstation.tills import BREAD, CARDS, MARIA, MILK, member_id, notices, ok


def labels(bench):
    return [one.label for one in bench.view.suspended]


def test_a_word_given_with_the_gesture_is_the_label(shop) -> None:
    shop.scan(MILK)
    assert notices(shop.till.suspend("  синяя куртка ")) == ["suspended_as"]
    assert labels(shop) == ["синяя куртка"]


def test_without_a_word_it_is_the_customers_name_and_with_none_nothing(shop) -> None:
    shop.scan(CARDS["anna"], MILK)
    name = shop.view.member.display_name
    assert notices(shop.till.suspend()) == ["suspended_as"]
    shop.scan(BREAD)
    assert notices(shop.till.suspend()) == ["suspended"]
    assert labels(shop) == [name, ""]
    shop.restart()
    ok(shop.till.sign_on(*MARIA))
    assert labels(shop) == [name, ""]


def test_a_customer_who_is_erased_leaves_the_list_of_what_waits_at_once(shop) -> None:
    shop.scan(CARDS["anna"], MILK)
    name = shop.view.member.display_name
    ok(shop.till.suspend())
    assert labels(shop) == [name]
    shop.mirrors(gone("store:s1", 3000, "member", member_id("anna")))
    assert labels(shop) == [""]


def test_the_name_of_a_customer_is_not_written_beside_the_receipt(shop) -> None:
    shop.scan(CARDS["anna"], MILK)
    ok(shop.till.suspend())
    (draft,) = shop.till.station.journal.suspended()
    assert draft.label == ""
    assert shop.view.suspended[0].label.encode() not in draft.body


@pytest.mark.parametrize("typed", ["3*", "+7 999 123-45-67", "4600000000015", "79991234567"])
def test_what_was_meant_for_something_else_is_no_label(shop, typed) -> None:
    shop.scan(MILK)
    ok(shop.till.suspend(typed))
    assert labels(shop) == [""]


def test_a_long_label_is_cut(shop) -> None:
    shop.scan(MILK)
    ok(shop.till.suspend("очень " * 20))
    assert len(labels(shop)[0]) <= 40


def test_a_member_enrolled_here_is_named_as_well(shop) -> None:
    shop.scan(MILK)
    ok(shop.till.enrol("+79995556677", name="Пётр"))
    ok(shop.till.suspend())
    assert labels(shop) == ["Пётр"]


@pytest.mark.parametrize(("typed", "shown"), [("\u202eсиняя", "синяя"), ("\x00", "")])
def test_what_cannot_be_seen_is_no_part_of_a_label(shop, typed, shown) -> None:
    """A mark of writing from right to left would turn the row around."""
    shop.scan(MILK)
    ok(shop.till.suspend(typed))
    assert labels(shop) == [shown]

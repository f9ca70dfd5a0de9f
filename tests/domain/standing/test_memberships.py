"""Paid memberships: renewed from the old end, given back by the day, the same on every till."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.errors import ProgramRefused
from pos_app.domain.loyalty.membership import (
    SoldPiece,
    held,
    holds_until,
    purchases,
    refund_minor,
    terms,
    unused_days,
)
from pos_app.domain.loyalty.tally import added, kept
from pos_app.domain.mechanics.memberships import Membership
from tests.builders import a_program

PLUS = Membership("plus", {"en": "Plus"}, frozenset({"plus-card"}), days=365, tier_id="gold")
SEASON = Membership("season", {}, frozenset({"pass"}), until_on=date(2026, 12, 31))
SOLD = date(2026, 1, 10)


def bought(*days: date, one: Membership = PLUS, count: int = 1):
    found = {}
    for day in days:
        piece = SoldPiece(1, next(iter(one.items)), count)
        found = added(found, purchases([PLUS, SEASON], [piece], day))
    return found


def test_a_membership_runs_from_the_day_it_was_sold_through_its_last_day() -> None:
    tallies = bought(SOLD)
    last = date(2027, 1, 9)
    assert holds_until(PLUS, tallies, SOLD) == last
    assert holds_until(PLUS, tallies, last) == last
    assert holds_until(PLUS, tallies, last + timedelta(days=1)) is None
    assert holds_until(PLUS, tallies, SOLD - timedelta(days=1)) is None


def test_a_renewal_runs_on_from_the_old_end_and_a_late_one_from_its_own_day() -> None:
    early = bought(SOLD, date(2026, 12, 1))
    assert holds_until(PLUS, early, date(2026, 12, 1)) == date(2028, 1, 9)
    late = bought(SOLD, date(2027, 3, 1))
    assert holds_until(PLUS, late, date(2027, 1, 9)) == date(2027, 1, 9)
    assert holds_until(PLUS, late, date(2027, 2, 1)) is None
    assert holds_until(PLUS, late, date(2027, 3, 1)) == date(2028, 2, 28)


def test_two_pieces_and_two_dark_tills_lose_no_day() -> None:
    assert holds_until(PLUS, bought(SOLD, count=2), SOLD) == date(2028, 1, 9)
    assert bought(SOLD, SOLD) == bought(SOLD, count=2)


def test_a_season_pass_ends_on_its_day_whenever_it_was_bought() -> None:
    for day in (date(2026, 3, 1), date(2026, 12, 31)):
        assert holds_until(SEASON, bought(day, one=SEASON), day) == date(2026, 12, 31)
    twice = bought(date(2026, 3, 1), date(2026, 4, 1), one=SEASON, count=2)
    assert holds_until(SEASON, twice, date(2026, 12, 31)) == date(2026, 12, 31)
    assert bought(date(2027, 1, 1), one=SEASON) == {}


def test_what_is_no_membership_grants_nothing() -> None:
    assert purchases([PLUS], [SoldPiece(1, "milk", 1)], SOLD) == ()
    assert held([PLUS, SEASON], bought(SOLD), SOLD) == {"plus": date(2027, 1, 9)}


def test_a_purchase_is_not_forgotten_while_renewals_build_on_it() -> None:
    tallies = bought(SOLD, date(2026, 12, 1))
    later = kept(tallies, date(2027, 12, 1))
    assert holds_until(PLUS, later, date(2027, 12, 1)) == date(2028, 1, 9)


@pytest.mark.parametrize(
    ("after_days", "unused", "refund"),
    [(0, 365, 3650_00), (1, 364, 3640_00), (364, 1, 10_00), (365, 0, 0), (900, 0, 0)],
)
def test_the_unused_days_come_back_to_the_kopeck(after_days, unused, refund) -> None:
    on = SOLD + timedelta(days=after_days)
    left = unused_days(PLUS, bought(SOLD), SOLD, on)
    assert left == unused
    assert refund_minor(PLUS, 3650_00, 365, left) == refund


def test_a_refund_is_rounded_once_and_none_is_none() -> None:
    assert refund_minor(PLUS, 100_00, 365, 182) == 49_86
    final = Membership("p", {}, frozenset({"x"}), days=30, refund="none")
    assert refund_minor(final, 100_00, 30, 30) == 0
    assert refund_minor(PLUS, 100_00, 0, 0) == 0
    assert unused_days(PLUS, {}, SOLD, SOLD) == 0


def test_a_renewal_that_has_not_begun_comes_back_whole() -> None:
    tallies = bought(SOLD, date(2026, 12, 1))
    assert unused_days(PLUS, tallies, date(2026, 12, 1), date(2026, 12, 10)) == 365
    assert unused_days(PLUS, tallies, SOLD, date(2027, 1, 9)) == 1


def test_after_unused_days_came_back_the_renewal_moves_up() -> None:
    tallies = bought(SOLD, date(2026, 12, 1))
    used = {("membership/plus", "2026-01-10+"): 330, ("membership/plus", "2026-12-01+"): 365}
    assert holds_until(PLUS, tallies, date(2026, 12, 6)) == date(2028, 1, 9)
    assert holds_until(PLUS, used, date(2026, 12, 6)) == date(2027, 12, 5)
    gone = {("membership/plus", "2026-01-10+"): -1}
    assert terms(PLUS, gone)[0].until_on < SOLD


DATES = st.lists(st.dates(date(2025, 1, 1), date(2028, 1, 1)), max_size=5)


@given(DATES, st.randoms(use_true_random=False))
def test_the_order_in_which_sales_arrive_cannot_matter_and_terms_never_overlap(days, chance):
    shuffled = list(days)
    chance.shuffle(shuffled)
    assert bought(*days) == bought(*shuffled)
    found = terms(PLUS, bought(*days))
    assert sum((t.until_on - t.from_on).days + 1 for t in found) == 365 * len(days)
    for one, following in zip(found, found[1:], strict=False):
        assert following.from_on > one.until_on


REFUSED = [
    ({"items": []}, "which item sells it"),
    ({"days": 0}, "either days or until"),
    ({"until": "2027-01-01"}, "either days or until"),
    ({"tier": "platinum"}, "there is no tier 'platinum'"),
    ({"refund": "half"}, "one of unused_days, none"),
]


@pytest.mark.parametrize(("fields", "reason"), REFUSED)
def test_a_membership_that_nobody_can_explain_is_refused(fields, reason) -> None:
    one = {"id": "plus", "items": ["x"], "days": 30} | fields
    with pytest.raises(ProgramRefused, match=reason):
        a_program(memberships=[one])


def test_one_item_sells_one_membership_and_rules_name_only_what_is_sold() -> None:
    plus = {"id": "plus", "items": ["x", "y"], "days": 30}
    with pytest.raises(ProgramRefused, match="'x' sells 'plus' already"):
        a_program(memberships=[plus, {"id": "max", "items": ["x"], "days": 1}])
    rule = {"id": "r", "percent": "1", "when": {"segments": ["membership:max", "vip"]}}
    with pytest.raises(ProgramRefused, match="nothing sells 'membership:max'"):
        a_program(memberships=[plus], earn={"rules": [rule]})
    with pytest.raises(ProgramRefused, match="used twice"):
        a_program(memberships=[plus, plus | {"items": ["z"]}])


def test_a_membership_has_a_name() -> None:
    assert (PLUS.name("ru"), SEASON.name("en")) == ("Plus", "season")

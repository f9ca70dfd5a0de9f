"""Tills on both sides of a Z spend one account, each by its own day (docs/adr/0221)."""

from datetime import date, timedelta
from random import Random

import pytest

from pos_app.domain.loyalty.ledger import Account, LotOrder, PointsEntry, Take, apply, fold
from tests.builders import TODAY, an_entry

YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


def earned(points: int, entry_id: str, **fields) -> PointsEntry:
    return an_entry("earn", points, entry_id=entry_id, **fields)


def redeemed(points: int, entry_id: str, **fields) -> PointsEntry:
    return an_entry("redeem", -points, entry_id=entry_id, **fields)


def lots(account: Account) -> dict[str, tuple[int, date | None]]:
    return {lot.lot_id: (lot.points, lot.expires_on) for lot in account.lots}


def test_two_days_take_what_both_could_and_nothing_is_beyond_the_lots() -> None:
    """A till of the new day came first and took the older lot; yesterday's takes the new one."""
    account = fold("m1", [earned(100, "old"), earned(100, "new", available_on=TOMORROW)])
    first = apply(account, redeemed(100, "r1", on=TOMORROW))
    assert first.takes == (Take("old", 100, TODAY, None),)
    late = apply(first.account, redeemed(100, "r2"))
    assert late.takes == (Take("new", 100, TOMORROW, None),)
    assert (late.overdrawn, late.account.debt, late.account.lots) == (0, 0, ())
    assert late.account.spares == ()


def test_a_lot_that_ended_yesterday_gives_in_place_of_what_yesterday_took() -> None:
    """Where the oldest lot goes first: each day could have been paid by its own."""
    oldest = {"lot_order": LotOrder.OLDEST_ISSUED_FIRST}
    lots_ = [earned(100, "old", on=YESTERDAY), earned(100, "ends", expires_on=TODAY)]
    first = apply(fold("m1", lots_), redeemed(100, "r1", **oldest))
    assert first.takes == (Take("old", 100, YESTERDAY, None),)
    late = apply(first.account, redeemed(100, "r2", on=TOMORROW, **oldest))
    assert (late.overdrawn, late.account.lots) == (0, ())


def test_points_of_another_day_are_no_cover_beyond_what_was_taken_in_their_place() -> None:
    account = fold("m1", [earned(100, "old"), earned(100, "new", available_on=TOMORROW)])
    assert apply(apply(account, redeemed(100, "r1")).account, redeemed(30, "r2")).overdrawn == 30
    once = apply(account, redeemed(60, "r1", on=TOMORROW)).account
    beyond = apply(once, redeemed(130, "r2"))
    assert (beyond.overdrawn, lots(beyond.account)) == (30, {"new": (40, None)})
    again = apply(beyond.account, redeemed(10, "r3"))
    assert again.overdrawn == 10, "what was taken in place is used once"


def test_what_came_back_leaves_nothing_to_take_in_its_place() -> None:
    account = fold("m1", [earned(100, "old"), earned(100, "new", available_on=TOMORROW)])
    first = apply(account, redeemed(60, "r1", on=TOMORROW))
    back = an_entry("reverse", 60, entry_id="b1", on=TOMORROW, reverses="r1")
    undone = apply(first.account, back, first.takes).account
    assert undone.spares == ()
    assert apply(undone, redeemed(130, "r2")).overdrawn == 30


def test_what_was_never_earned_has_taken_nothing_in_another_days_place() -> None:
    """The sale that earned the older lot came back: yesterday has no lot of its own any more."""
    account = fold("m1", [earned(100, "old"), earned(200, "new", available_on=TOMORROW)])
    account = apply(account, redeemed(100, "r1", on=TOMORROW)).account
    about = {"on": TOMORROW, "reverses": "old", "lot_id": "old"}
    account = apply(account, an_entry("reverse", -100, entry_id="u1", **about)).account
    assert apply(account, redeemed(100, "r2")).overdrawn == 100


def test_what_a_day_took_stands_in_for_the_day_before_it_or_after_it_not_for_both() -> None:
    oldest = {"lot_order": LotOrder.OLDEST_ISSUED_FIRST}
    wide = earned(100, "wide", on=YESTERDAY, available_on=YESTERDAY)
    account = fold("m1", [wide, earned(200, "mid", expires_on=TODAY)])
    account = apply(account, redeemed(100, "r1", **oldest)).account
    before = apply(account, redeemed(100, "r2", on=YESTERDAY, **oldest))
    after = apply(before.account, redeemed(100, "r3", on=TOMORROW, **oldest))
    assert (before.overdrawn, after.overdrawn) == (0, 100)


@pytest.mark.parametrize("seed", range(0, 3000, 100))
def test_an_overdraft_of_two_days_is_told_where_no_lots_could_have_paid_in_any_order(seed) -> None:
    for one in range(seed, seed + 100):
        told, short = of_two_days(Random(one))
        assert told == short, f"history {one}"


def of_two_days(chance: Random) -> tuple[int, int]:
    """(points told as beyond the lots, points that no lots of their days can pay)."""
    days, order = (TODAY, TOMORROW), chance.choice([*LotOrder])
    account, given = Account("m1"), {both: 0 for both in ((0,), (1,), (0, 1))}
    for n in range(chance.randint(1, 4)):
        first, points = chance.randrange(2), chance.randint(1, 4)
        ends = chance.choice([None, *days[first:]])
        about = {"on": TODAY, "available_on": days[first], "expires_on": ends}
        account = apply(account, earned(points, f"e{n}", **about)).account
        given[(first,) if first or ends == TODAY else (0, 1)] += points
    told, spent = 0, [0, 0]
    for n in range(chance.randint(1, 5)):
        day, points = chance.randrange(2), chance.randint(1, 5)
        done = apply(account, redeemed(points, f"r{n}", on=days[day], lot_order=order))
        account, told, spent[day] = done.account, told + done.overdrawn, spent[day] + points
    alone = [spent[day] - given[(day,)] - given[(0, 1)] for day in (0, 1)]
    return told, max(0, *alone, sum(spent) - sum(given.values()))

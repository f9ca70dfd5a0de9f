"""Tills on both sides of a Z spend one account, each by its own day (docs/adr/0221)."""

from datetime import date, timedelta

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

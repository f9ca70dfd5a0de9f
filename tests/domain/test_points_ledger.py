"""The ledger: every history folds to an account that is the sum of its entries."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.errors import RuleError
from pos_app.domain.loyalty.ledger import (
    RESTORED_LOT_DAYS,
    Account,
    EntryKind,
    Ledger,
    Lot,
    PointsEntry,
    PostResult,
    Take,
    apply,
    fold,
)
from tests.builders import TODAY, a_member, an_entry

YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


def days(count: int) -> date:
    return TODAY + timedelta(days=count)


def earned(points: int, entry_id: str = "e1", **fields) -> PointsEntry:
    return an_entry("earn", points, entry_id=entry_id, **fields)


def redeemed(points: int, entry_id: str = "r1", **fields) -> PointsEntry:
    return an_entry("redeem", -points, entry_id=entry_id, **fields)


def lots(account: Account) -> dict[str, tuple[int, date | None]]:
    return {lot.lot_id: (lot.points, lot.expires_on) for lot in account.lots}


def test_an_earning_opens_a_lot_with_its_own_life() -> None:
    account = fold("m1", [earned(50, available_on=TOMORROW, expires_on=days(365))])
    assert account.balance == 50
    assert account.available(TODAY) == 0
    assert account.pending(TODAY) == 50
    assert account.available(TOMORROW) == 50
    assert account.available(days(365)) == 50
    assert account.available(days(366)) == 0


def test_a_redemption_takes_the_lot_that_ends_first() -> None:
    account = fold(
        "m1",
        [
            earned(30, "never"),
            earned(30, "late", expires_on=days(200)),
            earned(30, "soon", expires_on=days(20)),
            redeemed(45),
        ],
    )
    assert lots(account) == {"late": (15, days(200)), "never": (30, None)}


def test_pending_and_ended_lots_are_not_spent() -> None:
    account = fold(
        "m1",
        [
            earned(10, "pending", available_on=TOMORROW),
            earned(10, "ended", on=days(-30), expires_on=YESTERDAY),
            earned(10, "open"),
            redeemed(10),
        ],
    )
    assert set(lots(account)) == {"pending", "ended"}


def test_what_the_lots_cannot_give_becomes_a_debt_that_the_next_earning_repays() -> None:
    overdrawn = apply(fold("m1", [earned(10)]), redeemed(25))
    assert overdrawn.overdrawn == 15
    assert overdrawn.account.balance == -15
    assert overdrawn.account.available(TODAY) == -15
    partly = apply(overdrawn.account, earned(5, "e2")).account
    assert (partly.debt, partly.lots) == (10, ())
    repaid = apply(partly, earned(30, "e3")).account
    assert (repaid.debt, lots(repaid)) == (0, {"e3": (20, None)})


def test_a_hold_reserves_and_moves_nothing_until_it_is_posted() -> None:
    held = fold("m1", [earned(100), an_entry("hold", -40, entry_id="h1")])
    assert (held.balance, held.available(TODAY), held.held) == (100, 60, 40)
    posted = apply(held, an_entry("post", -40, entry_id="p1", reverses="h1"))
    assert (posted.account.balance, posted.account.held) == (60, 0)
    assert posted.takes == (Take("e1", 40, TODAY, None),)


def test_points_on_hold_return_when_the_hold_is_voided() -> None:
    held = fold("m1", [earned(100), an_entry("hold", -40, entry_id="h1")])
    voided = apply(held, an_entry("void", 0, entry_id="v1", reverses="h1")).account
    assert (voided.balance, voided.available(TODAY), voided.held) == (100, 100, 0)


def test_an_adjustment_and_a_transfer_move_points_both_ways() -> None:
    account = fold(
        "m1",
        [
            an_entry("adjust", 30, entry_id="a1"),
            an_entry("transfer", 20, entry_id="t1", lot_id="old", expires_on=days(5)),
            an_entry("transfer", 5, entry_id="t2", lot_id="old", expires_on=days(5)),
            an_entry("adjust", -10, entry_id="a2"),
        ],
    )
    assert lots(account) == {"old": (15, days(5)), "a1": (30, None)}


def test_an_expiry_takes_its_lot_and_nothing_else() -> None:
    entries = [earned(10, "e1", expires_on=YESTERDAY, on=days(-9)), earned(7, "e2")]
    account = fold("m1", entries)
    assert [lot.lot_id for lot in account.lapsed(TODAY)] == ["e1"]
    expired = apply(account, an_entry("expire", -10, entry_id="x1", lot_id="e1")).account
    assert lots(expired) == {"e2": (7, None)}
    assert expired.lapsed(TODAY) == ()
    partly = apply(account, an_entry("expire", -4, entry_id="x1", lot_id="e1")).account
    assert partly.balance == 13


@pytest.mark.parametrize(("lot_id", "points"), [("e1", -11), ("e1", 0), ("gone", -1)])
def test_an_expiry_of_points_that_a_lot_does_not_hold_is_our_bug(lot_id: str, points: int) -> None:
    account = fold("m1", [earned(10)])
    with pytest.raises(RuleError, match="expire"):
        apply(account, an_entry("expire", points, entry_id="x1", lot_id=lot_id))


def test_points_that_expire_soon_are_shown_by_day_first_end_first() -> None:
    account = fold(
        "m1",
        [
            earned(5, "a", expires_on=days(9)),
            earned(6, "b", expires_on=days(3)),
            earned(7, "c", expires_on=days(9)),
            earned(8, "d", expires_on=days(31)),
            earned(9, "e"),
        ],
    )
    assert account.expiring(TODAY, 30) == ((6, days(3)), (12, days(9)))


def test_a_returned_redemption_restores_its_lots_with_their_old_ends() -> None:
    before = [earned(30, "soon", expires_on=days(20)), earned(30, "late", expires_on=days(200))]
    back = an_entry("reverse", 45, entry_id="b1", reverses="r1")
    assert fold("m1", [*before, redeemed(45), back]) == fold("m1", before)


def test_parts_of_a_redemption_go_back_last_taken_first_until_all_are_back() -> None:
    before = [earned(30, "soon", expires_on=days(20)), earned(30, "late", expires_on=days(200))]
    entries = [*before, redeemed(45), an_entry("reverse", 20, entry_id="b1", reverses="r1")]
    assert lots(fold("m1", entries)) == {"soon": (5, days(20)), "late": (30, days(200))}
    entries.append(an_entry("reverse", 25, entry_id="b2", reverses="r1"))
    assert fold("m1", entries) == fold("m1", before)


def test_a_lot_returned_after_its_end_lives_fourteen_days() -> None:
    entries = [
        earned(30, "short", expires_on=days(5)),
        redeemed(30),
        an_entry("reverse", 30, entry_id="b1", reverses="r1", on=days(10)),
    ]
    account = fold("m1", entries)
    assert lots(account) == {"b1": (30, days(10 + RESTORED_LOT_DAYS))}
    assert account.available(days(24)) == 30
    assert account.available(days(25)) == 0


def test_points_that_lapsed_do_not_live_longer_with_points_that_come_back() -> None:
    entries = [
        earned(30, "short", expires_on=days(5)),
        redeemed(10),
        an_entry("reverse", 10, entry_id="b1", reverses="r1", on=days(10)),
    ]
    account = fold("m1", entries)
    assert lots(account) == {"short": (20, days(5)), "b1": (10, days(24))}
    assert account.available(days(10)) == 10


def test_a_redemption_that_nobody_saw_returns_as_a_lot_of_its_own() -> None:
    """Its history stayed with an account that was merged away."""
    back = an_entry("reverse", 20, entry_id="b1", reverses="elsewhere")
    assert lots(fold("m1", [back])) == {"b1": (20, None)}


def test_points_of_a_lot_that_ended_pay_first_what_the_lot_owes() -> None:
    entries = [
        earned(30, "short", expires_on=days(5)),
        redeemed(30),
        an_entry("reverse", -30, entry_id="u1", reverses="short", on=days(8)),
        an_entry("reverse", 30, entry_id="b1", reverses="r1", on=days(10)),
    ]
    account = fold("m1", entries)
    assert (account.lots, account.debt, account.owed) == ((), 0, ())


def test_a_lot_returned_on_its_last_day_keeps_it() -> None:
    entries = [
        earned(30, "short", expires_on=days(5)),
        redeemed(30),
        an_entry("reverse", 30, entry_id="b1", reverses="r1", on=days(5)),
    ]
    assert lots(fold("m1", entries)) == {"short": (30, days(5))}


def test_a_return_repays_the_debt_that_its_redemption_left() -> None:
    entries = [earned(10), redeemed(25), an_entry("reverse", 25, entry_id="b1", reverses="r1")]
    account = fold("m1", entries)
    assert (account.debt, lots(account)) == (0, {"e1": (10, None)})


def test_reversed_earnings_leave_their_own_lot_first_though_it_is_pending() -> None:
    entries = [
        earned(20, "other", expires_on=days(3)),
        earned(50, "own", available_on=TOMORROW),
        an_entry("reverse", -15, entry_id="b1", reverses="own"),
    ]
    assert lots(fold("m1", entries)) == {"other": (20, days(3)), "own": (35, None)}


def test_buy_refund_and_keep_the_points_ends_in_a_debt() -> None:
    entries = [earned(50), redeemed(50), an_entry("reverse", -50, entry_id="b1", reverses="e1")]
    account = fold("m1", entries)
    assert account.balance == -50
    assert apply(account, earned(60, "e2")).account.balance == 10


def test_replaying_an_entry_exists_and_other_content_is_an_alarm() -> None:
    ledger = Ledger("m1")
    assert ledger.post(earned(50)) is PostResult.POSTED
    assert ledger.post(earned(50)) is PostResult.EXISTS
    assert ledger.post(earned(51)) is PostResult.EXISTS_WITH_DIFFERENT_CONTENT
    assert ledger.account().balance == 50


def test_an_entry_is_never_applied_to_somebody_else() -> None:
    with pytest.raises(RuleError, match="own member"):
        apply(Account("m2"), earned(1))


def test_a_mirrored_member_is_an_account() -> None:
    member = a_member(lots=(Lot("l1", 30, TODAY),), debt=10, spend_by_month={"2026-11": 7})
    assert member.account().balance == 20
    assert member.spend_minor(("2026-11", "2026-10")) == 7


def test_takes_shrink_from_the_last_one() -> None:
    takes = (Take("a", 10, TODAY, None), Take("b", 5, TODAY, None))
    for back, left in ((7, (Take("a", 8, TODAY, None),)), (15, ())):
        entry = an_entry("reverse", back, entry_id="back", reverses="r1")
        assert apply(Account("m1"), entry, takes).left == left


STEP = st.tuples(
    st.sampled_from(
        ["earn", "redeem", "return", "unearn", "expire", "hold", "void", "post", "adjust"]
    ),
    st.integers(1, 60),
    st.integers(0, 40),
    st.integers(0, 9),
)


class History:
    """Grows a legal history from random steps, a day later at each."""

    def __init__(self) -> None:
        self.entries: list[PointsEntry] = []
        self.on = TODAY
        self.open: dict[str, list[PointsEntry]] = {k: [] for k in ("earn", "redeem", "hold")}

    def step(self, kind: str, points: int, life: int, pick: int) -> None:
        self.on += timedelta(days=life % 7)
        if kind == "expire":
            for lot in fold("m1", self.entries).lapsed(self.on):
                self._add("expire", -lot.points, lot_id=lot.lot_id)
        elif kind in ("earn", "redeem", "hold", "adjust"):
            self._born(kind, points, life)
        else:
            self._answer(kind, points, pick)

    def _born(self, kind: str, points: int, life: int) -> None:
        ends = self.on + timedelta(days=life) if kind == "earn" and life else None
        signed = points if kind == "earn" or (kind == "adjust" and life % 2) else -points
        entry = self._add(kind, signed, expires_on=ends)
        self.open.get(kind, []).append(entry)

    def _answer(self, kind: str, points: int, pick: int) -> None:
        of = {"return": "redeem", "unearn": "earn"}.get(kind, "hold")
        known = self.open[of]
        if not known:
            return
        entry = known[pick % len(known)]
        if of == "hold":
            known.remove(entry)
            self._add(kind, entry.points if kind == "post" else 0, reverses=entry.entry_id)
            return
        gone = sum(abs(e.points) for e in self.entries if e.reverses == entry.entry_id)
        part = min(points, abs(entry.points) - gone)
        if part:
            self._add("reverse", -part if of == "earn" else part, reverses=entry.entry_id)

    def _add(self, kind: str, points: int, **fields) -> PointsEntry:
        number = f"x{len(self.entries):03d}"
        self.entries.append(an_entry(kind, points, entry_id=number, on=self.on, **fields))
        return self.entries[-1]


def _history(steps: list[tuple[str, int, int, int]]) -> History:
    history = History()
    for step in steps:
        history.step(*step)
    return history


HISTORIES: Callable = st.lists(STEP, max_size=30).map(_history)


@given(HISTORIES)
def test_the_balance_is_the_sum_of_effects_after_any_history(history: History) -> None:
    account = fold("m1", history.entries)
    assert account.balance == sum(entry.effect for entry in history.entries)
    assert all(lot.points > 0 for lot in account.lots)
    assert len({lot.lot_id for lot in account.lots}) == len(account.lots)
    assert account.debt >= 0


@given(HISTORIES)
def test_expiring_every_lapsed_lot_leaves_none_and_touches_no_other(history: History) -> None:
    account = fold("m1", history.entries)
    later = history.on + timedelta(days=15)
    kept = tuple(lot for lot in account.lots if lot not in account.lapsed(later))
    for lot in account.lapsed(later):
        entry = an_entry("expire", -lot.points, entry_id=f"end-{lot.lot_id}", lot_id=lot.lot_id)
        account = apply(account, entry).account
    assert account.lots == kept


@given(HISTORIES, st.integers(1, 80), st.randoms(use_true_random=False))
def test_a_redemption_returned_in_any_parts_restores_every_lot_and_end(
    history: History, points: int, random
) -> None:
    before = fold("m1", history.entries)
    on = history.on
    entries = [*history.entries, redeemed(points, "r", on=on)]
    rest, number = points, 0
    while rest:
        part = random.randint(1, rest)
        entries.append(an_entry("reverse", part, entry_id=f"b{number}", reverses="r", on=on))
        rest, number = rest - part, number + 1
    after = fold("m1", entries)
    assert after.balance == before.balance
    if points <= before.available(on) + before.held:
        assert lots(after) == lots(before)
        assert after.debt == before.debt


@given(HISTORIES, st.data())
def test_replaying_any_part_of_a_history_changes_nothing(history: History, data) -> None:
    ledger = Ledger("m1")
    for entry in history.entries:
        assert ledger.post(entry) is PostResult.POSTED
    account = ledger.account()
    if history.entries:
        again = data.draw(st.lists(st.sampled_from(history.entries), max_size=8))
        for entry in again:
            assert ledger.post(entry) is PostResult.EXISTS
            other = replace(entry, points=entry.points + 1)
            assert ledger.post(other) is PostResult.EXISTS_WITH_DIFFERENT_CONTENT
    assert ledger.account() == account


def test_every_kind_of_entry_says_whether_it_moves_the_balance() -> None:
    moving = {kind for kind in EntryKind if an_entry(kind, -5).effect}
    assert moving == set(EntryKind) - {EntryKind.HOLD, EntryKind.VOID}

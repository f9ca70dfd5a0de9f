"""Laws of the ledger over random histories: nothing lost, doubled, or dependent on arrival."""

import random as plain_random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.errors import RuleError
from pos_app.domain.loyalty.ledger import (
    Account,
    Cause,
    EntryKind,
    Ledger,
    Lot,
    LotOrder,
    PointsEntry,
    PostResult,
    fold,
    in_order,
    joined,
)
from pos_app.domain.loyalty.statement import statement
from pos_app.domain.loyalty.transfer import Moment, transfer
from tests.builders import NOON_UTC, TODAY, an_entry, counted_ids

LIVES = st.one_of(st.none(), st.integers(20, 90))
OPENING = st.lists(st.tuples(st.integers(1, 80), LIVES), min_size=1, max_size=4)
SALES = st.lists(st.tuples(st.integers(0, 90), st.integers(0, 60), LIVES), min_size=1, max_size=5)
ORDERS = st.sampled_from(LotOrder)


def born(number: int, kind: str, points: int, **fields) -> PointsEntry:
    """An entry a minute after the one before it."""
    entry = an_entry(kind, points, entry_id=fields.pop("entry_id", f"n{number:03d}"), **fields)
    return replace(entry, at=NOON_UTC + timedelta(minutes=number))


def ends(life: int | None):
    return None if life is None else TODAY + timedelta(days=life)


def opened(lots) -> list[PointsEntry]:
    return [born(n, "earn", points, expires_on=ends(life)) for n, (points, life) in enumerate(lots)]


def sales(rows, order: LotOrder) -> list[PointsEntry]:
    """Each sale redeems and earns; later sales spend what earlier ones earned, and beyond."""
    found = []
    for n, (redeemed, earned, life) in enumerate(rows):
        number = 100 + 2 * n
        if redeemed:
            found.append(born(number, "redeem", -redeemed, lot_order=order))
        if earned:
            found.append(born(number + 1, "earn", earned, expires_on=ends(life)))
    return found


def reversals(entries: list[PointsEntry], random: plain_random.Random) -> list[PointsEntry]:
    """Every sale comes back, in parts, in any order."""
    parts = []
    for entry in entries:
        rest = abs(entry.points)
        while rest:
            part = random.randint(1, rest)
            parts.append((entry, part))
            rest -= part
    random.shuffle(parts)
    return [
        born(
            500 + n,
            "reverse",
            part if entry.points < 0 else -part,
            reverses=entry.entry_id,
            lot_id=entry.entry_id if entry.points > 0 else None,
        )
        for n, (entry, part) in enumerate(parts)
    ]


RANDOM = st.randoms(use_true_random=False)


@given(OPENING, SALES, ORDERS, RANDOM)
def test_sales_that_all_come_back_restore_balance_lots_and_ends(lots, rows, order, random) -> None:
    before = opened(lots)
    sold = sales(rows, order)
    after = fold("m1", [*before, *sold, *reversals(sold, random)])
    assert after == fold("m1", before)


@given(OPENING, SALES, ORDERS, RANDOM)
def test_while_they_come_back_no_lot_is_empty_and_the_balance_is_the_sum(
    lots, rows, order, random
) -> None:
    before, sold = opened(lots), sales(rows, order)
    entries = [*before, *sold, *reversals(sold, random)]
    for count in range(len(before), len(entries) + 1):
        account = fold("m1", entries[:count])
        assert account.balance == sum(e.effect for e in entries[:count])
        assert all(lot.points > 0 for lot in account.lots)
        assert account.debt >= sum(o.points for o in account.owed if o.payer is None) >= 0


@given(OPENING, SALES, ORDERS, RANDOM)
def test_the_order_of_arrival_does_not_matter(lots, rows, order, random) -> None:
    sold = sales(rows, order)
    entries = [*opened(lots), *sold, *reversals(sold, random)[::2]]
    orderly, jumbled = Ledger("m1"), Ledger("m1")
    orderly.post_all(entries)
    random.shuffle(entries)
    jumbled.post_all(entries)
    assert jumbled.account() == orderly.account()


@given(OPENING, SALES, ORDERS, RANDOM)
def test_what_arrives_again_exists_and_what_was_changed_is_an_alarm(
    lots, rows, order, random
) -> None:
    entries = [*opened(lots), *sales(rows, order)]
    ledger = Ledger("m1")
    assert set(ledger.post_all(entries)) == {PostResult.POSTED}
    before = ledger.account()
    assert set(ledger.post_all(random.sample(entries, len(entries)))) == {PostResult.EXISTS}
    forged = replace(random.choice(entries), points=1_000)
    assert ledger.post(forged) is PostResult.EXISTS_WITH_DIFFERENT_CONTENT
    assert ledger.account() == before


def _two(lots, rows, order) -> tuple[Ledger, Ledger]:
    """The same phone enrolled at two tills: two histories of one person."""
    one, other = Ledger("m1"), Ledger("m2")
    one.post_all(opened(lots))
    for entry in sales(rows, order):
        other.post(replace(entry, member_id="m2", entry_id=f"o{entry.entry_id}"))
    return one, other


@given(OPENING, SALES, ORDERS)
def test_a_merge_loses_nothing_doubles_nothing_and_may_be_repeated(lots, rows, order) -> None:
    one, other = _two(lots, rows, order)
    together = one.account().balance + other.account().balance
    merged = Ledger("m1")
    merged.merge(one)
    assert set(merged.merge(other)) <= {PostResult.POSTED}
    once = merged.account()
    assert once.balance == together
    assert set(merged.merge(other)) <= {PostResult.EXISTS}
    assert merged.account() == once


@given(OPENING, SALES, ORDERS)
def test_a_merge_is_the_same_whichever_account_goes_on(lots, rows, order) -> None:
    one, other = _two(lots, rows, order)
    left, right = Ledger("m1", list(one.entries)), Ledger("m2", list(other.entries))
    left.merge(other)
    right.merge(one)
    assert replace(right.account(), member_id="m1") == left.account()


@given(OPENING, SALES, ORDERS, RANDOM)
def test_sales_of_either_account_come_back_after_a_merge_as_if_there_had_been_none(
    lots, rows, order, random
) -> None:
    one, other = _two(lots, rows, order)
    merged = Ledger("m1", [*one.entries, *other.entries])
    for back in reversals(other.entries, random):
        assert merged.post(back) is PostResult.POSTED
    assert merged.account().lots == one.account().lots
    assert merged.account().debt == 0


@given(OPENING, st.integers(0, 300), ORDERS)
def test_a_transfer_conserves_points_and_days(lots, points, order) -> None:
    giver = fold("m1", opened(lots))
    moment = Moment(NOON_UTC, TODAY, Cause("operator", "op1", reason="family"))
    if not 0 < points <= giver.available(TODAY):
        with pytest.raises(RuleError, match="points of"):
            transfer(giver, "m2", points, moment, new_id=counted_ids())
        return
    entries = transfer(giver, "m2", points, moment, new_id=counted_ids(), order=order)
    assert sum(e.points for e in entries) == 0
    mine = fold("m1", [*opened(lots), *(e for e in entries if e.member_id == "m1")])
    theirs = fold("m2", [e for e in entries if e.member_id == "m2"])
    assert (mine.balance, theirs.balance) == (giver.balance - points, points)
    days = sorted((lot.expires_on or TODAY.max, lot.points) for lot in giver.lots)
    after = [*mine.lots, *theirs.lots]
    by_day = {day: sum(p for d, p in days if d == day) for day, _ in days}
    for day, count in by_day.items():
        assert count == sum(x.points for x in after if (x.expires_on or TODAY.max) == day)


@given(OPENING, SALES, ORDERS)
def test_the_oldest_or_the_soonest_lot_pays_and_the_balance_is_the_same(lots, rows, order) -> None:
    entries = [*opened(lots), *sales(rows, order)]
    account = fold("m1", entries)
    either = fold("m1", [replace(e, lot_order=LotOrder.EARLIEST_EXPIRY_FIRST) for e in entries])
    assert account.balance == either.balance
    assert account.debt == either.debt


@given(OPENING, SALES, ORDERS)
def test_a_statement_ends_at_the_balance_and_each_row_follows_the_one_before(
    lots, rows, order
) -> None:
    entries = [*opened(lots), *sales(rows, order)]
    told = statement("m1", reversed(entries), TODAY)
    assert told.balance == fold("m1", entries).balance == told.rows[-1].balance
    running = 0
    for row in told.rows:
        running += row.points
        assert row.balance == running


# --- written out ---------------------------------------------------------------------------


def test_the_oldest_lot_is_spent_first_where_the_programme_says_so() -> None:
    old = born(1, "earn", 30, available_on=TODAY - timedelta(days=9), expires_on=ends(90))
    soon = born(2, "earn", 30, expires_on=ends(20))
    spent = born(3, "redeem", -40, lot_order=LotOrder.OLDEST_ISSUED_FIRST)
    (lot,) = fold("m1", [old, soon, spent]).lots
    assert (lot.lot_id, lot.points) == ("n002", 20)


def test_whoever_stood_in_for_a_spent_lot_has_its_own_points_back() -> None:
    """Buy, spend, buy again, return the first: the second lot paid; then the spending returns."""
    entries = [
        born(1, "earn", 50, expires_on=ends(20)),
        born(2, "redeem", -50),
        born(3, "earn", 30, expires_on=ends(90)),
        born(4, "reverse", -50, reverses="n001"),
    ]
    account = fold("m1", entries)
    assert (account.lots, account.debt) == ((), 20)
    back = fold("m1", [*entries, born(5, "reverse", 50, reverses="n002")])
    assert back.lots == (Lot("n003", 30, TODAY, ends(90)),)
    assert (back.debt, back.owed) == (0, ())


def test_a_debt_with_no_name_is_paid_as_well() -> None:
    mirrored = Account("m1", debt=10)
    joined_ = joined("m1", [mirrored, Account("m1", (Lot("l1", 30, TODAY),))])
    assert (joined_.balance, joined_.debt) == (20, 0)


def test_an_answer_that_arrives_before_its_question_waits_for_it() -> None:
    """A till with a wrong clock voids a hold that is born later."""
    void = born(1, "void", 0, reverses="n005")
    hold = born(5, "hold", -20)
    post = born(2, "post", -5, reverses="n006")
    held = born(6, "hold", -5)
    ordered = in_order([void, post, born(0, "earn", 50, entry_id="e"), held, hold])
    assert [e.entry_id for e in ordered] == ["e", "n005", "n001", "n006", "n002"]
    account = fold("m1", ordered)
    assert (account.held, account.balance) == (0, 45)


def test_a_statement_of_a_month_opens_with_what_was_before_it() -> None:
    before = an_entry("earn", 50, entry_id="e1", on=TODAY - timedelta(days=40))
    told = statement("m1", [before, born(1, "redeem", -20), born(2, "hold", -5)], TODAY,
                     since=TODAY - timedelta(days=30))  # fmt: skip
    assert (told.opening, told.balance, told.held, told.available) == (50, 30, 5, 25)
    assert [(row.kind, row.points, row.balance) for row in told.rows] == [
        (EntryKind.REDEEM, -20, 30)
    ]
    assert (told.pending, told.debt, told.expiring) == (0, 0, ())

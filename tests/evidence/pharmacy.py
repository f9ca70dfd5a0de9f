"""Replays a pharmacy chain's real receipts as a points ledger and counts what it says.

`python -m tests.evidence.pharmacy FILE` reads a table (.csv or .csv.xz, never part of the product)
with the columns datetime, shop, card, bonus_earned, bonus_spent, summ_with_disc, doc_id: local
time, whole roubles, one point = one rouble. Points that a card brought from before the table begins
are an opening lot of just the size that its history needs. Prints; returns 1 when a law is broken.
"""

import csv
import io
import lzma
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pos_app.domain.loyalty.ledger import (
    Account,
    Cause,
    EntryKind,
    Ledger,
    PointsEntry,
    PostResult,
    apply,
)
from pos_app.domain.loyalty.velocity import Seen, VelocityLimits, flags
from pos_app.domain.money import divide_half_up

SHARE_MOST = 2
"""A receipt takes points for at most its half."""
JUMBLED = 200


@dataclass(frozen=True, slots=True)
class Receipt:
    """One row of the table."""

    number: int
    at: datetime
    shop: str
    card: str
    earned: int
    spent: int
    total: int


def read(path: Path) -> list[Receipt]:
    """The receipts, oldest first."""
    data = path.read_bytes()
    text = (lzma.decompress(data) if path.suffix == ".xz" else data).decode("utf-8")
    rows = [
        Receipt(
            number,
            datetime.fromisoformat(row["datetime"]).replace(tzinfo=UTC),
            row["shop"],
            row["card"],
            int(row["bonus_earned"]),
            int(row["bonus_spent"]),
            int(row["summ_with_disc"]),
        )
        for number, row in enumerate(csv.DictReader(io.StringIO(text)))
    ]
    return sorted(rows, key=lambda r: (r.at, r.number))


def too_much(receipt: Receipt) -> bool:
    """More points than half of the receipt."""
    return receipt.spent * SHARE_MOST > receipt.total


def entries_of(receipt: Receipt) -> Iterator[PointsEntry]:
    """Redeem first, then earn, as the till does; a redemption over the cap is not there."""
    cause = Cause("transaction", str(receipt.number))

    def entry(letter: str, kind: EntryKind, points: int) -> PointsEntry:
        name = f"{receipt.number:06d}{letter}"
        on = receipt.at.date()
        return PointsEntry(name, receipt.card, kind, points, receipt.at, on, cause)

    if receipt.spent and not too_much(receipt):
        yield entry("a", EntryKind.REDEEM, -receipt.spent)
    if receipt.earned:
        yield entry("b", EntryKind.EARN, receipt.earned)


def opened(card: str, entries: Sequence[PointsEntry]) -> list[PointsEntry]:
    """The history with the opening lot that it needs, if it needs one."""
    balance = deficit = 0
    for entry in entries:
        balance += entry.points
        deficit = min(deficit, balance)
    if not deficit:
        return list(entries)
    first = entries[0]
    before = replace(first, entry_id="opening", kind=EntryKind.ADJUST, points=-deficit)
    before = replace(before, at=first.at - timedelta(seconds=1), cause=Cause("program", card))
    return [before, *entries]


@dataclass
class Count:
    """What the replay says."""

    cards: int = 0
    opened: int = 0
    opening_points: int = 0
    entries: int = 0
    points: int = 0
    broken: int = 0
    replayed: int = 0
    jumbled: int = 0


def replay(card: str, entries: Sequence[PointsEntry], count: Count) -> None:
    """One card's history into a ledger; every law that does not hold is counted."""
    count.cards += 1
    history = opened(card, entries)
    if len(history) > len(entries):
        count.opened += 1
        count.opening_points += history[0].points
    account, ledger = Account(card), Ledger(card)
    for entry in history:
        posting = apply(account, entry)
        account = posting.account
        bad = posting.overdrawn or account.debt or any(lot.points <= 0 for lot in account.lots)
        posted = ledger.post(entry) is PostResult.POSTED
        count.broken += bool(bad) or not posted
        count.entries += 1
    accepted = sum(entry.points for entry in history)
    count.points += accepted
    count.broken += account.balance != accepted or ledger.account() != account
    again = ledger.post_all(history)
    count.replayed += sum(result is PostResult.EXISTS for result in again)
    if count.cards <= JUMBLED:
        shuffled = list(history)
        random.Random(count.cards).shuffle(shuffled)
        other = Ledger(card)
        other.post_all(shuffled)
        count.jumbled += other.account() == account


def by_card(receipts: Iterable[Receipt]) -> dict[str, list[PointsEntry]]:
    """Every card's entries, oldest first."""
    found: dict[str, list[PointsEntry]] = {}
    for receipt in receipts:
        found.setdefault(receipt.card, []).extend(entries_of(receipt))
    return found


def unusual(receipts: Iterable[Receipt]) -> dict[str, int]:
    """Flags by rule; nobody knows the operators of this table."""
    uses = [Seen(r.card, r.at, r.at.date(), r.shop, "", f"{r.number:06d}") for r in receipts]
    limits = VelocityLimits(receipts=1, stores_a_day=1, scans_by_operator=0)
    counted = {"receipts": 0, "stores": 0}
    for flag in flags(uses, limits):
        counted[flag.rule] += 1
    return counted


def report(path: Path) -> tuple[list[str], bool]:
    """The lines to print, and whether every law held."""
    receipts = read(path)
    count = Count()
    for card, entries in sorted(by_card(receipts).items()):
        if entries:
            replay(card, entries, count)
    asked = [r for r in receipts if r.spent]
    refused = [r for r in asked if too_much(r)]
    accepted = sum(r.earned for r in receipts) - sum(r.spent for r in asked)
    accepted += sum(r.spent for r in refused) + count.opening_points
    odd = unusual(receipts)
    tenths = divide_half_up(1000 * len(asked), max(len(receipts), 1))
    whole = count.broken == 0 and count.points == accepted and count.replayed == count.entries
    return [
        f"receipts {len(receipts)}, cards {len({r.card for r in receipts})}",
        f"redemptions {len(asked)} ({tenths // 10}.{tenths % 10} %), "
        f"over half of the receipt and refused: {len(refused)}",
        f"opening lots {count.opened}, {count.opening_points} points",
        f"entries {count.entries}; folds equal the accepted sums: {count.points} = {accepted}; "
        f"broken laws: {count.broken}",
        f"sent again: {count.replayed} of {count.entries} exist; "
        f"in any order the same account: {count.jumbled} of {min(count.cards, JUMBLED)}",
        f"second receipts of a card inside 10 minutes: {odd['receipts']}; "
        f"receipts in a second shop the same day: {odd['stores']}",
    ], whole and count.jumbled == min(count.cards, JUMBLED)


def main(arguments: Sequence[str]) -> int:
    """0 when every law held."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m tests.evidence.pharmacy FILE\n")
        return 2
    lines, whole = report(Path(arguments[0]))
    print("\n".join(lines))
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

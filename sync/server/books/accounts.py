"""A member's account as the tables keep it: derived state beside an append-only ledger.

Never the truth: the fold over the ledger is, and a job compares.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import msgspec
from msgspec import Struct

from pos_app.domain.loyalty.account import Spare
from pos_app.domain.loyalty.ledger import Account, Owed, PointsEntry, Take
from sync.server.engine.days import Days
from sync.translate import entry_doc, entry_from_doc, lot_from_row, lot_row
from sync.translate.instants import day, optional_day, optional_day_text
from sync.wire.codec import canonical
from sync.wire.events import EntryDoc
from sync.wire.rows import LotRow


class TakeDoc(Struct, omit_defaults=True):
    """Points that an entry took out of a lot."""

    lot: str
    points: int
    available_on: str
    expires_on: str | None = None


class OwedDoc(Struct, omit_defaults=True):
    """Points that left `owner` and were not there; who stood in."""

    owner: str
    points: int
    payer: TakeDoc | None = None


class SpareDoc(Struct):
    """Points of a day whose lots may give in another day's place."""

    day: str
    other: str
    points: int


class AccountDoc(Struct, omit_defaults=True):
    """`holds`: (entry id, points)."""

    lots: tuple[LotRow, ...] = ()
    debt: int = 0
    holds: tuple[tuple[str, int], ...] = ()
    owed: tuple[OwedDoc, ...] = ()
    spares: tuple[SpareDoc, ...] = ()


def account_text(account: Account) -> str:
    """The derived state as JSON."""
    lots = tuple(lot_row(lot) for lot in account.lots)
    owed = tuple(
        OwedDoc(o.owner, o.points, _take_doc(o.payer) if o.payer else None) for o in account.owed
    )
    spares = tuple(
        SpareDoc(s.day.isoformat(), s.other.isoformat(), s.points) for s in account.spares
    )
    return canonical(AccountDoc(lots, account.debt, account.holds, owed, spares)).decode()


def says(text: str, account: Account) -> bool:
    """Whether a kept state is this account. One of before may lack what was taken in place of
    what: nobody is owed by it."""
    if text == account_text(account):
        return True
    kept = account_from_text(account.member_id, text)
    return not kept.spares and replace(account, spares=()) == kept


def account_from_text(member_id: str, text: str) -> Account:
    """The reverse."""
    doc = msgspec.json.decode(text, type=AccountDoc)
    lots = tuple(lot_from_row(lot) for lot in doc.lots)
    owed = tuple(Owed(o.owner, o.points, _take(o.payer) if o.payer else None) for o in doc.owed)
    spares = tuple(Spare(day(s.day), day(s.other), s.points) for s in doc.spares)
    return Account(member_id, lots, doc.debt, doc.holds, owed, spares)


def lapses_on(account: Account) -> str:
    """The last day of the lot that ends first; "" if none ends."""
    ends = [lot.expires_on for lot in account.lots if lot.expires_on is not None]
    return min(ends).isoformat() if ends else ""


def takes_text(takes: Iterable[Take]) -> str:
    """What an entry took, as JSON."""
    return canonical([_take_doc(take) for take in takes]).decode()


def takes_from_text(text: str) -> tuple[Take, ...]:
    """The reverse."""
    return tuple(_take(doc) for doc in msgspec.json.decode(text, type=list[TakeDoc]))


def _take_doc(take: Take) -> TakeDoc:
    ends = optional_day_text(take.expires_on)
    return TakeDoc(take.lot_id, take.points, take.available_on.isoformat(), ends)


def _take(doc: TakeDoc) -> Take:
    return Take(doc.lot, doc.points, day(doc.available_on), optional_day(doc.expires_on))


def entry_text(entry: PointsEntry) -> str:
    """An entry as the ledger keeps it: equal entries are equal texts."""
    return canonical(entry_doc(entry)).decode()


def entry_from_text(text: str) -> PointsEntry:
    """The reverse."""
    return entry_from_doc(msgspec.json.decode(text, type=EntryDoc))


def ledger_row(
    bucket: int, pos: int, entry: PointsEntry, takes: tuple[Take, ...]
) -> dict[str, Any]:
    """One line of the ledger table."""
    return {
        "bucket": bucket,
        "id": entry.entry_id,
        "member": entry.member_id,
        "pos": pos,
        "kind": entry.kind.value,
        "points": entry.points,
        "effect": entry.effect,
        "business_on": entry.business_on.isoformat(),
        "entry": entry_text(entry),
        "takes": takes_text(takes),
    }


def spendable(account: Account, days: Days) -> int:
    """Points that can be spent whichever of the stores' days a till has: the fewest of them, so
    that tills on two days never spend more than there is (docs/adr/0201)."""
    return min(account.available(day) for day in days.running)


def available(account: Account, reserved: int, days: Days) -> int:
    """Points that nobody has promised yet: spendable, less what tills may spend offline."""
    return spendable(account, days) - reserved

"""A member as a manager sees one: balance by lots, the ledger line by line, receipts.

The customer asks why there are no points. The manager finds the member and reads every line with
its reason, and what of it the server has not heard of yet. Never changes anything, never a phone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from pos_app.domain.document import CompletedTransaction
from pos_app.domain.events import Event, MembersMerged
from pos_app.domain.loyalty.account import Account, PointsEntry
from pos_app.domain.loyalty.member import Member
from pos_app.workstation.pricing_task import know, status_of
from pos_app.workstation.station import Known, Station, find_operator

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LotView:
    """Points that end together. `pending`: they can be spent from `available_on` on."""

    points: int
    available_on: date
    expires_on: date | None
    pending: bool


@dataclass(frozen=True, slots=True)
class LedgerView:
    """One line of the ledger. `balance` after it, where that is known.

    `kind` is the entry's, `reason` a code of ours or a person's own words; `unheard`: the server
    has not told of it yet; `former`: of an account that was merged into this one.
    """

    entry_id: str
    at: datetime
    kind: str
    points: int
    balance: int | None = None
    receipt: str = ""
    operator: str = ""
    reason: str = ""
    expires_on: date | None = None
    unheard: bool = False
    former: bool = False


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """One receipt of the member; `here`: it is of this till; `store` is "" of another store."""

    number: str
    at: datetime
    kind: str
    store: str
    total_minor: int
    earned: int
    redeemed: int
    here: bool = False


@dataclass(frozen=True, slots=True)
class MemberCard:
    """A member with everything that is known. `whole`: with the server's history.

    `asked`: it was asked for and has not come yet. `merges`: members that this till has called
    one with this and the server has not merged yet.
    """

    id: str
    display_name: str
    phone_last4: str
    card_last4: str
    tier_name: str
    enrolled_on: date | None
    confirmed: bool
    blocked: str
    home_store: str
    points: int
    pending: int
    debt: int
    allowance: int
    as_of: datetime | None
    lots: tuple[LotView, ...] = ()
    ledger: tuple[LedgerView, ...] = ()
    receipts: tuple[ReceiptView, ...] = ()
    whole: bool = False
    asked: bool = False
    more: bool = False
    merges: tuple[str, ...] = ()


def card_of(station: Station, member: Member, history: Mapping[str, Any] | None) -> MemberCard:
    """With what the server told of it (a HistoryReply as plain values), or with what is here."""
    known = know(station, member)
    unheard = _unheard(station, member)
    own = _own_entries(station, member)
    here = station.journal.latest_of_member(member.member_id, BEGINNING)
    numbers = {one.transaction_id: one.receipt_number for one in here}
    card = replace(
        _profile(station, known),
        merges=_merges(station, member),
        whole=history is not None,
        receipts=tuple(_receipt(station, one) for one in here),
    )
    waiting = frozenset(entry.entry_id for entry in unheard)
    if history is None:
        lines = [_line(station, one, numbers, waiting) for one in reversed(own)]
        return replace(card, ledger=tuple(lines))
    told = [_told_receipt(station, one) for one in history.get("receipts", ())]
    numbers |= {one["id"]: one["receipt"] for one in history.get("receipts", ())}
    lines = [_told_line(station, one, numbers) for one in history.get("lines", ())]
    there = {line.entry_id for line in lines}
    fresh = [
        _line(station, one, numbers, waiting)
        for one in reversed(unheard)
        if one.entry_id not in there
    ]
    known_numbers = {one.number for one in told}
    unsent = [one for one in card.receipts if one.number not in known_numbers]
    receipts = sorted((*told, *unsent), key=lambda one: one.at, reverse=True)
    more = bool(history.get("more", False))
    return replace(card, ledger=(*fresh, *lines), receipts=tuple(receipts), more=more)


def _profile(station: Station, known: Known) -> MemberCard:
    member, today = known.member, station.business_on()
    tier = status_of(station, known).standing.tier
    language = station.operator.language if station.operator else station.settings.language
    return MemberCard(
        id=member.member_id,
        display_name=member.display_name,
        phone_last4=member.phone_last4,
        card_last4=member.card_last4,
        tier_name=tier.name(language) if tier else "",
        enrolled_on=member.enrolled_on,
        confirmed=member.confirmed,
        blocked=member.blocked,
        home_store=member.home_store,
        points=known.account.available(today),
        pending=known.account.pending(today),
        debt=known.account.debt,
        allowance=known.allowance,
        as_of=station.gear.to_local(member.as_of) if member.as_of else None,
        lots=_lots(known.account, today),
    )


def _lots(account: Account, today: date) -> tuple[LotView, ...]:
    """The one that ends first on top: that is the one that is spent first."""
    living = [lot for lot in account.lots if lot.points]
    living.sort(key=lambda lot: (lot.expires_on or date.max, lot.available_on, lot.lot_id))
    return tuple(
        LotView(lot.points, lot.available_on, lot.expires_on, lot.available_on > today)
        for lot in living
    )


def _posted(station: Station, member: Member) -> int:
    identity = station.journal.identity()
    return member.posted.get(identity.terminal_id, 0) if identity else 0


def _unheard(station: Station, member: Member) -> tuple[PointsEntry, ...]:
    return station.journal.unposted(member.member_id, _posted(station, member))


def _own_entries(station: Station, member: Member) -> list[PointsEntry]:
    """The member's entries that this till has written and still keeps, in order."""
    return list(station.journal.unposted(member.member_id, 0))


def _merges(station: Station, member: Member) -> tuple[str, ...]:
    events: Iterable[Event] = station.journal.member_events(
        member.member_id, _posted(station, member)
    )
    pairs = [(e.kept_id, e.gone_id) for e in events if isinstance(e, MembersMerged)]
    return tuple(other for pair in pairs for other in pair if other != member.member_id)


def _line(
    station: Station, entry: PointsEntry, numbers: Mapping[str, str], waiting: frozenset[str]
) -> LedgerView:
    cause = entry.cause
    return LedgerView(
        entry_id=entry.entry_id,
        at=station.gear.to_local(entry.at),
        kind=entry.kind.value,
        points=entry.effect,
        receipt=numbers.get(cause.id, ""),
        operator=operator_name(station, cause.operator_id),
        reason=cause.reason,
        expires_on=entry.expires_on,
        unheard=entry.entry_id in waiting,
    )


def _told_line(station: Station, line: Mapping[str, Any], numbers: Mapping[str, str]) -> LedgerView:
    entry = line["entry"]
    cause = entry["cause"]
    ends = entry.get("expires_on")
    return LedgerView(
        entry_id=entry["id"],
        at=station.gear.to_local(datetime.fromisoformat(entry["at"])),
        kind=entry["kind"],
        points=line["effect"],
        balance=line.get("balance"),
        receipt=numbers.get(cause["id"], ""),
        operator=operator_name(station, cause.get("operator", "")),
        reason=cause.get("reason", ""),
        expires_on=date.fromisoformat(ends) if ends else None,
        former=line.get("former", False),
    )


def _receipt(station: Station, one: CompletedTransaction) -> ReceiptView:
    return ReceiptView(
        number=one.receipt_number,
        at=station.gear.to_local(one.completed_at),
        kind=one.kind.value,
        store=_store_name(station, one.store_id),
        total_minor=one.totals.due_minor,
        earned=one.totals.points_earned,
        redeemed=one.totals.points_redeemed,
        here=True,
    )


def _told_receipt(station: Station, one: Mapping[str, Any]) -> ReceiptView:
    identity = station.journal.identity()
    return ReceiptView(
        number=one["receipt"],
        at=station.gear.to_local(datetime.fromisoformat(one["at"])),
        kind=one["kind"],
        store=_store_name(station, one["store"]),
        total_minor=one["payable"],
        earned=one.get("earned", 0),
        redeemed=one.get("redeemed", 0),
        here=identity is not None and one["terminal"] == identity.terminal_id,
    )


def operator_name(station: Station, operator_id: str) -> str:
    """As the staff know them; a plain word for somebody who works elsewhere or no more."""
    if not operator_id:
        return ""
    found, here = find_operator(station, operator_id), station.operator
    language = here.language if here else station.settings.language
    return found.name if found else station.gear.voice(language).text("staff.other")


def _store_name(station: Station, store_id: str) -> str:
    identity = station.journal.identity()
    return identity.store_name if identity and identity.store_id == store_id else ""

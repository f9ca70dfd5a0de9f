"""Ledger entries <-> wire. Never applies one."""

from pos_app.domain.loyalty.ledger import Cause, EntryKind, LotOrder, PointsEntry, ProgramRef
from sync.translate.instants import day, instant, instant_text, optional_day, optional_day_text
from sync.wire.events import CauseDoc, EntryDoc, ProgramRefDoc

FIRST = LotOrder.EARLIEST_EXPIRY_FIRST


def program_doc(ref: ProgramRef | None) -> ProgramRefDoc | None:
    """None stays None."""
    return None if ref is None else ProgramRefDoc(ref.program_id, ref.version, ref.content_hash)


def program_from_doc(doc: ProgramRefDoc | None) -> ProgramRef | None:
    """The reverse."""
    return None if doc is None else ProgramRef(doc.id, doc.version, doc.hash)


def entry_doc(entry: PointsEntry) -> EntryDoc:
    """One entry as it travels and as the server's ledger keeps it."""
    cause = entry.cause
    return EntryDoc(
        id=entry.entry_id,
        member=entry.member_id,
        kind=entry.kind.value,
        points=entry.points,
        at=instant_text(entry.at),
        business_on=entry.business_on.isoformat(),
        cause=CauseDoc(cause.kind, cause.id, cause.operator_id, cause.reason),
        program=program_doc(entry.program),
        lot=entry.lot_id,
        available_on=optional_day_text(entry.available_on),
        expires_on=optional_day_text(entry.expires_on),
        reverses=entry.reverses,
        lot_order="" if entry.lot_order is FIRST else entry.lot_order.value,
    )


def entry_from_doc(doc: EntryDoc) -> PointsEntry:
    """The reverse; ValueError for a kind or a date that is none."""
    cause = doc.cause
    return PointsEntry(
        entry_id=doc.id,
        member_id=doc.member,
        kind=EntryKind(doc.kind),
        points=doc.points,
        at=instant(doc.at),
        business_on=day(doc.business_on),
        cause=Cause(cause.kind, cause.id, cause.operator, cause.reason),
        program=program_from_doc(doc.program),
        lot_id=doc.lot,
        available_on=optional_day(doc.available_on),
        expires_on=optional_day(doc.expires_on),
        reverses=doc.reverses,
        lot_order=LotOrder(doc.lot_order) if doc.lot_order else FIRST,
    )

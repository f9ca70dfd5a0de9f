"""The buyer's address and the marking codes of an open transaction, safe over a power cut.

They are in no event and on no server: only the registrar and this till's own file have them.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pos_app.domain.fiscal.shape import MarkingCode
from pos_app.domain.fiscal.stored import mark_of_json, mark_to_json
from pos_app.workstation.fiscal_counter import NO_NOTES, Notes
from pos_app.workstation.ports import FiscalRow
from pos_app.workstation.station import Station

DRAFT = "draft"
PREFIX = "draft:"


def notes_of(station: Station, transaction_id: str) -> Notes:
    """From memory, else from the till's file."""
    counter = station.fiscal
    if transaction_id not in counter.notes:
        kept = [row for row in counter.book.of(transaction_id) if row.kind == DRAFT]
        counter.notes[transaction_id] = _read(kept[-1].body) if kept else NO_NOTES
    return counter.notes[transaction_id]


def keep(station: Station, transaction_id: str, notes: Notes) -> None:
    """On the disk, then in memory. Raises StorageFull or StorageBroken."""
    station.fiscal.book.save(_row(station, transaction_id, notes, "queued"))
    station.fiscal.notes[transaction_id] = notes


def settled(station: Station, transaction_id: str) -> tuple[FiscalRow, ...]:
    """Nothing of it is needed any more: the row without what it said."""
    notes = station.fiscal.notes.pop(transaction_id, NO_NOTES)
    if notes == NO_NOTES:
        return ()
    return (_row(station, transaction_id, NO_NOTES, "issued"),)


def forget_abandoned(station: Station) -> None:
    """At the start: what was noted for transactions that nobody will finish."""
    kept = {one.transaction_id for one in station.journal.tenderings()}
    kept |= {one.transaction_id for one in station.journal.suspended()}
    for row in station.fiscal.book.open():
        if row.kind == DRAFT and row.transaction_id not in kept:
            station.fiscal.book.save(replace(row, state="not_done", body=_written(NO_NOTES)))


def with_mark(notes: Notes, line: int, mark: MarkingCode) -> Notes:
    """One more code of a line."""
    marks = {**notes.marks, line: (*notes.marks.get(line, ()), mark)}
    return replace(notes, marks=marks)


def _row(station: Station, transaction_id: str, notes: Notes, state: str) -> FiscalRow:
    key = PREFIX + transaction_id
    return FiscalRow(key, transaction_id, DRAFT, state, station.now(), _written(notes))


def _written(notes: Notes) -> bytes:
    marks = {str(line): [mark_to_json(m) for m in marks] for line, marks in notes.marks.items()}
    return json.dumps({"buyer": notes.buyer, "marks": marks}).encode()


def _read(body: bytes) -> Notes:
    said: Mapping[str, Any] = json.loads(body)
    marks = {
        int(line): tuple(mark_of_json(m) for m in marks) for line, marks in said["marks"].items()
    }
    return Notes(said["buyer"], marks)

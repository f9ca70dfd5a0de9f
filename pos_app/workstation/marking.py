"""Goods with a marking code.

The cashier scans the square code; whether it may be sold is asked on-line, then of the local
module, while other goods go on being scanned. A refused code makes no line and says why; what the
answer was goes to the registrar with the goods (tag 1260). Never sells a code twice.
"""

from dataclasses import replace

from pos_app.domain.fiscal.shape import MarkingCode
from pos_app.domain.identification import Identification, Kind
from pos_app.domain.item import Item
from pos_app.domain.quantity import parse_quantity
from pos_app.workstation import sale
from pos_app.workstation.answer import Answer, Part, Tone, notice, refused
from pos_app.workstation.fiscal_counter import Asked, Notes
from pos_app.workstation.fiscal_notes import keep, notes_of, with_mark
from pos_app.workstation.marking_port import MarkVerdict
from pos_app.workstation.ports import StorageBroken, StorageFull
from pos_app.workstation.putting_right import put_back
from pos_app.workstation.station import Station, changed, guarded


def scanned(station: Station, found: Identification, entry: str) -> Answer | None:
    """What a marking code begins; None where it is sold like any other code.

    Goods that have a marking code are not sold by the code of their kind.
    """
    if not _in_force(station):
        return None
    if found.kind is Kind.MARKING and found.raw:
        return _ask(station, found, entry)
    item = sale.goods_of(station, found)[0]
    return refused("mark_not_here") if item is not None and item.marking else None


def chosen(station: Station, item_id: str) -> Answer | None:
    """Goods picked from a list, without the code that they must be sold by."""
    item = station.mirror.item(item_id) if _in_force(station) else None
    return refused("mark_not_here") if item is not None and item.marking else None


def more(station: Station, number: int, text: str) -> Answer | None:
    """A quantity that is raised by hand: each piece has a code of its own."""
    line = station.open.line(number) if station.open and _in_force(station) else None
    if line is None or not line.item.marking:
        return None
    try:
        wanted = parse_quantity(text, line.quantity.unit)
    except ValueError:
        return None
    return refused("mark_not_here") if wanted.value > line.quantity.value else None


def _in_force(station: Station) -> bool:
    return station.fiscal.marking.configured() and not station.settings.training


def _ask(station: Station, found: Identification, entry: str) -> Answer:
    trouble = sale.not_editable(station)
    if trouble:
        return trouble
    item = sale.goods_of(station, found)[0]
    if item is None:
        return sale.unknown_code(station, sale.code_of(found))
    raw = found.raw or b""
    transaction = sale.begin(station)
    if raw in _in_use(station, notes_of(station, transaction.transaction_id)):
        return refused("mark_twice")
    if raw in station.fiscal.asking:
        return refused("mark_waiting")
    key = transaction.transaction_id
    station.fiscal.asking[raw] = Asked(key, item.name)

    def judged(verdict: MarkVerdict) -> None:
        station.fiscal.asking.pop(raw, None)
        if station.open is None or station.open.transaction_id != key:
            station.say(changed(Part.TRANSACTION))  # the receipt is gone, and its code with it
        elif verdict.allowed:
            told = guarded(lambda: _sold(station, found, entry, verdict))
            # Whatever came of it, the mark of a code that is asked goes from the receipt.
            station.say(replace(told, changed=told.changed | {Part.TRANSACTION}))
        else:
            station.say(_refused(item, verdict))

    station.fiscal.marking.check(raw, judged)
    return changed(Part.TRANSACTION, notices=(notice("mark_checking"),))


def _sold(station: Station, found: Identification, entry: str, verdict: MarkVerdict) -> Answer:
    """The line, and its code on the disk with what the check said; neither without the other."""
    answer = sale.add_identified(station, found, entry)
    transaction = station.open
    if not answer.ok or transaction is None or transaction.selected is None:
        return answer
    notes = notes_of(station, transaction.transaction_id)
    mark = MarkingCode(found.raw or b"", verdict.permission)
    fresh = _without(notes, mark.raw)
    try:
        keep(station, transaction.transaction_id, with_mark(fresh, transaction.selected, mark))
    except (StorageFull, StorageBroken):
        put_back(station)  # it was never said: nobody is asked for a right
        raise
    return answer


def _refused(item: Item, verdict: MarkVerdict) -> Answer:
    why = verdict.why
    assert why is not None
    said = notice("mark_refused", Tone.ERROR, None, name=item.name, why=why)
    return changed(Part.TRANSACTION, notices=(said,))


def _in_use(station: Station, notes: Notes) -> frozenset[bytes]:
    """Codes of pieces that are on the receipt; one whose line was voided may be scanned again."""
    lines = station.open.lines if station.open is not None else ()
    found = (mark for one in lines for mark in notes.marks.get(one.line, ())[: one.quantity.value])
    return frozenset(mark.raw for mark in found)


def _without(notes: Notes, raw: bytes) -> Notes:
    marks = {
        line: tuple(mark for mark in marks if mark.raw != raw)
        for line, marks in notes.marks.items()
    }
    return Notes(notes.buyer, marks)

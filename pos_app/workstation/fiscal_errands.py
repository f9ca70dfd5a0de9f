"""Shift, reports, cash and corrections: errands to the registrar that nobody at the counter awaits.

They are in the till's file before they are sent, go one after the other, and wait for a registrar
that is away. Never a receipt: that one has its customer waiting, and its own way.
"""

import json
from dataclasses import asdict, replace

from pos_app.domain.fiscal.shape import Cashier, FiscalDocument, FiscalKind
from pos_app.domain.fiscal.stored import decode_document, encode_document
from pos_app.domain.sentence import Sentence, say
from pos_app.workstation.answer import Part, Tone, notice
from pos_app.workstation.fiscal_notes import DRAFT
from pos_app.workstation.fiscal_port import FiscalAnswer, FiscalOutcome, ShiftState
from pos_app.workstation.fiscal_word import (
    NOT_OVER,
    said_of,
    was_told,
    with_said,
    with_told,
    word_of,
)
from pos_app.workstation.later import at_once_or_later
from pos_app.workstation.ports import FiscalRow, NotNow
from pos_app.workstation.station import Station, changed

OTHERS = frozenset({DRAFT, "sale", "return"})
SATISFIED = {"open_shift": "fiscal.shift_open", "close_shift": "fiscal.shift_closed"}
"""What the registrar says where the errand is already done."""
REPEATED = frozenset({"open_shift", "close_shift", "x_report"})
"""No harm is done by a second one: an open shift is not opened again, and says so."""
MONEY = frozenset({"cash_in", "cash_out"})
"""Ordered again where a person says that it was not done; a correction is a person's to order."""
WAITS = frozenset(
    {
        "fiscal.unreachable",
        "fiscal.busy",
        "fiscal.no_paper",
        "fiscal.cover_open",
        "fiscal.blocked",
        "fiscal.storage_lost",
        "fiscal.never_seen",
    }
)
"""Reasons that pass: the errand is tried again later, under a new key."""


def errand(
    station: Station, kind: FiscalKind, cash_minor: int = 0, document: FiscalDocument | None = None
) -> FiscalRow:
    """A row to be recorded with the facts that cause it."""
    operator = station.operator
    if document is None:
        number = station.fiscal.shop.taxpayer_numbers.get(operator.operator_id if operator else "")
        cashier = Cashier(operator.name if operator else "-", number or "")
        document = FiscalDocument(kind, cashier, cash_minor=cash_minor)
    body = encode_document(document)
    subject = document.transaction_id
    return FiscalRow(station.new_id(), subject, kind.value, "queued", station.now(), body)


def waiting(station: Station) -> list[FiscalRow]:
    """What has not been answered, the oldest first; a repeated one keeps its age."""
    rows = [row for row in station.fiscal.book.open() if row.kind not in OTHERS]
    return sorted(rows, key=lambda row: row.at)


def is_unsure(row: FiscalRow) -> bool:
    """Nobody knows what became of it, a second one would do harm, and no person has said."""
    return row.state == "unknown" and row.kind not in REPEATED and not word_of(row)


def wanted(station: Station, kind: FiscalKind) -> None:
    """Queue it unless it waits already, and go."""
    if all(row.kind != kind.value for row in waiting(station)):
        station.fiscal.book.save(errand(station, kind))
        _hoped(station, kind.value, None)
    pump(station)


def pump(station: Station) -> None:
    """Send the oldest errand, if the registrar is there and none is under way.

    Nobody waits for it, so it never waits for the courier: it leaves on a tick then.
    """
    at_once_or_later(station, "errands", lambda: _pump(station))


def _pump(station: Station) -> None:
    counter = station.fiscal
    if counter.busy or not counter.registrar.configured() or station.settings.training:
        return
    row = next(iter(waiting(station)), None)
    if row is None or not _can(station, row):
        return
    if row.state != "queued":
        counter.busy = row.key
        counter.registrar.recover(row.key, lambda answer: _answered(station, row, answer))
        return
    sent = replace(row, state="sent")
    counter.book.save(sent)
    counter.busy = row.key
    document = decode_document(row.body)
    counter.registrar.register(document, row.key, lambda a: _answered(station, sent, a))


def _can(station: Station, row: FiscalRow) -> bool:
    """Nobody hammers at a registrar that cannot: it tells when it can again."""
    state = station.fiscal.registrar.state()
    if state.shift is ShiftState.UNKNOWN:
        return False
    closing = row.kind == FiscalKind.CLOSE_SHIFT.value
    expired = state.trouble is not None and state.trouble.key == "fiscal.shift_expired"
    return row.state != "queued" or state.trouble is None or (closing and expired)


def _answered(station: Station, row: FiscalRow, answer: FiscalAnswer) -> None:
    """After a cut before it is written the registrar is asked again, under the same key."""
    at_once_or_later(station, f"errand {row.key}", lambda: _settled(station, row, answer))


def _settled(station: Station, row: FiscalRow, answer: FiscalAnswer) -> None:
    counter = station.fiscal
    mine = counter.busy == row.key
    if mine:
        counter.busy = ""
    now = next((one for one in counter.book.open() if one.key == row.key), None)
    if now is None:  # a person has said that it was done, and the next one is on its way
        pump(station)
        return
    try:
        _write(station, now, answer)
    except NotNow:
        if mine:
            counter.busy = row.key  # nothing else is sent before its answer is kept
        raise


def _write(station: Station, row: FiscalRow, answer: FiscalAnswer) -> None:
    key = answer.trouble.key if answer.trouble else ""
    satisfied = SATISFIED.get(row.kind) == key
    if answer.outcome is FiscalOutcome.DONE or satisfied:
        result = json.dumps(asdict(answer.mark)).encode() if answer.mark else b""
        station.fiscal.book.save(replace(row, state="done", result=result))
        if not satisfied:
            _say(station, row, None)
        pump(station)
    elif answer.outcome is FiscalOutcome.UNKNOWN:
        _unknown(station, row, answer.trouble)
    elif key in WAITS and word_of(row):
        _as_said(station, row)
    elif key in WAITS:
        _again(station, row)
    else:
        station.fiscal.book.save(replace(row, state="not_done"))
        why = answer.trouble or UNSAID
        _hoped(station, row.kind, why)
        _say(station, row, why)
        pump(station)


def _unknown(station: Station, row: FiscalRow, why: Sentence | None) -> None:
    asked_before, kept = row.state == "unknown", with_said(row, why)
    if asked_before and row.kind in REPEATED:
        _again(station, row)  # a registrar that died over it will never know
        return
    said = said_of(kept)
    over = asked_before and (said is None or said.key not in NOT_OVER)
    if over and word_of(row):
        _as_said(station, row)
    else:
        _unsure(station, row, kept, tell=over)


def _as_said(station: Station, row: FiscalRow) -> None:
    """It was not done, a person says, and the registrar knows nothing better."""
    if row.kind in MONEY:
        _again(station, row)
    else:
        station.fiscal.book.save(replace(row, state="not_done"))
    pump(station)


def _unsure(station: Station, row: FiscalRow, kept: FiscalRow, *, tell: bool) -> None:
    """Kept where the registrar says something else than before; somebody hears of it once."""
    tell = tell and is_unsure(kept) and not was_told(kept)
    kept = with_told(kept) if tell else kept
    if kept != row:
        station.fiscal.book.save(kept)
    if tell:
        said = notice("errand_unsure", Tone.WARNING, None, what=say(f"fiscal.{row.kind}"))
        station.say(changed(Part.DEVICES, Part.SESSION, notices=(said,)))


def _again(station: Station, row: FiscalRow) -> None:
    """The next try, under a new key; never a moment with neither of them on the disk."""
    ended = replace(row, state="not_done")
    station.fiscal.book.save(ended, replace(row, key=station.new_id(), state="queued", result=b""))


def _hoped(station: Station, kind: str, why: Sentence | None) -> None:
    """What becomes of a shift that is to be opened: None while it may still be."""
    if kind == FiscalKind.OPEN_SHIFT.value:
        station.fiscal.not_opened = why


def _say(station: Station, row: FiscalRow, why: Sentence | None) -> None:
    if why is None:
        said = notice(f"fiscal_{row.kind}", Tone.GOOD)
    else:
        said = notice("fiscal_refused", Tone.WARNING, None, what=say(f"fiscal.{row.kind}"), why=why)
    station.say(changed(Part.DEVICES, Part.SESSION, notices=(said,)))


UNSAID = say("fiscal.fault", words="")


def number_of(row: FiscalRow) -> int:
    """Tag 1040 of a registered document; 0 where it has none."""
    return int(json.loads(row.result).get("document_number", 0)) if row.result else 0

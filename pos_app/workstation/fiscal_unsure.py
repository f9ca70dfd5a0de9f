"""Errands of which the registrar will never know whether it did them: a person says it.

The registrar is asked as long as it can tell, and what it says goes before any word. Nothing is
sent again that a person or the registrar calls done, no receipt is among these, and a word is on
the disk before anything goes out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from pos_app.domain.fiscal.stored import decode_document
from pos_app.domain.money import Money
from pos_app.domain.rights import Right
from pos_app.domain.sentence import Sentence, say
from pos_app.workstation import fiscal_errands
from pos_app.workstation.answer import Answer, Part, Tone, done, notice, refused
from pos_app.workstation.fiscal_desk import in_force
from pos_app.workstation.fiscal_word import STILL_AT_IT, said_of, with_word
from pos_app.workstation.ports import Facts, FiscalRow
from pos_app.workstation.station import (
    Override,
    Station,
    authorise,
    changed,
    record,
    right_used,
)

WAS_DONE, WAS_NOT_DONE = "was_done", "was_not_done"
DECISIONS = (WAS_DONE, WAS_NOT_DONE)
REASON_MOST = 300
SIGNS = {"cash_in": 1, "cash_out": -1}


@dataclass(frozen=True, slots=True)
class ErrandView:
    """One of them. `kind`: cash_in, cash_out, correction_sale, correction_return; `at`: ordered,
    local; `said`: the registrar's last answer; `evidence`: what it counts now; `choices`: of
    DECISIONS."""

    key: str
    kind: str
    amount_minor: int
    at: datetime
    said: Sentence
    evidence: tuple[Sentence, ...]
    choices: tuple[str, ...]


def unsure(station: Station) -> tuple[FiscalRow, ...]:
    """What nobody knows and nobody has said, the oldest first."""
    return tuple(row for row in fiscal_errands.waiting(station) if fiscal_errands.is_unsure(row))


def asked(station: Station) -> Answer:
    """data["errands"]: as known now; the registrar is asked once more, of each and of itself."""
    if not in_force(station):
        return refused("no_registrar")
    if station.operator is None:
        return refused("sign_on_first")
    fiscal_errands.pump(station)
    tell = changed(Part.DEVICES, Part.SESSION)
    station.fiscal.registrar.ask_state(lambda _state: station.say(tell))
    return done(errands=tuple(_shown(station, row) for row in unsure(station)))


def amount_minor(row: FiscalRow) -> int:
    """What it moves, or what the corrected receipt came to."""
    document = decode_document(row.body)
    return document.cash_minor or document.total_minor


def decide(
    station: Station, key: str, decision: str, reason: str, override: Override | None
) -> Answer:
    """One of DECISIONS by somebody with the right, and why. Done: nothing is sent. Not done: money
    is ordered again, once the registrar has been asked a last time; a correction by a person."""
    if not in_force(station):
        return refused("no_registrar")
    row = next((one for one in unsure(station) if one.key == key), None)
    if row is None or decision not in DECISIONS:
        return refused("no_such_errand")
    if decision not in _choices(row):
        return refused("errand_still_busy")
    reason = reason.strip()
    if not reason or len(reason) > REASON_MOST:
        return refused("reason_needed")
    allowed = authorise(station, Right.CLOSE_DAY, override)
    if isinstance(allowed, Answer):
        return allowed
    told = right_used(
        station,
        "fiscal_errand",
        f"{row.kind} {decision} {row.key}",
        reason=reason,
        override_by=allowed.by,
        amount_minor=amount_minor(row),
    )
    word = with_word(row, decision)
    kept = replace(word, state="done") if decision == WAS_DONE else word
    trouble = record(station, Facts(events=(told,), fiscal=(kept,)))
    if trouble:
        return trouble
    station.settings.crash_point("errand.decided")
    if decision == WAS_DONE and station.fiscal.busy == key:
        station.fiscal.busy = ""
    fiscal_errands.pump(station)
    said = notice("errand_decided", Tone.GOOD)
    return changed(Part.DEVICES, Part.SESSION, notices=(said,))


def _choices(row: FiscalRow) -> tuple[str, ...]:
    """A registrar that is still at it may do it yet."""
    said = said_of(row)
    busy = said is not None and said.key in STILL_AT_IT
    return (WAS_DONE,) if busy else DECISIONS


def _shown(station: Station, row: FiscalRow) -> ErrandView:
    return ErrandView(
        row.key,
        row.kind,
        amount_minor(row),
        station.gear.to_local(row.at),
        said_of(row) or say("fiscal.unknown"),
        tuple(_evidence(station, row)),
        _choices(row),
    )


def _evidence(station: Station, row: FiscalRow) -> list[Sentence]:
    """What the registrar counts, and what it would with this money and without it."""
    state = station.fiscal.registrar.state()
    if row.kind not in SIGNS:
        number = state.documents
        return [] if number is None else [say("errand.last_document", n=number)]
    if state.cash_minor is None:
        return []
    counts = say("errand.counts", cash=Money(state.cash_minor))
    return [counts, *_would(station, row)]


def _would(station: Station, row: FiscalRow) -> list[Sentence]:
    """By the till's own drawer, where only this one is not known."""
    session, moves = station.journal.last_session(), _moves(station)
    if session is None or len([one for one in unsure(station) if one.key in moves]) != 1:
        return []
    without = session.cash_minor - sum(moves.values())
    with_it = Money(without + moves[row.key])
    return [say("errand.would", done=with_it, not_done=Money(without))]


def _moves(station: Station) -> Mapping[str, int]:
    """Money in the till's drawer that the registrar may not have counted, by errand."""
    rows = fiscal_errands.waiting(station)
    return {row.key: SIGNS[row.kind] * amount_minor(row) for row in rows if row.kind in SIGNS}

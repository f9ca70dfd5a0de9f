"""Print jobs that survive a restart and are never printed twice by themselves. Never a layout.

A job that surely never began is printed in its turn when the printer is there again, for as long as
its customer may still stand there; after that, and whenever nobody knows, a person decides.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from drivers.contract import JobError, OpenDrawer, PrintJob, Text, job_from_json, job_to_json
from pos_app.domain.sentence import Sentence
from pos_app.workstation.answer import Answer, Notice, Part, Tone, done, notice, refused
from pos_app.workstation.handing_out import return_of
from pos_app.workstation.later import at_once_or_later
from pos_app.workstation.paper import TITLE
from pos_app.workstation.paper_named import named
from pos_app.workstation.ports import Facts, StorageBroken, StorageFull, StoredJob
from pos_app.workstation.station import LastSale, Station, changed, record
from pos_app.workstation.view import PaperQuestionView

OPEN_QUESTIONS = ("asked", "interrupted", "failed", "unprintable")
SURELY_NOT_BEGUN = ("failed", "unprintable")
READY = ("ok", "paper_low")
AFTER_RESTART = {"sent": "asked", "interrupted": "asked", "queued": "failed"}
"""Whoever would have heard the printer go on is gone, so nobody knows."""

FRESH = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Question:
    """The oldest job that a person must decide. `receipt_number` is empty for a report or a copy;
    `more` jobs wait behind it; `name` says which paper it is."""

    job_id: str
    state: str
    receipt_number: str
    more: int
    name: Sentence


def stored(job: PrintJob, transaction_id: str) -> StoredJob:
    """A job as the journal keeps it."""
    body = json.dumps(job_to_json(job), ensure_ascii=False, separators=(",", ":")).encode()
    return StoredJob(job.job_id, transaction_id, body)


def unstored(one: StoredJob) -> PrintJob:
    """The job to send to the printer."""
    return job_from_json(json.loads(one.body))


def possible(station: Station) -> bool:
    """A till without a printer queues nothing."""
    return any(device.kind == "printer" for device in station.devices.states())


def send(station: Station, one: StoredJob) -> bool:
    """Hand a job to the device host; from now on only its answer or a person says it printed.

    Nothing leaves before the database knows that it may have: with a full disk the job waits. What
    waits for the printer leaves first, so papers come in the order of their sales.
    """
    send_waiting(station)
    return _send(station, one)


def _send(station: Station, one: StoredJob) -> bool:
    try:
        station.journal.set_job_state(one.job_id, "sent")
    except (StorageFull, StorageBroken):
        station.job_states[one.job_id] = "failed"
        return False
    station.job_states[one.job_id] = "sent"
    station.devices.print_job(unstored(one))
    return True


def send_waiting(station: Station) -> None:
    """The printer is there: what it surely never began and is not old, in order."""
    failed = {job for job, state in station.job_states.items() if state == "failed"}
    if not failed or not _ready(station):
        return
    try:
        waiting = [one for one in station.journal.jobs() if one.job_id in failed]
        waiting = [one for one in waiting if _fresh(station, one)]
    except StorageBroken:
        return
    for one in waiting:
        _send(station, one)


def _ready(station: Station) -> bool:
    return _printer_state(station) in READY


def _printer_state(station: Station) -> str:
    """The state of the printer that prints papers: the first one."""
    states = [device.state for device in station.devices.states() if device.kind == "printer"]
    return states[0] if states else ""


def _fresh(station: Station, one: StoredJob) -> bool:
    """The receipt of a customer who may still stand there; what is no receipt has no such haste."""
    document = station.journal.document(one.transaction_id) if one.transaction_id else None
    return document is not None and abs(station.now() - document.completed_at) <= FRESH


def resume_jobs(station: Station) -> None:
    """After a restart: what never left is printed if it is new, what may have is asked about;
    the newest receipt of these is on show."""
    last = None
    for one in station.journal.jobs():
        if one.state == "queued" and _fresh(station, one):
            _send(station, one)
            continue
        state = AFTER_RESTART.get(one.state, one.state)
        station.journal.set_job_state(one.job_id, state)
        station.job_states[one.job_id] = state
        document = station.journal.document(one.transaction_id)
        if document is not None:
            last = LastSale(document, one.job_id, return_of(station, document))
    station.last_sale = station.last_sale or last


def outcome(station: Station, job_id: str, state: str) -> Answer:
    """The printer's answer: printed; asked (nobody knows); interrupted (nobody knows, and the
    printer goes on when it has paper); failed (surely not begun); unprintable (and never will).

    The file hears it when nobody else writes; after a cut before that, a person is asked."""
    if job_id not in station.job_states:
        return done()
    before = dict(station.job_states)
    if state == "printed":
        del station.job_states[job_id]
    else:
        station.job_states[job_id] = state
    try:
        at_once_or_later(station, f"paper {job_id}", lambda: _keep_state(station, job_id))
    except (StorageFull, StorageBroken):
        station.job_states = before
        raise
    said = () if state == "printed" else (notice(f"print_{state}", Tone.WARNING),)
    return changed(Part.LAST_SALE, Part.DEVICES, notices=said)


def _keep_state(station: Station, job_id: str) -> None:
    """What is known by now: it may have been sent again meanwhile."""
    station.journal.set_job_state(job_id, station.job_states.get(job_id, "printed"))


def state_of(station: Station, job_id: str) -> str:
    """queued (on its way counts), printed, asked, interrupted, failed; none without a printer."""
    if not job_id:
        return "none"
    state = station.job_states.get(job_id, "printed")
    return {"sent": "queued", "unprintable": "failed"}.get(state, state)


def question(station: Station) -> Question | None:
    """What the cashier is asked about paper now; None when nothing is open."""
    waiting = [job for job, state in station.job_states.items() if state in OPEN_QUESTIONS]
    if not waiting:
        return None
    first = waiting[0]
    number, name = named(station, first)
    return Question(first, state_of(station, first), number, len(waiting) - 1, name)


def shown(station: Station) -> PaperQuestionView | None:
    """The same for a front end."""
    asked = question(station)
    if asked is None:
        return None
    return PaperQuestionView(asked.state, asked.receipt_number, asked.more, asked.name)


def answered(station: Station, printed: bool) -> Answer:
    """The cashier looked at the paper: it is there, or it is printed now.

    What may be on paper already is printed again as a copy, and the printer drops what is left of
    the first; what surely never began leaves as it is, with all that waits behind it.
    """
    asked = question(station)
    if asked is None:
        return refused("nothing_to_print")
    if printed:
        outcome(station, asked.job_id, "printed")
        return changed(Part.LAST_SALE)
    if asked.state == "failed":
        sent = _send_all_failed(station)
    else:
        sent = _send_again(station, asked.job_id)
    if not sent:
        return refused("storage_full")
    return done(changed=frozenset({Part.LAST_SALE}))


def _send_all_failed(station: Station) -> bool:
    """In the order of their sales; False when the disk refused the first."""
    states = dict(station.job_states)
    waiting = [one for one in station.journal.jobs() if states.get(one.job_id) in SURELY_NOT_BEGUN]
    return all(_send(station, one) for one in waiting)


def _send_again(station: Station, job_id: str) -> bool:
    """A new job in the place of the one whose paper nobody trusts, with the mark of a copy."""
    old = next(one for one in station.journal.jobs() if one.job_id == job_id)
    new = stored(_marked(station, unstored(old)), old.transaction_id)
    try:
        station.journal.replace_job(job_id, new)
    except (StorageFull, StorageBroken):
        return False
    states = station.job_states
    station.job_states = {new.job_id if job == job_id else job: s for job, s in states.items()}
    station.job_states[new.job_id] = "queued"
    last = station.last_sale
    if last is not None and last.job_id == job_id:
        station.last_sale = replace(last, job_id=new.job_id)
    return _send(station, new)


def _marked(station: Station, job: PrintJob) -> PrintJob:
    mark = Text(station.gear.voice(station.settings.language).text("receipt.copy"), TITLE)
    kept = tuple(one for one in job.elements if not isinstance(one, OpenDrawer) and one != mark)
    return PrintJob(station.new_id(), (mark, *kept), job.columns, replaces=job.job_id)


def device_news(station: Station) -> Answer:
    """A device changed: what waits for the printer leaves; what is lost, back, or low on paper is
    said once."""
    state = _printer_state(station)
    before, station.printer_state = station.printer_state, state
    said = _lost_and_found(station)
    if state != before and state in ("paper_low", "paper_out"):
        said = (*said, notice(state, Tone.WARNING))
    states = dict(station.job_states)
    if state in READY:
        at_once_or_later(station, "papers", lambda: send_waiting(station))
    parts = (Part.DEVICES,) if states == station.job_states else (Part.DEVICES, Part.LAST_SALE)
    return changed(*parts, notices=said)


def _lost_and_found(station: Station) -> tuple[Notice, ...]:
    """Which devices went since it was last asked, and which of those are back."""
    now = {one.name: one for one in station.devices.states()}
    # A weighing that waits says itself that its scale is gone, and what to do.
    weighing = "scale" if station.weighing is not None else ""
    lost = frozenset(
        name for name, one in now.items() if one.state == "lost" and one.kind != weighing
    )
    gone = sorted(lost - station.devices_lost)
    back = sorted(n for n in station.devices_lost - lost if n in now and now[n].state == "ok")
    station.devices_lost = lost | {n for n in station.devices_lost - set(back) if n in now}
    return (
        *(notice("device_lost", Tone.WARNING, None, name=name) for name in gone),
        *(notice("device_back", Tone.GOOD, None, name=name) for name in back),
    )


def print_paper(station: Station, build: Callable[[str], PrintJob]) -> Answer:
    """Print something that is no receipt, a label or a card: `build` makes the job of an id.

    It goes through the queue like every paper; JobError of the layout is told as `unprintable`.
    """
    if not possible(station):
        return refused("no_printer")
    try:
        one = stored(build(station.new_id()), "")
    except JobError:
        return refused("unprintable")
    trouble = record(station, Facts(print_job=one))
    if trouble:
        return trouble
    send(station, one)
    return done(notice("sent_to_printer"))

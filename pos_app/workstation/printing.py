"""Print jobs that survive a restart and are never printed twice by themselves. Never a layout."""

import json

from drivers.contract import PrintJob, job_from_json, job_to_json
from pos_app.workstation.answer import Answer, Part, Tone, done, notice, refused
from pos_app.workstation.ports import StorageBroken, StorageFull, StoredJob
from pos_app.workstation.station import LastSale, Station, changed


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

    Nothing leaves before the database knows that it may have: with a full disk the job waits.
    """
    try:
        station.journal.set_job_state(one.job_id, "sent")
    except (StorageFull, StorageBroken):
        station.job_states[one.job_id] = "failed"
        return False
    station.job_states[one.job_id] = "sent"
    station.devices.print_job(unstored(one))
    return True


def resume_jobs(station: Station) -> None:
    """After a restart: what never left is printed, what may have is asked about."""
    for one in station.journal.jobs():
        if one.state == "queued":
            send(station, one)
            continue
        state = "asked" if one.state == "sent" else one.state
        station.journal.set_job_state(one.job_id, state)
        station.job_states[one.job_id] = state
        document = station.journal.document(one.transaction_id)
        if document is not None and station.last_sale is None:
            station.last_sale = LastSale(document, one.job_id)


def outcome(station: Station, job_id: str, state: str) -> Answer:
    """The printer's answer: printed, asked (nobody knows), failed."""
    if job_id not in station.job_states:
        return done()
    station.journal.set_job_state(job_id, state)
    if state == "printed":
        del station.job_states[job_id]
    else:
        station.job_states[job_id] = state
    said = () if state == "printed" else (notice(f"print_{state}", Tone.WARNING),)
    return changed(Part.LAST_SALE, Part.DEVICES, notices=said)


def state_of(station: Station, job_id: str) -> str:
    """queued (on its way counts), printed, asked, failed; none for a till without a printer."""
    if not job_id:
        return "none"
    state = station.job_states.get(job_id, "printed")
    return "queued" if state == "sent" else state


def waiting(station: Station) -> str | None:
    """The oldest job whose fate a person must tell, or that failed."""
    states = station.job_states.items()
    return next((job for job, state in states if state in ("asked", "failed")), None)


def answered(station: Station, printed: bool) -> Answer:
    """The cashier looked at the paper: it is there, or it is printed now."""
    job_id = waiting(station)
    if job_id is None:
        return refused("nothing_to_print")
    if printed:
        outcome(station, job_id, "printed")
        return changed(Part.LAST_SALE)
    one = next(job for job in station.journal.jobs() if job.job_id == job_id)
    if not send(station, one):
        return refused("storage_full")
    return done(changed=frozenset({Part.LAST_SALE}))

"""A paper by name, where somebody is asked whether it printed: whose receipt, how much, when; else
what stands at its head. Never a layout.
"""

import json
from collections.abc import Iterator
from itertools import takewhile

from drivers.contract import Columns, JobError, PrintJob, Rule, Text, job_from_json
from pos_app.domain.document import CompletedTransaction
from pos_app.domain.money import Money
from pos_app.domain.sentence import Sentence, say
from pos_app.workstation.ports import StorageBroken, StoredJob
from pos_app.workstation.station import Station


def named(station: Station, job_id: str) -> tuple[str, Sentence]:
    """(Receipt number, "" for what is no receipt; the name in words)."""
    last = station.last_sale
    if last is not None and last.job_id == job_id:
        return last.document.receipt_number, _receipt(station, last.document)
    try:
        one = next((job for job in station.journal.jobs() if job.job_id == job_id), None)
        document = station.journal.document(one.transaction_id) if one else None
    except StorageBroken:
        return "", say("paper.document")
    if document is not None:
        return document.receipt_number, _receipt(station, document)
    job = _read(one) if one is not None else None
    if job is None:
        return "", say("paper.document")
    title = _title(station, job)
    return "", say("paper.titled", title=title) if title else say("paper.slip")


def _receipt(station: Station, document: CompletedTransaction) -> Sentence:
    """With its day where that is not today's."""
    local = station.gear.to_local(document.completed_at)
    kind = document.kind.value
    amount = Money(document.totals.due_minor, document.currency)
    number = document.receipt_number
    if local.date() == station.local().date():
        return say(f"paper.{kind}", number=number, amount=amount, at=local)
    return say(f"paper.{kind}_before", number=number, amount=amount, at=local)


def _read(one: StoredJob) -> PrintJob | None:
    try:
        return job_from_json(json.loads(one.body))
    except (JobError, ValueError):
        return None


def _title(station: Station, job: PrintJob) -> str:
    """The bold lines above the first rule, but the shop's own name, and the time beside them; ""
    for a terminal's slip, whose lines are the terminal's own and name nothing."""
    identity = station.journal.identity()
    shop = identity.store_name if identity else ""
    head = [text for text in _head(job) if text.strip() and text != shop]
    return " · ".join(head)


def _head(job: PrintJob) -> Iterator[str]:
    bold = False
    for one in takewhile(lambda element: not isinstance(element, Rule), job.elements):
        if isinstance(one, Text) and one.style.bold:
            bold = True
            yield one.text
        elif isinstance(one, Columns) and bold:
            yield one.left
            return

"""A fiscal job as ATOL's JSON task, and its answer back: pure functions. Never over a wire.

Amounts become decimal numbers here and nowhere else: a kopeck count divided by 100 has a shortest
decimal writing that JSON carries exactly.
"""

import base64
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from drivers.contract.fiscal import (
    FiscalError,
    FiscalJob,
    FiscalLine,
    FiscalRecord,
    FiscalState,
    FiscalTask,
)
from drivers.fiscal_printer.words import (
    MARK_STATES,
    MEASURES,
    METHODS,
    SHIFTS,
    SUBJECTS,
    TASKS,
    TAXATION,
    VAT,
)

Task = dict[str, Any]
FISCAL_PHASE = "fiscalMode"
UNSENT_LONGEST = timedelta(days=30)
STATE_TASKS: tuple[Task, ...] = (
    {"type": "getShiftStatus"},
    {"type": "getDeviceStatus"},
    {"type": "getFnInfo"},
    {"type": "ofdExchangeStatus"},
    {"type": "getCashDrawerStatus"},
    {"type": "getFnStatus"},
)
"""One request; their results come in this order."""


def rubles(minor: int) -> float:
    """A JSON number of roubles."""
    return minor / 100


def task_of(job: FiscalJob) -> Task:
    """The one task of a job. KeyError when the format's number has no word here."""
    task: Task = {"type": TASKS[job.task]}
    if job.task is FiscalTask.GO_ON:
        return task
    if job.task is FiscalTask.COPY:
        return {**task, "fiscalDocumentNumber": job.number}
    task["operator"] = _operator(job)
    if job.task in {FiscalTask.CASH_IN, FiscalTask.CASH_OUT}:
        return {**task, "cashSum": rubles(job.cash_minor)}
    if job.task.has_positions:
        _receipt(task, job)
    return task


def _operator(job: FiscalJob) -> dict[str, str]:
    said = {"name": job.operator}
    return {**said, "vatin": job.operator_inn} if job.operator_inn else said


def _receipt(task: Task, job: FiscalJob) -> None:
    task["taxationType"] = TAXATION[job.taxation]
    task["electronically"] = not job.paper
    task["ignoreNonFiscalPrintErrors"] = True
    if job.buyer:
        task["clientInfo"] = {"emailOrPhone": job.buyer}
    items: list[Task] = []
    for line in job.lines:
        items.append(_position(line))
        items.extend(_text(note) for note in line.notes)
    task["items"] = items
    task["payments"] = _payments(job)
    task["total"] = rubles(job.total_minor)
    if job.notes:
        task["postItems"] = [_text(note) for note in job.notes]
    if any(line.mark for line in job.lines):
        task["validateMarkingCodes"] = False
    if job.corrected:
        task["correctionType"] = "instruction" if job.by_order else "self"
        task["correctionBaseDate"] = job.corrected[0]
        if job.by_order:
            task["correctionBaseNumber"] = job.corrected[1]


def _text(note: str) -> Task:
    return {"type": "text", "text": note, "alignment": "left"}


def _payments(job: FiscalJob) -> list[Task]:
    named = (
        ("cash", job.cash_minor),
        ("electronically", job.electronic_minor),
        ("prepaid", job.prepaid_minor),
    )
    found = [{"type": kind, "sum": rubles(minor)} for kind, minor in named if minor]
    return found or [{"type": "cash", "sum": 0.0}]


def _position(line: FiscalLine) -> Task:
    said: Task = {
        "type": "position",
        "name": line.name,
        "price": rubles(line.price_minor),
        "quantity": line.quantity_milli / 1000,
        "amount": rubles(line.amount_minor),
        "infoDiscountAmount": rubles(line.discount_minor),
        "measurementUnit": MEASURES[line.measure],
        "paymentMethod": METHODS[line.method],
        "paymentObject": SUBJECTS[line.subject],
        "tax": {"type": VAT[line.vat]},
    }
    if line.mark:
        said["imcParams"] = {
            "imcType": "auto",
            "imc": base64.b64encode(line.mark).decode(),
            "itemEstimatedStatus": MARK_STATES[line.mark_state],
            "imcModeProcessing": 0,
        }
    if line.industry:
        fois, on, number, details = line.industry
        said["industryInfo"] = [
            {"fois": fois, "date": on, "number": number, "industryAttribute": details}
        ]
    return said


def record_from(params: Mapping[str, Any]) -> FiscalRecord:
    """The registrar's `fiscalParams`; ValueError when a number is missing."""
    try:
        number, sign = int(params["fiscalDocumentNumber"]), str(params["fiscalDocumentSign"])
        shift, storage = int(params.get("shiftNumber", 0)), str(params.get("fnNumber", ""))
        receipt = int(params.get("fiscalReceiptNumber", 0))
    except (KeyError, TypeError, ValueError) as bad:
        raise ValueError(f"the registrar's answer has no document number: {bad}") from bad
    at = str(params.get("fiscalDocumentDateTime", ""))
    registration = str(params.get("registrationNumber", ""))
    return FiscalRecord(number, sign, storage, shift, receipt, at, registration)


def state_from(results: list[Mapping[str, Any]]) -> FiscalState:
    """The answers to STATE_TASKS. What a registrar did not say stays unknown."""
    shift, device, fn, ofd, drawer, last = (one.get("result") or {} for one in results)
    shift, device = shift.get("shiftStatus") or {}, device.get("deviceStatus") or {}
    fn, ofd = fn.get("fnInfo") or {}, ofd.get("status") or {}
    since = str(ofd.get("notSentFirstDocDateTime") or "")
    stands = SHIFTS.get(str(shift.get("state")), "unknown")
    return FiscalState(
        shift=stands,
        shift_number=int(shift.get("number") or 0),
        trouble=_trouble(stands, device, fn, since),
        unsent=int(ofd.get("notSentCount") or 0),
        unsent_since=since,
        storage=str(fn.get("serial") or ""),
        paper_out=_not(device.get("paperPresent")),
        cover_open=device.get("coverOpened"),
        cash_minor=_minor((drawer.get("counters") or {}).get("cashSum")),
        documents=_count((last.get("fnStatus") or {}).get("fiscalDocumentNumber")),
    )


def _minor(value: Any) -> int | None:
    """Roubles of a JSON number as kopecks; None for what is none."""
    try:
        return int(Decimal(str(value)) * 100)
    except (InvalidOperation, ValueError, OverflowError):
        return None


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _not(value: Any) -> bool | None:
    return None if value is None else not value


def _trouble(
    shift: str, device: Mapping[str, Any], fn: Mapping[str, Any], unsent_since: str
) -> FiscalError:
    """The first thing that keeps a receipt from being registered; the gravest first."""
    warnings = fn.get("warnings") or {}
    found = (
        (device.get("fnPresent") is False, FiscalError.STORAGE_LOST),
        (warnings.get("criticalError"), FiscalError.STORAGE_LOST),
        (fn.get("livePhase", FISCAL_PHASE) != FISCAL_PHASE, FiscalError.STORAGE_FULL),
        (_too_long(unsent_since, device.get("currentDateTime")), FiscalError.UNSENT_TOO_LONG),
        (device.get("blocked"), FiscalError.BLOCKED),
        (shift == "expired", FiscalError.SHIFT_EXPIRED),
        (device.get("paperPresent") is False, FiscalError.NO_PAPER),
        (device.get("coverOpened"), FiscalError.COVER_OPEN),
    )
    return next((trouble for holds, trouble in found if holds), FiscalError.NONE)


def _too_long(since: str, now: Any) -> bool:
    """By the registrar's own clock: it is the one that stops after 30 days."""
    try:
        begun, is_now = datetime.fromisoformat(since), datetime.fromisoformat(str(now))
    except ValueError:
        return False
    if (begun.tzinfo is None) != (is_now.tzinfo is None):
        begun, is_now = begun.replace(tzinfo=None), is_now.replace(tzinfo=None)
    return is_now - begun >= UNSENT_LONGEST

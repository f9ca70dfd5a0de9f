"""What a fiscal registrar is asked and what it answers: tags of the format, kopecks, thousandths.

Never knows what was sold to whom or why; a document is a list of positions and of payments.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import IntEnum, StrEnum
from typing import Any, Protocol

from drivers.contract.devices import Device, Reply
from drivers.contract.lenient import (
    count_of,
    flag,
    number_of,
    object_of,
    objects_of,
    text_of,
    word_of,
)
from drivers.contract.print_job import JobError


class FiscalError(IntEnum):
    """Why a registrar refused; they go with E_EXTENDED as UPOS' extended codes. 0: no such one."""

    NONE = 0
    SHIFT_EXPIRED = 301
    SHIFT_CLOSED = 302
    SHIFT_OPEN = 303
    STORAGE_FULL = 304
    STORAGE_LOST = 305
    UNSENT_TOO_LONG = 306
    NO_PAPER = 307
    COVER_OPEN = 308
    BLOCKED = 309
    BAD_DOCUMENT = 310
    MARKING = 311
    CLOCK = 312
    BUSY = 313
    FAULT = 314
    UNREACHABLE = 315


class FiscalTask(StrEnum):
    """What a registrar can be asked to do under a key."""

    SALE = "sale"
    RETURN = "return"
    CORRECTION_SALE = "correction_sale"
    CORRECTION_RETURN = "correction_return"
    OPEN_SHIFT = "open_shift"
    CLOSE_SHIFT = "close_shift"
    X_REPORT = "x_report"
    CASH_IN = "cash_in"
    CASH_OUT = "cash_out"
    COPY = "copy"
    GO_ON = "go_on"

    @property
    def has_positions(self) -> bool:
        """A receipt or a correction."""
        return self in _WITH_POSITIONS

    @property
    def is_registered(self) -> bool:
        """The storage gives it a number and a sign."""
        return self.has_positions or self in {FiscalTask.OPEN_SHIFT, FiscalTask.CLOSE_SHIFT}


_WITH_POSITIONS = frozenset(
    {
        FiscalTask.SALE,
        FiscalTask.RETURN,
        FiscalTask.CORRECTION_SALE,
        FiscalTask.CORRECTION_RETURN,
    }
)


@dataclass(frozen=True, slots=True)
class FiscalLine:
    """One position: tags 1030, 1079, 1023, 1043, 1199, 2108, 1212, 1214, 1163, 1260 (as numbers).

    `industry`: 1262, 1263 (dd.mm.yyyy), 1264, 1265; empty: no tag 1260. `mark_state`: tag 2003.
    """

    name: str
    price_minor: int
    quantity_milli: int
    amount_minor: int
    vat: int
    measure: int
    subject: int
    method: int
    discount_minor: int = 0
    mark: bytes = b""
    mark_state: int = 0
    industry: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FiscalJob:
    """A document and its key, a UUID. `number`: of the document to copy.

    `corrected`: tags 1178 (dd.mm.yyyy) and 1179 of a correction; `by_order`: tag 1173 is 1.
    """

    key: str
    task: FiscalTask
    operator: str = ""
    operator_inn: str = ""
    lines: tuple[FiscalLine, ...] = ()
    cash_minor: int = 0
    electronic_minor: int = 0
    prepaid_minor: int = 0
    taxation: int = 1
    buyer: str = ""
    paper: bool = True
    corrected: tuple[str, ...] = ()
    by_order: bool = False
    notes: tuple[str, ...] = ()
    number: int = 0

    @property
    def total_minor(self) -> int:
        """Tag 1020."""
        return sum(line.amount_minor for line in self.lines)


@dataclass(frozen=True, slots=True)
class FiscalRecord:
    """What the registrar gave a document: tags 1040, 1077, 1041, 1038, 1042, 1012, 1037."""

    number: int
    sign: str
    storage: str
    shift: int
    receipt: int = 0
    at: str = ""
    registration: str = ""

    def to_json(self) -> dict[str, object]:
        """A flat object."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> "FiscalRecord":
        """Reads `to_json`; ValueError."""
        return cls(
            number=number_of(data, "number"),
            sign=text_of(data, "sign"),
            storage=text_of(data, "storage"),
            shift=number_of(data, "shift"),
            receipt=number_of(data, "receipt"),
            at=word_of(data, "at") or "",
            registration=word_of(data, "registration") or "",
        )


@dataclass(frozen=True, slots=True)
class FiscalState:
    """What a registrar says of itself. `shift`: closed, open, expired, unknown.

    `trouble`: why nothing can be registered now. `cash_minor`: what it counts in its drawer,
    `documents`: the number of its last fiscal document. None means: it did not say.
    """

    shift: str = "unknown"
    shift_number: int = 0
    trouble: FiscalError = FiscalError.NONE
    unsent: int = 0
    unsent_since: str = ""
    storage: str = ""
    paper_out: bool | None = None
    cover_open: bool | None = None
    cash_minor: int | None = None
    documents: int | None = None

    def to_json(self) -> dict[str, object]:
        """A flat object."""
        said = {one.name: getattr(self, one.name) for one in fields(self)}
        return {**said, "trouble": int(self.trouble)}

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> "FiscalState":
        """Reads `to_json`; ValueError."""
        return cls(
            shift=text_of(data, "shift"),
            shift_number=number_of(data, "shift_number"),
            trouble=FiscalError(number_of(data, "trouble")),
            unsent=number_of(data, "unsent"),
            unsent_since=word_of(data, "unsent_since") or "",
            storage=word_of(data, "storage") or "",
            paper_out=flag(data, "paper_out"),
            cover_open=flag(data, "cover_open"),
            cash_minor=count_of(data, "cash_minor"),
            documents=count_of(data, "documents"),
        )


class FiscalPrinter(Device, Protocol):
    """A registrar. Each request is answered once; nothing is registered twice under one key.

    DONE is a ResultEvent with a FiscalRecord (empty where nothing is numbered). An ErrorEvent of
    outcome NOT_DONE means: surely not registered; UNKNOWN: ask `recover` with the same key.
    """

    def register(self, job: FiscalJob, reply: Reply) -> None:
        """Registers and prints; the same key again answers as the first time."""
        ...

    def recover(self, key: str, reply: Reply) -> None:
        """What became of a key. NOT_DONE with E_NOEXIST when it was never seen."""
        ...


def fiscal_job_to_json(job: FiscalJob) -> dict[str, object]:
    """An object of plain values; marks are base64."""
    said: dict[str, object] = {one.name: getattr(job, one.name) for one in fields(job)}
    said["task"] = job.task.value
    said["lines"] = [_line_to_json(line) for line in job.lines]
    return {**said, "corrected": list(job.corrected), "notes": list(job.notes)}


def fiscal_job_from_json(data: object) -> FiscalJob:
    """Reads `fiscal_job_to_json`; JobError with the reason."""
    if not isinstance(data, dict):
        raise JobError("a fiscal job is an object")
    try:
        return FiscalJob(
            key=text_of(data, "key"),
            task=FiscalTask(text_of(data, "task")),
            operator=word_of(data, "operator") or "",
            operator_inn=word_of(data, "operator_inn") or "",
            lines=tuple(_line_from_json(line) for line in objects_of(data, "lines")),
            cash_minor=number_of(data, "cash_minor"),
            electronic_minor=number_of(data, "electronic_minor"),
            prepaid_minor=number_of(data, "prepaid_minor"),
            taxation=number_of(data, "taxation", 1),
            buyer=word_of(data, "buyer") or "",
            paper=flag(data, "paper") is not False,
            corrected=_texts(data, "corrected"),
            by_order=bool(flag(data, "by_order")),
            notes=_texts(data, "notes"),
            number=number_of(data, "number"),
        )
    except ValueError as bad:
        raise JobError(str(bad)) from bad


def _line_to_json(line: FiscalLine) -> dict[str, object]:
    said: dict[str, object] = {one.name: getattr(line, one.name) for one in fields(line)}
    said["mark"] = base64.b64encode(line.mark).decode()
    return {**said, "industry": list(line.industry), "notes": list(line.notes)}


def _line_from_json(data: dict[str, Any]) -> FiscalLine:
    numbers = {
        key: number_of(data, key)
        for key in (
            "price_minor",
            "quantity_milli",
            "amount_minor",
            "vat",
            "measure",
            "subject",
            "method",
            "discount_minor",
            "mark_state",
        )
    }
    return FiscalLine(
        name=text_of(data, "name"),
        mark=base64.b64decode(word_of(data, "mark") or "", validate=True),
        industry=_texts(data, "industry"),
        notes=_texts(data, "notes"),
        **numbers,
    )


def _texts(data: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = data.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError(f"{key} is not a list of strings")
    return tuple(value)


def record_of(payload: Mapping[str, object]) -> FiscalRecord | None:
    """The record in a ResultEvent's payload; None where nothing was numbered. ValueError."""
    return FiscalRecord.from_json(object_of(payload, "record")) if "record" in payload else None

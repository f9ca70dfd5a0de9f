"""The inside of a simulated registrar: shift, storage, drawer, clock, paper. Never a wire.

It keeps every document it registered and could print it. A fault is a field to be set.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from drivers.fake.fiscal_rules import (
    NO_CASH,
    Refused,
    cash_of,
    check_operator,
    check_receipt,
    mark_of,
    money,
)

SHIFT_LONGEST = timedelta(hours=24)
UNSENT_LONGEST = timedelta(days=30)
SERIAL = "9999078902012345"
NO_PAPER, COVER, EXPIRED, CLOSED, OPENED = 44, 45, 68, 73, 83
FULL, NOT_SENT, LOST, INTERRUPTED, BAD_MARK_STATE = 121, 139, 166, 177, 404
RECEIPTS = ("sell", "sellReturn", "sellCorrection", "sellReturnCorrection")


@dataclass(frozen=True, slots=True)
class FiscalPaper:
    """A document in the storage, with the task it came from and its paper."""

    number: int
    sign: str
    shift: int
    kind: str
    at: datetime
    total: Decimal
    task: Mapping[str, Any]
    uuid: str

    @property
    def text(self) -> str:
        """What the paper says, one line a position."""
        rows = [f"{self.kind} N{self.number} shift {self.shift} {self.at:%d.%m.%Y %H:%M}"]
        for one in (*self.task.get("items", ()), *self.task.get("postItems", ())):
            if one["type"] == "text":
                rows.append(f"  {one['text']}")
            else:
                tax = one["tax"]["type"]
                rows.append(f"{one['name']}: {one['price']} x {one['quantity']} = {one['amount']}")
                rows[-1] += f" {tax} {one['paymentMethod']}"
        rows += [f"{one['type']}: {one['sum']}" for one in self.task.get("payments", ())]
        rows.append(f"TOTAL {self.total} FN {SERIAL} FD {self.number} FP {self.sign}")
        return "\n".join(rows)


@dataclass
class FiscalStorage:
    """State and faults. `skip`: how far its clock has been moved."""

    papers: list[FiscalPaper] = field(default_factory=list)
    shift: int = 0
    opened_at: datetime | None = None
    cash: Decimal = Decimal(0)
    skip: timedelta = timedelta()
    unsent: list[datetime] = field(default_factory=list)
    marks_sold: set[bytes] = field(default_factory=set)
    unfinished: FiscalPaper | None = None
    paper_out: bool = False
    cover_open: bool = False
    fn_full: bool = False
    fn_lost: bool = False
    ofd_away: bool = False
    printed: list[str] = field(default_factory=list)

    def now(self) -> datetime:
        """Its own clock, moved by `skip`."""
        return datetime.now(UTC) + self.skip  # noqa: TID251  a registrar has its own clock

    @property
    def shift_state(self) -> str:
        """closed, opened, expired."""
        if self.opened_at is None:
            return "closed"
        return "expired" if self.now() - self.opened_at >= SHIFT_LONGEST else "opened"

    def run(self, task: Mapping[str, Any], uuid: str) -> dict[str, Any]:
        """The result of one task; Refused."""
        kind = str(task.get("type"))
        if kind in RECEIPTS:
            return self._receipt(kind, task, uuid)
        verb = self._verbs().get(kind)
        if verb is None:
            raise Refused(501, f"unknown task {kind!r}")
        return verb(task, uuid)

    def _verbs(self) -> dict[str, Callable[[Mapping[str, Any], str], dict[str, Any]]]:
        return {
            "openShift": self._open,
            "closeShift": self._close,
            "reportX": self._report,
            "cashIn": self._move_cash,
            "cashOut": self._move_cash,
            "printFnDocument": self._copy,
            "continuePrint": self._go_on,
            "getShiftStatus": self._shift_status,
            "getDeviceStatus": self._device_status,
            "getFnInfo": self._fn_info,
            "ofdExchangeStatus": self._ofd_status,
            "getCashDrawerStatus": self._drawer_status,
            "getFnStatus": self._fn_status,
        }

    # --- documents ----------------------------------------------------------------------------

    def _receipt(self, kind: str, task: Mapping[str, Any], uuid: str) -> dict[str, Any]:
        self._check_printer()
        self._check_shift()
        self._check_storage()
        total = check_receipt(task, self.now().date().isoformat())
        back = kind in {"sellReturn", "sellReturnCorrection"}
        cash = cash_of(task, total)
        if back and cash > self.cash:
            raise Refused(NO_CASH, f"{self.cash} in the drawer")
        self._sell_marks(task, back=back)
        self.cash += -cash if back else cash
        return self._registered(kind, task, uuid, total)

    def _sell_marks(self, task: Mapping[str, Any], *, back: bool) -> None:
        marks = [raw for raw in map(mark_of, task["items"]) if raw]
        if not back and self.marks_sold & set(marks):
            raise Refused(BAD_MARK_STATE, "this code has been sold")
        if back:
            self.marks_sold -= set(marks)
        else:
            self.marks_sold |= set(marks)

    def _open(self, task: Mapping[str, Any], uuid: str) -> dict[str, Any]:
        check_operator(task)
        self._check_printer()
        if self.opened_at is not None:
            raise Refused(OPENED, "the shift is open")
        self._check_storage()
        self.shift += 1
        self.opened_at = self.now()
        return self._registered("openShift", task, uuid, Decimal(0))

    def _close(self, task: Mapping[str, Any], uuid: str) -> dict[str, Any]:
        check_operator(task)
        self._check_printer()
        if self.opened_at is None:
            raise Refused(CLOSED, "the shift is closed")
        if self.fn_lost:
            raise Refused(LOST, "the storage is not found")
        self.opened_at = None
        self.cash = Decimal(0)
        return self._registered("closeShift", task, uuid, Decimal(0))

    def _registered(
        self, kind: str, task: Mapping[str, Any], uuid: str, total: Decimal
    ) -> dict[str, Any]:
        number = len(self.papers) + 1
        sign = str(int(hashlib.sha256(f"{uuid}{number}".encode()).hexdigest()[:8], 16)).zfill(10)
        paper = FiscalPaper(number, sign, self.shift, kind, self.now(), total, task, uuid)
        self.papers.append(paper)
        if self.ofd_away:
            self.unsent.append(paper.at)
        if self.paper_out and not task.get("electronically"):
            self.unfinished = paper
            raise Refused(INTERRUPTED, "the paper ended while the document was printed")
        if not task.get("electronically"):
            self.printed.append(paper.text)
        return {"fiscalParams": self.params_of(paper)}

    def params_of(self, paper: FiscalPaper) -> dict[str, Any]:
        """The `fiscalParams` of a document."""
        return {
            "fiscalDocumentNumber": paper.number,
            "fiscalDocumentSign": paper.sign,
            "fiscalDocumentDateTime": paper.at.isoformat(timespec="seconds"),
            "fiscalReceiptNumber": sum(
                one.shift == paper.shift and one.kind in RECEIPTS
                for one in self.papers[: paper.number]
            ),
            "shiftNumber": paper.shift,
            "fnNumber": SERIAL,
            "registrationNumber": "0000000001002292",
            "fnsUrl": "www.nalog.gov.ru",
        }

    def _report(self, task: Mapping[str, Any], _uuid: str) -> dict[str, Any]:
        check_operator(task)
        self._check_printer()
        if self.paper_out:
            raise Refused(NO_PAPER, "no paper")
        self.printed.append(f"X report, shift {self.shift}, cash {self.cash}")
        return {}

    def _move_cash(self, task: Mapping[str, Any], _uuid: str) -> dict[str, Any]:
        check_operator(task)
        self._check_printer()
        amount = money(task.get("cashSum"))
        out = task["type"] == "cashOut"
        if out and amount > self.cash:
            raise Refused(NO_CASH, f"{self.cash} in the drawer")
        self.cash += -amount if out else amount
        self.printed.append(f"{task['type']} {amount}")
        return {}

    def _copy(self, task: Mapping[str, Any], _uuid: str) -> dict[str, Any]:
        number = int(task.get("fiscalDocumentNumber", 0))
        if not 0 < number <= len(self.papers):
            raise Refused(162, f"no document {number}")
        if self.paper_out:
            raise Refused(NO_PAPER, "no paper")
        self.printed.append(f"COPY\n{self.papers[number - 1].text}")
        return {}

    def _go_on(self, _task: Mapping[str, Any], _uuid: str) -> dict[str, Any]:
        if self.paper_out:
            raise Refused(NO_PAPER, "no paper")
        if self.unfinished is not None:
            self.printed.append(self.unfinished.text)
            self.unfinished = None
        return {}

    # --- what keeps it from registering ---------------------------------------------------------

    def _check_printer(self) -> None:
        if self.unfinished is not None:
            raise Refused(502, "a document waits for its paper")
        if self.cover_open:
            raise Refused(COVER, "the cover is open")

    def _check_shift(self) -> None:
        if self.shift_state == "closed":
            raise Refused(CLOSED, "the shift is closed")
        if self.shift_state == "expired":
            raise Refused(EXPIRED, "the shift is longer than 24 hours")

    def _check_storage(self) -> None:
        if self.fn_lost:
            raise Refused(LOST, "the storage is not found")
        if self.fn_full:
            raise Refused(FULL, "the storage is full")
        if self.unsent and self.now() - self.unsent[0] >= UNSENT_LONGEST:
            raise Refused(NOT_SENT, "documents are unsent for 30 days")

    # --- what it says of itself -----------------------------------------------------------------

    def _shift_status(self, _task: Mapping[str, Any], _uuid: str) -> dict[str, Any]:
        ends = self.opened_at + SHIFT_LONGEST if self.opened_at else None
        said = {"state": self.shift_state, "number": self.shift, "documentsCount": len(self.papers)}
        return {"shiftStatus": {**said, "expiredTime": ends.isoformat() if ends else ""}}

    def _device_status(self, _task: Mapping[str, Any], _uuid: str) -> dict[str, Any]:
        status = {
            "currentDateTime": self.now().isoformat(timespec="seconds"),
            "shift": self.shift_state,
            "blocked": self.unfinished is not None,
            "coverOpened": self.cover_open,
            "paperPresent": not self.paper_out,
            "fiscal": True,
            "fnFiscal": True,
            "fnPresent": not self.fn_lost,
            "cashDrawerOpened": False,
        }
        return {"deviceStatus": status}

    def _fn_info(self, _task: Mapping[str, Any], _uuid: str) -> dict[str, Any]:
        warnings = {"memoryOverflow": self.fn_full, "criticalError": False}
        info = {"serial": SERIAL, "livePhase": "fiscalMode", "warnings": warnings}
        return {"fnInfo": info}

    def _drawer_status(self, _task: Mapping[str, Any], _uuid: str) -> dict[str, Any]:
        return {
            "counters": {"cashSum": float(self.cash)},
            "cashDrawerStatus": {"cashDrawerOpened": False},
        }

    def _fn_status(self, _task: Mapping[str, Any], _uuid: str) -> dict[str, Any]:
        return {"fnStatus": {"fiscalDocumentNumber": len(self.papers)}}

    def _ofd_status(self, _task: Mapping[str, Any], _uuid: str) -> dict[str, Any]:
        if not self.ofd_away:
            self.unsent.clear()
        first = self.unsent[0].isoformat(timespec="seconds") if self.unsent else ""
        status = {"notSentCount": len(self.unsent), "notSentFirstDocDateTime": first}
        return {"status": status}

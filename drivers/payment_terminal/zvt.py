"""A ZVT terminal over TCP (port 20007) or a serial port.

Never orders twice: after a lost answer it asks for the terminal's last receipt (06 20) and compares
trace number, amount and currency with what was noted before the order.
"""

from collections.abc import Callable
from dataclasses import dataclass

from drivers.contract.payment import (
    PaymentDo,
    PaymentOrder,
    PaymentOutcome,
    PaymentResult,
    PaymentStage,
    mask_pans,
)
from drivers.payment_terminal import zvt_apdu as zvt
from drivers.payment_terminal.adapter import (
    SLICE_MS,
    Notes,
    NotReadyError,
    Remembered,
    Watch,
    declined,
    unknown,
)
from drivers.payment_terminal.zvt_frames import Framing
from drivers.payment_terminal.zvt_talk import Note, Talk, Timings, Told
from drivers.transport import Link, LinkDownError, monotonic_ms

ZVT_PORT = 20007
_PLEASE_WAIT = frozenset({0x9C, 0xA0})
_BY_HAND = 0x6C
_ALREADY_REVERSED = 0xB4
NO_TRANSACTION = -1
DIAGNOSIS_OF_LINE = b"\x01"
"""Kind of diagnosis: the line."""


@dataclass(frozen=True, slots=True)
class ZvtSettings:
    """`password`: six digits of the cash register."""

    password: str = "000000"
    currency: str = "643"
    config_byte: int = zvt.CONFIG_BYTE
    timings: Timings = Timings()


class ZvtAdapter:
    """Adapter over a byte link."""

    def __init__(
        self, link: Link, framing: Framing, settings: ZvtSettings, note: Note | None = None
    ) -> None:
        """A link that notes no bytes, for they hold card numbers; `note` gets them without."""
        self._link = link
        self._settings = settings
        self._talk = Talk(link, framing, settings.timings, note)
        self._registered = False
        self._last_trace: int | None = None

    # --- Adapter --------------------------------------------------------------------------------

    def prepare(self, order: PaymentOrder, watch: Watch) -> Notes:
        """Registers where the line is new, and notes the terminal's last transaction."""
        self._command_of(order)
        self._connect()
        if order.do is not PaymentDo.SETTLE and self._last_trace is None:
            self._learn_last_trace(watch)
        return {"last_trace": self._last_trace}

    def carry_out(self, order: PaymentOrder, notes: Notes, watch: Watch) -> PaymentResult:
        """Sends the command once."""
        cancellable = order.do in (PaymentDo.PURCHASE, PaymentDo.REFUND)
        told = self._talk.command(self._command_of(order), watch, cancellable=cancellable)
        result = _settled(told) if order.do is PaymentDo.SETTLE else _result(told, order)
        self._after(told, result)
        return result

    def look_up(self, remembered: Remembered, watch: Watch) -> PaymentResult:
        """06 20, again while the terminal is busy with a customer."""
        if remembered.order.do is PaymentDo.SETTLE:
            return unknown("lost")
        try:
            self._reached(watch)
        except NotReadyError as away:
            return unknown(away.reason, str(away))
        told = self._repeat(watch)
        result = _compared(told, remembered)
        self._after(told, result)
        return result

    def idle(self) -> str:
        """An open line that nobody closed; else a new one, registered."""
        try:
            if self._registered:
                self._link.read(1)
            else:
                self._connect()
        except (LinkDownError, NotReadyError) as away:
            self._drop()
            return str(away)
        return ""

    def diagnose(self, watch: Watch) -> str:
        """06 70: the terminal tries its line to the bank."""
        try:
            self._reached(watch)
        except NotReadyError as away:
            return str(away)
        told = self._talk.command(zvt.Apdu(zvt.DIAGNOSIS, DIAGNOSIS_OF_LINE), watch)
        if told.trouble:
            self._drop()
            return told.trouble
        if told.ended == zvt.COMPLETION:
            return ""
        why = told.refused if told.refused is not None else told.abort_code
        return "the terminal refused its diagnosis" + ("" if why is None else f": {why:02X}")

    def confirm(self, key: str, reference: str | None) -> bool:
        """The terminal answers by itself."""
        return False

    def close(self) -> None:
        """Lets the line go."""
        self._drop()

    # --- the line -------------------------------------------------------------------------------

    def _connect(self) -> None:
        """Raises NotReadyError."""
        if self._registered:
            try:
                self._link.read(1)
            except LinkDownError:
                self._drop()
            else:
                return
        self._open_line()

    def _reached(self, watch: Watch) -> None:
        """As `_connect`, but for a terminal that is busy with a customer; raises NotReadyError."""
        end_ms = monotonic_ms() + self._settings.timings.busy_ms
        while True:
            try:
                return self._connect()
            except NotReadyError as away:
                if away.reason != "busy" or watch.cancelled or monotonic_ms() >= end_ms:
                    raise
            watch.tell(PaymentStage.BUSY)
            watch.wait(SLICE_MS)

    def _open_line(self) -> None:
        settings = self._settings
        try:
            self._link.open()
        except LinkDownError as down:
            raise NotReadyError("offline", str(down)) from down
        told = self._talk.command(
            zvt.registration(settings.password, settings.currency, settings.config_byte), None
        )
        self._registered = told.ended == zvt.COMPLETION
        if not self._registered:
            why = told.refused if told.refused is not None else told.abort_code
            self._drop()
            raise NotReadyError(
                "busy" if why in _PLEASE_WAIT else "offline", f"registration: {told.trouble or why}"
            )

    def _drop(self) -> None:
        self._link.close()
        self._registered = False

    def _after(self, told: Told, result: PaymentResult) -> None:
        """What the terminal counted; an uncertain end makes it unknown, and the line new."""
        if told.trouble:
            self._drop()
        if told.status is not None and told.status.trace is not None:
            self._last_trace = told.status.trace
        if not result.is_final:
            self._last_trace = None

    def _learn_last_trace(self, watch: Watch) -> None:
        """Raises NotReadyError: an order whose fate could not be found out is not begun."""
        told = self._repeat(watch)
        trace = _last_trace(told)
        if trace is None:
            if told.trouble:
                self._drop()
            raise NotReadyError("busy", f"last receipt: {told.trouble or told.refused}")
        self._last_trace = trace

    def _repeat(self, watch: Watch) -> Told:
        """The last receipt; asked again while the terminal wants to be waited for."""
        end_ms = monotonic_ms() + self._settings.timings.busy_ms
        while True:
            told = self._talk.command(
                zvt.with_password(zvt.REPEAT_RECEIPT, self._settings.password), watch
            )
            if not _is_busy(told) or watch.cancelled or monotonic_ms() >= end_ms:
                return told
            watch.tell(PaymentStage.BUSY)
            watch.wait(SLICE_MS)

    def _command_of(self, order: PaymentOrder) -> zvt.Apdu:
        """Raises NotReadyError for what cannot be said in ZVT."""
        password = self._settings.password
        commands: dict[PaymentDo, Callable[[], zvt.Apdu]] = {
            PaymentDo.PURCHASE: lambda: zvt.authorisation(order.amount_minor, order.currency),
            PaymentDo.REFUND: lambda: zvt.refund(password, order.amount_minor, order.currency),
            PaymentDo.REVERSAL: lambda: zvt.reversal(password, order.reference),
            PaymentDo.SETTLE: lambda: zvt.with_password(zvt.END_OF_DAY, password),
        }
        try:
            return commands[order.do]()
        except zvt.ZvtError as bad:
            raise NotReadyError("refused", str(bad)) from bad


def _is_busy(told: Told) -> bool:
    return told.refused in _PLEASE_WAIT or (
        told.ended == zvt.ABORT and told.abort_code in _PLEASE_WAIT
    )


def _last_trace(told: Told) -> int | None:
    """The last transaction's number; NO_TRANSACTION where the terminal has none yet."""
    if told.trouble or _is_busy(told):
        return None
    if told.ended == zvt.COMPLETION and told.status is not None:
        return told.status.trace
    refused = told.refused is not None or told.ended == zvt.ABORT
    return NO_TRANSACTION if refused else None


def _result(told: Told, order: PaymentOrder) -> PaymentResult:
    """What the answer to an order says of the money."""
    if told.refused is not None and not told.accepted:
        return declined("refused", f"84 {told.refused:02X}")
    if not told.is_sure:
        return unknown("lost", told.trouble)
    status = told.status
    approved = status is not None and status.result_code == 0
    if told.ended == zvt.ABORT:
        return unknown("lost", "approved and aborted") if approved else _aborted(told, order)
    if status is None or status.result_code is None:
        return unknown("lost", "no status information")
    if not approved:
        return declined("declined", f"{status.result_code:02X}")
    return _approved(told, status, order)


def _approved(told: Told, status: zvt.Status, order: PaymentOrder) -> PaymentResult:
    """Only for what was ordered: another amount or currency is for a person."""
    asked = order.do is not PaymentDo.REVERSAL or order.amount_minor
    if asked and status.amount_minor != order.amount_minor:
        return unknown("mismatch", f"{status.amount_minor}")
    if status.currency not in (None, int(order.currency)):
        return unknown("mismatch", f"currency {status.currency}")
    return PaymentResult(
        PaymentOutcome.APPROVED,
        status.amount_minor or 0,
        reference=status.receipt_no,
        auth_code=status.auth_code,
        card=status.card,
        receipt_no=status.receipt_no,
        terminal_id=status.terminal_id,
        slip=tuple(mask_pans(line) for line in told.slip),
    )


def _aborted(told: Told, order: PaymentOrder) -> PaymentResult:
    code = told.abort_code
    if code == _ALREADY_REVERSED and order.do is PaymentDo.REVERSAL:
        return PaymentResult(PaymentOutcome.APPROVED, order.amount_minor, reason="already")
    if code == _BY_HAND:
        return declined("cancelled", "6C")
    return declined("declined", "" if code is None else f"{code:02X}")


def _settled(told: Told) -> PaymentResult:
    if told.ended == zvt.COMPLETION and not told.trouble:
        slip = tuple(mask_pans(line) for line in told.slip)
        return PaymentResult(PaymentOutcome.APPROVED, slip=slip)
    if told.refused is not None or (told.ended == zvt.ABORT and not told.trouble):
        return declined("refused")
    return unknown("lost", told.trouble)


def _compared(told: Told, remembered: Remembered) -> PaymentResult:
    """The terminal's last transaction beside the one noted before the order."""
    order = remembered.order
    if _is_busy(told):
        return unknown("busy")
    last = _last_trace(told)
    before = remembered.notes.get("last_trace")
    if last is None or not isinstance(before, int):
        return unknown("lost", told.trouble or "no status information")
    if last == before:
        return declined("not_begun")
    if last == NO_TRANSACTION or not told.is_sure:
        return unknown("lost", told.trouble)
    result = _result(told, order)
    return result if result.outcome is PaymentOutcome.APPROVED else unknown("mismatch")

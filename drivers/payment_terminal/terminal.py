"""A payment terminal as a device: one order at a time on a thread of its own, each key once.

Never begins a key that was begun before, never answers "approved" by itself.
"""

import logging
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Event as Signal
from threading import Thread

from drivers.contract import (
    Call,
    DeviceKind,
    DoneEvent,
    ErrorCode,
    ErrorEvent,
    Listener,
    PowerState,
    Reply,
    ResultEvent,
    Standing,
    StatusUpdateEvent,
)
from drivers.contract.payment import PaymentDo, PaymentOrder, PaymentResult, PaymentStage
from drivers.payment_terminal.adapter import (
    Adapter,
    NotReadyError,
    Remembered,
    Watch,
    declined,
    unknown,
)
from drivers.payment_terminal.journal import PaymentJournal
from drivers.transport import BACKOFF_MS, monotonic_ms

_LOG = logging.getLogger(__name__)
IDLE_MS = 200
JOIN_TIMEOUT_MS = 4500
Work = Callable[[], None]


class QueuedTerminal(Standing):
    """PaymentTerminal of the contract over one adapter."""

    kind = DeviceKind.PAYMENT

    def __init__(
        self, name: str, adapter: Adapter, listener: Listener, journal: PaymentJournal
    ) -> None:
        super().__init__(name)
        self._adapter = adapter
        self._listener = listener
        self._journal = journal
        self._work: SimpleQueue[Work | None] = SimpleQueue()
        self._closing = Signal()
        self._thread = Thread(target=self._run, name=f"device-{name}", daemon=True)
        self._look_at_ms = 0
        self._failures = 0

    def open(self) -> None:
        """Starts; the state follows as an event."""
        self._thread.start()

    def close(self) -> None:
        """Asks a running order to stop, and waits a little for what it tells."""
        self._closing.set()
        self._work.put(None)
        if self._thread.is_alive():
            self._thread.join(JOIN_TIMEOUT_MS / 1000)

    def carry_out(self, order: PaymentOrder, call: Call) -> None:
        """Queues the order (PaymentTerminal)."""
        self._work.put(lambda: self._carry_out(order, call))

    def last_result(self, order: PaymentOrder, call: Call) -> None:
        """Queues the question (PaymentTerminal)."""
        self._work.put(lambda: self._answer(call, order, self._looked_up(order, call)))

    def diagnose(self, call: Call) -> None:
        """Queues the live test (PaymentTerminal)."""
        self._work.put(lambda: self._diagnosed(call))

    def confirm(self, key: str, reference: str | None) -> bool:
        """A person's answer goes past the queue (PaymentTerminal)."""
        return self._adapter.confirm(key, reference)

    def request_status(self, reply: Reply) -> None:
        """As last seen; an order may be running for minutes."""
        reply(StatusUpdateEvent(self.name, self.power_state))

    # --- on the device's thread -------------------------------------------------------------

    def _run(self) -> None:
        self._opened()  # what is not in it and younger than it was never begun
        while not self._closing.is_set():
            try:
                work = self._work.get(timeout=IDLE_MS / 1000)
            except Empty:
                self._idle()
                continue
            if work is not None:
                work()
        self._adapter.close()
        self._journal.close()

    def _idle(self) -> None:
        if monotonic_ms() < self._look_at_ms:
            return
        try:
            away = self._adapter.idle()
        except Exception:  # noqa: BLE001  a defect in looking must not end the device's thread
            _LOG.exception("looking after %s failed", self.name)
            self._seen(PowerState.UNKNOWN, "internal error")
            return
        self._seen(PowerState.OFF_OFFLINE if away else PowerState.ONLINE, away or None)

    def _seen(self, power: PowerState, why: str | None = None) -> None:
        lost = power is not PowerState.ONLINE
        pause = BACKOFF_MS[min(self._failures, len(BACKOFF_MS) - 1)] if lost else BACKOFF_MS[-1]
        self._failures = self._failures + 1 if lost else 0
        self._look_at_ms = monotonic_ms() + pause
        if self.stands(power, why):
            self._listener(StatusUpdateEvent(self.name, power))

    def _watch(self, call: Call) -> Watch:
        return Watch(call, self._closing.is_set)

    def _opened(self) -> bool:
        """Whether the journal is ours; an earlier host may still be ending."""
        try:
            return self._journal.open()
        except OSError as bad:
            self.last_error = str(bad)
            return False

    def _carry_out(self, order: PaymentOrder, call: Call) -> None:
        if not self._opened():
            self._answer(call, order, declined("journal", self.last_error or "in use"))
            return
        remembered = self._journal.begun(order.key)
        if remembered is not None and remembered.order != order:
            self.error_count += 1
            text = "this key was begun for another order"
            call.answer(ErrorEvent(self.name, ErrorCode.E_EXISTS, text, job_id=order.key))
            return
        if remembered is not None:
            self._answer(call, order, self._looked_up(order, call))
            return
        self._answer(call, order, self._begun(order, call))

    def _begun(self, order: PaymentOrder, call: Call) -> PaymentResult:
        watch = self._watch(call)
        if watch.cancelled:
            return declined("cancelled")
        try:
            notes = self._adapter.prepare(order, watch)
            if watch.cancelled:
                return declined("cancelled")
            self._journal.begin(order, notes)
        except NotReadyError as reason:
            return declined(reason.reason, str(reason))
        except OSError as full:
            return declined("journal", str(full))
        except Exception:  # noqa: BLE001  nothing was ordered yet
            _LOG.exception("preparing an order of %s failed", self.name)
            return declined("offline", "internal error")
        watch.tell(PaymentStage.SENT)
        result = self._safely(lambda: self._adapter.carry_out(order, notes, watch))
        self._keep(order.key, result)
        return result

    def _looked_up(self, order: PaymentOrder, call: Call) -> PaymentResult:
        if not self._opened():
            return unknown("busy", self.last_error or "in use")
        known = self._journal.result(order.key)
        if known is not None and known.is_final:
            return known
        remembered = self._journal.begun(order.key)
        if remembered is None and self._journal.surely_new(order.key):
            return declined("not_begun")
        watch = self._watch(call)
        watch.tell(PaymentStage.LOOKING_UP)
        asked = remembered or Remembered(order, known=False)
        result = self._safely(lambda: self._adapter.look_up(asked, watch))
        if remembered is not None:
            self._keep(order.key, result)
        return result

    def _safely(self, act: Callable[[], PaymentResult]) -> PaymentResult:
        """A defect is an answer that nobody got."""
        try:
            return act()
        except Exception:  # noqa: BLE001  the order may have been carried out
            _LOG.exception("an order of %s failed", self.name)
            return unknown("lost", "internal error")

    def _keep(self, key: str, result: PaymentResult) -> None:
        try:
            self._journal.end(key, result)
        except OSError as full:
            self.last_error = str(full)

    def _diagnosed(self, call: Call) -> None:
        try:
            why = self._adapter.diagnose(self._watch(call))
        except Exception:  # noqa: BLE001  a defect in a test must not end the device's thread
            _LOG.exception("testing %s failed", self.name)
            why = "internal error"
        if why:
            self.went_wrong(why)
            call.answer(ErrorEvent(self.name, ErrorCode.E_FAILURE, why))
        else:
            self.good_count += 1
            call.answer(DoneEvent(self.name))

    def _answer(self, call: Call, order: PaymentOrder, result: PaymentResult) -> None:
        if result.is_final or order.do is PaymentDo.SETTLE:
            self.good_count += 1
        else:
            self.went_wrong(result.reason)
        if result.reason == "offline":
            self._seen(PowerState.OFF_OFFLINE, result.message or None)
        call.answer(ResultEvent(self.name, result.to_json(), order.key))

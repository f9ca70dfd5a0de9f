"""A ZVT terminal with a bank behind it: the real protocol over a socket or a serial line.

Never books a payment that its customer did not agree to; every booking is in `bank`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from threading import RLock

from drivers.fake.endpoints import Endpoint, TcpEndpoint
from drivers.fake.zvt_wire import BareLine, Line, Message, digits, numbers

CARD = "4111111111111111"
TERMINAL_ID = 60099914
_DECLINED = 0x05
_BY_HAND = 0x6C
_BUSY = 0x9C
_NOT_POSSIBLE = 0x83
_REVERSED = 0xB4

ACK: Message = (0x80, 0x00, b"")
COMPLETION: Message = (0x06, 0x0F, b"")
_PAYMENTS = {(0x06, 0x01): "purchase", (0x06, 0x31): "refund", (0x06, 0x30): "reversal"}
_REPEAT, _END_OF_DAY, _ABORT = (0x06, 0x20), (0x06, 0x50), (0x06, 0xB0)
_SERVICE = ((0x06, 0x00), (0x06, 0x93), (0x06, 0x70), _END_OF_DAY)


@dataclass(slots=True)
class Booking:
    """Money that moved. `kind`: purchase, refund, reversal (of the booking `of`)."""

    trace: int
    receipt: int
    kind: str
    amount_minor: int
    of: int = 0


@dataclass(slots=True)
class ZvtFaults:
    """What goes wrong. `customer`: pays, waits (until `present_card`), cancels, is_declined.

    `cut_before`: the line is cut before the so-manieth message of a payment (1 is the answer to
    the command) and `cut_once` makes it whole again; `after_cut`: finish (the terminal goes on
    with its customer) or give_up. `mute`: answers nothing. `twice`: tells each status twice.
    `busy`: so many commands are answered "please wait". `shift_minor`: approves another amount.
    """

    customer: str = "pays"
    cut_before: int = 0
    cut_once: bool = True
    after_cut: str = "finish"
    mute: bool = False
    twice: bool = False
    busy: int = 0
    shift_minor: int = 0
    status_less: bool = False


@dataclass(slots=True)
class _Running:
    """A payment between its command and its end."""

    kind: str
    amount_minor: int
    of: int = 0
    sent: int = 0
    orphan: bool = False
    steps: list[Message] = field(default_factory=list)


class ZvtTerminal:
    """`bank` survives whatever happens to the line. Thread-safe."""

    def __init__(
        self, endpoint: Endpoint | None = None, framing: Callable[[], Line] = BareLine
    ) -> None:
        self.endpoint = endpoint or TcpEndpoint()
        self.bank: list[Booking] = []
        self.faults = ZvtFaults()
        self.commands: list[str] = []
        self.on_change: Callable[[], None] = lambda: None
        self._make_framing = framing
        self._framing = framing()
        self._running: _Running | None = None
        self._lock = RLock()
        self._trace = 100

    # --- the counter ----------------------------------------------------------------------------

    def start(self) -> "ZvtTerminal":
        """Switches it on."""
        self.endpoint.start(self._heard, self._connected)
        return self

    def stop(self) -> None:
        """Switches it off."""
        self.endpoint.stop()

    def __enter__(self) -> "ZvtTerminal":
        return self.start()

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    @property
    def net_minor(self) -> int:
        """What the customers have paid: purchases, less what was given back."""
        signs = {"purchase": 1, "refund": -1, "reversal": -1}
        with self._lock:
            return sum(signs[one.kind] * one.amount_minor for one in self.bank)

    @property
    def is_waiting(self) -> bool:
        """A customer is looking for a card."""
        with self._lock:
            return self._running is not None and not self._running.steps

    def present_card(self, *, agreed: bool = True) -> None:
        """The customer who was waited for."""
        with self._lock:
            if self._running is not None and not self._running.steps:
                self._decide(self._running, "pays" if agreed else "cancels")
                self._next_step()

    def recall(self, bank: Iterable[Booking]) -> None:
        """Before `start`: the bank remembers."""
        self.bank = list(bank)
        self._trace = max((one.trace for one in self.bank), default=self._trace)

    # --- the line -------------------------------------------------------------------------------

    def _connected(self) -> None:
        """A payment of an earlier line goes on at the counter; its till hears nothing of it."""
        with self._lock:
            self._framing = self._make_framing()
            if self._running is not None:
                self._running.orphan = True
                self._next_step()

    def _heard(self, data: bytes) -> bool:
        with self._lock:
            found, answers = self._framing.feed(data)
            if answers:
                self.endpoint.send(answers)
            return all(self._take(message) for message in found)

    def _say(self, message: Message) -> None:
        self.endpoint.send(self._framing.wrap(message))

    def _take(self, message: Message) -> bool:
        """False hangs up."""
        control = message[:2]
        if control == (0x80, 0x00):
            return self._next_step()
        self.commands.append(f"{control[0]:02x}{control[1]:02x}")
        if self.faults.mute:
            return True
        if control == _ABORT:
            return self._abort()
        if self._running is not None or self.faults.busy > 0:
            self.faults.busy -= self.faults.busy > 0
            self._say((0x84, _BUSY, b""))
            return True
        return self._command(message)

    def _command(self, message: Message) -> bool:
        control = message[:2]
        if control in _PAYMENTS:
            return self._payment(_PAYMENTS[control], message[2])
        if control == _REPEAT:
            return self._repeat()
        if control not in _SERVICE:
            self._say((0x84, _NOT_POSSIBLE, b""))
            return True
        slip = [_line(f"TOTAL {self.net_minor}")] if control == _END_OF_DAY else []
        for one in (ACK, *slip, COMPLETION):
            self._say(one)
        return True

    def _abort(self) -> bool:
        self._say(ACK)
        if self._running is not None and not self._running.steps:
            self._decide(self._running, "cancels")
            return self._next_step()
        return True

    def _repeat(self) -> bool:
        self._say(ACK)
        if self.bank:
            self._say(_status(self.bank[-1]))
            self._say(COMPLETION)
        else:
            self._say((0x06, 0x1E, bytes((_NOT_POSSIBLE,))))
        return True

    # --- a payment ------------------------------------------------------------------------------

    def _payment(self, kind: str, data: bytes) -> bool:
        fields = numbers(data if kind == "purchase" else data[3:])
        receipt = fields.get(0x87, 0)
        original = next((one for one in self.bank if one.receipt == receipt), None)
        running = _Running(kind, fields.get(0x04, 0), receipt)
        if kind == "reversal":
            running.amount_minor = original.amount_minor if original else 0
        self._running = running
        if not self._send(ACK) or not self._send((0x04, 0xFF, b"\x0a\x01")):
            return False
        if kind == "reversal":
            undone = any(one.of == receipt for one in self.bank if one.kind == "reversal")
            possible = original is not None and not undone
            self._decide(running, "pays" if possible else "reversed")
        elif self.faults.customer != "waits":
            self._decide(running, self.faults.customer)
        return self._next_step() if running.steps else True

    def _decide(self, running: _Running, customer: str) -> None:
        """The bank has spoken: the booking is made here and nowhere else."""
        codes = {"cancels": _BY_HAND, "is_declined": _DECLINED, "reversed": _REVERSED}
        code = codes.get(customer)
        if code is not None:
            told: list[Message] = [(0x04, 0x0F, bytes((0x27, code)))]
            told = [] if self.faults.status_less else told
            running.steps = [*told, (0x06, 0x1E, bytes((code,)))]
            return
        status = [_status(self._book(running))] * (2 if self.faults.twice else 1)
        status = [] if self.faults.status_less else status
        slip = (_line(f"CARD {CARD}"), _line("THANK YOU"))
        running.steps = [(0x04, 0xFF, b"\x04\x01"), *status, *slip, COMPLETION]

    def _book(self, running: _Running) -> Booking:
        self._trace += 1
        amount = running.amount_minor + self.faults.shift_minor
        booking = Booking(self._trace, self._trace, running.kind, amount, running.of)
        self.bank.append(booking)
        self.on_change()
        return booking

    def _next_step(self) -> bool:
        """After each acknowledgement the next message."""
        running = self._running
        if running is None or not running.steps:
            return True
        if running.orphan:
            self._running = None
            return True
        message = running.steps.pop(0)
        if not running.steps:
            self._running = None
        return self._send(message, running)

    def _send(self, message: Message, running: _Running | None = None) -> bool:
        """False: the line is cut instead."""
        running = running or self._running
        assert running is not None
        running.sent += 1
        if self.faults.cut_before != running.sent:
            self._say(message)
            return True
        if self.faults.cut_once:
            self.faults.cut_before = 0
        self._without_till(running)
        return False

    def _without_till(self, running: _Running) -> None:
        """The customer still stands there: the terminal goes on, or gives the payment up."""
        decided = running.sent > _BEFORE_CUSTOMER or running is not self._running
        if not decided and running.kind != "reversal" and self.faults.after_cut == "finish":
            self._decide(running, self.faults.customer)
        self._running = None


_BEFORE_CUSTOMER = 2


def _status(booking: Booking) -> Message:
    data = b"\x27\x00\x04" + digits(booking.amount_minor, 12)
    data += b"\x49" + digits(643, 4) + b"\x0b" + digits(booking.trace, 6)
    data += b"\x87" + digits(booking.receipt % 10_000, 4) + b"\x29" + digits(TERMINAL_ID, 8)
    data += b"\x22\xf0\xf8" + bytes.fromhex(CARD)
    return 0x04, 0x0F, data


def _line(text: str) -> Message:
    return 0x06, 0xD1, b"\x00" + text.encode("cp437")

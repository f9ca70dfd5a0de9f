"""A till with terminals whose bank a test can look into; their pipe ends here, as the courier's.

`Bank` is the other side of `payment_port.Payments`: it books, loses answers, forgets nothing.
`Registrar` is the other side of `FiscalRegistrar`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from drivers.contract.payment import PaymentOrder, PaymentOutcome, PaymentResult
from pos_app.domain.sentence import say
from pos_app.domain.tender import TenderKind
from pos_app.workstation.payment_port import FiscalAnswer, FiscalState, Progress
from sync.translate import WireCodec
from tests.workstation.tills import Bench

APPROVED, DECLINED = PaymentOutcome.APPROVED, PaymentOutcome.DECLINED
UNKNOWN = PaymentOutcome.UNKNOWN


@dataclass
class Bank:
    """What really moved, by key. `mode` of the next order: approve, decline, lose (carried out,
    answer lost), drop (never arrived, answer lost), hold (answered by `answer`), silent (no answer
    ever)."""

    mode: str = "approve"
    booked: dict[str, tuple[str, int, str]] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    orders: list[PaymentOrder] = field(default_factory=list)
    looked: list[str] = field(default_factory=list)
    reachable: bool = True
    held: list[Callable[[], None]] = field(default_factory=list)

    def carry_out(self, order: PaymentOrder) -> PaymentResult | None:
        """What the terminal answers; None: nothing at all."""
        self.orders.append(order)
        assert [one.key for one in self.orders].count(order.key) == 1, "a key was ordered twice"
        if self.mode == "decline":
            self.refused.add(order.key)
            return PaymentResult(DECLINED, reason="declined")
        if self.mode == "drop":
            return PaymentResult(UNKNOWN, reason="lost")
        self.booked[order.key] = (order.do.value, order.amount_minor, order.reference)
        if self.mode == "silent":
            return None
        if self.mode == "lose":
            return PaymentResult(UNKNOWN, reason="lost")
        return self.approval(order.key)

    def approval(self, key: str) -> PaymentResult:
        _do, amount, _of = self.booked[key]
        slip = ("БАНК", f"{amount / 100:.2f}")
        return PaymentResult(APPROVED, amount, f"rrn-{key}", "123456", "*1111", slip=slip)

    def last_result(self, order: PaymentOrder) -> PaymentResult:
        self.looked.append(order.key)
        if not self.reachable:
            return PaymentResult(UNKNOWN, reason="offline")
        if order.key in self.booked:
            return self.approval(order.key)
        return PaymentResult(DECLINED, reason="not_begun")

    def net_minor(self) -> int:
        """What the customers have paid."""
        signs = {"purchase": 1, "refund": -1, "reversal": -1}
        return sum(signs[do] * amount for do, amount, _of in self.booked.values())


@dataclass
class Terminals:
    """`payment_port.Payments` of one process; answers come at once unless the bank holds them."""

    bank: Bank
    what: dict[TenderKind, str] = field(
        default_factory=lambda: {TenderKind.CARD: "eft", TenderKind.QR: "sbp"}
    )
    manual: bool = False
    held_look_ups: bool = False
    shown: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    confirmed: list[Any] = field(default_factory=list)
    waiting: list[tuple[PaymentOrder, Any, Any]] = field(default_factory=list)

    def terminal(self, kind: TenderKind) -> str | None:
        return self.what.get(kind)

    def names(self) -> tuple[str, ...]:
        return tuple(self.what.values())

    def is_manual(self, terminal: str) -> bool:
        return self.manual

    def carry_out(self, terminal: str, order: PaymentOrder, reply: Any, progress: Any) -> None:
        if self.bank.mode == "hold":
            self.bank.orders.append(order)
            self.waiting.append((order, reply, progress))
            return
        result = self.bank.carry_out(order)
        if result is not None:
            reply(result)

    def last_result(self, terminal: str, order: PaymentOrder, reply: Any, progress: Any) -> None:
        if not self.held_look_ups:
            reply(self.bank.last_result(order))

    def cancel(self, key: str) -> None:
        self.cancelled.append(key)

    def confirm(self, terminal: str, key: str, reference: str | None) -> None:
        self.confirmed.append((key, reference))

    def show_qr(self, qr: str, amount_minor: int) -> None:
        self.shown.append(qr)

    # --- a test's hands -------------------------------------------------------------------------

    def progress(self, stage: str, qr: str = "") -> None:
        self.waiting[0][2](Progress(stage, "", qr))

    def answers(self, approve: bool = True) -> None:
        order, reply, _progress = self.waiting.pop(0)
        if not approve:
            reply(PaymentResult(DECLINED, reason="cancelled"))
            return
        self.bank.booked[order.key] = (order.do.value, order.amount_minor, order.reference)
        reply(self.bank.approval(order.key))


@dataclass
class Registrar:
    """`payment_port.FiscalRegistrar`; `issued` by transaction. `mode` as the bank's."""

    mode: str = "issue"
    issued: dict[str, Any] = field(default_factory=dict)
    tries: int = 0
    reachable: bool = True
    why: Any = None
    final: bool = False

    def configured(self) -> bool:
        return True

    def trouble(self) -> Any:
        return self.why

    def issue(self, document: Any, key: str, on_answer: Any) -> None:
        self.tries += 1
        if self.mode == "refuse":
            why = say("refused.no_printer")
            on_answer(FiscalAnswer(FiscalState.NOT_ISSUED, why=why, final=self.final))
            return
        if self.mode == "drop":
            on_answer(FiscalAnswer(FiscalState.UNKNOWN))
            return
        assert key not in self.issued, "a second document for one transaction"
        self.issued[key] = document
        if self.mode == "silent":
            return
        lost = FiscalAnswer(FiscalState.UNKNOWN)
        on_answer(lost if self.mode == "lose" else self._answer(key))

    def look_up(self, document: Any, key: str, on_answer: Any) -> None:
        if not self.reachable:
            on_answer(FiscalAnswer(FiscalState.UNKNOWN))
            return
        known = key in self.issued
        on_answer(self._answer(key) if known else FiscalAnswer(FiscalState.NOT_ISSUED))

    def with_receipt(self, facts: Any, document: Any, receipt: Any) -> Any:
        assert receipt.get("by_hand") or receipt["sign"] == document.transaction_id
        assert document == self.issued[document.transaction_id], "another document was committed"
        return facts

    def _answer(self, key: str) -> FiscalAnswer:
        return FiscalAnswer(FiscalState.ISSUED, {"sign": key})


class PayingBench(Bench):
    """A Bench with terminals, and a registrar where one is wanted; they outlive a restart."""

    def __init__(self, folder: Any, *, fiscal: bool = False, **more: Any) -> None:
        self.bank = Bank()
        self.registrar = Registrar() if fiscal else None
        self.held_look_ups = False
        super().__init__(folder, **more)

    def _built(self, station: Any) -> None:
        self.terminals = Terminals(self.bank, held_look_ups=self.held_look_ups)
        station.payments = self.terminals
        station.codec = WireCodec()
        station.registrar = self.registrar

    @property
    def station(self) -> Any:
        return self.till.station

    @property
    def tenderings(self) -> int:
        return len(self.memory.journal.tenderings())

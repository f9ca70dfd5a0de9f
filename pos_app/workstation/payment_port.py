"""What taking money needs from terminals and from the registrar, as Protocols. Never how.

Nothing here blocks: answers come later, on the till's own thread, exactly once each.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from drivers.contract.payment import PaymentOrder, PaymentReply
from pos_app.domain.document import CompletedTransaction
from pos_app.domain.sentence import Sentence
from pos_app.domain.tender import TenderKind
from pos_app.workstation.ports import Facts


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an order is: a `PaymentStage`, the terminal's words, the QR code to show.

    `squares`: the code's rows, "1" is dark.
    """

    stage: str
    message: str = ""
    qr: str = ""
    squares: tuple[str, ...] = ()


OnProgress = Callable[[Progress], None]


class Payments(Protocol):
    """The payment terminals of this till, by the tender they take."""

    def terminal(self, kind: TenderKind) -> str | None:
        """The name of the one that takes it; None: the cashier takes it by hand, as always."""

    def names(self) -> tuple[str, ...]:
        """All of them, for the settlement of the day."""

    def is_manual(self, terminal: str) -> bool:
        """Whether a person reads its slip."""

    def carry_out(
        self, terminal: str, order: PaymentOrder, reply: PaymentReply, progress: OnProgress
    ) -> None:
        """Purchase, refund, reversal or settlement. The key is durable before this is called."""

    def last_result(
        self, terminal: str, order: PaymentOrder, reply: PaymentReply, progress: OnProgress
    ) -> None:
        """What became of a key; never orders anything."""

    def cancel(self, key: str) -> None:
        """Wish the end of the order of that key; its own answer still comes."""

    def confirm(self, terminal: str, key: str, reference: str | None) -> None:
        """A person read the slip: its number, or None for "no money was taken"."""

    def show_qr(self, qr: str, amount_minor: int) -> None:
        """On the customer's display; "" takes it away."""


class FiscalState(StrEnum):
    """What became of a fiscal document."""

    ISSUED = "issued"
    NOT_ISSUED = "not_issued"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class FiscalAnswer:
    """`receipt`: JSON-able facts of the document; kept in the till's file before the commit.

    `why` is for the cashier when it is not ISSUED. `final`: not issued, and trying again cannot
    help: the money goes back.
    """

    state: FiscalState
    receipt: Mapping[str, Any] = field(default_factory=dict)
    why: Sentence | None = None
    final: bool = False


FiscalReply = Callable[[FiscalAnswer], None]


class FiscalRegistrar(Protocol):
    """The fiscal arrow of a completed transaction; its key is the transaction's id."""

    def trouble(self) -> Sentence | None:
        """Why payment must wait now; None: it can go on."""

    def issue(self, document: CompletedTransaction, key: str, on_answer: FiscalReply) -> None:
        """One document for that key, whatever happens."""

    def look_up(self, document: CompletedTransaction, key: str, on_answer: FiscalReply) -> None:
        """What became of it after a cut; never issues."""

    def with_receipt(
        self, facts: Facts, document: CompletedTransaction, receipt: Mapping[str, Any]
    ) -> Facts:
        """The commit with what the registrar gave."""

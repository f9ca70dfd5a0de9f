"""The fiscal registrar as the tasks see it: a document and a key go in, an answer comes later.

Nothing here blocks, and nothing is ever registered twice under one key.

The way of a document: the key is durable (PREPARED) -> `register` (SENT) -> DONE, or NOT_DONE (it
is surely not registered: the next attempt takes a new key), or UNKNOWN (nobody can tell: only
`recover` with the same key from then on, as often as wanted, until it answers DONE or NOT_DONE).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from pos_app.domain.fiscal.shape import FiscalDocument
from pos_app.domain.sentence import Sentence
from pos_app.workstation.ports import FiscalRow


class FiscalOutcome(Enum):
    """What became of a document."""

    DONE = "done"
    NOT_DONE = "not_done"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class FiscalMark:
    """What the registrar gave the document: tags 1040, 1077, 1041, 1038, 1042, 1012, 1037.

    `registered_at` is as the registrar wrote it (local time).
    """

    document_number: int
    sign: str
    storage_number: str
    shift_number: int
    receipt_number: int = 0
    registered_at: str = ""
    registrar_number: str = ""


@dataclass(frozen=True, slots=True)
class FiscalAnswer:
    """The answer to `register` or `recover`. `trouble`: why not, to be said to the cashier.

    `mark` is there when the outcome is DONE; a document that is not fiscal (X, cash in and out)
    has none even then.
    """

    key: str
    outcome: FiscalOutcome
    mark: FiscalMark | None = None
    trouble: Sentence | None = None


class ShiftState(Enum):
    """The registrar's own shift, which may last 24 hours."""

    CLOSED = "closed"
    OPEN = "open"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RegistrarState:
    """As the registrar last told; `trouble` is why nothing can be registered now, None: it can.

    `unsent`: documents that the operator of fiscal data does not have yet, `unsent_since` the
    oldest of them, as the registrar wrote it. `cash_minor`: what it counts in its drawer,
    `documents`: the number of its last document. None where it did not say.
    """

    shift: ShiftState = ShiftState.UNKNOWN
    trouble: Sentence | None = None
    shift_number: int = 0
    unsent: int = 0
    unsent_since: str = ""
    storage_number: str = ""
    paper_out: bool | None = None
    cover_open: bool | None = None
    cash_minor: int | None = None
    documents: int | None = None


FiscalReply = Callable[[FiscalAnswer], None]
StateReply = Callable[[RegistrarState], None]


class FiscalRegistrar(Protocol):
    """One registrar beside the till. Replies come on the till's own thread, exactly once each."""

    def configured(self) -> bool:
        """Whether this till has one: then nothing is paid without a fiscal document."""

    def state(self) -> RegistrarState:
        """Known without asking."""

    def ask_state(self, reply: StateReply) -> None:
        """Ask the registrar itself."""

    def register(self, document: FiscalDocument, key: str, reply: FiscalReply) -> None:
        """Register once; `key` is a UUID that is already durable. The same key again: the answer
        of the first, never a second document."""

    def recover(self, key: str, reply: FiscalReply) -> None:
        """What became of that key. NOT_DONE where the registrar has never seen it."""

    def reprint(self, document_number: int, key: str, reply: FiscalReply) -> None:
        """A copy of a registered document on the registrar's paper; it registers nothing."""

    def go_on(self, key: str, reply: FiscalReply) -> None:
        """Paper is there again: finish what was being printed."""


class FiscalBook(Protocol):
    """The rows of till.db about fiscal documents. A saved one is on the disk."""

    def save(self, *rows: FiscalRow) -> None:
        """All or none. The same key again replaces its state. Raises StorageFull or
        StorageBroken."""

    def of(self, transaction_id: str) -> tuple[FiscalRow, ...]:
        """Every attempt for that transaction, in order."""

    def open(self) -> tuple[FiscalRow, ...]:
        """What is queued, sent or unknown, in order."""


class NoRegistrar:
    """A till without one. Nothing is fiscal, nothing waits."""

    def configured(self) -> bool:
        """Never."""
        return False

    def state(self) -> RegistrarState:
        """Nothing to know."""
        return RegistrarState()

    def ask_state(self, reply: StateReply) -> None:
        """Nothing to know."""
        reply(RegistrarState())

    def register(self, document: FiscalDocument, key: str, reply: FiscalReply) -> None:
        """Surely not registered."""
        reply(FiscalAnswer(key, FiscalOutcome.NOT_DONE))

    def recover(self, key: str, reply: FiscalReply) -> None:
        """Surely not registered."""
        reply(FiscalAnswer(key, FiscalOutcome.NOT_DONE))

    def reprint(self, document_number: int, key: str, reply: FiscalReply) -> None:
        """Nothing to print."""
        reply(FiscalAnswer(key, FiscalOutcome.NOT_DONE))

    def go_on(self, key: str, reply: FiscalReply) -> None:
        """Nothing to print."""
        reply(FiscalAnswer(key, FiscalOutcome.NOT_DONE))


class NoBook:
    """A till without a registrar has nothing to remember of it."""

    def save(self, *rows: FiscalRow) -> None:
        """Nothing is kept."""

    def of(self, transaction_id: str) -> tuple[FiscalRow, ...]:
        """None."""
        return ()

    def open(self) -> tuple[FiscalRow, ...]:
        """None."""
        return ()

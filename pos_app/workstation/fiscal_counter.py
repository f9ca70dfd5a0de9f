"""What a till knows of its registrar between gestures. Never a rule, never a wire."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pos_app.domain.fiscal.shape import MarkingCode, TaxSystem
from pos_app.domain.fiscal.vat import VatValues
from pos_app.domain.sentence import Sentence
from pos_app.workstation.answer import Answer
from pos_app.workstation.fiscal_port import FiscalBook, FiscalRegistrar, NoBook, NoRegistrar
from pos_app.workstation.marking_port import MarkingCheck, NoMarking

NO_VAT = VatValues((), 6)


@dataclass(frozen=True, slots=True)
class FiscalShop:
    """What the shop has set. `taxpayer_numbers`: tag 1203 by operator id.

    `paper_too`: a customer with an electronic receipt gets the paper as well.
    """

    vat: VatValues = NO_VAT
    tax_system: TaxSystem = TaxSystem.GENERAL
    taxpayer_numbers: Mapping[str, str] = field(default_factory=dict)
    paper_too: bool = False


@dataclass(frozen=True, slots=True)
class Notes:
    """What the customer and the goods of one transaction said besides its lines.

    `buyer`: tag 1008. `marks`: codes by line number, in the order in which they were scanned.
    """

    buyer: str = ""
    marks: Mapping[int, tuple[MarkingCode, ...]] = field(default_factory=dict)


NO_NOTES = Notes()

Wish = tuple[object, ...]
"""A payment gesture and what it was given."""


@dataclass(frozen=True, slots=True)
class Awaiting:
    """A payment that waits for the shift. `seen`: the receipt as it was; `since_ms`: monotonic, as
    is `after_ms`, before which it is not tried."""

    wish: Wish
    task: Callable[[], Answer]
    seen: tuple[object, ...]
    since_ms: int
    after_ms: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """A marking code that is being judged. `name`: of its goods."""

    transaction_id: str
    name: str


@dataclass
class FiscalCounter:
    """The registrar of a till. `busy`: the key of the errand that is under way.

    `asking`: marking codes whose verdict has not come, with what they are for.
    `not_opened`: why its shift was not opened when it was last told to. `again`: what completes
    the receipt whose document is under way, should that not reach the registrar.
    """

    registrar: FiscalRegistrar = field(default_factory=NoRegistrar)
    book: FiscalBook = field(default_factory=NoBook)
    shop: FiscalShop = field(default_factory=FiscalShop)
    marking: MarkingCheck = field(default_factory=NoMarking)
    notes: dict[str, Notes] = field(default_factory=dict)
    busy: str = ""
    asking: dict[bytes, Asked] = field(default_factory=dict)
    awaiting: Awaiting | None = None
    not_opened: Sentence | None = None
    again: Callable[[], Answer] | None = None

    def asked_for(self, transaction_id: str) -> tuple[str, ...]:
        """Names of the goods of a receipt whose codes have no verdict yet, in their order."""
        asked = self.asking.values()
        return tuple(one.name for one in asked if one.transaction_id == transaction_id)

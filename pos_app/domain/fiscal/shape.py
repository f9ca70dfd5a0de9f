"""What a fiscal document says: positions, payments, buyer, cashier. Never how it is registered.

Words and tag numbers are those of the fiscal data format 1.2 (order ED-7-20/662@ and its changes).
Every amount is kopecks, every quantity thousandths of its measure: 0.342 kg is 342.
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum


class FiscalKind(Enum):
    """Documents with goods (tag 1054), and those of the shift and the drawer."""

    SALE = "sale"
    RETURN = "return"
    CORRECTION_SALE = "correction_sale"
    CORRECTION_RETURN = "correction_return"
    OPEN_SHIFT = "open_shift"
    CLOSE_SHIFT = "close_shift"
    X_REPORT = "x_report"
    CASH_IN = "cash_in"
    CASH_OUT = "cash_out"

    @property
    def has_positions(self) -> bool:
        """A receipt or a correction of one."""
        return self in _WITH_POSITIONS


_WITH_POSITIONS = frozenset(
    {
        FiscalKind.SALE,
        FiscalKind.RETURN,
        FiscalKind.CORRECTION_SALE,
        FiscalKind.CORRECTION_RETURN,
    }
)


class Measure(Enum):
    """Tag 2108, with its number in the format."""

    PIECE = 0
    KILOGRAM = 11
    LITRE = 41


class PaymentObject(Enum):
    """Tag 1212. `MARKED` has a code that was read; an excise without a code is 2 and 30."""

    COMMODITY = 1
    EXCISE = 2
    SERVICE = 4
    PAYMENT = 10
    EXCISE_UNMARKED = 30
    EXCISE_MARKED = 31
    UNMARKED = 32
    MARKED = 33


class PaymentMethod(Enum):
    """Tag 1214."""

    PREPAYMENT_FULL = 1
    ADVANCE = 3
    FULL_PAYMENT = 4


class TaxSystem(Enum):
    """Tag 1055, with its number in the format."""

    GENERAL = 1
    SIMPLIFIED_INCOME = 2
    SIMPLIFIED_INCOME_LESS_COST = 4
    AGRICULTURAL = 16
    PATENT = 32


class MarkState(Enum):
    """Tag 2003: what becomes of the marked piece."""

    PIECE_SOLD = 1
    MEASURED_SOLD = 2
    PIECE_RETURNED = 3
    MEASURED_RETURNED = 4


@dataclass(frozen=True, slots=True)
class Permission:
    """Tag 1260, from the answer of the permission check: 1262, 1263, 1264, 1265."""

    authority: str
    document_on: date
    document_number: str
    details: str


@dataclass(frozen=True, slots=True)
class MarkingCode:
    """Tag 1163: the code exactly as the scanner sent it, separators included."""

    raw: bytes
    permission: Permission | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """One position: `price_minor` x quantity is `amount_minor` to the kopeck (1079, 1023, 1043).

    `discount_minor` is what was taken off before: for the paper only, no tag carries it.
    `vat`: the value of tag 1199. `notes`: lines of text printed under the position. `line`: the
    transaction's line of the sale, which no tag carries.
    """

    name: str
    price_minor: int
    quantity_milli: int
    amount_minor: int
    vat: int
    measure: Measure = Measure.PIECE
    subject: PaymentObject = PaymentObject.COMMODITY
    method: PaymentMethod = PaymentMethod.FULL_PAYMENT
    discount_minor: int = 0
    marking: MarkingCode | None = None
    mark_state: MarkState = MarkState.PIECE_SOLD
    notes: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Payments:
    """How the total was paid: tags 1031, 1081, 1215."""

    cash_minor: int = 0
    electronic_minor: int = 0
    prepaid_minor: int = 0

    @property
    def total_minor(self) -> int:
        """All of it."""
        return self.cash_minor + self.electronic_minor + self.prepaid_minor


@dataclass(frozen=True, slots=True)
class Cashier:
    """Tags 1021 and 1203; a taxpayer number that is not known is empty."""

    name: str
    taxpayer_number: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """Why a document is corrected: tags 1173, 1178, 1179.

    `by_order`: a tax office asked for it, under `order_number`.
    """

    on: date
    by_order: bool = False
    order_number: str = ""


@dataclass(frozen=True, slots=True)
class FiscalDocument:
    """One document for the registrar.

    `buyer`: tag 1008, e-mail or phone (`+7...`); then no paper is printed if `paper` is False.
    `transaction_id` "" where no transaction causes it. `notes`: text lines at the end.
    `cash_minor`: of a document that only moves cash.
    """

    kind: FiscalKind
    cashier: Cashier
    transaction_id: str = ""
    positions: tuple[Position, ...] = ()
    payments: Payments = Payments()
    tax_system: TaxSystem = TaxSystem.GENERAL
    buyer: str = ""
    paper: bool = True
    correction: Correction | None = None
    cash_minor: int = 0
    notes: tuple[str, ...] = ()

    @property
    def total_minor(self) -> int:
        """Tag 1020: what all positions cost."""
        return sum(one.amount_minor for one in self.positions)

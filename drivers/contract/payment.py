"""Taking money by a terminal: what is ordered, how far it is, what came of it.

Never holds a whole card number: whoever fills a result masks it first.

An order has a key that is durable before it is sent. The same key is never carried out twice; what
became of it is asked with `last_result`, as often as wanted. UNKNOWN is an answer of its own.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from drivers.contract.calls import Call
from drivers.contract.devices import Device
from drivers.contract.lenient import number_of, text_of

PAN_DIGITS = range(13, 20)
_DIGIT_RUN = re.compile(r"(?<![0-9A-Za-z])[0-9](?:[ -]?[0-9]){12,18}(?![0-9A-Za-z])")
_BARE_RUN = re.compile(r"(?<![0-9A-Za-z])[0-9]{13,19}(?![0-9A-Za-z])")
_GROUPED_RUN = re.compile(
    r"(?<![0-9A-Za-z])[0-9]{4}(?:[ -][0-9]{4}){2,3}(?:[ -]?[0-9]{1,3})?(?![0-9A-Za-z])"
)
SHOWN_DIGITS = 4
SLIP_LINES_MAX = 200


class PaymentDo(StrEnum):
    """What is ordered. REVERSAL undoes what `reference` names, REFUND gives money back."""

    PURCHASE = "purchase"
    REFUND = "refund"
    REVERSAL = "reversal"
    SETTLE = "settle"


class PaymentOutcome(StrEnum):
    """What is known. DECLINED: surely nothing moved. UNKNOWN: nobody can tell yet; ask, never
    order again."""

    APPROVED = "approved"
    DECLINED = "declined"
    UNKNOWN = "unknown"


class PaymentStage(StrEnum):
    """How far an order is; for words on the screen only."""

    SENT = "sent"
    CARD_WANTED = "card_wanted"
    PIN_WANTED = "pin_wanted"
    BANK_ASKED = "bank_asked"
    QR_SHOWN = "qr_shown"
    SLIP_WANTED = "slip_wanted"
    LOOKING_UP = "looking_up"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """`currency` is the ISO 4217 number ("643"). `reference` is the `reference` of the result that
    is reversed or refunded, and `original_key` its key; empty where there is none."""

    key: str
    do: PaymentDo
    amount_minor: int
    currency: str = "643"
    reference: str = ""
    original_key: str = ""

    def to_json(self) -> dict[str, object]:
        """A flat object."""
        return {
            "key": self.key,
            "do": self.do.value,
            "amount_minor": self.amount_minor,
            "currency": self.currency,
            "reference": self.reference,
            "original_key": self.original_key,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> "PaymentOrder":
        """Reads `to_json`; raises ValueError."""
        amount = number_of(data, "amount_minor")
        currency = text_of(data, "currency")
        key = text_of(data, "key")
        if amount < 0 or not key or not (currency.isascii() and currency.isdigit()):
            raise ValueError("an order needs a key, an amount and a currency's number")
        return cls(
            key,
            PaymentDo(text_of(data, "do")),
            amount,
            currency,
            text_of(data, "reference"),
            text_of(data, "original_key"),
        )


@dataclass(frozen=True, slots=True)
class PaymentResult:
    """What came of an order.

    `reference` is what a later reversal or refund needs (RRN, receipt number, id of the acquirer).
    `card` is masked. `slip` are the lines of the terminal's receipt, masked. `reason` is a stable
    word (declined, cancelled, timeout, busy, lost, not_begun, mismatch, offline, refused, hung,
    no_code);
    `message` is the terminal's own text.
    """

    outcome: PaymentOutcome
    amount_minor: int = 0
    reference: str = ""
    auth_code: str = ""
    card: str = ""
    receipt_no: str = ""
    terminal_id: str = ""
    slip: tuple[str, ...] = ()
    reason: str = ""
    message: str = ""

    @property
    def is_final(self) -> bool:
        """Whether asking again can tell nothing else."""
        return self.outcome is not PaymentOutcome.UNKNOWN

    def to_json(self) -> dict[str, object]:
        """A flat object; PAN-like numbers are masked once more."""
        words = {name: mask_pans(str(getattr(self, name))) for name in _WORDS}
        return {
            "outcome": self.outcome.value,
            "amount_minor": self.amount_minor,
            **words,
            "slip": [mask_pans(line) for line in self.slip[:SLIP_LINES_MAX]],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> "PaymentResult":
        """Reads `to_json`; raises ValueError."""
        slip = data.get("slip")
        if not isinstance(slip, list):
            raise ValueError("slip is not a list")  # noqa: TRY004  one error for all nonsense
        words = {name: text_of(data, name) for name in _WORDS}
        outcome = PaymentOutcome(text_of(data, "outcome"))
        lines = tuple(str(line) for line in slip)
        return cls(outcome, number_of(data, "amount_minor"), slip=lines, **words)


_WORDS = ("reference", "auth_code", "card", "receipt_no", "terminal_id", "reason", "message")


class PaymentTerminal(Device, Protocol):
    """A card terminal, a vendor's program, an acquirer behind HTTP, or the cashier's own eyes.

    Each answers a ResultEvent whose payload is a PaymentResult, or ErrorEvent when the request
    itself was wrong. Progress payloads are {"stage": PaymentStage, "message": ..., "qr": ...}.
    Cancelling the call asks the terminal to stop; the answer still tells what came of it.
    """

    def carry_out(self, order: PaymentOrder, call: Call) -> None:
        """Purchase, refund, reversal or settlement; a key that was begun before is looked up."""
        ...

    def last_result(self, order: PaymentOrder, call: Call) -> None:
        """What became of the order's key. Never orders anything."""
        ...

    def diagnose(self, call: Call) -> None:
        """A live test that moves no money: DoneEvent, or ErrorEvent with what is wrong."""
        ...

    def confirm(self, key: str, reference: str | None) -> bool:
        """A person read the slip: its number, or None for "no money was taken". False: nobody
        waits for that."""
        ...


PaymentReply = Callable[[PaymentResult], None]


def mask_card(number: str) -> str:
    """A card's number with its last digits left; what is masked already stays as short."""
    kept = [letter for letter in number if letter.isalnum() or letter == "*"]
    tail = "".join(kept[-SHOWN_DIGITS:])
    digits = "".join(letter if letter.isdigit() else "*" for letter in tail)
    return f"*{digits}" if digits.strip("*") else ""


def mask_pans(text: str) -> str:
    """Every number that may be a card's (13 to 19 digits with a right check digit), masked."""
    for runs in (_BARE_RUN, _GROUPED_RUN, _DIGIT_RUN):
        text = runs.sub(_masked_run, text)
    return text


def _masked_run(found: re.Match[str]) -> str:
    digits = [letter for letter in found[0] if letter.isdigit()]
    return mask_card("".join(digits)) if is_pan_like(digits) else found[0]


def is_pan_like(digits: "list[str] | str") -> bool:
    """Length and Luhn check digit of a card number."""
    if len(digits) not in PAN_DIGITS:
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0

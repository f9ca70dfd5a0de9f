"""Money on its way, as the till's file keeps it between two arrows. Never a card's number.

One row a transaction: which orders were given to terminals, what came of them, and the document
once the registrar is asked for it. A row of its own for what only a manager can decide.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from drivers.contract.payment import PaymentDo, PaymentOrder
from pos_app.domain.tender import Tender, TenderKind
from pos_app.workstation.ports import Tendering

CURRENCY_NUMBERS: Mapping[str, str] = {
    "RUB": "643", "BYN": "933", "KZT": "398", "AMD": "051", "KGS": "417", "UZS": "860",
    "EUR": "978", "USD": "840",
}  # fmt: skip
DECIDE = "decide"


class Stage(StrEnum):
    """Which arrow is next: PAYING money, FISCAL document asked for, ISSUED and to be committed."""

    PAYING = "paying"
    FISCAL = "fiscal"
    ISSUED = "issued"


class LegState(StrEnum):
    """ASKED and UNDOING are durable before the terminal is asked; after a cut both are asked about,
    never ordered again. STUCK: the money did not go back, a person must say what happens."""

    ASKED = "asked"
    UNKNOWN = "unknown"
    APPROVED = "approved"
    UNDOING = "undoing"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True)
class Leg:
    """One order to a terminal. `undo_key` is the reversal's; `of_reference`, `of_key` name the
    purchase that a refund gives back. `finish`: the receipt is complete when it is paid."""

    key: str
    kind: str
    terminal: str
    do: str
    amount_minor: int
    state: LegState
    currency: str = "643"
    finish: bool = False
    reference: str = ""
    auth_code: str = ""
    card: str = ""
    receipt_no: str = ""
    slip: tuple[str, ...] = ()
    undo_key: str = ""
    of_reference: str = ""
    of_key: str = ""
    why: str = ""

    @property
    def tender_kind(self) -> TenderKind:
        """What it pays with."""
        return TenderKind(self.kind)

    @property
    def is_waiting(self) -> bool:
        """Its end is not known yet."""
        return self.state is not LegState.APPROVED

    def order(self) -> PaymentOrder:
        """What the terminal is asked for."""
        do = PaymentDo(self.do)
        return PaymentOrder(
            self.key, do, self.amount_minor, self.currency, self.of_reference, self.of_key
        )

    def undo_order(self) -> PaymentOrder:
        """Its reversal."""
        return PaymentOrder(
            self.undo_key,
            PaymentDo.REVERSAL,
            self.amount_minor,
            self.currency,
            self.reference,
            self.key,
        )

    def tender(self) -> Tender:
        """As the transaction has it: by its key until the terminal has given a reference."""
        sign = -1 if self.do == PaymentDo.REFUND.value else 1
        reference = self.key if self.is_waiting else self.reference
        return Tender(self.tender_kind, sign * self.amount_minor, reference)


@dataclass(frozen=True, slots=True)
class Moving:
    """The row of a transaction.

    `draft` restores it; `document` is the frozen one (kind, version, body of its event), `counter`
    its receipt number, `receipt` what the registrar gave, `paper` a job and its body.
    """

    transaction_id: str
    at: datetime
    stage: Stage = Stage.PAYING
    legs: tuple[Leg, ...] = ()
    draft: Mapping[str, Any] = field(default_factory=dict)
    document: tuple[str, int, bytes] | None = None
    counter: int = 0
    receipt: Mapping[str, Any] = field(default_factory=dict)
    paper: tuple[str, str] = ("", "")

    def leg(self, key: str) -> Leg | None:
        """The leg of that key, its own or its reversal's."""
        return next((one for one in self.legs if key and key in (one.key, one.undo_key)), None)

    def with_leg(self, leg: Leg) -> "Moving":
        """That leg, new or changed."""
        if self.leg(leg.key) is None:
            return replace(self, legs=(*self.legs, leg))
        return replace(self, legs=tuple(leg if one.key == leg.key else one for one in self.legs))

    def without_leg(self, key: str) -> "Moving":
        """Its money did not move, or went back."""
        return replace(self, legs=tuple(one for one in self.legs if one.key != key))

    @property
    def waiting(self) -> Leg | None:
        """The leg whose end is not known yet."""
        return next((one for one in self.legs if one.is_waiting), None)

    @property
    def is_empty(self) -> bool:
        """Nothing to remember any more."""
        return self.stage is Stage.PAYING and not self.legs

    def stored(self) -> Tendering:
        """As the till's file keeps it."""
        kind, version, body = self.document or ("", 0, b"")
        told = {
            "stage": self.stage.value,
            "legs": [asdict(one) for one in self.legs],
            "draft": self.draft,
            "document": [kind, version, base64.b64encode(body).decode()],
            "counter": self.counter,
            "receipt": self.receipt,
            "paper": list(self.paper),
        }
        return Tendering(self.transaction_id, self.at, _json(told))


@dataclass(frozen=True, slots=True)
class Undecided:
    """What a manager has to look up at the bank. `said`: what the cashier said of it."""

    key: str
    at: datetime
    transaction_id: str
    leg: Leg
    said: str

    def stored(self) -> Tendering:
        """As the till's file keeps it."""
        told = {
            "stage": DECIDE,
            "transaction": self.transaction_id,
            "said": self.said,
            "leg": asdict(self.leg),
        }
        return Tendering(self.key, self.at, _json(told))


def read_row(row: Tendering) -> Moving | Undecided | None:
    """The reverse of both; None for a row of a till that knew neither."""
    try:
        told = json.loads(row.body)
        if told["stage"] == DECIDE:
            leg = _leg(told["leg"])
            return Undecided(row.transaction_id, row.at, told["transaction"], leg, told["said"])
        kind, version, body = told["document"]
        document = (kind, int(version), base64.b64decode(body)) if kind else None
        return Moving(
            row.transaction_id,
            row.at,
            Stage(told["stage"]),
            tuple(_leg(one) for one in told["legs"]),
            told["draft"],
            document,
            int(told["counter"]),
            told["receipt"],
            (told["paper"][0], told["paper"][1]),
        )
    except (ValueError, KeyError, TypeError):
        return None


def _leg(told: Mapping[str, Any]) -> Leg:
    return Leg(**{**told, "state": LegState(told["state"]), "slip": tuple(told["slip"])})


def _json(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()

"""What the till's file has of the open receipt, as last written. Never the receipt itself."""

import json
from dataclasses import dataclass
from typing import Any

from pos_app.domain.transaction import Transaction
from pos_app.workstation.ports import SuspendedDraft

OPEN = "open"
"""In the body of a suspended draft: nobody has put it aside."""
LIFE = "life"
"""In it too: the incarnation of the till's file that wrote it; older programs wrote none."""
PAID = "points_minor"
"""And minor units that points paid of it when it was written: they are not to be paid in money."""


@dataclass(frozen=True, slots=True)
class Kept:
    """`seen`: the transaction that was last looked at; `at_ms`: when, by the steady clock.

    `transaction_id` "" and `seen` None: nothing is there.
    """

    transaction_id: str = ""
    seen: Transaction | None = None
    body: bytes = b""
    total_minor: int = 0
    at_ms: int = 0


@dataclass(frozen=True, slots=True)
class Half:
    """An exchange whose return is done. `paid`: (kind, minor units) that stand on its sale."""

    returned_id: str
    paid: tuple[tuple[str, int], ...]

    @property
    def minor(self) -> int:
        """All of it."""
        return sum(minor for _, minor in self.paid)


def body_of(draft: SuspendedDraft) -> dict[str, Any]:
    """What was entered; nothing where that cannot be read: one row must not hide all others."""
    try:
        body = json.loads(draft.body)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def is_cut(draft: SuspendedDraft) -> bool:
    """Whether the till was cut short over it; asked of those that are not open."""
    return OPEN in body_of(draft)


def is_put_back(draft: SuspendedDraft, incarnation: int) -> bool:
    """Whether the file was put back from a copy since: it may have been paid in between."""
    return bool(body_of(draft).get(LIFE, incarnation) != incarnation)


def half_of(draft: SuspendedDraft) -> Half | None:
    """What a return has paid of it already: the other half of an exchange."""
    body = body_of(draft)
    paid = tuple((kind, minor) for kind, minor, _ in body.get("credit", ()))
    return Half(body.get("credit_of", ""), paid) if paid else None


def to_pay_minor(draft: SuspendedDraft) -> int:
    """What was to be paid in money, as the screen showed it."""
    return draft.total_minor - int(body_of(draft).get(PAID, 0))


def as_open(draft: SuspendedDraft) -> bytes:
    """The body of a draft that is taken up again."""
    return json.dumps({**body_of(draft), OPEN: True}, ensure_ascii=False).encode()

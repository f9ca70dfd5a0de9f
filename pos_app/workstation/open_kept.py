"""What the till's file has of the open receipt, as last written. Never the receipt itself."""

import json
from dataclasses import dataclass

from pos_app.domain.transaction import Transaction
from pos_app.workstation.ports import SuspendedDraft

OPEN = "open"
"""In the body of a suspended draft: nobody has put it aside."""


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


def is_cut(draft: SuspendedDraft) -> bool:
    """Whether the till was cut short over it; asked of those that are not open."""
    return OPEN in json.loads(draft.body)


def as_open(draft: SuspendedDraft) -> bytes:
    """The body of a draft that is taken up again."""
    return json.dumps({**json.loads(draft.body), OPEN: True}, ensure_ascii=False).encode()

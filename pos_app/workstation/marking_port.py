"""The permission check of marked goods, as the scanning task sees it. Never a decision of its own.

Nothing blocks: the answer comes later, on the till's own thread, exactly once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pos_app.domain.fiscal.shape import Permission
from pos_app.domain.sentence import Sentence


@dataclass(frozen=True, slots=True)
class MarkVerdict:
    """`allowed`: it may be sold; `permission` goes to tag 1260. Else `why` is for the cashier.

    `source`: online, local, or none where nobody answered and the shop sells all the same.
    """

    allowed: bool
    permission: Permission | None = None
    why: Sentence | None = None
    source: str = ""


MarkReply = Callable[[MarkVerdict], None]


class MarkingCheck(Protocol):
    """On-line within its deadline, then the local module."""

    def configured(self) -> bool:
        """Whether this till asks at all."""

    def check(self, raw: bytes, reply: MarkReply) -> None:
        """Ask about one code, byte for byte as it was scanned."""


class NoMarking:
    """A till that asks nobody."""

    def configured(self) -> bool:
        """Never."""
        return False

    def check(self, raw: bytes, reply: MarkReply) -> None:
        """Nobody was asked, so nothing is forbidden."""
        reply(MarkVerdict(True))

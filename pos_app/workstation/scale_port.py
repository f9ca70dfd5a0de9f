"""The scale as the weighing task sees it. Never a weight that may not be sold by."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pos_app.domain.item import Item
from pos_app.domain.quantity import Quantity
from pos_app.workstation.answer import Answer

Sell = Callable[[Quantity, str], Answer]
"""Puts the goods on the receipt by their weight; the text says where it came from."""


@dataclass(frozen=True, slots=True)
class Pan:
    """What the scale shows on the way. `state`: empty, moving, over, under, resting."""

    state: str
    grams: int | None = None


@dataclass(frozen=True, slots=True)
class Weighed:
    """The one answer to `weigh`: whole grams above 0, or why there are none.

    `trouble`: empty, moving, over, under, unreadable, busy, lost, refused, cancelled.
    """

    grams: int = 0
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Weighing:
    """Goods that wait for their weight. `state`: waiting, lost, or what the pan shows.

    `number` is that of this weighing: an answer to another one is nobody's. `asked`: the scale has
    been asked and has not answered yet.
    """

    number: int
    item: Item
    sell: Sell
    state: str = "waiting"
    shown_g: int | None = None
    asked: bool = False


class ScalePort(Protocol):
    """One scale. Nothing blocks; every `weigh` is answered exactly once."""

    def state(self) -> str:
        """ok, lost, unknown; none where no scale is configured."""

    def weigh(self, on_pan: Callable[[Pan], None], on_answer: Callable[[Weighed], None]) -> None:
        """Asks for a stable weight."""

    def cancel(self) -> None:
        """No weight is wanted any more."""

    def tare(self, grams: int | None, on_answer: Callable[[bool], None]) -> None:
        """None: what lies on the pan; 0: none. False when the scale refused."""


class NoScale:
    """A till without a scale."""

    def state(self) -> str:
        """See ScalePort."""
        return "none"

    def weigh(self, on_pan: Callable[[Pan], None], on_answer: Callable[[Weighed], None]) -> None:
        """See ScalePort."""
        on_answer(Weighed(trouble="lost"))

    def cancel(self) -> None:
        """See ScalePort."""

    def tare(self, grams: int | None, on_answer: Callable[[bool], None]) -> None:
        """See ScalePort."""
        on_answer(False)

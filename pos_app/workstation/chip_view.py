"""What a customer may choose or has shown, as chips of a screen: plain data. Never a decision."""

from dataclasses import dataclass

from pos_app.domain.sentence import Sentence


@dataclass(frozen=True, slots=True)
class CouponView:
    """A coupon on the receipt. `counts` is false while its own member is not there.

    `applied`: it has opened something here, `saves_minor` of it in money; `why_not`: the reason why
    it has not.
    """

    id: str
    name: str
    counts: bool
    applied: bool = False
    saves_minor: int = 0
    why_not: Sentence | None = None


@dataclass(frozen=True, slots=True)
class ClaimedView:
    """A reward that was asked for on this receipt. `points`: what all of it costs, 0 for nothing;
    `saves_minor`: what it takes off in money; `why_not`: why it is not given now."""

    id: str
    name: str
    points: int
    saves_minor: int = 0
    why_not: Sentence | None = None


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """Cashback categories of this month: the member may take `count` of `offered`. `fixed`: what is
    chosen stands until the month ends."""

    offered: tuple[str, ...]
    count: int
    chosen: tuple[str, ...]
    fixed: bool

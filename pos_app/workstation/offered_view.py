"""Which keys of the open receipt a screen offers: data alone, never a rule."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OfferedView:
    """What would be refused, or would only be asked behind a payment's own question, is not
    offered. `goods`: lines come, change and go. `payment_back`: the last payment goes back.
    `member`: a member comes or goes; `points`: some of theirs are chosen."""

    goods: bool = True
    discount: bool = True
    suspend: bool = True
    payment_back: bool = False
    member: bool = True
    points: bool = True

"""Which keys of the open receipt a screen offers: data alone, never a rule."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OfferedView:
    """What would be refused, or would only be asked behind a payment's own question, is not
    offered. `goods`: lines come, change and go. `payment_back`: the last payment goes back."""

    goods: bool = True
    discount: bool = True
    suspend: bool = True
    payment_back: bool = False

"""When a redemption wants the member's own yes, and how it was given. Never a key or a PIN."""

from dataclasses import dataclass
from datetime import datetime

from pos_app.domain.mechanics.redeem import Redeem

DYNAMIC, PIN = "dynamic", "pin"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The member's yes on one receipt. `how`: dynamic (a code of the card) or pin.

    `evidence` of a code is the card's key and the step (see card_code), so that one code used at
    two tills is found when both receipts meet; a PIN leaves none.
    """

    how: str
    member_id: str
    at: datetime
    evidence: str = ""


def is_wanted(redeem: Redeem, points: int, given: Confirmation | None) -> bool:
    """Whether these points may not be paid with yet. A limit of 0 asks for nothing, ever.

    `given` is the yes of the member on the receipt.
    """
    return 0 < redeem.confirm_above < points and given is None

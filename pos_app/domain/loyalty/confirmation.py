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


def is_wanted(
    redeem: Redeem, points: int, member_id: str | None, given: Confirmation | None
) -> bool:
    """Whether these points may not be paid with yet. A limit of 0 asks for nothing, ever."""
    if not redeem.confirm_above or points <= redeem.confirm_above:
        return False
    return given is None or given.member_id != member_id

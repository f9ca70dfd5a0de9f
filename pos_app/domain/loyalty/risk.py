"""Points beyond every grant that the owner lets a dark till give. Nothing by default.

The setting `allowance.risk`: `per_card`, points of one card while the till is dark; `per_till_day`,
points of all cards at one till and business day. The receipt says how many it risked; the server
files each for a person to sign off, so the overdraft is never more than the limits together.
"""

from dataclasses import dataclass

SETTING = "allowance.risk"
MOST = 10_000_000


@dataclass(frozen=True, slots=True)
class RiskLimits:
    """Points; 0 is never."""

    per_card: int = 0
    per_till_day: int = 0

    def allowed(self, card_used: int, till_used: int) -> int:
        """What may still be risked for a card, given what it and the till have risked."""
        return max(0, min(self.per_card - card_used, self.per_till_day - till_used))


def limits_of(value: object) -> RiskLimits:
    """The setting as told; whatever is not two whole numbers is no permission."""
    told = value if isinstance(value, dict) else {}
    return RiskLimits(_points(told.get("per_card")), _points(told.get("per_till_day")))


def _points(value: object) -> int:
    return min(max(value, 0), MOST) if isinstance(value, int) and value is not True else 0

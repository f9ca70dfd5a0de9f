"""What a web shop, a survey or a CRM tells of a member, and the answer. Never a decision.

Each event carries its own id, made by whoever tells it and kept for repeats.
"""

from msgspec import Struct

PATH = "/v1/activity"


class ActivityRequest(Struct, omit_defaults=True):
    """`kind` and `member` find the member: id, phone (HMAC hex), card or code; so do the friend's.

    `activity` is an id of the programme's section `activities`; `friend` belongs to a referral.
    """

    event: str
    activity: str
    kind: str
    member: str
    friend_kind: str = ""
    friend: str = ""


class ActivityReply(Struct, omit_defaults=True):
    """`result`: posted, pending (a referral waits for the purchase) or refused, with the reason's
    key; `repeated` when the same event was told before: the answer is the one of then."""

    result: str
    points: int = 0
    reason: str = ""
    repeated: bool = False

"""What tills of one store say to each other. Never heard by the server, never a person's data.

Requests are signed like those to the server; the paths are others, so that no request to the one
can be shown to the other.
"""

from msgspec import Struct

from sync.wire.events import GivenProofDoc
from sync.wire.messages import Count

OFFER = "/lan/v1/offer"
TAKE = "/lan/v1/take"
SNAPSHOT = "/lan/v1/snapshot"


class OfferRequest(Struct, omit_defaults=True):
    """How many points of that owner could you spare? Without an owner: are you there?"""

    protocol: int
    terminal: str
    member: str = ""


class OfferReply(Struct):
    """`terminal`: who answers. Nothing is promised."""

    terminal: str
    points: int


class TakeRequest(Struct):
    """Give me points. `transfer` is the asker's and is the same when it asks again.

    `giver`: whom it asks, so that nobody else can answer. `points` 0 asks for nothing new: only
    what came of an earlier request. `incarnation`: of the asker's database.
    """

    protocol: int
    terminal: str
    giver: str
    transfer: str
    member: str
    points: Count
    incarnation: Count


class TakeReply(Struct):
    """The signed events by which the points came, the giver's last; none: nothing was given."""

    terminal: str
    proofs: tuple[GivenProofDoc, ...] = ()

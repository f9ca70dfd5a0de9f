"""The endpoint for integrators: plain JSON in, plain JSON out. Never a rule, never a signature.

Unlike tills, integrators are other people's programs: any HTTP client must do.
"""

from sync.server.activities import tell
from sync.server.integrators import known_integrator
from sync.server.refusal import Refusal, refuse
from sync.server.server import Server
from sync.wire.activities import ActivityRequest
from sync.wire.codec import GarbledMessage, canonical, decode

BODY_BYTES_MAX = 16 * 1024


async def answer(server: Server, authorization: str, body: bytes) -> tuple[int, bytes]:
    """(status, JSON): 200 with an ActivityReply, else a Problem."""
    try:
        name = await server.database.read(lambda c: known_integrator(c, authorization))
        if len(body) > BODY_BYTES_MAX:
            raise refuse(413, "too_large")
        reply = await tell(server.database, server.services, name, decode(ActivityRequest, body))
    except Refusal as refusal:
        return refusal.status, canonical(refusal.problem)
    except GarbledMessage as error:
        return 400, canonical(refuse(400, "garbled", str(error)[:200]).problem)
    server.bell.ring_feed()
    return 200, canonical(reply)

"""The endpoint for integrators: plain JSON in, plain JSON out. Never a rule, never a signature.

Unlike tills, integrators are other people's programs: any HTTP client must do.
"""

from sync.server.access.integrators import known_integrator
from sync.server.engine.refusal import refuse
from sync.server.members.activities import tell
from sync.server.server import Server
from sync.wire.activities import ActivityReply, ActivityRequest
from sync.wire.codec import decode

BODY_BYTES_MAX = 16 * 1024


async def answer(server: Server, authorization: str, body: bytes) -> ActivityReply:
    """What was done. Raises Refusal, GarbledMessage."""
    name = await server.database.read(lambda c: known_integrator(c, authorization))
    if len(body) > BODY_BYTES_MAX:
        raise refuse(413, "too_large")
    reply = await tell(server.database, server.services, name, decode(ActivityRequest, body))
    server.bell.ring_feed()
    return reply

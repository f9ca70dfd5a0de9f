"""One declaration of a till after another epoch, bucket by bucket. Never half a page forgotten:
a crash between buckets is mended by the till, which tells it again."""

from collections.abc import Callable

from sqlalchemy import Connection

from sync.server.access.auth import Signed
from sync.server.lives import epochs
from sync.server.server import Server
from sync.wire.messages import HeldGrant, ReconcileReply, ReconcileRequest


async def reconcile(server: Server, signed: Signed, message: ReconcileRequest) -> ReconcileReply:
    """Make lost grants again; with the last page the till counts as heard. Raises Refusal."""
    services, database = server.services, server.database
    by_bucket = await database.write(lambda c: epochs.declared(c, services, signed, message))
    renewed = 0
    for bucket, grants in sorted(by_bucket.items()):
        renewed += await database.write(_renewing(server, bucket, signed.terminal, grants))
    waits = 0
    if message.last:
        waits = await database.write(lambda c: epochs.reconciled(c, services, signed.terminal))
    server.bell.ring_inbox()
    return ReconcileReply(services.epoch, renewed, waits, services.server_time())


def _renewing(
    server: Server, bucket: int, terminal_id: str, grants: list[HeldGrant]
) -> Callable[[Connection], int]:
    return lambda c: epochs.renew(c, server.services, bucket, terminal_id, grants)

"""Tells the server, once in each of its epochs, which grants this till holds. Never gives one up.

A server that was restored or failed over may have lost grants that are being spent here; until it
has heard every till it grants nothing new. The spends themselves come again as events, after this.
"""

from sync.client.connection import Connection
from sync.client.errors import EpochChanged, Lost, Stuck
from sync.client.ports import Held, Lives, Outbox, enrolled
from sync.wire.messages import HeldGrant, ReconcileReply, ReconcileRequest
from sync.wire.version import CURRENT

GRANTS_A_PAGE = 1000
EPOCHS_MAX = 8


class Reconcile:
    """`run` before anything is pushed; it asks nothing when all is told."""

    def __init__(self, connection: Connection, outbox: Outbox, lives: Lives) -> None:
        self._connection = connection
        self._outbox = outbox
        self._lives = lives

    async def run(self) -> None:
        """Declare the grants in the epoch last heard of. Raises Trouble."""
        for _ in range(EPOCHS_MAX):
            epoch = self._outbox.epoch()
            if not epoch or epoch == self._outbox.reconciled_epoch():
                return
            try:
                await self._declare(epoch)
            except EpochChanged as change:
                if change.problem.epoch in ("", epoch):
                    raise Lost("an epoch changed to itself") from change
                self._outbox.set_epoch(change.problem.epoch)
            except Lost as lost:
                if not lost.missing:
                    raise
                return  # a server of before this message: it waits for nobody
            else:
                self._outbox.set_reconciled_epoch(epoch)
                return
        raise Stuck("the server names another epoch at every request")

    async def _declare(self, epoch: str) -> None:
        after, last = "", False
        while not last:
            page = self._outbox.held_grants(after, GRANTS_A_PAGE)
            last = len(page) < GRANTS_A_PAGE
            request = ReconcileRequest(
                protocol=CURRENT,
                terminal=enrolled(self._outbox).terminal_id,
                epoch=epoch,
                incarnation=self._outbox.position().incarnation,
                grants=tuple(_told(grant) for grant in page if grant.incarnation),
                last=last,
                machine=self._lives.machine,
            )
            await self._connection.call("reconcile", request, ReconcileReply)
            after = page[-1].grant_id if page else ""


def _told(grant: Held) -> HeldGrant:
    return HeldGrant(
        grant=grant.grant_id,
        member=grant.owner_id,
        granted=grant.granted,
        kind=grant.kind,
        lease_until=grant.lease_until.isoformat() if grant.lease_until else None,
        incarnation=grant.incarnation,
    )

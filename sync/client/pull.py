"""Brings the server's state into the mirror, page by page. Never lets a cursor pass its rows.

Rows of the till's own scope (allowances) go to the outbox first and to the mirror, with the
cursor, after: a crash between the two repeats them, and repeating them changes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sync.client.connection import Connection
from sync.client.errors import EpochChanged, Lost
from sync.client.ports import MirrorFile, Outbox
from sync.wire.codec import GarbledMessage, decode
from sync.wire.messages import FeedRow, PullReply, PullRequest
from sync.wire.rows import AllowanceRow, OutcomeRow
from sync.wire.version import CURRENT

PAGE_BYTES = 1_048_576
PARKED = ("parked", "exists_with_different_content")


class SnapshotNeeded(Exception):
    """The feed cannot lead from here to there: take a new mirror. Never shown to a person."""


@dataclass(slots=True)
class Pulled:
    """What a pass brought. `parked`: own events that a manager must look at."""

    rows: int = 0
    parked: int = 0
    healed: int = 0


class Pull:
    """One pass reads the feed to its end."""

    def __init__(self, connection: Connection, outbox: Outbox) -> None:
        self._connection = connection
        self._outbox = outbox

    async def run(self, mirror: MirrorFile, wait_ms: int = 0) -> Pulled:
        """Pages until there are no more, then digests. Raises Trouble or SnapshotNeeded."""
        pulled = Pulled()
        while True:
            page = await self._page(mirror, dict(mirror.cursor()), wait_ms)
            self._apply(mirror, page, pulled)
            if not page.more:
                break
            wait_ms = 0
        for scope in mirror.differing(page):
            await self._heal(mirror, scope)
            pulled.healed += 1
        return pulled

    async def _page(self, mirror: MirrorFile, cursor: dict[str, int], wait_ms: int) -> PullReply:
        epoch = mirror.epoch() or self._outbox.server_epoch()
        request = PullRequest(
            protocol=CURRENT,
            terminal=self._outbox.identity().terminal_id,
            epoch=epoch,
            cursor=cursor,
            max_bytes=PAGE_BYTES,
            wait_ms=wait_ms,
        )
        try:
            page = await self._connection.call("pull", request, PullReply, wait_ms / 1000)
        except EpochChanged as change:
            self._enter(change.problem.epoch)
            self._lower(change.problem.head)
            raise SnapshotNeeded(f"epoch {change.problem.epoch}") from change
        self._heads(page)
        if page.epoch != epoch or page.take_snapshot:
            raise SnapshotNeeded(f"epoch {epoch} -> {page.epoch}, horizon: {page.take_snapshot}")
        return page

    def _apply(self, mirror: MirrorFile, page: PullReply, pulled: Pulled) -> None:
        self._own_rows(page.rows, pulled)
        mirror.apply(page)
        pulled.rows += len(page.rows)

    def _own_rows(self, rows: Iterable[FeedRow], pulled: Pulled) -> None:
        own = f"t:{self._outbox.identity().terminal_id}"
        try:
            for row in rows:
                if row.scope != own or row.deleted:
                    continue
                if row.kind == "allowance":
                    self._outbox.apply_allowance_row(decode(AllowanceRow, bytes(row.body)))
                elif row.kind == "outcome":
                    pulled.parked += decode(OutcomeRow, bytes(row.body)).outcome in PARKED
        except GarbledMessage as error:
            raise Lost(f"a row of our own scope: {error}") from error

    def _heads(self, page: PullReply) -> None:
        """Every reply tells the head; without a signed receipt it may only take away."""
        self._enter(page.epoch)
        self._lower(page.head)
        acked = self._outbox.acked()
        if acked:
            self._outbox.ack(acked, min(page.safe_head, acked))

    def _enter(self, epoch: str) -> None:
        if epoch and epoch != self._outbox.server_epoch():
            self._outbox.set_server_epoch(epoch)

    def _lower(self, head: int) -> None:
        if head < self._outbox.acked():
            self._outbox.unack(head)

    async def _heal(self, mirror: MirrorFile, scope: str) -> None:
        """Fetch one scope from its beginning and put it in the place of what is there."""
        cursor = dict(mirror.cursor()) | {scope: 0}
        pages = []
        while True:
            page = await self._page(mirror, cursor, 0)
            pages.append(page)
            reached = page.cursor.get(scope, cursor[scope])
            if not page.more or not page.cursor:
                break
            cursor |= page.cursor | {scope: reached}
        mirror.heal(scope, pages)

"""Brings the server's state into the mirror, page by page. Never lets a cursor pass its rows.

Rows of the till's own scope (allowances) go to the outbox first and to the mirror, with the
cursor, after: a crash between the two repeats them, and repeating them changes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pos_app.domain.loyalty.lease import Anchor
from sync.client.allowances import own_rows
from sync.client.connection import Connection
from sync.client.errors import EpochChanged, Fenced, Forked, Lost, Refused, Stuck
from sync.client.heads import head_of_ours
from sync.client.ports import Grants, MirrorFile, Outbox, enrolled
from sync.translate.instants import instant
from sync.wire.codec import GarbledMessage, decode
from sync.wire.messages import FeedRow, Problem, PullReply, PullRequest
from sync.wire.rows import OutcomeRow
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

    def __init__(self, connection: Connection, outbox: Outbox, grants: Grants) -> None:
        self._connection = connection
        self._outbox = outbox
        self._grants = grants
        self._hopeless: set[str] = set()
        self._in_force = Problem("")
        self._asked = connection.reading()
        self._server_time = ""

    async def run(self, mirror: MirrorFile, wait_ms: int = 0) -> Pulled:
        """Pages until there are no more, then digests. Raises Trouble or SnapshotNeeded."""
        pulled, doubtful = Pulled(), set[str]()
        while True:
            page = await self._page(mirror, dict(mirror.cursor()), wait_ms)
            self._apply(mirror, page, pulled)
            doubtful.update(mirror.differing(page))
            if not page.more:
                self._heard(page)
                break
            wait_ms = 0
        for scope in sorted(doubtful - self._hopeless):
            await self._heal(mirror, scope, pulled)
        return pulled

    async def verify(self, mirror: MirrorFile, scope: str) -> Pulled:
        """Count one scope again, and fetch it alone if it does not add up. Raises as `run`."""
        pulled = Pulled()
        if scope not in self._hopeless and not mirror.adds_up(scope):
            await self._heal(mirror, scope, pulled)
        return pulled

    def verdict(self) -> Refused | None:
        """What the last page said of this database: replaced, or older than it was; else None.

        A till that has nothing to send would not hear it otherwise.
        """
        said, own = self._in_force, self._outbox.position()
        if said.incarnation > own.incarnation:
            return Fenced(410, said)
        if said.incarnation == own.incarnation and said.head > own.head:
            return Forked(422, said)
        return None

    async def _page(self, mirror: MirrorFile, cursor: dict[str, int], wait_ms: int) -> PullReply:
        epoch = mirror.epoch() or self._outbox.epoch()
        position = self._outbox.position()
        acked = position.acked
        request = PullRequest(
            protocol=CURRENT,
            terminal=enrolled(self._outbox).terminal_id,
            epoch=epoch,
            cursor=cursor,
            max_bytes=PAGE_BYTES,
            wait_ms=wait_ms,
            incarnation=position.incarnation,
            clear_at=self._server_time if position.head == acked else "",
        )
        self._asked = self._connection.reading()
        try:
            page = await self._connection.call("pull", request, PullReply, wait_ms / 1000)
        except EpochChanged as change:
            said = change.problem
            self._heads(said.epoch, head_of_ours(position, said.incarnation, said.head), acked)
            raise SnapshotNeeded(f"epoch {change.problem.epoch}") from change
        self._in_force = Problem(
            "in_force", head=page.head, incarnation=page.incarnation, machine=page.machine
        )
        known = head_of_ours(position, page.incarnation, page.head, page.former_head)
        self._heads(page.epoch, known, acked)
        still = self._outbox.position()
        ours = page.incarnation in (0, position.incarnation)
        if ours and still.incarnation == position.incarnation:
            self._outbox.ack(still.acked, min(page.safe_head, still.acked))
        if page.epoch != epoch or page.take_snapshot:
            raise SnapshotNeeded(f"epoch {epoch} -> {page.epoch}, horizon: {page.take_snapshot}")
        return page

    def _heard(self, page: PullReply) -> None:
        """The feed was read to its end: leases are counted from when we asked for its last page,
        so that the time on the way never makes one longer."""
        try:
            server_at = instant(page.server_time)
        except ValueError:
            return
        asked, self._server_time = self._asked, page.server_time
        self._grants.heard(Anchor(server_at, asked.monotonic_ms, asked.boot_id, asked.wall))

    def _apply(self, mirror: MirrorFile, page: PullReply, pulled: Pulled) -> None:
        self._own_rows(page.rows, pulled)
        mirror.apply(page)
        gone = [row.id for row in page.rows if row.kind == "member" and row.deleted]
        if gone:
            self._outbox.forget_members(gone)
        pulled.rows += len(page.rows)

    def _own_rows(self, rows: Iterable[FeedRow], pulled: Pulled) -> None:
        scope = f"t:{enrolled(self._outbox).terminal_id}"
        own = [row for row in rows if row.scope == scope]
        own_rows([row for row in own if row.kind == "allowance"], self._grants)
        for row in own:
            if row.kind == "outcome" and not row.deleted:
                pulled.parked += _outcome(row) in PARKED

    def _heads(self, epoch: str, head: int, acked: int) -> None:
        """Every reply tells the head; without a signed receipt it may only take away.

        `acked` is what was acknowledged when we asked: a push may have gone on meanwhile.
        """
        if epoch and epoch != self._outbox.epoch():
            self._outbox.set_epoch(epoch)
        if head < acked:
            self._outbox.unack(head)

    async def _heal(self, mirror: MirrorFile, scope: str, pulled: Pulled) -> None:
        """Fetch one scope from its beginning and put it in the place of what is there.

        A scope that differs even so is told to a person and not fetched again for ever.
        """
        cursor, pages = dict(mirror.cursor()) | {scope: 0}, []
        while True:
            page = await self._page(mirror, cursor, 0)
            self._own_rows(page.rows, pulled)
            pages.append(page)
            cursor |= page.cursor
            if not page.more or not page.cursor:
                break
        mirror.heal(scope, pages)
        pulled.healed += 1
        if any(scope in mirror.differing(page) for page in pages):
            self._hopeless.add(scope)
            raise Stuck(f"scope {scope} differs from the server even when it is fetched anew")


def _outcome(row: FeedRow) -> str:
    try:
        return decode(OutcomeRow, bytes(row.body)).outcome
    except GarbledMessage as error:
        raise Lost(f"an outcome: {error}") from error

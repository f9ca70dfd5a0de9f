"""Points for a customer who stands here: look-up and grant. Never spends one.

The grant's id is ours and is stored before it is sent, so that an answer lost on the way is the
same grant when it is asked for again. Giving back what a sale did not use is an event of the
front end, after the spends it must follow.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pos_app.domain.loyalty.allowance import Allowance
from sync.client.connection import Connection
from sync.client.errors import EpochChanged, Lost, Refused
from sync.client.ports import GrantRow, Grants, MirrorFile, Outbox, Planned, enrolled
from sync.translate.allowances import allowance_from_row
from sync.wire.codec import GarbledMessage, decode
from sync.wire.messages import AllowanceReply, AllowanceRequest, FeedRow, LookupReply, LookupRequest
from sync.wire.rows import AllowanceRow, MemberRow
from sync.wire.version import CURRENT

NOT_FOUND = 404
NEVER = (404, 422)
TOGETHER = 200
"""Rows of the feed in one transaction: a few milliseconds of a lock."""


class Allowances:
    """On-line identification; a grant keeps its id until it is answered."""

    def __init__(
        self, connection: Connection, outbox: Outbox, grants: Grants, new_id: Callable[[], str]
    ) -> None:
        """`new_id` gives UUIDv7."""
        self._connection = connection
        self._outbox = outbox
        self._grants = grants
        self._new_id = new_id

    async def look_up(self, kind: str, key: str, mirror: MirrorFile | None) -> MemberRow | None:
        """The server's row of a member, also put into the mirror; None if nobody has that key.

        `kind`: phone (hex of HMAC), card, code, id. Raises Trouble.
        """
        terminal = enrolled(self._outbox).terminal_id
        request = LookupRequest(CURRENT, terminal, kind, key)
        try:
            reply = await self._connection.call("lookup", request, LookupReply)
            member = _member(bytes(reply.member))
        except Refused as refusal:
            if refusal.status == NOT_FOUND:
                return None
            raise
        if member is not None and mirror is not None:
            mirror.add_guest(member)
        return member

    async def obtain(self, member_id: str, points: int) -> AllowanceRow | None:
        """A grant for this member, perhaps of fewer points. Raises Trouble; the plan stays.

        None while the grants of this database are frozen: it could not spend one.
        """
        if self._grants.frozen():
            return None
        for planned in self._grants.planned_grants():
            if planned.member_id == member_id:
                return await self._ask(planned)
        grant_id = self._new_id()
        self._grants.plan_grant(grant_id, member_id, points, "identified")
        return await self._ask(_Plan(grant_id, member_id, "identified", points))

    async def settle(self) -> int:
        """Ask again for what was never answered; how many were. Raises Trouble."""
        planned = [] if self._grants.frozen() else list(self._grants.planned_grants())
        for plan in planned:
            await self._ask(plan)
        return len(planned)

    async def _ask(self, plan: Planned) -> AllowanceRow:
        try:
            reply = await self._request(plan)
        except EpochChanged as change:
            self._outbox.set_epoch(change.problem.epoch)
            reply = await self._request(plan)
        except Refused as refusal:
            if refusal.status in NEVER:
                self._grants.forget_plan(plan.grant_id)
            raise
        row = _row(plan, reply)
        grant = _believed(row)
        self._grants.store_grant(row.grant, row.member, row.granted, row.kind, grant.lease_until)
        return row

    async def _request(self, plan: Planned) -> AllowanceReply:
        request = AllowanceRequest(
            protocol=CURRENT,
            terminal=enrolled(self._outbox).terminal_id,
            epoch=self._outbox.epoch(),
            grant=plan.grant_id,
            member=plan.member_id,
            points=plan.points,
            kind=plan.kind,
            incarnation=self._outbox.position().incarnation,
            business_on=self._grants.business_on(),
        )
        return await self._connection.call("allowance", request, AllowanceReply)


@dataclass(frozen=True, slots=True)
class _Plan:
    grant_id: str
    member_id: str
    kind: str
    points: int


def _member(body: bytes) -> MemberRow | None:
    if body.strip() == b"null":
        return None
    try:
        return decode(MemberRow, body)
    except GarbledMessage as error:
        raise Lost(str(error)) from error


def _row(plan: Planned, reply: AllowanceReply) -> AllowanceRow:
    if reply.grant != plan.grant_id or not 0 <= reply.granted <= plan.points:
        raise Lost("the answer to another question")
    return AllowanceRow(
        grant=plan.grant_id,
        member=plan.member_id,
        granted=reply.granted,
        kind=plan.kind,
        lease_until=reply.lease_until,
    )


def _believed(row: AllowanceRow) -> Allowance:
    try:
        return allowance_from_row(row)
    except ValueError as error:
        raise Lost(f"a lease that is no instant: {error}") from error


def own_rows(rows: Sequence[FeedRow], grants: Grants) -> None:
    """Rows of kind `allowance` of the till's own scope, into the till's memory: some at a time, so
    that a sale never waits for a whole page, nor the page for the disk at every row."""
    for begin in range(0, len(rows), TOGETHER):
        grants.apply_rows([_read(row) for row in rows[begin : begin + TOGETHER]])


def _read(row: FeedRow) -> GrantRow | str:
    if row.deleted:
        return row.id
    try:
        said = decode(AllowanceRow, bytes(row.body))
    except GarbledMessage as error:
        raise Lost(str(error)) from error
    state = (said.spent, said.returned, _believed(said).lease_until, said.posted_seq)
    return said.grant, said.member, said.granted, said.kind, state, said.incarnation

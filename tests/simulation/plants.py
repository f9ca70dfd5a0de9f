"""How each bug is made of the right code: from the old function to the new one."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec

import pos_app.storage.recording as recording
import sync.mirror.apply as mirror_apply
import sync.server.poster.intake as intake
import sync.server.poster.posting as posting
import sync.server.publishing.feed as feed
import sync.server.rights.allowances as server_allowances
import sync.server.rights.placing as placing
import sync.server.surface.steps as steps
from pos_app.storage import statements as q
from sync.client.errors import EpochChanged, Lost


def stays_open(old: Any) -> Any:
    def add(driver: Any, chain: Any, facts: Any) -> None:
        old(driver, chain, replace(facts, drop_suspended=None) if facts.receipt_counter else facts)

    return add


def all_queued(_old: Any) -> Any:
    return lambda _connection, _bucket, fresh: ["queued" for _ in fresh]


def trusts_200(old: Any) -> Any:
    async def send(self: Any, rows: Any) -> int:
        try:
            return int(await old(self, rows))
        except Lost as lost:
            if "status 200" not in str(lost):
                raise
            self._outbox.ack(rows[-1][0], 0)
            return len(rows)

    return send


def acks_first(old: Any) -> Any:
    async def send(self: Any, rows: Any) -> int:
        self._outbox.ack(rows[-1][0], 0)
        return int(await old(self, rows))

    return send


def no_resend(old: Any) -> Any:
    def step_back(self: Any, refusal: Any) -> int:
        if isinstance(refusal, EpochChanged):
            self._outbox.set_epoch(refusal.problem.epoch)
            return 0
        return int(old(self, refusal))

    return step_back


def heads_kept(_old: Any) -> Any:
    def heads(self: Any, epoch: str, _head: int, _acked: int) -> None:
        if epoch and epoch != self._outbox.epoch():
            self._outbox.set_epoch(epoch)

    return heads


def any_epoch_push(old: Any) -> Any:
    def push(connection: Any, services: Any, signed: Any, request: Any) -> Any:
        request = msgspec.structs.replace(request, epoch=services.epoch)
        return old(connection, services, signed, request)

    return push


def any_epoch_grant(old: Any) -> Any:
    def allowance(connection: Any, services: Any, signed: Any, request: Any) -> Any:
        request = msgspec.structs.replace(request, epoch=steps.refresh(connection, services))
        return old(connection, services, signed, request)

    return allowance


def no_gap(_old: Any) -> Any:
    def continuation(connection: Any, row: Any, request: Any) -> Any:
        known = [e for e in request.events if e.seq <= row.head]
        intake._same_as_stored(connection, row, known)
        return list(request.events[len(known) :])

    return continuation


def no_fork(_old: Any) -> Any:
    return lambda _connection, _row, _known: None


def any_previous(old: Any) -> Any:
    def continuation(connection: Any, row: Any, request: Any) -> Any:
        request = msgspec.structs.replace(request, previous_hash=row.head_hash)
        return old(connection, row, request)

    return continuation


def unchained(_old: Any) -> Any:
    return lambda _head_hash, _fresh: None


def no_fence(old: Any) -> Any:
    def push(connection: Any, services: Any, signed: Any, request: Any) -> Any:
        row = intake._locked(connection, signed.terminal)
        if request.incarnation < row.incarnation:
            request = msgspec.structs.replace(request, incarnation=row.incarnation)
        return old(connection, services, signed, request)

    return push


def head_first(old: Any) -> Any:
    async def post_run(self: Any, batches: Any) -> None:
        if batches:
            services = self._services
            await self._database.write(lambda c: posting.finish_all(c, services, batches))
        await old(self, batches)

    return post_run


# --- download ---------------------------------------------------------------------------------


def to_head(old: Any) -> Any:
    def read(connection: Any, scopes: Any, cursor: Any, max_bytes: int) -> Any:
        page = old(connection, scopes, cursor, max_bytes)
        heads = feed._heads(connection, scopes)
        for scope in page.cursor:
            page.cursor[scope] = heads[scope].seq
        return page

    return read


def cursor_first(_old: Any) -> Any:
    def apply_page(connection: Any, reply: Any) -> None:
        with mirror_apply.transaction(connection):
            mirror_apply.save_position(connection, reply.cursor, reply.epoch, reply.server_time)
        with mirror_apply.transaction(connection):
            mirror_apply.apply_rows(connection, reply.rows)

    return apply_page


class OfEpoch:
    """A mirror that says it is of whatever epoch is in force."""

    def __init__(self, mirror: Any, outbox: Any) -> None:
        self._mirror, self._outbox = mirror, outbox

    def __getattr__(self, name: str) -> Any:
        return getattr(self._mirror, name)

    def epoch(self) -> str:
        return str(self._outbox.epoch())


def any_epoch_page(old: Any) -> Any:
    async def page(self: Any, mirror: Any, cursor: Any, wait_ms: int) -> Any:
        return await old(self, OfEpoch(mirror, self._outbox), cursor, wait_ms)

    return page


def no_epoch_check(_old: Any) -> Any:
    return lambda _ours, _theirs: None


# --- grants -----------------------------------------------------------------------------------


def from_mirror(_old: Any) -> Any:
    return lambda _grants, points, _now: ((), 0)


def everything(_old: Any) -> Any:
    return lambda _grants, _now: 1 << 40


def keeps_right(old: Any) -> Any:
    def move(driver: Any, chain: Any, uses: Any, statement: Any) -> None:
        if statement is not q.GIVE_BACK:
            old(driver, chain, uses, statement)

    return move


def own_id(old: Any) -> Any:
    """The server numbers grants itself, so that asking again makes another."""

    def grant_now(connection: Any, services: Any, wanted: Any, on: str) -> Any:
        made = old(connection, services, replace(wanted, grant_id=services.ids.new_id()), on)
        return made and replace(made, grant_id=wanted.grant_id)

    return grant_now


def ignores_reserved(old: Any) -> Any:
    def free(book: Any, held: Any) -> int:
        return int(old(book, replace(held, reserved=0)))

    return free


def two_transactions(old: Any) -> Any:
    def record(self: Any, facts: Any) -> None:
        old(self, replace(facts, uses=()))
        if facts.uses:
            with self._till.protected("uses") as chain:
                recording._move_points(self._driver, chain, facts.uses, q.SPEND)

    return record


def no_sentinel(_old: Any) -> Any:
    return lambda _self: False


def by_seq(_old: Any) -> Any:
    """The mark counts events only, not every change of a right."""

    def mismatch(self: Any) -> bool:
        chain, mark = self.chain(), self._sentinel.read()
        if mark is None:
            return bool(chain.generation > 0)
        # `receipts` grows with receipts only, as a sequence of events would.
        return bool(mark.receipts > chain.receipts or mark.incarnation > chain.incarnation)

    return mismatch


def keeps_grants(old: Any) -> Any:
    def new_incarnation(self: Any, above: int = 0, whole: bool = False) -> int:
        incarnation = int(old(self, above, whole))
        with self.protected("keeps") as chain:
            chain.frozen = 0
            self.driver.execute("UPDATE allowance SET incarnation = ?", (incarnation,))
        return incarnation

    return new_incarnation


def void_early(_old: Any) -> Any:
    def terminals(connection: Any) -> list[tuple[str, int]]:
        table = server_allowances.terminal
        rows = connection.execute(
            server_allowances.sa.select(table.c.id, table.c.incarnation).where(
                table.c.incarnation > table.c.voided
            )
        )
        return [(row.id, row.incarnation) for row in rows]

    return terminals


def void_all(old: Any) -> Any:
    def void(connection: Any, services: Any, bucket: int, members: Any, till: Any) -> None:
        old(connection, services, bucket, members, replace(till, incarnation=1 << 30))

    return void


def no_barrier(_old: Any) -> Any:
    return lambda _connection: False


def unprotected_plan(_old: Any) -> Any:
    def plan_grant(self: Any, grant_id: str, member_id: str, points: int, kind: str) -> None:
        with self._till.protected("plan_grant") as chain:
            import pos_app.storage.grants as grants

            grants._PLAN.run(
                self._driver,
                grant_id=grant_id,
                member_id=member_id,
                kind=kind,
                asked=points,
                granted=0,
                incarnation=chain.incarnation,
            )
            chain.generation -= 1

    return plan_grant


def wall_clock(_old: Any) -> Any:
    return lambda self: self.gear.clock.now_utc()


def no_mark(old: Any) -> Any:
    def settle(connection: Any, path: Any, epoch: str) -> Any:
        path.unlink(missing_ok=True)
        return old(connection, path, epoch)

    return settle


def both(name: str, change: Callable[[Any], Any]) -> list[tuple[Any, str, Callable[[Any], Any]]]:
    """Where a till asks for grants, and where the server places them."""
    return [(module, name, change) for module in (server_allowances, placing)]

"""Bugs planted in the product, one by one, to show that the simulation would see them.

Each has the name that fault-tests.md gives it. Where the product is built otherwise than the
sketch behind that table, `nearest` says what was planted in its place. `raised` are rates that
are not drawn; `pair` says that two lines of defence had to fall together.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

import pos_app.storage.recording as recording
import pos_app.workstation.pricing_task as pricing_task
import pos_app.workstation.settle as settle
import sync.client.mirror_file as mirror_file
import sync.mirror.apply as mirror_apply
import sync.server.engine.epoch_file as epoch_file
import sync.server.poster.applying as applying
import sync.server.poster.intake as intake
import sync.server.poster.posting as posting
import sync.server.publishing.feed as feed
import sync.server.rights.allowances as server_allowances
import sync.server.rights.placing as placing
import sync.server.surface.app as server_app
import sync.server.surface.steps as steps
from pos_app.storage import statements as q
from pos_app.storage.grants import Grants
from pos_app.storage.journal import Journal
from pos_app.storage.sentinel import Mark
from pos_app.storage.till_file import TillFile
from pos_app.workstation.station import Station
from sync.client.errors import EpochChanged, Lost
from sync.client.pull import Pull
from sync.client.push import Push

Change = tuple[Any, str, Callable[[Any], Any]]


@dataclass(frozen=True, slots=True)
class Bug:
    """`changes`: (module or class, name, from the old function to the new one)."""

    name: str
    changes: Sequence[Change]
    nearest: str = ""
    raised: dict[str, float] = field(default_factory=dict)
    pair: bool = False
    steps: int = 9

    @contextmanager
    def planted(self) -> Iterator[None]:
        """The product with this bug."""
        before = [(owner, name, getattr(owner, name)) for owner, name, _ in self.changes]
        try:
            for owner, name, change in self.changes:
                setattr(owner, name, change(getattr(owner, name)))
            yield
        finally:
            for owner, name, old in before:
                setattr(owner, name, old)


# --- upload -----------------------------------------------------------------------------------


def _all_queued(_old: Any) -> Any:
    return lambda _connection, _bucket, fresh: ["queued" for _ in fresh]


def _trusts_200(old: Any) -> Any:
    async def send(self: Any, rows: Any) -> int:
        try:
            return int(await old(self, rows))
        except Lost as lost:
            if "status 200" not in str(lost):
                raise
            self._outbox.ack(rows[-1][0], 0)
            return len(rows)

    return send


def _acks_first(old: Any) -> Any:
    async def send(self: Any, rows: Any) -> int:
        self._outbox.ack(rows[-1][0], 0)
        return int(await old(self, rows))

    return send


def _no_resend(old: Any) -> Any:
    def step_back(self: Any, refusal: Any) -> int:
        if isinstance(refusal, EpochChanged):
            self._outbox.set_epoch(refusal.problem.epoch)
            return 0
        return int(old(self, refusal))

    return step_back


def _heads_kept(_old: Any) -> Any:
    def heads(self: Any, epoch: str, _head: int, _acked: int) -> None:
        if epoch and epoch != self._outbox.epoch():
            self._outbox.set_epoch(epoch)

    return heads


def _any_epoch_push(old: Any) -> Any:
    def push(connection: Any, services: Any, signed: Any, request: Any) -> Any:
        request = msgspec.structs.replace(request, epoch=services.epoch)
        return old(connection, services, signed, request)

    return push


def _any_epoch_grant(old: Any) -> Any:
    def allowance(connection: Any, services: Any, signed: Any, request: Any) -> Any:
        request = msgspec.structs.replace(request, epoch=steps.refresh(connection, services))
        return old(connection, services, signed, request)

    return allowance


def _no_gap(_old: Any) -> Any:
    def continuation(connection: Any, row: Any, request: Any) -> Any:
        known = [e for e in request.events if e.seq <= row.head]
        intake._same_as_stored(connection, row, known)
        return list(request.events[len(known) :])

    return continuation


def _no_fork(_old: Any) -> Any:
    return lambda _connection, _row, _known: None


def _any_previous(old: Any) -> Any:
    def continuation(connection: Any, row: Any, request: Any) -> Any:
        request = msgspec.structs.replace(request, previous_hash=row.head_hash)
        return old(connection, row, request)

    return continuation


def _unchained(_old: Any) -> Any:
    return lambda _head_hash, _fresh: None


def _no_fence(old: Any) -> Any:
    def push(connection: Any, services: Any, signed: Any, request: Any) -> Any:
        row = intake._locked(connection, signed.terminal)
        if request.incarnation < row.incarnation:
            request = msgspec.structs.replace(request, incarnation=row.incarnation)
        return old(connection, services, signed, request)

    return push


def _head_first(old: Any) -> Any:
    async def post_run(self: Any, batches: Any) -> None:
        if batches:
            services = self._services
            await self._database.write(lambda c: posting.finish_all(c, services, batches))
        await old(self, batches)

    return post_run


# --- download ---------------------------------------------------------------------------------


def _to_head(old: Any) -> Any:
    def read(connection: Any, scopes: Any, cursor: Any, max_bytes: int) -> Any:
        page = old(connection, scopes, cursor, max_bytes)
        heads = feed._heads(connection, scopes)
        for scope in page.cursor:
            page.cursor[scope] = heads[scope].seq
        return page

    return read


def _cursor_first(_old: Any) -> Any:
    def apply_page(connection: Any, reply: Any) -> None:
        with mirror_apply.transaction(connection):
            mirror_apply.save_position(connection, reply.cursor, reply.epoch, reply.server_time)
        with mirror_apply.transaction(connection):
            mirror_apply.apply_rows(connection, reply.rows)

    return apply_page


class _OfEpoch:
    """A mirror that says it is of whatever epoch is in force."""

    def __init__(self, mirror: Any, outbox: Any) -> None:
        self._mirror, self._outbox = mirror, outbox

    def __getattr__(self, name: str) -> Any:
        return getattr(self._mirror, name)

    def epoch(self) -> str:
        return str(self._outbox.epoch())


def _any_epoch_page(old: Any) -> Any:
    async def page(self: Any, mirror: Any, cursor: Any, wait_ms: int) -> Any:
        return await old(self, _OfEpoch(mirror, self._outbox), cursor, wait_ms)

    return page


def _no_epoch_check(_old: Any) -> Any:
    return lambda _ours, _theirs: None


# --- grants -----------------------------------------------------------------------------------


def _from_mirror(_old: Any) -> Any:
    return lambda _grants, points, _now: ((), 0)


def _everything(_old: Any) -> Any:
    return lambda _grants, _now: 1 << 40


def _keeps_right(old: Any) -> Any:
    def move(driver: Any, chain: Any, uses: Any, statement: Any) -> None:
        if statement is not q.GIVE_BACK:
            old(driver, chain, uses, statement)

    return move


def _own_id(old: Any) -> Any:
    """The server numbers grants itself, so that asking again makes another."""

    def grant_now(connection: Any, services: Any, wanted: Any) -> Any:
        made = old(connection, services, replace(wanted, grant_id=services.ids.new_id()))
        return made and replace(made, grant_id=wanted.grant_id)

    return grant_now


def _ignores_reserved(old: Any) -> Any:
    def free(book: Any, held: Any) -> int:
        return int(old(book, replace(held, reserved=0)))

    return free


def _two_transactions(old: Any) -> Any:
    def record(self: Any, facts: Any) -> None:
        old(self, replace(facts, uses=()))
        if facts.uses:
            with self._till.protected("uses") as chain:
                recording._move_points(self._driver, chain, facts.uses, q.SPEND)

    return record


def _no_sentinel(_old: Any) -> Any:
    return lambda _self: False


def _by_seq(_old: Any) -> Any:
    """The mark counts events only, not every change of a right."""

    def mismatch(self: Any) -> bool:
        chain, mark = self.chain(), self._sentinel.read()
        if mark is None:
            return bool(chain.generation > 0)
        # `receipts` grows with receipts only, as a sequence of events would.
        return bool(mark.receipts > chain.receipts or mark.incarnation > chain.incarnation)

    return mismatch


def _keeps_grants(old: Any) -> Any:
    def new_incarnation(self: Any, above: int = 0, whole: bool = False) -> int:
        incarnation = int(old(self, above, whole))
        with self.protected("keeps") as chain:
            chain.frozen = 0
            self.driver.execute("UPDATE allowance SET incarnation = ?", (incarnation,))
        return incarnation

    return new_incarnation


def _void_early(_old: Any) -> Any:
    def terminals(connection: Any) -> list[tuple[str, int]]:
        table = server_allowances.terminal
        rows = connection.execute(
            server_allowances.sa.select(table.c.id, table.c.incarnation).where(
                table.c.incarnation > table.c.voided
            )
        )
        return [(row.id, row.incarnation) for row in rows]

    return terminals


def _void_all(old: Any) -> Any:
    def void(connection: Any, services: Any, bucket: int, members: Any, till: Any) -> None:
        old(connection, services, bucket, members, replace(till, incarnation=1 << 30))

    return void


def _no_barrier(_old: Any) -> Any:
    return lambda _connection: False


def _unprotected_plan(_old: Any) -> Any:
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


def _wall_clock(_old: Any) -> Any:
    return lambda self: self.gear.clock.now_utc()


def _no_mark(old: Any) -> Any:
    def settle(connection: Any, path: Any, epoch: str) -> Any:
        path.unlink(missing_ok=True)
        return old(connection, path, epoch)

    return settle


def _both(name: str, change: Callable[[Any], Any]) -> list[Change]:
    """Where a till asks for grants, and where the server places them."""
    return [(module, name, change) for module in (server_allowances, placing)]


RESTORES = {"restore": 12.0, "image": 3.0}
FAILS_OVER = {"fail_over": 8.0, "backup": 4.0}
BUGS: tuple[Bug, ...] = (
    Bug(
        "no_dedupe",
        [
            (intake, "_outcomes", _all_queued),
            (applying, "_applied", lambda _old: lambda _connection, _parts: {}),
        ],
        raised=RESTORES,
    ),
    Bug(
        "spend_mirror",
        [(settle, "draw", _from_mirror), (pricing_task, "spendable", _everything)],
        raised={"link": 8.0},
    ),
    Bug("cursor_gap", [(feed, "read", _to_head)]),
    Bug("release_keeps_right", [(recording, "_move_points", _keeps_right)]),
    Bug(
        "grant_no_id",
        [(steps, "grant_now", _own_id)],
        raised={"lose_reply": 0.3, "cut": 0.2},
    ),
    Bug("grant_ignores_reserved", _both("free", _ignores_reserved)),
    Bug("restored_keeps_grants", [(TillFile, "new_incarnation", _keeps_grants)], raised=RESTORES),
    Bug("two_txn", [(Journal, "record", _two_transactions)], raised={"front": 0.02}),
    Bug("trust_200", [(Push, "_send", _trusts_200)], raised={"portal": 0.2}),
    Bug("ack_before_send", [(Push, "_send", _acks_first)], raised={"lose_request": 0.2}),
    Bug("no_sentinel", [(TillFile, "sentinel_mismatch", _no_sentinel)], raised=RESTORES),
    Bug(
        "no_sentinel_and_no_fork_check",
        [
            (TillFile, "sentinel_mismatch", _no_sentinel),
            (intake, "_same_as_stored", _no_fork),
            (intake, "_continuation", _any_previous),
            (Pull, "verdict", lambda _old: lambda _self: None),
            (Push, "_believe", lambda _old: lambda _self, _reply, _incarnation: None),
        ],
        raised=RESTORES,
        pair=True,
    ),
    Bug("void_early", [(posting, "terminals_to_void", _void_early)], raised=RESTORES),
    Bug("no_grant_barrier", _both("barred", _no_barrier), raised=FAILS_OVER),
    Bug(
        "no_resend",
        [(Push, "_step_back", _no_resend), (Pull, "_heads", _heads_kept)],
        raised=FAILS_OVER,
    ),
    Bug("cursor_first", [(mirror_file, "apply_page", _cursor_first)], raised={"courier": 0.03}),
    Bug(
        "head_before_effects",
        [(posting.Poster, "_post_run", _head_first)],
        raised={"server": 0.01},
    ),
    Bug(
        "no_server_epoch",
        [
            (server_app, "push", _any_epoch_push),
            (steps, "allowance", _any_epoch_grant),
        ],
        raised=FAILS_OVER | {"late": 0.5},
    ),
    Bug("void_unscoped", [(posting, "void_in_bucket", _void_all)], raised=RESTORES),
    Bug("no_gap_check", [(intake, "_continuation", _no_gap), (intake, "_chained", _unchained)],
        pair=True, raised={"late": 0.5, "double": 0.5} | FAILS_OVER),
    Bug("no_fork_check", [(intake, "_same_as_stored", _no_fork)], raised=RESTORES),
    Bug("no_fence", [(server_app, "push", _no_fence)], raised=RESTORES | {"late": 0.5}),
    Bug(
        "keep_cursor_after_failover",
        [(Pull, "_page", _any_epoch_page), (mirror_apply, "_same_epoch", _no_epoch_check)],
        raised=FAILS_OVER,
    ),
    Bug("sentinel_seq_only", [(TillFile, "sentinel_mismatch", _by_seq)],
        nearest="the sentinel compares receipts, which grow with sales only", raised=RESTORES),
    Bug("trusts_the_clock", [(Station, "now", _wall_clock)], raised={"battery": 6.0, "link": 4.0}),
    Bug("no_mark", [(epoch_file, "settle", _no_mark)],
        raised={"by_hand": 8.0, "backup": 4.0}),
    Bug("want_not_protected", [(Grants, "plan_grant", _unprotected_plan)],
        raised=RESTORES | {"lose_reply": 0.3}),
)  # fmt: skip
BY_NAME = {bug.name: bug for bug in BUGS}
__all__ = ["BUGS", "BY_NAME", "Bug", "Mark"]

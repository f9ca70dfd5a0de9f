"""Points for what members do without buying. Never twice for one event, never beyond a limit.

The event's id is claimed in a bucket of its own, then posted in the member's: a repeat gets the
answer of the first time, the same id with another content is refused.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.domain.loyalty.activity import (
    Occasion,
    counted,
    entry,
    limit_reached,
    not_as_friend,
    not_for,
    referred,
)
from pos_app.domain.loyalty.ledger import PostResult
from pos_app.domain.loyalty.program import Program
from pos_app.domain.loyalty.tally import TallyEntry, added, kept
from pos_app.domain.mechanics.activities import Activity
from sync.server.access.keyring import owner
from sync.server.books.book import Book, Held
from sync.server.books.merging import derived_id, resolve
from sync.server.engine import bulk
from sync.server.engine.buckets import BUCKETS, bucket_of
from sync.server.engine.database import Database
from sync.server.engine.refusal import refuse
from sync.server.engine.schema import effect
from sync.server.engine.services import Services
from sync.server.settings.tiering import Judged, program_in_force, tiering_in_force
from sync.wire.activities import ActivityReply, ActivityRequest
from sync.wire.codec import canonical

CLAIM, POSTED = "activity_claim", "activity"
TEXT_MOST = 128
KINDS = ("id", "phone", "card", "code")


@dataclass(frozen=True, slots=True)
class Told:
    """One event as it is posted: `key` is its id among all integrators."""

    key: str
    activity: Activity
    program: Program
    member: str
    friend: str = ""


async def tell(
    database: Database, services: Services, integrator: str, request: ActivityRequest
) -> ActivityReply:
    """Post one event. Raises Refusal 404 (member, activity), 422 (the id with other content)."""
    told = await database.read(lambda c: _understood(c, services, integrator, request))
    await database.write(lambda c: _claim(c, told.key, request))
    if told.friend:
        return await database.write(lambda c: _refer(c, services, told))
    return await database.write(lambda c: _award(c, services, told))


def _understood(
    connection: Connection, services: Services, integrator: str, request: ActivityRequest
) -> Told:
    texts = (request.event, request.activity, request.member, request.friend)
    if not request.event or any(len(text) > TEXT_MOST or "\0" in text for text in texts):
        raise refuse(404, "bad_event")
    program = program_in_force(connection, services.now())
    found = (a for a in program.activities if a.activity_id == request.activity) if program else ()
    activity = next(iter(found), None)
    if program is None or activity is None:
        raise refuse(404, "unknown_activity")
    if (activity.kind == "referral") != bool(request.friend):
        raise refuse(404, "unknown_friend" if not request.friend else "no_friend_wanted")
    member_id = _found(connection, request.kind, request.member, "unknown_member")
    friend = ""
    if request.friend:
        friend = _found(connection, request.friend_kind, request.friend, "unknown_friend")
    return Told(derived_id(f"{integrator}\n{request.event}"), activity, program, member_id, friend)


def _found(connection: Connection, kind: str, key: str, code: str) -> str:
    if kind not in KINDS:
        raise refuse(404, code, f"kind is one of {', '.join(KINDS)}")
    known = key if kind == "id" else owner(connection, (kind, key))
    if not known:
        raise refuse(404, code)
    return resolve(connection, {known})[known]


def _claim(connection: Connection, key: str, request: ActivityRequest) -> None:
    """The first content of an id is its content."""
    print_ = hashlib.sha256(canonical(request)).hexdigest()
    row = {"bucket": bucket_of(key), "event": key, "name": CLAIM, "result": print_}
    bulk.insert(connection, effect, [row], "nothing")
    if _result(connection, [bucket_of(key)], key, CLAIM) != print_:
        raise refuse(422, "exists_with_different_content")


def _result(connection: Connection, buckets: Iterable[int], key: str, name: str) -> str | None:
    found: str | None = connection.execute(
        sa.select(effect.c.result).where(
            bulk.among(connection, effect.c.bucket, buckets),
            effect.c.event == key,
            effect.c.name == name,
        )
    ).scalar()
    return found


def _before(connection: Connection, key: str) -> ActivityReply | None:
    """The answer that was given already, wherever its member was then."""
    done = _result(connection, range(BUCKETS), key, POSTED)
    if done is None:
        return None
    reply = msgspec.json.decode(done, type=ActivityReply)
    reply.repeated = True
    return reply


def _answered(book: Book, key: str, reply: ActivityReply) -> ActivityReply:
    """Write the book and remember the answer, in one transaction."""
    book.flush()
    text = canonical(reply).decode()
    mark = {"bucket": book.bucket, "event": key, "name": POSTED, "result": text}
    bulk.insert(book.connection, effect, [mark])
    return reply


def _award(connection: Connection, services: Services, told: Told) -> ActivityReply:
    book = Book(connection, services, bucket_of(told.member))
    if (done := _before(connection, told.key)) is not None:
        return done
    held = _loaded(book, told.member, "unknown_member")
    today = book.days.today
    reason = not_for(held.member) or limit_reached(told.activity, held.member.tallies, today)
    if reason is not None:
        return _answered(book, told.key, ActivityReply("refused", reason=reason.key))
    give(book, held, told, told.activity.points, told.key)
    return _answered(book, told.key, ActivityReply("posted", told.activity.points))


def _refer(connection: Connection, services: Services, told: Told) -> ActivityReply:
    """A referral waits with the friend, until the friend buys."""
    book = Book(connection, services, bucket_of(told.friend))
    if (done := _before(connection, told.key)) is not None:
        return done
    held = _loaded(book, told.friend, "unknown_friend")
    reason = not_as_friend(held.member, told.member)
    if reason is not None:
        return _answered(book, told.key, ActivityReply("refused", reason=reason.key))
    change_tallies(book, held, referred(told.activity, told.member))
    return _answered(book, told.key, ActivityReply("pending", told.activity.points))


def _loaded(book: Book, member_id: str, code: str) -> Held:
    book.load([member_id])
    held = book.held.get(member_id)
    if held is None:
        raise refuse(404, code)
    return held


def entry_of(key: str, member_id: str) -> str:
    """The id of what an event gives a member."""
    return derived_id(f"activity\n{key}\n{member_id}")


def give(
    book: Book, held: Held, told: Told, points: int, event_id: str, *, counts: bool = True
) -> None:
    """One earning, once; counted under the activity's limit unless it is the friend's."""
    services = book.services
    occasion = Occasion(
        entry_id=entry_of(told.key, held.member.member_id),
        event_id=event_id,
        member_id=held.member.member_id,
        at=services.now(),
        on=book.days.today,
        program=told.program.ref,
    )
    made = entry(told.activity, points, occasion)
    book.load([], [made.entry_id])
    if book.post(held, made)[0] is not PostResult.POSTED:
        return
    if counts:
        change_tallies(book, held, counted(told.activity, book.days.today))
    tiering = tiering_in_force(book.connection, services.now())
    case = Judged(book.days.today, held.account.balance)
    book.change(held, tiering(held.member, case))


def change_tallies(book: Book, held: Held, more: TallyEntry) -> None:
    """One more line of the member's counters."""
    tallies = kept(added(held.member.tallies, [more]), book.days.today)
    book.change(held, replace(held.member, tallies=tallies, as_of=book.services.now()))

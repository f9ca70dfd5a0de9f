"""What is held about a person: told to them, or destroyed. Never a receipt or a ledger line undone.

Erasing destroys keys and empties rows: the books go on under a pseudonym that leads to nobody.
Every deed here has a name and a reason and stays in `personal_log`. All steps may be repeated.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.domain.loyalty.ledger import Cause, EntryKind, PointsEntry
from pos_app.domain.loyalty.member import Member
from sync.server.books.book import Book, Held
from sync.server.books.merging import CARRIED_OUT, Carried, derived_id, former_ids, resolve
from sync.server.engine import bulk
from sync.server.engine.buckets import bucket_of
from sync.server.engine.database import Database
from sync.server.engine.refusal import refuse
from sync.server.engine.schema import (
    effect,
    ledger,
    member,
    member_key,
    personal_log,
    sale,
)
from sync.server.engine.services import Services, moment
from sync.server.sealing import vault
from sync.server.sealing.personal import ERASED
from sync.server.sealing.profiles import decrypt, encrypt, packed
from sync.translate.instants import instant_text
from sync.wire.codec import canonical

TOLD, WITHDRAWN = "told", "consent_withdrawn"
CONSENTS = "consents"


@dataclass(frozen=True, slots=True)
class Deed:
    """Who does it and why."""

    by: str
    reason: str


async def erase_member(database: Database, services: Services, asked: str, deed: Deed) -> str:
    """Destroy what tells who a member is; the id the books go on with. Raises Refusal 404.

    The keys of events go first: whatever happens after, the inbox opens for nobody.
    """
    who, former = await database.write(lambda c: _begun(c, services, asked, deed))
    everybody = [who, *former]
    await database.write(lambda c: vault.forget(c, everybody))
    await database.write(lambda c: _release_keys(c, everybody))
    for old in former:
        await database.write(lambda c, o=old: _empty_carried(c, o))  # type: ignore[misc]  # bound now
    await database.write(lambda c: _emptied(c, services, who, deed))
    return who


def _begun(
    connection: Connection, services: Services, asked: str, deed: Deed
) -> tuple[str, list[str]]:
    who = resolve(connection, {asked})[asked]
    if _row(connection, who) is None:
        raise refuse(404, "unknown_member", asked)
    note(connection, services, who, ERASED, deed)
    return who, former_ids(connection, who)


def _release_keys(connection: Connection, members: Iterable[str]) -> None:
    """Phone and cards lead to nobody and may be somebody's again."""
    connection.execute(
        sa.delete(member_key).where(bulk.among(connection, member_key.c.member, members))
    )


def _empty_carried(connection: Connection, old: str) -> None:
    """A merge remembers what it carried, keys too."""
    ours = (effect.c.bucket == bucket_of(old), effect.c.name == CARRIED_OUT)
    for row in connection.execute(sa.select(effect).where(*ours)).all():
        carried = msgspec.json.decode(row.result, type=Carried)
        if carried.old == old and carried.keys:
            carried.keys = ()
            connection.execute(
                sa.update(effect)
                .where(*ours, effect.c.event == row.event)
                .values(result=canonical(carried).decode())
            )


def _emptied(connection: Connection, services: Services, who: str, deed: Deed) -> None:
    """The row becomes a tombstone that tills hear of; points that are left are given up."""
    book = Book(connection, services, bucket_of(who))
    book.load([who])
    held = book.held[who]
    entry = _given_up(book, held, deed)
    if entry is not None:
        book.load([], [entry.entry_id])
        book.post(held, entry)
    held.keys, held.profile, held.sealed, held.person = (), ("", ""), "", b""
    old = held.member
    book.change(
        held,
        Member(who, "", tier_id=old.tier_id, confirmed=False, blocked=ERASED, posted=old.posted),
    )
    book.flush()


def _given_up(book: Book, held: Held, deed: Deed) -> PointsEntry | None:
    points, who = held.account.balance, held.member.member_id
    if points <= 0:
        return None
    return PointsEntry(
        entry_id=derived_id(f"erased\n{who}\n{held.entries}"),
        member_id=who,
        kind=EntryKind.ADJUST,
        points=-points,
        at=book.services.now(),
        business_on=book.days.today,
        cause=Cause("operator", deed.by, reason=ERASED),
    )


def tell_member(
    connection: Connection, services: Services, asked: str, deed: Deed
) -> dict[str, Any]:
    """Everything that is held about a member, for the member. Raises Refusal 404."""
    who = resolve(connection, {asked})[asked]
    held = _loaded(connection, services, who)
    one = held.member
    note(connection, services, who, TOLD, deed)
    return {
        "member": who,
        "former_ids": former_ids(connection, who),
        "display_name": one.display_name,
        "profile": _profile(services, held),
        "phone_ends": one.phone_last4,
        "found_by": [
            [kind, key if kind != "phone" else "(kept as an HMAC)"] for kind, key in held.keys
        ],
        "home_store": one.home_store,
        "tier": one.tier_id,
        "enrolled_on": one.enrolled_on.isoformat() if one.enrolled_on else "",
        "segments": sorted(one.segments),
        "lifetime_spend_minor": one.lifetime_spend_minor,
        "points": held.account.balance,
        "ledger": _ledger(connection, who),
        "receipts": _receipts(connection, who),
        "log": _logged(connection, who),
    }


def withdraw_consent(
    connection: Connection, services: Services, asked: str, consent: str, deed: Deed
) -> list[str]:
    """Take one consent back; those that are left. Without any the member is not confirmed: tills
    spend nothing for them. Raises Refusal 404."""
    who = resolve(connection, {asked})[asked]
    held = _loaded(connection, services, who)
    profile = _profile(services, held)
    given = [one for one in profile.get(CONSENTS, "").split(",") if one]
    if consent not in given:
        raise refuse(404, "no_such_consent", consent)
    left = [one for one in given if one != consent]
    profile[CONSENTS] = ",".join(left)
    master = services.keys.profiles
    book = Book(connection, services, bucket_of(who))
    book.load([who])
    held = book.held[who]
    held.profile = encrypt(master, who, packed(profile), held.profile[1])
    book.change(held, replace(held.member, confirmed=bool(left)))
    book.flush()
    note(connection, services, who, f"{WITHDRAWN}:{consent}"[:80], deed)
    return left


def is_erased(connection: Connection, member_id: str) -> bool:
    """Whether whatever still arrives about a member must tell nobody's name again."""
    found = connection.execute(
        sa.select(personal_log.c.id).where(
            personal_log.c.bucket == bucket_of(member_id),
            personal_log.c.member == member_id,
            personal_log.c.deed == ERASED,
        )
    )
    return found.first() is not None


def erased_members(connection: Connection) -> list[tuple[str, str, str]]:
    """(member, by, reason) of every erasure, oldest first: what a restored backup must do again."""
    rows = connection.execute(
        sa.select(personal_log).where(personal_log.c.deed == ERASED).order_by(personal_log.c.at)
    )
    return [(row.member, row.by, row.reason) for row in rows]


def _row(connection: Connection, member_id: str) -> Any:
    return connection.execute(
        sa.select(member).where(member.c.bucket == bucket_of(member_id), member.c.id == member_id)
    ).one_or_none()


def _loaded(connection: Connection, services: Services, who: str) -> Held:
    book = Book(connection, services, bucket_of(who))
    book.load([who])
    held = book.held.get(who)
    if held is None or held.member.blocked == ERASED:
        raise refuse(404, "unknown_member", who)
    return held


def _profile(services: Services, held: Held) -> dict[str, str]:
    found = decrypt(services.keys.profiles, held.member.member_id, held.profile)
    return msgspec.json.decode(found, type=dict[str, str]) if found else {}


def _ledger(connection: Connection, who: str) -> list[dict[str, Any]]:
    rows = connection.execute(
        sa.select(ledger)
        .where(ledger.c.bucket == bucket_of(who), ledger.c.member == who)
        .order_by(ledger.c.pos)
    )
    return [{"on": r.business_on, "kind": r.kind, "points": r.points} for r in rows]


def _receipts(connection: Connection, who: str) -> list[dict[str, Any]]:
    rows = connection.execute(
        sa.select(sale)
        .where(sale.c.bucket == bucket_of(who), sale.c.member == who)
        .order_by(sale.c.at)
    )
    return [
        {"receipt": r.receipt, "kind": r.kind, "store": r.store, "on": r.business_on,
         "payable_minor": r.payable}
        for r in rows
    ]  # fmt: skip


def _logged(connection: Connection, who: str) -> list[dict[str, str]]:
    rows = connection.execute(
        sa.select(personal_log)
        .where(personal_log.c.bucket == bucket_of(who), personal_log.c.member == who)
        .order_by(personal_log.c.at, personal_log.c.id)
    )
    return [{"deed": r.deed, "by": r.by, "at": instant_text(moment(r.at))} for r in rows]


def note(connection: Connection, services: Services, who: str, deed: str, whose: Deed) -> None:
    """Remember who did what about whom (a member, or a terminal)."""
    row = {
        "bucket": bucket_of(who),
        "id": services.ids.new_id(),
        "member": who,
        "deed": deed,
        "by": whose.by,
        "reason": whose.reason,
        "at": services.now_us(),
    }
    bulk.insert(connection, personal_log, [row])

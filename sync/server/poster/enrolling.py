"""A member enrolled at a till: keys first, then the member, or the one who was there before.

Every step is a transaction and may be repeated. Never two members for one phone.
"""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from pos_app.domain.events import MemberEnrolled
from pos_app.gear.secrets import SealBroken, open_sealed
from sync.server.access.keyring import Key, claim, owner
from sync.server.books.merging import Carried, resolve, trails
from sync.server.engine.buckets import bucket_of
from sync.server.engine.database import Database
from sync.server.engine.services import Services
from sync.server.members.erasure import is_erased
from sync.server.poster.applying import post_parts
from sync.server.poster.carrying import carried_by, carry
from sync.server.poster.homes import home_of
from sync.server.poster.parts import Part
from sync.server.poster.planning import Fact
from sync.server.sealing.personal import ERASED
from sync.server.sealing.profiles import encrypt, packed


async def enrol_members(
    database: Database, services: Services, terminal_id: str, fact: Fact
) -> list[str]:
    """Bring one enrolment into the tables; the kinds of conflicts it met."""
    event = fact.event
    if not isinstance(event, MemberEnrolled):
        raise TypeError("an enrolment")
    if await database.read(lambda c: is_erased(c, event.member_id)):
        return [ERASED]
    wanted = keys_of(event)
    who = await _who(database, wanted, event.member_id)
    conflicts, ours = await _claimed(database, wanted, who)
    who = await database.read(lambda c: _was(c, event.member_id, fact.id)) or who
    fact.member = who
    profile, readable = _profile(services, event, who)
    if not readable:
        conflicts.append("sealed_profile_unreadable")
    part = Part(
        "enrolled" if who == event.member_id else "joined",
        fact.id,
        fact.seq,
        terminal_id,
        who,
        event,
        keys=tuple(ours),
        profile=profile,
    )
    found = await database.write(lambda c: _posted(c, services, event.member_id, part))
    return [*conflicts, *found.get(fact.id, [])]


def _posted(
    connection: Connection, services: Services, new_id: str, part: Part
) -> dict[str, list[str]]:
    """The member; and where they were there before, what came under the new id until now."""
    event_id = part.event
    if new_id == part.member:
        return post_parts(connection, services, bucket_of(part.member), [part])

    def parts(carried: Carried) -> list[Part]:
        return [part, Part("carried_in", event_id, part.seq, part.terminal, part.member, carried)]

    return carry(connection, services, (new_id, part.member, event_id), parts)


def keys_of(event: MemberEnrolled) -> list[Key]:
    """The keys a member is found by, the one that identifies a person first."""
    phone = [("phone", event.phone_hash.hex())] if event.phone_hash else []
    card = [("card", event.card_code)] if event.card_code else []
    return [*phone, *card]


async def _who(database: Database, wanted: Sequence[Key], member_id: str) -> str:
    """The member that has the phone (or, without a phone, the card); else the new one."""
    if not wanted:
        return member_id
    first = wanted[0]
    known = await database.read(lambda c: owner(c, first)) or member_id
    return (await database.read(lambda c: resolve(c, {known})))[known]


def _was(connection: Connection, new_id: str, event_id: str) -> str:
    """Who took the enrolment up before a death that left the batch behind; "" for nobody yet.

    They may have become another since: what they have is not carried there a second time.
    """
    path = trails(connection, {new_id})[new_id]
    if len(path) > 1 and carried_by(connection, new_id, event_id):
        return path[1]
    return home_of(connection, new_id, "enrolled", event_id) if len(path) > 1 else ""


async def _claimed(
    database: Database, wanted: Sequence[Key], who: str
) -> tuple[list[str], list[Key]]:
    conflicts, ours = [], []
    for key in wanted:
        holder = await database.write(lambda c, k=key: claim(c, k, who))  # type: ignore[misc]  # a default binds the loop's value
        if (await database.read(lambda c, h=holder: resolve(c, {h})))[holder] == who:  # type: ignore[misc]  # the same
            ours.append(key)
        else:
            conflicts.append(f"{key[0]}_taken")
    return conflicts, ours


def _profile(
    services: Services, event: MemberEnrolled, member_id: str
) -> tuple[tuple[str, str], bool]:
    """What the till sealed for us, under the member's own key; and whether it could be read."""
    if not event.sealed_profile:
        return ("", ""), True
    try:
        opened = open_sealed(services.keys.sealing, event.sealed_profile)
    except SealBroken:
        return ("", ""), False
    told = _with_consents(opened, event.consents)
    return encrypt(services.keys.profiles, member_id, told), True


def _with_consents(profile: bytes, consents: Sequence[str]) -> bytes:
    """What the member agreed to stays with the profile: it can be told, and taken back."""
    try:
        fields = msgspec.json.decode(profile, type=dict[str, str])
    except msgspec.MsgspecError:
        return profile
    return packed({**fields, "consents": ",".join(consents)})

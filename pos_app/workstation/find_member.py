"""A manager looks a member up.

The customer stands there or telephones: the manager types a phone, its last four digits, a card,
or the beginning of a name, and opens the member. Who looks is in the audit chain. A phone is
looked up by its keyed hash, a name only among the members that this till mirrors; never on a
receipt, never a full phone.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pos_app.domain.identification import Kind, Reason
from pos_app.domain.loyalty.member import Member
from pos_app.domain.rights import Right
from pos_app.workstation.answer import Answer, Notice, Tone, done, notice, refused
from pos_app.workstation.identify_member import LAST4_MOST, MEMBER_KINDS, found_member, member_here
from pos_app.workstation.lending import lender
from pos_app.workstation.member_card import MemberCard, card_of
from pos_app.workstation.ports import Facts
from pos_app.workstation.station import Station, record, require, right_used

LETTERS_LEAST = 2
HISTORY_MOST = 100
PEOPLE_MS = 30_000
HISTORY_MS = 15_000


def find(station: Station, text: str) -> Answer:
    """data["found_members"], at once or pushed later."""
    lacking = require(station, Right.SEE_MEMBERS)
    if lacking:
        return lacking
    text = text.strip()
    if len(text) == 4 and text.isascii() and text.isdigit():
        return _listed(station, station.mirror.members_by_last4(text, LAST4_MOST))
    found = station.gear.identifier.typed(text)
    if found.reason is Reason.PAYMENT_CARD:
        return refused("scan_payment_card")
    if found.kind in MEMBER_KINDS:
        by = MEMBER_KINDS[found.kind]
        value = found.card_no or found.token or found.phone_e164 or ""
        return _by_key(station, by, value)
    if found.kind is Kind.TEXT and any(letter.isalpha() for letter in text):
        return _by_name(station, text)
    return _by_key(station, "card", text) if text else refused("bad_member_key")


def _listed(station: Station, rows: tuple[Member, ...]) -> Answer:
    if not rows:
        return refused("unknown_member")
    return done(found_members=tuple(found_member(station, one) for one in rows))


def _by_key(station: Station, by: str, value: str) -> Answer:
    key = station.gear.phones.phone_hmac(value).hex() if by == "phone" else value
    one, _local = member_here(station, by, key)
    if one is not None:
        return _listed(station, (one,))
    unknown = refused("unknown_phone_office" if by == "phone" else "unknown_member")
    if not station.courier.status().online:
        return refused("unknown_here")

    def answered(reply: Mapping[str, Any]) -> None:
        now = station.mirror.member_by_key(by, key)
        if now is None and reply.get("error"):
            station.say(refused("unknown_here"))
        else:
            station.say(_listed(station, (now,)) if now is not None else unknown)

    fields = {"kind": by, "key": key, "want_points": 0}
    station.courier.request("identify", fields, answered)
    return done(notice("asking_server", Tone.NEUTRAL))


def _by_name(station: Station, text: str) -> Answer:
    lacking = require(station, Right.FIND_MEMBER_BY_NAME)
    if lacking:
        return lacking
    if sum(letter.isalpha() for letter in text) < LETTERS_LEAST:
        return refused("name_too_short")

    def answered(reply: Mapping[str, Any]) -> None:
        ids = [str(one.get("id", "")) for one in reply.get("people", ())]
        rows = tuple(filter(None, (station.mirror.member_by_key("id", one) for one in ids)))
        station.say(_listed(station, rows) if not reply.get("error") else refused("try_again"))

    station.courier.request("people", {"text": text}, answered, PEOPLE_MS)
    return done(notice("looking", Tone.NEUTRAL))


def open_card(station: Station, member_id: str) -> Answer:
    """data["member_card"]: what this till knows now, and pushed again with the server's history."""
    lacking = require(station, Right.SEE_MEMBERS)
    if lacking:
        return lacking
    one = the_member(station, member_id)
    if one is None:
        return refused("unknown_member")
    by = lender(station, Right.SEE_MEMBERS)
    used = right_used(station, "see_member", one.member_id, override_by=by)
    trouble = record(station, Facts(events=(used,)))
    if trouble:
        return trouble
    return show(station, one)


def show(station: Station, one: Member, *said: Notice) -> Answer:
    """The card as known here; the history is asked for where there is a link."""
    online = station.courier.status().online
    card = card_of(station, one, None)
    if not online:
        return done(*(said or (notice("member_is_own", Tone.WARNING),)), member_card=card)
    _ask_history(station, one.member_id, lambda told: station.say(done(member_card=told)))
    return done(*said, member_card=replace(card, asked=True))


def _ask_history(station: Station, member_id: str, told: Callable[[MemberCard], None]) -> None:
    def answered(reply: Mapping[str, Any]) -> None:
        now = the_member(station, member_id)
        if now is None:
            station.say(refused("unknown_member"))
        elif reply.get("error") or not reply.get("member"):
            # A member that only this till knows yet, or a link that is gone: what is here is told.
            told(card_of(station, now, None))
        else:
            told(card_of(station, now, reply))

    fields = {"member": member_id, "most": HISTORY_MOST}
    station.courier.request("history", fields, answered, HISTORY_MS)


def the_member(station: Station, member_id: str) -> Member | None:
    """By id, as this till knows them."""
    return member_here(station, "id", member_id)[0]

"""A stranger becomes a member: a phone and Enter, with or without a link. Never two for one phone.

What was signed goes with it. Who signs later is enrolled again by the same phone: the server joins
the two, and the consent counts from then on.
"""

import json
from dataclasses import dataclass, replace

from pos_app.domain.events import Event, MemberEnrolled
from pos_app.domain.identification import Kind
from pos_app.domain.loyalty.member import Member
from pos_app.domain.loyalty.welcome import welcome_lots
from pos_app.domain.rights import Right
from pos_app.domain.sentence import say
from pos_app.workstation.answer import Answer, Tone, notice, refused
from pos_app.workstation.deed import asked_for
from pos_app.workstation.identify_member import attach, identify, member_here
from pos_app.workstation.ports import Facts
from pos_app.workstation.pricing_task import program_of
from pos_app.workstation.sale import not_editable, not_ready
from pos_app.workstation.station import (
    Allowed,
    Override,
    Station,
    authorise,
    record,
    right_used,
)


@dataclass(frozen=True, slots=True)
class Form:
    """What was told at the counter. `card`: as scanned; `consents`: what was signed."""

    phone: str
    card: str | None = None
    name: str = ""
    consents: tuple[str, ...] = ()


def enrol(station: Station, form: Form, override: Override | None = None) -> Answer:
    """A new member; the profile is sealed for the server, the till keeps the phone's HMAC."""
    trouble = not_ready(station) or not_editable(station)
    if trouble:
        return trouble
    found = station.gear.identifier.typed(form.phone)
    if found.kind is not Kind.PHONE or not found.phone_e164:
        return refused("bad_phone")  # before anybody's PIN is asked for it
    about = say("approve.enrol", digits=found.phone_e164[-4:])
    allowed = asked_for(authorise(station, Right.ENROL, override), about)
    if isinstance(allowed, Answer):
        return allowed
    form = replace(form, phone=found.phone_e164)
    phone_hash = station.gear.phones.phone_hmac(form.phone)
    if member_here(station, "phone", phone_hash.hex())[0] is not None:
        return _known(station, form, phone_hash, allowed)
    number = _card_of(station, form.card)
    if isinstance(number, Answer):
        return number
    event = _enrolment(station, replace(form, card=number), phone_hash)
    one = _new_member(station, event)
    keys = [("phone", phone_hash.hex()), ("id", event.member_id)]
    if number:
        keys.append(("card", number))
    facts = Facts(events=_events(station, event, allowed), local_member=(one, tuple(keys)))
    trouble = record(station, facts)
    if trouble:
        return trouble
    answer = attach(station, one, "phone", local=True)
    unsigned = notice("member_unsigned", Tone.WARNING)
    said = notice("member_enrolled", Tone.MEMBER) if form.consents else unsigned
    return replace(answer, notices=(said,))


def _events(
    station: Station, event: MemberEnrolled, allowed: Allowed
) -> tuple[tuple[str, Event], ...]:
    """The enrolment names who enrols; somebody else's right stands beside it."""
    told: tuple[tuple[str, Event], ...] = ((station.new_id(), event),)
    if not allowed.by:
        return told
    return (*told, right_used(station, "enrol", event.member_id, override_by=allowed.by))


def _known(station: Station, form: Form, phone_hash: bytes, allowed: Allowed) -> Answer:
    """Who has the phone already is identified; a consent that was not given before counts now."""
    known = member_here(station, "phone", phone_hash.hex())[0]
    signs = bool(form.consents) and known is not None and not (known.confirmed or known.blocked)
    if signs:
        event = _enrolment(station, replace(form, card="", name=""), phone_hash)
        trouble = record(station, Facts(events=_events(station, event, allowed)))
        if trouble:
            return trouble
    answer = identify(station, "phone", form.phone, "phone")
    said = [notice("member_signed", Tone.GOOD)] if signs and answer.ok else []
    said += [notice("card_not_linked", Tone.WARNING)] if form.card and answer.ok else []
    return replace(answer, notices=(*answer.notices, *said))


def _taken(station: Station, kind: str, key: str) -> bool:
    """True when a member known here has that key."""
    return member_here(station, kind, key)[0] is not None


def _card_of(station: Station, card: str | None) -> str | Answer:
    """The number of the new member's card: as given, or the guest card on the receipt."""
    link = station.open.member if station.open else None
    if not card:
        guest = link is not None and link.member_id is None and link.identified_by == "card"
        return link.code if link is not None and guest else ""
    found = station.gear.identifier.scan(card.strip().encode())
    if found.kind is not Kind.LOYALTY_CARD or not found.card_no:
        return refused("bad_card")
    return refused("card_taken") if _taken(station, "card", found.card_no) else found.card_no


def _enrolment(station: Station, form: Form, phone_hash: bytes) -> MemberEnrolled:
    """`form.phone` in E.164, `form.card` the number or ""."""
    identity, name = station.journal.identity(), form.name
    profile = json.dumps({"phone": form.phone, "name": name}, ensure_ascii=False).encode()
    return MemberEnrolled(
        member_id=station.new_id(),
        phone_hash=phone_hash,
        phone_last4=form.phone[-4:],
        display_name=name.split(" ")[0] if name else "",
        card_code=form.card or "",
        consents=form.consents,
        sealed_profile=station.gear.sealer.seal(profile),
        store_id=identity.store_id if identity else "",
        operator_id=station.operator.operator_id if station.operator else "",
        at=station.now(),
        business_on=station.business_on(),
    )


def _new_member(station: Station, event: MemberEnrolled) -> Member:
    program = program_of(station)
    tiers = program.tiers.tiers
    return Member(
        member_id=event.member_id,
        display_name=event.display_name,
        tier_id=tiers[0].tier_id if tiers else "",
        phone_last4=event.phone_last4,
        card_last4=event.card_code[-4:],
        enrolled_on=event.business_on,
        confirmed=bool(event.consents),
        home_store=event.store_id,
        as_of=event.at,
        lots=welcome_lots(program, event.member_id, event.at, event.business_on),
    )

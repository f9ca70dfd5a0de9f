"""Who is buying.

The cashier scans a card or a code, types a phone, or finds somebody by four digits. The order is
free: before, between or after the goods. Never gives or takes a point: that is settled with the
sale.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pos_app.domain.identification import Identification, Kind, Reason
from pos_app.domain.loyalty.member import Member
from pos_app.domain.loyalty.standing import history_of, status
from pos_app.domain.mechanics.partners import Partner
from pos_app.domain.sentence import Points
from pos_app.domain.transaction import MemberLink
from pos_app.workstation import partner_card
from pos_app.workstation.answer import Answer, Part, Tone, done, notice, refused
from pos_app.workstation.letting_go import give_back
from pos_app.workstation.pricing_task import know, program_of, refresh_known
from pos_app.workstation.sale import (
    SALE_PARTS,
    begin,
    not_editable,
    not_ready,
    put,
)
from pos_app.workstation.station import Station, changed
from pos_app.workstation.view import FoundMember

MEMBER_KINDS = {
    Kind.LOYALTY_CARD: "card",
    Kind.QR_TOKEN: "code",
    Kind.PHONE: "phone",
}
LAST4_MOST = 20
EVERYTHING = 1_000_000
GUESTS = frozenset({"card", "code"})


def by_identification(station: Station, found: Identification) -> Answer:
    """A card, a code or a phone that was scanned or typed."""
    by = MEMBER_KINDS[found.kind]
    value = found.card_no or found.token or found.phone_e164 or ""
    how = "qr" if by == "code" else by
    return identify(station, by, value, how)


def member(station: Station, by: str, value: str) -> Answer:
    """`by`: phone, card, code, id, last4."""
    if by == "last4":
        return _by_last4(station, value)
    if by == "id":
        # An id comes from a list, not from the customer's hand: it earns and never spends.
        return identify(station, "id", value, "last4")
    read = read_key(station, by, value)
    return read if isinstance(read, Answer) else identify(station, by, read, by)


def read_key(station: Station, by: str, value: str) -> str | Answer:
    """What a phone, a card or a code is looked up by, or why it names nobody."""
    found = station.gear.identifier.typed(value)
    if found.reason is Reason.PAYMENT_CARD:
        return refused("scan_payment_card")
    if by == "phone":
        if found.kind is not Kind.PHONE:
            return refused("bad_phone")
        return found.phone_e164 or ""
    if by in GUESTS and value.strip():
        return (found.card_no if by == "card" else found.token) or value.strip()
    return refused("bad_member_key")


def _by_last4(station: Station, value: str) -> Answer:
    trouble = not_ready(station)
    if trouble:
        return trouble
    if len(value) != 4 or not value.isdigit():
        return refused("bad_last4")
    rows = station.mirror.members_by_last4(value, LAST4_MOST)
    if not rows:
        return refused("unknown_member")
    return done(members=tuple(found_member(station, one) for one in rows))


def found_member(station: Station, one: Member) -> FoundMember:
    """One of several to choose from."""
    program = program_of(station)
    tier = status(program, one, history_of(one), station.business_on()).standing.tier
    language = station.operator.language if station.operator else station.settings.language
    name = tier.name(language) if tier else ""
    return FoundMember(one.member_id, one.display_name, one.phone_last4, one.card_last4, name)


def identify(station: Station, by: str, value: str, how: str) -> Answer:
    """Put the member on the open transaction; ask the server for what this till lacks."""
    trouble = not_ready(station) or not_editable(station)
    if trouble:
        return trouble
    key = station.gear.phones.phone_hmac(value).hex() if by == "phone" else value
    one, local = member_here(station, by, key)
    if one is None:
        partner = partner_card.issuer(station, key) if by == "card" else None
        if partner is not None:
            return _partners(station, key, how, partner)
        return _stranger(station, by, key, how, value)
    answer = attach(station, one, how, local=local, card=key if by == "card" else "")
    if answer.ok and station.known is not None:
        here = station.known.account.available(station.business_on()) - station.known.allowance
        _ask_server(station, "id", one.member_id, "", max(here, 0))
    return answer


def member_here(station: Station, by: str, key: str) -> tuple[Member | None, bool]:
    """A member as this till knows them, and whether only this till does."""
    found = station.mirror.member_by_key(by, key)
    if found is not None:
        return found, False
    return station.journal.local_member(by, key), True


def called(one: Member) -> str:
    """The name, else the end of the phone or card; never nothing before a colon."""
    return one.display_name or f"··{one.phone_last4 or one.card_last4}"


def attach(station: Station, one: Member, how: str, *, local: bool, card: str = "") -> Answer:
    """The member is on the receipt: `how` found, `card` as read; `local`: only this till knows.
    Data `unsigned`: no consent is known here."""
    operator = station.operator
    if operator is not None and operator.own_member_id == one.member_id:
        return refused("own_card")
    transaction = begin(station)
    before = transaction.member
    known = know(station, one, local=local)
    # A partner's card stays on the receipt: it decides the rate, and it is settled.
    shown = card if partner_card.issuer(station, card) else ""
    link = MemberLink(one.member_id, how, code=shown, may_redeem=how != "last4")
    wish = 0
    if before is not None and before.member_id == one.member_id:
        # The same card again: the choice of points stays, and a weaker key takes nothing away.
        link, wish = (before if before.may_redeem else link), transaction.points_wish
    answer = put(station, replace(transaction, member=link, points_wish=wish), known=known)
    _let_go(station, before, one.member_id)
    available = known.account.available(station.business_on())
    if one.blocked:
        said = notice("member_blocked", Tone.WARNING, None, name=called(one))
    else:
        points = Points(available)
        said = notice("member_identified", Tone.MEMBER, None, name=called(one), points=points)
    unsigned = {} if one.confirmed or one.blocked else {"unsigned": True}
    return replace(answer, notices=(said,), data={**answer.data, **unsigned})


def _stranger(station: Station, by: str, key: str, how: str, typed: str) -> Answer:
    """Not in the mirror: ask the server; with no link a card still earns, matched later."""
    online = station.courier.status().online
    if not online and by in GUESTS:
        return _guest(station, key, how)
    if not online:
        return refused("unknown_phone" if by == "phone" else "unknown_member")
    begin(station)
    if by in GUESTS:
        # Whatever becomes of the question, the receipt keeps the identity.
        _guest(station, key, how)
    _ask_server(station, by, key, how, EVERYTHING, typed)
    return changed(*SALE_PARTS, notices=(notice("asking_server", Tone.NEUTRAL),))


def _partners(station: Station, card: str, how: str, partner: Partner) -> Answer:
    """A partner's card identifies nobody, unless the server knows it for a member's own."""
    answer = partner_card.beside(station, card, partner)
    if station.open is not None and station.open.member is None:
        _ask_server(station, "card", card, how, EVERYTHING)
    return answer


def _guest(station: Station, key: str, how: str) -> Answer:
    transaction = begin(station)
    link = MemberLink(None, how, code=key, may_redeem=False)
    answer = put(station, replace(transaction, member=link, points_wish=0), known=None)
    _let_go(station, transaction.member, None)
    return replace(answer, notices=(notice("guest_card", Tone.WARNING),))


def _let_go(station: Station, before: MemberLink | None, now: str | None) -> None:
    """Another member took the place of one: what was granted for that one goes back."""
    if before is not None and before.member_id and before.member_id != now:
        give_back(station, before.member_id)


def _ask_server(
    station: Station, by: str, key: str, how: str, want_points: int, typed: str = ""
) -> None:
    """A fresh state and an allowance for what this receipt may redeem.

    All that may be spent is wanted: the server gives what is free, the rest returns after the
    sale. With the link down the other tills of the store are asked for somebody whom this till
    knows (`how` is empty).
    """
    link = station.courier.status()
    if not link.online and (how or not link.peers):
        return
    transaction_id = station.open.transaction_id if station.open else ""
    fields = {"kind": by, "key": key, "want_points": want_points}

    def answered(reply: Mapping[str, Any]) -> None:
        _server_answered(station, transaction_id, _Asked(by, key, how, typed), reply)

    station.courier.request("identify", fields, answered)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who was asked for: as `identify` takes it; `typed` is a phone as the cashier gave it."""

    by: str
    key: str
    how: str
    typed: str


def _server_answered(
    station: Station, transaction_id: str, asked: _Asked, reply: Mapping[str, Any]
) -> None:
    """The transaction may be another by now, or be paid: then nothing happens."""
    by, key, how = asked.by, asked.key, asked.how
    current = station.open.transaction_id if station.open else ""
    if current != transaction_id or (station.open and station.open.tenders):
        return
    if not how:
        refresh(station)
        station.say(changed(Part.MEMBER, Part.TRANSACTION))
        return
    found = station.mirror.member_by_key(by, key)
    if found is None and station.open and station.open.partner_card == key:
        return
    if found is not None:
        answer = attach(station, found, how, local=False, card=key if by == "card" else "")
    elif reply.get("error") and by in GUESTS:
        answer = changed(Part.MEMBER, notices=(notice("guest_card", Tone.WARNING),))
    elif by == "phone":
        # Nobody has it: it may be enrolled, and is not typed twice.
        answer = replace(refused("unknown_phone"), data={"phone": asked.typed})
    else:
        answer = refused("unknown_member")
    if not answer.ok:
        _no_guest(station, key)
    station.say(answer)


def _no_guest(station: Station, key: str) -> None:
    """The server knows better than the guess: the card is nobody's, or the operator's own."""
    transaction = station.open
    if transaction is not None and transaction.member and transaction.member.code == key:
        put(station, replace(transaction, member=None), known=None)


def refresh(station: Station) -> None:
    """The mirror or the allowances changed: bring the member up to it."""
    if station.open is None or not station.open.tenders:
        refresh_known(station)


def remove(station: Station) -> Answer:
    """Sell without a member."""
    transaction = station.open
    if transaction is None or not (transaction.member or transaction.partner_card):
        return refused("no_member")
    trouble = not_editable(station)
    if trouble:
        return trouble
    if transaction.member is None:
        return partner_card.taken_off(station, transaction)
    answer = put(station, replace(transaction, member=None, points_wish=0), known=None)
    _let_go(station, transaction.member, None)
    return answer


def redeem(station: Station, points: int | str) -> Answer:
    """A number, `max` or 0; cut to the limit, which explains itself."""
    transaction, priced = station.open, station.priced
    if transaction is None or priced is None or station.known is None:
        return refused("no_member")
    if transaction.tenders:
        return refused("tenders_taken")
    wanted = priced.limit.points if points == "max" else _whole(points)
    if wanted is None:
        return refused("bad_points", text=str(points))
    limit = priced.limit
    step = program_of(station).redeem.step
    given = min(wanted, limit.points)
    given -= given % step
    answer = put(station, replace(transaction, points_wish=given), known=station.known)
    if given < wanted and _may_have_more(station, limit.points):
        # The rest may be free by now: what comes changes the limit, never what was chosen.
        member = station.known.member
        _ask_server(station, "id", member.member_id, "", wanted - limit.points)
    if given < wanted:
        cut = notice("points_cut", Tone.WARNING, None, points=Points(given))
        return replace(answer, notices=(cut,))
    return answer


def _may_have_more(station: Station, here: int) -> bool:
    """Whether only the server's grant stands between the wish and the balance."""
    known = station.known
    why = station.priced.limit.why if station.priced else None
    held = why is not None and why.key == "limit.held"
    return held and known is not None and known.account.available(station.business_on()) > here


def _whole(points: int | str) -> int | None:
    try:
        number = int(points)
    except ValueError:
        return None
    return number if number >= 0 else None

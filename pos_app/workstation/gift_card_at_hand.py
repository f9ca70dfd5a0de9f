"""A gift card that somebody shows.

The cashier scans it: the till says what is on it, as far as it knows, and asks the server for the
right to spend it. With no link only what was granted before may be spent, and what the owner
risks. Never takes money: that is `pay_by_gift_card`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pos_app.domain.identification import Identification, Kind, Reason
from pos_app.domain.loyalty.allowance import spendable
from pos_app.domain.loyalty.gift_card import GiftCard, continued
from pos_app.domain.loyalty.owner import card_owner, card_text, masked
from pos_app.domain.money import Money
from pos_app.workstation.answer import Answer, Notice, Part, Tone, notice, refused
from pos_app.workstation.honoured import honoured
from pos_app.workstation.letting_go import release
from pos_app.workstation.ports import StorageBroken
from pos_app.workstation.pricing_task import program_of
from pos_app.workstation.sale import not_ready
from pos_app.workstation.station import AtHand, Station, changed
from pos_app.workstation.view import GiftCardView

EVERYTHING = 10**12
CODE_MOST = 64
PARTS = (Part.TENDERS, Part.TRANSACTION)


@dataclass(frozen=True, slots=True)
class KnownCard:
    """A card with what this till did since the mirror's state.

    `heard`: the mirror or this till knows it. `risked_minor`: what unposted receipts of this till
    have taken beyond its grants.
    """

    card: GiftCard
    heard: bool
    granted_minor: int
    risked_minor: int = 0

    def may_spend_minor(self, risk_minor: int) -> int:
        """What this till may take: its grants, and what is left of the owner's risk."""
        return self.granted_minor + max(risk_minor - self.risked_minor, 0)


def know_card(station: Station, card_id: str) -> KnownCard:
    """What this till knows of a card."""
    identity = station.journal.identity()
    told = station.mirror.gift_card(card_id)
    posted = told.posted.get(identity.terminal_id, 0) if told and identity else 0
    own = station.journal.unposted_cards(card_id, posted)
    return KnownCard(
        continued(told or GiftCard(card_id), own),
        told is not None or bool(own),
        spendable(honoured(station, card_id), station.now()),
        sum(entry.unsecured_minor for entry in own),
    )


def risk_minor(station: Station) -> int:
    """What the owner lets a dark till take beyond its grants; with a link nothing is risked."""
    if station.courier.status().online:
        return 0
    return program_of(station).gift_cards.offline_risk_minor


def id_of(station: Station, code: str) -> str | Answer:
    """The id of the card with that code, or why it is none. The code itself is never kept."""
    text = code.strip()
    found = station.gear.identifier.scan(text.encode()) if text else None
    if found is not None and found.reason is Reason.PAYMENT_CARD:
        return refused("scan_payment_card")
    if found is not None and found.kind is Kind.GIFT_CARD:
        text = found.code or ""
    if not text or len(text) > CODE_MOST or not text.isprintable():
        return refused("gift_card_bad")
    card_id = card_owner(station.gear.phones.phone_hmac(card_text(text)), text)
    if card_id.endswith(":") and not know_card(station, card_id).card.issued:
        return refused("gift_card_bad")  # too short a code to be told from another: a slip of a key
    return card_id


def at_hand(station: Station) -> AtHand | None:
    """The card that somebody shows now. One that was looked at before the receipt began was
    another customer's, maybe: it pays nothing."""
    hand = station.gift_card
    return hand if hand is not None and hand.receipt == _receipt(station) else None


def taken(station: Station, card_id: str) -> AtHand:
    """That card is at hand from now on, for what is open now."""
    station.gift_card = AtHand(card_id, receipt=_receipt(station))
    return station.gift_card


def _receipt(station: Station) -> str:
    return station.open.transaction_id if station.open else ""


def which(station: Station, code: str) -> str | Answer:
    """The id of the card of that code; no code is the one at hand."""
    if code:
        return id_of(station, code)
    hand = at_hand(station)
    return hand.card_id if hand else refused("gift_card_which")


def present(station: Station, code: str) -> Answer:
    """data["card"]: GiftCardView. It is at hand until the receipt is closed or another is shown;
    with no receipt, until one begins."""
    trouble = not_ready(station)
    if trouble:
        return trouble
    card_id = id_of(station, code)
    return card_id if isinstance(card_id, Answer) else show(station, card_id)


def show(station: Station, card_id: str) -> Answer:
    """Put it at hand and say what is on it."""
    before = station.gift_card
    taken(station, card_id)
    if before is not None and before.card_id != card_id:
        release(station)
    ask(station)
    shown = view_of(station)
    return changed(*PARTS, notices=(_told(station),), card=shown)


def put_away(station: Station) -> Answer:
    """The customer keeps it."""
    if station.gift_card is None:
        return refused("gift_card_which")
    drop(station)
    return changed(*PARTS)


def drop(station: Station) -> None:
    """It is at hand no more, and what was granted of it goes back."""
    station.gift_card = None
    release(station)


def ask(station: Station) -> bool:
    """Ask the server for its state, and for all of it while a receipt is open; with no link the
    other tills of the store. False: nobody to ask."""
    hand = at_hand(station)
    wanted = EVERYTHING if station.open is not None else 0
    if hand is None or not _asked_somewhere(station):
        return False
    station.gift_card = replace(hand, asking=True, asked=bool(wanted))
    fields = {"kind": "gift_card", "key": hand.card_id, "want_points": wanted}

    def answered(reply: Mapping[str, Any]) -> None:
        _answered(station, hand.card_id, reply)

    station.courier.request("identify", fields, answered)
    return True


def _asked_somewhere(station: Station) -> bool:
    """Whether there is the server, or for a receipt another till, to ask."""
    link = station.courier.status()
    return link.online or bool(link.peers and station.open is not None)


def _answered(station: Station, card_id: str, reply: Mapping[str, Any]) -> None:
    hand = at_hand(station)
    if hand is None or hand.card_id != card_id:
        # The customer has gone: what was granted meanwhile goes back.
        release(station)
        return
    failed = bool(reply.get("error"))
    told = failed or reply.get("moved") or reply.get("card")
    station.gift_card = replace(
        hand, asking=False, asked=hand.asked and not failed, strange=not told, then=None
    )
    if hand.then is not None and not told:  # a payment has waited for it
        new = refused("gift_card_new", number=masked(hand.card_id))
        station.say(replace(new, changed=frozenset(PARTS)))
        return
    goes_on = hand.then if not failed else None
    station.say(goes_on() if goes_on is not None else shown_told(station))


def shown_told(station: Station) -> Answer:
    """What is on the card at hand, in words."""
    return changed(*PARTS, notices=(_told(station),))


def view_of(station: Station) -> GiftCardView | None:
    """The card at hand for a screen; None when there is none."""
    hand = at_hand(station)
    if hand is None:
        return None
    known = know_card(station, hand.card_id)
    card, state = known.card, _state(station, hand, known)
    return GiftCardView(
        number=masked(card.card_id),
        state=state,
        balance_minor=card.balance_minor,
        expires_on=card.expires_on,
        allowance_minor=known.may_spend_minor(risk_minor(station)),
        as_of=station.gear.to_local(card.as_of) if card.as_of else None,
        asking=hand.asking,
        pays=_pays(station, hand, known, state),
    )


def _pays(station: Station, hand: AtHand, known: KnownCard, state: str) -> bool:
    """Whether F12 may mean this card: a used, empty or unsold one would only be refused."""
    paid = station.open.tenders if station.open is not None else ()
    if state not in ("sold", "unknown") or any(one.reference == hand.card_id for one in paid):
        return False
    if state == "sold" and known.card.balance_minor <= 0:
        return False
    may = known.may_spend_minor(risk_minor(station)) > 0 if state == "sold" else False
    return may or hand.asking or (not hand.asked and _asked_somewhere(station))


def readable_view(station: Station) -> GiftCardView | None:
    """The same; None while the database cannot be read."""
    try:
        return view_of(station)
    except StorageBroken:
        return None


def _state(station: Station, hand: AtHand, known: KnownCard) -> str:
    if not known.heard or not known.card.issued:
        return "new" if hand.strange or known.heard else "unknown"
    if known.card.blocked:
        return "blocked"
    return "ended" if known.card.ended(station.business_on()) else "sold"


def _told(station: Station) -> Notice:
    shown = view_of(station)
    assert shown is not None
    number, balance = shown.number, Money(shown.balance_minor)
    if shown.state in ("unknown", "new"):
        return _not_sold_yet(station, shown)
    if shown.state == "blocked":
        return notice("gift_card_blocked", Tone.WARNING, None, number=number)
    if shown.expires_on is None:
        return notice("gift_card_holds", Tone.GOOD, None, number=number, balance=balance)
    code = "gift_card_ended" if shown.state == "ended" else "gift_card_shown"
    tone = Tone.WARNING if shown.state == "ended" else Tone.GOOD
    return notice(code, tone, None, number=number, balance=balance, until=shown.expires_on)


def _not_sold_yet(station: Station, shown: GiftCardView) -> Notice:
    """No fault of a card that is just being sold: who wants to pay with it is refused then."""
    hand, lines = station.gift_card, station.open.lines if station.open is not None else ()
    if hand is not None and any(one.card_id == hand.card_id for one in lines):
        return notice("gift_card_in_receipt", Tone.NEUTRAL, None, number=shown.number)
    asking = shown.state == "unknown" and shown.asking
    code = "gift_card_asking" if asking else f"gift_card_{shown.state}"
    tone = Tone.NEUTRAL if asking or shown.state == "new" else Tone.WARNING
    return notice(code, tone, None, number=shown.number)


def code_of(found: Identification) -> str:
    """What was scanned, as `id_of` takes it."""
    return found.code or found.token or ""

"""What the screen shows of money on its way: one sentence, its choices, a code. Never decides."""

from collections.abc import Sequence
from dataclasses import replace

from pos_app.domain.loyalty.owner import masked
from pos_app.domain.money import Money
from pos_app.domain.sentence import Sentence, say
from pos_app.domain.tender import Tender, TenderKind
from pos_app.domain.transaction import Transaction
from pos_app.workstation.moving import Leg, LegState, Moving, Stage, Undecided
from pos_app.workstation.pricing_task import program_of
from pos_app.workstation.recover_payment import choices
from pos_app.workstation.shift_wait import is_away
from pos_app.workstation.station import Doing, Station
from pos_app.workstation.tender_shown import TenderView
from pos_app.workstation.view import PaymentView, UndecidedView

STAGES = frozenset(
    {"sent", "card_wanted", "pin_wanted", "bank_asked", "qr_shown", "slip_wanted", "busy"}
)

QR_WITHOUT_CODE = {"payment.sent": "payment.qr_asked", "payment.qr_shown": "payment.qr_elsewhere"}
"""What is said of a payment by code that has none to show here."""


def payment_view(station: Station) -> PaymentView | None:
    """None when no money is on its way and nothing is asked."""
    said = choices(station)
    doing = station.doing
    if doing is None and not said:
        return None
    if doing is None and station.fiscal.awaiting is not None:
        state = "awaiting_registrar" if is_away(station) else "opening_shift"
        return PaymentView(state, say(f"payment.{state}"), said)
    text = _of_doing(station, doing) if doing is not None else _of_choices(station)
    squares = doing.progress.squares if doing is not None else ()
    state = doing.what if doing is not None else "decide"
    unsure = station.moving is not None and station.moving.waiting is not None
    return PaymentView(state, text, said, doing.progress.qr if doing else "", squares, unsure)


def undecided_views(station: Station) -> tuple[UndecidedView, ...]:
    """What waits for a manager."""
    local = station.gear.to_local
    return tuple(
        UndecidedView(
            one.key, local(one.at), one.leg.kind, one.leg.amount_minor, _of_undecided(station, one)
        )
        for one in station.undecided
    )


def tender_views(station: Station, transaction: Transaction) -> tuple[TenderView, ...]:
    """One that a terminal has not answered yet has no reference to show."""
    legs = station.moving.legs if station.moving is not None else ()
    waiting = {leg.key for leg in legs if leg.is_waiting}
    shown = (
        replace(one, reference="") if one.reference in waiting else one
        for one in transaction.tenders
    )
    return tuple(tender_view(one) for one in shown)


def tender_view(one: Tender) -> TenderView:
    """A gift card by its last characters."""
    label = masked(one.reference) if one.kind is TenderKind.GIFT_CARD else one.reference
    return TenderView(one.kind.value, one.amount_minor, label)


def ways_back(tenders: Sequence[Tender]) -> tuple[TenderView, ...]:
    """Where the money of a return goes, positive: by kind, each gift card by itself."""
    sums: dict[tuple[str, str], int] = {}
    for one in tenders:
        if one.amount_minor < 0:
            label = tender_view(one).label if one.kind is TenderKind.GIFT_CARD else ""
            way = (one.kind.value, label)
            sums[way] = sums.get(way, 0) - one.amount_minor
    return tuple(TenderView(kind, minor, label) for (kind, label), minor in sums.items())


def _money(station: Station, leg: Leg) -> Money:
    return Money(leg.amount_minor, program_of(station).currency)


def _of_doing(station: Station, doing: Doing) -> Sentence:
    leg = station.moving.leg(doing.key) if station.moving is not None else None
    if leg is None:
        return say(f"payment.{doing.what}")
    if doing.what == "asking":
        stage = doing.progress.stage
        key = f"payment.{stage}" if stage in STAGES else "payment.sent"
        if leg.kind == TenderKind.QR.value and not doing.progress.qr:
            key = QR_WITHOUT_CODE.get(key, key)
        return say(key, amount=_money(station, leg))
    key = "looking_cut" if doing.what == "looking" and _is_cut(station, leg) else doing.what
    return say(f"payment.{key}", amount=_money(station, leg))


def _is_cut(station: Station, leg: Leg) -> bool:
    """Begun before the till was killed or lost its power: nothing of it runs at the terminal."""
    return leg.key in station.cut_legs


def _of_choices(station: Station) -> Sentence:
    moving = station.moving
    assert moving is not None
    if moving.stage is not Stage.PAYING:
        return say("payment.fiscal_unknown")
    leg = moving.waiting
    if leg is not None:
        if leg.state not in (LegState.ASKED, LegState.UNKNOWN):
            return say("payment.stuck", amount=_money(station, leg))
        key = "unknown_cut" if _is_cut(station, leg) else "unknown"
        return say(f"payment.{key}", amount=_money(station, leg))
    if station.fiscal_trouble is not None:
        return station.fiscal_trouble
    return _recovered(station, moving)


def _recovered(station: Station, moving: Moving) -> Sentence:
    total = sum(leg.amount_minor for leg in moving.legs)
    amount = Money(total, program_of(station).currency)
    refund = any(leg.do == "refund" for leg in moving.legs)
    return say("payment.recovered_refund" if refund else "payment.recovered", amount=amount)


def _of_undecided(station: Station, one: Undecided) -> Sentence:
    return say(f"payment.said_{one.said}", amount=_money(station, one.leg))

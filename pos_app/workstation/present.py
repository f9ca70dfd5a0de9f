"""The till's state as a view: plain data for a screen or the console. Never decides anything."""

from collections.abc import Iterable, Mapping

from pos_app.domain.document import CompletedTransaction, PriceModification, TransactionKind
from pos_app.domain.loyalty.program import Program
from pos_app.domain.money import RUB
from pos_app.domain.pricing.result import Priced, PricedLine
from pos_app.domain.pricing.trace import why_modified
from pos_app.domain.sentence import Sentence, say
from pos_app.domain.tender import TenderKind, next_round_amounts
from pos_app.domain.transaction import LineItem, Transaction, change_due_minor
from pos_app.workstation import age_question, line_notes, printing, settle, weighing
from pos_app.workstation.chips import choice_view, claimed_views, coupon_views
from pos_app.workstation.claim_reward import rewards
from pos_app.workstation.confirm_redemption import wanted_points
from pos_app.workstation.counters import offers_told, on_the_way
from pos_app.workstation.day_shown import day_shown
from pos_app.workstation.device_views import device_views
from pos_app.workstation.evidence import demand as evidence_demand
from pos_app.workstation.exchange_view import exchange_view, refunds
from pos_app.workstation.gift_card_at_hand import readable_view
from pos_app.workstation.last_shown import last_sale
from pos_app.workstation.offered import offered
from pos_app.workstation.open_conflicts import to_sign
from pos_app.workstation.payment_view import (
    payment_view,
    tender_view,
    tender_views,
    undecided_views,
)
from pos_app.workstation.ports import StorageBroken
from pos_app.workstation.pricing_task import is_stale, program_of, status_of
from pos_app.workstation.return_view import return_view
from pos_app.workstation.standing_view import standing_said
from pos_app.workstation.station import Known, Station
from pos_app.workstation.suspended_view import remembered, suspended_views
from pos_app.workstation.view import (
    BalanceView,
    Chip,
    DemandView,
    DiscountView,
    ExpiringView,
    LineView,
    LinkView,
    MemberView,
    OperatorView,
    RewardView,
    SessionView,
    TeaserView,
    TillView,
    TransactionView,
)

EXPIRING_DAYS = 60


def view(station: Station) -> TillView:
    """The whole till, consistent."""
    station.remembered = remembered(station)
    identity = station.remembered.identity
    transaction, priced = station.open, station.priced
    shown = None
    if transaction is not None and priced is not None:
        shown = transaction_view(station, transaction, priced)
    return TillView(
        store_name=identity.store_name if identity else "",
        workstation_name=identity.terminal_name if identity else "",
        currency=program_of(station).currency if identity else RUB,
        training=station.settings.training,
        operator=_operator(station),
        session=_session(station),
        link=_link(station),
        devices=device_views(station),
        transaction=shown,
        member=_member(station),
        last_sale=last_sale(station),
        demand=weighing.demand(station) or _demand(station, transaction),
        suspended=suspended_views(station),
        offers=offers_told(station, station.known) if station.known else (),
        hints=priced.hints if priced else (),
        now=station.local(),
        rewards=_rewards(station),
        gift_card=readable_view(station),
        payment=payment_view(station),
        undecided=undecided_views(station),
        paper=printing.shown(station),
        day=day_shown(station),
        asking=station.fiscal.asked_for(transaction.transaction_id if transaction else ""),
    )


def _rewards(station: Station) -> tuple[RewardView, ...]:
    """None while the database cannot be read: nothing can be claimed then."""
    try:
        return rewards(station)
    except StorageBroken:
        return ()


def _operator(station: Station) -> OperatorView | None:
    one = station.operator
    if one is None:
        return None
    lent = station.lent.rights if station.lent is not None else frozenset()
    rights = frozenset(right.value for right in one.rights | lent)
    return OperatorView(one.operator_id, one.name, one.role, one.language, rights, bool(lent))


def _session(station: Station) -> SessionView | None:
    one = station.session
    if one is None:
        return None
    return SessionView(one.number, one.business_on, station.gear.to_local(one.opened_at))


def _link(station: Station) -> LinkView:
    status = station.courier.status()
    as_of = station.mirror.as_of()
    local = station.gear.to_local
    return LinkView(
        online=status.online,
        since=local(status.since) if status.since else None,
        unsent=station.remembered.unsent,
        mirror_as_of=local(as_of) if as_of else None,
        stale=is_stale(station, as_of),
        trouble=station.remembered.trouble or status.trouble or station.clock.trouble(),
        conflicts=to_sign(station),
    )


def _demand(station: Station, transaction: Transaction | None) -> DemandView | None:
    if transaction is None or transaction.kind is TransactionKind.RETURN:
        return None
    age = age_question.demand(transaction)
    if age is not None:
        return age
    points = wanted_points(station)
    if points:
        return DemandView("pin", say("demand.confirm", points=points))
    return evidence_demand(station, transaction)


def transaction_view(station: Station, transaction: Transaction, priced: Priced) -> TransactionView:
    """The open transaction."""
    totals = settle.settled_totals(station, transaction, priced)
    note = line_notes.noting(station)
    pairs = zip(transaction.lines, priced.lines, strict=True)
    lines = tuple(_line(entered, one, note(entered)) for entered, one in pairs)
    returning = transaction.kind is TransactionKind.RETURN
    swap = None if returning else exchange_view(station, totals.due_minor)
    credit = settle.exchange_credit_minor(station)
    due = max(totals.due_minor - transaction.paid_minor - credit, 0)
    change = 0 if returning else change_due_minor(transaction.tenders, totals.due_minor)
    in_cash = due if returning else max(settle.due_minor(station, TenderKind.CASH), 0)
    return TransactionView(
        id=transaction.transaction_id,
        kind=transaction.kind.value,
        phase="tendering" if transaction.tenders else "selling",
        lines=lines,
        selected_line=transaction.selected,
        list_total_minor=totals.list_minor,
        discount_total_minor=totals.discount_minor,
        points_redeemed=totals.points_redeemed,
        points_redeemed_minor=totals.points_minor,
        total_minor=totals.due_minor,
        paid_minor=transaction.paid_minor,
        due_minor=due,
        change_due_minor=change,
        tenders=tender_views(station, transaction),
        points_earned=totals.points_earned,
        teaser=_teaser(station, priced),
        round_notes_minor=() if returning else _round_notes(station, in_cash),
        cash_rounding_minor=in_cash - due,
        rounding_minor=totals.rounding_minor,
        coupons=coupon_views(station, transaction, priced),
        claimed=claimed_views(station, transaction, priced),
        confirmed=transaction.confirmed.how if transaction.confirmed else "",
        refunds=refunds(station, transaction) if returning else (),
        exchange=swap,
        returning=return_view(station, transaction) if returning else None,
        credit_minor=sum(one.amount_minor for one in transaction.credit),
        may=offered(station, transaction),
    )


def _round_notes(station: Station, due_minor: int) -> tuple[int, ...]:
    return next_round_amounts(due_minor, program_of(station).currency)


def _teaser(station: Station, priced: Priced) -> TeaserView | None:
    teaser = station.teaser.of(priced) if station.teaser is not None else None
    if teaser is None or station.known is not None:
        return None
    saves = priced.totals.net_minor - teaser.totals.net_minor
    points = teaser.totals.points_earned
    return TeaserView(points, saves) if points or saves > 0 else None


def discount_view(modification: PriceModification) -> DiscountView:
    """One reduction as a screen shows it."""
    return DiscountView(
        modification.rule_id,
        modification.name,
        modification.amount_minor,
        why_modified(modification),
    )


def _line(entered: LineItem, priced: PricedLine, more: tuple[Sentence, ...]) -> LineView:
    return LineView(
        line=entered.line,
        item_id=entered.item.item_id,
        code=entered.code,
        name=entered.item.name,
        quantity=entered.quantity,
        unit_price_minor=entered.unit_price_minor,
        list_minor=priced.list_minor,
        discounts=tuple(discount_view(m) for m in priced.modifications),
        amount_minor=priced.net_minor,
        points_redeemed_minor=priced.points_minor,
        points_earned=priced.points_earned,
        notes=(*priced.notes, *more),
    )


SHARE = "limit.share"
"""Not told before the first line: there is nothing it could be a share of."""


def _member(station: Station) -> MemberView | None:
    known, transaction = station.known, station.open
    if known is None or transaction is None:
        return None
    program = program_of(station)
    one, today = known.member, station.business_on()
    stand = status_of(station, known).standing
    limit = station.priced.limit if station.priced else None
    why = limit.why if limit else None
    chosen = _chosen_points(station.priced)
    language = station.operator.language if station.operator else station.settings.language
    return MemberView(
        id=one.member_id,
        display_name=one.display_name or f"··{one.phone_last4 or one.card_last4}",
        tier_id=stand.tier.tier_id if stand.tier else "",
        tier_name=stand.tier.name(language) if stand.tier else "",
        phone_last4=one.phone_last4,
        card_last4=one.card_last4,
        points=known.account.available(today),
        pending=known.account.pending(today),
        expiring=_expiring(station, known),
        allowance=known.allowance,
        as_of=station.gear.to_local(one.as_of) if one.as_of else None,
        next_tier_name=stand.next_tier.name(language) if stand.next_tier else None,
        next_tier_needs_minor=stand.needs if stand.measure == "spend" else None,
        may_redeem=bool(limit and limit.points),
        chips=chips(program, limit.points if limit else 0, chosen),
        redeem_limit=why if transaction.lines or not why or why.key != SHARE else None,
        blocked=_blocked(known),
        on_the_way=_on_the_way(station, transaction, known, language),
        choice=choice_view(station, known),
    )


def _on_the_way(
    station: Station, transaction: Transaction, known: Known, language: str
) -> tuple[Sentence, ...]:
    """None while the database cannot be read: the rest of the screen stays."""
    try:
        said = standing_said(station, transaction, known, language)
        return (*said, *on_the_way(station, known, language))
    except StorageBroken:
        return ()


def _chosen_points(priced: Priced | None) -> int:
    """Points that pay money; those of rewards are no chip."""
    return priced.totals.points_redeemed - priced.claimed_points if priced else 0


def balance_view(station: Station, known: Known) -> BalanceView:
    """What a member has, without a purchase."""
    one, today = known.member, station.business_on()
    tier = status_of(station, known).standing.tier
    language = station.operator.language if station.operator else station.settings.language
    return BalanceView(
        id=one.member_id,
        display_name=one.display_name,
        tier_id=tier.tier_id if tier else "",
        tier_name=tier.name(language) if tier else "",
        points=known.account.available(today),
        pending=known.account.pending(today),
        expiring=_expiring(station, known),
        allowance=known.allowance,
        as_of=station.gear.to_local(one.as_of) if one.as_of else None,
        blocked=_blocked(known),
    )


def _blocked(known: Known) -> Sentence | None:
    if known.member.blocked:
        return say("member.blocked", reason=known.member.blocked)
    return None


def _expiring(station: Station, known: Known) -> tuple[ExpiringView, ...]:
    found = known.account.expiring(station.business_on(), EXPIRING_DAYS)
    return tuple(ExpiringView(points, on) for points, on in found)


def chips(program: Program, most: int, chosen: int) -> tuple[Chip, ...]:
    """0, suggested (the cap rounded down to the chip step), half, max; or the custom amount. What
    would be none is left out; two of the same number stay: each kind has a key of its own."""
    step, chip = program.redeem.step, program.redeem.chip_step
    half = most // 2 - (most // 2) % step
    choices = {"none": 0, "suggested": most - most % chip, "half": half, "max": most}
    offered = {kind: points for kind, points in choices.items() if points or kind == "none"}
    ringed = next((kind for kind, points in offered.items() if points == chosen), None)
    found = [Chip(kind, points, kind == ringed) for kind, points in offered.items()]
    if ringed is None:
        found.append(Chip("custom", chosen, True))
    return tuple(found)


def past_view(
    document: CompletedTransaction, left: Mapping[int, int], worth: Mapping[int, int]
) -> TransactionView:
    """A completed sale, quantities and amounts cut to what may still come back: maybe nothing."""
    lines = tuple(_past_lines(document, left, worth))
    totals = document.totals
    return TransactionView(
        id=document.receipt_number,
        kind=document.kind.value,
        phase="completed",
        lines=lines,
        selected_line=None,
        list_total_minor=totals.list_minor,
        discount_total_minor=totals.discount_minor,
        points_redeemed=totals.points_redeemed,
        points_redeemed_minor=totals.points_minor,
        total_minor=totals.due_minor,
        paid_minor=totals.due_minor,
        due_minor=0,
        change_due_minor=document.change_minor,
        tenders=tuple(tender_view(one) for one in document.tenders),
        points_earned=totals.points_earned,
        teaser=None,
        round_notes_minor=(),
    )


def _past_lines(
    document: CompletedTransaction, left: Mapping[int, int], worth: Mapping[int, int]
) -> Iterable[LineView]:
    for line in document.lines:
        value = max(left.get(line.line, 0), 0)
        yield LineView(
            line=line.line,
            item_id=line.item_id,
            code=line.code,
            name=line.name,
            quantity=type(line.quantity)(value, line.quantity.unit),
            unit_price_minor=line.unit_price_minor,
            list_minor=line.list_minor,
            discounts=tuple(discount_view(m) for m in line.modifications),
            amount_minor=worth.get(line.line, 0),
            points_redeemed_minor=line.points_minor,
            points_earned=line.points_earned,
        )

"""Coupons, rewards, choices of the open receipt as chips, each with its reason. Decides nothing."""

from collections.abc import Iterable

from pos_app.domain.loyalty.choosing import chosen_on
from pos_app.domain.pricing.result import Priced, Trace
from pos_app.domain.promotion.promotion import Promotion
from pos_app.domain.sentence import Sentence, say
from pos_app.domain.transaction import Transaction
from pos_app.workstation.chip_view import ChoiceView, ClaimedView, CouponView
from pos_app.workstation.claim_reward import rewards
from pos_app.workstation.ports import StorageBroken
from pos_app.workstation.present_coupon import name_of
from pos_app.workstation.pricing_task import price, program_of
from pos_app.workstation.station import Known, Station


def coupon_views(
    station: Station, transaction: Transaction, priced: Priced
) -> tuple[CouponView, ...]:
    """Every coupon that was shown, and what it does here."""
    serving = transaction.serving
    found = []
    for one in transaction.coupons:
        counts = one in serving
        name = name_of(station, one.coupon_id)
        opens = [p for p in program_of(station).promotions if p.coupon == one.coupon_id]
        ids = {p.promotion_id for p in opens}
        given = [m for x in priced.lines for m in x.modifications if m.rule_id in ids]
        saves = sum(m.amount_minor for m in given)
        applied = counts and (bool(given) or not ids.isdisjoint(priced.applications))
        why = None if applied else _why_not(station, transaction, opens, counts)
        found.append(CouponView(one.coupon_id, name, counts, applied, saves, why))
    return tuple(found)


def _why_not(
    station: Station, transaction: Transaction, opens: Iterable[Promotion], counts: bool
) -> Sentence:
    if not counts:
        return say("coupon.waits_for_member")
    trace = _trace(station, transaction)
    for promotion in opens:
        for one in trace:
            if one.rule_id == promotion.promotion_id and one.why:
                return one.why[0]
    return say("coupon.opens_nothing")


def _trace(station: Station, transaction: Transaction) -> tuple[Trace, ...]:
    """Explained once for the prices on the screen."""
    known, trace = station.explained
    if known is None or known is not station.priced:
        trace = price(station, transaction, explain=True).trace
        station.explained = (station.priced, trace)
    return trace


def claimed_views(
    station: Station, transaction: Transaction, priced: Priced
) -> tuple[ClaimedView, ...]:
    """Every reward that was asked for, what it costs and what it takes off; none while the
    database cannot be read."""
    try:
        asked = [one for one in rewards(station) if one.claimed] if transaction.claims else []
    except StorageBroken:
        return ()
    given = [m for line in priced.lines for m in line.modifications]
    return tuple(
        ClaimedView(
            one.id,
            one.name,
            one.points * one.times,
            sum(m.amount_minor for m in given if m.rule_id == one.id),
            one.why_not,
        )
        for one in asked
    )


def choice_view(station: Station, known: Known) -> ChoiceView | None:
    """The member's categories of this month, where the programme has any to choose."""
    choice = program_of(station).cashback.choice
    if choice is None:
        return None
    chosen = tuple(sorted(chosen_on(known.choices, station.business_on())))
    return ChoiceView(choice.categories, choice.count, chosen, choice.once_a_month and bool(chosen))

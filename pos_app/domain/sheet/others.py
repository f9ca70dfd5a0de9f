"""Coupons, stamps, offers, rewards, draws, memberships, benefits, as sentences. Never whose."""

from collections.abc import Callable, Iterator, Mapping

from pos_app.domain.loyalty.birthday import Birthday
from pos_app.domain.mechanics.activities import Activity
from pos_app.domain.mechanics.coupons import Coupon
from pos_app.domain.mechanics.draws import Draw
from pos_app.domain.mechanics.early_access import EarlyAccess, chosen
from pos_app.domain.mechanics.entitlements import Entitlement
from pos_app.domain.mechanics.gift_cards import GiftCards
from pos_app.domain.mechanics.memberships import Membership
from pos_app.domain.mechanics.offers import Offer
from pos_app.domain.mechanics.partners import Partner
from pos_app.domain.mechanics.rewards import Reward
from pos_app.domain.mechanics.stamps import StampCard
from pos_app.domain.sentence import Points, Sentence, say
from pos_app.domain.sheet.scope import (
    Line,
    Telling,
    items_named,
    listed,
    named_goods,
    period,
    said_days,
    said_goods,
    said_validity,
    said_when,
)


def said_coupon(coupon: Coupon, told: Telling) -> Line:
    """Who gets it, how often it works, how long it lives."""
    head = say(f"sheet.coupon.{coupon.kind}", name=coupon.name(told.language))
    return (head, *_coupon_terms(coupon))


def _coupon_terms(coupon: Coupon) -> Iterator[Sentence]:
    if coupon.max_uses:
        yield say("sheet.coupon_uses", n=coupon.max_uses)
    if coupon.kind == "printed" and not coupon.bearer:
        yield say("sheet.coupon_own")
    if coupon.after_days:
        yield say("sheet.coupon_after", n=coupon.after_days)
    if coupon.days:
        yield say("sheet.coupon_days", n=coupon.days)
    yield from said_days(coupon.valid_from, coupon.valid_until)


def said_stamps(card: StampCard, told: Telling) -> Line:
    """What gives a stamp, and how many open the reward."""
    name = card.name(told.language)
    return (
        say("sheet.stamps.head", name=name, how=STAMPS[card.kind](card, told)),
        *(said_goods(card.goods, told) if card.kind != "units" else ()),
        *((say("sheet.stamps.most", n=card.most_per_receipt),) if card.most_per_receipt else ()),
        *((say("sheet.stamps.reward", name=told.rules[card.reward]),) if card.reward else ()),
        *((say("sheet.stamps.within", period=period(card.period)),) if _ends(card) else ()),
        *said_validity(card.days),
    )


def _ends(card: StampCard) -> bool:
    return card.kind != "streak" and card.period != "lifetime"


def _by_units(card: StampCard, told: Telling) -> Sentence:
    goods = named_goods(card.goods, told)
    return say("sheet.stamps.units", n=card.needed, each=card.per_unit, goods=goods)


def _by_receipts(card: StampCard, told: Telling) -> Sentence:
    if card.min_receipt_minor:
        least = told.money(card.min_receipt_minor)
        return say("sheet.stamps.receipts_from", n=card.needed, least=least)
    return say("sheet.stamps.receipts", n=card.needed)


def _by_set(card: StampCard, told: Telling) -> Sentence:
    return say("sheet.stamps.set", n=card.needed, list=card.elements)


def _by_streak(card: StampCard, told: Telling) -> Sentence:
    return say(f"sheet.stamps.streak_{card.every}", n=card.needed)


STAMPS: Mapping[str, Callable[[StampCard, Telling], Sentence]] = {
    "units": _by_units,
    "receipts": _by_receipts,
    "set": _by_set,
    "streak": _by_streak,
}


def said_offer(offer: Offer, told: Telling) -> Line:
    """A personal offer: the name and how often."""
    uses: tuple[Sentence, ...] = ()
    if offer.uses:
        uses = (say("sheet.per_member", n=offer.uses, period=period(offer.period)),)
    budget = (say("sheet.budget", n=offer.budget),) if offer.budget else ()
    head = say("sheet.offer", name=offer.name(told.language))
    return (head, *uses, *budget, *said_validity(offer.days))


def said_reward(reward: Reward, told: Telling) -> Line:
    """What so many points buy."""
    name, points = reward.name(told.language), Points(reward.points)
    only: list[Sentence] = []
    if reward.kind == "gift_card":
        only.append(say("sheet.reward_value", value=told.money(reward.value_minor)))
    if reward.tiers:
        names = tuple(n for tier, n in told.tiers.items() if tier in reward.tiers)
        only.append(say("sheet.for_tiers", list=names))
    if reward.per_member:
        only.append(say("sheet.per_member", n=reward.per_member, period=period(reward.period)))
    head = say("sheet.reward", name=name, points=points)
    return (head, *only, *said_validity(reward.days))


def said_draw(draw: Draw, told: Telling) -> Line:
    """What gives an entry."""
    name = draw.name(told.language)
    if draw.per_minor:
        head = say("sheet.draw_amount", name=name, per=told.money(draw.per_minor))
    else:
        head = say("sheet.draw_units", name=name, n=draw.per_unit)
    most = (say("sheet.draw_most", n=draw.most_per_receipt),) if draw.most_per_receipt else ()
    return (head, *said_goods(draw.goods, told), *most, *said_validity(draw.days))


def said_membership(one: Membership, told: Telling) -> Line:
    """What is sold, for how long, and what becomes of the money when it is given back."""
    name = one.name(told.language)
    if one.until_on is not None:
        head = say("sheet.membership_until", name=name, until=one.until_on)
    else:
        head = say("sheet.membership_days", name=name, n=one.days)
    tier: tuple[Sentence, ...] = ()
    if one.tier_id:
        tier = (say("sheet.membership_tier", tier=told.tiers.get(one.tier_id, one.tier_id)),)
    sold = say("sheet.items", list=items_named(one.items, told))
    return (head, *tier, sold, say(f"sheet.membership_refund.{one.refund}"))


def said_entitlement(one: Entitlement, told: Telling) -> Line:
    """A benefit without a price."""
    name, detail = one.name(told.language), one.detail(told.language)
    head = say("sheet.entitlement", name=name)
    if detail:
        head = say("sheet.entitlement_detail", name=name, detail=detail)
    return (head, *said_when(one.when, told))


def said_early_access(one: EarlyAccess, told: Telling) -> Line:
    """Who may buy first, and when everybody may."""
    names = {**told.segments, **told.tiers}
    head = say("sheet.early", name=one.name(told.language), who=chosen(one, names))
    opens = say("sheet.early_open", on=one.open_on) if one.open_on else say("sheet.early_never")
    return (head, *said_goods(one.goods, told), *said_days(one.from_on, None), opens)


def said_gift_cards(cards: GiftCards, told: Telling) -> Iterator[Line]:
    """What they are sold for, how long they live, how they pay."""
    if not cards.sold:
        return
    if cards.denominations_minor:
        amounts = tuple(told.money(minor) for minor in cards.denominations_minor)
        yield (say("sheet.gift_cards.fixed", list=amounts),)
    if cards.most_minor:
        least, most = told.money(cards.least_minor), told.money(cards.most_minor)
        yield (say("sheet.gift_cards.any", least=least, most=most),)
    if cards.days is None:
        yield (say("sheet.gift_cards.for_ever"),)
    else:
        yield (say("sheet.gift_cards.days", n=cards.days),)
    yield (say("sheet.gift_cards.partial" if cards.partial else "sheet.gift_cards.whole"),)
    if cards.top_up:
        again = (say("sheet.gift_cards.again"),) if cards.top_up_extends else ()
        yield (say("sheet.gift_cards.top_up"), *again)
    yield (say("sheet.gift_cards.bearer"),)
    if cards.offline_risk_minor:
        risk = told.money(cards.offline_risk_minor)
        yield (say("sheet.gift_cards.risk", amount=risk),)
    else:
        yield (say("sheet.gift_cards.no_risk"),)


def said_activity(one: Activity, told: Telling) -> Line:
    """Points without a purchase."""
    name, points = one.name(told.language), Points(one.points)
    more: list[Sentence] = []
    if one.friend_points:
        more.append(say("sheet.friend", points=Points(one.friend_points)))
    if one.min_purchase_minor:
        more.append(say("sheet.friend_spends", least=told.money(one.min_purchase_minor)))
    more.append(say("sheet.per_member", n=one.times, period=period(one.per)))
    if one.vesting_days:
        more.append(say("sheet.activity_vests", n=one.vesting_days))
    if one.expires_after_days is None:
        more.append(say("sheet.activity_never_ends"))
    else:
        more.append(say("sheet.activity_ends", n=one.expires_after_days))
    return (say("sheet.activity", name=name, points=points), *more)


def said_partner(one: Partner, told: Telling) -> Line:
    """Whose cards are good here too; rates and promotions name the partner themselves."""
    shown: list[Sentence] = []
    if one.cards:
        shown.append(say("sheet.partner_cards"))
    if one.coupons:
        names = tuple(told.coupons.get(coupon, coupon) for coupon in listed(one.coupons))
        shown.append(say("sheet.partner_coupons", list=names))
    return (say("sheet.partner", name=one.name(told.language)), *shown)


def said_birthday(one: Birthday) -> Line:
    """The days around a birthday that count as one."""
    return (say("sheet.birthday_window", before=one.days_before, after=one.days_after),)

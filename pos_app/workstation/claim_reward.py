"""Rewards for points.

The customer asks for one of the programme's rewards: the cashier names it, the receipt gives it
and its points are spent with the sale. Never a price and never more points than there are: those
are the engine's.
"""

from collections.abc import Sequence
from dataclasses import replace

from pos_app.domain.document import TransactionKind
from pos_app.domain.pricing.basket import BasketLine, Context
from pos_app.domain.pricing.eligibility import Judge, failed_condition
from pos_app.domain.pricing.result import Priced
from pos_app.domain.promotion.benefit import goods_of
from pos_app.domain.promotion.promotion import Promotion
from pos_app.domain.sentence import Points, Sentence, say
from pos_app.domain.transaction import Claim, Transaction
from pos_app.workstation.answer import (
    Answer,
    Notice,
    Refusal,
    Tone,
    notice,
    refused_with,
)
from pos_app.workstation.pricing_task import context_of, price, program_of, reprice
from pos_app.workstation.sale import edit, not_editable, not_ready
from pos_app.workstation.station import Station
from pos_app.workstation.view import RewardView

NAME_SHOWN = 40
NOT_HERE = frozenset({"allowance", "held"})
"""Why a member may spend less than they have: this till holds no right to the rest."""
NO_POINTS = frozenset({"blocked", "unconfirmed", "last4", "of_receipt"})
"""Why a member spends nothing at all (see `wish_of`): said in the words of that limit."""


def rewards(station: Station) -> tuple[RewardView, ...]:
    """What may be claimed on the open receipt, in the order of the programme, numbered from 1.

    Closed to this shop, hour or member: not listed, unless it was claimed.
    """
    transaction, priced = station.open, station.priced
    claimable = [one for one in program_of(station).promotions if one.claim]
    if transaction is None or priced is None or not claimable:
        return ()
    if transaction.kind is TransactionKind.RETURN:
        return ()
    context = context_of(station, transaction)
    return tuple(
        _shown(station, context, priced, one) for one in claimable if _listed(one, context)
    )


def _listed(promotion: Promotion, context: Context) -> bool:
    if promotion.promotion_id in context.claims:
        return True
    if promotion.cost_points and context.customer is None:
        return False
    return failed_condition(promotion.when, context) is None


def _shown(station: Station, context: Context, priced: Priced, promotion: Promotion) -> RewardView:
    times = priced.applications.get(promotion.promotion_id, 0)
    claimed = promotion.promotion_id in context.claims
    why = None if claimed and times else _refusal(station, context, priced, promotion)
    if claimed and not times and why is None:
        why = _not_now(say("reward.not_now"))
    return RewardView(
        promotion.promotion_id,
        promotion.name(_language(station)),
        promotion.cost_points,
        claimed,
        times if claimed else 0,
        why.text if why else None,
    )


def claim(station: Station, text: str) -> Answer:
    """`text`: the id of the promotion, or its number in the list."""
    trouble = not_ready(station) or not_editable(station)
    if trouble:
        return trouble
    promotion = _found(station, text)
    if promotion is None:
        return refused_with(say("reward.unknown", name=text.strip()[:NAME_SHOWN]))
    transaction, priced = station.open, station.priced
    if transaction is None or priced is None:
        return refused_with(say("reward.no_member"))
    if promotion.promotion_id in transaction.claiming:
        return refused_with(say("reward.here_already"))
    asked = _with(transaction, promotion)
    why = _refusal(station, context_of(station, asked), priced, promotion)
    if why is not None:
        return Answer(why)
    after = price(station, asked)
    why = _beaten(station, priced, after, promotion)
    if why is not None:
        return Answer(why)
    said = _said(station, promotion, after.claimed_points - priced.claimed_points)
    return _told(station, edit(station, lambda _: asked, said), priced)


def unclaim(station: Station, text: str) -> Answer:
    """Take the reward off the receipt; its points stay with the member."""
    promotion, transaction = _found(station, text), station.open
    name = promotion.promotion_id if promotion else text.strip()
    if transaction is None or name not in transaction.claiming:
        return refused_with(say("reward.not_claimed"))
    said = notice("reward_removed", Tone.NEUTRAL, None, name=name_of(station, name))
    left = tuple(one for one in transaction.claims if one.promotion_id != name)
    return edit(station, lambda t: replace(t, claims=left), said)


def judged_again(
    station: Station, transaction: Transaction, asks: bool = False
) -> tuple[Transaction, list[Notice]]:
    """A resumed receipt: rewards that are not given any more are gone, and that is said.

    `station.known` is the member of the receipt as known now. `asks`: their points are about to be
    asked for, so what lacks nothing else waits for the answer (see `answered`).
    """
    if not transaction.claims:
        return transaction, []
    priced = price(station, transaction)
    asked = set(transaction.claiming)
    kept, said = [], []
    for one in transaction.claims:
        name = one.promotion_id
        waits = asks and name in asked and _lacks_points(station, transaction, priced, name)
        if waits:
            said.append(notice("reward_waits", Tone.NEUTRAL, None, name=name_of(station, name)))
        elif name not in asked & priced.applications.keys():
            said.append(_gone(station, name))
            continue
        kept.append(one)
    return replace(transaction, claims=tuple(kept)), said


def _gone(station: Station, promotion_id: str) -> Notice:
    return notice("reward_gone", Tone.WARNING, None, name=name_of(station, promotion_id))


def _lacks_points(
    station: Station, transaction: Transaction, priced: Priced, promotion_id: str
) -> bool:
    """Whether only points that this till does not hold keep a reward away."""
    promotion = _found(station, promotion_id)
    if promotion is None or promotion_id in priced.applications:
        return False
    context = context_of(station, transaction)
    lines = [line.basket_line() for line in transaction.lines]
    if Judge(lines, context, program_of(station).policies).failed(promotion) is not None:
        return False
    held = context.wish.most_reason in NOT_HERE
    return held and _short(station, context, priced, promotion) is not None


def waiting(station: Station) -> tuple[str, ...]:
    """Rewards of the receipt that was just taken up which are not given."""
    if station.open is None or station.priced is None:
        return ()
    given = station.priced.applications
    return tuple(one for one in station.open.claiming if one not in given)


def answered(station: Station, waited: Sequence[str]) -> tuple[Notice, ...]:
    """The points have been asked for: what waited for them is given now, or is gone."""
    transaction, priced = station.open, station.priced
    if transaction is None or priced is None:
        return ()
    said, gone = [], set()
    for name in (one for one in waited if one in transaction.claiming):
        promotion, times = _found(station, name), priced.applications.get(name, 0)
        if promotion is not None and times:
            said.append(_said(station, promotion, promotion.cost_points * times))
        else:
            gone.add(name)
            said.append(_gone(station, name))
    if gone:
        left = tuple(one for one in transaction.claims if one.promotion_id not in gone)
        station.open = replace(transaction, claims=left)
        reprice(station)
    return tuple(said)


def name_of(station: Station, promotion_id: str) -> str:
    """As the programme calls it."""
    for one in program_of(station).promotions:
        if one.promotion_id == promotion_id:
            return one.name(_language(station))
    return promotion_id


def _language(station: Station) -> str:
    return station.operator.language if station.operator else station.settings.language


def _found(station: Station, text: str) -> Promotion | None:
    named = text.strip()
    claimable = {p.promotion_id: p for p in program_of(station).promotions if p.claim}
    if named in claimable or not (named.isascii() and named.isdigit()):
        return claimable.get(named)
    listed = dict(enumerate((one.id for one in rewards(station)), 1))
    return claimable.get(listed.get(int(named), "")) if len(named) < NAME_SHOWN else None


def _with(transaction: Transaction, promotion: Promotion) -> Transaction:
    """Asked for by whoever is on the receipt; somebody else's wish for it is forgotten."""
    member_id = transaction.member.member_id if transaction.member else None
    others = (one for one in transaction.claims if one.promotion_id != promotion.promotion_id)
    mine = Claim(promotion.promotion_id, (member_id or "") if promotion.cost_points else "")
    return replace(transaction, claims=(*others, mine))


def _refusal(
    station: Station, context: Context, priced: Priced, promotion: Promotion
) -> Refusal | None:
    """Why it cannot be given, as far as that is seen without pricing the receipt again."""
    if promotion.cost_points and station.known is None:
        return Refusal("reward_no_member", say("reward.no_member"))
    asked = replace(context, claims=(*context.claims, promotion.promotion_id))
    lines = [line.basket_line() for line in station.open.lines] if station.open else []
    why = Judge(lines, asked, program_of(station).policies).failed(promotion)
    if why is None and not _has_goods(promotion, lines):
        why = say("reward.no_goods")
    if why is not None:
        return _not_now(why)
    short = _short(station, context, priced, promotion)
    return Refusal("reward_points", short) if short else None


def _not_now(why: Sentence) -> Refusal:
    return Refusal("reward_not_now", why)


def _has_goods(promotion: Promotion, lines: Sequence[BasketLine]) -> bool:
    return any(
        not goods_of(benefit)
        or any(
            line.reducible and goods.holds(line.item, line.unit_price_minor)
            for goods in goods_of(benefit)
            for line in lines
        )
        for benefit in promotion.benefits
    )


def _short(
    station: Station, context: Context, priced: Priced, promotion: Promotion
) -> Sentence | None:
    """Too few points: those of the other rewards are spent already."""
    cost, wish = promotion.cost_points, context.wish
    if cost and wish.most_reason in NO_POINTS:
        return say(f"limit.{wish.most_reason}")
    left = wish.most - priced.claimed_points
    if program_of(station).policies.claim_points == "with_this_receipt":
        left += priced.totals.points_earned
    if cost <= left:
        return None
    key = "reward.allowance" if wish.most_reason == "allowance" else "reward.points"
    return say(key, needed=Points(cost), have=Points(max(left, 0)))


def _beaten(
    station: Station, before: Priced, after: Priced, promotion: Promotion
) -> Refusal | None:
    """Asked for and not given: a better promotion has its goods, the law bars its gift, or it
    would take the place of a reward that was promised before."""
    named, transaction = promotion.promotion_id, station.open
    if named not in after.applications:
        return _not_now(say("reward.not_now"))
    for other in transaction.claiming if transaction else ():
        if other in before.applications and other not in after.applications:
            return _not_now(say("reward.instead", name=name_of(station, other)))
    return None


def _said(station: Station, promotion: Promotion, points: int) -> Notice:
    """A gift may be given several times: what all of it costs."""
    name = promotion.name(_language(station))
    if not promotion.cost_points:
        return notice("reward_free", Tone.MEMBER, None, name=name)
    return notice("reward_claimed", Tone.MEMBER, None, name=name, points=Points(points))


def _told(station: Station, answer: Answer, before: Priced) -> Answer:
    """Rewards come before points as money: what they leave of those is said."""
    now = station.priced
    if now is None or _as_money(now) >= _as_money(before):
        return answer
    cut = notice("points_cut", Tone.WARNING, None, points=Points(_as_money(now)))
    return replace(answer, notices=(*answer.notices, cut))


def _as_money(priced: Priced) -> int:
    return priced.totals.points_redeemed - priced.claimed_points

"""What a member has a right to, and what a tier brings, as sentences. Never an amount given.

Conditions are judged by the same code that prices: an entitlement is open exactly when a promotion
with the same `when` would be.
"""

from collections.abc import Iterator
from fractions import Fraction

from pos_app.domain.loyalty.program import Program
from pos_app.domain.mechanics.discount import MemberDiscount
from pos_app.domain.mechanics.entitlements import Entitlement
from pos_app.domain.money import Money
from pos_app.domain.pricing.basket import Context
from pos_app.domain.pricing.eligibility import failed_condition
from pos_app.domain.sentence import Points, Rate, Sentence, say


def entitlements_of(program: Program, context: Context) -> tuple[Entitlement, ...]:
    """The entitlements that are open here and now for whoever is on the receipt; members only."""
    if context.member is None:
        return ()
    return tuple(e for e in program.entitlements if failed_condition(e.when, context) is None)


def entitled(program: Program, context: Context) -> tuple[Sentence, ...]:
    """The same as the cashier and the member read them."""
    found = []
    for one in entitlements_of(program, context):
        name, detail = one.name(context.language), one.detail(context.language)
        if detail:
            found.append(say("standing.entitled_detail", name=name, detail=detail))
        else:
            found.append(say("standing.entitled", name=name))
    return tuple(found)


def evidence_wanted(program: Program, context: Context) -> tuple[MemberDiscount, ...]:
    """Member discounts that are open here and now and ask for a paper."""
    if context.member is None:
        return ()
    asks = (d for d in program.member_discounts if d.evidence)
    return tuple(d for d in asks if failed_condition(d.when, context) is None)


def tier_brings(program: Program, tier_id: str, language: str) -> tuple[Sentence, ...]:
    """Everything that the programme ties to a tier: rates, discounts, prices, entitlements."""
    return tuple(_brings(program, tier_id, language))


def _brings(program: Program, tier_id: str, language: str) -> Iterator[Sentence]:
    for rule in program.earn.rules:
        if tier_id in rule.by_tier and rule.kind == "money":
            yield _rate(rule.by_tier[tier_id], program, rule.name(language))
    for discount in program.member_discounts:
        if rate := discount.by_tier.get(tier_id, 0):
            yield say("benefit.discount", rate=Rate(rate), name=discount.name(language))
    yield from (
        say("benefit.promotion", name=one.name(language))
        for one in program.promotions
        if tier_id in one.when.tiers
    )
    yield from (
        say("benefit.entitlement", name=one.name(language))
        for one in program.entitlements
        if tier_id in one.when.tiers
    )


def _rate(per_minor: Fraction, program: Program, name: str) -> Sentence:
    """Points per hundred units of money, rounded down: a promise is never rounded up."""
    hundred = 100 * 10**program.currency.minor_digits
    points = Points(int(per_minor * hundred))
    per = Money(hundred, program.currency)
    return say("benefit.earn", points=points, per=per, name=name)

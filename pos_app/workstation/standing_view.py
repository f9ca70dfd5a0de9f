"""Where a member stands, as sentences: rights, memberships, the way up. Never decides anything."""

from collections.abc import Iterator

from pos_app.domain.benefits import entitled
from pos_app.domain.loyalty.program import Program
from pos_app.domain.loyalty.standing import progress, spend_by_period
from pos_app.domain.loyalty.turnover import next_step
from pos_app.domain.money import Money
from pos_app.domain.pricing.eligibility import failed_condition
from pos_app.domain.sentence import Rate, Sentence, say
from pos_app.domain.transaction import Transaction
from pos_app.workstation.pricing_task import context_of, history_at, program_of, status_of
from pos_app.workstation.station import Known, Station


def standing_said(
    station: Station, transaction: Transaction, known: Known, language: str
) -> Iterator[Sentence]:
    """Rights first: the cashier acts on them. The next tier by spend has its own place."""
    program, context = program_of(station), context_of(station, transaction)
    yield from entitled(program, context)
    for partner in program.partners:
        if partner.segment in context.segments:
            yield say("standing.partner", name=partner.name(language))
    now = status_of(station, known)
    for one in program.memberships:
        if one.membership_id in now.memberships:
            until = now.memberships[one.membership_id]
            yield say("standing.membership", name=one.name(language), until=until)
    way = progress(now.standing, program.currency, language)
    if way is not None and now.standing.measure != "spend":
        yield way
    open_ids = {
        d.discount_id
        for d in program.member_discounts
        if d.kind == "cumulative" and failed_condition(d.when, context) is None
    }
    yield from _next_rates(station, program, known, open_ids)


def _next_rates(
    station: Station, program: Program, known: Known, open_ids: set[str]
) -> Iterator[Sentence]:
    spend = spend_by_period(program, history_at(known), station.business_on())
    for discount in program.member_discounts:
        if discount.discount_id not in open_ids:
            continue
        step = next_step(discount, spend[discount.period])
        if step is not None:
            left = Money(step.needs_minor, program.currency)
            yield say("standing.next_rate", left=left, rate=Rate(step.percent_ppm))

"""What a member has on the way: stamps, chosen categories, caps, offers, draws, as sentences.

For the panel, the console and the paper, from what this till knows. Never decides anything.
"""

from collections.abc import Iterator
from datetime import date

from pos_app.domain.counted_customer import offers_of
from pos_app.domain.document import CompletedTransaction
from pos_app.domain.loyalty.capping import left_under, up_to
from pos_app.domain.loyalty.choosing import chosen_on
from pos_app.domain.loyalty.drawing import told
from pos_app.domain.loyalty.program import Program
from pos_app.domain.loyalty.stamps import progress, stamps_held
from pos_app.domain.loyalty.tally import LIFETIME, Tallies, period_of
from pos_app.domain.pricing.basket import Customer
from pos_app.domain.sentence import Points, Sentence, say
from pos_app.workstation.pricing_task import program_of, spent_budgets, status_of
from pos_app.workstation.station import Known, Station


def on_the_way(station: Station, known: Known, language: str) -> tuple[Sentence, ...]:
    """Everything worth telling, the nearest first."""
    program, on = program_of(station), station.business_on()
    return (
        *offers_told(station, known),
        *counted_sentences(program, known.tallies, on, language),
        *_choice(program, known, on),
    )


def offers_told(station: Station, known: Known) -> tuple[Sentence, ...]:
    """The personal offers that are open to the member now, in the operator's language."""
    language = station.operator.language if station.operator else station.settings.language
    segments = status_of(station, known).segments
    customer = Customer(known.member.member_id, segments=segments)
    counted = known.counted(spent_budgets(station))
    found = offers_of(program_of(station), customer, counted, station.business_on())
    return tuple(one.told(language) for one in found)


def counted_sentences(
    program: Program, tallies: Tallies, on: date, language: str
) -> Iterator[Sentence]:
    """Stamps, what a cap still leaves, entries of draws."""
    for card in program.stamps:
        if card.days.hold(on):
            yield progress(card, stamps_held(card, tallies, on), language)
    for cap in program.cashback.caps:
        if tallies.get((cap.tally, period_of(cap.period, on)), 0) > 0:
            left = Points(left_under(cap, tallies, on))
            yield say("cap.left", name=cap.name(language), left=left)
    for draw in program.draws:
        if draw.days.hold(on) and tallies.get((draw.tally, LIFETIME), 0) > 0:
            yield told(draw, tallies, language)


def caps_of(program: Program, document: CompletedTransaction, language: str) -> Iterator[Sentence]:
    """What a receipt that was printed with no link promises: up to so many points under a cap."""
    for cap in program.cashback.caps:
        points = sum(entry.amount for entry in document.tallies if entry.tally == cap.tally)
        if points > 0:
            yield up_to(cap, points, language)


def _choice(program: Program, known: Known, on: date) -> Iterator[Sentence]:
    choice, chosen = program.cashback.choice, chosen_on(known.choices, on)
    if choice is not None and chosen:
        yield say("choice.made", month=period_of("month", on), list=tuple(sorted(chosen)))
    elif choice is not None:
        yield say("choice.open", count=choice.count)

"""A member's choice of the month's cashback categories.

The customer names the categories; the cashier types or taps them; they count from the next scan
on, at this till at once, at every till after the next sync. Never a rate and never an old month.
"""

from collections.abc import Sequence

from pos_app.domain.events import CategoriesChosen
from pos_app.domain.loyalty.choosing import months_open, why_not
from pos_app.domain.loyalty.tally import period_of
from pos_app.domain.sentence import say
from pos_app.workstation.answer import Answer, Notice, Part, Tone, refused_with
from pos_app.workstation.ports import Facts
from pos_app.workstation.pricing_task import know, program_of, reprice
from pos_app.workstation.sale import not_ready
from pos_app.workstation.station import Station, changed, record


def choose(station: Station, categories: Sequence[str], month: str = "") -> Answer:
    """`month`: `2026-03`, this one or the next; empty is this one."""
    trouble = not_ready(station)
    if trouble:
        return trouble
    known = station.known if station.open else None
    if known is None:
        return refused_with(say("choice.no_member"))
    wanted = month or period_of("month", station.business_on())
    if wanted not in months_open(station.business_on()):
        return refused_with(say("choice.month"))
    categories = tuple(dict.fromkeys(categories))
    why = why_not(program_of(station).cashback.choice, known.choices, wanted, categories)
    if why is not None:
        return refused_with(why)
    event = _event(station, known.member.member_id, wanted, categories)
    trouble = record(station, Facts(events=((station.new_id(), event),)))
    if trouble:
        return trouble
    station.known = know(station, known.member, local=known.local)
    reprice(station)
    made = say("choice.made", month=wanted, list=categories)
    return changed(Part.MEMBER, Part.TRANSACTION, notices=(Notice("chosen", made, Tone.MEMBER),))


def _event(
    station: Station, member_id: str, month: str, categories: tuple[str, ...]
) -> CategoriesChosen:
    identity = station.journal.identity()
    return CategoriesChosen(
        member_id=member_id,
        month=month,
        categories=categories,
        store_id=identity.store_id if identity else "",
        operator_id=station.operator.operator_id if station.operator else "",
        at=station.now(),
        business_on=station.business_on(),
    )

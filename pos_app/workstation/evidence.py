"""The paper behind a social discount.

A pensioner's discount is open; the bar says which paper to ask for. The cashier looks at it and
says so, or says no: scanning and paying never wait. Never keeps what is written in the paper.
"""

from dataclasses import replace

from pos_app.domain.benefits import evidence_wanted
from pos_app.domain.sentence import say
from pos_app.domain.transaction import Evidence, Transaction
from pos_app.workstation.answer import Answer, Part, refused
from pos_app.workstation.pricing_task import context_of, program_of, reprice
from pos_app.workstation.station import Station, changed
from pos_app.workstation.view import DemandView

ANSWERS = ("seen", "refused")


def demand(station: Station, transaction: Transaction) -> DemandView | None:
    """The next paper that nobody has asked for yet; none once money was taken."""
    found = None if transaction.tenders or not transaction.lines else _next(station, transaction)
    if found is None:
        return None
    name, paper = found[1:]
    return DemandView("evidence", say("standing.evidence", name=name, paper=paper))


def _next(station: Station, transaction: Transaction) -> tuple[str, str, str] | None:
    """(discount id, its name, the paper)."""
    if station.known is None or not any(d.evidence for d in program_of(station).member_discounts):
        return None
    context = context_of(station, transaction)
    answered = {one.discount_id for one in transaction.evidence_of_member}
    for discount in evidence_wanted(program_of(station), context):
        if discount.discount_id not in answered:
            language = context.language
            return discount.discount_id, discount.name(language), discount.paper(language)
    return None


def answered(station: Station, value: str) -> Answer:
    """`seen` or `refused`; the prices follow."""
    transaction = station.open
    assert transaction is not None
    found = _next(station, transaction)
    if value not in ANSWERS or found is None or station.known is None or transaction.tenders:
        return refused("bad_answer", kind="evidence")
    given = Evidence(station.known.member.member_id, found[0], found[2], value == "seen")
    station.open = replace(transaction, evidence=(*transaction.evidence, given))
    reprice(station)
    return changed(Part.DEMAND, Part.TRANSACTION, Part.MEMBER)

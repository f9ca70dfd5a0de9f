"""The age question, once a receipt.

The cashier looks at the customer, a document or the code of an identity service, and goes on
scanning; only the payment waits. Refused, the goods leave the receipt and the audit chain says why.
"""

from dataclasses import replace

from pos_app.domain.events import Event
from pos_app.domain.sentence import say
from pos_app.domain.transaction import LineItem, Transaction, without_line
from pos_app.workstation.answer import Answer, Part, Tone, notice, refused
from pos_app.workstation.ports import Facts
from pos_app.workstation.sale import not_editable, put
from pos_app.workstation.station import Station, changed, record, right_used
from pos_app.workstation.view import DemandView

CHECKED = ("seen", "document", "identity")
REFUSED = "refused"


def missing(transaction: Transaction) -> Answer | None:
    """Why the payment waits."""
    if not transaction.age_limit or transaction.age_answer in CHECKED:
        return None
    code = "age_refused" if transaction.age_answer == REFUSED else "age_first"
    return refused(code, years=transaction.age_limit)


def demand(transaction: Transaction) -> DemandView | None:
    """The question, until it is answered."""
    if not transaction.age_limit or transaction.age_answer:
        return None
    return DemandView("age", say("demand.age", years=transaction.age_limit))


def answered(station: Station, value: str) -> Answer:
    """`seen`, `document`, `identity` or `refused`."""
    assert station.open is not None
    if value == REFUSED:
        return _refused(station, station.open)
    if value not in CHECKED:
        return refused("bad_answer", kind="age")
    limit = station.open.age_limit
    station.open = replace(station.open, age_answer=value, age_years=limit)
    return changed(Part.DEMAND, Part.TRANSACTION)


def _refused(station: Station, transaction: Transaction) -> Answer:
    """The goods concerned are taken out; a law wants no right for it."""
    trouble = not_editable(station)
    if trouble:
        return trouble
    concerned = [line for line in transaction.lines if line.item.age_limit]
    if concerned:
        taken_out = tuple(_taken_out(station, line) for line in concerned)
        trouble = record(station, Facts(events=taken_out))
        if trouble:
            return trouble
    for line in concerned:
        transaction = without_line(transaction, line.line)
    transaction = replace(transaction, age_answer=REFUSED, age_years=0)
    return put(station, transaction, notice("age_refused", Tone.WARNING), known=station.known)


def _taken_out(station: Station, line: LineItem) -> tuple[str, Event]:
    subject = f"{line.item.item_id} x {line.quantity.decimal()}"
    why = f"{line.item.age_limit}+"
    amount = line.basket_line().list_minor
    return right_used(station, "age_refused", subject, reason=why, amount_minor=amount)

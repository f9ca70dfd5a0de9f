"""Control totals with one more event, as the till keeps them. Never a query."""

from pos_app.domain.business_day import (
    after_cash,
    after_dark,
    after_document,
    after_no_sale,
    after_unusual,
    after_void,
)
from pos_app.domain.events import (
    CashMoved,
    ControlTotals,
    Event,
    RightUsed,
    SessionClosed,
    TransactionCompleted,
)
from pos_app.domain.loyalty.velocity import UNUSUAL


def business_day_of(fact: Event) -> str:
    """The business day an event names; "" for those that name none (the session's then)."""
    if isinstance(fact, TransactionCompleted):
        return fact.document.business_on.isoformat()
    day = getattr(fact, "business_on", None)
    return day.isoformat() if day else ""


def counted(totals: ControlTotals, fact: Event) -> ControlTotals:
    """The totals with one more event."""
    if isinstance(fact, TransactionCompleted):
        return after_document(totals, fact.document)
    if isinstance(fact, CashMoved):
        return after_cash(totals, fact.kind, fact.amount_minor)
    if isinstance(fact, RightUsed) and fact.action == "void_transaction":
        return after_void(totals, fact.amount_minor)
    if isinstance(fact, RightUsed) and fact.action == "no_sale":
        return after_no_sale(totals)
    if isinstance(fact, RightUsed) and fact.action == UNUSUAL:
        return after_unusual(totals)
    if isinstance(fact, SessionClosed):
        return after_dark(totals, fact.totals.dark_seconds)
    return totals

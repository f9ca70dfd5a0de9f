"""Goods without a receipt.

The customer has lost the paper: the manager allows it, the cashier scans what came back and says
why; the lowest price of late, or what a card pays now if that is less, is paid out in cash, within
the shop's limits. Never points, and never what bears money itself.
"""

from dataclasses import replace

from pos_app.domain.bare_return import (
    BARRED,
    SETTING,
    BareLimits,
    document_of,
    given_before_minor,
    limits_of,
    worth_minor,
)
from pos_app.domain.document import CompletedTransaction
from pos_app.domain.item import Item
from pos_app.domain.money import Money
from pos_app.domain.pricing.basket import BasketLine
from pos_app.domain.quantity import Quantity, extended_minor
from pos_app.domain.sentence import Sentence, say
from pos_app.domain.tender import TenderKind
from pos_app.domain.transaction import Transaction, add
from pos_app.workstation import club, regulated
from pos_app.workstation.answer import Answer, refused
from pos_app.workstation.pricing_task import context_of, engine_of, program_of, stranger
from pos_app.workstation.station import Station

PAID_BY = (TenderKind.CASH,)
"""Nobody knows how it was paid for: no card and no terminal takes part."""
Told = tuple[int, str]
"""The price on the label or of today, and how it was entered."""


def limits(station: Station) -> BareLimits:
    """As the shop has set them."""
    return limits_of(station.mirror.setting(SETTING))


def taken_back(
    station: Station, item: Item, code: str, quantity: Quantity, told: Told
) -> Transaction | Answer:
    """The open return with these goods, or why they cannot come back so."""
    assert station.open is not None
    memberships = {one for kind in program_of(station).memberships for one in kind.items}
    if item.regulated in BARRED or item.item_id in memberships:
        return refused("bare_not_these", name=item.name)
    if item.marking and station.fiscal.marking.configured():
        return refused("bare_marked", name=item.name)
    price, entry = told
    lowest = worth_minor(item, station.business_on(), limits(station).days)
    now = _with_a_card(station, item, quantity, price)
    price = now if entry == "label" or lowest is None else min(now, lowest)
    before = station.open.goods_minor
    if before + extended_minor(price, quantity) > limits(station).per_return_minor:
        return over(station)
    return add(station.open, item, code, quantity, price, entry)


def _with_a_card(station: Station, item: Item, quantity: Quantity, price: int) -> int:
    """What one unit costs anybody with a card now: else it is bought so and handed back dearer."""
    engine, nobody = engine_of(station), Transaction("", station.now())
    context = replace(context_of(station, nobody), customer=stranger(station))
    unit = Quantity(quantity.unit.per_price, quantity.unit)
    on_line = club.on_line(station, regulated.on_line(station, item))
    (one,) = engine.price((BasketLine(1, on_line, unit, price),), context).lines
    return min(price, one.net_minor)


def not_today(station: Station) -> Answer | None:
    """Why none can be opened at all; what is left of the day is kept for what is shown."""
    most = limits(station)
    station.bare_left_minor = left_minor(station)
    if not most.per_return_minor:
        return over(station)
    return None if station.bare_left_minor else _over_today(station, 0)


def left_minor(station: Station) -> int:
    """What this till may still pay out today; a training pays nothing out."""
    most, today = limits(station).per_till_day_minor, station.business_on()
    if station.settings.training:
        return most
    return max(most - given_before_minor(station.journal.sold(today, today)), 0)


def terms(station: Station) -> tuple[Sentence, ...]:
    """How much, at what price, how it is paid, and what does not come back so."""
    set_so, currency = limits(station), program_of(station).currency
    price = say("bare.price", n=set_so.days) if set_so.days else say("bare.price_today")
    left = station.bare_left_minor  # not known of a return that a cut has closed
    today = () if left is None else (say("bare.left_today", left=Money(left, currency)),)
    return (
        say("bare.limit", most=Money(set_so.per_return_minor, currency)),
        *today,
        price,
        say("bare.money", kinds=tuple(say(f"bare.by_{one.value}") for one in PAID_BY)),
        say("bare.barred"),
    )


def over(station: Station) -> Answer:
    """More than the shop pays out without a receipt."""
    most = Money(limits(station).per_return_minor, program_of(station).currency)
    return refused("bare_limit", most=most)


def document(
    station: Station, transaction: Transaction, number: str
) -> CompletedTransaction | Answer:
    """What is committed; or the limit of the receipt, or of the day, that it is beyond."""
    built = document_of(transaction, station.place(number), station.rules())
    most = limits(station)
    if built.totals.due_minor > most.per_return_minor:
        return over(station)
    left = left_minor(station)
    return _over_today(station, left) if built.totals.due_minor > left else built


def _over_today(station: Station, left: int) -> Answer:
    return refused("bare_day_limit", left=Money(left, program_of(station).currency))

"""Goods that come back without a receipt: what they are worth, and the limits. Never points: no
receipt says who earned any.

The setting `returns.bare`: `per_return` and `per_till_day` in minor units, `days` of prices that
are looked back on. Nobody knows at which price the goods were bought: the lowest one counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from pos_app.domain.completion import Place, Rules
from pos_app.domain.document import CompletedLine, CompletedTransaction, TransactionKind
from pos_app.domain.item import Item
from pos_app.domain.money import RUB
from pos_app.domain.pricing.result import Priced, PricedLine, RedeemLimit
from pos_app.domain.returning import totals_of
from pos_app.domain.tax import tax_inside_minor
from pos_app.domain.tender import Tender, TenderKind
from pos_app.domain.transaction import LineItem, Transaction

SETTING = "returns.bare"
BARRED = frozenset({"gift_card", "deposit"})
"""Bearers of money: what they hold is known, and goes back another way."""


@dataclass(frozen=True, slots=True)
class BareLimits:
    """Minor units; 0 is never. `days`: how far back a lower price still counts."""

    per_return_minor: int = 3_000_00
    per_till_day_minor: int = 10_000_00
    days: int = 30


def limits_of(value: object) -> BareLimits:
    """The setting as told; what is not a whole number from 0 stays as it is without one."""
    told = value if isinstance(value, dict) else {}
    usual = BareLimits()
    return BareLimits(
        _whole(told.get("per_return"), usual.per_return_minor),
        _whole(told.get("per_till_day"), usual.per_till_day_minor),
        _whole(told.get("days"), usual.days),
    )


def _whole(value: object, usual: int) -> int:
    return value if isinstance(value, int) and value is not True and value >= 0 else usual


def worth_minor(item: Item, on: date, days: int) -> int | None:
    """The lowest unit price of the last `days`, today's included; None where it never had one."""
    first = on - timedelta(days=days)
    since = [one.price_minor for one in item.prices if first < one.since_on <= on]
    before = item.price_minor(first)
    return min((*since, *(() if before is None else (before,))), default=None)


def priced_bare(transaction: Transaction) -> Priced:
    """List amounts, and nothing else: no rule takes part."""
    lines = tuple(
        PricedLine(one.line, amount, (), amount)
        for one in transaction.lines
        for amount in (one.basket_line().list_minor,)
    )
    return Priced(lines, totals_of([_line(one, 0) for one in transaction.lines]), RedeemLimit(0))


def document_of(transaction: Transaction, place: Place, rules: Rules) -> CompletedTransaction:
    """The document: amounts are positive, the cash is what is given back, negative.

    It names no `original_id` and no member and has no entries; the tax is today's.
    """
    lines = tuple(
        _line(one, rules.tax.rate_ppm(one.item.tax_class, place.business_on))
        for one in transaction.lines
    )
    totals = totals_of(lines)
    return CompletedTransaction(
        transaction_id=transaction.transaction_id,
        kind=TransactionKind.RETURN,
        receipt_number=place.receipt_number,
        store_id=place.store_id,
        terminal_id=place.terminal_id,
        session_number=place.session_number,
        business_on=place.business_on,
        completed_at=place.at,
        operator_id=place.operator_id,
        currency=rules.program.currency if rules.program else RUB,
        lines=lines,
        totals=totals,
        tenders=(Tender(TenderKind.CASH, -totals.due_minor),),
        change_minor=0,
        program=rules.ref,
        reason=transaction.reason,
        training=place.training,
        mirror_cursor=place.mirror_cursor,
    )


def _line(entered: LineItem, rate_ppm: int) -> CompletedLine:
    amount = entered.basket_line().list_minor
    return CompletedLine(
        line=entered.line,
        item_id=entered.item.item_id,
        code=entered.code,
        name=entered.item.name,
        quantity=entered.quantity,
        unit_price_minor=entered.unit_price_minor,
        list_minor=amount,
        modifications=(),
        net_minor=amount,
        points_minor=0,
        points_redeemed=0,
        payable_minor=amount,
        points_earned=0,
        tax_class=entered.item.tax_class,
        tax_rate_ppm=rate_ppm,
        tax_minor=tax_inside_minor(amount, rate_ppm),
        categories=entered.item.categories,
        adds_to_spend=not entered.item.bars.threshold,
    )


def given_before_minor(documents: Iterable[CompletedTransaction]) -> int:
    """What returns without a receipt have paid out already."""
    bare = (
        one
        for one in documents
        if one.kind is TransactionKind.RETURN and one.original_id is None and not one.training
    )
    return sum(one.totals.due_minor for one in bare)

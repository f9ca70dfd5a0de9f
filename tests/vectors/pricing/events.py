"""The operations of a case, one after another, each with its own expectations."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from pos_app.domain.loyalty.ledger import EntryKind
from pos_app.domain.loyalty.tier import period_end
from tests.vectors.outcome import NotModelled
from tests.vectors.pricing.benefits import NEXT_VISIT
from tests.vectors.pricing.compare import Facts
from tests.vectors.pricing.fields import Fields
from tests.vectors.pricing.loyalty import effects_of
from tests.vectors.pricing.member import whole_points
from tests.vectors.pricing.numbers import Numbers
from tests.vectors.pricing.options import LEFT_OUT
from tests.vectors.pricing.shop import Shop, sale_fields

UNKNOWN_EVENT = "unknown event"
Step = Callable[[Fields, Shop], Facts]


def facts_of_events(shop: Shop) -> Iterator[tuple[str, Mapping[str, Any], Facts]]:
    """(which event, what it expects, what came out), in order."""
    for number, event in enumerate(shop.written.case.events, start=1):
        fields = Fields(event)
        op = fields.text("op")
        if op not in STEPS:
            raise NotModelled(UNKNOWN_EVENT)
        if fields.has("at"):
            shop.now = datetime.fromisoformat(fields.text("at"))
        facts = STEPS[op](fields, shop)
        fields.ignore("op", "at", "expect", "ref", "terminal")
        fields.finish()
        yield f"event {number} {op}", event.get("expect") or {}, facts


def _sale(fields: Fields, shop: Shop) -> Facts:
    return shop.sell(sale_fields(fields), fields.text("ref"), fields.text("terminal"))


def _refund(fields: Fields, shop: Shop) -> Facts:
    """Of a sale of this case, or of an earlier one that only its amount is known of."""
    of = fields.text("of")
    mode = fields.choice("mode", ("return", "normal", "stored_net", "reprice_kept"))
    if mode == "reprice_kept":
        raise NotModelled(LEFT_OUT["refund_discount", mode])
    if of not in shop.sales:
        return _refund_of_earlier(fields, shop)
    wanted = [(one.text("line"), one.number("qty", 1)) for one in fields.children("lines")]
    if not wanted:
        lines = shop.sales[of].quote.numbers.values()
        wanted = [(line.line, Fraction(line.quantity)) for line in lines]
    return shop.give_back(of, wanted)


def _refund_of_earlier(fields: Fields, shop: Shop) -> Facts:
    minor = shop.written.prices.minor(fields.text("amount"))
    months = shop.person.months
    month = f"{shop.on.year:04d}-{shop.on.month:02d}"
    months[month] = months.get(month, 0) - minor
    return {**shop.state(), "refund_amount": lambda: shop.money(minor)}


def _replay(fields: Fields, shop: Shop) -> Facts:
    """The same document once more: the ledger answers that it exists."""
    of = fields.text("of")
    record = next(one for one in shop.records if one.ref == of)
    shop.person.entries += record.entries
    record.entries += record.entries
    return {**shop.state(), "points_earned": lambda: Fraction(0)}


def _quote(fields: Fields, shop: Shop) -> Facts:
    asked = sale_fields(fields)
    shop.quotes[fields.text("ref")] = asked
    quote = shop.quote(asked)
    numbers = Numbers(shop.written, quote)
    return {
        **shop.state(),
        **numbers.facts(),
        "amount_due": numbers.payable,
        "coupon_points": lambda: Fraction(0),
        "claimable_now": lambda: NEXT_VISIT in quote.context.coupons,
    }


def _confirm(fields: Fields, shop: Shop) -> Facts:
    ref = fields.text("of")
    facts = shop.sell(shop.quotes[ref], ref)
    quote = shop.sales[ref].quote
    issuing = effects_of([*shop.written.case.programs], "issue_coupon_for_next_order")
    worth = sum(one.number("points") for _, one in issuing)
    issued = len(quote.priced.issued)
    return {
        **facts,
        "coupon_points": lambda: worth * issued,
        "claimable_now": lambda: NEXT_VISIT in quote.context.coupons,
    }


def _redeem(fields: Fields, shop: Shop) -> Facts:
    """Points spent without a sale; never more than can be spent today."""
    asked = int(shop.written.scale * fields.number("points"))
    available = max(shop.person.account().available(shop.on), 0)
    rejects = shop.written.case.options["redeem_excess"] == "reject"
    spent = min(asked, available) if not rejects or asked <= available else 0
    facts = shop.move_points(EntryKind.REDEEM, -spent)
    rest = whole_points(asked - spent, shop.written.scale)
    return {**facts, "rejected_part": lambda: rest, "rejected": lambda: bool(rest)}


def _adjust(fields: Fields, shop: Shop) -> Facts:
    return shop.move_points(EntryKind.ADJUST, int(shop.written.scale * fields.number("points")))


def _pay_from_card(fields: Fields, shop: Shop) -> Facts:
    """A card pays an amount, or what a sale still wants."""
    due = shop.person.purse.total_minor
    if fields.has("amount"):
        due = shop.written.prices.minor(fields.text("amount"))
    elif fields.has("of"):
        due = shop.sales[fields.text("of")].document.totals.due_minor
    used = shop.person.purse.pay(due)
    return {
        **shop.state(),
        "card_used": lambda: shop.money(used),
        "amount_due": lambda: shop.money(due - used),
    }


def _expire_run(_: Fields, shop: Shop) -> Facts:
    return shop.expire()


def _balance_at(_: Fields, shop: Shop) -> Facts:
    return shop.state()


def _advance_days(fields: Fields, shop: Shop) -> Facts:
    shop.now += timedelta(days=fields.whole("days"))
    return shop.state()


def _next_period(_: Fields, shop: Shop) -> Facts:
    """The first day of the next period that the case counts in."""
    period = shop.period if shop.period != "lifetime" else "year"
    last = period_end(period, shop.on)
    shop.now += timedelta(days=(last - shop.on).days + 1)
    return shop.state()


def _sync(fields: Fields, shop: Shop) -> Facts:
    """One document reaches the server."""
    named = {record.ref: record for record in shop.records}
    for ref in fields.words("of") or tuple(named):
        named[ref].synced = True
    arrived = [one.ref for one in shop.records if one.synced or not one.offline]
    return _heard(shop, arrived)


def _sync_in_order(fields: Fields, shop: Shop) -> Facts:
    """The server hears of the documents in this order."""
    order = list(fields.words("order"))
    for record in shop.records:
        record.synced = record.synced or record.ref in order
    others = [one.ref for one in shop.records if not one.offline and one.ref not in order]
    return _heard(shop, [*others, *order])


def _heard(shop: Shop, order: list[str]) -> Facts:
    account = shop.server_account(order)
    balance = whole_points(account.balance, shop.written.scale)
    return {
        **shop.state(),
        "server_balance": lambda: balance,
        "balance": lambda: balance,
        "flag": lambda: "negative_balance" if account.debt else None,
    }


STEPS: Mapping[str, Step] = {
    "sale": _sale,
    "refund": _refund,
    "replay": _replay,
    "quote": _quote,
    "confirm": _confirm,
    "redeem": _redeem,
    "adjust": _adjust,
    "pay_from_card": _pay_from_card,
    "expire_run": _expire_run,
    "balance_at": _balance_at,
    "advance_days": _advance_days,
    "next_period": _next_period,
    "sync": _sync,
    "sync_in_order": _sync_in_order,
}

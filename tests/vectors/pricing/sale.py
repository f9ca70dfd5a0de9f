"""One sale of a case: the basket and its context into the engine, and the completed document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from pos_app.domain.completion import Place, Rules, Secured, complete_sale
from pos_app.domain.document import CompletedTransaction
from pos_app.domain.loyalty.ledger import PointsEntry
from pos_app.domain.pricing.basket import BasketLine, Context, Customer, Wish
from pos_app.domain.pricing.engine import Engine
from pos_app.domain.pricing.result import Priced
from pos_app.domain.tax import TaxTable
from pos_app.domain.tender import Tender, TenderKind
from pos_app.domain.transaction import LineItem, MemberLink, Transaction
from tests.vectors.pricing.cart import CartLine, basket_line, line_of, shipping_line
from tests.vectors.pricing.document import Written
from tests.vectors.pricing.fields import Fields
from tests.vectors.pricing.loyalty import effects_of
from tests.vectors.pricing.member import MEMBER, Person, account_of

MAX = "max"
NOTHING = CartLine("0", "nothing", (), Fraction(1), weighed=False, unit_price="0")
"""A receipt without goods still is one: points can be given for an event."""


@dataclass(frozen=True)
class Asked:
    """A cart or a sale as the case states it. `points`: a number, "max" or nothing."""

    lines: Sequence[CartLine]
    codes: tuple[str, ...]
    claims: tuple[str, ...]
    points: str
    shipping: str
    offline: bool
    pays_by_card: bool | None


def asked_of(fields: Fields) -> Asked:
    """Read a cart; the server recomputes what a till reports, so that is ignored."""
    fields.ignore("client_reported_cost")
    card = fields.raw("pay_from_card")
    asked = Asked(
        lines=[line_of(one) for one in fields.children("lines")],
        codes=fields.words("codes"),
        claims=fields.words("claims"),
        points=fields.text("redeem_points"),
        shipping=fields.text("shipping"),
        offline=fields.flag("offline"),
        pays_by_card=None if card is None else bool(card),
    )
    fields.finish()
    return asked


@dataclass(frozen=True)
class Priced1:
    """A priced basket. `numbers`: the engine's line number -> the line of the case."""

    asked: Asked
    basket: Sequence[BasketLine]
    numbers: Mapping[int, CartLine]
    shipping: int | None
    context: Context
    priced: Priced
    wanted: int
    tier: str
    cards: frozenset[str]


@dataclass(frozen=True)
class Sold:
    """A completed sale."""

    quote: Priced1
    document: CompletedTransaction
    card_used_minor: int
    cards_sold_minor: int


def price(
    written: Written,
    asked: Asked,
    person: Person,
    now: datetime,
    view: Sequence[PointsEntry],
    *,
    spent_offline: int = 0,
) -> Priced1:
    """The basket through the engine; `view` is what the till knows of the member's points.

    The limit of a dark till is one of a day: what it took before counts.
    """
    lines = list(asked.lines) or [NOTHING]
    skus = written.cards.skus
    counts = written.case.options["excluded_goods"] == "count"
    numbers = {
        number: replace(line, gift_card=line.gift_card or line.sku in skus)
        for number, line in enumerate(lines, start=1)
    }
    prices = written.prices
    basket = [basket_line(line, n, prices, counts=counts) for n, line in numbers.items()]
    shipping = None
    if asked.shipping:
        shipping = len(basket) + 1
        basket.append(shipping_line(prices.minor(asked.shipping), shipping))
    current = sum(one.list_minor for one in basket) if written.ladder.current else 0
    tier = person.tier_held(now.date(), current)
    wanted, wish = _wish(written, asked, person, now, view)
    wish = _within_day(written, wish, spent_offline)
    context = Context(
        local=now.replace(tzinfo=None),
        customer=_customer(written, person, now, tier, view),
        wish=wish,
        language="en",
        coupons=_coupons(written, asked),
        claims=_claims(written, asked),
        offline=asked.offline,
    )
    priced = Engine(written.program).price(basket, context)
    cards = frozenset(person.purse.balances)
    return Priced1(asked, basket, numbers, shipping, context, priced, wanted, tier, cards)


def _customer(
    written: Written, person: Person, now: datetime, tier: str, view: Sequence[PointsEntry]
) -> Customer:
    on = now.date()
    month = f"{on.year:04d}-{on.month:02d}"
    caps = {cap.cap_id: person.earned.get(month, 0) for cap in written.program.cashback.caps}
    return Customer(
        member_id=MEMBER,
        tier_id=tier,
        segments=person.segments | ({tier} if tier else frozenset()),
        birthday=person.birthday(on),
        spend_minor=person.spends(on),
        receipts=person.receipts,
        points=max(account_of(view).available(on), 0),
        earned=caps,
    )


def _wish(
    written: Written,
    asked: Asked,
    person: Person,
    now: datetime,
    view: Sequence[PointsEntry],
) -> tuple[int, Wish]:
    """What is asked for, and the most that the account gives; nobody's balance is no limit."""
    available = max(account_of(view).available(now.date()), 0)
    paying = effects_of([*written.case.programs], "redeem_as_money")
    pays = {program.text("id") for program, _ in paying}
    named = {claim.partition("/")[0] for claim in asked.claims}
    text = asked.points or (MAX if pays & named else "0")
    wanted = available if text == MAX else int(written.scale * Fraction(text))
    most = available if person.balance_known else max(wanted, available)
    return wanted, Wish(wanted, most)


def _within_day(written: Written, wish: Wish, spent: int) -> Wish:
    limit = written.program.redeem.max_points_offline
    if not spent or limit is None:
        return wish
    return replace(wish, most=max(min(wish.most, limit - spent), 0))


def _coupons(written: Written, asked: Asked) -> frozenset[str]:
    known = {promotion.coupon for promotion in written.program.promotions}
    return frozenset(asked.codes) & known


def _claims(written: Written, asked: Asked) -> tuple[str, ...]:
    """`loy` claims every reward of a programme, `loy/10` the one of that name or the only one."""
    found: dict[str, None] = {}
    for claim in asked.claims:
        for one in sorted(written.claims):
            if one == claim or one.startswith(f"{claim}/") or claim.startswith(f"{one}/"):
                found[one] = None
    return tuple(found)


def card_payment(written: Written, asked: Asked, person: Person) -> bool:
    """A card pays when the case has one, unless the sale says otherwise."""
    if asked.pays_by_card is not None:
        return asked.pays_by_card and written.cards.pays
    separately = any(event.get("op") == "pay_from_card" for event in written.case.events)
    return written.cards.pays and person.purse.total_minor > 0 and not separately


def complete(written: Written, quote: Priced1, person: Person, place: Place, new_id: Any) -> Sold:
    """The document of the sale, paid by card first and then in cash."""
    due = quote.priced.totals.due_minor
    sold = _cards_sold(written, quote)
    used = 0
    if card_payment(written, quote.asked, person):
        used = person.purse.pay(due, quote.asked.codes)
    tenders = [Tender(TenderKind.GIFT_CARD, used)] if used else []
    tenders += [Tender(TenderKind.CASH, due - used)] if due - used else []
    transaction = Transaction(
        transaction_id=new_id(),
        started_at=place.at,
        lines=tuple(_entered(line) for line in quote.basket),
        next_line=len(quote.basket) + 1,
        member=MemberLink(MEMBER, "card"),
        tenders=tuple(tenders),
    )
    rules = Rules(written.program, TaxTable({}))
    document = complete_sale(
        transaction, quote.priced, place, rules, secured=Secured(), new_id=new_id
    )
    return Sold(quote, document, used, sold)


def _entered(line: BasketLine) -> LineItem:
    return LineItem(line.line, line.item, "", line.quantity, line.unit_price_minor)


def _cards_sold(written: Written, quote: Priced1) -> int:
    """What is loaded on the card by this sale."""
    face = written.cards.face_value
    loaded = 0
    for one in quote.basket:
        if one.item.regulated == "gift_card":
            loaded += written.prices.minor(face) * one.count if face else one.list_minor
    return loaded

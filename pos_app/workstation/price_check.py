"""What does it cost.

The customer holds something up: the cashier scans it and reads out the price on the shelf, what
this member pays (or anybody with a card), what is promised of it and its lowest price of late.
Nothing is sold, reserved or written, and nobody is asked: it is all in the mirror. Never a rule.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pos_app.domain.item import Item
from pos_app.domain.money import Money
from pos_app.domain.pricing.basket import BasketLine, Context
from pos_app.domain.pricing.trace import why_modified
from pos_app.domain.promotion.benefit import Gift
from pos_app.domain.promotion.promotion import Promotion
from pos_app.domain.promotion.read_benefit import SAME_ITEM
from pos_app.domain.quantity import Quantity, Unit, pieces
from pos_app.domain.sentence import Sentence
from pos_app.domain.sheet.at_shelf import Promise, promises
from pos_app.domain.transaction import Transaction
from pos_app.workstation import club, regulated
from pos_app.workstation.answer import Answer, Tone, done, notice, refused
from pos_app.workstation.pricing_task import context_of, engine_of, one_programme, stranger
from pos_app.workstation.sale import goods_of
from pos_app.workstation.search_items import found_item
from pos_app.workstation.station import Station, guarded
from pos_app.workstation.view import FoundItem

LOOK_BACK_DAYS = 30


@dataclass(frozen=True, slots=True)
class Quote:
    """What one priced unit (a piece, a kilogram) comes to, why, and the points it earns."""

    amount_minor: int
    why: tuple[Sentence, ...]
    points: int


@dataclass(frozen=True, slots=True)
class OnLabel:
    """What a scale's label makes of it: its weight, or None where it tells a price only; `here` and
    `with_card` as those of `CheckedPrice`, for the whole of it."""

    weight: Quantity | None
    here: Quote
    with_card: Quote | None


@dataclass(frozen=True, slots=True)
class CheckedPrice:
    """The answer about one item. `here`: for who is on the receipt, `member` by name, or for
    nobody; `with_card`: for a new member, where nobody is here and it makes a difference.
    `lowest_before_minor`: see `Item.lowest_before_minor`, of 30 days. `notes`: why it got less."""

    item: FoundItem
    here: Quote
    member: str
    with_card: Quote | None
    offers: tuple[Promise, ...]
    lowest_before_minor: int | None
    notes: tuple[Sentence, ...] = ()
    label: OnLabel | None = None


def price_check(station: Station, text: str) -> Answer:
    """data["item"]: what was meant; data["price"]: CheckedPrice."""
    item, weight, price_minor = _meant(station, text)
    if item is None:
        return refused("unknown_code", code=text)
    if item.price_minor(station.business_on()) is None:
        return refused("no_price", name=item.name)
    with one_programme(station):
        checked = _checked(station, item, weight, price_minor)
    row = checked.item
    said = notice("price", Tone.NEUTRAL, name=row.name, price=Money(row.unit_price_minor))
    return done(said, item=row, price=checked)


def _meant(station: Station, text: str) -> tuple[Item | None, Quantity | None, int | None]:
    """By what a person types, by what a scanner reads off a label, or chosen from a list; and the
    weight or the price that a scale's label tells."""
    read = station.gear.identifier
    for found in (read.typed(text), read.scan(text.encode())):
        item, quantity, price_minor = goods_of(station, found)
        if item is not None:
            weighed = item.unit is Unit.GRAM
            told = weighed and quantity is not None and quantity.unit is Unit.GRAM
            weight = quantity if told and quantity and quantity.value else None
            return item, weight, price_minor if weighed else None
    return station.mirror.item(text), None, None


def _checked(
    station: Station, item: Item, weight: Quantity | None, price_minor: int | None
) -> CheckedPrice:
    row = found_item(station, item)
    on_line = club.on_line(station, regulated.on_line(station, item))
    unit = Quantity(item.unit.per_price, item.unit)
    line = BasketLine(1, on_line, unit, row.unit_price_minor)
    context = context_of(station, _alone(station))
    here, with_card, notes = _quotes(station, line, context)
    label = None
    if weight is not None or price_minor:
        sold = (weight, row.unit_price_minor) if weight else (pieces(1), price_minor or 0)
        told = _quotes(station, BasketLine(1, on_line, *sold), context)
        label = OnLabel(weight, told[0], told[1])
    return CheckedPrice(
        item=row,
        here=here,
        member=station.known.member.display_name if station.known else "",
        with_card=with_card,
        offers=_promises(station, line, context),
        lowest_before_minor=item.lowest_before_minor(station.business_on(), LOOK_BACK_DAYS),
        notes=notes,
        label=label,
    )


def _quotes(
    station: Station, line: BasketLine, context: Context
) -> tuple[Quote, Quote | None, tuple[Sentence, ...]]:
    """For who is here; for a new member where nobody is and it makes a difference; notes."""
    here, notes = _quote(station, line, context)
    if context.customer is not None:
        return here, None, notes
    card, _ = _quote(station, line, replace(context, customer=stranger(station)))
    differs = (card.amount_minor, card.points) != (here.amount_minor, here.points)
    return here, card if differs else None, notes


def _alone(station: Station) -> Transaction:
    """Whoever is on the receipt with nothing on it: coupons, rewards and hand discounts are for
    the goods they were given for."""
    now = station.open or Transaction("", station.now())
    return replace(now, lines=(), goodwill=None, coupons=(), claims=(), points_wish=0)


def _quote(
    station: Station, line: BasketLine, context: Context
) -> tuple[Quote, tuple[Sentence, ...]]:
    priced = engine_of(station).price((line,), context)
    (one,) = priced.lines
    why = tuple(why_modified(m) for m in one.modifications)
    return Quote(one.net_minor, why, priced.totals.points_earned), one.notes


def _promises(station: Station, line: BasketLine, context: Context) -> tuple[Promise, ...]:
    """A coupon that is on the receipt opens what it is for."""
    engine = engine_of(station)
    shown = station.open.serving if station.open else ()
    seen = replace(context, coupons=frozenset(one.coupon_id for one in shown))
    touching = engine.promotions_of(line)
    return promises(engine.program, touching, seen, _names(station, line))


def _names(station: Station, line: BasketLine) -> dict[str, str]:
    """The item by its name, and what else sets and gifts name by theirs; what is not in the
    catalogue is called unknown."""
    named = {
        one
        for promotion in engine_of(station).promotions_of(line)
        for one in (*_of_sets(promotion), *_gifts(promotion))
    }
    found = {one: station.mirror.item(one) for one in named}
    language = station.operator.language if station.operator else station.settings.language
    text = station.gear.voice(language).text
    return {
        one: item.name if item is not None else text("ui.unknown_goods", code=one)
        for one, item in found.items()
    }


def _of_sets(promotion: Promotion) -> Iterator[str]:
    for goods in promotion.goods if len(promotion.goods) > 1 else ():
        yield from goods.items


def _gifts(promotion: Promotion) -> Iterator[str]:
    gifts = (one.item_id for one in promotion.benefits if isinstance(one, Gift))
    return (one for one in gifts if one != SAME_ITEM)


class PriceGestures:
    """A price by the way; see SellingPort."""

    _station: Station

    def price_check(self, text: str) -> Answer:
        """See SellingPort."""
        return guarded(lambda: price_check(self._station, text))

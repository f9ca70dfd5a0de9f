"""What a promotion gives and what it asks for, as sentences. Never how much on a basket."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pos_app.domain.money import PPM
from pos_app.domain.promotion.benefit import (
    NOTHING_OFF,
    Break,
    FirstThen,
    Gift,
    Issue,
    Off,
    OrderedGroup,
    Reduction,
    Role,
    RoleGroup,
    RoundDown,
)
from pos_app.domain.promotion.condition import Condition
from pos_app.domain.promotion.promotion import Limits, Promotion
from pos_app.domain.promotion.read_benefit import SAME_ITEM
from pos_app.domain.sentence import Argument, Points, Rate, Sentence, say
from pos_app.domain.sheet.scope import Line, Telling, named_goods, period, said_goods, said_when


def said_promotion(promotion: Promotion, told: Telling) -> Line:
    """The name and what is given, then everything that narrows it."""
    given = tuple(
        sentence for one in promotion.benefits for sentence in BENEFITS[type(one)](one, told)
    )
    head = say("sheet.promotion", name=promotion.name(told.language), given=given)
    return (head, *_narrowed(promotion, told))


def _narrowed(promotion: Promotion, told: Telling) -> Iterator[Sentence]:
    for condition in promotion.conditions:
        yield CONDITIONS[condition.kind](condition, told)
    yield from said_when(promotion.when, told)
    if promotion.coupon:
        yield say("sheet.by_coupon", name=told.coupons.get(promotion.coupon, promotion.coupon))
    if promotion.cost_points:
        yield say("sheet.costs", points=Points(promotion.cost_points))
    elif promotion.claim:
        yield say("sheet.on_request")
    yield from _limited(promotion.limits)
    yield from _stacked(promotion)


def _limited(limits: Limits) -> Iterator[Sentence]:
    if limits.per_receipt:
        yield say("sheet.per_receipt", n=limits.per_receipt)
    if limits.per_member:
        yield say("sheet.per_member", n=limits.per_member, period=period(limits.period))


def _stacked(promotion: Promotion) -> Iterator[Sentence]:
    if promotion.stacking == "best_of":
        yield say("sheet.best_of")
    if promotion.stacking == "sole":
        yield say("sheet.sole")
    if promotion.not_with_price_stage:
        yield say("sheet.not_with_price_stage")


def _reduction(one: Reduction, told: Telling) -> Iterator[Sentence]:
    if one.breaks:
        steps = tuple(_step(one, step, told) for step in one.breaks)
        yield say("sheet.reduction.steps", list=steps)
    else:
        yield _off(one, one.value, told)
    yield from said_goods(one.goods, told)
    if one.max_units:
        yield say(f"sheet.max_units.{one.pick}", n=one.max_units)
    if one.max_units_per_line:
        yield say("sheet.max_units_per_line", n=one.max_units_per_line)
    if one.cap_minor:
        yield say("sheet.cap", most=told.money(one.cap_minor))


def _off(one: Reduction, value: int, told: Telling) -> Sentence:
    if one.kind == "percent" and value == PPM:
        return say("sheet.free")
    if one.kind == "percent":
        where = "transaction" if one.whole else "goods"
        return say(f"sheet.percent.{where}", rate=Rate(value))
    if one.kind == "amount":
        return say(f"sheet.amount.{one.scope}", amount=told.money(value))
    return say("sheet.fixed_price", price=told.money(value))


def _step(one: Reduction, step: Break, told: Telling) -> Sentence:
    given = _off(one, step.value, told)
    if one.breaks_by == "units":
        return say("sheet.step.units", given=given, n=step.least)
    if one.breaks_of == "receipt":
        return say("sheet.step.receipt", given=given, least=told.money(step.least))
    return say("sheet.step.amount", given=given, least=told.money(step.least))


def _ordered(one: OrderedGroup, told: Telling) -> Iterator[Sentence]:
    free = sum(off == Off(rate_ppm=PPM) for off in one.offs)
    reduced = sum(off != NOTHING_OFF for off in one.offs)
    if one.price_minor is not None:
        yield say("sheet.group.price", n=one.size, price=told.money(one.price_minor))
    elif free and free == reduced:
        yield say("sheet.group.free", n=one.size, pay=one.size - free)
    elif reduced == one.size:
        yield say("sheet.group.all", n=one.size, off=_unit_off(one.offs[0], told))
    elif reduced == 1:
        off = next(each for each in one.offs if each != NOTHING_OFF)
        yield say("sheet.group.one_of", n=one.size, off=_unit_off(off, told))
    else:
        at = next((n for n, off in enumerate(one.offs) if off != NOTHING_OFF), 0)
        yield say("sheet.group.nth", n=at + 1, off=_unit_off(one.offs[at], told))
    yield from said_goods(one.goods, told)
    yield from _times(one.max_applications, one.max_off)


def _unit_off(off: Off, told: Telling) -> Sentence:
    if off.price_minor is not None:
        return say("sheet.fixed_price", price=told.money(off.price_minor))
    if off.amount_minor:
        return say("sheet.amount.off", amount=told.money(off.amount_minor))
    free = off.rate_ppm == PPM
    return say("sheet.free") if free else say("sheet.percent.goods", rate=Rate(off.rate_ppm))


def _times(applications: int, units: int) -> Iterator[Sentence]:
    if applications:
        yield say("sheet.per_receipt", n=applications)
    if units:
        yield say("sheet.max_units.best", n=units)


def _roles(one: RoleGroup, told: Telling) -> Iterator[Sentence]:
    if one.price_minor is not None:
        parts = tuple(_role(role, told) for role in one.roles)
        yield say("sheet.set", list=parts, price=told.money(one.price_minor))
    else:
        *bought, last = one.roles
        parts = tuple(_role(role, told) for role in bought)
        off = _unit_off(last.off, told)
        yield say("sheet.buy_get", list=parts, get=_role(last, told), off=off)
    yield from _times(one.max_applications, one.max_off)


def _role(role: Role, told: Telling) -> Sentence:
    return say("sheet.role", n=role.units, goods=named_goods(role.goods, told))


def _first_then(one: FirstThen, told: Telling) -> Iterator[Sentence]:
    first, further = told.money(one.first_minor), told.money(one.further_minor)
    yield say("sheet.first_then", first=first, further=further)
    yield from said_goods(one.goods, told)
    if one.max_units:
        yield say("sheet.max_units.best", n=one.max_units)


def _item(item_id: str, told: Telling) -> Argument:
    """By its name; by its id only where nobody knows any name."""
    unknown = say("ui.unknown_goods", code=item_id) if told.items else item_id
    return told.items.get(item_id, unknown)


def _gift(one: Gift, told: Telling) -> Iterator[Sentence]:
    what = say("sheet.same_item") if one.item_id == SAME_ITEM else _item(one.item_id, told)
    if one.breaks:
        steps = tuple(say("sheet.gift.step", n=b.value, least=b.least) for b in one.breaks)
        yield say("sheet.gift.steps", item=what, list=steps)
    elif one.per:
        yield say("sheet.gift.per", item=what, n=one.units, per=one.per)
    else:
        yield say("sheet.gift.once", item=what, n=one.units)
    yield from said_goods(one.goods, told)


def _round_down(one: RoundDown, told: Telling) -> Iterator[Sentence]:
    yield say("sheet.round_down", to=told.money(one.to_minor))


def _issue(one: Issue, told: Telling) -> Iterator[Sentence]:
    yield say("sheet.issue", name=told.coupons.get(one.coupon_id, one.coupon_id))


BENEFITS: Mapping[type, Callable[[Any, Telling], Iterator[Sentence]]] = {
    Reduction: _reduction,
    OrderedGroup: _ordered,
    RoleGroup: _roles,
    FirstThen: _first_then,
    Gift: _gift,
    RoundDown: _round_down,
    Issue: _issue,
}


def _amount(condition: Condition, told: Telling) -> Sentence:
    key = "sheet.condition.above" if condition.strict else "sheet.condition.amount"
    goods = tuple(said_goods(condition.goods, told))
    least = told.money(condition.least)
    return say(f"{key}_of", least=least, goods=goods) if goods else say(key, least=least)


def _units(condition: Condition, told: Telling) -> Sentence:
    goods = named_goods(condition.goods, told)
    if condition.most is None:
        return say("sheet.condition.units", n=condition.least, goods=goods)
    return say(
        "sheet.condition.units_between", least=condition.least, most=condition.most, goods=goods
    )


def _contains(condition: Condition, told: Telling) -> Sentence:
    return say("sheet.condition.contains", goods=named_goods(condition.goods, told))


def _receipt(condition: Condition, told: Telling) -> Sentence:
    if condition.every:
        return say("sheet.condition.every", number=condition.every)
    return say("sheet.condition.number", number=condition.least)


CONDITIONS: Mapping[str, Callable[[Condition, Telling], Sentence]] = {
    "amount": _amount,
    "units": _units,
    "contains": _contains,
    "receipt": _receipt,
}

"""The price programmes of a case as promotions of the document. Never a point, never a price."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from tests.vectors.outcome import NotModelled
from tests.vectors.pricing.benefits import BENEFITS, benefit_of, gives_nothing
from tests.vectors.pricing.cart import filter_of
from tests.vectors.pricing.desk import Desk, decimal, words
from tests.vectors.pricing.fields import UNKNOWN_VALUE, Fields

Conditions = tuple[dict[str, Any], list[dict[str, Any]]]
"""The people and the calendar (`when`), and the conditions on the basket."""

OTHER_SHAPE = "other shape of a rule"
STAGES = {"": "", "catalog": "price", "line": "item", "order": "transaction"}
STACKINGS = {"": "compound", "compound": "compound", "best_price": "exclusive", "exclusive": "sole"}


def conditions_of(fields: Fields, desk: Desk) -> Conditions:
    """Every condition of a programme or an effect."""
    when: dict[str, Any] = {}
    found = []
    for one in fields.children("conditions"):
        kind = one.text("type")
        if kind not in _CONDITIONS:
            raise NotModelled(UNKNOWN_VALUE)
        if kind in ("min_subtotal", "min_qty") and not one.number("value"):
            continue
        people, condition = _CONDITIONS[kind](one, desk)
        one.finish()
        if set(people) & set(when):
            raise NotModelled(UNKNOWN_VALUE)
        when |= people
        found += [condition] if condition else []
    return when, found


_Part = tuple[dict[str, Any], dict[str, Any] | None]


def _min_subtotal(one: Fields, desk: Desk) -> _Part:
    meant = filter_of(one.child("filter"))
    bases = ("list", "net_after_line_promotions", "net_after_earlier_promotions")
    base = one.choice("basis", (*bases, "tax_included", "tax_excluded"))
    said = desk.prices.paid if base == "tax_included" else desk.prices.priced
    return {}, words(
        {
            "kind": "amount",
            "from": said(one.text("value"), desk.meant(meant)),
            "goods": desk.goods(meant),
            "base": base if base in bases else "list" if base else "",
            "strict": one.flag("strict"),
        }
    )


def _min_qty(one: Fields, desk: Desk) -> _Part:
    meant = filter_of(one.child("filter"))
    return {}, {"kind": "units", "from": one.whole("value"), "goods": desk.goods(meant)}


def _qty_between(one: Fields, desk: Desk) -> _Part:
    meant = filter_of(one.child("filter"))
    condition: dict[str, Any] = {"kind": "units", "goods": desk.goods(meant)}
    condition |= {"from": one.whole("min")} if one.has("min") else {}
    condition |= {"to": one.whole("max")} if one.has("max") else {}
    return {}, condition


def _contains_any(one: Fields, desk: Desk) -> _Part:
    inner = Fields({key: one.raw(key) for key in ("sku", "category")})
    return {}, {"kind": "contains", "goods": desk.goods(filter_of(inner))}


def _nth_order(one: Fields, _: Desk) -> _Part:
    return {}, {"kind": "receipt", "number": one.whole("value")}


def _customer_group(one: Fields, _: Desk) -> _Part:
    return {"segments": list(one.words("any_of"))}, None


def _birthday_window(one: Fields, desk: Desk) -> _Part:
    desk.state("birthday_days", str(one.whole("days")))
    return {"birthday": True}, None


_CONDITIONS: Mapping[str, Callable[[Fields, Desk], _Part]] = {
    "min_subtotal": _min_subtotal,
    "min_qty": _min_qty,
    "qty_between": _qty_between,
    "contains_any": _contains_any,
    "nth_order": _nth_order,
    "customer_group": _customer_group,
    "birthday_window": _birthday_window,
}


def promotions_of(program: Mapping[str, Any], desk: Desk) -> list[dict[str, Any]]:
    """The promotion of a programme's price effects, and one for each reward it sells for points."""
    fields = Fields(program)
    effects = [Fields(one) for one in fields.raw("effects", ())]
    plain = [one for one in effects if one.text("type") in BENEFITS and not gives_nothing(one)]
    rewards = [one for one in effects if one.text("type") == "reward"]
    head = _head(fields, desk)
    found = []
    if plain:
        found.append({"id": fields.text("id"), **head, **_given(plain, head, desk)})
    several = len(rewards) > 1 or bool(plain)
    found += [_reward(fields.text("id"), one, head, desk, several) for one in rewards]
    return found


def _given(effects: list[Fields], head: dict[str, Any], desk: Desk) -> dict[str, Any]:
    benefits = [benefit_of(one, desk) for one in effects]
    _judge(benefits, head)
    return benefits[0] if len(benefits) == 1 else {"benefits": benefits}


def _judge(benefits: list[dict[str, Any]], head: dict[str, Any]) -> None:
    """Shapes that the product refuses to have at a stage."""
    whole = all(
        one.get("scope") == "transaction" or one["kind"] == "round_down" for one in benefits
    )
    shelf = all(_is_shelf_price(one) for one in benefits)
    several = len(benefits) > 1 and head["stacking"] == "exclusive"
    stage = head.get("stage")
    if several or (stage == "item" and whole) or (stage == "price" and not shelf):
        raise NotModelled(OTHER_SHAPE)


def _is_shelf_price(one: dict[str, Any]) -> bool:
    kinds = ("percent", "amount", "fixed_price", "first_then")
    limited = "max_units" in one or "group_size" in one
    return one["kind"] in kinds and one.get("scope") != "transaction" and not limited


def _head(fields: Fields, desk: Desk) -> dict[str, Any]:
    """What is said of the programme as a whole."""
    when, conditions = conditions_of(fields, desk)
    way = _stacking(fields.choice("concurrency", tuple(STACKINGS)), desk)
    shelf_or_this = not fields.flag("stack_with_catalog", default=True) and desk.shelf_prices
    alone = fields.flag("exclusive") or not fields.flag("stackable", default=True)
    return words(
        {
            "when": when,
            "conditions": conditions or None,
            "stage": STAGES[fields.choice("phase", tuple(STAGES))],
            "stacking": "sole" if alone else way,
            "priority": fields.whole("priority"),
            "not_with_price_stage": shelf_or_this,
            "coupon_needed": fields.text("code") if fields.text("trigger") == "code" else "",
            "limits": _limits(fields.child("limits"), desk),
        }
    )


def _stacking(concurrency: str, desk: Desk) -> str:
    """A best price competes with its like unit by unit; with all that compound, as a whole."""
    if concurrency == "best_price" and desk.compounds and desk.options["stacking"] == "net":
        return "sole"
    return STACKINGS[concurrency]


def _limits(limits: Fields, desk: Desk) -> dict[str, Any]:
    """Uses by anybody are counted elsewhere: the document is told when they are used up."""
    most, used = limits.whole("max_uses"), limits.whole("used")
    if limits.flag("reusable_after_cancel", default=True):
        used -= limits.whole("used_in_cancelled")
    limits.ignore("used_in_cancelled", "max_points_per_month")
    per_receipt = limits.whole("max_applications_per_cart") or desk.max_applications
    limits.finish()
    return words({"per_receipt": per_receipt, "used_up": bool(most) and used >= most})


def plainly(value: str) -> str:
    """A number in one way of writing it."""
    return decimal(Fraction(value))


def _reward(
    program_id: str, reward: Fields, head: dict[str, Any], desk: Desk, several: bool
) -> dict[str, Any]:
    """A reward is given when it is asked for; free goods as often as the points allow."""
    inner = reward.child("effect")
    if inner.text("type") not in BENEFITS:
        raise NotModelled(UNKNOWN_VALUE)
    cost = reward.text("cost")
    label = plainly(inner.text("value", cost))
    given = benefit_of(inner, desk)
    reward.ignore("type")
    reward.finish()
    limits = dict(head.get("limits", {}))
    if given["kind"] != "gift":
        limits.setdefault("per_receipt", 1)
    promotion_id = f"{program_id}/{label}" if several else program_id
    asked = {"claim": True, "cost_points": desk.points(cost), "limits": limits}
    return {"id": promotion_id, **head, **given, **words(asked)}

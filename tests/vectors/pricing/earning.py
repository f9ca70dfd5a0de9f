"""The earning effects of a case as earn rules of the document. Never anybody's points."""

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

from tests.vectors.outcome import NotModelled
from tests.vectors.pricing.desk import PART_OF_A_POINT, Desk, decimal, words
from tests.vectors.pricing.fields import Fields
from tests.vectors.pricing.promotions import conditions_of

Rule = dict[str, Any]
ROUNDINGS = {
    "": "",
    "floor": "",
    "floor_receipt": "floor_receipt",
    "floor_line": "floor_line",
    "half_up": "half_up_per_rule",
}
OPTION_ROUNDINGS = {
    "floor_receipt": "floor_receipt",
    "floor_line": "floor_line",
    "half_up_per_program": "half_up_per_rule",
    "none": "floor_receipt",
}
BASES = {
    "": "",
    "net_of_discounts_not_payments": "",
    "net_of_redeemed_points": "paid_money",
    "before_own_redemption": "before_redemption",
    "tax_included_before_own_redemption": "before_redemption",
}
OPTION_BASES = {
    "paid_money": "paid_money",
    "before_redemption": "before_redemption",
    "before_order_discounts": "before_transaction_promotions",
    "none_if_redeemed": "none_if_redeemed",
}


def _rate(points: Fraction, per: str, desk: Desk) -> Rule:
    """So many points for so much money; a part of a point is a point for more money."""
    value = points * desk.scale
    money = Fraction(per) * value.denominator
    return {"points": value.numerator, "per": desk.prices.decimal(desk.prices.minor(money))}


def _percent(percent: str, desk: Desk) -> Rule:
    """Points for a hundred of money, so that no percentage is too fine."""
    return _rate(Fraction(percent), "100", desk)


def _per_money(one: Fields, desk: Desk) -> Rule:
    return _rate(one.number("points"), one.text("per", "1"), desk)


def _earn_percent(one: Fields, desk: Desk) -> Rule:
    return _percent(one.text("percent"), desk)


def _percent_by_tier(one: Fields, desk: Desk) -> Rule:
    rates = one.pairs("rates")
    return {"percent": "0", "by_tier": {tier: _percent(rate, desk) for tier, rate in rates}}


def _multiplier_by_tier(one: Fields, desk: Desk) -> Rule:
    """A point for so much money, times the tier's multiplier."""
    per = one.text("per", "1")
    rates = one.pairs("rates")
    found = {tier: _rate(Fraction(rate), per, desk) for tier, rate in rates}
    return {"percent": "0", "by_tier": found}


def _brackets(one: Fields, desk: Desk) -> Rule:
    found = []
    for bracket in one.children("brackets"):
        above = desk.prices.priced(bracket.text("above", "0"), desk.all_lines)
        rate = _rate(bracket.number("points"), bracket.text("per", "1"), desk)
        found.append({"above": above, **rate})
        bracket.finish()
    return {"kind": "brackets", "brackets": found}


def _per_unit(one: Fields, desk: Desk) -> Rule:
    return {"kind": "unit", "points": _points(one, desk)}


def _per_receipt(one: Fields, desk: Desk) -> Rule:
    return {"kind": "receipt", "points": _points(one, desk)}


def _points(one: Fields, desk: Desk) -> int | str:
    """A whole number of points, or a decimal text of a part of one."""
    value = one.number("points") * desk.scale
    return int(value) if value.denominator == 1 else decimal(value)


def _multiplier(one: Fields, desk: Desk) -> Rule:
    return {"kind": "multiplier", "multiplier": one.text("multiplier")}


EARNINGS: Mapping[str, Callable[[Fields, Desk], Rule]] = {
    "earn_per_money": _per_money,
    "earn_percent": _earn_percent,
    "earn_percent_by_tier": _percent_by_tier,
    "earn_multiplier_by_tier": _multiplier_by_tier,
    "earn_by_brackets": _brackets,
    "earn_per_unit": _per_unit,
    "earn_per_order": _per_receipt,
    "earn_fixed": _per_receipt,
    "earn_multiplier": _multiplier,
}


def rules_of(program: Mapping[str, Any], desk: Desk) -> list[Rule]:
    """The earn rules of a programme, in its order."""
    fields = Fields(program)
    effects = [Fields(one) for one in fields.raw("effects", ())]
    earning = [one for one in effects if one.text("type") in EARNINGS]
    if not earning:
        return []
    way = fields.choice("round", tuple(ROUNDINGS))
    shared = conditions_of(fields, desk)
    found = []
    for number, one in enumerate(earning, start=1):
        rule_id = f"{fields.text('id')}:{number}"
        found += _rules(one, rule_id, shared, desk, way)
    return found


def _rules(
    one: Fields, rule_id: str, shared: tuple[Any, Any], desk: Desk, program_way: str
) -> list[Rule]:
    when, conditions = conditions_of(one, desk)
    base = BASES[one.choice("basis", tuple(BASES))]
    if base:
        desk.state("earn_base", base)
    way = ROUNDINGS[one.choice("round", tuple(ROUNDINGS)) or program_way]
    if way:
        desk.state("earn_rounding", way)
    common = words(
        {
            "goods": desk.goods(desk.filter(one)),
            "when": {**shared[0], **when},
            "conditions": [*shared[1], *conditions] or None,
        }
    )
    fixed = one.number("base_points")
    rule = EARNINGS[one.text("type")](one, desk)
    one.ignore("digits")
    one.finish()
    found = [{"id": rule_id, **rule, **common}]
    if fixed:
        found.insert(0, {"id": f"{rule_id}/base", "kind": "receipt", "points": int(fixed)})
    return found


def earn_of(programs: list[Mapping[str, Any]], desk: Desk) -> dict[str, Any]:
    """The section `earn`."""
    rules = [rule for program in programs for rule in rules_of(program, desk)]
    option = desk.options
    return {
        "rules": rules,
        "combine": "sum",
        "base": desk.stated.get("earn_base", OPTION_BASES[option["earn_base"]]),
        "rounding": desk.stated.get("earn_rounding", OPTION_ROUNDINGS[option["earn_rounding"]]),
        "vesting_days": 0
        if option["earn_available"] == "at_once" or _at_once(programs, desk)
        else 1,
    }


def _at_once(programs: list[Mapping[str, Any]], desk: Desk) -> bool:
    """Rewards are paid with points of the very receipt, so they can be spent at once."""
    rewards = [one for p in programs for one in p.get("effects", ()) if one["type"] == "reward"]
    return bool(rewards) and "earn_available" not in desk.options.listed


def caps_of(programs: list[Mapping[str, Any]], desk: Desk) -> list[dict[str, Any]]:
    """The most points a month of the programmes that bound them, over their earn rules."""
    found = []
    for program in programs:
        limits = program.get("limits") or {}
        most = limits.get("max_points_per_month")
        if most is None:
            continue
        name = str(program["id"])
        rules = [rule["id"] for rule in rules_of(program, desk)]
        found.append({"id": name, "points": desk.points(str(most)), "rules": rules})
    return found


def scale_of(programs: list[Mapping[str, Any]], desk_options: Mapping[str, str]) -> int:
    """Points of the programme in one of the case: more where the case keeps parts of points."""
    effects = [effect for program in programs for effect in program.get("effects", ())]
    digits = [int(one["digits"]) for one in effects if one.get("digits") is not None]
    if desk_options["earn_rounding"] == "none":
        return 1000
    if desk_options["earn_rounding"] == "half_up_per_program":
        return int(10 ** max(digits, default=0))
    return 1


def parts_of_points(given: Iterable[str], *, earns: bool, scale: int) -> int:
    """The scale that also holds the points a case states; whole points are earned in the case's
    own unit, so parts of points and rounding down to whole ones do not go together."""
    digits = max((len(text.partition(".")[2].rstrip("0")) for text in given), default=0)
    if 10**digits <= scale:
        return scale
    if earns:
        raise NotModelled(PART_OF_A_POINT)
    return int(10**digits)

"""Redemption, tiers, the cumulative discount and cards of a case, as sections of the document."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tests.vectors.outcome import NotModelled
from tests.vectors.pricing.desk import Desk, words
from tests.vectors.pricing.fields import UNKNOWN_VALUE, Fields
from tests.vectors.pricing.promotions import conditions_of

Programs = list[Mapping[str, Any]]
TWO_REDEMPTIONS = "two redemptions"
PERIODS = {
    "": "year",
    "calendar": "year",
    "calendar_year": "year",
    "year": "year",
    "calendar_month": "month",
    "month": "month",
    "calendar_quarter": "quarter",
    "quarter": "quarter",
    "lifetime": "lifetime",
    "rolling_12_months": "rolling_12_months",
}
MEASURES = {
    "tier_by_spend": "spend",
    "tier_by_balance": "points_balance",
    "tier_by_lifetime_points": "points_earned",
}
NO_TIER = "-"
"""Below the lowest tier that a case names."""


def effects_of(programs: Programs, *kinds: str) -> Iterator[tuple[Fields, Fields]]:
    """(programme, effect) of these kinds."""
    for program in programs:
        for one in program.get("effects", ()):
            if one["type"] in kinds:
                yield Fields(program), Fields(one)


def redeem_of(programs: Programs, desk: Desk) -> dict[str, Any]:
    """The section `redeem`; without such an effect no point pays."""
    found = list(effects_of(programs, "redeem_as_money"))
    if len(found) > 1:
        raise NotModelled(TWO_REDEMPTIONS)
    if not found:
        return {}
    program, one = found[0]
    one.ignore("type")
    if any(conditions_of(program, desk)) or any(conditions_of(one, desk)):
        raise NotModelled(UNKNOWN_VALUE)
    by_tier = one.pairs("value_per_point_by_tier")
    receipt = desk.prices.priced(one.text("min_receipt", "0"), desk.all_lines)
    section = {
        "point_value": desk.point_value(one.text("value_per_point", "1")),
        "point_value_by_tier": {tier: desk.point_value(value) for tier, value in by_tier},
        "max_share": one.text("max_percent_of_order"),
        "max_share_of_line": one.text("max_percent_of_line"),
        "min_receipt": receipt if Fraction(receipt) else "",
        "min_left": one.text("min_money_due"),
        "min_points": desk.points(one.text("min_points", "0")),
        "min_balance": desk.points(one.text("min_balance", "0")),
        "step": desk.points(one.text("step", "1")),
        "excess": desk.options["redeem_excess"],
        "goods": desk.goods(desk.filter(one)),
    }
    section["chip_step"] = section["step"]
    if one.has("max_points_offline"):
        section["max_points_offline"] = desk.points(one.text("max_points_offline"))
    one.finish()
    return words(section)


@dataclass(frozen=True)
class Ladder:
    """The tiers of a case. `current`: the present receipt counts already."""

    section: dict[str, Any]
    measure: str = ""
    current: bool = False
    period: str = "year"


def ladder_of(programs: Programs, desk: Desk) -> Ladder:
    """Tiers with their borders, or, where a case only says who holds one, just their names."""
    found = list(effects_of(programs, *MEASURES))
    if len(found) > 1:
        raise NotModelled(UNKNOWN_VALUE)
    if not found:
        return _named(programs)
    one = found[0][1]
    measure = MEASURES[one.text("type")]
    period = PERIODS[one.choice("period", tuple(PERIODS))]
    gross = desk.options["counts_current_receipt"] == "gross"
    current = one.flag("include_current_sale", default=gross)
    borders = sorted(one.pairs("tiers"), key=lambda pair: Fraction(pair[1]))
    one.finish()
    rows = [{"id": name, "from": _border(value, measure, desk)} for name, value in borders]
    if borders and Fraction(borders[0][1]) > 0:
        rows.insert(0, {"id": NO_TIER, "from": _border("0", measure, desk)})
    section = {"by": measure, "list": rows, "bound": desk.options["tier_bound"]}
    return Ladder(section | {"period": period}, measure, current, period)


def _border(value: str, measure: str, desk: Desk) -> str | int:
    return (
        desk.prices.decimal(desk.prices.minor(value)) if measure == "spend" else desk.points(value)
    )


def _named(programs: Programs) -> Ladder:
    names: dict[str, None] = {}
    for program in programs:
        for one in program.get("effects", ()):
            for key in ("rates", "value_per_point_by_tier"):
                names |= dict.fromkeys(one.get(key) or ())
    if not names:
        return Ladder({})
    return Ladder({"by": "granted", "list": [{"id": NO_TIER}, *({"id": n} for n in names)]})


def discounts_of(programs: Programs, desk: Desk) -> list[dict[str, Any]]:
    """Cumulative discounts: a rate by earlier spend, on top of what promotions left."""
    found = []
    for program, one in effects_of(programs, "percent_off_by_period_spend"):
        one.ignore("type")
        one.choice("spend_basis", ("net_paid_before_this_receipt",))
        bound = one.choice("bound", ("upper_inclusive", "lower_inclusive"))
        when, conditions = conditions_of(program, desk)
        if conditions:
            raise NotModelled(UNKNOWN_VALUE)
        steps = [
            {"above": desk.prices.decimal(desk.prices.minor(border)), "percent": rate}
            for border, rate in one.pairs("tiers")
        ]
        section = {
            "id": program.text("id"),
            "kind": "cumulative",
            "steps": steps,
            "bound": bound or desk.options["cumulative_bound"],
            "counts_current_receipt": desk.options["counts_current_receipt"],
            "period": PERIODS[one.choice("period", tuple(PERIODS))],
            "goods": desk.goods(desk.filter(one)),
            "when": when,
            "on_promoted": True,
        }
        one.finish()
        found.append(words(section))
    return found


@dataclass(frozen=True)
class Cards:
    """Gift cards: may one pay, and which goods are cards (by article, or said on the line)."""

    program_ids: frozenset[str] = frozenset()
    pays: bool = False
    skus: frozenset[str] = frozenset()
    face_value: str = ""


def cards_of(programs: Programs) -> Cards:
    """What the case says of gift cards."""
    pays = [program for program, _ in effects_of(programs, "pay_from_card")]
    skus: set[str] = set()
    face = ""
    for _, one in effects_of(programs, "sell_card"):
        one.ignore("type")
        inner = one.child("filter")
        skus |= set(inner.words("sku"))
        face = one.text("face_value")
        inner.finish()
        one.finish()
    names = frozenset(program.text("id") for program in pays)
    return Cards(names, bool(pays), frozenset(skus), face)


@dataclass(frozen=True)
class Lifetime:
    """How long points live. `first_earned`: lots are spent in the order they were earned."""

    days: int | None = None
    first_earned: bool = False
    exclusive: bool = False


def lifetime_of(programs: Programs, desk: Desk) -> Lifetime:
    """What the case says of expiry."""
    found = Lifetime(
        first_earned=desk.options["lot_order"] == "oldest_issued_first",
        exclusive=desk.options["expiry_last_day"] == "exclusive",
    )
    for _, one in effects_of(programs, "expire"):
        one.ignore("type")
        order = one.choice("order", ("fifo", "earliest_expiry_first"))
        inclusive = one.flag("inclusive_last_day", default=not found.exclusive)
        days = one.whole("after_days") or None
        one.finish()
        found = Lifetime(days, order == "fifo" or found.first_earned, not inclusive)
    return found

"""A neutral case as a programme document, read by the product's own reader. Never a number."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pos_app.domain.loyalty.program import Program, load
from tests.builders import a_document
from tests.vectors.outcome import NotModelled
from tests.vectors.pricing.benefits import BENEFITS, NEXT_VISIT
from tests.vectors.pricing.case import Case
from tests.vectors.pricing.desk import Desk
from tests.vectors.pricing.earning import EARNINGS, caps_of, earn_of, parts_of_points, scale_of
from tests.vectors.pricing.fields import Fields
from tests.vectors.pricing.loyalty import (
    MEASURES,
    Cards,
    Ladder,
    Lifetime,
    cards_of,
    discounts_of,
    ladder_of,
    lifetime_of,
    redeem_of,
)
from tests.vectors.pricing.prices import MIXED_TAX, Inconvertible, Prices
from tests.vectors.pricing.promotions import OTHER_SHAPE, promotions_of

UNKNOWN_EFFECT = "unknown effect"
ORDER_OF_LOTS = "order of lots"
EFFECTS = frozenset(
    {
        *BENEFITS,
        *EARNINGS,
        *MEASURES,
        "reward",
        "redeem_as_money",
        "percent_off_by_period_spend",
        "pay_from_card",
        "sell_card",
        "expire",
    }
)
LEFT_OUT = {"redeem_order": "order of redemptions"}
PROGRAM_FIELDS = (
    *("id", "trigger", "code", "conditions", "effects", "priority", "exclusive", "stackable"),
    *("phase", "limits", "concurrency", "stack_with_catalog", "round"),
)


@dataclass(frozen=True)
class Written:
    """A case in the product's words: the programme, and what stays outside of it."""

    case: Case
    program: Program
    prices: Prices
    scale: int
    ladder: Ladder
    cards: Cards
    lifetime: Lifetime
    birthday_days: int

    @property
    def claims(self) -> frozenset[str]:
        """Ids of the promotions that are given when somebody asks for them."""
        return frozenset(p.promotion_id for p in self.program.promotions if p.claim)


def written(case: Case) -> Written:
    """The case with the tax inside its prices if that can be said, else without it."""
    _known(case)
    for gross in (True, False):
        try:
            return _written(case, case.prices(gross=gross))
        except Inconvertible:
            continue
    raise NotModelled(MIXED_TAX)


def _known(case: Case) -> None:
    for program in case.programs:
        fields = Fields(program)
        fields.ignore(*PROGRAM_FIELDS)
        fields.choice("trigger", ("auto", "code"), "auto")
        fields.finish()
        _judge_loyalty(program)
        for one in program.get("effects", ()):
            if one.get("type") in LEFT_OUT:
                raise NotModelled(LEFT_OUT[one["type"]])
            if one.get("type") not in EFFECTS:
                raise NotModelled(UNKNOWN_EFFECT)


LOYALTY = frozenset({*EARNINGS, "redeem_as_money", "percent_off_by_period_spend"})
ALONE = ("exclusive", "concurrency", "stack_with_catalog", "phase", "priority")


def _judge_loyalty(program: Mapping[str, Any]) -> None:
    """Points, and a discount for earlier spend, need no code and compete with no promotion."""
    kinds = {one.get("type") for one in program.get("effects", ())}
    limits = set(program.get("limits") or ()) - {"max_points_per_month"}
    if not kinds & LOYALTY:
        return
    coded = program.get("trigger") == "code" or bool(limits and not kinds & BENEFITS.keys())
    competes = any(key in program for key in ALONE) or program.get("stackable") is False
    if coded or ("percent_off_by_period_spend" in kinds and competes):
        raise NotModelled(OTHER_SHAPE)


def _written(case: Case, prices: Prices) -> Written:
    programs = list(case.programs)
    lines = case.sold()
    for line in lines:
        prices.unit_minor(line.unit_price, line.line)
    earns = any(one["type"] in EARNINGS for p in programs for one in p.get("effects", ()))
    scale = scale_of(programs, case.options)
    scale = parts_of_points(case.stated_points(), earns=earns, scale=scale)
    shelf_prices = any(program.get("phase") == "catalog" for program in programs)
    compounds = any(program.get("concurrency") == "compound" for program in programs)
    desk = Desk(
        options=case.options,
        prices=prices,
        lines=lines,
        scale=scale,
        max_applications=case.max_applications,
        shelf_prices=shelf_prices,
        compounds=compounds,
    )
    ladder = ladder_of(programs, desk)
    lifetime = lifetime_of(programs, desk)
    if lifetime.first_earned and case.customer.get("lots"):
        # Lots of one lifetime are the same in both orders; lots of their own dates are not.
        raise NotModelled(ORDER_OF_LOTS)
    document = _document(case, desk, programs, ladder, lifetime)
    return Written(
        case=case,
        program=load(json.dumps(document)),
        prices=prices,
        scale=scale,
        ladder=ladder,
        cards=cards_of(programs),
        lifetime=lifetime,
        birthday_days=int(desk.stated.get("birthday_days", 0)),
    )


def _document(
    case: Case,
    desk: Desk,
    programs: list[Mapping[str, Any]],
    ladder: Ladder,
    lifetime: Lifetime,
) -> dict[str, Any]:
    promotions = [one for program in programs for one in promotions_of(program, desk)]
    _offer(promotions, desk)
    earn = earn_of(programs, desk)
    if lifetime.days is not None:
        earn["expires_after_days"] = lifetime.days
    parts: dict[str, Any] = {
        "currency": {"code": "XXX", "minor_digits": case.digits},
        "promotions": promotions,
        "member_discounts": discounts_of(programs, desk),
        "earn": earn,
        "redeem": redeem_of(programs, desk),
        "tiers": ladder.section,
        "return_policy": case.options["refund_points"],
        "coupons": _coupons(promotions),
    }
    caps = caps_of(programs, desk)
    if caps:
        parts["cashback"] = {"caps": caps}
    parts["policies"] = desk.policies()
    if days := desk.stated.get("birthday_days"):
        parts["birthday"] = {"days_before": int(days), "days_after": int(days)}
    return a_document(**{key: value for key, value in parts.items() if value})


def _offer(promotions: list[dict[str, Any]], desk: Desk) -> None:
    """A gift of an article that is not bought is fetched from the shelf: where there are reductions
    to choose from as well, it is taken when it is claimed."""
    if all(one.get("kind") == "gift" for one in promotions):
        return
    bought = {line.sku for line in desk.lines}
    for one in promotions:
        if one.get("kind") == "gift" and one.get("item") and one["item"] not in bought:
            one["claim"] = True


def _coupons(promotions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Coupons that open a promotion, and the one that a promotion prints."""
    asked = {p["coupon_needed"]: None for p in promotions if p.get("coupon_needed")}
    found: list[dict[str, Any]] = [
        {"id": code, "kind": "code", "codes": [{"code": code.upper()}], "use": "multi_use"}
        for code in asked
    ]
    given = [b for p in promotions for b in p.get("benefits", [p])]
    if any(one.get("kind") == "coupon" for one in given):
        found.append({"id": NEXT_VISIT, "kind": "printed", "days": 30})
    return found

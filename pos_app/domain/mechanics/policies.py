"""Where the field knows several ways of calculating: which one this program takes. Never how.

Every choice is a closed list; the first of each is the default (loyalty.md 2).
"""

from dataclasses import dataclass

from pos_app.domain.reading import Reader

ORDERS = (
    "percent_first",
    "amount_first",
    "priority",
    "priority_low_first",
    "listed",
    "best_total",
)
COMPOUNDINGS = (
    "net",
    "list_additive",
    "best_per_line",
    "parallel_in_priority",
    "compound_in_priority",
    "best_in_priority",
)
SELECTIONS = ("best_total", "all_in_order", "exclusive_by_priority", "one_order_percent")
CONDITION_BASES = ("list", "net_after_line_promotions", "net_after_earlier_promotions")
ROUNDINGS = ("half_up", "half_up_sum", "price_half_up", "floor")
ALLOCATIONS = ("largest_remainder", "equal_per_unit", "largest_line")
UNIT_CHOICES = ("best_for_customer", "best_for_shop", "listed_first")
GIFT_STEPS = ("single", "largest_first")
CLAIM_POINTS = ("balance", "with_this_receipt")


@dataclass(frozen=True, slots=True)
class Policies:
    """`order`: of the promotions; `compounding`: what each works on; `selection`: which of them;
    `condition_base`: what amounts are compared with; `rounding` of a reduction; `allocation` of an
    amount to lines; `unit_choice`: which of several units; `gift_steps`: how borders of gifts add
    up; `claim_points`: whether a reward may be paid with the points of the same receipt.
    """

    order: str = ORDERS[0]
    compounding: str = COMPOUNDINGS[0]
    selection: str = SELECTIONS[0]
    condition_base: str = CONDITION_BASES[0]
    rounding: str = ROUNDINGS[0]
    allocation: str = ALLOCATIONS[0]
    unit_choice: str = UNIT_CHOICES[0]
    gift_steps: str = GIFT_STEPS[0]
    claim_points: str = CLAIM_POINTS[0]


def read_policies(doc: Reader) -> Policies:
    """The section `policies`."""
    policies = Policies(
        order=doc.choice("order", ORDERS, ORDERS[0]),
        compounding=doc.choice("compounding", COMPOUNDINGS, COMPOUNDINGS[0]),
        selection=doc.choice("selection", SELECTIONS, SELECTIONS[0]),
        condition_base=doc.choice("condition_base", CONDITION_BASES, CONDITION_BASES[0]),
        rounding=doc.choice("rounding", ROUNDINGS, ROUNDINGS[0]),
        allocation=doc.choice("allocation", ALLOCATIONS, ALLOCATIONS[0]),
        unit_choice=doc.choice("unit_choice", UNIT_CHOICES, UNIT_CHOICES[0]),
        gift_steps=doc.choice("gift_steps", GIFT_STEPS, GIFT_STEPS[0]),
        claim_points=doc.choice("claim_points", CLAIM_POINTS, CLAIM_POINTS[0]),
    )
    doc.finish()
    levels = policies.compounding in ("parallel_in_priority", "best_in_priority")
    levels = levels or policies.compounding == "compound_in_priority"
    if levels and policies.order not in ("priority", "priority_low_first"):
        doc.fault("order", f"compounding {policies.compounding} goes by priority")
    if policies.rounding == "half_up_sum" and policies.compounding != "list_additive":
        doc.fault("rounding", "half_up_sum rounds a sum of percents: compounding list_additive")
    return policies

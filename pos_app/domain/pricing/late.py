"""Conditions on amounts that other promotions lower: judged when the promotion's turn comes."""

from pos_app.domain.pricing.eligibility import NOT_EARLY, short_of
from pos_app.domain.pricing.setting import Setting
from pos_app.domain.pricing.worksheet import Worksheet
from pos_app.domain.promotion.condition import Condition
from pos_app.domain.promotion.promotion import Promotion


def waits(promotion: Promotion, setting: Setting) -> bool:
    """True when one of its conditions is on a net amount."""
    return any(_base(c, setting) in NOT_EARLY for c in promotion.conditions if c.kind == "amount")


def still_open(promotion: Promotion, sheet: Worksheet, setting: Setting) -> bool:
    """True when every condition on net amounts holds now."""
    for condition in promotion.conditions:
        if condition.kind != "amount" or _base(condition, setting) not in NOT_EARLY:
            continue
        if short_of(condition, net_minor(condition, sheet, setting)) is not None:
            return False
    return True


def net_minor(condition: Condition, sheet: Worksheet, setting: Setting) -> int:
    """The amount of the condition's goods on its declared base."""
    after_lines = _base(condition, setting) == NOT_EARLY[0] and sheet.after_lines
    return sum(
        sheet.after_lines[row.line.line] if after_lines else row.net_minor
        for row in sheet.rows
        if not row.line.item.bars.threshold
        and condition.goods.holds(row.line.item, row.line.unit_price_minor)
    )


def _base(condition: Condition, setting: Setting) -> str:
    return condition.base or setting.policies.condition_base

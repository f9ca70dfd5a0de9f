"""A configuration of labels that nobody could explain is refused when it is made."""

import pytest

from pos_app.domain.identification import LabelRules, Layout


@pytest.mark.parametrize(
    "rules",
    [
        {"layouts": {"2x": Layout.ITEM}},
        {"layouts": {"": Layout.ITEM}},
        {"layouts": {"2" * 13: Layout.ITEM}},
        {"layouts": {"211": Layout.WEIGHT}},
        {"member_qr": ("LOY1:",)},
        {"coupon_qr": ("<token>",)},
        {"receipt_qr": ("K1R:<token>/x",)},
        {"cards_are": 1},
    ],
)
def test_senseless_configuration_is_refused(rules) -> None:
    with pytest.raises((ValueError, TypeError)):
        LabelRules(**rules)


def test_rules_are_values() -> None:
    assert LabelRules() == LabelRules()
    assert hash(LabelRules()) == hash(LabelRules())

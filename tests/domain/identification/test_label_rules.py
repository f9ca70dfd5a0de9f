"""A configuration of labels that nobody could explain is refused when it is made."""

import pytest

from pos_app.domain.identification import Identifier, Kind, LabelRules, Layout, Reason
from pos_app.domain.identification.check_digits import gs1_check_digit
from pos_app.domain.identification.label_layout import value_check_digit


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


def scanned(rules: LabelRules, digits: str):
    return Identifier(rules, None, None).scan((digits + gs1_check_digit(digits)).encode(), "]E0")


def test_a_shop_writes_its_layouts_as_its_label_printer_does() -> None:
    rules = LabelRules.of_setting(
        {
            "layouts": {
                "20": "item",
                "21": "PP PPPPP WWWWW C",
                "22": "PP PPPP NNNNNN C",
                "23": "PP PPPPP V MMMM C",
                "24": "PP PPPP V MMMMM C",
                "027": "PPP PPPP WWWWW C",
            },
            "cards": [{"prefix": "29", "length_min": 13, "length_max": 13}],
            "in_store_ean8_prefixes": ["2"],
        }
    )
    weight = scanned(rules, "210010100342")
    assert (weight.kind, weight.plu, weight.weight_g) == (Kind.RCN_WEIGHT, "00101", 342)
    count = scanned(rules, "220101000012")
    assert (count.kind, count.plu, count.count) == (Kind.RCN_COUNT, "0101", 12)
    price = scanned(rules, "230010192875")
    assert (price.kind, price.plu, price.price_minor) == (Kind.RCN_PRICE, "00101", 2875)
    longer = scanned(rules, "240101614685")
    assert (longer.plu, longer.price_minor) == ("0101", 14685)
    three = scanned(rules, "027010101250")
    assert (three.plu, three.weight_g) == ("0101", 1250)
    assert rules.is_member_card("2900000000001")
    assert LabelRules.of_setting(None) == LabelRules()


@pytest.mark.parametrize("digit", "012345678")
def test_a_price_whose_own_check_digit_is_wrong_is_a_bad_scan(digit) -> None:
    rules = LabelRules.of_setting({"layouts": {"23": "PP PPPPP V MMMM C"}})
    assert scanned(rules, f"2300101{digit}2875").reason is Reason.CHECK_DIGIT


def test_every_value_has_one_check_digit_and_a_slip_of_one_digit_is_seen() -> None:
    for digits in (4, 5):
        for value in range(0, 10**digits, 37):
            text = f"{value:0{digits}d}"
            right = value_check_digit(text)
            for place in range(digits):
                for other in "0123456789":
                    if other != text[place]:
                        slip = text[:place] + other + text[place + 1 :]
                        assert value_check_digit(slip) != right


@pytest.mark.parametrize(
    "layouts",
    [
        {"21": "PP PPPPP WWWWW"},
        {"21": "PP PPPPP QQQQQ C"},
        {"21": "PP PPPPW WWWWW C"},
        {"21": "PP PPPP WWWWW CC"},
        {"21": "PP PPP VV MMMMM C"},
        {"21": "PP PPP V MMMMMM C"},
        {"211": "PP PPPPP WWWWW C"},
        {"21": "kilograms"},
    ],
)
def test_a_layout_nobody_could_print_is_refused(layouts) -> None:
    with pytest.raises(ValueError, match=r".+"):
        LabelRules.of_setting({"layouts": layouts})


def test_a_setting_that_is_no_object_is_refused() -> None:
    with pytest.raises(TypeError):
        LabelRules.of_setting(["21"])

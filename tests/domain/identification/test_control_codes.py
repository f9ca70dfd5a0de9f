"""Printed keys of the till: told from everything else, and from those of another till."""

import pytest

from pos_app.domain.identification import CardRange, Identifier, Kind, LabelRules
from pos_app.domain.identification.control import (
    COMMANDS,
    MONEY,
    begins_so,
    code_of,
    is_true,
    letters_of,
)
from pos_app.gear.gs1 import BiipGs1Reader
from pos_app.gear.phones import WorldPhoneBook

KEY, OTHER = bytes(range(16)), bytes(16)


def test_each_command_has_a_label_of_its_own_that_only_its_key_makes():
    labels = {code_of(KEY, letters) for letters in COMMANDS}
    assert len(labels) == len(COMMANDS) == len(set(COMMANDS.values()))
    for letters in COMMANDS:
        label = code_of(KEY, letters)
        assert letters_of(label) == letters
        assert is_true(KEY, label)
        assert is_true(KEY, label.lower())
        assert not is_true(OTHER, label)
    assert set(MONEY) < set(COMMANDS)


@pytest.mark.parametrize("label", ["K1X:", "K1X:CA", "K1X:ZZ22222222", "K1X:CA22222221", "K1M:CA"])
def test_what_only_looks_like_one_is_none(label):
    assert letters_of(label) is None
    assert not is_true(KEY, label)


def test_a_tag_of_another_command_is_no_key():
    label = code_of(KEY, "VL")
    assert not is_true(KEY, label.replace("VL", "CA", 1))


def test_a_label_that_begins_so_is_never_goods_a_card_or_a_coupon():
    identifier = Identifier(LabelRules(), WorldPhoneBook(), BiipGs1Reader())
    for text in (code_of(KEY, "CA"), "K1X:", "k1x:anything", "K1X:2900000000019"):
        assert begins_so(text)
        for aim in (None, "]C0", "]Q1"):
            found = identifier.scan(text.encode(), aim)
            assert found.kind is Kind.CONTROL
        assert identifier.typed(text).kind is Kind.CONTROL
    assert identifier.scan(b"]C0" + code_of(KEY, "CA").encode()).kind is Kind.CONTROL


@pytest.mark.parametrize(
    "rules",
    [
        {"member_qr": ("K1X:<token>",)},
        {"coupon_qr": ("k1x<token>",)},
        {"gift_card_qr": ("K1X:GIFT<token>",)},
        {"cards": (CardRange("K1X:"),)},
    ],
)
def test_a_shop_cannot_give_these_labels_another_meaning(rules):
    with pytest.raises(ValueError, match="key"):
        LabelRules(**rules)


def test_a_card_prefix_of_letters_near_by_is_still_a_card():
    assert LabelRules(cards=(CardRange("K1"),)).is_member_card("K12345678")

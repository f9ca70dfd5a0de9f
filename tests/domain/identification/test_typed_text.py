"""What the one field takes from a keyboard."""

import pytest

from pos_app.domain.identification import Identifier, Kind, LabelRules, Reason
from pos_app.gear.gs1 import BiipGs1Reader
from pos_app.gear.phones import WorldPhoneBook

TILL = Identifier(LabelRules(), WorldPhoneBook(), BiipGs1Reader())


@pytest.mark.parametrize("text", ["1", "42", "00042", "12345"])
def test_short_number_is_a_plu(text) -> None:
    answer = TILL.typed(text)
    assert (answer.kind, answer.plu) == (Kind.PLU, text)


@pytest.mark.parametrize(
    "text",
    [
        "9123456789",
        "89123456789",
        "79123456789",
        "+79123456789",
        "8 (912) 345-67-89",
        "(912) 345 67 89",
        "+7‑912‑345‑67‑89",
        "＋７９１２３４５６７８９",
        "8-10-7-912-345-67-89",
        "8 912 345-67-89 доб. 12",
        " 9123456789 ",
    ],
)
def test_phone_in_every_home_form(text) -> None:
    answer = TILL.typed(text)
    assert (answer.kind, answer.phone_e164) == (Kind.PHONE, "+79123456789")


def test_phone_of_a_neighbour_needs_its_plus() -> None:
    assert TILL.typed("+375 29 491-19-11").phone_e164 == "+375294911911"
    assert TILL.typed("375294911911").kind is Kind.LOYALTY_CARD


def test_shop_with_nine_digit_phones() -> None:
    shop = Identifier(
        LabelRules(home_region="UZ", phone_digits_min=9), WorldPhoneBook(), BiipGs1Reader()
    )
    assert shop.typed("901234567").phone_e164 == "+998901234567"


@pytest.mark.parametrize("text", ["молоко 2,5", "89O2З456789", "8 912 345-67-8x", "3 Пятёрочка"])
def test_anything_else_is_words_to_search_by(text) -> None:
    answer = TILL.typed(text)
    assert (answer.kind, answer.text) == (Kind.TEXT, text)


@pytest.mark.parametrize(
    ("text", "quantity"), [("3*", "3"), ("03 *", "3"), ("0,5*", "0.5"), ("1.250×", "1.250")]
)
def test_quantity_waits_for_the_next_item(text, quantity) -> None:
    answer = TILL.typed(text)
    assert (answer.kind, answer.quantity) == (Kind.QUANTITY, quantity)


def test_quantity_and_code_in_one_go() -> None:
    by_code = TILL.typed("3*4006381333931")
    assert (by_code.kind, by_code.gtin14, by_code.quantity) == (
        Kind.PRODUCT,
        "04006381333931",
        "3",
    )
    by_plu = TILL.typed("0,342*42")
    assert (by_plu.kind, by_plu.plu, by_plu.quantity) == (Kind.PLU, "42", "0.342")
    assert TILL.typed("2* молоко").text == "молоко"


@pytest.mark.parametrize("text", ["*5", "1234567*", "1.2345*", "3*4*5"])
def test_what_only_looks_like_a_quantity_is_words(text) -> None:
    answer = TILL.typed(text)
    assert answer.kind is Kind.TEXT


def test_mistyped_code_is_told_by_its_check_digit() -> None:
    assert TILL.typed("4006381333932").reason is Reason.CHECK_DIGIT


@pytest.mark.parametrize("text", ["", "   "])
def test_empty_field_is_empty(text) -> None:
    assert TILL.typed(text).reason is Reason.EMPTY


def test_member_code_may_be_typed_too() -> None:
    assert TILL.typed("K1M:MFRGGZDF").token == "MFRGGZDF"
    assert TILL.typed("2900000123458").kind is Kind.LOYALTY_CARD

"""A transaction as the fiscal format wants it: after discounts and points, to the kopeck."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_app.domain.document import CompletedTransaction, TransactionKind
from pos_app.domain.fiscal.receipts import NotFiscal, Terms, correction_of, receipt_of
from pos_app.domain.fiscal.shape import (
    Cashier,
    Correction,
    FiscalDocument,
    FiscalKind,
    MarkingCode,
    MarkState,
    Measure,
    PaymentMethod,
    PaymentObject,
    Payments,
    Permission,
)
from pos_app.domain.fiscal.splitting import fits, split
from pos_app.domain.fiscal.stored import decode_document, encode_document
from pos_app.domain.fiscal.vat import load_vat_values
from pos_app.domain.pricing.basket import Goodwill
from pos_app.domain.quantity import grams
from pos_app.domain.sentence import Sentence
from pos_app.domain.tender import Tender, TenderKind
from resources import read_text
from tests.builders import a_program, a_promotion, an_item
from tests.domain.random_shop import ITEMS, PROGRAM
from tests.domain.test_sale_to_return import APPLE, MILK, PLACE, returned, scanned, sold

VAT = load_vat_values(read_text("fiscal", "vat.json"))
CASHIER = Cashier("Орлова Ольга", "770123456789")


def said(sentence: Sentence) -> str:
    return str(sentence)


TERMS = Terms(VAT, CASHIER, said)


def closes(fiscal: FiscalDocument) -> None:
    """The law of every receipt."""
    for one in fiscal.positions:
        assert fits(one.price_minor, one.quantity_milli, one.amount_minor), one
        assert one.amount_minor >= 0
        assert one.discount_minor >= 0
    assert fiscal.total_minor == fiscal.payments.total_minor
    assert decode_document(encode_document(fiscal)) == fiscal


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 10_000_00), st.integers(1, 60_000))
def test_any_cost_of_any_quantity_is_split_into_parts_that_multiply_exactly(
    amount: int, milli: int
) -> None:
    for quantity in (milli, milli * 1000):
        parts = split(amount, quantity)
        assert sum(part.amount_minor for part in parts) == amount
        assert sum(part.quantity_milli for part in parts) == quantity
        assert len(parts) <= 2
        assert all(fits(p.price_minor, p.quantity_milli, p.amount_minor) for p in parts)


def test_no_line_costs_less_than_nothing_or_has_no_quantity() -> None:
    for amount, milli in ((-1, 1000), (1, 0)):
        with pytest.raises(ValueError, match="no line"):
            split(amount, milli)


ROWS = st.lists(st.tuples(st.integers(0, len(ITEMS)), st.integers(1, 7)), min_size=1, max_size=6)


@settings(max_examples=150, deadline=None)
@given(
    ROWS,
    PROGRAM,
    st.integers(0, 900),
    st.sampled_from([None, Goodwill(amount_minor=3_33)]),
    st.integers(0, 3),
    st.data(),
)
def test_whatever_the_basket_lines_total_and_payments_are_equal_to_the_kopeck(
    rows, program, points, goodwill, rounding, data
) -> None:
    goods = [
        (ITEMS[n], count) if n < len(ITEMS) else (APPLE, grams(count * 379)) for n, count in rows
    ]
    unit = (0, 10, 1_00, 5_00)[rounding]
    rules = (
        a_program(**program, cash_rounding=f"{unit / 100:.2f}") if unit else a_program(**program)
    )
    transaction = replace(scanned(*goods), goodwill=goodwill)
    document = sold(transaction, rules, points=points)
    document = in_cash(document, unit)
    closes(receipt_of(document, TERMS))
    line = data.draw(st.sampled_from(document.lines))
    units = data.draw(st.integers(1, line.quantity.value))
    first = returned(document, [(line.line, units)])
    closes(receipt_of(first, TERMS))
    closes(correction_of(first, TERMS, Correction(date(2026, 11, 1))))
    rest = [
        (one.line, one.quantity.value - (units if one is line else 0))
        for one in document.lines
        if one.quantity.value > (units if one is line else 0)
    ]
    if rest:
        closes(receipt_of(returned(document, rest, (first,)), TERMS))


def in_cash(document: CompletedTransaction, unit: int) -> CompletedTransaction:
    """Paid in cash and rounded down to the unit, as a till without small coins does."""
    due = document.totals.payable_minor
    down = due % unit if unit else 0
    totals = replace(document.totals, rounding_minor=-down)
    paid = (Tender(TenderKind.CASH, due - down + 5_00),)
    return replace(document, totals=totals, tenders=paid, change_minor=5_00, cash_unit_minor=unit)


# --- what the letters say --------------------------------------------------------------------


def test_price_and_cost_are_those_after_the_discount_and_the_points() -> None:
    program = a_program(
        promotions=[a_promotion("percent", percent="10", name={"ru": "Осень", "en": "Autumn"})],
        redeem={"point_value": "1.00", "max_share": "50"},
    )
    fiscal = receipt_of(sold(scanned((an_item("tv", 1000_00), 1)), program, points=100), TERMS)
    (one,) = fiscal.positions
    assert (one.price_minor, one.amount_minor) == (800_00, 800_00)
    assert one.discount_minor == 200_00
    assert [note.split("(")[0] for note in one.notes] == [
        "fiscal.full_price",
        "fiscal.reduction",
        "fiscal.points_paid",
    ]
    assert any("points_redeemed" in note for note in fiscal.notes)


def test_what_points_pay_in_full_is_a_position_for_nothing() -> None:
    program = a_program(redeem={"point_value": "1.00", "max_share": "100"})
    document = sold(scanned((an_item("pen", 50_00), 1)), program, points=50)
    fiscal = receipt_of(document, TERMS)
    assert [(p.price_minor, p.amount_minor) for p in fiscal.positions] == [(0, 0)]
    assert fiscal.payments == Payments()


def test_three_for_ten_are_one_at_three_thirty_four_and_two_at_three_thirty_three() -> None:
    program = a_program(promotions=[a_promotion("bundle", buy=3, price="10.00")])
    fiscal = receipt_of(sold(scanned((MILK, 3)), program), TERMS)
    rows = [(p.price_minor, p.quantity_milli, p.amount_minor) for p in fiscal.positions]
    assert rows == [(3_34, 1000, 3_34), (3_33, 2000, 6_66)]
    assert sum(p.discount_minor for p in fiscal.positions) == 3 * 89_90 - 10_00


def test_a_weight_is_kilograms_to_the_gram() -> None:
    fiscal = receipt_of(sold(scanned((APPLE, grams(342)))), TERMS)
    (one,) = fiscal.positions
    assert (one.measure, one.quantity_milli, one.price_minor) == (Measure.KILOGRAM, 342, 149_90)
    assert one.amount_minor == 51_27


def test_kinds_of_money_are_kinds_of_tags_and_change_is_out_of_the_cash() -> None:
    tenders = (
        Tender(TenderKind.CARD, 10_00),
        Tender(TenderKind.QR, 5_00),
        Tender(TenderKind.GIFT_CARD, 20_00, "g"),
        Tender(TenderKind.CASH, 100_00),
    )
    document = sold(scanned((MILK, 1)), tenders=tenders)
    assert receipt_of(document, TERMS).payments == Payments(54_90, 15_00, 20_00)
    assert document.change_minor == 45_10


def test_a_gift_card_sold_is_an_advance_with_the_tax_inside_it() -> None:
    document = sold(scanned((MILK, 1)))
    card = replace(document.lines[0], card_id="card-1")
    (one,) = receipt_of(replace(document, lines=(card,)), TERMS).positions
    assert (one.method, one.subject) == (PaymentMethod.ADVANCE, PaymentObject.PAYMENT)
    assert one.vat == 12


def test_a_gift_card_without_a_class_has_the_tax_inside_it_where_the_shop_pays_it() -> None:
    document = sold(scanned((MILK, 1)))
    plain = replace(document.lines[0], card_id="card-1", tax_class="none", tax_rate_ppm=0)
    whole = replace(document, lines=(plain,))
    taxed = replace(TERMS, advance_rate_ppm=200_000)
    assert receipt_of(whole, TERMS).positions[0].vat == 6
    assert receipt_of(whole, taxed).positions[0].vat == 3


def test_cash_rounding_is_taken_off_goods_before_an_advance() -> None:
    document = sold(scanned((MILK, 1), (an_item("card", 500_00), 1)))
    milk, card = document.lines
    document = in_cash(replace(document, lines=(milk, replace(card, card_id="c"))), 1_00)
    assert [p.amount_minor for p in receipt_of(document, TERMS).positions] == [89_00, 500_00]
    alone = replace(document, lines=(replace(card, card_id="c"),))
    alone = in_cash(replace(alone, totals=replace(alone.totals, payable_minor=500_00)), 3_00)
    assert receipt_of(alone, TERMS).total_minor == 498_00


def test_the_rate_is_that_of_the_sale_and_a_return_keeps_it() -> None:
    for on, value in ((date(2025, 12, 31), 1), (date(2026, 1, 1), 11)):
        document = sold(scanned((MILK, 1)), place=replace(PLACE, business_on=on))
        assert receipt_of(document, TERMS).positions[0].vat == value
        back = returned(document, [(1, 1)], on=date(2026, 2, 1))
        assert receipt_of(back, TERMS).positions[0].vat == value


@pytest.mark.parametrize(
    ("tax_class", "rate", "value"),
    [("reduced", 100_000, 2), ("zero", 0, 5), ("none", 0, 6), ("food", 0, 6),
     ("exempt", 220_000, 6),
     ("standard", 50_000, 7), ("standard", 70_000, 8)],
)  # fmt: skip
def test_each_rate_has_its_number(tax_class: str, rate: int, value: int) -> None:
    document = sold(scanned((MILK, 1)))
    line = replace(document.lines[0], tax_class=tax_class, tax_rate_ppm=rate)
    assert receipt_of(replace(document, lines=(line,)), TERMS).positions[0].vat == value


def test_a_rate_the_format_has_no_number_for_is_refused_before_anything_is_sent() -> None:
    document = sold(scanned((MILK, 1)), place=replace(PLACE, business_on=date(2018, 5, 1)))
    with pytest.raises(NotFiscal) as refusal:
        receipt_of(document, TERMS)
    assert refusal.value.sentence.key == "refused.fiscal_vat_unknown"
    early = replace(sold(scanned((MILK, 1))), business_on=date(2025, 12, 31))
    with pytest.raises(NotFiscal):
        receipt_of(early, TERMS)


PERMISSION = Permission("030", date(2023, 11, 21), "1944", "UUID=u-1&Time=1700000000000")
CODES = tuple(MarkingCode(f"01046000000000021{n}\x1d93abcd".encode(), PERMISSION) for n in "ab")


def test_each_marked_piece_is_a_position_with_its_own_code_byte_for_byte() -> None:
    program = a_program(promotions=[a_promotion("bundle", buy=3, price="10.00")])
    document = sold(scanned((MILK, 3)), program)
    fiscal = receipt_of(document, replace(TERMS, marks={1: CODES}))
    closes(fiscal)
    rows = [(p.quantity_milli, p.amount_minor, p.marking) for p in fiscal.positions]
    assert rows == [(1000, 3_34, CODES[0]), (1000, 3_33, CODES[1]), (1000, 3_33, None)]
    assert fiscal.positions[0].subject is PaymentObject.MARKED
    assert fiscal.positions[0].mark_state is MarkState.PIECE_SOLD
    back = receipt_of(returned(document, [(1, 1)]), replace(TERMS, marks={1: CODES[:1]}))
    assert back.positions[0].mark_state is MarkState.PIECE_RETURNED


def test_a_marked_weight_carries_its_code_once() -> None:
    document = sold(scanned((APPLE, grams(2345))))
    line = replace(document.lines[0], payable_minor=351_51)
    odd = replace(document, lines=(line,), tenders=(Tender(TenderKind.CASH, 351_51),))
    fiscal = receipt_of(odd, replace(TERMS, marks={1: CODES[:1]}))
    closes(fiscal)
    assert [p.marking for p in fiscal.positions].count(CODES[0]) == 1
    assert fiscal.positions[0].mark_state is MarkState.MEASURED_SOLD
    back = replace(odd, kind=TransactionKind.RETURN)
    again = receipt_of(back, replace(TERMS, marks={1: CODES[:1]}))
    assert again.positions[0].mark_state is MarkState.MEASURED_RETURNED


def test_a_return_says_so_and_thanks_for_nothing() -> None:
    earning = {"rules": [{"id": "e", "percent": "10"}]}
    document = sold(scanned((an_item("tv", 1000_00), 1)), a_program(earn=earning), points=100)
    fiscal = receipt_of(returned(document, [(1, 1)]), TERMS)
    assert fiscal.kind is FiscalKind.RETURN
    assert [note.split("(")[0] for note in fiscal.notes] == [
        "fiscal.points_redeemed_back",
        "fiscal.points_earned_back",
    ]


def test_a_correction_says_which_day_it_corrects() -> None:
    correction = Correction(date(2026, 11, 1), True, "12-34")
    fiscal = correction_of(sold(scanned((MILK, 1))), TERMS, correction)
    assert fiscal.kind is FiscalKind.CORRECTION_SALE
    assert fiscal.kind.has_positions
    assert decode_document(encode_document(fiscal)).correction == correction


def test_a_stored_document_that_was_not_written_here_is_refused() -> None:
    for data in (b"{}", b"[]", b'{"kind": "sale", "cashier": ["x", ""]}'):
        with pytest.raises(ValueError, match="stored fiscal document"):
            decode_document(data)

"""Returns: what comes back, at which price and tax, to which tender, and with which points."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_app.domain.business_day import (
    cash_effect_minor,
)
from pos_app.domain.document import CompletedTransaction, Step
from pos_app.domain.errors import RuleError
from pos_app.domain.loyalty.ledger import EntryKind, fold
from pos_app.domain.pricing.basket import Goodwill
from pos_app.domain.quantity import grams
from pos_app.domain.returning import (
    ReturnLine,
    return_lines,
    returned_before,
)
from pos_app.domain.tender import Tender, TenderKind
from tests.builders import (
    a_program,
    a_promotion,
    an_entry,
    an_item,
)
from tests.domain.random_shop import ITEMS, PROGRAM
from tests.domain.test_sale_to_return import APPLE, EARNING, MILK, PLACE, returned, scanned, sold


def test_a_return_in_2026_of_a_sale_in_2025_keeps_its_tax_rate() -> None:
    document = sold(scanned((MILK, 1)), place=replace(PLACE, business_on=date(2025, 12, 31)))
    back = returned(document, [(1, 1)], on=date(2026, 1, 2))
    assert back.lines[0].tax_rate_ppm == 200_000
    assert back.business_on == date(2026, 1, 2)


def test_units_of_a_line_come_back_dearer_parts_first() -> None:
    program = a_program(promotions=[a_promotion("bundle", buy=3, price="100.00")])
    document = sold(scanned((MILK, 3)), program)
    earlier: tuple[CompletedTransaction, ...] = ()
    for net in (33_34, 33_33, 33_33):
        back = returned(document, [(1, 1)], earlier)
        assert back.totals.due_minor == net
        assert back.lines[0].modifications[0].amount_minor == 89_90 - net
        assert back.lines[0].returned_line == 1
        assert back.original_id == document.transaction_id
        earlier = (*earlier, back)
    assert returned_before(earlier) == {1: 3}
    assert returned_before([document]) == {}


BANANAS = an_item("bananas", 129_90)
BY_HAND = Goodwill(percent_ppm=100_000, reason="dented", operator_id="ivan")


@pytest.mark.parametrize(
    ("sale", "parts"),
    [
        ((BANANAS, grams(1_000)), (350, 1, 649)),
        ((BANANAS, grams(3)), (1, 1, 1)),
        ((MILK, 7), (1, 4, 2)),
        ((MILK, 7), (1,) * 7),
    ],
)
def test_each_reduction_of_a_part_stands_under_its_own_name_and_all_parts_close(sale, parts):
    leaflet = a_promotion("percent", "leaflet", percent="10")
    entered = replace(scanned(sale), goodwill=BY_HAND)
    document = sold(entered, a_program(promotions=[leaflet]))
    (line,) = document.lines
    assert [one.step for one in line.modifications] == [Step.ITEM, Step.GOODWILL]
    earlier: tuple[CompletedTransaction, ...] = ()
    sums = {one.rule_id: 0 for one in line.modifications}
    for part in parts:
        back = returned(document, [(1, part)], earlier)
        (one,) = back.lines
        taken = sum(m.amount_minor for m in one.modifications)
        assert one.list_minor - taken == one.net_minor
        assert all(m.amount_minor > 0 for m in one.modifications)
        for m in one.modifications:
            sums[m.rule_id] += m.amount_minor
        earlier = (*earlier, back)
    assert sums == {one.rule_id: one.amount_minor for one in line.modifications}


def test_a_part_of_weighed_goods_names_the_cashiers_discount_beside_the_promotion() -> None:
    leaflet = a_promotion("percent", "leaflet", percent="10")
    entered = replace(scanned((BANANAS, grams(1_000))), goodwill=BY_HAND)
    document = sold(entered, a_program(promotions=[leaflet]))
    assert [m.amount_minor for m in document.lines[0].modifications] == [12_99, 11_69]
    back = returned(document, [(1, 350)])
    assert [(m.step, m.amount_minor) for m in back.lines[0].modifications] == [
        (Step.ITEM, 4_54),
        (Step.GOODWILL, 4_09),
    ]


def test_more_than_is_left_never_comes_back() -> None:
    document = sold(scanned((MILK, 3)))
    first = returned(document, [(1, 2)])
    for units in (2, 0, -1):
        with pytest.raises(RuleError, match="1 are left"):
            returned(document, [(1, units)], (first,))


def test_a_line_named_twice_in_one_return_comes_back_once_a_unit() -> None:
    program = a_program(promotions=[a_promotion("bundle", buy=3, price="100.00")])
    document = sold(scanned((MILK, 3)), program)
    sold_line = document.lines[0]
    lines = return_lines([ReturnLine(sold_line, 1), ReturnLine(sold_line, 2)], {})
    assert [line.net_minor for line in lines] == [33_34, 66_66]
    with pytest.raises(RuleError, match="left"):
        return_lines([ReturnLine(sold_line, 2), ReturnLine(sold_line, 2)], {})


def test_refunds_go_to_cash_up_to_what_cash_paid_and_then_to_the_other_tenders() -> None:
    tenders = (Tender(TenderKind.CARD, 100_00, "rrn"), Tender(TenderKind.CASH, 200_00))
    document = sold(scanned((MILK, 3)), tenders=tenders)  # due 269.70, change 30.30
    first = returned(document, [(1, 1)])
    assert first.tenders == (Tender(TenderKind.CASH, -89_90),)
    second = returned(document, [(1, 2)], (first,))
    assert second.tenders == (Tender(TenderKind.CASH, -79_80), Tender(TenderKind.CARD, -100_00))
    assert cash_effect_minor(second) == -79_80


def test_what_no_tender_explains_is_refunded_in_cash() -> None:
    document = sold(scanned((MILK, 1)), tenders=(Tender(TenderKind.CARD, 80_00),))
    back = returned(document, [(1, 1)])
    assert back.tenders == (Tender(TenderKind.CARD, -80_00), Tender(TenderKind.CASH, -9_90))


def test_a_return_answers_the_entries_of_its_sale() -> None:
    document = sold(scanned((MILK, 3)), a_program(earn=EARNING), points=30)
    back = returned(document, [(1, 3)])
    redeem, earn = document.entries
    assert [(e.kind, e.points, e.reverses) for e in back.entries] == [
        (EntryKind.REVERSE, 30, redeem.entry_id),
        (EntryKind.REVERSE, -earn.points, earn.entry_id),
    ]


def test_a_return_of_something_free_of_points_has_no_entries() -> None:
    assert returned(sold(scanned((MILK, 1))), [(1, 1)]).entries == ()


def test_grams_that_come_back_never_cost_less_than_nothing() -> None:
    """Ten kopecks of ham, half paid in points, back gram by gram."""
    ham = an_item("ham", 500)
    program = a_program(redeem={"point_value": "0.01", "max_share": "100"})
    document = sold(scanned((ham, grams(20))), program, points=7)
    earlier: tuple[CompletedTransaction, ...] = ()
    for _ in range(20):
        back = returned(document, [(1, 1)], earlier)
        assert back.totals.payable_minor >= 0
        assert back.totals.points_minor >= 0
        earlier = (*earlier, back)
    assert sum(b.totals.payable_minor for b in earlier) == document.totals.payable_minor
    assert sum(b.totals.points_redeemed for b in earlier) == 7


AMOUNTS = st.lists(st.tuples(st.integers(0, len(ITEMS)), st.integers(1, 5)), min_size=1, max_size=4)


@settings(max_examples=150)
@given(AMOUNTS, PROGRAM, st.integers(0, 200), st.booleans(), st.randoms(use_true_random=False))
def test_a_full_return_in_any_parts_and_order_refunds_everything_exactly(
    rows, parts, points, change, random
) -> None:
    goods = [
        (APPLE, grams(count * 137)) if number == len(ITEMS) else (ITEMS[number], count)
        for number, count in rows
    ]
    history = [an_entry("earn", 500, entry_id=f"old{n}", expires_on=date(2027, n, 1))
               for n in (2, 1)]  # fmt: skip
    transaction = scanned(*goods)
    document = sold(transaction, a_program(**parts), points=points)
    if change:
        more = document.totals.due_minor + 7_77
        document = replace(document, tenders=(Tender(TenderKind.CASH, more),), change_minor=7_77)
    backs = _back_in_parts(document, random)
    money = ("list_minor", "net_minor", "payable_minor", "points_minor", "points_redeemed")
    for name in (*money, "points_earned", "discount_minor", "due_minor"):
        assert sum(getattr(b.totals, name) for b in backs) == getattr(document.totals, name)
    assert sum(t.amount_minor for b in backs for t in b.tenders) == -document.totals.due_minor
    for back in backs:
        for line in back.lines:
            assert min(line.payable_minor, line.points_minor, line.points_earned) >= 0
            cut = sum(m.amount_minor for m in line.modifications)
            assert line.list_minor - cut == line.net_minor
            assert cut >= 0
    entries = [*history, *document.entries, *(e for b in backs for e in b.entries)]
    assert fold("m1", entries) == fold("m1", history)


def _back_in_parts(document: CompletedTransaction, random) -> tuple[CompletedTransaction, ...]:
    left = {line.line: line.quantity.value for line in document.lines}
    earlier: tuple[CompletedTransaction, ...] = ()
    while any(left.values()):
        open_ = [line for line in left if left[line]]
        chosen = random.sample(open_, random.randint(1, len(open_)))
        rows = [(line, random.randint(1, left[line])) for line in chosen]
        earlier = (*earlier, returned(document, rows, earlier))
        for line, units in rows:
            left[line] -= units
    return earlier

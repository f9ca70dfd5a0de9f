"""Returns take back what was earned and give back what was paid, to the point and the kopeck."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_app.domain.business_day import after_document, cash_effect_minor
from pos_app.domain.document import CompletedTransaction, ReturnPolicy
from pos_app.domain.events import ControlTotals
from pos_app.domain.loyalty.ledger import EntryKind, fold
from pos_app.domain.refund import Deduction
from pos_app.domain.returning import ReturnLine, Terms, complete_return, return_figures
from pos_app.domain.tender import Tender, TenderKind
from tests.builders import TODAY, a_program, a_promotion, an_entry, an_item, counted_ids
from tests.domain.test_sale_to_return import PLACE, returned, scanned, sold

FIVE_PERCENT = {"rules": [{"id": "e", "percent": "5"}], "vesting_days": 0}
ITEMS = [an_item(name, 100_00) for name in ("a", "b", "c")]
CASH, CARD, GIFT = TenderKind.CASH, TenderKind.CARD, TenderKind.GIFT_CARD


def earning(**parts):
    return a_program(earn=FIVE_PERCENT, **parts)


def reversed_points(document: CompletedTransaction) -> tuple[int, int]:
    """(given back, taken back)."""
    points = [e.points for e in document.entries]
    return sum(p for p in points if p > 0), -sum(p for p in points if p < 0)


# --- the written cases (numbers computed by hand, DRV-*) -------------------------------------


def test_three_lines_partly_paid_in_points_come_back_one_by_one() -> None:
    """DRV-RFD-04: points 23.34, 23.33, 23.33 -> 23, 23, 24; earned 11 -> 4, 4, 3."""
    document = sold(scanned(*((item, 1) for item in ITEMS)), earning(), points=70)
    assert document.totals.payable_minor == 230_00
    assert document.totals.points_earned == 11
    earlier: tuple[CompletedTransaction, ...] = ()
    for line, refund, back_to, taken in ((1, 76_66, 23, 4), (2, 76_67, 23, 4), (3, 76_67, 24, 3)):
        back = returned(document, [(line, 1)], earlier)
        assert back.totals.due_minor == refund
        assert (back.totals.points_redeemed, back.totals.points_earned) == (back_to, taken)
        assert reversed_points(back) == (back_to, taken)
        earlier = (*earlier, back)


def test_money_goes_back_to_cash_then_to_the_gift_card_and_points_to_points() -> None:
    """DRV-GFT-02: 1200.00 paid with 100 points, 1000.00 of a card and 100.00 in cash."""
    paid = (Tender(GIFT, 1000_00, "GC"), Tender(CASH, 100_00))
    document = sold(scanned((an_item("a", 600_00), 2)), earning(), points=100, tenders=paid)
    assert document.totals.points_earned == 55
    back = returned(document, [(1, 1)])
    assert back.tenders == (Tender(CASH, -100_00), Tender(GIFT, -450_00, "GC"))
    assert reversed_points(back) == (50, 28)
    rest = returned(document, [(1, 1)], (back,))
    assert rest.tenders == (Tender(GIFT, -550_00, "GC"),)
    assert reversed_points(rest) == (50, 27)


def test_buying_spending_and_returning_gains_nothing() -> None:
    """DRV-EXP-07: the debt is paid by the next earnings, and nothing is spent meanwhile."""
    program = a_program(earn=FIVE_PERCENT)
    tv, radio = an_item("tv", 2000_00), an_item("radio", 300_00)
    first = sold(scanned((tv, 1)), program)
    second = sold(scanned((radio, 1)), program, points=100)
    second = replace(
        second, entries=tuple(replace(e, entry_id=f"b-{e.entry_id}") for e in second.entries)
    )
    assert (second.totals.due_minor, second.totals.points_earned) == (200_00, 10)
    history = [*first.entries, *second.entries]
    assert fold("m1", history).balance == 10
    history += returned(first, [(1, 1)]).entries
    account = fold("m1", history)
    assert account.balance == -90
    assert account.available(TODAY) == -90
    history.append(an_entry("earn", 100, entry_id="third"))
    after = fold("m1", history)
    assert (after.balance, after.available(TODAY), after.debt) == (10, 10, 0)


def test_points_of_a_receipt_as_such_go_with_its_last_unit() -> None:
    """20 for the receipt and 5 % of two lines: 20 + 5 + 5."""
    document = sold(scanned((ITEMS[0], 1), (ITEMS[1], 1)), earning())
    earn = replace(document.entries[0], points=30)
    document = replace(document, entries=(earn,), totals=replace(document.totals, points_earned=30))
    first = returned(document, [(1, 1)])
    assert first.totals.points_earned == 5
    assert returned(document, [(2, 1)], (first,)).totals.points_earned == 25


def test_a_cap_that_cut_the_earning_is_not_taken_back_twice() -> None:
    """Of 10 points a cap left 6: the line that is kept would have earned 5 of them."""
    document = sold(scanned((ITEMS[0], 1), (ITEMS[1], 1)), earning())
    earn = replace(document.entries[0], points=6)
    document = replace(document, entries=(earn,), totals=replace(document.totals, points_earned=6))
    first = returned(document, [(1, 1)])
    assert first.totals.points_earned == 1
    assert returned(document, [(2, 1)], (first,)).totals.points_earned == 5


def test_a_proportional_programme_takes_back_the_share_of_each_line() -> None:
    program = earning(return_policy="proportional")
    document = sold(scanned(*((item, 1) for item in ITEMS)), program, points=70)
    assert document.return_policy is ReturnPolicy.PROPORTIONAL
    assert [line.points_earned for line in document.lines] == [3, 4, 4]
    earlier: tuple[CompletedTransaction, ...] = ()
    for line, taken in ((1, 3), (2, 4), (3, 4)):
        earlier = (*earlier, returned(document, [(line, 1)], earlier))
        assert earlier[-1].totals.points_earned == taken


def test_a_document_of_before_rates_were_stored_comes_back_by_its_lines() -> None:
    document = sold(scanned((ITEMS[0], 1), (ITEMS[1], 1)), earning())
    lines = tuple(replace(x, earn_rate=Fraction(0), earn_base_minor=0) for x in document.lines)
    old = replace(document, lines=lines, return_policy=ReturnPolicy.PROPORTIONAL)
    first = returned(old, [(1, 1)])
    assert [first.totals.points_earned] == [5]
    assert returned(old, [(2, 1)], (first,)).totals.points_earned == 5


def test_several_earnings_of_a_receipt_are_taken_back_one_after_the_other() -> None:
    document = sold(scanned((ITEMS[0], 2)), earning())
    base = document.entries[0]
    boost = replace(base, entry_id="boost", points=4)
    document = replace(document, entries=(replace(base, points=6), boost))
    earlier: tuple[CompletedTransaction, ...] = ()
    for answers in ([(base.entry_id, -5)], [(base.entry_id, -1), ("boost", -4)]):
        back = returned(document, [(1, 1)], earlier)
        assert [(e.reverses, e.points) for e in back.entries] == answers
        earlier = (*earlier, back)


def test_a_base_that_is_neither_net_nor_payable_is_split_by_itself() -> None:
    document = sold(scanned((ITEMS[0], 3)), earning())
    line = replace(document.lines[0], earn_base_minor=250_00)
    back = returned(replace(document, lines=(line,)), [(1, 1)])
    assert back.lines[0].earn_base_minor == 83_34


def test_points_earned_before_transaction_promotions_are_taken_back_by_that_base() -> None:
    promotion = a_promotion("threshold", threshold="100.00", amount="50.00")
    earn = {**FIVE_PERCENT, "base": "before_transaction_promotions"}
    document = sold(scanned((ITEMS[0], 2)), a_program(earn=earn, promotions=[promotion]))
    assert (document.totals.payable_minor, document.totals.points_earned) == (150_00, 10)
    assert document.lines[0].earn_base_minor == 200_00
    first = returned(document, [(1, 1)])
    assert (first.totals.due_minor, first.totals.points_earned) == (75_00, 5)


# --- any parts, any order --------------------------------------------------------------------


@settings(max_examples=120)
@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(1, 900_00)), min_size=1, max_size=4),
    st.integers(0, 300),
    st.sampled_from(["difference", "proportional"]),
    st.sampled_from(["0", "0.10", "1.00"]),
    st.integers(-7, 7),
    st.randoms(use_true_random=False),
)
def test_any_parts_in_any_order_close_points_money_and_rounding(
    rows, points, policy, unit, beside, random
) -> None:
    goods = [(an_item(f"i{n}", price), count) for n, (count, price) in enumerate(rows)]
    program = earning(return_policy=policy, cash_rounding=unit)
    document = sold(scanned(*goods), program, points=points)
    earned = max(document.totals.points_earned + beside, 0)
    entries = tuple(
        replace(e, points=earned) if e.kind is EntryKind.EARN else e for e in document.entries
    )
    document = replace(
        document,
        entries=tuple(e for e in entries if e.points),
        totals=replace(document.totals, points_earned=earned if any(
            e.kind is EntryKind.EARN and e.points for e in entries) else
            document.totals.points_earned),
    )  # fmt: skip
    earlier: tuple[CompletedTransaction, ...] = ()
    units = [line.line for line in document.lines for _ in range(line.quantity.value)]
    random.shuffle(units)
    while units:
        count = random.randint(1, len(units))
        now, units = units[:count], units[count:]
        back = returned(document, [(line, now.count(line)) for line in sorted(set(now))], earlier)
        assert min(back.totals.due_minor, *reversed_points(back)) >= 0
        assert -sum(t.amount_minor for t in back.tenders) == back.totals.due_minor
        earlier = (*earlier, back)
    for name in ("due_minor", "payable_minor", "points_redeemed", "points_earned"):
        assert sum(getattr(b.totals, name) for b in earlier) == getattr(document.totals, name)
    reversals = [e for b in earlier for e in b.entries]
    opening = [an_entry("earn", 500, entry_id="old")]
    assert fold("m1", [*opening, *document.entries, *reversals]) == fold("m1", opening)


# --- cash rounding ---------------------------------------------------------------------------


def test_cash_is_rounded_down_and_points_are_earned_as_if_it_were_not() -> None:
    program = earning(cash_rounding="0.50")
    document = sold(scanned((an_item("a", 100_49), 1)), program,
                    tenders=(Tender(CASH, 200_00),))  # fmt: skip
    assert (document.totals.rounding_minor, document.totals.due_minor) == (-49, 100_00)
    assert (document.change_minor, cash_effect_minor(document)) == (100_00, 100_00)
    assert document.totals.points_earned == 5
    assert after_document(ControlTotals(), document).sales_minor == 100_00


@pytest.mark.parametrize(
    ("tenders", "rounding"),
    [
        ((Tender(CARD, 100_49),), 0),
        ((Tender(CARD, 50_30), Tender(CASH, 50_19)), -19),
        ((Tender(CASH, 50_00), Tender(CARD, 50_49)), 0),
    ],
)
def test_only_what_cash_pays_is_rounded(tenders, rounding) -> None:
    program = a_program(cash_rounding="0.50")
    document = sold(scanned((an_item("a", 100_49), 1)), program, tenders=tenders)
    assert document.totals.rounding_minor == rounding


def test_rounding_never_sells_below_a_legal_price_nor_reduces_what_may_not_be() -> None:
    program = a_program(cash_rounding="1.00")
    cash = (Tender(CASH, 500_00),)
    for item, rounding in (
        (an_item("vodka", 409_50, floor_minor=409_00), -50),
        (an_item("vodka", 409_50, floor_minor=409_20), 0),
        (an_item("smoke", 250_50, regulated="tobacco"), 0),
    ):
        document = sold(scanned((item, 1)), program, tenders=cash)
        assert document.totals.rounding_minor == rounding


def test_cash_that_was_rounded_comes_back_in_coins_and_in_all_exactly() -> None:
    program = a_program(cash_rounding="1.00")
    document = sold(scanned((an_item("a", 33_33), 3)), program, tenders=(Tender(CASH, 99_00),))
    earlier: tuple[CompletedTransaction, ...] = ()
    for refund in (34_00, 33_00, 32_00):
        back = returned(document, [(1, 1)], earlier)
        assert back.tenders == (Tender(CASH, -refund),)
        earlier = (*earlier, back)


# --- goodwill returns ------------------------------------------------------------------------


def goodwill(document: CompletedTransaction, available: int) -> CompletedTransaction:
    return complete_return(
        document,
        [ReturnLine(line, line.quantity.value) for line in document.lines],
        (),
        replace(PLACE, business_on=TODAY + timedelta(days=1)),
        transaction_id="r",
        terms=Terms("changed my mind", Deduction(available, 100)),
        new_id=counted_ids("r"),
    )


def test_a_goodwill_return_pays_spent_points_from_the_refund_where_the_programme_says_so() -> None:
    assert not a_program().goodwill_return_deducts
    assert a_program(goodwill_return_deducts=True).goodwill_return_deducts
    document = sold(scanned((an_item("tv", 2000_00), 1)), earning())
    back = goodwill(document, available=30)
    assert (back.withheld_points, back.withheld_minor) == (70, 70_00)
    assert back.tenders == (Tender(CASH, -1930_00),)
    assert [e.points for e in back.entries] == [-30]
    assert back.totals.points_earned == 100
    kept = after_document(ControlTotals(), back)
    assert (kept.returns_minor, kept.by_tender) == (1930_00, (("cash", -1930_00),))


def test_nothing_is_withheld_of_a_member_who_still_has_the_points() -> None:
    document = sold(scanned((an_item("tv", 2000_00), 1)), earning(), points=100)
    back = goodwill(document, available=0)
    assert (back.withheld_points, back.withheld_minor) == (0, 0)
    assert reversed_points(back) == (100, 95)


def test_a_refund_never_withholds_more_than_it_pays() -> None:
    document = sold(scanned((an_item("tv", 2000_00), 1)), earning())
    earn = replace(document.entries[0], points=5000)
    rich = replace(document, entries=(earn,), totals=replace(document.totals, points_earned=5000))
    back = goodwill(rich, available=-50)
    assert (back.withheld_points, back.tenders) == (2000, ())
    assert [e.points for e in back.entries] == [-3000]


def test_what_the_screen_shows_before_a_return_is_what_the_document_says() -> None:
    document = sold(scanned((ITEMS[0], 3)), earning(), points=50)
    wanted = [ReturnLine(document.lines[0], 2)]
    figures = return_figures(document, wanted, ())
    back = returned(document, [(1, 2)])
    assert (figures.lines, figures.totals) == (back.lines, back.totals)

"""What a period's receipts add up to, seen from the receipts."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.reporting.folding import PAUSE_S, PeriodFold
from pos_app.domain.reporting.period_report import MemberFigures, ProgramReturn
from pos_app.domain.reporting.receipt_facts import ReceiptFacts, SoldLine

DAY = date(2026, 11, 20)
MORNING = datetime(2026, 11, 20, 9, 0)
MILK = SoldLine("milk", "Milk", 2, "piece", 150_00)
TEA = SoldLine("tea", "Tea", 500, "g", 50_00)


def a_receipt(**changes):
    plain = ReceiptFacts(
        False, DAY, MORNING, "till-1", "anna", "", 200_00, 20_00, 5_00, 5, 7, (MILK, TEA),
        (("cash", 195_00),), (("gold", "Gold", 20_00, 200_00),),
    )  # fmt: skip
    return replace(plain, **changes)


def the_return(**changes):
    back = a_receipt(is_return=True, lines=(TEA,), net_minor=50_00, discount_minor=5_00,
                     points_minor=0, points_redeemed=0, points_earned=2,
                     tenders=(("cash", -50_00),),
                     given=(("gold", "Gold", 5_00, 50_00),))  # fmt: skip
    return replace(back, **changes)


def report(*receipts):
    fold = PeriodFold()
    for one in receipts:
        fold.add(one)
    return fold.report("shop", DAY, DAY, True)


def test_goods_that_came_back_are_taken_off_everything_but_the_count_of_sales():
    found = report(a_receipt(), the_return())
    sums = found.sums
    assert (sums.receipts, sums.returns, sums.net_minor) == (1, 1, 150_00)
    assert (sums.discount_minor, sums.points_earned, sums.points_redeemed) == (15_00, 5, 5)
    assert found.tenders == (("cash", 145_00),)
    assert [(i.item_id, i.quantity, i.net_minor) for i in found.items] == [
        ("milk", 2, 150_00), ("tea", 0, 0)]  # fmt: skip
    assert [(r.rule_id, r.given_minor, r.receipts) for r in found.rules] == [("gold", 15_00, 1)]


def test_every_figure_is_of_its_own_population_and_payments_are_explained_by_hand():
    """A day counted by hand: bread of 50.00 with an offer of 10.00 is bought with tea and comes
    back whole; a gift card of 1500.00 is sold alone, another with a receipt of goods; 30.00 of
    points pay; cash is rounded down by 0.04; 2.50 of a refund are kept for points spent before."""
    bread, tea = SoldLine("bread", "Bread", 1, "piece", 50_00), SoldLine("t", "T", 1, "piece", 1_04)
    coupon = ("coupon", "Coupon", 4_00, 51_04)
    first = a_receipt(
        net_minor=51_04, discount_minor=14_00, points_minor=0, lines=(bread, tea),
        tenders=(("cash", 51_00),), given=(("bread", "Bread", 10_00, 50_00), coupon),
        rounding_minor=-4,
    )  # fmt: skip
    back = a_receipt(
        is_return=True, net_minor=50_00, discount_minor=13_00, points_minor=0, lines=(bread,),
        tenders=(("cash", -47_50),), withheld_minor=2_50,
        given=(("bread", "Bread", 10_00, 50_00), ("coupon", "Coupon", 3_00, 50_00)),
    )  # fmt: skip
    card = a_receipt(
        net_minor=0, discount_minor=0, points_minor=0, lines=(), given=(),
        tenders=(("card", 1500_00),), cards_minor=1500_00, member_id="m1",
    )  # fmt: skip
    both = a_receipt(
        net_minor=200_00, discount_minor=0, points_minor=30_00, given=(), member_id="m1",
        tenders=(("cash", 670_00),), cards_minor=500_00,
    )  # fmt: skip
    found = report(first, back, card, both)
    sums = found.sums
    assert (sums.receipts, sums.returns, sums.card_receipts) == (2, 1, 1)
    assert (sums.sales_minor, sums.returns_minor, sums.net_minor) == (251_04, 50_00, 201_04)
    assert sums.average_minor == 125_52, "251.04 of 2 sales"
    assert (sums.lines, sums.lines_deci) == (4, 20), "4 lines of 2 sales"
    assert sums.identified_share_ppm == 500_000, "one of 2 sales"
    assert sums.given_share_ppm == 153_435, "(14 - 13 + 30) of (201.04 + 1.00)"
    assert (sums.gift_cards_minor, sums.points_minor) == (2000_00, 30_00)
    assert (sums.rounding_minor, sums.withheld_minor) == (-4, 2_50)
    assert found.tenders == (("card", 1500_00), ("cash", 673_50))
    assert sums.paid_minor == 2173_50 == 201_04 + 2000_00 - 30_00 - 4 + 2_50
    assert found.unexplained_minor == 0
    told = {r.rule_id: (r.given_minor, r.receipts, r.net_minor) for r in found.rules}
    assert told == {"bread": (0, 1, 0), "coupon": (1_00, 1, 1_04)}
    assert [(d.receipts, d.net_minor) for d in found.days] == [(2, 201_04)]
    assert [(o.receipts, o.identified) for o in found.operators] == [(2, 1)]


def test_the_average_is_of_sales_and_nothing_is_divided_by_nothing():
    assert report(a_receipt(), a_receipt(net_minor=100_01)).sums.average_minor == 150_01
    empty = report()
    assert (empty.sums.average_minor, empty.sums.identified_share_ppm) == (0, 0)
    assert empty.sums.seconds_per_customer is None


def test_identified_receipts_are_counted_apart_with_what_they_were_given():
    found = report(a_receipt(member_id="m1"), a_receipt(), a_receipt())
    assert found.sums.identified_share_ppm == 333_333
    assert (found.sums.identified_minor, found.sums.identified_given_minor) == (200_00, 25_00)
    assert found.days[0].identified_minor == 200_00


def test_sales_by_hour_are_on_the_stores_clock():
    found = report(a_receipt(), a_receipt(local_at=MORNING.replace(hour=18)), the_return())
    assert [(h.hour, h.receipts, h.net_minor) for h in found.hours] == [
        (9, 1, 150_00), (18, 1, 200_00)]  # fmt: skip


def test_seconds_per_customer_are_the_median_gap_of_a_till_and_a_pause_is_no_customer():
    at, receipts = MORNING, []
    for gap in (30, 40, 60, PAUSE_S + 1, 50):
        receipts.append(a_receipt(local_at=at))
        at += timedelta(seconds=gap)
    receipts.append(a_receipt(local_at=at))
    other = a_receipt(terminal_id="till-2", local_at=MORNING + timedelta(seconds=1))
    found = report(*receipts, other)
    assert found.sums.seconds_per_customer == 40
    assert found.operators[0].seconds == 40
    assert report(*receipts[:2]).sums.seconds_per_customer is None, "one gap says nothing"


def test_an_item_on_two_lines_of_a_receipt_is_on_one_receipt():
    assert report(a_receipt(lines=(MILK, MILK))).items[0].receipts == 1


def test_the_busiest_operator_comes_first_and_equal_ones_by_name():
    found = report(a_receipt(operator_id="b"), a_receipt(operator_id="a"),
                   a_receipt(operator_id="c"), a_receipt(operator_id="c"))  # fmt: skip
    assert [one.operator_id for one in found.operators] == ["c", "a", "b"]


receipts = st.lists(
    st.builds(
        a_receipt,
        is_return=st.booleans(),
        net_minor=st.integers(0, 10**7),
        member_id=st.sampled_from(["", "m1"]),
        business_on=st.sampled_from([DAY, DAY + timedelta(days=1)]),
        local_at=st.integers(0, 23).map(lambda hour: MORNING.replace(hour=hour)),
        operator_id=st.sampled_from(["anna", "boris"]),
    ),
    max_size=12,
)


@given(receipts)
def test_hours_days_and_operators_add_up_to_the_same_net(found):
    whole = report(*found)
    for part in (whole.hours, whole.days, whole.operators):
        assert sum(one.net_minor for one in part) == whole.sums.net_minor
        assert sum(one.receipts for one in part) == whole.sums.receipts


@given(receipts, st.randoms(use_true_random=False))
def test_the_order_of_tills_does_not_matter(found, chance):
    two = [replace(r, terminal_id=f"till-{n % 2}") for n, r in enumerate(found)]
    first = [r for r in two if r.terminal_id == "till-0"]
    second = [r for r in two if r.terminal_id == "till-1"]
    mixed = []
    while first or second:
        mixed.append((first if first and (not second or chance.random() < 0.5) else second).pop(0))
    orderly = [r for name in ("till-0", "till-1") for r in two if r.terminal_id == name]
    assert report(*mixed) == report(*orderly)


def test_the_programmes_profit_is_the_margin_of_the_full_price_less_what_was_given():
    before = dict(control_from=DAY, control_to=DAY, net_minor=1_300_00, control_net_minor=1_000_00,
                  given_minor=80_00, control_given_minor=30_00)  # fmt: skip
    said = ProgramReturn(**before, margin_ppm=300_000)
    assert (said.gained_minor, said.cost_minor) == (300_00, 50_00)
    assert said.profit_minor == 55_00, "30 % of 350.00 at full price, less the 50.00 given"
    assert said.return_ppm == 1_100_000
    unknown = ProgramReturn(**before)
    assert (unknown.profit_minor, unknown.return_ppm) == (None, None)
    cheaper = replace(said, given_minor=10_00)
    assert cheaper.return_ppm is None, "nothing was spent: there is no return on it"


def test_frequency_and_activity_are_of_members():
    who = MemberFigures(200, 5, 50, 120, 1_000, 1_000_00, 10, DAY)
    assert (who.active_share_ppm, who.frequency_milli) == (250_000, 2_400)

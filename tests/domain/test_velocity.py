"""Unusual use of a card is flagged and never stops a sale."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.loyalty.velocity import Seen, VelocityLimits, flags, judge
from tests.builders import NOON_UTC, TODAY
from tests.evidence import pharmacy

LIMITS = VelocityLimits()


def seen(minutes: int = 0, number: str = "", **fields) -> Seen:
    at = NOON_UTC + timedelta(minutes=minutes)
    return replace(Seen("m1", at, TODAY, "s1", "op1", number), **fields)


def rules(history) -> list[tuple[str, int]]:
    return [(flag.rule, flag.count) for flag in flags(history, LIMITS)]


def test_a_second_receipt_inside_ten_minutes_is_flagged_the_border_included() -> None:
    assert rules([seen(0, "a"), seen(10, "b")]) == [("receipts", 2)]
    assert rules([seen(0, "a"), seen(11, "b")]) == []
    assert rules([seen(0, "a"), seen(5, "b", member_id="m2")]) == []


def test_a_receipt_seen_twice_is_one_and_a_scan_is_none() -> None:
    assert rules([seen(0, "a"), seen(0, "a"), seen(1), seen(2)]) == []


def test_a_fourth_shop_in_a_day_is_flagged() -> None:
    day = [seen(60 * n, f"r{n}", store_id=f"s{n}", operator_id=f"o{n}") for n in range(4)]
    assert rules(day) == [("stores", 4)]
    other = [replace(one, business_on=TODAY + timedelta(days=n)) for n, one in enumerate(day)]
    assert rules(other) == []


def test_an_operator_who_scans_the_same_card_over_and_over_is_flagged() -> None:
    assert rules([seen(n) for n in range(5)]) == []
    assert rules([seen(n) for n in range(7)]) == [("operator", 6), ("operator", 7)]
    assert rules([seen(n, operator_id=f"o{n % 3}") for n in range(7)]) == []


def test_a_rule_that_is_switched_off_says_nothing() -> None:
    none = VelocityLimits(receipts=0, stores_a_day=0, scans_by_operator=0)
    assert flags([seen(n, f"r{n}") for n in range(20)], none) == ()


USES = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from("abcd"), st.sampled_from(["m1", "m2"])),
    max_size=12,
).map(lambda rows: [seen(n, number, member_id=member) for n, number, member in rows])


@given(USES, st.randoms(use_true_random=False))
def test_flags_do_not_depend_on_the_order_of_arrival(history, random) -> None:
    found = flags(history, LIMITS)
    random.shuffle(history)
    assert flags(history, LIMITS) == found


@given(USES)
def test_one_use_is_judged_by_the_earlier_ones_of_its_own_card(history) -> None:
    one = seen(61, "new")
    mine = [use for use in history if use.member_id == "m1"]
    assert judge(history, one, LIMITS) == judge(mine, one, LIMITS)


TABLE = """datetime,shop,card,id_kind,bonus_earned,bonus_spent,summ,summ_with_disc,doc_id
2021-07-13 12:56:09,A,1,card,50,0,3400,1000,x1
2021-07-13 13:01:00,A,1,card,10,80,500,500,x2
2021-07-13 13:30:00,B,1,card,0,300,500,500,x3
2021-07-14 09:00:00,A,2,card,0,0,90,90,x4
"""


def test_a_table_of_receipts_is_replayed_as_a_ledger(tmp_path, capsys) -> None:
    """80 of 50 points: an opening lot of 30; 300 of 500 is over half; x2 comes 5 minutes later."""
    path = tmp_path / "receipts.csv"
    path.write_text(TABLE, encoding="utf-8")
    assert pharmacy.main([str(path)]) == 0
    said = capsys.readouterr().out
    assert "redemptions 2 (50.0 %), over half of the receipt and refused: 1" in said
    assert "opening lots 1, 30 points" in said
    assert "folds equal the accepted sums: 10 = 10; broken laws: 0" in said
    assert "second receipts of a card inside 10 minutes: 1; receipts in a second shop" in said
    assert pharmacy.main([]) == 2
    assert "usage" in capsys.readouterr().err

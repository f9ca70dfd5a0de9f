"""RFM scores against the published table, SQL's NTILE and the algebra of quantiles."""

import csv
import json
import lzma
import sqlite3
from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.loyalty.rfm import (
    PLUS_1,
    Figures,
    RfmBounds,
    RfmScores,
    bounds_of,
    figures_of,
    name_of,
    ntile,
    ntile_scores,
    quantile_7,
    score,
)
from pos_app.domain.mechanics.rfm_maps import MAP_25, MAP_125, MAPS, cells, names_in

DATA = Path(__file__).parents[1] / "data/rfm"
TODAY = date(2026, 11, 22)
whole = st.integers(min_value=-10_000, max_value=1_000_000)
members = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=4),
    st.builds(Figures, st.integers(0, 9), st.integers(0, 9), st.integers(-99, 99)),
    min_size=1,
    max_size=30,
)


def rows(name: str) -> list[dict[str, str]]:
    path = DATA / name
    raw = lzma.decompress(path.read_bytes()) if name.endswith(".xz") else path.read_bytes()
    return list(csv.DictReader(raw.decode().splitlines()))


def published() -> tuple[dict[str, Figures], dict[str, RfmScores]]:
    """The orders of the R package `rfm` as figures, and its table of scores."""
    bought = defaultdict(list)
    for row in rows("rfm_r_orders.csv.xz"):
        on = date.fromisoformat(row["order_date"])
        bought[row["customer_id"]].append((on, int(row["revenue"])))
    on = date(2006, 12, 31)
    figures = {who: figures_of(orders, on) for who, orders in bought.items()}
    expected = {
        row["customer_id"]: RfmScores(
            int(row["recency_score"]), int(row["frequency_score"]), int(row["monetary_score"])
        )
        for row in rows("rfm_r_expected.csv")
    }
    return figures, expected


def test_all_995_customers_of_the_r_package_get_their_published_scores() -> None:
    figures, expected = published()
    bounds = bounds_of(figures.values(), date(2006, 12, 31), PLUS_1)
    scored = {who: score(bounds, one) for who, one in figures.items()}
    assert len(scored) == 995
    assert scored == expected
    assert bounds.monetary[0] == Fraction(1279, 5), "a quantile between two customers, exactly"


def test_all_995_customers_have_the_published_figures() -> None:
    figures, _ = published()
    for row in rows("rfm_r_expected.csv"):
        found = figures[row["customer_id"]]
        wanted = (row["recency_days"], row["transaction_count"], row["amount"])
        assert (found.recency_days, found.frequency, found.monetary) == tuple(map(int, wanted))


def test_bounds_survive_their_journey_to_a_till_exactly() -> None:
    figures, expected = published()
    sent = bounds_of(figures.values(), date(2006, 12, 31), PLUS_1).to_json()
    assert '"1279/5"' in sent
    at_the_till = RfmBounds.from_json(sent)
    assert {who: score(at_the_till, one) for who, one in figures.items()} == expected
    assert at_the_till.to_json() == sent


def test_a_bound_belongs_to_the_lower_score_in_the_rule_of_the_house() -> None:
    bounds = bounds_of((Figures(n, n, n * 100) for n in range(1, 12)), TODAY)
    assert bounds.frequency == (3, 5, 7, 9)
    assert score(bounds, Figures(0, 3, 300_00)).frequency == 1
    assert score(bounds, Figures(0, 4, 300_01)).frequency == 2
    assert score(bounds, Figures(3, 9, 700)) == RfmScores(5, 4, 3)
    assert score(bounds, Figures(4, 10, 701)) == RfmScores(4, 5, 4)
    assert score(bounds, Figures(900, 99, 10**9)) == RfmScores(1, 5, 5)


def test_equal_members_get_equal_scores_by_bounds() -> None:
    same = bounds_of([Figures(5, 1, 100)] * 7, TODAY)
    assert score(same, Figures(5, 1, 100)) == RfmScores(5, 1, 1)


def test_figures_count_what_was_bought_up_to_the_day() -> None:
    bought = [
        (TODAY - timedelta(days=9), 100_00),
        (TODAY, 250_50),
        (TODAY + timedelta(days=1), 999),
    ]
    assert figures_of(bought, TODAY) == Figures(0, 2, 350_50)
    assert figures_of(bought[2:], TODAY) is None


@pytest.mark.parametrize(
    ("probability", "wanted"),
    [
        (Fraction(0), 1),
        (Fraction(1, 4), Fraction(7, 4)),
        (Fraction(1, 2), Fraction(5, 2)),
        (Fraction(1), 10),
    ],
)
def test_quantiles_of_type_7_interpolate_exactly(probability: Fraction, wanted: Fraction) -> None:
    assert quantile_7([3, 1, 2, 10], probability) == wanted


def test_there_is_no_quantile_of_nobody_and_none_beyond_one() -> None:
    with pytest.raises(ValueError, match="values and a probability"):
        quantile_7([], Fraction(1, 2))
    with pytest.raises(ValueError, match="values and a probability"):
        quantile_7([1], Fraction(3, 2))


@given(st.lists(whole, min_size=1, max_size=40), st.integers(0, 12), whole)
def test_a_quantile_moves_with_its_values_and_lies_between_them(values, twelfth, more) -> None:
    p = Fraction(twelfth, 12)
    found = quantile_7(values, p)
    assert min(values) <= found <= max(values)
    assert quantile_7([v + more for v in values], p) == found + more
    assert quantile_7([-v for v in values], 1 - p) == -found


@given(members)
def test_a_better_member_never_scores_lower(population) -> None:
    bounds = bounds_of(population.values(), TODAY)
    ordered = sorted(population.values(), key=lambda one: one.monetary)
    scores = [score(bounds, one).monetary for one in ordered]
    assert scores == sorted(scores)
    assert all(1 <= one <= 5 for one in scores)
    assert RfmBounds.from_json(bounds.to_json()) == bounds


@given(members)
def test_ranks_are_those_of_ntile_in_sql(population) -> None:
    """SQLite has the same function: the tie order is the one written down."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE member (id TEXT, r INTEGER, f INTEGER, m INTEGER)")
    database.executemany(
        "INSERT INTO member VALUES (?, ?, ?, ?)",
        [(who, f.recency_days, f.frequency, f.monetary) for who, f in population.items()],
    )
    found = database.execute(
        "SELECT id, NTILE(5) OVER (ORDER BY r DESC, id), NTILE(5) OVER (ORDER BY f, id),"
        " NTILE(5) OVER (ORDER BY m, id) FROM member"
    ).fetchall()
    database.close()
    assert ntile_scores(population) == {who: RfmScores(*scores) for who, *scores in found}


def test_the_first_buckets_take_what_is_left_over() -> None:
    assert ntile(7) == [1, 1, 2, 2, 3, 4, 5]
    assert ntile(3) == [1, 2, 3]
    assert ntile(0) == []


@pytest.mark.parametrize(
    "change",
    [
        {"rule": "guess"},
        {"rule": 5},
        {"as_of": 5},
        {"as_of": "soon"},
        {"recency": ["1", "2", "3"]},
        {"recency": ["2", "1", "3", "4"]},
        {"recency": ["1", "2", "3", "4/0"]},
        {"recency": ["1", "2", "3", "x"]},
        {"recency": [1, 2, 3, 4]},
        {"recency": "1234"},
        {"more": 1},
    ],
)
def test_bounds_that_are_none_are_refused(change) -> None:
    good = json.loads(bounds_of([Figures(1, 1, 1)], TODAY).to_json())
    with pytest.raises(ValueError, match=r"."):
        RfmBounds.from_json(json.dumps({**good, **change}))


def test_bounds_are_an_object() -> None:
    with pytest.raises(ValueError, match="are wanted"):
        RfmBounds.from_json("[]")


def test_the_maps_are_the_published_ones() -> None:
    for row in rows("map_125.csv"):
        scores = RfmScores(int(row["r"]), int(row["f"]), int(row["m"]))
        assert name_of(scores) == row["segment"]
    for row in rows("map_25_r_fm.csv"):
        scores = RfmScores(int(row["r"]), int(row["fm"]), int(row["fm"]))
        assert name_of(scores, MAP_25) == row["segment"]
    assert (len(MAPS[MAP_125]), len(MAPS[MAP_25])) == (125, 25)
    assert "Champions" in names_in(MAP_125)
    assert cells(MAP_25, "Lost") == {(1, 1)}


def test_fm_is_the_mean_rounded_half_up() -> None:
    assert RfmScores(1, 4, 5).fm == 5
    assert RfmScores(1, 4, 4).fm == 4
    assert RfmScores(1, 2, 5).fm == 4
    assert str(RfmScores(5, 1, 3)) == "513"

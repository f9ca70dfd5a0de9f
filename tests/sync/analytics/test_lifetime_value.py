"""BG/NBD, Gamma-Gamma and lifetime value against published figures and simulated customers."""

import csv
import lzma
import subprocess
import sys
from collections import defaultdict
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from sync.server.analytics.bg_nbd import BgNbd, fit_bg_nbd, log_likelihood
from sync.server.analytics.fitting import CannotFit, fit
from sync.server.analytics.gamma_gamma import GammaGamma, correlation, fit_gamma_gamma
from sync.server.analytics.histories import Histories, histories_of
from sync.server.analytics.lifetime import (
    Horizon,
    Sureness,
    expectation_interval,
    fit_models,
    lifetime_value,
    outcome_range,
    simulated,
)

HOUSE = Path(__file__).parents[3]
DATA = HOUSE / "tests/data/rfm"
YEAR = Horizon()


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(lzma.decompress((DATA / name).read_bytes()).decode().splitlines()))


@pytest.fixture(scope="module")
def cdnow() -> Histories:
    bought = defaultdict(list)
    for row in rows("cdnow_sample.csv.xz"):
        day = date.fromisoformat(row["date"])
        bought[row["customer_id"]].append((day, float(row["amount"])))
    return histories_of(bought, date(1997, 9, 30))


@pytest.fixture(scope="module")
def published() -> dict[str, np.ndarray]:
    table = rows("cdnow_sample_39w_expected.csv.xz")
    return {
        name: np.array([float(row[name]) if row[name] else np.nan for row in table])
        for name in table[0]
        if name != "customer_id"
    }


@pytest.fixture(scope="module")
def models(cdnow):
    return fit_models(cdnow)


def test_purchases_of_cdnow_become_the_published_histories(cdnow, published) -> None:
    assert cdnow.ids == tuple(r["customer_id"] for r in rows("cdnow_sample_39w_expected.csv.xz"))
    assert np.array_equal(cdnow.frequency, published["frequency"])
    assert np.allclose(cdnow.recency, published["recency"], atol=1e-6)
    assert np.allclose(cdnow.age, published["T"], atol=1e-6)
    assert np.allclose(cdnow.mean_value, published["monetary_value"], atol=1e-6)


def test_the_fit_of_cdnow_has_the_published_parameters(models) -> None:
    found = models.coming
    assert abs(found.r - 0.2426) < 1e-3
    assert abs(found.alpha - 4.4136) < 1e-3
    assert abs(found.a - 0.7929) < 1e-3
    assert abs(found.b - 2.4259) < 1e-3
    assert models.coming_fit.log_likelihood == pytest.approx(-9582.4, abs=0.05)


def test_every_customer_of_cdnow_has_the_published_expectation(models, cdnow, published) -> None:
    assert len(cdnow) == 2357
    expected = models.coming.expected(cdnow, 39)
    assert np.max(np.abs(expected - published["exp_purchases_39w"])) < 1e-3
    assert np.max(np.abs(models.coming.alive(cdnow) - published["p_alive"])) < 1e-3


def test_every_customer_of_cdnow_has_the_published_value(models, cdnow, published) -> None:
    again = cdnow.frequency > 0
    value = models.spending.expected(cdnow)
    assert np.max(np.abs(value - published["exp_avg_value"])[again]) < 1e-3
    worth = lifetime_value(models.coming, models.spending, cdnow, YEAR)
    assert np.max(np.abs(worth - published["clv_12m_1pct"])[again]) < 1e-3
    assert np.all(value[~again] == models.spending.mean)


def test_the_model_expects_an_eighth_less_than_cdnow_really_bought(models, cdnow) -> None:
    """The published sample goes on for 39 weeks that the fit has not seen."""
    observed = date(1997, 9, 30)
    seen = {(r["customer_id"], r["date"]) for r in rows("cdnow_sample.csv.xz")}
    really = sum(date.fromisoformat(day) > observed for _, day in seen)
    assert really == 1882
    assert np.sum(models.coming.expected(cdnow, 39)) == pytest.approx(1653.4, abs=0.5)


def test_frequency_and_value_of_cdnow_hardly_depend_on_each_other(cdnow) -> None:
    assert correlation(cdnow) == pytest.approx(0.1139, abs=1e-3)


def test_the_observed_top_of_the_likelihood_is_a_top(cdnow, models) -> None:
    top = models.coming_fit.estimates
    weight = np.ones(len(cdnow))
    here = log_likelihood(top, cdnow, weight)
    assert here == pytest.approx(models.coming_fit.log_likelihood)
    for i in range(4):
        for by in (0.99, 1.01):
            beside = top.copy()
            beside[i] *= by
            assert log_likelihood(beside, cdnow, weight) < here


def test_the_expectation_lies_in_its_interval_and_more_sureness_is_wider(models, cdnow) -> None:
    few = one_in(cdnow, 40)
    worth = lifetime_value(models.coming, models.spending, few, YEAR)
    lower, upper = expectation_interval(models, few, YEAR, Sureness(0.95, 100, 7))
    assert np.all((lower < worth) & (worth < upper))
    again = expectation_interval(models, few, YEAR, Sureness(0.95, 100, 7))
    assert np.array_equal(again[0], lower), "the same seed gives the same interval"
    narrow = expectation_interval(models, few, YEAR, Sureness(0.5, 100, 7))
    assert np.all((lower <= narrow[0]) & (narrow[1] <= upper))


@pytest.mark.slow
def test_simulated_futures_have_the_expected_mean(models, cdnow) -> None:
    """The posterior of a customer and the closed formulas are two ways to one number."""
    few = one_in(cdnow, 40)
    dice = np.random.default_rng(11)
    futures = [simulated(models.coming, models.spending, few, YEAR, dice) for _ in range(4000)]
    worth = lifetime_value(models.coming, models.spending, few, YEAR)
    error = np.std(futures, axis=0) / np.sqrt(len(futures))
    assert np.all(np.abs(np.mean(futures, axis=0) - worth) < 5 * error)
    assert np.mean(futures) == pytest.approx(float(np.mean(worth)), rel=0.03)


@pytest.mark.slow
def test_what_customers_of_a_known_world_bring_lies_in_their_range() -> None:
    world = BgNbd(0.8, 5.0, 0.9, 3.0), GammaGamma(4.0, 4.0, 20.0)
    who, future = made_up(*world, customers=3000, seed=5)
    models = fit_models(who)
    assert models.coming.r == pytest.approx(0.8, rel=0.15)
    assert models.spending.mean == pytest.approx(world[1].mean, rel=0.1)
    lower, upper = outcome_range(models, who, YEAR, Sureness(0.9, 200, 3))
    inside = np.mean((lower <= future) & (future <= upper))
    assert 0.88 < inside < 0.97
    truth = lifetime_value(*world, who, YEAR)
    low, high = expectation_interval(models, who, YEAR, Sureness(0.95, 200, 3))
    assert np.mean((low <= truth) & (truth <= high)) > 0.8


def made_up(coming: BgNbd, spending: GammaGamma, customers: int, seed: int):
    """Customers of a world whose parameters are known: a year of weeks, then a year of months."""
    dice = np.random.default_rng(seed)
    rows, future = [], []
    for _ in range(customers):
        rate, leaving = dice.gamma(coming.r, 1 / coming.alpha), dice.beta(coming.a, coming.b)
        nu = dice.gamma(spending.q, 1 / spending.v)
        at, repeats, amounts, worth = 0.0, [], [], 0.0
        while True:
            at += dice.exponential(1 / rate)
            if at >= 52 + YEAR.steps * YEAR.length:
                break
            amount = dice.gamma(spending.p, 1 / nu)
            if at < 52:
                repeats.append(at)
                amounts.append(amount)
            else:
                step = int((at - 52) // YEAR.length)
                worth += amount * YEAR.factors()[step]
            if dice.random() < leaving:
                break
        last = repeats[-1] if repeats else 0.0
        rows.append((len(repeats), last, 52.0, sum(amounts) / len(amounts) if amounts else 0.0))
        future.append(worth)
    return Histories(tuple(map(str, range(customers))), *np.array(rows).T), np.array(future)


def one_in(who: Histories, each: int) -> Histories:
    columns = (who.frequency, who.recency, who.age, who.mean_value)
    return Histories(who.ids[::each], *(column[::each] for column in columns))


def history(x: float, last: float, age: float, mean: float = 10.0) -> Histories:
    return Histories(("m",), np.array([x]), np.array([last]), np.array([age]), np.array([mean]))


def test_a_customer_who_comes_every_day_for_years_does_not_overflow() -> None:
    model = BgNbd(0.24, 4.4, 0.79, 2.4)
    daily = history(5000.0, 714.0, 714.1)
    assert model.alive(daily)[0] > 0.99
    assert 300 < model.expected(daily, 52)[0] < 365
    silent = history(5000.0, 714.0, 1400.0)
    assert model.alive(silent)[0] < 1e-6
    assert 0 <= model.expected(silent, 52)[0] < 1e-3


@pytest.mark.parametrize("a", [0.3, 1.7, 4.0, 30.0, 300.0])
def test_both_forms_of_the_formula_agree_with_an_integral(a: float) -> None:
    """Expected purchases = integral over the coming time of rate x being alive, by simulation."""
    model, who = BgNbd(2.0, 5.0, a, 3.0), history(4.0, 20.0, 30.0)
    dice = np.random.default_rng(9)
    alive = dice.random(400_000) < model.alive(who)[0]
    rate = dice.gamma(model.r + 4, 1 / (model.alpha + 30), alive.size)
    left = dice.geometric(dice.beta(a, model.b + 4, alive.size))
    made = np.where(alive, np.minimum(dice.poisson(rate * 26), left), 0)
    assert model.expected(who, 26)[0] == pytest.approx(made.mean(), abs=5 * made.std() / 600)


def test_the_formula_is_continuous_where_it_divides_by_nothing() -> None:
    who = history(3.0, 20.0, 30.0)
    at_one = BgNbd(0.5, 4.0, 1.0, 2.0).expected(who, 10)[0]
    beside = BgNbd(0.5, 4.0, 1.001, 2.0).expected(who, 10)[0]
    assert at_one == pytest.approx(beside, rel=1e-3)
    new = history(0.0, 0.0, 30.0)
    edge = BgNbd(0.5, 4.0, 0.4, 0.6).expected(new, 10)[0]
    close = BgNbd(0.5, 4.0, 0.4, 0.601).expected(new, 10)[0]
    assert edge == pytest.approx(close, rel=1e-2)


def test_nothing_ahead_is_nothing_expected(models, cdnow) -> None:
    assert np.all(np.abs(models.coming.expected(cdnow, 0.0)) < 1e-9)


def test_customers_are_observed_up_to_a_day_and_days_count_once() -> None:
    day = date(2026, 3, 2)
    bought = {
        "a": [(day, 10.0), (day, 5.0), (date(2026, 3, 9), 20.0), (date(2026, 3, 9), 1.0)],
        "b": [(date(2026, 5, 1), 10.0)],
        "c": [(day, 10.0), (date(2026, 5, 1), 99.0)],
    }
    found = histories_of(bought, date(2026, 3, 16))
    assert found.ids == ("a", "c")
    assert found.frequency.tolist() == [1.0, 0.0]
    assert found.recency.tolist() == [1.0, 0.0]
    assert found.age.tolist() == [2.0, 2.0]
    assert found.mean_value.tolist() == [21.0, 0.0]
    assert len(histories_of({}, day)) == 0


def test_data_that_say_too_little_are_refused_in_words() -> None:
    once = histories_of({"a": [(date(2026, 1, 1), 5.0)]}, date(2026, 3, 1))
    with pytest.raises(CannotFit, match="fewer than 10 customers have come a second time"):
        fit_bg_nbd(once)
    with pytest.raises(CannotFit, match="fewer than 10 customers have come a second time"):
        fit_gamma_gamma(once)


def test_a_shop_that_nobody_leaves_is_understood_with_a_weak_prior() -> None:
    dice = np.random.default_rng(2)
    rate = dice.gamma(1.0, 0.2, 400)
    repeats = dice.poisson(rate * 52).astype(float)
    last = np.where(repeats > 0, 52 * dice.beta(np.maximum(repeats, 1), 1), 0.0)
    mean = np.where(repeats > 0, 5.0 + dice.random(400), 0.0)
    who = Histories(tuple(map(str, range(400))), repeats, last, np.full(400, 52.0), mean)
    model, found = fit_bg_nbd(who)
    assert found.prior
    assert model.a / (model.a + model.b) < 0.02, "hardly anybody leaves after a purchase"
    assert model.r == pytest.approx(1.0, rel=0.2)
    assert np.mean(model.expected(who, 26)) == pytest.approx(np.mean(rate) * 26, rel=0.1)
    lower, upper = expectation_interval(fit_models(who), who, YEAR, Sureness(0.9, 50, 1))
    assert np.all(np.isfinite(upper))
    assert np.all(lower <= upper)


def test_a_model_of_the_published_data_needs_no_prior(models) -> None:
    assert not models.coming_fit.prior
    assert not models.spending_fit.prior


def test_a_flat_likelihood_leaves_the_prior() -> None:
    found = fit(lambda _parameters: -1.0, np.array([1.0, 2.0]), 10.0)
    assert found.prior
    assert np.allclose(found.estimates, [1.0, 2.0], rtol=1e-3)
    assert np.allclose(np.diag(found.covariance), 4.0, rtol=1e-2)


def test_a_likelihood_that_is_none_is_refused() -> None:
    with pytest.raises(CannotFit, match="no top"):
        fit(lambda _parameters: float("nan"), np.array([1.0, 2.0]), 10.0)


def test_values_that_never_differ_correlate_with_nothing() -> None:
    assert correlation(history(2.0, 3.0, 4.0)) == 0.0


def test_without_a_mean_nobody_unknown_has_a_value() -> None:
    assert GammaGamma(2.0, 0.9, 5.0).expected(history(0.0, 0.0, 4.0, 0.0))[0] == np.inf


@pytest.mark.slow
def test_the_server_starts_without_scipy_and_numpy() -> None:
    script = (
        "import sys\n"
        "sys.modules['numpy'] = sys.modules['scipy'] = None\n"
        "import sync.server.surface.app, sync.server.command_line.cli\n"
        "import sync.server.command_line.commands, sync.server.server\n"
    )
    subprocess.run([sys.executable, "-c", script], cwd=HOUSE, check=True)

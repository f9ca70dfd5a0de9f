"""Which seeds are aimed at which crash points: chosen among those that pass them."""

from collections import Counter

from tests.simulation import campaign, crash_points
from tests.simulation.crash_points import PARTS, aimed_at, fresh_seeds, refreshed
from tests.simulation.run import Outcome


def test_every_listed_point_has_two_seeds_of_one_part_that_pass_it():
    """A point that only some seeds pass is asked of those; one that few pass of none."""
    some = set(fresh_seeds(2, PARTS)[:4])

    def play(aims):
        return {
            seed: (
                {"a", *(["b"] if seed in some else []), *(["c"] if seed == 1000 else [])},
                {*aim},
            )
            for seed, aim in aims.items()
        }

    found = refreshed(play)
    assert found["c"] == ()
    assert len(found["a"]) == len(found["b"]) == 2
    assert set(found["b"]) <= some
    seed = found["b"][0]
    assert "b" in aimed_at(seed, found)


def test_a_point_that_stays_silent_is_aimed_at_again_and_then_called_seldom():
    tried = []

    def play(aims):
        tried.extend(seed for seed, aim in aims.items() if "deaf" in aim)
        return {seed: ({"deaf", "good"}, {*aim} - {"deaf"}) for seed, aim in aims.items()}

    found = refreshed(play)
    assert found["deaf"] == ()
    assert len(found["good"]) == 2
    assert len(tried) == len(set(tried)) >= 4


def test_the_list_is_read_as_it_was_written(tmp_path, monkeypatch):
    monkeypatch.setattr(crash_points, "POINTS", tmp_path / "points.txt")
    assert crash_points.places() == {}
    crash_points.write_places({"one": (1003, 1007), "two": ()})
    assert crash_points.places() == {"one": (1003, 1007), "two": ()}
    assert crash_points.listed_points() == ("one",)
    assert crash_points.known_points() == {"one", "two"}


def test_a_point_that_chance_has_left_out_is_aimed_at_until_it_has_killed(monkeypatch):
    asked = []

    def play(plan):
        aims = ("shy",) if "shy" in plan.targets else ()
        asked.append((plan.seed, aims))
        fired = Counter("shy" for _ in range(plan.seed == 9001 and "shy" in aims))
        fired["loud"] += not aims
        return Outcome(plan.seed, deadly={"loud", "shy"}, fired=+fired)

    monkeypatch.setattr(campaign, "play", play)
    monkeypatch.setattr(campaign, "_ready", lambda sizes: None)
    monkeypatch.setattr(campaign, "PURSUED_FROM", 2)
    total = campaign.campaign(range(9000, 9002), workers=1)
    assert asked == [(9000, ()), (9001, ()), (9000, ("shy",)), (9001, ("shy",))]
    assert (total.seeds, total.aimed, total.silent()) == (2, 2, [])
    assert total.summary()["points_silent"] == []


def test_a_seed_that_is_aimed_comes_where_it_came_before():
    """It keeps what it has drawn: without its own deaths it would never pass there again."""
    drawn = campaign.plan_of(9000).targets
    assert drawn
    assert campaign.plan_of(9000, ("shy",)).targets == {**drawn, "shy": 1}


def test_what_a_run_that_was_aimed_breaks_is_told_with_its_aims(monkeypatch):
    total = campaign.Total()
    total.take_aimed(("one", "two"), Outcome(9000, violations=["I1 lost"]), 0.0)
    assert total.failures == {9000: ["with --aim one --aim two", "I1 lost"]}

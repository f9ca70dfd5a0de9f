"""Which seeds are aimed at which crash points: chosen among those that pass them."""

from tests.simulation import crash_points
from tests.simulation.crash_points import PARTS, aimed_at, fresh_seeds, refreshed


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

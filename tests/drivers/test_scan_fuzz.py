"""A small seeded part of the long run `python -m tests.evidence.fuzz_scan`."""

import pytest

from tests.evidence import fuzz_scan


@pytest.mark.slow
def test_mutated_streams_raise_nothing_and_bring_no_code_that_nobody_scanned() -> None:
    told = fuzz_scan.run(3000, seed=20)
    assert sum(counts.total() for counts in told.values()) >= 3000
    assert all(len(counts) > 0 for counts in told.values())
    assert told["meaning without separators"].keys() <= {"gs_lost", "refused"}


def test_the_run_tells_family_and_seed_of_a_wrong_code(monkeypatch) -> None:
    def broken(_dice) -> str:
        raise fuzz_scan.WrongCode("sold twice")

    monkeypatch.setattr(fuzz_scan, "FAMILIES", {"bent": (broken, 1)})
    with pytest.raises(fuzz_scan.WrongCode, match="bent, seed 7/bent/0"):
        fuzz_scan.run(1, seed=7)

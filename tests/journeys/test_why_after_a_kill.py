"""Paid, killed, opened again: "why" says of the receipt what it said before the money came."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pos_app.wiring.console_till import build_console_till
from pos_app.wiring.courier import first_sync
from tests.journeys.till_that_dies import why

SCRIPT = Path(__file__).with_name("till_that_dies.py")


@pytest.fixture(scope="module")
def place(shop):
    place = shop.till("till-that-is-asked")
    first_sync(place.data, place.server)
    return place


def sold(place, point: str) -> dict[str, str]:
    """What the till said until it died, or ended."""
    run = subprocess.run(
        [sys.executable, str(SCRIPT), str(place.data), place.server, point],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert run.returncode == (0 if point == "none" else -9), run.stderr
    return dict(line.split(" ", 1) for line in run.stdout.splitlines())


def test_a_receipt_tells_after_a_kill_and_behind_another_what_it_told_before_payment(place) -> None:
    killed = sold(place, "record.after_commit")
    later = sold(place, "none")
    driver = build_console_till(place)
    till = driver.till.terminal
    try:
        assert why(till, killed["opened"]) == killed["why"]
        assert why(till, later["paid"]) == later["why"]
        assert why(till) == later["why"]
    finally:
        till.close()
    rows = json.loads(killed["why"])
    assert any(applied and "баллов" in " ".join(said) for _, applied, _, _, said in rows)
    assert any(not applied for _, applied, _, _, _ in rows)

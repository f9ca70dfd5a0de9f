"""The coverage floors of the house, room by room; part of the test run, after the last test.

Branch and line coverage together, in percent. A room below its floor fails the run.
"""

from pathlib import Path

import coverage

HOUSE = Path(__file__).parents[2]
FLOORS = {
    "pos_app/domain": 98.0,
    "pos_app/workstation": 98.0,
    "sync/wire": 98.0,
    "sync/translate": 98.0,
    "pos_app/gear": 90.0,
    "pos_app/storage": 90.0,
    "pos_app/console": 90.0,
    "pos_app/ui": 85.0,
    "sync/client": 90.0,
    "sync/mirror": 90.0,
    "sync/server": 85.0,
    "drivers": 90.0,
    "resources": 90.0,
}


def room_coverage(data: coverage.Coverage, room: str) -> float:
    """Covered lines and branches of a room, in percent."""
    wanted = covered = 0
    for path in sorted((HOUSE / room).rglob("*.py")):
        numbers = data._analyze(str(path)).numbers
        branches = numbers.n_branches
        wanted += numbers.n_statements + branches
        covered += numbers.n_executed + branches - numbers.n_missing_branches
    return 100.0 * covered / wanted if wanted else 0.0


def too_low(data: coverage.Coverage) -> list[str]:
    """Rooms below their floor, each with its figure."""
    found = []
    for room, floor in FLOORS.items():
        percent = room_coverage(data, room)
        if percent < floor:
            found.append(f"{room}: {percent:.1f} % is below {floor} %")
    return found

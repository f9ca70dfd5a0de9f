"""A pytest plugin that plants a bug while its directed tests run: `-p tests.simulation.with_bug`.

KOPILKA_PLANTED says which: {name of the bug: test}, as JSON. It proves that a directed test sees
what no run would. Never more than one bug is in the product at once.
"""

import json
import os
from collections.abc import Generator

import pytest

from tests.simulation.planted import BY_NAME

TOLD = "planted and seen: "
PLANTED: dict[str, str] = json.loads(os.environ.get("KOPILKA_PLANTED", "{}"))
_SEEN: set[str] = set()


def _bug_of(nodeid: str) -> str:
    """Whose directed test it is, whatever engine it runs on."""
    return next(
        name for name, test in PLANTED.items() if nodeid == test or nodeid.startswith(f"{test}[")
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """One engine that sees it is enough: the others are left out."""
    bug = BY_NAME[_bug_of(item.nodeid)]
    if bug.name in _SEEN:
        item.add_marker(pytest.mark.skip("seen"))
        return (yield)
    with bug.planted():
        return (yield)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Only the test itself sees a bug, never what was set up for it."""
    if report.when == "call" and report.failed:
        _SEEN.add(_bug_of(report.nodeid))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.write_line(TOLD + " ".join(sorted(_SEEN)))

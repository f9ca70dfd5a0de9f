"""What every test lives by: headless Qt, and any unexpected log line is a failure."""

import atexit
import logging
import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests import bytecode, leaks, tracing, where_files_lie
from tests.house.coverage_floors import too_low
from tests.order import longest_first

where_files_lie.choose()
bytecode.prepare()
settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")
LOW = pytest.StashKey[list[str]]()

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_ACCESSIBILITY", "0")
# Keys of tests: never in the keystore of whoever runs them, of a PostgreSQL in a folder of its own.
os.environ.pop("DBUS_SESSION_BUS_ADDRESS", None)
if "KOPILKA_SERVER_KEYS" not in os.environ:  # the processes of xdist have it of the first one
    OWN = Path(tempfile.mkdtemp(prefix="kopilka-keys-"))
    os.environ["KOPILKA_SERVER_KEYS"] = str(OWN / "server.keys")
    atexit.register(shutil.rmtree, OWN, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever waits for the last file waits for a short one."""
    items.sort(key=longest_first)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """With the whole suite measured, every room must be above its coverage floor."""
    if hasattr(session.config, "workerinput"):  # one of two processes: the first one adds up
        return
    plugin = session.config.pluginmanager.getplugin("_cov")
    whole = not session.config.option.file_or_dir and not session.config.option.keyword
    if plugin is None or plugin.cov_controller is None or not whole or exitstatus:
        return
    session.config.stash[LOW] = too_low(plugin.cov_controller.combining_cov)
    if session.config.stash[LOW]:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which room is too low, above pytest's own last line."""
    for line in terminalreporter.config.stash.get(LOW, []):
        terminalreporter.write_line(f"coverage floor: {line}", red=True)


class _Alarm(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname} {record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True, scope="module")
def _no_file_leaves_descriptors_open() -> Iterator[None]:
    """What one file leaves open, all that come after it pay for: see `leaks`."""
    before = leaks.open_now()
    yield
    if left := leaks.left(before):
        pytest.fail(f"{len(left)} descriptors were left open:\n" + "\n".join(left))


@pytest.fixture(autouse=True)
def _no_unexpected_log_line(request: pytest.FixtureRequest):
    """A warning in the log that the test did not expect (via `caplog`) fails it."""
    alarm = _Alarm()
    root = logging.getLogger()
    root.addHandler(alarm)
    yield
    root.removeHandler(alarm)
    if "caplog" not in request.fixturenames and alarm.lines:
        pytest.fail("unexpected log lines:\n" + "\n".join(alarm.lines))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """A law's first examples are traced, all are tried."""
    with tracing.first_examples(item):
        return (yield)


@pytest.fixture
def untraced() -> Iterator[None]:
    """For tests that try thousands of cases: they say nothing new about coverage, and tracing them
    costs minutes."""
    with tracing.off():
        yield

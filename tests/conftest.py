"""What every test lives by: headless Qt, and any unexpected log line is a failure."""

import logging
import os

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_ACCESSIBILITY", "0")


class _Alarm(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname} {record.name}: {record.getMessage()}")


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

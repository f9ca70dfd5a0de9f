"""A pytest plugin that plants one bug for a whole run: `-p tests.simulation.with_bug`.

The name stands in KOPILKA_PLANTED. It proves that a directed test sees what no run would.
"""

import os
from typing import Any

import pytest


@pytest.hookimpl(trylast=True)
def pytest_configure(config: Any) -> None:
    """Plant it, and leave it there: the process ends with the run."""
    from tests.simulation.planted import BY_NAME

    planted = BY_NAME[os.environ["KOPILKA_PLANTED"]].planted()
    planted.__enter__()
    config.add_cleanup(lambda: planted.__exit__(None, None, None))

"""Tills for the tests of this room."""

import pytest

from tests.workstation.tills import Bench


@pytest.fixture
def bench(tmp_path):
    """A till nobody has signed on to."""
    made = Bench(tmp_path)
    yield made
    made.close()


@pytest.fixture
def shop(bench):
    """A till with the cashier Ivan and an open session."""
    return bench.open_shift()


@pytest.fixture
def senior(bench):
    """A till with the senior cashier Petr and an open session."""
    return bench.open_shift("petr")


@pytest.fixture
def manager(bench):
    """A till with the manager Maria and an open session."""
    return bench.open_shift("maria")

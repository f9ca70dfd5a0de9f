"""The order of test files: the longest first, so that no core ends alone. Never what is run.

Seconds are of one run on two cores, with coverage; only their order matters, and a file that is not
named is short. xdist keeps this order with --no-loadscope-reorder (the Makefile gives it).
"""

import pytest

SECONDS = {
    "tests/sync/client/test_courier.py": 60,
}


def longest_first(item: pytest.Item) -> int:
    """A key to sort by: files keep their tests together, and the rest its order."""
    return -SECONDS.get(item.location[0], 0)

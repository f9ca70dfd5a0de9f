"""Every case of the fault catalogue is a test, or a line that says why not."""

import pytest

from tests.house.fault_cases import CASES, WITHOUT, by_case

FOUND = by_case()


@pytest.mark.parametrize("case", CASES)
def test_a_case_is_a_test_or_a_line_saying_why_not(case: int) -> None:
    assert bool(FOUND[case]) != bool(WITHOUT.get(case)), f"case {case}: {CASES[case]}"

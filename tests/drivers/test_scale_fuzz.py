"""A small part of the fuzzing of scales, displays and drawers; tests/evidence has the long one."""

import pytest
import scale_fuzz


@pytest.mark.parametrize("dialect", sorted(scale_fuzz.DIALECTS))
def test_no_spoilt_answer_becomes_a_wrong_weight(dialect) -> None:
    count = scale_fuzz.weigh(dialect, 250, seed=7)
    assert count["spoilt"] >= 250
    assert count["sold"] > 0


def test_no_damaged_byte_passes_the_parity_of_a_line_of_seven_bits() -> None:
    assert scale_fuzz.weigh("toledo8217", 250, seed=7, parity=True)["sold"] > 0


def test_no_mutated_frame_picture_or_answer_raises() -> None:
    assert scale_fuzz.frames(1_000, seed=7).total() == 1_000
    assert scale_fuzz.screens(400, seed=7).total() == 400
    assert scale_fuzz.replies(400, seed=7).total() == 400

"""A small part of the long fuzzing run (`tests.evidence.fuzz_payment`), the same every time."""

from tests.evidence.fuzz_payment import PARTS, run


def test_no_spoilt_answer_is_an_approval_and_no_exception_escapes():
    counts = run(120, seed=5)
    assert counts.total() == 120 * len(PARTS) + 12
    assert counts["zvt approved"]
    assert counts["zvt unknown"] > counts["zvt approved"]

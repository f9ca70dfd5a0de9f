"""A small part of `tests.evidence.fuzz_print`, with the seeds that found something first."""

from device_bench import vectors
from printer_fuzz import fuzz_input, fuzz_jobs, fuzz_replies


def test_mutated_replies_are_told_apart_the_same_however_they_arrive() -> None:
    counts = fuzz_replies(seed=2, count=1_500)
    assert counts["inputs"] == 1_500
    assert min(counts[kind] for kind in ("STATUS", "BARRIER", "PROCESS_ID", "AUTOMATIC")) > 50


def test_a_printer_that_talks_nonsense_gets_no_job_called_printed() -> None:
    """Found here: a doubled answer raised, and a byte was lost when a line never fell silent."""
    counts = fuzz_jobs(seed=1, count=1_500)
    assert counts["printed"] > 100
    assert counts["unknown"] > 100
    assert counts["not_done"] > 100


def test_the_simulated_printer_survives_any_bytes() -> None:
    data = vectors("escpos.json")
    rows = [*data["sequences"], data["full_receipt"]]
    counts = fuzz_input(3, 300, tuple(bytes.fromhex(row["hex"]) for row in rows))
    assert counts["papers"] >= 300

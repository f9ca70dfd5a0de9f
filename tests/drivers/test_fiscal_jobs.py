"""A fiscal document on its way through the pipe between till and device host."""

from dataclasses import replace

import pytest

from drivers.contract import JobError
from drivers.contract.fiscal import (
    FiscalJob,
    FiscalTask,
    fiscal_job_from_json,
    fiscal_job_to_json,
)
from drivers.fiscal_printer.tasks import task_of
from tests.drivers.fiscal_bench import MILK, a_job, a_key


def test_a_job_crosses_the_pipe_and_comes_out_the_same() -> None:
    line = replace(MILK, mark=b"\x1dx", industry=("030", "1", "2", "3"), notes=("n",))
    job = a_job(lines=(line,), buyer="+79991234567", corrected=("d", "n"), by_order=True)
    assert fiscal_job_from_json(fiscal_job_to_json(job)) == job
    bare = FiscalJob(a_key(), FiscalTask.GO_ON)
    assert fiscal_job_from_json(fiscal_job_to_json(bare)) == bare
    assert task_of(bare) == {"type": "continuePrint"}


@pytest.mark.parametrize(
    "wrong",
    [None, {}, {"key": "k", "task": "dance", "lines": []}, {"key": "k", "task": "sale"},
     {"key": "k", "task": "sale", "lines": [], "notes": [1]},
     {"key": "k", "task": "sale", "lines": [{"name": "x", "mark": "?"}]}],
)  # fmt: skip
def test_what_is_no_job_is_refused(wrong: object) -> None:
    with pytest.raises(JobError):
        fiscal_job_from_json(wrong)

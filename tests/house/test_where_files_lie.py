"""A run of the tests leaves nothing in the folder for temporary files, whatever it killed there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
LITTER = """
import subprocess, sys, tempfile
from pathlib import Path

def test_what_is_left(tmp_path):
    tempfile.mkdtemp(prefix="forgotten-")
    made = "import tempfile as t; f = t.TemporaryDirectory(); print(f.name, flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", made], stdin=-1, stdout=-1, text=True) as child:
        folder = Path(child.stdout.readline().strip())
        child.kill()
    assert folder.is_dir()
    assert folder.parent == Path(tempfile.gettempdir())
"""


@pytest.mark.parametrize("ways", [[], ["-n", "1"]], ids=["alone", "of two"])
def test_a_run_takes_away_what_its_tests_and_their_programs_left(tmp_path, ways):
    place = tmp_path / "place"
    place.mkdir()
    test = tmp_path / "test_litter.py"
    test.write_text(LITTER)
    argv = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "--rootdir", HOUSE]
    run = subprocess.run(
        [*argv, "-c", HOUSE / "pyproject.toml", *ways, test],
        env={**os.environ, "TMPDIR": str(place)},
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == pytest.ExitCode.OK, run.stdout[-2000:]
    assert [*place.iterdir()] == []


def test_a_fork_leaves_the_folder_of_its_maker(tmp_path):
    script = (
        "import os, tempfile; from tests import where_files_lie as w; w.choose();"
        "p = os.fork(); p or exit(); os.waitpid(p, 0); print(os.path.isdir(tempfile.gettempdir()))"
    )
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    argv = [sys.executable, "-c", script]
    told = subprocess.run(argv, env=env, cwd=HOUSE, capture_output=True, text=True, check=True)
    assert told.stdout == "True\n"
    assert [*tmp_path.iterdir()] == []

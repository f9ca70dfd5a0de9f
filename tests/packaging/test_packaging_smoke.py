"""The smoke sale sells through a folder that looks like a build, and says what is wrong."""

import importlib.util
import os
import subprocess
import sys
import zoneinfo
from contextlib import ExitStack
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
SPEC = importlib.util.spec_from_file_location("smoke", HOUSE / "packaging" / "smoke.py")
smoke = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(smoke)


@pytest.fixture
def folder(tmp_path):
    """A folder shaped like a build whose program is the source."""
    made = tmp_path / "kopilka"
    (made / "_internal").mkdir(parents=True)
    (made / "_internal" / "resources").symlink_to(HOUSE / "resources")
    program = made / "kopilka"
    program.write_text(f'#!/bin/sh\ncd {HOUSE} && exec {sys.executable} -m pos_app "$@"\n')
    program.chmod(0o755)
    return made


@pytest.fixture
def build(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(smoke.tempfile, "mkdtemp", lambda **_: str(tmp_path))
    return smoke.Build(str(folder), None)


@pytest.mark.slow
def test_the_smoke_sale_is_printed_posted_and_closed(build, capsys):
    with ExitStack() as stack:
        place = smoke.enrol(build, smoke.open_shop(build, stack))
        port, devices = smoke.counter(build, stack)
        with build.running("till", "--console", *place, *devices) as child:
            till = smoke.Console(child)
            receipt = smoke.sell(till)
            smoke.on_paper(port, receipt)
            smoke.settle(build, till, receipt)
    said = capsys.readouterr().out
    assert f"the server has {receipt}" in said
    assert "the books are right" in said


def test_a_build_without_its_resources_is_refused_by_name(build, folder):
    (folder / "_internal" / "resources").unlink()
    with pytest.raises(smoke.SmokeFailed, match=r"the build has no .*program\.json"):
        build.resource("demo", "program.json")


def test_a_program_that_fails_is_quoted(build, folder):
    (folder / "kopilka").write_text("#!/bin/sh\necho broken >&2\nexit 3\n")
    with pytest.raises(smoke.SmokeFailed, match="enrol --code returned 3: broken"):
        build.run("enrol", "--code", "1")


def test_a_till_that_ends_early_is_told(build, folder):
    (folder / "kopilka").write_text("#!/bin/sh\nread line\nexit 4\n")
    with (
        build.running("till", "--console") as child,
        pytest.raises(smoke.SmokeFailed, match="sign_on: the till ended with 4"),
    ):
        smoke.Console(child).do("sign_on")


def test_patience_ends(build):
    with pytest.raises(smoke.SmokeFailed, match="waited in vain: paper"):
        smoke.wait_for("paper", lambda: False, seconds=0)


def test_paths_inside_another_root_are_seen_from_both_sides(tmp_path):
    (tmp_path / "srv").mkdir()
    build = smoke.Build("/opt/kopilka", tmp_path)
    assert build.data.startswith("/srv/smoke-")
    assert build.outside(build.data).is_dir()
    assert build.argv("till")[:2] == ["chroot", str(tmp_path)]


def test_children_of_a_process_are_found():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        assert child.pid in smoke.children_of(os.getpid())
    finally:
        child.communicate(b"\n")


def test_the_bundled_zones_stand_behind_the_machines_own(tmp_path, monkeypatch):
    zone = tmp_path / "zoneinfo" / "Test" / "Zone"
    zone.parent.mkdir(parents=True)
    zone.write_bytes(b"TZif" + bytes(40))
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    before = zoneinfo.TZPATH
    try:
        exec((HOUSE / "packaging" / "hooks" / "zones.py").read_text())
        assert (*before, str(tmp_path / "zoneinfo")) == zoneinfo.TZPATH
    finally:
        zoneinfo.reset_tzpath(before)

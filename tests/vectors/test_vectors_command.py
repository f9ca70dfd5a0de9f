"""`python -m tests.vectors` says what passed, and fails when one case does."""

import json
from pathlib import Path

import pytest

from tests.vectors.__main__ import main, report
from tests.vectors.outcome import Outcome
from tests.vectors.reasons import NOT_MODELLED

DATA = Path(__file__).parents[1] / "data/vectors"


def test_files_are_recognised_by_their_format_and_pass(capsys) -> None:
    assert main([str(DATA / "scan.json"), str(DATA / "phones.csv")]) == 0
    said = capsys.readouterr().out
    assert "scan.json (scan): " in said
    assert "phones.csv (phones): 101 passed, 0 failed, 0 not modelled" in said


def test_one_wrong_case_fails_the_run_and_shows_the_difference(tmp_path, capsys) -> None:
    document = json.loads((DATA / "scan.json").read_text(encoding="utf-8"))
    document["vectors"] = [
        document["vectors"][0] | {"expect": [{"kind": "phone"}]},
        document["vectors"][1] | {"expect": []},
    ]
    changed = tmp_path / "anything.json"
    changed.write_text(json.dumps(document), encoding="utf-8")
    assert main([str(changed)]) == 1
    said = capsys.readouterr().out
    assert "ean13-staedtler: kind 'product' instead of 'phone'" in said
    assert "1 scans ['product'] instead of 0" in said
    assert "0 passed, 2 failed, 0 not modelled" in said


def test_strange_file_is_a_failure(tmp_path, capsys) -> None:
    strange = tmp_path / "x.json"
    strange.write_text("{}", encoding="utf-8")
    assert main([str(strange)]) == 1
    assert "no adapter" in capsys.readouterr().out


def test_no_file_is_a_wrong_call(capsys) -> None:
    assert main([]) == 2
    assert "usage" in capsys.readouterr().out


def test_case_left_out_for_a_listed_reason_is_counted_apart(monkeypatch, capsys) -> None:
    monkeypatch.setitem(NOT_MODELLED, "odd cents", "a peer's habit")
    outcomes = [Outcome("a"), Outcome("b", not_modelled="odd cents")]
    assert report(Path("f"), "x", outcomes) == 0
    said = capsys.readouterr().out
    assert "not modelled (1), odd cents: a peer's habit: b" in said
    assert "1 passed, 0 failed, 1 not modelled" in said


@pytest.mark.parametrize("count", [1, 12])
def test_reason_that_is_not_listed_is_a_failure(count, capsys) -> None:
    outcomes = [Outcome(f"case-{n}", not_modelled="too hard") for n in range(count)]
    assert report(Path("f"), "x", outcomes) == count
    said = capsys.readouterr().out
    assert "no such reason: too hard" in said
    assert ("more" in said) is (count > 10)

"""A chain's morning through real tills and a real server ends in a settlement that agrees."""

import subprocess
import sys
from pathlib import Path

from pos_app.wiring.demo_shop import packaged
from pos_app.wiring.replay import run_replay

CHAIN = Path(__file__).parents[1] / "data" / "chain" / "simulate_chain.py"


def test_two_stores_with_dark_hours_settle_to_the_kopeck(tmp_path, capsys):
    stream = tmp_path / "receipts.jsonl"
    arguments = ["--stores", "2", "--tills", "2", "--per-day", "20", "--offline-share", "0.3"]
    pieces = tmp_path / "pieces.csv"
    rows = packaged("demo", "catalog.csv").read_text(encoding="utf-8").splitlines()
    pieces.write_text("\n".join(row for row in rows if ",кг," not in row), encoding="utf-8")
    files = ["--catalogue", pieces]
    files += ["--members-file", packaged("demo", "members.csv")]
    with stream.open("w", encoding="utf-8") as out:
        subprocess.run([sys.executable, CHAIN, *arguments, *files], check=True, stdout=out)
    lines = stream.read_text(encoding="utf-8").splitlines()
    assert any('"offline":true' in line for line in lines)
    assert run_replay(stream, None, None, tmp_path / "work") == 0
    said = capsys.readouterr().out
    assert f"receipts {len(lines)} " in said
    assert "the books are right" in said
    assert "refused 0" in said
    assert "DIFFER" not in said

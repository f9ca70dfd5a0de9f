"""Runs `kopilka program` and writes its files for the tests. Never judges what it says."""

import json
from pathlib import Path

from pos_app.wiring.cli import main

ROOT = Path(__file__).parents[2]
DEMO = str(ROOT / "resources/demo/program.json")
EVERYTHING = str(ROOT / "tests/data/program/everything.json")
CATALOGUE = str(ROOT / "resources/demo/catalog.csv")
HEADING = "receipt;at;store;item;name;category;quantity;unit_price;paid"


def run(capsys, *arguments: str) -> tuple[int, list[str]]:
    """Exit status and lines; the spaces that must not break are plain here."""
    status = main(["program", *arguments])
    plain = str.maketrans("\u00a0\u202f", "  ")
    return status, capsys.readouterr().out.translate(plain).splitlines()


def written(folder: Path, name: str, text: str | dict) -> str:
    path = folder / name
    path.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
    return str(path)


def a_program(**parts):
    document = {"program": "p", "version": 7, "valid_from": "2026-01-01T00:00:00Z"}
    return {**document, "currency": {"code": "RUB"}, **parts}

"""What a till executes is what SQLAlchemy Core writes, and no process of a till imports it."""

import subprocess
import sys
from pathlib import Path

import pytest

from pos_app.storage import core
from tests.storage.sql_texts import CORE, TEXTS, parts, statements

HOUSE = Path(__file__).parents[2]
AGAIN = "write them again: python -m tests.storage.sql_texts"


def told(found):
    """Statements as they can be compared."""
    return {
        name: [
            (one.sql, one.names, dict(one.fixed))
            for one in (value if isinstance(value, tuple) else (value,))
        ]
        for name, value in found.items()
    }


@pytest.mark.parametrize("name", TEXTS)
def test_the_text_that_is_executed_is_the_one_that_core_writes(name):
    written = told(statements(f"{CORE}.{name}"))
    assert written
    assert told(statements(TEXTS[name])) == written, AGAIN


def test_no_statement_of_core_is_without_its_text():
    modules = {p.stem for p in Path(core.__file__).parent.glob("*.py")} - {"__init__", "compiled"}
    assert modules == set(TEXTS)


def test_a_long_text_is_cut_between_words_and_loses_nothing():
    text = "SELECT one,  two \nFROM three " + "AND x = ? " * 30 + "\n"
    assert "".join(parts(text)) == text
    assert max(map(len, parts(text))) <= 90


@pytest.mark.parametrize(
    "entry", ["pos_app.wiring.window", "pos_app.wiring.console_till", "pos_app.wiring.courier"]
)
def test_no_process_of_a_till_imports_sqlalchemy(entry):
    script = f"import sys, {entry}\nassert 'sqlalchemy' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], cwd=HOUSE, check=True)

"""Writes the texts of `pos_app.storage` from its Core statements: python -m tests.storage.sql_texts

A file a module of `pos_app.storage.core`; the journal's is `statements.py`. Bootstrapping is no
matter: no text is imported before it is written.
"""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

from pos_app.storage.driver import Statement

STORAGE = Path(__file__).parents[2] / "pos_app" / "storage"
CORE = "pos_app.storage.core"
TEXTS = {
    "statements": "pos_app.storage.statements",
    **{
        name: f"pos_app.storage.texts.{name}"
        for name in ("archive", "figures", "fiscal_book", "grants", "moves", "outbox", "till_file")
    },
}
"""A module of `core` and the module of its texts."""
WIDTH = 80
ABOUT = (
    '"""What Core wrote of `core.{name}`. Written by `python -m tests.storage.sql_texts` alone."""'
)

Found = dict[str, Statement | tuple[Statement, ...]]


def statements(module: str) -> Found:
    """Public names of a module and their statements, one or several each."""
    found: Found = {}
    for name, value in vars(import_module(module)).items():
        if isinstance(value, Statement) or (
            isinstance(value, tuple) and value and all(isinstance(v, Statement) for v in value)
        ):
            found[name] = value
    return found


def parts(sql: str) -> list[str]:
    """The same text in pieces that fit on a line, each ending where a word ends."""
    found = [""]
    for line in sql.splitlines(keepends=True):
        for word in line.split(" "):
            if len(found[-1]) + len(word) > WIDTH:
                found.append("")
            found[-1] += f"{word} "
        found[-1] = found[-1][:-1]
        found.append("")
    return [part for part in found if part]


def said(statement: Statement) -> str:
    """A statement as Python."""
    text = "\n".join(repr(part) for part in parts(statement.sql))
    return f"Statement(({text}), {statement.names!r}, {dict(statement.fixed)!r})"


def written(name: str) -> str:
    """The module of texts, not formatted yet."""
    lines = [ABOUT.format(name=name), "", "from pos_app.storage.driver import Statement", ""]
    for key, value in statements(f"{CORE}.{name}").items():
        many = isinstance(value, tuple)
        one = f"({', '.join(map(said, value))},)" if isinstance(value, tuple) else said(value)
        lines.append(f"{key}{': tuple[Statement, ...]' if many else ''} = {one}")
    return "\n".join(lines) + "\n"


def place(name: str) -> Path:
    """The file of its texts."""
    return STORAGE.joinpath(*TEXTS[name].split(".")[2:]).with_suffix(".py")


def main() -> None:
    """All of them, formatted as the house formats."""
    for name in TEXTS:
        place(name).write_text(written(name), encoding="utf-8")
    files = [str(place(name)) for name in TEXTS]
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", *files], check=True)


if __name__ == "__main__":
    main()

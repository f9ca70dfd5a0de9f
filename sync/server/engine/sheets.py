"""CSV files from people: every bad row with its line and reason. Never stops at the first."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BadRow:
    """Line 1 is the heading."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


@dataclass(slots=True)
class Imported:
    """What an import did, or would do; with faults it does nothing."""

    rows: int = 0
    changed: int = 0
    faults: list[BadRow] = field(default_factory=list)


class CellFault(ValueError):
    """One cell that cannot be taken, in words for its owner."""


def read_sheet(
    data: bytes, needed: Sequence[str], faults: list[BadRow]
) -> Iterator[tuple[int, Cells]]:
    """(line, cells by column, stripped) of the rows that have a cell for every column.

    UTF-8 with or without a mark; the separator is a comma or a semicolon.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        faults.append(BadRow(data[: error.start].count(b"\n") + 1, "is not UTF-8"))
        return
    heading = text.split("\n", 1)[0]
    separator = ";" if heading.count(";") > heading.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        yield from _rows(reader, needed, faults)
    except csv.Error as error:
        faults.append(BadRow(reader.line_num, f"is not CSV: {error}"))


def _rows(reader: Any, needed: Sequence[str], faults: list[BadRow]) -> Iterator[tuple[int, Cells]]:
    columns = [name.strip() for name in next(reader, [])]
    missing = [name for name in needed if name not in columns]
    if missing:
        faults.append(BadRow(1, f"columns are missing: {', '.join(missing)}"))
        return
    line = reader.line_num + 1
    for cells in reader:
        if len(cells) == len(columns):
            row = {name: cell.strip() for name, cell in zip(columns, cells, strict=True)}
            yield line, row
        elif cells:
            faults.append(BadRow(line, f"{len(cells)} cells where {len(columns)} are needed"))
        line = reader.line_num + 1


def flag(cells: Cells, column: str) -> bool:
    """0, 1 or nothing."""
    value = cells.get(column, "")
    if value not in ("", "0", "1"):
        raise CellFault(f"{column} is 0 or 1, not {value!r}")
    return value == "1"


def whole(cells: Cells, column: str, least: int = 0) -> int:
    """A whole number of at least so much."""
    value = cells.get(column, "")
    if not value.isascii() or not value.isdigit() or len(value) > 15 or int(value) < least:
        raise CellFault(f"{column} is a whole number from {least}, not {value!r}")
    return int(value)


def words(cells: Cells, column: str, most: int = 200) -> str:
    """Some text."""
    value = cells[column]
    if not value or len(value) > most or "\0" in value:
        raise CellFault(f"{column} needs 1 to {most} characters")
    return value

"""phones.csv: raw text and home region -> E.164 or not a number."""

import csv
from collections.abc import Iterator
from pathlib import Path

from pos_app.gear.phones import WorldPhoneBook
from tests.vectors.outcome import Adapter, Outcome


def run(path: Path) -> Iterator[Outcome]:
    book = WorldPhoneBook()
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            expected = row["e164"] if row["valid"] == "1" else None
            got = book.parse(row["raw"], row["till_region"])
            difference = "" if got == expected else f"{row['raw']!r}: {got} instead of {expected}"
            yield Outcome(f"line {number}", difference)


ADAPTER = Adapter("phones", lambda _, head: head.startswith("raw,till_region,valid,e164"), run)

"""Numbers and goods from CSV files, and new numbers into one. Never guesses an encoding's letters.

Cards: `number` (or `card`), and perhaps `name`. Labels: `name`, `price` (or `price_kop`), and
perhaps `ean` (checked) or `code` (the shop's own), `unit`, `old_price`, `note`. A comma or a
semicolon between.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pos_app.domain.money import RUB, parse_decimal
from pos_app.gear.studio.codes import CodeKind, StudioError, checked_gtin, code_kind_of
from pos_app.gear.studio.designs import Card, PriceLabel

ROWS_MOST = 100_000
UNITS = {"кг": "за 1 кг", "kg": "per kg", "шт": "за шт.", "л": "за 1 л"}


@dataclass(frozen=True, slots=True)
class ReadLabels:
    """What a file of goods holds: labels that can be printed, and a sentence a wrong line."""

    labels: tuple[PriceLabel, ...]
    wrong: tuple[str, ...]


def read_cards(path: Path, title: str, kind: CodeKind, *, with_qr: bool) -> tuple[Card, ...]:
    """A card a row; StudioError names the line that cannot be one, or both lines of one number."""
    made: list[Card] = []
    lines: dict[str, int] = {}
    for line, row in _rows(path, ("number", "card")):
        with _at(path, line):
            number, holder = _first(row, "number", "card"), row.get("name", "").strip()
            made.append(Card(number, title, holder, kind, with_qr))
        before = lines.setdefault(number, line)
        if before != line:
            raise StudioError(
                f"{path.name}, lines {before} and {line}: the number {number} is there twice;"
                " a card number belongs to one member"
            )
    return tuple(made)


def read_labels(path: Path) -> ReadLabels:
    """A label a row; a line that cannot be one becomes a sentence that names it."""
    made: dict[int, PriceLabel] = {}
    wrong: dict[int, str] = {}
    for line, row in _rows(path, ("name",)):
        try:
            with _at(path, line):
                made[line] = _label(row)
        except StudioError as bad:
            wrong[line] = str(bad)
    wrong |= {line: f"{path.name}, line {line}: {why}" for line, why in _at_odds(made).items()}
    sound = tuple(label for line, label in made.items() if line not in wrong)
    return ReadLabels(sound, tuple(wrong[line] for line in sorted(wrong)))


def _at_odds(made: Mapping[int, PriceLabel]) -> dict[int, str]:
    """Lines of one code that say two names or prices: nobody knows which of them is true."""
    alike: dict[str, dict[int, PriceLabel]] = {}
    for line, label in made.items():
        if label.code:
            alike.setdefault(label.code, {})[line] = label
    found: dict[int, str] = {}
    for code, lines in alike.items():
        for line, label in lines.items():
            others = {n: one for n, one in lines.items() if _differ(label, one)}
            for other, one in list(others.items())[:1]:
                found[line] = f"{code} has another {_differ(label, one)} in line {other}"
    return found


def _differ(one: PriceLabel, other: PriceLabel) -> str:
    what = {"name": one.name != other.name, "price": one.price_minor != other.price_minor}
    return " and ".join(word for word, differs in what.items() if differs)


def write_numbers(path: Path, numbers: Sequence[str]) -> None:
    """One number a line under `number`, for the import of members and for the next sheet."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["number"])
        writer.writerows([number] for number in numbers)


@contextmanager
def _at(path: Path, line: int) -> Iterator[None]:
    try:
        yield
    except StudioError as bad:
        raise StudioError(f"{path.name}, line {line}: {bad}") from bad


def _label(row: Mapping[str, str]) -> PriceLabel:
    ean = row.get("ean", "").strip()
    code = row.get("code", "").strip() or ean
    code = checked_gtin(code, is_ean=code == ean) if code else ""
    unit = row.get("unit", "").strip()
    return PriceLabel(
        name=row.get("name", "").strip(),
        price_minor=_price(row),
        code=code,
        kind=code_kind_of(code),
        unit=UNITS.get(unit, unit),
        old_minor=_minor(row["old_price"]) if row.get("old_price", "").strip() else None,
        note=row.get("note", "").strip(),
    )


def _price(row: Mapping[str, str]) -> int:
    """Of one column, or of both where they say the same."""
    kop, price = row.get("price_kop", "").strip(), row.get("price", "").strip()
    if not kop:
        return _minor(price)
    if not kop.removeprefix("-").isdecimal():
        raise StudioError(f"price_kop {kop!r} is no whole number")
    if price and _minor(price) != int(kop):
        raise StudioError(f"price {price} and price_kop {kop} are two prices")
    return int(kop)


def _minor(text: str) -> int:
    try:
        return parse_decimal(text.replace("\u00a0", "").replace(" ", ""), RUB.minor_digits)
    except ValueError as bad:
        raise StudioError(f"{text!r} is no price") from bad


def _first(row: Mapping[str, str], *names: str) -> str:
    return next((row[name].strip() for name in names if row.get(name, "").strip()), "")


def _rows(path: Path, wanted: Sequence[str]) -> Iterator[tuple[int, Mapping[str, str]]]:
    text = _text(path)
    head = text.split("\n", 1)[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in head else ",")
    names = [str(name).strip().lower() for name in reader.fieldnames or ()]
    if not set(names) & set(wanted):
        raise StudioError(f"{path.name}: there is no column {' or '.join(wanted)}")
    reader.fieldnames = names
    for number, row in enumerate(reader, 2):
        if number > ROWS_MOST:
            raise StudioError(f"{path.name}: more than {ROWS_MOST} rows")
        if any(isinstance(one, str) and one.strip() for one in row.values()):
            yield number, {key: one for key, one in row.items() if isinstance(one, str)}


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as bad:
        raise StudioError(f"{path}: {bad.strerror}") from bad
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1251")

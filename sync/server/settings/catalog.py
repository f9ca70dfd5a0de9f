"""The catalogue from a CSV file, whole or not at all. Never deletes an item that is not in it.

Columns `ean,name,department,vat_rate,price_kop` are needed; `category,brand,unit,age18,mark_group,
loyalty_excluded,plu,regulated,volume_ml,max_price_kop` may be there. Prices are minor units, of a
piece or of a kilogram. Where `regulated` and `volume_ml` are not told, the name tells them: few
catalogues have a column for what the law asks.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TypeVar

import msgspec
from sqlalchemy import Connection

from pos_app.domain.identification.check_digits import has_gs1_check_digit, is_digits
from pos_app.domain.identification.control import PREFIX as CONTROL_PREFIX
from pos_app.domain.identification.control import begins_so
from pos_app.domain.item import DatedPrice, Item
from pos_app.domain.quantity import Unit
from sync.server.engine.buckets import CATALOG
from sync.server.engine.days import days_now
from sync.server.engine.services import Services
from sync.server.engine.sheets import (
    BadRow,
    CellFault,
    Cells,
    Imported,
    flag,
    read_sheet,
    whole,
    words,
)
from sync.server.publishing import feed
from sync.translate import item_from_row, item_row
from sync.wire.rows import ItemRow

T = TypeVar("T")
NEEDED = ("ean", "name", "department", "vat_rate", "price_kop")
UNITS = {"": Unit.PIECE, "шт": Unit.PIECE, "уп": Unit.PIECE, "кг": Unit.GRAM, "л": Unit.MILLILITRE}
TAX_CLASSES = {"22": "standard", "10": "reduced", "0": "zero"}
REGULATED = {"alcohol": "alcohol", "beer": "beer", "tobacco": "tobacco", "giftcard": "gift_card"}
NAMED: tuple[tuple[str, str, str], ...] = (
    ("beer", "безалкогольн", ""),
    ("alcohol", "водка", "vodka"),
    ("alcohol", "коньяк", "cognac"),
    ("alcohol", "бренди", "brandy"),
    ("alcohol", "игрист", "sparkling"),
    ("alcohol", "шампанск", "sparkling"),
    ("alcohol", "вино", "wine"),
    ("tobacco", "сигарет", "cigarettes"),
    ("softdrink", "энергети", "energy"),
    ("beer", "alcohol-free", ""),
    ("alcohol", "vodka", "vodka"),
    ("alcohol", "cognac", "cognac"),
    ("alcohol", "brandy", "brandy"),
    ("alcohol", "sparkling", "sparkling"),
    ("alcohol", "champagne", "sparkling"),
    ("alcohol", "wine", "wine"),
    ("tobacco", "cigarettes", "cigarettes"),
    ("softdrink", "energy", "energy"),
)
"""(marking group, beginning of a word of the name, regulated class), the first that fits."""
CLASS = re.compile(r"[a-z][a-z0-9_]{0,31}")
VOLUME = re.compile(r"(?<![\w.,])(\d{1,4})(?:[.,](\d{1,3}))?\s?(л|мл|l|ml)\b", re.IGNORECASE)
MILLILITRES = {"л": 1000, "l": 1000, "мл": 1, "ml": 1}
CODE_LENGTHS = (8, 12, 13, 14)
ADULT = 18
ALWAYS = date(2000, 1, 1)


def read_catalog(data: bytes) -> tuple[list[Item], list[BadRow]]:
    """Items and every bad row."""
    faults: list[BadRow] = []
    items: dict[str, Item] = {}
    lines: dict[tuple[str, str], int] = {}
    for line, cells in read_sheet(data, NEEDED, faults):
        try:
            item = _item(cells)
            for name, value in (("ean", item.item_id), ("plu", item.plu.lstrip("0"))):
                first = lines.setdefault((name, value), line) if value else line
                if first != line:
                    faults.append(BadRow(line, f"{name} {value} stands in line {first} too"))
            items[item.item_id] = item
        except CellFault as fault:
            faults.append(BadRow(line, str(fault)))
    faults.sort(key=lambda fault: fault.line)
    return list(items.values()), faults


def import_catalog(
    connection: Connection, services: Services, data: bytes, *, dry_run: bool = False
) -> Imported:
    """Publish the items of a file; with one bad row nothing changes."""
    items, faults = read_catalog(data)
    if faults:
        return Imported(len(items), 0, faults)
    known = {
        item_id: item_from_row(msgspec.json.decode(body, type=ItemRow))
        for item_id, body in feed.living(connection, CATALOG, "item").items()
    }
    today = days_now(connection, services).today
    merged = [_with_history(item, known.get(item.item_id), today) for item in items]
    changed = [item for item in merged if item != known.get(item.item_id)]
    if not dry_run:
        changes = [feed.Change("item", item.item_id, item_row(item)) for item in changed]
        feed.publish(connection, CATALOG, changes, services.now_us())
    return Imported(len(items), len(changed))


def _with_history(item: Item, old: Item | None, today: date) -> Item:
    """A new price is in force from today; the old ones stay for the days before."""
    if old is None or old.price_minor(today) == item.prices[0].price_minor:
        return replace(item, prices=old.prices if old else item.prices)
    kept = tuple(price for price in old.prices if price.since_on < today)
    return replace(item, prices=(*kept, DatedPrice(today, item.prices[0].price_minor)))


def _item(cells: Cells) -> Item:
    ean = _code(cells["ean"])
    mark = cells.get("mark_group", "")
    regulated = _regulated(cells, mark)
    excluded = flag(cells, "loyalty_excluded")
    categories = (words(cells, "department"), cells.get("category", ""))
    return Item(
        item_id=ean,
        name=words(cells, "name"),
        prices=(DatedPrice(ALWAYS, whole(cells, "price_kop", 1)),),
        categories=tuple(c for c in categories if c),
        brand=cells.get("brand", ""),
        unit=_among(cells, "unit", UNITS),
        tax_class=_among(cells, "vat_rate", TAX_CLASSES),
        codes=(ean,),
        plu=_plu(cells.get("plu", "")),
        age_limit=ADULT if flag(cells, "age18") else 0,
        marking="" if mark == "giftcard" else mark,
        regulated=regulated,
        discountable=not excluded,
        points_allowed=not excluded,
        earns=not excluded,
        volume_ml=_volume_ml(cells) if regulated else 0,
        ceiling_minor=whole(cells, "max_price_kop", 1) if cells.get("max_price_kop") else 0,
    )


def _regulated(cells: Cells, mark: str) -> str:
    """The class of the file, else what marking group and name tell."""
    told = cells.get("regulated", "")
    if told:
        if not CLASS.fullmatch(told):
            raise CellFault(f"regulated is a class, as vodka, not {told!r}")
        return told
    said = f" {cells['name'].lower()}"
    for group, word, found in NAMED:
        if mark == group and f" {word}" in said:
            return found
    return REGULATED.get(mark, "")


def _volume_ml(cells: Cells) -> int:
    """Of one piece, from the file, else from the name: `0,5 л`, `450 мл`; 0 unknown."""
    if cells.get("volume_ml"):
        return whole(cells, "volume_ml", 1)
    found = VOLUME.search(cells["name"])
    if found is None:
        return 0
    thousandths = int(found[1] + f"{found[2] or '':0<3}")
    return thousandths * MILLILITRES[found[3].lower()] // 1000


def _among(cells: Cells, column: str, known: Mapping[str, T]) -> T:
    value = cells.get(column, "")
    if value not in known:
        raise CellFault(f"{column} is one of {', '.join(k for k in known if k)}, not {value!r}")
    return known[value]


def _code(text: str) -> str:
    _no_key(text)
    if not is_digits(text) or len(text) not in CODE_LENGTHS:
        raise CellFault(f"ean has 8, 12, 13 or 14 digits, not {text!r}")
    if not has_gs1_check_digit(text):
        raise CellFault(f"ean {text} has a wrong check digit")
    return text


def _no_key(text: str) -> None:
    """Said before that it has no digits: whoever wrote it meant a label, and labels like it press
    keys (docs/adr/0188)."""
    if begins_so(text):
        raise CellFault(
            f"codes that begin with {CONTROL_PREFIX} are keys of the till, not {text!r}"
        )


def _plu(text: str) -> str:
    _no_key(text)
    if text and (not is_digits(text) or len(text) > 6):
        raise CellFault(f"plu has up to 6 digits, not {text!r}")
    return text

"""Past receipts for a programme on trial: from a till's file, or from a CSV of any other till.

Never changes what it reads; a bad row is told with its line, and its receipt is left out.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from pathlib import Path

from pos_app.domain.document import CompletedLine, CompletedTransaction, TransactionKind
from pos_app.domain.item import Item
from pos_app.domain.money import Currency, parse_decimal
from pos_app.domain.quantity import Quantity, Unit
from pos_app.domain.what_if import PastLine, PastReceipt
from pos_app.gear.zones import SETTING as TIME_ZONE
from pos_app.gear.zones import zone_of
from pos_app.storage.archive import documents, mirror_generation
from pos_app.storage.mirror import MirrorReader
from pos_app.wiring.protection import database_key
from sync.server.engine.sheets import BadRow, CellFault, Cells, read_sheet
from sync.translate import WireCodec

NEEDED = ("receipt", "at", "store", "item", "name", "category", "quantity", "unit_price", "paid")
MAY_BE = ("member", "tier")
SPACES = str.maketrans("", "", " \u00a0\u202f")
DAY_FIRST = re.compile(r"^(\d\d)\.(\d\d)\.(\d{4})\s+")
PATH_MARK = ">"
Items = Callable[[str], Item | None]


@dataclass
class Past:
    """Receipts in the order of time, what could not be read, and how many returns were left out."""

    receipts: list[PastReceipt] = field(default_factory=list)
    faults: list[BadRow] = field(default_factory=list)
    returns: int = 0


def receipts_of_till(till: Path, items: Items) -> Past:
    """All sales that a `till.db` still has. Raises StorageBroken."""
    past, key = Past(), database_key(till.parent)
    mirror = MirrorReader(till.parent, lambda: mirror_generation(till, key), key)
    try:
        zone = zone_of(mirror.setting(TIME_ZONE))
        for document in documents(till, WireCodec(), key):
            if document.kind is TransactionKind.RETURN:
                past.returns += 1
            elif not document.training:
                past.receipts.append(
                    _of_document(document, zone, lambda code: items(code) or mirror.item(code))
                )
    finally:
        mirror.close()
    past.receipts.sort(key=lambda one: one.local)
    return past


def _of_document(document: CompletedTransaction, zone: tzinfo, items: Items) -> PastReceipt:
    totals = document.totals
    return PastReceipt(
        receipt=document.receipt_number,
        local=document.completed_at.astimezone(zone).replace(tzinfo=None),
        store_id=document.store_id,
        lines=tuple(_of_line(line, items) for line in document.lines),
        member=document.member_id or document.member_code,
        redeemed=totals.points_redeemed,
        earned=totals.points_earned,
    )


def _of_line(line: CompletedLine, items: Items) -> PastLine:
    known = items(line.item_id)
    bare = Item(line.item_id, line.name, (), line.categories, unit=line.quantity.unit)
    item = replace(known, name=line.name) if known is not None else bare
    return PastLine(item, line.quantity, line.unit_price_minor, line.net_minor)


def receipts_of_csv(
    data: bytes, currency: Currency, items: Items, tiers: Collection[str] | None = None
) -> Past:
    """Receipts of another till; see `docs/program.md` for the columns. Rows may come in any order;
    a receipt is told apart by its store and number. `tiers`: those of the programme; None: any."""
    past = Past()
    found: dict[tuple[str, str], _Gathered] = {}
    broken: set[tuple[str, str]] = set()
    for number, cells in read_sheet(data, NEEDED, past.faults):
        if not found and not broken and _has_strange_columns(cells, past):
            return past
        name = (cells["store"], cells["receipt"])
        try:
            head, line = _of_row(cells, currency.minor_digits, items)
            _judge_tier(head, tiers)
            if name in found:
                found[name].add(head, line)
            else:
                found[name] = _Gathered(number, head, [line])
        except (CellFault, ValueError) as fault:
            past.faults.append(BadRow(number, str(fault)))
            broken.add(name)
    for name, one in found.items():
        if name not in broken:
            past.receipts.append(replace(one.head, lines=tuple(one.lines)))
    past.receipts.sort(key=lambda one: one.local)
    return past


def _judge_tier(head: PastReceipt, tiers: Collection[str] | None) -> None:
    if tiers is not None and head.tier and head.tier not in tiers:
        known = f"there are: {', '.join(tiers)}" if tiers else "the programme has none"
        raise CellFault(f"tier: there is no {head.tier!r}; {known}")


def _has_strange_columns(cells: Cells, past: Past) -> bool:
    """A misspelt column must not be a missing one: every customer would be nobody."""
    strange = sorted(set(cells) - {*NEEDED, *MAY_BE})
    if strange:
        reason = f"columns that nobody knows: {', '.join(strange)}; there may be"
        past.faults.append(BadRow(1, f"{reason} {', '.join(MAY_BE)}"))
    return bool(strange)


@dataclass
class _Gathered:
    """The rows of one receipt: what all of them say, and their lines. `row`: the first one's."""

    row: int
    head: PastReceipt
    lines: list[PastLine]

    def add(self, head: PastReceipt, line: PastLine) -> None:
        """One more row; CellFault where it contradicts the first. An empty cell says nothing."""
        for column, ours, theirs in (
            ("at", str(self.head.local), str(head.local)),
            ("member", self.head.member, head.member),
            ("tier", self.head.tier, head.tier),
        ):
            if ours and theirs and ours != theirs:
                raise CellFault(f"{column}: {theirs!r}, but line {self.row} has {ours!r}")
        member, tier = self.head.member or head.member, self.head.tier or head.tier
        self.head = replace(self.head, member=member, tier=tier)
        self.lines.append(line)


def _of_row(cells: Cells, digits: int, items: Items) -> tuple[PastReceipt, PastLine]:
    known = items(cells["item"])
    quantity = _quantity(cells, known.unit if known else None)
    categories = tuple(one.strip() for one in cells["category"].split(PATH_MARK) if one.strip())
    bare = Item(cells["item"], cells["name"], (), categories, unit=quantity.unit)
    head = PastReceipt(
        receipt=_text(cells, "receipt"),
        local=_stamp(cells["at"]),
        store_id=cells["store"],
        lines=(),
        member=cells.get("member", ""),
        tier=cells.get("tier", ""),
    )
    price, paid = (_number(cells, name, digits) for name in ("unit_price", "paid"))
    return head, PastLine(known or bare, quantity, price, paid)


def _quantity(cells: Cells, unit: Unit | None) -> Quantity:
    """Whole numbers are pieces unless the catalogue says otherwise; parts are kilograms."""
    value = _number(cells, "quantity", Unit.GRAM.price_digits)
    if unit is None:
        unit = Unit.GRAM if value % Unit.GRAM.per_price else Unit.PIECE
    base, rest = divmod(value * unit.per_price, Unit.GRAM.per_price)
    if rest or not base:
        raise CellFault(f"quantity {cells['quantity']!r} is no number of {unit.value}s")
    return Quantity(base, unit)


def _number(cells: Cells, column: str, digits: int) -> int:
    try:
        number = parse_decimal(cells[column].translate(SPACES), digits)
    except ValueError as error:
        raise CellFault(f"{column}: {error}") from error
    if number < 0:
        raise CellFault(f"{column} is not below 0: leave returns out")
    return number


def _text(cells: Cells, column: str) -> str:
    if not cells[column]:
        raise CellFault(f"{column} is empty")
    return cells[column]


def _stamp(text: str) -> datetime:
    """ISO 8601, or 31.12.2026 23:59; a zone is the store's and is dropped."""
    try:
        return datetime.fromisoformat(DAY_FIRST.sub(r"\3-\2-\1T", text)).replace(tzinfo=None)
    except ValueError:
        raise CellFault(f"at: {text!r} is no time, as 2026-03-01T12:30") from None

"""The lines of the open receipt as a Qt model that changes row by row. Never resets on a scan."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from pos_app.domain.money import Currency
from pos_app.workstation.view import LineView
from resources.words import Words

TEXTS = Qt.ItemDataRole.UserRole
NUMBER, ITEM, QUANTITY, PRICE, AMOUNT = range(5)
WIDE = (NUMBER, ITEM, QUANTITY, PRICE, AMOUNT)
NARROW = (ITEM, AMOUNT)
HEADS = ("number", "item", "quantity", "price", "amount")
_AnyIndex = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


@dataclass(frozen=True, slots=True)
class LineTexts:
    """Everything a line shows, already in words. `old` is empty where nothing was taken off.

    `named` are the reasons without their reckoning, for a narrow column.
    """

    number: str
    name: str
    quantity: str
    price: str
    amount: str
    old: str
    reasons: str
    notes: str
    named: str = ""

    @property
    def spoken(self) -> str:
        """The line for a screen reader."""
        parts = (self.name, self.quantity, self.amount, self.reasons, self.notes)
        return ", ".join(part for part in parts if part)


def texts_of(line: LineView, place: int, words: Words, currency: Currency) -> LineTexts:
    """A line in words; `place` counts from 1 and has no holes where lines were voided."""
    back = line.line < 0
    cheaper = line.amount_minor != line.list_minor and not back
    return LineTexts(
        number=str(place),
        name=line.name,
        quantity=words.format(line.quantity),
        price=words.amount(line.unit_price_minor, currency),
        amount=words.amount(-line.amount_minor if back else line.amount_minor, currency),
        old=words.amount(line.list_minor, currency) if cheaper else "",
        reasons=" · ".join(dict.fromkeys(words.say(one.why) for one in line.discounts)),
        notes=words.text("ui.comes_back")
        if back
        else " · ".join(words.say(note) for note in line.notes),
        named=" · ".join(dict.fromkeys(one.name for one in line.discounts)),
    )


class LinesModel(QAbstractTableModel):
    """Rows of a receipt. `show` compares with what is shown and touches only what differs."""

    def __init__(self, words: Words, currency: Currency, columns: tuple[int, ...] = WIDE) -> None:
        super().__init__()
        self._words, self._currency, self.columns = words, currency, columns
        self._lines: list[LineView] = []
        self._texts: list[LineTexts] = []

    def show(self, lines: Sequence[LineView]) -> None:
        """Make the rows be these lines with the fewest signals."""
        if len(lines) < len(self._lines):
            self._remove_gone({line.line for line in lines})
        for row, line in enumerate(lines):
            if row < len(self._lines) and self._lines[row].line == line.line:
                self._replace(row, line)
            else:
                self._insert(row, line)
        if len(self._lines) > len(lines):
            self._drop(len(lines), len(self._lines) - 1)

    def _remove_gone(self, kept: set[int]) -> None:
        for row in range(len(self._lines) - 1, -1, -1):
            if self._lines[row].line not in kept:
                self._drop(row, row)

    def _drop(self, first: int, last: int) -> None:
        self.beginRemoveRows(QModelIndex(), first, last)
        del self._lines[first : last + 1], self._texts[first : last + 1]
        self.endRemoveRows()

    def _insert(self, row: int, line: LineView) -> None:
        self.beginInsertRows(QModelIndex(), row, row)
        self._lines.insert(row, line)
        self._texts.insert(row, texts_of(line, row + 1, self._words, self._currency))
        self.endInsertRows()

    def _replace(self, row: int, line: LineView) -> None:
        shown = self._lines[row]
        same = shown is line or shown == line
        if same and self._texts[row].number == str(row + 1):
            return
        self._lines[row] = line
        self._texts[row] = texts_of(line, row + 1, self._words, self._currency)
        self.dataChanged.emit(self.index(row, 0), self.index(row, len(self.columns) - 1))

    def row_of(self, line: int | None) -> int:
        """The row of a line number, -1 for none."""
        return next((row for row, one in enumerate(self._lines) if one.line == line), -1)

    def line_at(self, row: int) -> int:
        """The line number of a row."""
        return self._lines[row].line

    # ---- Qt
    def rowCount(self, parent: _AnyIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: _AnyIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            sign = self._words.sign_of(self._currency)
            return self._words.text(f"table.{HEADS[column]}", sign=sign)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if column <= ITEM else Qt.AlignmentFlag.AlignRight
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: _AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        texts = self._texts[index.row()]
        if role == TEXTS:
            return texts
        if role == Qt.ItemDataRole.DisplayRole:
            cells = (texts.number, texts.name, texts.quantity, texts.price, texts.amount)
            return cells[self.columns[index.column()]]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return texts.spoken
        return None

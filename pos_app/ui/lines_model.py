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
RECKONED = "why.applied"
"""The sentence that ends with what it took off."""


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
        reasons=_reasons(line, words, currency),
        notes=words.text("ui.comes_back")
        if back
        else " · ".join(words.say(note) for note in line.notes),
        named=" · ".join(dict.fromkeys(one.name for one in line.discounts)),
    )


def _reasons(line: LineView, words: Words, currency: Currency) -> str:
    """Each with its sum: a rule's is at the end of its reckoning."""
    sums: dict[str, int] = {}
    for one in line.discounts:
        text = words.say(one.why)
        sums[text] = sums.get(text, 0) + one.amount_minor * (one.why.key != RECKONED)
    return " · ".join(
        f"{text}: {words.amount(minor, currency)}" if minor else text
        for text, minor in sums.items()
    )


@dataclass(slots=True)
class _Row:
    """A line where it was shown last; its words are made when somebody looks at it."""

    line: LineView
    place: int
    texts: LineTexts | None = None


class LinesModel(QAbstractTableModel):
    """Rows of a receipt. `show` compares with what is shown and touches only what differs.

    A new line may change the share of every other in a reduction: only the rows on show are put
    into words, a dozen of them and not a hundred and fifty, and only rows that somebody has looked
    at are compared and told of.
    """

    def __init__(self, words: Words, currency: Currency, columns: tuple[int, ...] = WIDE) -> None:
        super().__init__()
        self._words, self._currency, self.columns = words, currency, columns
        self._rows: list[_Row] = []
        sign = words.sign_of(currency)
        self._heads = [words.text(f"table.{HEADS[column]}", sign=sign) for column in columns]

    def show(self, lines: Sequence[LineView]) -> None:
        """Make the rows be these lines with the fewest signals."""
        if len(lines) < len(self._rows):
            self._remove_gone({line.line for line in lines})
        other: list[int] = []
        for row, line in enumerate(lines):
            if row < len(self._rows) and self._rows[row].line.line == line.line:
                if self._replaced(row, line):
                    other.append(row)
            else:
                self._insert(row, line)
        if len(self._rows) > len(lines):
            self._drop(len(lines), len(self._rows) - 1)
        self._tell(other)

    def _remove_gone(self, kept: set[int]) -> None:
        for row in range(len(self._rows) - 1, -1, -1):
            if self._rows[row].line.line not in kept:
                self._drop(row, row)

    def _drop(self, first: int, last: int) -> None:
        self.beginRemoveRows(QModelIndex(), first, last)
        del self._rows[first : last + 1]
        self.endRemoveRows()

    def _insert(self, row: int, line: LineView) -> None:
        self.beginInsertRows(QModelIndex(), row, row)
        self._rows.insert(row, _Row(line, row + 1))
        self.endInsertRows()

    def _replaced(self, row: int, line: LineView) -> bool:
        """Whether the row shows something else now. One that nobody has looked at shows nothing
        yet: with a reduction of the whole receipt each line is another with each scan."""
        shown = self._rows[row]
        if shown.texts is None:
            shown.line, shown.place = line, row + 1
            return False
        if shown.place == row + 1 and (shown.line is line or shown.line == line):
            return False
        self._rows[row] = _Row(line, row + 1)
        return True

    def _tell(self, rows: Sequence[int]) -> None:
        """One signal for each stretch of rows that changed."""
        last = len(self.columns) - 1
        for place, row in enumerate(rows):
            if not place or rows[place - 1] != row - 1:
                first = row
            if place + 1 == len(rows) or rows[place + 1] != row + 1:
                self.dataChanged.emit(self.index(first, 0), self.index(row, last))

    def texts(self, row: int) -> LineTexts:
        """A row in words, made when somebody looks at it."""
        shown = self._rows[row]
        if shown.texts is None:
            shown.texts = texts_of(shown.line, shown.place, self._words, self._currency)
        return shown.texts

    def row_of(self, line: int | None) -> int:
        """The row of a line number, -1 for none."""
        return next((row for row, one in enumerate(self._rows) if one.line.line == line), -1)

    def line_at(self, row: int) -> int:
        """The line number of a row."""
        return self._rows[row].line.line

    # ---- Qt
    def rowCount(self, parent: _AnyIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

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
            return self._heads[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if column <= ITEM else Qt.AlignmentFlag.AlignRight
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: _AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        texts = self.texts(index.row())
        if role == TEXTS:
            return texts
        if role == Qt.ItemDataRole.DisplayRole:
            cells = (texts.number, texts.name, texts.quantity, texts.price, texts.amount)
            return cells[self.columns[index.column()]]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return texts.spoken
        return None

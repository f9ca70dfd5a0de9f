"""Paints the lines of the receipt: reason under the name, old price struck through. No rule."""

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from pos_app.domain.money import Currency
from pos_app.ui.inked import Inked
from pos_app.ui.lines_model import (
    AMOUNT,
    ITEM,
    NARROW,
    NUMBER,
    PRICE,
    QUANTITY,
    WIDE,
    LinesModel,
    LineTexts,
)
from pos_app.ui.theme import MEDIUM, SEMIBOLD, Look
from pos_app.workstation.view import TransactionView

TOP_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
_AnyIndex = QModelIndex | QPersistentModelIndex
WIDEST = {NUMBER: "000", QUANTITY: "000,000 кг", PRICE: "000 000,00", AMOUNT: "0 000 000,00"}


class LineDelegate(QStyledItemDelegate):
    """Two lines of text a row (three where a long name needs it), on fixed baselines."""

    def __init__(self, look: Look, columns: tuple[int, ...], view: "LinesTable") -> None:
        super().__init__(view)
        self._look, self._columns, self._view = look, columns, view
        metrics = look.metrics
        self._name = Inked(look.font(metrics.body, MEDIUM))
        self._plain = Inked(look.font(metrics.body, figures=True))
        self._strong = Inked(look.font(metrics.body, SEMIBOLD, figures=True))
        self._small = Inked(look.font(metrics.small))
        self._struck = Inked(look.font(metrics.small, figures=True, struck=True))
        self._line, self._second = self._name.height, self._small.height
        self.pad = metrics.px(10)
        self.air = metrics.px(6)
        self.name_lines = 2 if metrics.is_tight else 1
        self.height = self.name_lines * self._line + self._second + 2 * self.air + 2

    def sizeHint(self, option: QStyleOptionViewItem, index: _AnyIndex) -> QSize:
        return QSize(40, self.height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _AnyIndex) -> None:
        chosen = index.row() == self._view.currentIndex().row()
        texts = self._view.lines.texts(index.row())
        self.write(painter, option.rect, texts, index.column(), chosen)

    def write(
        self, painter: QPainter, rect: QRect, texts: LineTexts, place: int, chosen: bool
    ) -> None:
        """One cell. `place` counts the columns on show."""
        column = self._columns[place]
        self._ground(painter, rect, chosen, place == 0)
        air = self._air_above(texts, column == ITEM, rect.width())
        box = rect.adjusted(self.pad, air, -self.pad, -self.air)
        if column == ITEM:
            self._item(painter, box, texts)
        elif column == AMOUNT:
            self._amount(painter, box, texts)
        else:
            self._cell(painter, box, texts, column)

    def _air_above(self, texts: LineTexts, item: bool, width: int) -> int:
        """A line that needs no second one stands in the middle of its row."""
        if item and self._runs_on(texts, width - 2 * self.pad):
            return (self.height - 2 * self._line) // 2
        alone = QUANTITY in self._columns and not (texts.reasons or texts.notes or texts.old)
        return (self.height - self._line) // 2 if alone else self.air

    def _runs_on(self, texts: LineTexts, width: int) -> bool:
        """A name too long for its column takes the line of the reasons where there are none."""
        below = QUANTITY not in self._columns or texts.reasons or texts.notes
        return not below and self._name.width(texts.name) > width

    def _ground(self, painter: QPainter, rect: QRect, chosen: bool, first: bool) -> None:
        if chosen:
            painter.fillRect(rect, self._look.colour("selection"))
            if first:
                bar = QRect(rect.left(), rect.top(), self._look.metrics.px(4), rect.height())
                painter.fillRect(bar, self._look.colour("accent"))
        painter.setPen(self._look.colour("line"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())

    def _write_right(self, painter: QPainter, box: QRect, text: str, ink: Inked) -> None:
        ink.write_right(painter, box.right() + 1, box.top(), text)

    def _item(self, painter: QPainter, box: QRect, texts: LineTexts) -> None:
        painter.setPen(self._look.colour("text"))
        tall = self.name_lines * self._line
        if self.name_lines == 1 and not self._runs_on(texts, box.width()):
            short = self._name.short(texts.name, box.width())
            self._name.write(painter, box.left(), box.top(), short)
        else:
            flags = TOP_LEFT | Qt.TextFlag.TextWordWrap
            name_box = QRect(box.left(), box.top(), box.width(), max(tall, 2 * self._line))
            painter.setFont(self._name.font)
            painter.drawText(name_box, flags, texts.name)
            found = self._name.metrics.boundingRect(name_box, flags, texts.name)
            tall = min(tall, found.height())
        below = QRect(box.left(), box.top() + tall, box.width(), self._second)
        self._below_name(painter, below, texts)

    def _below_name(self, painter: QPainter, box: QRect, texts: LineTexts) -> None:
        """In merged columns quantity and price come first; then why the price is what it is."""
        left = box.left()
        for text, ink in self._pieces_below(texts, box.width()):
            shown = self._small.short(text, box.right() - left)
            painter.setPen(self._look.colour(ink))
            self._small.write(painter, left, box.top(), shown)
            left += self._small.width(shown) + 2 * self.pad

    def _pieces_below(self, texts: LineTexts, width: int) -> list[tuple[str, str]]:
        """(text, ink); the reckoning of a price only where it fits whole: "why?" has it all."""
        merged = QUANTITY not in self._columns
        first = f"{texts.quantity} × {texts.price}" if merged else ""
        whole = sum(self._takes(one) for one in (first, texts.reasons, texts.notes))
        reasons = texts.reasons if whole <= width + 2 * self.pad else texts.named
        pieces = ((first, "secondary"), (reasons, "good"), (texts.notes, "warning"))
        return [piece for piece in pieces if piece[0]]

    def _takes(self, text: str) -> int:
        """Pixels of a piece below the name and of the gap after it."""
        return self._small.width(text) + 2 * self.pad if text else 0

    def _amount(self, painter: QPainter, box: QRect, texts: LineTexts) -> None:
        painter.setPen(self._look.colour("text"))
        self._write_right(painter, box, texts.amount, self._strong)
        if texts.old:
            painter.setPen(self._look.colour("secondary"))
            below = QRect(box.left(), box.top() + self._line, box.width(), self._second)
            self._write_right(painter, below, texts.old, self._struck)

    def _cell(self, painter: QPainter, box: QRect, texts: LineTexts, column: int) -> None:
        quiet = column in {NUMBER, PRICE}
        painter.setPen(self._look.colour("secondary" if quiet else "text"))
        text = {NUMBER: texts.number, QUANTITY: texts.quantity, PRICE: texts.price}[column]
        if column == NUMBER:
            self._plain.write(painter, box.left(), box.top(), text)
        else:
            self._write_right(painter, box, text, self._plain)


class LinesTable(QTableView):
    """The table: fixed sections, one row selected, scrolled by rows."""

    def __init__(self, look: Look, currency: Currency, choose: Callable[[int], None]) -> None:
        super().__init__()
        self.columns = NARROW if look.metrics.is_narrow else WIDE
        self.lines = LinesModel(look.words, currency, self.columns)
        self.setModel(self.lines)
        self._delegate = LineDelegate(look, self.columns, self)
        self.setItemDelegate(self._delegate)
        self._look = look
        self._set_up()
        self.clicked.connect(lambda index: choose(self.lines.line_at(index.row())))

    def _set_up(self) -> None:
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(self._look.say("ui.lines_of_receipt"))
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(self._delegate.height)
        heads = self.horizontalHeader()
        heads.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        heads.setHighlightSections(False)
        heads.setSectionsClickable(False)
        heads.setFixedHeight(self._look.metrics.px(30))
        heads.setSectionResizeMode(self.columns.index(ITEM), QHeaderView.ResizeMode.Stretch)
        self._size_columns()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Its own ground, so that Qt need not paint the five widgets below it first, and its own
        rows: Qt's table asks the style sheet three times a cell for what no cell has."""
        rect, painter = event.rect(), QPainter(self.viewport())
        painter.fillRect(rect, self._look.colour("surface"))
        first, last = self.rowAt(rect.top()), self.rowAt(rect.bottom())
        if first >= 0:
            last = last if last >= 0 else self.lines.rowCount() - 1
            self._paint_rows(painter, range(first, last + 1))
        painter.end()

    def _paint_rows(self, painter: QPainter, rows: range) -> None:
        places = range(len(self.columns))
        across = [(self.columnViewportPosition(n), self.columnWidth(n)) for n in places]
        chosen, height = self.currentIndex().row(), self._delegate.height
        for row in rows:
            texts, top = self.lines.texts(row), self.rowViewportPosition(row)
            for place, (left, width) in enumerate(across):
                box = QRect(left, top, width, height)
                self._delegate.write(painter, box, texts, place, row == chosen)

    def _size_columns(self) -> None:
        """Once, from the widest thing each column must hold; never from its contents."""
        metrics = QFontMetrics(self._look.font(self._look.metrics.body, SEMIBOLD, figures=True))
        small = QFontMetrics(self._look.font(self._look.metrics.small, MEDIUM))
        for place, column in enumerate(self.columns):
            if column == ITEM:
                continue
            head = self.lines.headerData(place, Qt.Orientation.Horizontal)
            wide = max(metrics.horizontalAdvance(WIDEST[column]), small.horizontalAdvance(head))
            self.setColumnWidth(place, wide + 2 * self._delegate.pad + 4)

    @property
    def row_height(self) -> int:
        """One line item, in pixels."""
        return self._delegate.height

    @property
    def row_air(self) -> int:
        """What is free above the words of a line item, in pixels."""
        return self._delegate.air

    def show_lines(self, transaction: TransactionView | None) -> None:
        """The receipt's lines; the selected one kept in sight."""
        swap = transaction.exchange if transaction else None
        back = swap.lines if swap else ()
        self.lines.show((*back, *(transaction.lines if transaction else ())))
        if transaction is None or not (back or transaction.lines):
            return
        row = self.lines.row_of(transaction.selected_line)
        row = row if row >= 0 else self.lines.rowCount() - 1
        if row != self.currentIndex().row():
            self.setCurrentIndex(self.lines.index(row, 0))
        self.keep_in_sight()

    def keep_in_sight(self) -> None:
        """The selected line is on show, whatever room there is now."""
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())


class WholeRows(QWidget):
    """Gives the table the height of its head and whole rows: no line is ever cut in half."""

    def __init__(self, table: LinesTable) -> None:
        super().__init__()
        self._table, self._down = table, 0
        table.setParent(self)

    def keep_clear(self, covered: int) -> None:
        """So many pixels at the top are covered: the head may be, a row never is by more than the
        air above its words."""
        over = covered - self._table.horizontalHeader().height()
        down = over if over > self._table.row_air else 0
        if down != self._down:
            self._down = down
            self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        head, row = self._table.horizontalHeader().height(), self._table.row_height
        room = self.height() - self._down
        rows = max(1, (room - head) // row)
        self._table.setGeometry(0, self._down, self.width(), min(room, head + rows * row + 1))
        self._table.keep_in_sight()

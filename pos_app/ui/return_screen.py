"""Which lines of a past receipt come back, and how many of each. Never what is refunded."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from pos_app.domain.quantity import Quantity
from pos_app.ui import return_marks
from pos_app.ui.controls import Button, FitRow, Paragraph, label, named, reveal
from pos_app.ui.desk import Change, Desk, Own, Page
from pos_app.ui.menu_flows import perform
from pos_app.ui.panels import Panel
from pos_app.ui.returning_panel import points_told, ways_told
from pos_app.ui.theme import MEDIUM, SEMIBOLD, Look
from pos_app.workstation.return_shown import BackSums
from pos_app.workstation.view import LineView, TransactionView


class ReturnPage(Panel):
    """The lines with a number and a stepper each; everything at once is a button."""

    def __init__(self, look: Look, desk: Desk, receipt: TransactionView) -> None:
        super().__init__(look, desk)
        self._page = desk.page or Page("return", receipt)
        self._receipt = receipt
        self.head(self._title())
        how = Paragraph(look, look.metrics.small)
        left = return_marks.any_left(receipt)
        how_to = look.say("ui.return_how" if left else "ui.return_nothing_left")
        part = any(line.quantity.value and return_marks.is_weighed(line) for line in receipt.lines)
        weighed = look.say("ui.return_how_weighed") if part else ""
        told = (self._whose(), how_to, weighed, self._over_sale() if left else "")
        how.say(" · ".join(part for part in told if part))
        self.column.addWidget(how)
        self.column.addWidget(self._lines(), 1)
        self._sums = Paragraph(look, look.metrics.body, ink="")
        self._sums.setFont(look.font(look.metrics.body, SEMIBOLD))
        self.column.addWidget(self._sums)
        all_of_it = partial(return_marks.everything, desk, self._page)
        everything = Button(look, look.say("ui.return_all"), all_of_it, icon="list-checks")
        self._go = Button(look, look.say("ui.return_chosen"), self._open, icon="undo-2", skin="pay",
                          key="Enter", px=look.metrics.medium)  # fmt: skip
        press = partial(self._open, exchange=True)
        self._swap = Button(look, look.say("ui.exchange_chosen"), press, icon="refresh-cw")
        everything.setEnabled(left)
        for button in (everything, self._swap, self._go):
            button.least.setHeight(look.metrics.big_target)
        why = Button(look, look.say("ui.why"), partial(perform, desk, "why"), icon="circle-help",
                     key="F11")  # fmt: skip
        why.least.setHeight(look.metrics.big_target)
        self.column.addWidget(FitRow(look, (why, everything, self._swap, self._go)))
        self._show()

    def _title(self) -> str:
        back = self._receipt.returning
        key = "ui.returning_receipt" if back else "ui.return_title"
        return self.look.say(key, number=back.receipt if back else "")

    def _whose(self) -> str:
        """Is it this customer's paper that lies here?"""
        back = self._receipt.returning
        if back is None or not back.of_member:
            return ""
        name = back.name or self.look.say("ui.returning_member")
        return self.look.say("ui.return_of_whom", name=name)

    def _over_sale(self) -> str:
        """A sale that is open: said before anything is pressed."""
        sale = self.desk.view.transaction
        there = sale is not None and sale.kind == "sale" and bool(sale.lines)
        return self.look.say("ui.return_over_sale") if there else ""

    def _lines(self) -> QScrollArea:
        look, area = self.look, QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        sheet = named(QWidget(), "sheet")
        grid = QGridLayout(sheet)
        grid.setContentsMargins(0, 0, look.metrics.px(8), 0)
        grid.setHorizontalSpacing(look.metrics.px(8))
        grid.setColumnStretch(0, 1)
        self._labels: dict[int, QLabel | Button] = {}
        for row, line in enumerate(self._receipt.lines):
            self._line(grid, row, line)
        grid.setRowStretch(len(self._receipt.lines), 1)
        area.setWidget(sheet)
        return area

    def _line(self, grid: QGridLayout, row: int, line: LineView) -> None:
        look = self.look
        gone = not line.quantity.value
        name = Paragraph(look, look.metrics.body, ink="secondary" if gone else "")
        name.setFont(look.font(look.metrics.body, MEDIUM))
        amount = look.words.money(line.amount_minor, self.desk.view.currency)
        name.say(f"{row + 1}. {line.name}")
        sold = Paragraph(look, look.metrics.small)
        left = f"{look.words.format(line.quantity)} · {amount}"
        sold.say(look.say("ui.returned_already") if gone else left)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(name)
        texts.addWidget(sold)
        grid.addLayout(texts, row, 0)
        self._labels[line.line] = self._amount(line)
        for column, (by, icon, key) in enumerate(
            ((-1, "minus", "ui.less"), (0, "", ""), (1, "plus", "ui.more")), start=1
        ):
            if not icon:
                grid.addWidget(self._labels[line.line], row, column)
                continue
            press = partial(return_marks.step, self.desk, self._page, line, by)
            step = Button(look, "", press, icon=icon)
            step.setAccessibleName(f"{look.say(key)}: {line.name}")
            step.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            step.setEnabled(not gone)
            grid.addWidget(step, row, column)

    def _amount(self, line: LineView) -> QLabel | Button:
        """How much of it is marked; of what is weighed, a key that asks for a part."""
        look = self.look
        if not (return_marks.is_weighed(line) and line.quantity.value):
            middle = label(look, "", weight=SEMIBOLD)
            middle.setAlignment(Qt.AlignmentFlag.AlignCenter)
            middle.setMinimumWidth(look.metrics.px(96))
            return middle
        press = partial(return_marks.ask_weight, self.desk, self._page, line)
        key = Button(look, look.words.format(line.quantity), press)
        key.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        key.least.setWidth(look.metrics.px(96))
        return key

    def refresh(self, changes: frozenset[Change]) -> None:
        """Something was marked, or asked beside it: then Esc and Enter are the question's."""
        if changes & {Own.PAGE, Own.ASK}:
            self._show()

    def _show(self) -> None:
        words, marked = self.look.words, self._page.chosen
        for line in self._receipt.lines:
            chosen = Quantity(marked.get(line.line, 0), line.quantity.unit)
            self._say(line, words.format(chosen))
        free = self.desk.ask is None
        reveal(self.back, free)
        for button in (self._go, self._swap):
            button.setEnabled(free and any(marked.values()))
        self._sums.say(self._told())

    def _say(self, line: LineView, amount: str) -> None:
        shown = self._labels[line.line]
        if isinstance(shown, Button):
            shown.relabel(amount)
            part = self.look.say("ui.return_part")
            shown.setAccessibleName(f"{part}: {line.name}, {amount}")
        else:
            shown.setText(amount)

    def _told(self) -> str:
        """What the chosen lines bring, before anybody has said yes."""
        lines = return_marks.wanted(self._page)
        answer = self.desk.till.return_sums(self._receipt.id, lines) if lines else None
        back = answer.data.get("back") if answer is not None else None
        if not isinstance(back, BackSums):
            return ""
        ways = ways_told(self.look, self.desk.view.currency, back.ways)
        apart = any(one.kind != "cash" for one in back.ways)
        key, amount = "ui.returning_ways" if apart else "ui.returning_out", back.out_minor
        out = self.look.say(key, amount=self.desk.money(amount), ways=", ".join(ways))
        points = points_told(self.look, back.points_back, back.points_taken)
        return " · ".join(one for one in (out, *points) if one)

    def _open(self, *, exchange: bool = False) -> None:
        lines = return_marks.wanted(self._page)
        return_marks.open_return(self.desk, self._receipt.id, lines, exchange=exchange)

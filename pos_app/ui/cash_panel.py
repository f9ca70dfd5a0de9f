"""Cash, in the member panel's place: exact, next round notes, pad, change. Never counts tenders."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout

from pos_app.domain.money import parse_decimal
from pos_app.ui.controls import Button, Variants, label
from pos_app.ui.desk import Change, Own
from pos_app.ui.money_flows import tender_cash
from pos_app.ui.panels import PadPanel
from pos_app.ui.phrases import money
from pos_app.ui.theme import BOLD, MEDIUM, SEMIBOLD
from pos_app.workstation.answer import Part
from pos_app.workstation.view import TransactionView

NOTES_SHOWN = 5


class CashPanel(PadPanel):
    """What was received and what goes back, above the notes and the pad."""

    done_key = "ui.done_receipt"

    def body(self) -> None:
        look = self.look
        figures = QGridLayout()
        figures.setHorizontalSpacing(look.metrics.px(12))
        figures.setVerticalSpacing(0)
        small = look.metrics.small
        figures.addWidget(label(look, look.say("ui.received"), small, ink="secondary"), 0, 0)
        self._change_name = label(look, "", small, MEDIUM, ink="good")
        right = Qt.AlignmentFlag.AlignRight
        figures.addWidget(self._change_name, 0, 1, right)
        self.echo = Variants(look, look.metrics.medium, SEMIBOLD, figures=True)
        self._change = Variants(look, look.metrics.figure, BOLD, figures=True)
        self._change.align = right | Qt.AlignmentFlag.AlignVCenter
        figures.addWidget(self.echo, 1, 0)
        figures.addWidget(self._change, 1, 1)
        figures.setColumnStretch(0, 2)
        figures.setColumnStretch(1, 3)
        self.column.addLayout(figures)
        self._notes = QGridLayout()
        self._notes.setSpacing(look.metrics.px(6))
        self.column.addLayout(self._notes)
        self._shown_notes: tuple[int, ...] | None = None

    def refresh(self, changes: frozenset[Change]) -> None:
        transaction = self.desk.view.transaction
        if transaction is None:
            return
        if changes & {Own.TYPED, Own.ASK, Part.TENDERS, Part.TRANSACTION}:
            self._show_notes(transaction)
            self._show_change(transaction)

    def _show_change(self, transaction: TransactionView) -> None:
        look, view = self.look, self.desk.view
        given = self._given(transaction)
        back = given - transaction.cash_due_minor
        self.echo.say(money(look.words, view, given), look.words.amount(given, view.currency))
        name = "ui.change" if back >= 0 else "ui.still_due"
        self._change_name.setText(look.say(name))
        shown = abs(back)
        ink = "good" if back >= 0 else "warning"
        self._change.say(
            money(look.words, view, shown), look.words.amount(shown, view.currency), ink=ink
        )

    def _given(self, transaction: TransactionView) -> int:
        """What the typed text stands for; nothing typed is the exact amount."""
        text = self.desk.typed.strip()
        if not text:
            return transaction.cash_due_minor
        try:
            return parse_decimal(text, self.desk.view.currency.minor_digits)
        except ValueError:
            return 0

    def _show_notes(self, transaction: TransactionView) -> None:
        notes = transaction.round_notes_minor[:NOTES_SHOWN]
        if notes == self._shown_notes:
            return
        self._shown_notes = notes
        while (item := self._notes.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.deleteLater()
        look, scale = self.look, self.desk.view.currency.scale
        exact = Button(look, look.say("ui.exact"), partial(tender_cash, self.desk, None))
        buttons = [exact]
        for note in notes:
            text = look.words.number(note // scale)
            button = Button(look, text, partial(tender_cash, self.desk, note), skin="payable")
            button.setAccessibleName(look.say("ui.note", amount=self.desk.money(note)))
            buttons.append(button)
        for place, button in enumerate(buttons):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.level = 1
            self._notes.addWidget(button, place // 3, place % 3)
        for column in range(3):
            self._notes.setColumnStretch(column, 1)

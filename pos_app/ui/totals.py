"""Totals and the ways to pay. Never adds anything up: it shows what the till counted."""

from functools import partial

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from pos_app.ui import pin_flows
from pos_app.ui.controls import RIGHT, Button, FitRow, Paragraph, Variants, label, reveal
from pos_app.ui.desk import Change, Desk, Own
from pos_app.ui.menu_flows import perform
from pos_app.ui.panels import Panel
from pos_app.ui.phrases import money
from pos_app.ui.returning_panel import points_told
from pos_app.ui.theme import BOLD, MEDIUM, Look
from pos_app.workstation.answer import Part
from pos_app.workstation.view import ExchangeView, TransactionView

LEAST_TOTAL_PX = 40


class Figure(QWidget):
    """One large amount that grows to its room, right-aligned, never below 40 px."""

    def __init__(self, look: Look, px: int) -> None:
        super().__init__()
        self._look, self._most, self._text = look, px, ""
        self._ink = "text"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def say(self, text: str, ink: str = "text") -> None:
        """The amount."""
        if (text, ink) != (self._text, self._ink):
            self._text, self._ink = text, ink
            self.setAccessibleName(text)
            self.updateGeometry()
            self.update()

    def _size(self, px: int) -> QSize:
        metrics = QFontMetrics(self._look.font(px, BOLD, figures=True))
        return QSize(metrics.horizontalAdvance(self._text) + 2, metrics.height())

    def px_shown(self) -> int:
        """The font size that fits the width."""
        px = self._most
        while px > LEAST_TOTAL_PX and self._size(px).width() > self.width():
            px -= 1
        return px

    def sizeHint(self) -> QSize:
        return self._size(self._most)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._size(LEAST_TOTAL_PX).width(), self._size(self._most).height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self._look.font(self.px_shown(), BOLD, figures=True))
        painter.setPen(self._look.colour(self._ink))
        painter.drawText(QRect(0, 0, self.width(), self.height()), RIGHT, self._text)


class Totals(Panel):
    """Sum, discounts and points at the left; what is due, large, at the right; paying below."""

    NAMES = ("sum", "discounts", "points", "rounding", "paid", "back", "apart")

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__(look, desk)
        metrics = look.metrics
        self.column.setContentsMargins(metrics.pad, metrics.px(10), metrics.pad, metrics.pad)
        self.column.setSpacing(metrics.px(6 if metrics.is_low else 12))
        row = QHBoxLayout()
        row.setSpacing(metrics.px(20))
        row.addLayout(self._sums())
        row.addLayout(self._due(), 1)
        self.column.addLayout(row)
        self._moved = Paragraph(look, metrics.small, ink="points")
        self.column.addWidget(self._moved)
        self.column.addWidget(self._pay_row())
        self.refresh(frozenset({Part.TRANSACTION}))

    def _sums(self) -> QGridLayout:
        look, grid = self.look, QGridLayout()
        grid.setHorizontalSpacing(look.metrics.px(16))
        grid.setVerticalSpacing(look.metrics.px(2))
        self._names, self._values = [], []
        for row, _ in enumerate(self.NAMES):
            name = label(look, "", look.metrics.small, ink="secondary")
            value = Variants(look, look.metrics.small, MEDIUM, figures=True)
            value.align = RIGHT
            grid.addWidget(name, row, 0)
            grid.addWidget(value, row, 1)
            self._names.append(name)
            self._values.append(value)
        grid.setRowStretch(len(self.NAMES), 1)
        return grid

    def _due(self) -> QVBoxLayout:
        look, column = self.look, QVBoxLayout()
        column.setSpacing(0)
        self._due_name = Variants(look, look.metrics.small, MEDIUM)
        self._due_name.align = RIGHT
        self.figure = Figure(look, look.metrics.total)
        column.addStretch(1)
        column.addWidget(self._due_name)
        column.addWidget(self.figure)
        return column

    def _pay_row(self) -> FitRow:
        look, desk = self.look, self.desk
        px = look.metrics.heading if not look.metrics.is_low else look.metrics.medium
        self._buttons = []
        for name, icon, skin in (
            ("cash", "banknote", "pay"),
            ("card", "credit-card", "payable"),
            ("qr", "qr-code", "payable"),
        ):
            press = partial(perform, desk, name)
            key = {"cash": "F8", "card": "F9", "qr": "F10"}[name]
            button = Button(look, look.say(f"ui.{name}"), press, icon=icon, key=key, skin=skin,
                            px=px)  # fmt: skip
            button.least.setHeight(look.metrics.big_target)
            self._buttons.append(button)
        self._refund = Button(look, look.say("ui.complete_return"),
                              partial(perform, desk, "complete"), icon="undo-2", key="F8",
                              skin="pay", px=px)  # fmt: skip
        goes_back = look.say("ui.payment_back")  # in words where that leaves their own to the rest
        self._undo = Button(look, "" if look.metrics.is_tight else goes_back,
                            partial(perform, desk, "undo"), icon="undo-2", key="Ctrl+Z",
                            px=px)  # fmt: skip
        self._undo.setAccessibleName(f"{goes_back}, Ctrl+Z")
        for button in (self._refund, self._undo):
            button.least.setHeight(look.metrics.big_target)
        row = (*self._buttons, self._refund, self._undo)
        self.pay = FitRow(look, row, (4, 3, 3, 1, 1))
        return self.pay

    def refresh(self, changes: frozenset[Change]) -> None:
        transaction = self.desk.view.transaction
        if changes & {Part.TRANSACTION, Part.TENDERS, Part.MEMBER}:
            self._show_sums(transaction)
            self._show_due(transaction)
            self._show_ways(transaction)
        elif changes & {Part.DEMAND, Own.ASK}:
            self._show_ways(transaction)

    def _show_sums(self, transaction: TransactionView | None) -> None:
        view, words = self.desk.view, self.look.words
        lines = len(transaction.lines) if transaction else 0
        swap = transaction.exchange if transaction else None
        rows = [("", 0)] * len(self.NAMES)
        if transaction is not None:
            rows = [
                (self.look.say("ui.lines", n=lines), transaction.list_total_minor),
                (self.look.say("ui.discounts"), -transaction.discount_total_minor),
                (self.look.say("ui.points_spent"), -transaction.points_redeemed_minor),
                (self.look.say("ui.rounding"), _rounding_minor(transaction)),
                (self._paid_name(), transaction.credit_minor - transaction.paid_minor),
                self._back(swap, transaction.credit_minor),
                self._apart(swap),
            ]
            rows += [("", 0)] * (len(self.NAMES) - len(rows))
            if transaction.refunds:
                spent = (self.look.say("ui.points_spent"), transaction.points_redeemed_minor)
                rows = [*rows[:1], *self._refunds(transaction)[:-1], spent]
        self._moved.say(" · ".join(filter(None, self._points(swap))))
        for place, (name, minor) in enumerate(rows):
            shown = bool(name) and (place == 0 or minor != 0)
            reveal(self._names[place], shown)
            reveal(self._values[place], shown)
            if shown:
                ink = "points" if place == 2 else "good" if place == 1 else "text"
                self._names[place].setText(name)
                self._values[place].say(money(words, view, minor), ink=ink)

    def _paid_name(self) -> str:
        """Money is called received when it is."""
        payment = self.desk.view.payment
        unsure = payment is not None and payment.unsure
        return self.look.say("ui.paid_unsure" if unsure else "ui.paid")

    def _points(self, swap: ExchangeView | None) -> tuple[str, ...]:
        """Which points go with the goods that come back: before anybody has said yes."""
        return points_told(self.look, swap.points_given, swap.points_taken) if swap else ()

    def _back(self, swap: ExchangeView | None, credit_minor: int) -> tuple[str, int]:
        """What comes back, or has come, lowers what is due."""
        if credit_minor:
            return self.look.say("ui.paid_by_return"), -credit_minor
        pays = swap.back_minor - apart_minor(swap) if swap else 0
        return self.look.say("ui.comes_back"), -pays

    def _apart(self, swap: ExchangeView | None) -> tuple[str, int]:
        """What goes back as it was paid is named so; it pays for nothing."""
        if swap is None or not swap.apart:
            return "", 0
        name = self.look.say(f"refund_to.{swap.apart[0].kind}")
        return self.look.say("ui.apart", name=name), apart_minor(swap)

    def _refunds(self, transaction: TransactionView) -> list[tuple[str, int]]:
        """Where the money of a return goes, tender by tender; what comes first is what is due."""
        found = []
        for one in transaction.refunds:
            name = self.look.say(f"refund_to.{one.kind}")
            label = f"{name} {one.label}" if one.kind == "gift_card" else name
            found.append((label, -one.amount_minor))
        room = len(self.NAMES) - 1
        return [*found[:room], *[("", 0)] * (room - len(found))]

    def _show_due(self, transaction: TransactionView | None) -> None:
        view, words, say = self.desk.view, self.look.words, self.look.say
        returning = transaction is not None and transaction.kind == "return"
        due = transaction.due_minor if transaction else 0
        handed = 0 if due else out_minor(transaction)
        out = handed > 0
        drawer = _drawer_minor(transaction)
        key = "ui.to_refund" if returning else "ui.to_hand_out" if out else "ui.to_pay"
        key = key if drawer is None else "ui.from_drawer"
        self._due_name.say(say(key), ink="secondary")
        shown = handed if out else due if drawer is None else drawer
        self.figure.say(money(words, view, shown), "text" if transaction else "secondary")
        self.figure.setAccessibleName(f"{self._due_name.text()} {money(words, view, shown)}")

    def _show_ways(self, transaction: TransactionView | None) -> None:
        swap = transaction.exchange if transaction else None
        swaps = transaction is not None and (swap is not None or transaction.credit_minor > 0)
        even = swaps and transaction is not None and not transaction.due_minor
        returning = even or (transaction is not None and transaction.kind == "return")
        on_its_way = self.desk.view.payment is not None or pin_flows.is_asked(self.desk)
        ready = transaction is not None and bool(transaction.lines) and not on_its_way
        self._refund.relabel(
            self.look.say("ui.complete_exchange" if even else "ui.complete_return")
        )
        goes_back = transaction is not None and transaction.may.payment_back
        moved = self._refund.isHidden() is returning or self._undo.isHidden() is goes_back
        for button in self._buttons:
            reveal(button, not returning)
            button.setEnabled(ready)
        for button in (self._refund, self._undo):
            button.setEnabled(not on_its_way)
        reveal(self._refund, returning)
        reveal(self._undo, goes_back)
        if moved:
            self.pay.arrange()


def _drawer_minor(transaction: TransactionView | None) -> int | None:
    """Of an open return that does not leave the drawer whole, what does; else None."""
    back = transaction.returning if transaction else None
    if back is None or transaction is None or all(t.kind == "cash" for t in transaction.refunds):
        return None
    return back.drawer_minor


def out_minor(transaction: TransactionView | None) -> int:
    """What is handed out beside the new goods of an exchange."""
    if transaction is None:
        return 0
    swap = transaction.exchange
    if swap is not None:
        return swap.out_minor - apart_minor(swap)
    return transaction.change_due_minor if transaction.credit_minor else 0


def apart_minor(swap: ExchangeView) -> int:
    """What goes back as it was paid, and pays for nothing."""
    return sum(-one.amount_minor for one in swap.apart)


def _rounding_minor(transaction: TransactionView) -> int:
    """What cash was, or would be, rounded by."""
    return transaction.rounding_minor + transaction.cash_rounding_minor

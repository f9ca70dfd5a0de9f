"""The selling screen: field, notices, lines, totals at the left; member or panel at the right."""

from functools import partial

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from pos_app.ui import gestures, letter_flows
from pos_app.ui.asked_codes import AskedCodes
from pos_app.ui.cash_panel import CashPanel
from pos_app.ui.controls import Button, FitRow, named, reveal
from pos_app.ui.coupon_chips import CouponChips
from pos_app.ui.desk import Ask, Change, Desk, Own, Page
from pos_app.ui.entry import Entry
from pos_app.ui.idle import Idle
from pos_app.ui.letter_board import LetterBoard
from pos_app.ui.lines_table import LinesTable, WholeRows
from pos_app.ui.member_panel import MemberPanel
from pos_app.ui.menu_flows import perform
from pos_app.ui.notice_line import DemandBar, NoticeLine
from pos_app.ui.panels import PadPanel, Panel, RowsPanel, WordPanel
from pos_app.ui.payment_panel import PaymentPanel
from pos_app.ui.scrolling import scroll_by_key
from pos_app.ui.theme import Look
from pos_app.ui.totals import Totals
from pos_app.workstation.answer import Part
from pos_app.workstation.offered_view import OfferedView
from pos_app.workstation.view import TransactionView

LINE_BUTTONS = (
    ("less", "minus", ""),
    ("more", "plus", ""),
    ("quantity", "keyboard", "*"),
    ("discount", "percent", "F7"),
    ("void_line", "trash-2", "Del"),
    ("why", "circle-help", "F11"),
)
FIELD_BUTTONS = (("search", "search", "F3"), ("suspend", "pause", "F5"))


class SaleScreen(QWidget):
    """Composes the parts; each repaints itself for the changes it watches."""

    def __init__(self, look: Look, desk: Desk, entry: Entry) -> None:
        super().__init__()
        self.setObjectName("page")
        self._look, self._desk, self.entry = look, desk, entry
        gap = look.metrics.gap
        row = QHBoxLayout(self)
        row.setContentsMargins(gap, gap, gap, gap)
        row.setSpacing(gap)
        self._left = left = QVBoxLayout()
        left.setSpacing(gap)
        row.addLayout(left, 1)
        left.addLayout(self._field_row())
        self.notice = NoticeLine(look, desk)
        self.demand = DemandBar(look, desk)
        left.addWidget(self.demand)
        self._middle = QStackedWidget()
        left.addWidget(self._middle, 1)
        self.notice.float_over(self._middle)
        self.lines_card = self._lines_card()
        self._middle.addWidget(self.lines_card)
        self.notice.on_lie = self._clear_of
        self.asked = AskedCodes(look, desk)
        left.addWidget(self.asked)
        self.coupons = CouponChips(look, desk)
        left.addWidget(self.coupons)
        self.totals = Totals(look, desk)
        left.addWidget(self.totals)
        self.letters: LetterBoard | None = None
        self._side = QStackedWidget()
        self._side.setFixedWidth(look.metrics.side)
        self.member = MemberPanel(look, desk)
        self._side.addWidget(self.member)
        row.addWidget(self._side)
        self._covered = False
        self._over_lines: Panel | None = None
        self._page: Page | None = None
        self._over_member: Panel | None = None

    def _field_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(self._look.metrics.px(8))
        row.addWidget(self.entry, 1)
        self._field_buttons = {}
        for name, icon, key in FIELD_BUTTONS:
            button = Button(self._look, self._look.say(f"ui.{name}"),
                            partial(perform, self._desk, name), icon=icon, key=key)  # fmt: skip
            button.level = 2 if self._look.metrics.is_narrow else 0
            button.least.setHeight(self.entry.minimumHeight())
            button.setSizePolicy(button.sizePolicy().Policy.Fixed, button.sizePolicy().Policy.Fixed)
            row.addWidget(button)
            self._field_buttons[name] = button
        bring = partial(letter_flows.show, self._desk)
        self._bring = Button(self._look, self._look.say("ui.letters"), bring, icon="keyboard")
        self._bring.level = 2
        self._bring.least.setHeight(self.entry.minimumHeight())
        self._bring.setSizePolicy(*[self._bring.sizePolicy().Policy.Fixed] * 2)
        reveal(self._bring, False)
        row.addWidget(self._bring)
        return row

    def _lines_card(self) -> QFrame:
        look, desk = self._look, self._desk
        frame = named(QFrame(), "card")
        column = QVBoxLayout(frame)
        inner = look.metrics.px(6)
        column.setContentsMargins(inner, inner, inner, inner)
        column.setSpacing(inner)
        self._between = QStackedWidget()
        self.table = LinesTable(look, desk.view.currency, self._choose_line)
        self.idle = Idle(look, desk)
        self._table_page = WholeRows(self.table)
        self._between.addWidget(self._table_page)
        self._between.addWidget(self.idle)
        column.addWidget(self._between, 1)
        buttons = []
        self._of_lines: dict[str, Button] = {}
        for name, icon, key in LINE_BUTTONS:
            alone = name in {"less", "more"}
            button = Button(look, "" if alone else look.say(f"ui.{name}"),
                            partial(perform, desk, name), icon=icon, key=key)  # fmt: skip
            button.setAccessibleName(", ".join(p for p in (look.say(f"ui.{name}"), key) if p))
            buttons.append(button)
            if name != "why":
                self._of_lines[name] = button
        self.line_row = FitRow(look, buttons, (1, 1, 3, 3, 3, 3))
        column.addWidget(self.line_row)
        return frame

    def _clear_of(self, covered: int) -> None:
        """A text of several lines pushes the rows down: none is hidden behind it."""
        above = self._table_page.mapTo(self._middle, QPoint(0, 0)).y()
        self._table_page.keep_clear(covered - above)

    def _choose_line(self, line: int) -> None:
        self._desk.do(self._desk.till.select_line(line))

    def parts(self) -> tuple[QWidget, ...]:
        """The screen as it is read; Tab goes the same way."""
        fields = self._field_buttons.values()
        below = (self.coupons, self.totals, self._side)
        return (self.entry, *fields, self._bring, self.demand, self._middle, *below)

    # ---- repainting
    def refresh(self, changes: frozenset[Change]) -> None:
        """Only what these changes touch."""
        if Own.ASK in changes:
            self._place_ask(self._desk.ask)
            self.idle.asked()
        if changes & {Own.PAGE, Own.ASK, Part.TRANSACTION}:
            self._hint()
        if Own.PAGE in changes or Own.ASK in changes:
            self._place_page()
        self._place_letters(changes)
        if Own.NOTICE in changes:
            self.notice.refresh()
        if changes & {Part.DEMAND, Part.LAST_SALE}:
            self.demand.refresh()
        self._refresh_lines(changes)
        self._offer_keys(changes)
        self.asked.refresh(changes)
        self.coupons.refresh(changes)
        self.totals.refresh(changes)
        self.member.refresh(changes)
        for panel in (self._over_lines, self._over_member):
            if panel is not None:
                panel.refresh(changes)

    def _refresh_lines(self, changes: frozenset[Change]) -> None:
        if not changes & {Part.TRANSACTION, Part.LAST_SALE, Part.SUSPENDED, Part.TENDERS}:
            return
        transaction = self._desk.view.transaction
        selling = _has_lines(transaction)
        self.table.show_lines(transaction)
        back = transaction.returning if transaction is not None else None
        by_receipt = back is not None and not back.bare
        # What comes back by a receipt is that of the receipt: a key for it would only be refused.
        reveal(self.line_row, selling and not by_receipt)
        if not selling:
            self.idle.refresh()
        self._between.setCurrentWidget(self._table_page if selling else self.idle)
        self._show_totals()

    def _offer_keys(self, changes: frozenset[Change]) -> None:
        """What the view offers looks live; F5 is called what it does."""
        if not changes & {Part.TRANSACTION, Part.LAST_SALE, Part.TENDERS, Part.DEMAND}:
            return
        transaction = self._desk.view.transaction
        may = transaction.may if transaction is not None else OfferedView()
        for name, button in self._of_lines.items():
            button.setEnabled(may.discount if name == "discount" else may.goods)
        self._field_buttons["search"].setEnabled(may.goods)
        self._field_buttons["suspend"].setEnabled(may.suspend)
        puts_aside = transaction is not None and bool(transaction.lines)
        name, icon = ("ui.suspend", "pause") if puts_aside else ("ui.resume", "inbox")
        self._field_buttons["suspend"].icon_name = icon
        self._field_buttons["suspend"].relabel(self._look.say(name))

    def _show_totals(self) -> None:
        """Between receipts and under a page there is nothing to pay; letters may want the room."""
        transaction = self._desk.view.transaction
        selling = _has_lines(transaction)
        crowded = letter_flows.shown(self._desk) and not self._look.metrics.is_tall
        reveal(self.totals, selling and not self._covered and not crowded)

    def _place_letters(self, changes: frozenset[Change]) -> None:
        """Under the lines and what was found, on no part of them; made when first wanted."""
        if changes & {Own.ASK, Own.LETTERS}:
            there = letter_flows.shown(self._desk)
            if not there and self.letters is not None:
                reveal(self.letters, False)
            self._show_totals()
            if there and self.letters is None:
                self.letters = LetterBoard(self._look, self._desk)
                self._left.addWidget(self.letters)
            if there and self.letters is not None:
                reveal(self.letters, True)
            reveal(self._bring, letter_flows.offered(self._desk))
        if self.letters is not None:
            self.letters.refresh(changes)

    def _place_ask(self, ask: Ask | None) -> None:
        """The question's panel beside the lines, or over them, or none."""
        self._over_member = self._swap(self._side, self._over_member, self._side_panel(ask))
        if self._over_member is None:
            self._side.setCurrentWidget(self.member)

    def _side_panel(self, ask: Ask | None) -> Panel | None:
        if ask is None or ask.place != "side":
            return None
        if ask.name == "cash":
            return CashPanel(self._look, self._desk)
        if ask.name == "payment":
            return PaymentPanel(self._look, self._desk)
        if ask.pad:
            return PadPanel(self._look, self._desk)
        if ask.pick is not None:
            return RowsPanel(self._look, self._desk)
        return WordPanel(self._look, self._desk)

    def _place_page(self) -> None:
        ask = self._desk.ask
        grid = ask is not None and ask.place == "main"
        page = None if ask is not None and ask.place in {"below", "main"} else self._desk.page
        if page is not None and page is self._page:
            return  # a question beside it changes nothing of what was chosen on it
        self._page = page
        panel: Panel | None = None
        if ask is not None and ask.place in {"below", "main"}:
            metrics = self._look.metrics
            columns = 1 if metrics.is_tight else 2 if metrics.is_narrow else 3
            columns = columns if grid else 1
            panel = RowsPanel(self._look, self._desk, columns)
        elif page is not None:
            from pos_app.ui.pages import page_of  # a start does not wait for reports

            panel = page_of(self._look, self._desk, page)
        self._covered = panel is not None and (grid or self._desk.page is not None)
        if self._covered:  # first make room: a page and the totals together would be too tall
            self._show_totals()
        if panel is not None:
            panel.keep_clear(self.notice.reach)
        self._over_lines = self._swap(self._middle, self._over_lines, panel)
        self._show_totals()
        if panel is None:
            self._middle.setCurrentWidget(self.lines_card)
        self.notice.lie_over(panel=panel is not None)
        self.notice.raise_()

    @staticmethod
    def _swap(stack: QStackedWidget, old: Panel | None, new: Panel | None) -> Panel | None:
        if old is not None:
            old.setMinimumHeight(1)
        if new is not None:
            stack.addWidget(new)
            stack.setCurrentWidget(new)
        if old is not None:
            stack.removeWidget(old)
            old.deleteLater()
        return new

    def _hint(self) -> None:
        say, ask, page = self._look.say, self._desk.ask, self._desk.page
        if ask is None and page is not None and page.kind == "return":
            self.entry.hint(*(say(f"ui.return_field_{n}") for n in ("long", "middle", "short")))
        elif ask is None and self._comes_back():
            self.entry.hint(say("ui.return_open_long"), say("ui.return_open_short"))
        elif ask is None:
            self.entry.hint(*(say(f"ui.field_{n}") for n in ("long", "middle", "short")))
        else:
            self.entry.hint(say(ask.hint), say(ask.title))

    def _comes_back(self) -> bool:
        """Goods of a receipt: nothing is scanned beside them."""
        transaction = self._desk.view.transaction
        back = transaction.returning if transaction is not None else None
        return back is not None and not back.bare

    # ---- keys that only mean something while selling
    def take_key(self, event: QKeyEvent) -> bool:
        """Keypad `+` and `-`, any `*` on an empty field; the first key after F6; what scrolls a
        page.

        The `+` of the upper row begins a phone number.
        """
        ask, text = self._desk.ask, event.text()
        if self._page is not None and self._over_lines is not None:
            rows, typed = ask is not None and bool(self._desk.rows), bool(self._desk.typed)
            if scroll_by_key(self._over_lines, event, rows=rows, typed=typed):
                return True
        keypad = bool(event.modifiers() & Qt.KeyboardModifier.KeypadModifier)
        if self._desk.typed or not text:
            return False
        if ask is not None:
            return ask.first_key is not None and ask.first_key(text)
        if keypad and text in {"+", "-"}:
            perform(self._desk, "more" if text == "+" else "less")
        elif text == "*":
            gestures.quantity(self._desk)
        else:
            return False
        return True


def _has_lines(transaction: TransactionView | None) -> bool:
    """Something was scanned, or comes back."""
    return transaction is not None and bool(transaction.lines or transaction.exchange)

"""The customer's screen: lines, what is to pay, points, an offer, the code to pay with.

Never a name, a phone number or a card: strangers stand in the queue. Never a question: nobody can
answer here.
"""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from pos_app.domain.money import Currency
from pos_app.domain.sentence import Points
from pos_app.ui.controls import CENTRE, LEFT, RIGHT, Paragraph, Variants, named, reveal
from pos_app.ui.customer_back import GoingBack, MarkedBack, of_open
from pos_app.ui.desk import Change, Desk
from pos_app.ui.phrases import money, words_of
from pos_app.ui.returning_panel import points_told, ways_told
from pos_app.ui.theme import BOLD, MEDIUM, REGULAR, SEMIBOLD, Look
from pos_app.ui.training_strip import TrainingStrip
from pos_app.workstation.view import LastSaleView, LineView, TransactionView

ROW_PX, SMALL_PX = 24, 19
QR_QUIET = 4


class CustomerLines(QWidget):
    """The last lines that fit, newest at the bottom, what they cost and what was taken off."""

    def __init__(self, look: Look, currency: Currency) -> None:
        super().__init__()
        self._look, self._currency = look, currency
        self._lines: tuple[LineView, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(QSize(1, 1))

    def show_lines(self, lines: tuple[LineView, ...]) -> None:
        """Paint these."""
        self._lines = lines
        self.setAccessibleName("; ".join(one.name for one in self._lines))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        look, px = self._look, self._look.metrics.px
        painter = QPainter(self)
        big, small = look.font(px(ROW_PX), MEDIUM), look.font(px(SMALL_PX), REGULAR, figures=True)
        tall = QFontMetrics(big).height() + QFontMetrics(small).height() + px(14)
        fit = max(1, self.height() // tall)
        for place, line in enumerate(self._lines[-fit:]):
            box = QRectF(0, place * tall, self.width(), tall)
            painter.setPen(look.colour("line"))
            painter.drawLine(box.bottomLeft(), box.bottomRight())
            self._row(painter, box.adjusted(0, px(6), 0, -px(6)), line)

    def _row(self, painter: QPainter, box: QRectF, line: LineView) -> None:
        look, px, words = self._look, self._look.metrics.px, self._look.words
        big, small = look.font(px(ROW_PX), MEDIUM), look.font(px(SMALL_PX), REGULAR, figures=True)
        sum_font = look.font(px(ROW_PX), SEMIBOLD, figures=True)
        amount = words.amount(line.amount_minor, self._currency)
        room = QFontMetrics(sum_font).horizontalAdvance(amount) + px(20)
        upper = QRectF(box.left(), box.top(), box.width(), QFontMetrics(big).height())
        lower = QRectF(box.left(), upper.bottom(), box.width(), QFontMetrics(small).height())
        painter.setFont(sum_font)
        painter.setPen(look.colour("text"))
        painter.drawText(upper, RIGHT, amount)
        painter.setFont(big)
        name = QFontMetrics(big).elidedText(
            line.name, Qt.TextElideMode.ElideRight, round(upper.width() - room)
        )
        painter.drawText(upper, LEFT, name)
        painter.setFont(small)
        painter.setPen(look.colour("secondary"))
        times = (
            f"{words.format(line.quantity)} × {words.amount(line.unit_price_minor, self._currency)}"
        )
        painter.drawText(lower, LEFT, times)
        if line.amount_minor < line.list_minor:
            painter.setPen(look.colour("good"))
            saved = words.amount(line.amount_minor - line.list_minor, self._currency)
            painter.drawText(lower, RIGHT, saved)


class PaymentCode(QWidget):
    """The code that the customer's bank reads, as large as there is room, black on white always."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._squares: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(QSize(look.metrics.px(200), look.metrics.px(200)))

    def show_code(self, squares: tuple[str, ...]) -> None:
        """Another code, row by row ("1" is dark), or none."""
        if squares != self._squares:
            self._squares = squares
            self.update()
        reveal(self, bool(squares))

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._squares:
            return
        painter = QPainter(self)
        count = len(self._squares) + 2 * QR_QUIET
        side = min(self.width(), self.height()) // count
        left = (self.width() - side * count) // 2
        top = (self.height() - side * count) // 2
        painter.fillRect(left, top, side * count, side * count, Qt.GlobalColor.white)
        for y, row in enumerate(self._squares):
            for x, dark in enumerate(row):
                if dark == "1":
                    painter.fillRect(left + (x + QR_QUIET) * side, top + (y + QR_QUIET) * side,
                                     side, side, Qt.GlobalColor.black)  # fmt: skip


class CustomerScreen(QWidget):
    """Everything the customer sees; follows the desk, changes nothing."""

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setWindowTitle("Kopilka")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._look, self._desk = look, desk
        self._marked = MarkedBack(desk)
        px = look.metrics.px
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.training = TrainingStrip(look, desk)
        column.addWidget(self.training)
        row = QHBoxLayout()
        column.addLayout(row, 1)
        row.setContentsMargins(px(28), px(24), px(28), px(24))
        row.setSpacing(px(28))
        self.lines = CustomerLines(look, desk.view.currency)
        row.addWidget(self.lines, 3)
        row.addWidget(self._side(), 2)
        self.refresh()

    def _side(self) -> QFrame:
        look, px = self._look, self._look.metrics.px
        side = named(QFrame(), "card")
        column = QVBoxLayout(side)
        column.setContentsMargins(px(24), px(24), px(24), px(24))
        column.setSpacing(px(10))
        self._greeting = Paragraph(look, px(30), ink="")
        self._greeting.setFont(look.font(px(30), SEMIBOLD))
        self._over = QLabel()
        self._over.setFont(look.font(px(SMALL_PX)))
        self._total = Variants(look, px(64), BOLD, figures=True)
        self._saved = Paragraph(look, px(SMALL_PX), ink="good")
        self._ways = Paragraph(look, px(SMALL_PX))
        self._points = Paragraph(look, px(ROW_PX), ink="points")
        self._offer = Paragraph(look, px(ROW_PX), ink="accent")
        self.code = PaymentCode(look)
        self._how = Paragraph(look, px(SMALL_PX))
        self._how.setAlignment(CENTRE)
        for widget in (self._greeting, self._over, self._total, self._ways, self._saved,
                       self._points, self._offer):  # fmt: skip
            column.addWidget(widget)
        column.addWidget(self.code, 1)
        column.addWidget(self._how)
        self._air = QWidget()
        column.addWidget(self._air, 1)
        return side

    def refresh(self, changes: frozenset[Change] = frozenset()) -> None:
        """What the till's view says now."""
        view, words = self._desk.view, words_of(self._desk)
        transaction = view.transaction
        self.training.refresh()
        back = self._marked.of(self._desk.page) or (of_open(transaction) if transaction else None)
        lines = back.lines if back else transaction.lines if transaction else ()
        self.lines.show_lines(lines)
        squares = view.payment.squares if view.payment else ()
        self.code.show_code(squares)
        self._how.say(words.text("customer.scan_code") if squares else "")
        reveal(self._air, not squares)
        reveal(self.lines, bool(lines))
        self._ways.say("")
        if back is not None and lines:
            self._going_back(back, transaction)
        elif transaction is not None and transaction.lines:
            self._selling(transaction)
        elif view.last_sale is not None and not _is_half(view.last_sale):
            self._closed()
        else:
            self._idle()

    def _show_total(self, key: str, minor: int) -> None:
        words, view = words_of(self._desk), self._desk.view
        self._over.setText(words.text(key))
        self._total.say(money(words, view, minor), words.amount(minor, view.currency))
        reveal(self._over, True)
        reveal(self._total, True)

    def _going_back(self, back: GoingBack, transaction: TransactionView | None) -> None:
        """What is chosen so far, or what an exchange leaves to pay; no saving is told of it."""
        look = self._look
        if back.key or transaction is None:
            self._greeting.say("")
            self._show_total(back.key, back.minor)
            self._saved.say("")
            self._offer.say("")
            member = ""
        else:
            self._selling(transaction)
            member = self._points_words(transaction)
        ways = ways_told(look, self._desk.view.currency, back.ways, "refund_to.cash")
        self._ways.say("\n".join(ways))
        told = (*points_told(look, back.points_back, back.points_taken), member)
        self._points.say("\n".join(one for one in told if one))

    def _selling(self, transaction: TransactionView) -> None:
        words, view = words_of(self._desk), self._desk.view
        self._greeting.say("")
        self._show_total("customer.to_pay", transaction.due_minor)
        off = transaction.discount_total_minor + transaction.points_redeemed_minor
        saved = words.text("customer.saved", sum=self._desk.money(off)) if off > 0 else ""
        self._saved.say(saved)
        if transaction.teaser is None and view.member is None:
            self._points.pause()  # it is priced when the lines are painted
        else:
            self._points.say(self._points_words(transaction))
        offer = self._desk.offer()
        self._offer.say(words.say(offer) if offer is not None and view.payment is None else "")

    def _points_words(self, transaction: TransactionView) -> str:
        """Before and after for a member, what a card would bring for anybody else."""
        words, member = words_of(self._desk), self._desk.view.member
        if member is None:
            teaser = transaction.teaser
            if teaser is None or teaser.points <= 0:
                return ""
            return words.text("customer.with_a_card", points=Points(teaser.points))
        after = member.points - transaction.points_redeemed + transaction.points_earned
        return words.text(
            "customer.points", before=Points(member.points), after=Points(max(0, after))
        )

    def _closed(self) -> None:
        words, last = words_of(self._desk), self._desk.view.last_sale
        if last is None:
            return
        self._greeting.say(words.text("customer.thanks"))
        if last.kind == "return":
            self._show_total("customer.refund", abs(last.total_minor))
        elif last.change_due_minor:
            self._show_total("customer.change", last.change_due_minor)
        else:
            self._show_total("customer.paid", last.total_minor)
        earned = last.points_earned if last.kind != "return" else 0
        self._saved.say("")
        self._points.say(words.text("customer.earned", points=Points(earned)) if earned else "")
        self._offer.say("")

    def _idle(self) -> None:
        words, view = words_of(self._desk), self._desk.view
        self._greeting.say(words.text("customer.welcome", store=view.store_name))
        reveal(self._over, False)
        reveal(self._total, False)
        self._saved.say("")
        self._points.say(words.text("customer.show_card"))
        self._offer.say("")


def _is_half(last: LastSaleView) -> bool:
    """A return whose money stands on a receipt that waits: nothing of it is handed out."""
    return any(one.kind == "exchange" for one in last.ways)

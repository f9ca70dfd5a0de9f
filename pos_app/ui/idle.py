"""What stands in place of the table between receipts: the change of the last one, or a welcome."""

from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from pos_app.domain.sentence import Points
from pos_app.ui.controls import CENTRE, Button, Paragraph, Variants, reveal
from pos_app.ui.desk import Desk
from pos_app.ui.menu_flows import perform
from pos_app.ui.phrases import money
from pos_app.ui.returning_panel import points_told, ways_told
from pos_app.ui.theme import BOLD, MEDIUM, SEMIBOLD, Look
from pos_app.workstation.view import LastSaleView


class Idle(QWidget):
    """Stays until the next scan."""

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__()
        self._look, self._desk = look, desk
        metrics = look.metrics
        self.setMinimumHeight(1)  # it shares its place with the table and must not make it tall
        column = QVBoxLayout(self)
        column.setSpacing(metrics.px(8))
        column.addStretch(2)
        self._icon = QLabel()
        self._icon.setAlignment(CENTRE)
        self._over = Variants(look, metrics.medium, MEDIUM)
        small = metrics.is_low or metrics.is_narrow
        self._figure = Variants(look, max(40, metrics.px(56 if small else 84)), BOLD)
        self._title = Variants(look, metrics.px(28), SEMIBOLD)
        self._ways = Paragraph(look, metrics.medium, ink="")
        self._ways.setFont(look.font(metrics.medium, SEMIBOLD))
        self._under = Paragraph(look, metrics.body)
        for text in (self._ways, self._under):
            text.setAlignment(CENTRE)
        for line in (self._over, self._figure, self._title):
            line.align = CENTRE
        for widget in (self._icon, self._over, self._figure, self._title, self._ways, self._under):
            column.addWidget(widget)
        column.addSpacing(metrics.px(12))
        column.addLayout(self._actions())
        column.addStretch(3)
        self._checks = False
        self.refresh()

    def asked(self) -> None:
        """A price is asked for, or no more: the last customer's change is not that price."""
        ask = self._desk.ask
        checks = ask is not None and ask.name == "price_check"
        if checks != self._checks:
            self._checks = checks
            self.refresh()

    def _actions(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addStretch(1)
        self._buttons = []
        for name, icon in (("reprint", "printer"), ("why", "circle-help"), ("suspended", "inbox")):
            button = Button(self._look, self._look.say(f"ui.{name}"),
                            partial(perform, self._desk, name), icon=icon,
                            key="F11" if name == "why" else "")  # fmt: skip
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            if self._look.metrics.is_narrow:
                button.level = 2 if name == "reprint" else 1
            row.addWidget(button)
            self._buttons.append(button)
        row.addStretch(1)
        return row

    def refresh(self) -> None:
        """The last sale, or the welcome."""
        transaction, last = self._desk.view.transaction, self._desk.view.last_sale
        back = transaction.returning if transaction is not None else None
        reprint, why, waiting = self._buttons
        of_last = last is not None and not self._checks
        reveal(reprint, of_last)
        reveal(why, of_last)
        count = len(self._desk.view.suspended)
        reveal(waiting, count > 0)
        waiting.relabel(self._look.say("ui.suspended_count", n=count))
        if self._checks:
            title = "ask.price_check.title"
            self._welcome(title, title, "ask.price_check.hint")
        elif back is not None and back.bare:
            self._welcome("ui.bare_ready", "ui.bare_ready", "ui.bare_ready_how")
        elif last is None:
            self._welcome("ui.ready", "ui.ready_short", "ui.ready_how")
        else:
            self._closed(last)

    def _welcome(self, ready: str, short: str, how: str) -> None:
        look = self._look
        self._icon.setPixmap(look.icon("scan-barcode", "accent", look.metrics.px(72)))
        reveal(self._over, False)
        reveal(self._figure, False)
        reveal(self._title, True)
        self._title.say(look.say(ready), look.say(short))
        self._ways.say("")
        self._under.say(look.say(how))

    def _closed(self, last: LastSaleView) -> None:
        look, say, view = self._look, self._look.say, self._desk.view
        self._icon.setPixmap(look.icon("circle-check", "good", look.metrics.px(40)))
        refund = last.kind == "return"
        shown = last.drawer_minor if refund else last.change_due_minor
        some, none = ("from_drawer", "drawer_stays") if refund else ("change", "no_change")
        half = any(one.kind == "exchange" for one in last.ways)
        name = f"ui.{some if shown else 'half_exchange' if half else none}"
        reveal(self._over, bool(shown))
        reveal(self._figure, bool(shown))
        reveal(self._title, not shown)
        self._over.say(say(name), ink="secondary")
        self._title.say(say(name), say("ui.half_exchange_short") if half else say(name))
        amount = look.words.amount(shown, view.currency)
        self._figure.say(money(look.words, view, shown), amount, ink="good")
        self._ways.say("\n".join(ways_told(look, view.currency, last.ways)))
        self._under.say(" · ".join(self._facts(last)))

    def _facts(self, last: LastSaleView) -> list[str]:
        say = self._look.say
        facts = [
            say("ui.receipt_number", number=last.receipt_number),
            say("ui.total_was", total=self._desk.money(last.total_minor)),
        ]
        back = last.kind == "return"
        if last.points_earned:
            key = "ui.taken_back" if back else "ui.earned"
            facts.append(say(key, points=Points(last.points_earned)))
        if last.points_redeemed:
            key = "ui.given_back" if back else "ui.redeemed"
            facts.append(say(key, points=Points(last.points_redeemed)))
        facts += filter(None, points_told(self._look, last.points_given, last.points_taken))
        facts.append(say(f"print.{last.print_state}"))
        return facts

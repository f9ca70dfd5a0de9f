"""Documents in place of the table: the "why?" trace, a return, what waits before the day ends."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel

from pos_app.ui.conflict_page import ConflictsPage
from pos_app.ui.controls import Button, FitRow, Paragraph, label, rule
from pos_app.ui.desk import Desk, Page
from pos_app.ui.devices_page import DevicesPage
from pos_app.ui.member_page import MemberPage, MergePage
from pos_app.ui.menu_flows import perform
from pos_app.ui.panels import Panel
from pos_app.ui.period_page import PeriodPage
from pos_app.ui.phrases import money
from pos_app.ui.report_page import ReportPage
from pos_app.ui.return_screen import ReturnPage
from pos_app.ui.scrolling import scrolled
from pos_app.ui.theme import MEDIUM, SEMIBOLD, Look
from pos_app.ui.top_bar import BAD_STATES
from pos_app.workstation.view import TraceRow


class TracePage(Panel):
    """Every rule that was looked at: applied or not, how much, on which lines, why."""

    def __init__(self, look: Look, desk: Desk, trace: tuple[TraceRow, ...]) -> None:
        super().__init__(look, desk)
        self.head(look.say("ui.why_title"))
        area, grid = scrolled(look)
        grid.setColumnStretch(1, 1)
        place = 0
        for applied in (True, False):
            rows = [row for row in trace if row.applied is applied]
            if rows:
                key = "ui.applied" if applied else "ui.not_applied"
                heading = label(look, look.say(key), look.metrics.small, SEMIBOLD, "secondary")
                grid.addWidget(heading, place, 0, 1, 3)
                place += 1
            for row in rows:
                self._row(grid, place, row)
                place += 2
        if not trace:
            empty = Paragraph(look, look.metrics.body)
            empty.say(look.say("ui.no_rules"))
            grid.addWidget(empty, 0, 0, 1, 3)
        grid.setRowStretch(place + 1, 1)
        self.column.addWidget(area, 1)

    def _row(self, grid: QGridLayout, place: int, row: TraceRow) -> None:
        look, view = self.look, self.desk.view
        side = look.metrics.px(22)
        icon = QLabel()
        picture = ("check", "good") if row.applied else ("minus", "secondary")
        icon.setPixmap(look.icon(*picture, side))
        texts = Paragraph(look, look.metrics.body, ink="")
        texts.setFont(look.font(look.metrics.body, MEDIUM))
        texts.say(row.name)
        grid.addWidget(icon, place, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(texts, place, 1)
        if row.amount_minor:
            amount = label(look, money(look.words, view, -row.amount_minor), weight=SEMIBOLD)
            grid.addWidget(amount, place, 2, Qt.AlignmentFlag.AlignRight)
        why = [look.words.say(sentence) for sentence in row.why]
        if row.lines:
            numbers = ", ".join(str(one) for one in sorted(row.lines))
            why.append(look.say("ui.on_lines", lines=numbers))
        below = Paragraph(look, look.metrics.small)
        below.say(" · ".join(why))
        grid.addWidget(below, place + 1, 1, 1, 2)


class BeforeEndPage(Panel):
    """What still waits, before the drawer is counted and the day closed."""

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__(look, desk)
        self.head(look.say("ui.before_end"))
        view = desk.view
        suspended, unsent = len(view.suspended), view.link.unsent
        open_lines = len(view.transaction.lines) if view.transaction else 0
        lost = [one.name for one in view.devices if one.state in BAD_STATES]
        self._fact(open_lines == 0, look.say("ui.end_open", n=open_lines))
        undecided = len(view.undecided)
        self._fact(undecided == 0, look.say("ui.undecided_count", n=undecided))
        self._fact(suspended == 0, look.say("ui.suspended_count", n=suspended))
        self._fact(unsent == 0, look.say("ui.unsent_events", n=unsent))
        self._fact(view.link.online, look.say("ui.online" if view.link.online else "ui.offline"))
        self._fact(not lost, look.say("ui.devices_ok") if not lost else ", ".join(lost))
        self.column.addWidget(rule())
        how = Paragraph(look, look.metrics.body)
        how.say(look.say("ui.end_how"))
        self.column.addWidget(how)
        self.column.addStretch(1)
        press = partial(perform, desk, "sync_now")
        sync = Button(look, look.say("menu.sync_now"), press, icon="refresh-cw")
        waiting = Button(look, look.say("menu.suspended"), partial(perform, desk, "suspended"),
                         icon="inbox")  # fmt: skip
        bank = Button(look, look.say("menu.undecided"), partial(perform, desk, "undecided"),
                      icon="credit-card")  # fmt: skip
        self.column.addWidget(FitRow(look, (sync, waiting, bank)))

    def _fact(self, fine: bool, text: str) -> None:
        look, row = self.look, QHBoxLayout()
        row.setSpacing(look.metrics.px(12))
        icon = QLabel()
        picture = ("circle-check", "good") if fine else ("triangle-alert", "warning")
        icon.setPixmap(look.icon(*picture, look.metrics.px(24)))
        row.addWidget(icon)
        words = Paragraph(look, look.metrics.body, ink="")
        words.say(text)
        row.addWidget(words, 1)
        self.column.addLayout(row)


PageMaker = Callable[[Look, Desk, Any], Panel]
PAGES: Mapping[str, PageMaker] = {
    "trace": TracePage,
    "return": ReturnPage,
    "period": PeriodPage,
    "devices": DevicesPage,
    "member": MemberPage,
    "merge": MergePage,
    "conflicts": ConflictsPage,
    "before_end": lambda look, desk, _content: BeforeEndPage(look, desk),
}


def page_of(look: Look, desk: Desk, page: Page) -> Panel:
    """The panel of a page; one that is no other is a report."""
    make: PageMaker = PAGES.get(page.kind, ReportPage)
    return make(look, desk, page.content)

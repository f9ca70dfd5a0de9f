"""Documents in place of the table: the "why?" trace, and who makes each of the others."""

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel

from pos_app.ui.conflict_page import ConflictsPage
from pos_app.ui.controls import Paragraph, label
from pos_app.ui.day_page import DayPage
from pos_app.ui.desk import Desk, Page
from pos_app.ui.devices_page import DevicesPage
from pos_app.ui.member_page import MemberPage, MergePage
from pos_app.ui.panels import Panel
from pos_app.ui.period_page import PeriodPage
from pos_app.ui.phrases import money
from pos_app.ui.report_page import ReportPage
from pos_app.ui.return_screen import ReturnPage
from pos_app.ui.scrolling import scrolled
from pos_app.ui.theme import MEDIUM, SEMIBOLD, Look
from pos_app.ui.why_flows import Why
from pos_app.workstation.view import TraceRow


class TracePage(Panel):
    """Every rule that was looked at: applied or not, how much, on which lines, why."""

    def __init__(self, look: Look, desk: Desk, told: Why) -> None:
        super().__init__(look, desk)
        key, trace = "ui.why_of_receipt" if told.number else "ui.why_title", told.rows
        self.head(look.say(key, number=told.number))
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
        why = [said for said in why if said != row.name]
        if row.places:
            numbers = ", ".join(str(one) for one in row.places)
            why.append(look.say("ui.on_lines", lines=numbers))
        below = Paragraph(look, look.metrics.small)
        below.say(" · ".join(why))
        grid.addWidget(below, place + 1, 1, 1, 2)


PageMaker = Callable[[Look, Desk, Any], Panel]
PAGES: Mapping[str, PageMaker] = {
    "trace": TracePage,
    "return": ReturnPage,
    "period": PeriodPage,
    "devices": DevicesPage,
    "member": MemberPage,
    "merge": MergePage,
    "conflicts": ConflictsPage,
    "day": lambda look, desk, _content: DayPage(look, desk),
}


def page_of(look: Look, desk: Desk, page: Page) -> Panel:
    """The panel of a page; one that is no other is a report."""
    make: PageMaker = PAGES.get(page.kind, ReportPage)
    return make(look, desk, page.content)

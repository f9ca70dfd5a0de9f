"""The X and Z report on the screen: sales, tenders, drawer, settlement. Never computes a figure."""

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QWidget

from pos_app.ui.controls import Paragraph, label, named, rule
from pos_app.ui.desk import Change, Desk
from pos_app.ui.panels import Panel
from pos_app.ui.phrases import money
from pos_app.ui.scrolling import emptied
from pos_app.ui.theme import MEDIUM, SEMIBOLD, Look
from pos_app.workstation.drawer_difference import said
from pos_app.workstation.report import Report, Settlement

DRAWER = (
    "float_minor",
    "drawer_sales_minor",
    "in_drawer_sales_minor",
    "in_drawer_returns_minor",
    "in_drawer_other_minor",
    "drawer_moved_minor",
    "expected_minor",
    "counted_minor",
    "difference_minor",
)


class ReportPage(Panel):
    """Groups of rows, figures in one column at the right."""

    def __init__(self, look: Look, desk: Desk, report: Report) -> None:
        super().__init__(look, desk)
        self.head(look.say(f"report.title_{report.kind}"))
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        sheet = named(QWidget(), "sheet")
        self._grid = QGridLayout(sheet)
        self._grid.setContentsMargins(0, 0, look.metrics.px(12), 0)
        self._grid.setVerticalSpacing(look.metrics.px(4))
        self._grid.setHorizontalSpacing(look.metrics.px(20))
        self._grid.setColumnStretch(0, 1)
        self._place = 0
        self._report, self._link = report, desk.view.link
        self._paint()
        area.setWidget(sheet)
        self.column.addWidget(area, 1)

    def refresh(self, changes: frozenset[Change]) -> None:
        """What is not sent and how the settlement goes are of now, as in the bar above; the rest
        is of the report."""
        link = self.desk.view.link
        if (link.unsent, link.online) != (self._link.unsent, self._link.online):
            self._link = link
            self._paint()

    def _paint(self) -> None:
        emptied(self._grid)
        self._grid.setRowStretch(self._place, 0)
        self._place = 0
        self._fill(self._report)
        self._grid.setRowStretch(self._place, 1)

    def _people(self, report: Report) -> Iterator[str]:
        """Who opened the session; who closed it, where it is closed."""
        if report.opened_by:
            yield self.look.words.text("report.opened", name=report.opened_by)
        if report.kind != "x" and report.operator:
            yield self.look.words.text("report.closed", name=report.operator)

    def _fill(self, report: Report) -> None:
        words = self.look.words
        about = (
            f"{words.text('report.business_on')} {words.format(report.business_on)}",
            words.text("ui.session", n=report.session_number),
            *self._people(report),
        )
        self._wide(" · ".join(part for part in about if part))
        amounts = dict(report.amounts())
        self._group("group_drawer", [(n, amounts[n]) for n in DRAWER if n in amounts])
        if report.difference_reason:
            self._wide(words.say(said(report.difference_reason)))
        sales = [(n, minor) for n, minor in amounts.items() if n not in DRAWER and minor]
        self._group("group_sales", sales)
        if report.by_tender:
            self._heading(words.text("report.by_tender"))
            for kind, minor in report.by_tender:
                self._row(words.text(f"tender.{kind}"), money(words, self.desk.view, minor))
            paid = money(words, self.desk.view, report.paid_minor)
            self._row(words.text("report.paid_minor"), paid)
        self._heading(words.text("report.group_counts"))
        for name, count in report.rows():
            if name not in ("session_number", "unsent"):
                self._row(words.text(f"report.{name}"), words.number(count))
        if self._link.unsent:
            self._row(words.text("report.unsent"), words.number(self._link.unsent), "warning")
        if report.kind == "z":
            self._settlement(report.settlement)

    def _group(self, heading: str, rows: list[tuple[str, int]]) -> None:
        if not rows:
            return
        words = self.look.words
        self._heading(words.text(f"report.{heading}"))
        for name, minor in rows:
            wrong = name == "difference_minor" and minor != 0
            figure = money(words, self.desk.view, minor)
            self._row(words.text(f"report.{name}"), figure, "warning" if wrong else "")

    def _settlement(self, settlement: Settlement | None) -> None:
        words = self.look.words
        self._heading(words.text("report.settlement"))
        if settlement is None or not settlement.asked:
            goes = "goes" if self._link.online else "waits"
            self._wide(words.text(f"report.settlement_{goes}"))
        elif settlement.agreed:
            self._wide(words.text("report.settlement_agreed"), "good")
        else:
            for name in settlement.differences:
                self._row(words.text("report.differences"), words.text(f"report.{name}"), "warning")

    def _heading(self, text: str) -> None:
        self._grid.addWidget(rule(), self._place, 0, 1, 2)
        heading = label(self.look, text, self.look.metrics.small, SEMIBOLD, "secondary")
        self._grid.addWidget(heading, self._place + 1, 0, 1, 2)
        self._place += 2

    def _wide(self, text: str, ink: str = "") -> None:
        words = Paragraph(self.look, self.look.metrics.body, ink)
        words.say(text)
        self._grid.addWidget(words, self._place, 0, 1, 2)
        self._place += 1

    def _row(self, name: str, value: str, ink: str = "") -> None:
        words = Paragraph(self.look, self.look.metrics.body, ink="")
        words.say(name)
        figure = label(self.look, value, weight=MEDIUM, ink=ink)
        figure.setFont(self.look.font(self.look.metrics.body, MEDIUM, figures=True))
        self._grid.addWidget(words, self._place, 0)
        self._grid.addWidget(figure, self._place, 1, Qt.AlignmentFlag.AlignRight)
        self._place += 1

"""A period's report on the screen: figures, plots, tables of one section. Never a computation."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from pos_app.domain.money import divide_half_up
from pos_app.domain.reporting.period_report import PeriodReport
from pos_app.gear.sheets import Sheet
from pos_app.ui import report_sheets as tables
from pos_app.ui.controls import Paragraph, Variants, label, named, rule
from pos_app.ui.desk import Desk
from pos_app.ui.panels import Panel
from pos_app.ui.plots import Bars, Interval, Line, Point, Ranks, Squares
from pos_app.ui.report_flows import Shown, voice_of
from pos_app.ui.theme import MEDIUM, SEMIBOLD, Look

ROWS_SHOWN = 60
COLUMN_GAP = 18
BEST_SHOWN = 10


class PeriodPage(Panel):
    """One section; the others and the ways to save it are in the list beside."""

    def __init__(self, look: Look, desk: Desk, shown: Shown) -> None:
        super().__init__(look, desk)
        self._voice = voice_of(desk)
        self._figures = look.font(look.metrics.body, MEDIUM, figures=True)
        report, section = shown.report, shown.section
        self.column.addWidget(
            label(look, self._voice.text(section), look.metrics.heading, SEMIBOLD)
        )
        about = Paragraph(look, look.metrics.small)
        about.say(tables.heading(report, self._voice))
        self.column.addWidget(about)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        sheet = named(QWidget(), "sheet")
        self._sheet = QVBoxLayout(sheet)
        self._sheet.setContentsMargins(0, 0, look.metrics.px(12), 0)
        self._sheet.setSpacing(look.metrics.px(10))
        self._fill(report, section)
        self._sheet.addStretch(1)
        area.setWidget(sheet)
        self.column.addWidget(area, 1)

    def _fill(self, report: PeriodReport, section: str) -> None:
        sheets = tables.sheets_of(report, section, self._voice)
        if section == tables.OVERVIEW:
            self._overview(report)
        elif section == tables.GOODS and report.items:
            self._best(report)
        elif section == tables.MEMBERS:
            self._people(report)
        for sheet in sheets:
            self._table(sheet)
        if not sheets:
            key = "not_here" if section in (tables.MEMBERS, tables.PROGRAM) else "nobody"
            self._say(self._voice.text(key))

    def _overview(self, report: PeriodReport) -> None:
        text = self._voice.text
        self._sheet.addWidget(self._tiles(report))
        if report.hours:
            sold = {one.hour: one.net_minor for one in report.hours}
            bars = Bars(self.look, text("by_hour"), self._major)
            open_hours = range(min(sold), max(sold) + 1)
            bars.show_points([Point(f"{hour}", sold.get(hour, 0)) for hour in open_hours])
            self._titled(text("by_hour"), bars)
        if len(report.days) > 1:
            line = Line(self.look, text("by_day"), self._major)
            line.show_points([Point(f"{d.on:%d.%m}", d.net_minor) for d in report.days])
            self._titled(text("by_day"), line)
            self._points(report)

    def _tiles(self, report: PeriodReport) -> QWidget:
        """The four figures that are looked at first; two by two where it is narrow."""
        look, held = self.look, QWidget()
        grid = QGridLayout(held)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(look.metrics.gap)
        across = 2 if look.metrics.is_narrow else 4
        for place, (name, told) in enumerate(tables.tiles(report, self._voice)):
            box = QVBoxLayout()
            box.setSpacing(0)
            head = Paragraph(look, look.metrics.small)
            head.say(name)
            figure = Variants(look, look.metrics.px(22), SEMIBOLD, figures=True)
            figure.say(told)
            box.addWidget(figure)
            box.addWidget(head)
            grid.addLayout(box, place // across, place % across)
            grid.setColumnStretch(place % across, 1)
        return held

    def _points(self, report: PeriodReport) -> None:
        """What was earned and what was redeemed, day by day."""
        text = self._voice.text
        for name in ("points_earned", "points_redeemed"):
            points = Line(self.look, text(name), self.look.words.number)
            points.show_points([Point(f"{d.on:%d.%m}", getattr(d, name)) for d in report.days])
            self._titled(text(name), points)

    def _best(self, report: PeriodReport) -> None:
        """What was sold most, by money."""
        text = self._voice.text
        ranks = Ranks(self.look, text("top_items"), self._major)
        best = sorted(report.items, key=lambda one: -one.net_minor)[:BEST_SHOWN]
        ranks.show_points([Point(one.name, one.net_minor) for one in best])
        self._titled(text("top_items"), ranks)

    def _people(self, report: PeriodReport) -> None:
        """Tiers, where members stand by recency and worth, what one is expected to bring."""
        text, who, lifetime = self._voice.text, report.members, report.lifetime
        if who is not None and who.tiers:
            ranks = Ranks(self.look, text("tiers"), self.look.words.number)
            told = [Point(one.name or text("no_tier"), one.members) for one in who.tiers]
            ranks.show_points(told)
            self._titled(f"{text('tiers')}: {text('member_count')}", ranks)
        if report.rfm:
            self._map(report)
        if lifetime is not None:
            span = Interval(self.look, text("lifetime"), self._major)
            span.show_interval(lifetime.from_minor, lifetime.mean_minor, lifetime.to_minor)
            self._titled(text("lifetime"), span)

    def _map(self, report: PeriodReport) -> None:
        text = self._voice.text
        squares = Squares(self.look, text("rfm"), text("rfm_axis"), text("rfm_worth"))
        squares.show_cells({(one.recency, one.worth): one.members for one in report.rfm})
        self._titled(text("rfm"), squares)

    def _major(self, minor: int) -> str:
        return self.look.words.number(divide_half_up(minor, self._voice.currency.scale))

    def _titled(self, title: str, plot: QWidget) -> None:
        self._sheet.addWidget(label(self.look, title, self.look.metrics.small, SEMIBOLD,
                                    "secondary"))  # fmt: skip
        self._sheet.addWidget(plot)

    def _say(self, text: str) -> None:
        words = Paragraph(self.look, self.look.metrics.body)
        words.say(text)
        self._sheet.addWidget(words)

    def _table(self, sheet: Sheet) -> None:
        look, voice = self.look, self._voice
        self._sheet.addWidget(rule())
        self._sheet.addWidget(label(look, sheet.title, look.metrics.small, SEMIBOLD, "secondary"))
        held = QWidget()
        grid = QGridLayout(held)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(look.metrics.px(COLUMN_GAP))
        grid.setVerticalSpacing(look.metrics.px(3))
        grid.setColumnStretch(0, 1)
        right = Qt.AlignmentFlag.AlignRight
        columns = self._columns_that_fit(sheet)
        if any(sheet.columns):
            for column in (0, *columns):
                head = label(look, sheet.columns[column], look.metrics.small, MEDIUM, "secondary")
                grid.addWidget(head, 0, column, right if column else Qt.AlignmentFlag.AlignLeft)
        for place, row in enumerate(sheet.rows[:ROWS_SHOWN], start=1):
            first = Paragraph(look, look.metrics.body, ink="")
            first.say(tables.figure(row[0], voice))
            grid.addWidget(first, place, 0)
            for column in columns:
                figure = label(look, tables.figure(row[column], voice))
                figure.setFont(self._figures)
                grid.addWidget(figure, place, column, right)
        self._sheet.addWidget(held)
        if len(columns) + 1 < len(sheet.columns):
            self._say(voice.text("more_in_file"))

    def _columns_that_fit(self, sheet: Sheet) -> list[int]:
        """Columns of figures with room beside the names, from the left; the first always."""
        metrics, look = self.look.metrics, self.look
        figures = QFontMetrics(self._figures)
        heads = QFontMetrics(look.font(metrics.small, MEDIUM))
        names = QFontMetrics(look.font(metrics.body))
        words = [
            word for row in sheet.rows for word in tables.figure(row[0], self._voice).split(" ")
        ]
        left = metrics.width - metrics.side - 3 * metrics.gap - 2 * metrics.pad - metrics.px(40)
        left -= max(names.horizontalAdvance(word) for word in words)
        fit: list[int] = []
        for column in range(1, len(sheet.columns)):
            told = (tables.figure(row[column], self._voice) for row in sheet.rows[:ROWS_SHOWN])
            wide = max(figures.horizontalAdvance(one) for one in told)
            left -= max(wide, heads.horizontalAdvance(sheet.columns[column]))
            left -= metrics.px(COLUMN_GAP)
            if fit and left < 0:
                break
            fit.append(column)
        return fit

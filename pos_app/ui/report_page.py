"""A report on the screen, field by field, whatever report it is. Never computes a figure."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QWidget

from pos_app.ui.controls import Paragraph, label, named
from pos_app.ui.desk import Desk
from pos_app.ui.panels import Panel
from pos_app.ui.phrases import money
from pos_app.ui.theme import MEDIUM, SEMIBOLD, Look

HEADINGS = frozenset({"kind", "title"})


def entries(report: Any) -> Iterator[tuple[str, Any]]:
    """Names and values of a report: a dataclass or a mapping, in its own order."""
    if is_dataclass(report):
        yield from ((one.name, getattr(report, one.name)) for one in fields(report))
    elif isinstance(report, Mapping):
        yield from report.items()


class ReportPage(Panel):
    """Rows of a report: groups as headings, amounts in the till's currency."""

    def __init__(self, look: Look, desk: Desk, report: Any) -> None:
        super().__init__(look, desk)
        kind = str(getattr(report, "kind", "x"))
        self.head(look.say(f"report.title_{kind}"))
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        sheet = named(QWidget(), "sheet")
        self._grid = QGridLayout(sheet)
        self._grid.setContentsMargins(0, 0, look.metrics.px(12), 0)
        self._grid.setVerticalSpacing(look.metrics.px(6))
        self._grid.setHorizontalSpacing(look.metrics.px(20))
        self._grid.setColumnStretch(0, 1)
        self._place = 0
        self._rows(report)
        self._grid.setRowStretch(self._place, 1)
        area.setWidget(sheet)
        self.column.addWidget(area, 1)

    def _rows(self, report: Any) -> None:
        for name, value in entries(report):
            if name in HEADINGS or value is None:
                continue
            if is_dataclass(value) or isinstance(value, Mapping):
                self._heading(name)
                self._rows(value)
            elif isinstance(value, (tuple, list)):
                self._list(name, value)
            else:
                self._row(self._name(name), self._value(name, value))

    def _list(self, name: str, values: tuple[Any, ...] | list[Any]) -> None:
        if not values:
            return
        self._heading(name)
        for value in values:
            if isinstance(value, tuple) and len(value) == 2:
                self._row(self._name(str(value[0])), self._value(name, value[1]))
            elif hasattr(value, "key"):
                self._row(self.look.words.say(value), "")
            elif is_dataclass(value):
                self._rows(value)
            else:
                self._row(self._value(name, value), "")

    def _name(self, name: str) -> str:
        return self.look.say(f"report.{name}")

    def _value(self, name: str, value: Any) -> str:
        if name.endswith("_minor") and isinstance(value, int):
            return money(self.look.words, self.desk.view, value)
        if isinstance(value, bool):
            return self.look.say("ui.yes" if value else "ui.no")
        if hasattr(value, "key") and hasattr(value, "args"):
            return self.look.words.say(value)
        return self.look.words.format(value, "day" if name.endswith("_at") else "")

    def _heading(self, name: str) -> None:
        heading = label(self.look, self._name(name), self.look.metrics.small, SEMIBOLD, "secondary")
        self._grid.addWidget(heading, self._place, 0, 1, 2)
        self._place += 1

    def _row(self, name: str, value: str) -> None:
        words = Paragraph(self.look, self.look.metrics.body, ink="")
        words.say(name)
        figure = label(self.look, value, weight=MEDIUM)
        self._grid.addWidget(words, self._place, 0)
        self._grid.addWidget(figure, self._place, 1, Qt.AlignmentFlag.AlignRight)
        self._place += 1

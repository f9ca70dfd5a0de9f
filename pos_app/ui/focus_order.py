"""Where Tab goes next: as the screen is read, part by part. Never what a press there means."""

from collections.abc import Iterable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QScrollArea, QWidget


def tab_stops(parts: Iterable[QWidget], window: QWidget) -> list[QWidget]:
    """What Tab reaches, the parts in turn, each read row by row; what is hidden or off is not."""
    return [stop for part in parts for stop in _read(_takers(part), window)]


def next_stop(stops: list[QWidget], present: QWidget | None, onwards: bool) -> QWidget | None:
    """The stop after (or before) the present one, round and round; None where there is none."""
    if not stops:
        return None
    if present not in stops:
        return stops[0 if onwards else -1]
    step = 1 if onwards else -1
    return stops[(stops.index(present) + step) % len(stops)]


def _takers(part: QWidget) -> list[QWidget]:
    """The part itself and what is in it, as far as Tab may stop there."""
    return [
        one
        for one in (part, *part.findChildren(QWidget))
        if one.isVisible() and one.isEnabled() and one.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]


def _read(widgets: list[QWidget], window: QWidget) -> list[QWidget]:
    """As `_rows`; what scrolls is read whole where its frame stands, wherever it is scrolled to."""
    inside: dict[QWidget, list[QWidget]] = {}
    units: dict[QWidget, None] = {}
    for one in widgets:
        area = _area_of(one, window)
        units[area or one] = None
        if area is not None:
            inside.setdefault(area, []).append(one)
    found: list[QWidget] = []
    for unit in _rows(list(units), window):
        content = unit.widget() if isinstance(unit, QScrollArea) and unit in inside else None
        found += [unit] if content is None else _rows(inside[unit], content)
    return found


def _area_of(widget: QWidget, window: QWidget) -> QScrollArea | None:
    """The area it scrolls in; None where it stands still."""
    above = widget.parentWidget()
    while above is not None and above is not window:
        if isinstance(above, QScrollArea):
            return above
        above = above.parentWidget()
    return None


def _rows(widgets: list[QWidget], within: QWidget) -> list[QWidget]:
    """Rows from top to bottom, each from left to right; a row is what overlaps by half."""
    placed = [(one.mapTo(within, QPoint(0, 0)) + one.rect().center(), one) for one in widgets]
    placed.sort(key=lambda pair: pair[0].y())
    rows: list[list[tuple[QPoint, QWidget]]] = []
    for point, one in placed:
        if rows and point.y() - rows[-1][0][0].y() <= one.height() / 2:
            rows[-1].append((point, one))
        else:
            rows.append([(point, one)])
    return [one for row in rows for _, one in sorted(row, key=lambda pair: pair[0].x())]

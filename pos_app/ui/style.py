"""The style sheet, made from tokens and sizes; borders and grounds only. Never fonts or layout."""

from collections.abc import Mapping
from string import Template

from pos_app.ui.metrics import Metrics

_SHEET = Template("""
#root, #page { background: $background; }
#card { background: $surface; border: 1px solid $line; border-radius: ${r}px; }
#bar { background: $surface; border: none; border-bottom: 1px solid $line; }
#training { background: $warning_soft; border: none; border-bottom: 2px solid $warning; }
QLabel { background: transparent; }
QLabel[ink="secondary"] { color: $secondary; }
QLabel[ink="good"] { color: $good; }
QLabel[ink="warning"] { color: $warning; }
QLabel[ink="error"] { color: $error; }
QLabel[ink="points"] { color: $points; }
QLabel[ink="accent"] { color: $accent; }
QLineEdit { background: $surface; color: $text; border: 2px solid $edge; border-radius: ${f}px;
  padding: 0 ${p}px; selection-background-color: $accent; selection-color: $accent_text;
  placeholder-text-color: $secondary; }
QLineEdit:focus { border: 3px solid $focus; }
QTableView { background: $surface; border: none; outline: 0; }
QHeaderView { background: $surface; border: none; }
QHeaderView::section { background: $surface; color: $secondary; border: none;
  border-bottom: 1px solid $line; padding: 0 ${p}px; font-size: ${s}px; font-weight: 500; }
QScrollArea, #sheet { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: ${b}px; margin: 0; }
QScrollBar::handle:vertical { background: $edge; border-radius: ${h}px; min-height: ${m}px;
  margin: 2px 4px; }
QScrollBar::add-line, QScrollBar::sub-line { height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QFrame#rule { background: $line; border: none; min-height: 1px; max-height: 1px; }
""")


def sheet(tokens: Mapping[str, str], metrics: Metrics) -> str:
    """The whole application's style sheet."""
    return _SHEET.substitute(
        tokens,
        r=metrics.px(14),
        s=metrics.small,
        f=metrics.px(10),
        p=metrics.px(10),
        b=metrics.px(18),
        h=max(2, metrics.px(18) // 2 - 4),
        m=metrics.target,
    )

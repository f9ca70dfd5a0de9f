"""The codes and deeds that the demo's visitor may try: a press is what a hand at the counter does.

Never a rule and never a till: each press is one order of the virtual counter's control line.
"""

import json
from collections.abc import Callable, Mapping
from functools import partial
from textwrap import wrap
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtNetwork import QHostAddress, QTcpSocket
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from resources import read_text

Order = Mapping[str, Any]
WIDTH, PX_A_LETTER = 360, 10
STYLE = """
QWidget#sheet { background: #f4f5f7; }
QLabel { color: #1b1f24; font-weight: 600; padding-top: 8px; }
QPushButton { color: #1b1f24; background: #ffffff; border: 1px solid #8a94a3;
  border-radius: 6px; padding: 8px 10px; text-align: left; }
QPushButton:hover, QPushButton:focus { border: 2px solid #1f5fbf; }
QPushButton:pressed { background: #dfe7f3; }
"""


def read_groups() -> list[dict[str, Any]]:
    """`demo/try.json`: groups of rows, each with a name by language and what it does."""
    groups: list[dict[str, Any]] = json.loads(read_text("demo", "try.json"))
    return groups


def order_of(row: Mapping[str, Any]) -> Order:
    """What a row sends: a label under the scanner, or its own order."""
    if "scan" in row:
        return scan_of(row["scan"])
    order: Order = row["do"]
    return order


def scan_of(code: str) -> Order:
    """The scanner held to a code."""
    return {"do": "scan", "hex": f"{code}\r".encode().hex()}


def send(port: int, order: Order) -> None:
    """One order to the counter on this machine; one that has ended takes none."""
    line = QTcpSocket(QApplication.instance())
    line.connected.connect(lambda: line.write(json.dumps(order).encode() + b"\n"))
    line.readyRead.connect(line.disconnectFromHost)
    line.disconnected.connect(line.deleteLater)
    line.errorOccurred.connect(lambda _error: line.deleteLater())
    line.connectToHost(QHostAddress("127.0.0.1"), port)


class DemoSheet(QScrollArea):
    """Groups one under the other; `act` gets the order of the row that was pressed."""

    def __init__(
        self,
        groups: list[dict[str, Any]],
        language: str,
        act: Callable[[Order], None],
        width: int = WIDTH,
    ) -> None:
        super().__init__()
        self.setFixedWidth(width)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        desk = QWidget()
        desk.setObjectName("sheet")
        self.setStyleSheet(STYLE)
        column = QVBoxLayout(desk)
        column.setSpacing(4)
        for group in groups:
            heading = QLabel(group["name"][language])
            heading.setWordWrap(True)
            column.addWidget(heading)
            for row in group["rows"]:
                column.addWidget(_button(row, language, act, width // PX_A_LETTER))
        column.addStretch(1)
        self.setWidget(desk)


def _button(
    row: Mapping[str, Any], language: str, act: Callable[[Order], None], letters: int
) -> QPushButton:
    """A button breaks no line by itself: a name longer than `letters` takes two."""
    name, code = row["name"][language], row.get("code") or row.get("scan", "")
    button = QPushButton("\n".join([*wrap(name, letters), *([code] if code else [])]))
    button.setAccessibleName(name)
    button.clicked.connect(partial(_pressed, act, order_of(row)))
    return button


def _pressed(act: Callable[[Order], None], order: Order, _checked: bool = False) -> None:
    act(order)

"""The virtual printer's paper beside the till, for the demo. Never prints or decides anything.

It asks the control line of the virtual counter (JSON lines on a loopback socket) for new papers.
"""

import base64
import json
import signal
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer
from PySide6.QtGui import QMouseEvent, QPixmap, QResizeEvent
from PySide6.QtNetwork import QHostAddress, QTcpSocket
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from pos_app.ui.app import FIRST_SIZE, application
from pos_app.ui.background import Ticker
from pos_app.ui.demo_sheet import WIDTH as SHEET_WIDTH
from pos_app.ui.demo_sheet import DemoSheet, read_groups, scan_of, send
from resources.words import Words

POLL_MS = 500
SIZE = (420, 760)
NARROW, FRAME = 340, 6
"""No wider than the member's panel on the narrowest till."""
TOP_BAR, HANDLE_TALL = 66, 24
"""The menu stays free above; below, the handle lies on the edge under the ways to pay."""
OVER_THE_TILL = (
    Qt.WindowType.Tool
    | Qt.WindowType.FramelessWindowHint
    | Qt.WindowType.WindowStaysOnTopHint
    | Qt.WindowType.WindowDoesNotAcceptFocus
)
HANDLE_STYLE = """
QPushButton { color: #ffffff; background: #1f5fbf; border: none;
  font-weight: 600; }
QPushButton:pressed { background: #174a96; }
"""


class Paper(QLabel):
    """One paper; a press is the scanner held to its code."""

    def __init__(self, picture: QPixmap, code: str, press: Callable[[str], object]) -> None:
        super().__init__()
        self._picture, self._code, self._press = picture, code, press
        if code:
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def fit(self, width: int) -> None:
        """All of its width is seen, in no more than `width` pixels; never larger than it is."""
        wide = max(1, min(self._picture.width(), width))
        mode = Qt.TransformationMode.SmoothTransformation
        self.setPixmap(self._picture.scaledToWidth(wide, mode))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._code:
            self._press(self._code)


class PaperWindow(QScrollArea):
    """Papers one above the other, the newest on top."""

    def __init__(self, port: int, title: str) -> None:
        super().__init__()
        self.setWindowTitle(title)
        self.resize(*SIZE)
        self.setWidgetResizable(True)
        desk = QWidget()
        desk.setStyleSheet("background: #5b6470")
        self._column = QVBoxLayout(desk)
        self._column.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        self._column.setSpacing(16)
        self.setWidget(desk)
        self._port = port
        self._seen = 0
        self._rest = b""
        self._heard = False
        self.on_end: Callable[[], object] = lambda: None
        self.on_press: Callable[[str], object] = lambda code: None
        self.on_paper: Callable[[], object] = lambda: None
        self._socket = QTcpSocket(self)
        self._socket.connected.connect(self._ask)
        self._socket.readyRead.connect(self._read)
        self._socket.errorOccurred.connect(self._failed)
        self._ticker = Ticker(self._poll, POLL_MS, parent=self)
        self._ticker.start()
        self._poll()

    @property
    def papers(self) -> int:
        """How many are shown."""
        return self._seen

    def _failed(self, error: QTcpSocket.SocketError) -> None:
        """A counter that was there and is no more takes its papers along."""
        if self._heard and error == QTcpSocket.SocketError.ConnectionRefusedError:
            self.close()
            self.on_end()

    def _poll(self) -> None:
        if self._socket.state() == QTcpSocket.SocketState.UnconnectedState:
            self._rest = b""
            self._socket.connectToHost(QHostAddress("127.0.0.1"), self._port)

    def _ask(self) -> None:
        order = {"do": "papers", "since": self._seen, "png": True}
        self._socket.write(json.dumps(order).encode() + b"\n")

    def _read(self) -> None:
        self._heard = True
        self._rest += bytes(self._socket.readAll().data())
        line, end, self._rest = self._rest.partition(b"\n")
        if not end:
            self._rest = line
            return
        for paper in json.loads(line).get("papers", ()):
            codes = [code for _symbology, code in paper.get("codes", ())]
            self._show(base64.b64decode(paper["png"]), paper["text"], codes)
        self._socket.disconnectFromHost()

    def _show(self, png: bytes, text: str, codes: list[str]) -> None:
        self._seen += 1
        picture = QPixmap()
        picture.loadFromData(png)
        shown = Paper(picture, codes[-1] if codes else "", lambda code: self.on_press(code))
        shown.fit(self._room())
        shown.setAccessibleName(text)
        self._column.insertWidget(0, shown)
        self.on_paper()

    def _room(self) -> int:
        """Pixels for a paper, the bar at the side drawn or not."""
        margins = self._column.contentsMargins()
        bar = self.verticalScrollBar().sizeHint().width()
        return self.width() - 2 * self.frameWidth() - margins.left() - margins.right() - bar

    def resizeEvent(self, event: QResizeEvent) -> None:
        for shown in self.findChildren(Paper):
            shown.fit(self._room())
        self._column.activate()  # else what was there keeps its width while this page is hidden
        super().resizeEvent(event)


class PapersAndSheet(QWidget):
    """What there is to try on the left, the papers on the right; both go with the counter."""

    def __init__(self, port: int, title: str, language: str) -> None:
        super().__init__()
        self.setWindowTitle(title)
        self.papers = PaperWindow(port, title)
        self.sheet = DemoSheet(read_groups(), language, partial(send, port))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.sheet)
        row.addWidget(self.papers)
        self.resize(self.sheet.minimumWidth() + SIZE[0], SIZE[1])
        self.papers.on_end = self.close
        self.papers.on_press = lambda code: send(port, scan_of(code))


def has_room(room: QRect) -> bool:
    """Whether all of it stands beside a till of its first size."""
    return room.width() >= FIRST_SIZE[0] + SHEET_WIDTH + SIZE[0]


class Corner(QObject):
    """For a screen that the till fills: a handle that is always seen. Behind it codes and papers
    over the member's panel, on no line and no key that takes money. They fold when the pointer goes
    back to the till: what is asked there, a PIN or an amount, has its pad below them."""

    def __init__(self, port: int, room: QRect, language: str) -> None:
        super().__init__()
        self._words = Words(language)
        self._new = 0
        self.sheet = DemoSheet(read_groups(), language, partial(send, port), NARROW - FRAME)
        self.papers = PaperWindow(port, "")
        self.tabs = QTabWidget()
        self.tabs.setWindowFlags(OVER_THE_TILL)
        self.tabs.addTab(self.sheet, self._words.text("ui.demo_codes"))
        self.tabs.addTab(self.papers, self._words.text("ui.demo_papers"))
        self.handle = QPushButton()
        self.handle.setWindowFlags(OVER_THE_TILL)
        self.handle.setStyleSheet(HANDLE_STYLE)
        self.handle.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose)
        self.handle.clicked.connect(self._turn)
        for one in (self.tabs, self.handle):
            one.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        wide = self.handle.fontMetrics().horizontalAdvance(self._words.text("ui.demo_new", n=99))
        wide = round(1.25 * wide) + HANDLE_TALL  # the style's letters are heavier
        self.handle.setGeometry(room.left() + 8, room.bottom() + 1 - HANDLE_TALL, wide, HANDLE_TALL)
        tall = room.height() - TOP_BAR - HANDLE_TALL
        self.tabs.setGeometry(room.right() + 1 - NARROW, room.top() + TOP_BAR, NARROW, tall)
        self.papers.on_press = lambda code: send(port, scan_of(code))
        self.papers.on_paper = self._came
        self.papers.on_end = self.close
        self.tabs.installEventFilter(self)
        self._tell()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The pointer has left for the till."""
        if event.type() == QEvent.Type.Leave and self.tabs.isVisible():
            self._turn()
        return False

    def show(self) -> None:
        """The handle alone: the till is what a visitor came for."""
        self.handle.show()

    def close(self) -> None:
        """The counter has ended."""
        self.tabs.close()
        self.handle.close()

    def _turn(self) -> None:
        self.tabs.setVisible(not self.tabs.isVisible())
        self._new = 0
        self._tell()

    def _came(self) -> None:
        if not self.tabs.isVisible():
            self._new += 1
            self.tabs.setCurrentWidget(self.papers)
            self._tell()

    def _tell(self) -> None:
        key = "fold" if self.tabs.isVisible() else "new" if self._new else "try"
        self.handle.setText(self._words.text(f"ui.demo_{key}", n=self._new))


def run_paper(port: int, title: str, try_in: str = "") -> int:
    """Show the papers of the counter whose control line is at that port; `try_in`: the language
    of the demo's codes beside them, "" for the papers alone."""
    app = application()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl+C at the terminal: there is nothing to keep
    room = app.primaryScreen().availableGeometry()
    if try_in and not has_room(room):
        corner = Corner(port, room, try_in)
        corner.show()
        return app.exec()
    window = PapersAndSheet(port, title, try_in) if try_in else PaperWindow(port, title)
    window.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
    window.move(room.right() - window.width(), room.top())
    window.show()
    QTimer.singleShot(0, window, window.lower)  # the till is in front, wherever it opens
    return app.exec()

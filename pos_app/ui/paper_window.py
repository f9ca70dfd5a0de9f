"""The virtual printer's paper beside the till, for the demo. Never prints or decides anything.

It asks the control line of the virtual counter (JSON lines on a loopback socket) for new papers.
"""

import base64
import json
import signal
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QMouseEvent, QPixmap
from PySide6.QtNetwork import QHostAddress, QTcpSocket
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from pos_app.ui.app import application
from pos_app.ui.background import Ticker
from pos_app.ui.demo_sheet import DemoSheet, read_groups, scan_of, send

POLL_MS = 500
SIZE = (420, 760)


class Paper(QLabel):
    """One paper; a press is the scanner held to its code."""

    def __init__(self, code: str, press: Callable[[str], object]) -> None:
        super().__init__()
        self._code, self._press = code, press
        if code:
            self.setCursor(Qt.CursorShape.PointingHandCursor)

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
        shown = Paper(codes[-1] if codes else "", lambda code: self.on_press(code))
        width = min(picture.width(), SIZE[0] - 60)
        mode = Qt.TransformationMode.SmoothTransformation
        shown.setPixmap(picture.scaledToWidth(width, mode))
        shown.setAccessibleName(text)
        self._column.insertWidget(0, shown)


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


def run_paper(port: int, title: str, try_in: str = "") -> int:
    """Show the papers of the counter whose control line is at that port; `try_in`: the language
    of the demo's codes beside them, "" for the papers alone."""
    app = application()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl+C at the terminal: there is nothing to keep
    window = PapersAndSheet(port, title, try_in) if try_in else PaperWindow(port, title)
    window.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
    room = app.primaryScreen().availableGeometry()
    window.move(room.right() - window.width(), room.top())
    window.show()
    QTimer.singleShot(0, window, window.lower)  # behind the till where there is no room beside it
    return app.exec()

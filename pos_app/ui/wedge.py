"""Keys of a keyboard-wedge scanner become scans; a person's keys go on. Never decodes a label."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QElapsedTimer, QEvent, QObject, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from drivers.contract.keys import KeyPress
from drivers.contract.wedge import Decision, WedgeDecoder, WedgeSettings
from pos_app.ui.key_codes import key_press

LATE_MS = 15
GRACES_MOST = 3
_KEYS = frozenset({QEvent.Type.KeyPress, QEvent.Type.KeyRelease})


class WedgeFilter(QObject):
    """Stands before what has the focus: feeds the decoder, replays what turned out to be typing.

    Replayed keys are the very events that came, releases included, in their order, to the widget
    that has the focus then; they pass this filter untouched.
    """

    def __init__(
        self,
        on_scan: Callable[[bytes, str | None], None],
        settings: WedgeSettings | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._on_scan = on_scan
        self._decoder = WedgeDecoder(settings)
        self._held: list[tuple[KeyPress | None, QKeyEvent]] = []
        self._replaying = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._waited)
        self._since = QElapsedTimer()
        self._graces = 0
        self._tap: Callable[[KeyPress], None] | None = None

    def follow(self, app: QApplication, window: QWidget) -> None:
        """Hear keys where they arrive: at what has the focus, else at the window.

        Not at the application: a filter there is asked about every event of every object, and to
        show it the first one that Qt made itself, PySide6 makes every class of Qt it knows.
        """
        window.installEventFilter(self)
        app.focusChanged.connect(self._moved)
        self._moved(None, app.focusWidget())

    def leave(self, app: QApplication) -> None:
        """Keys go on as they come."""
        app.focusChanged.disconnect(self._moved)

    def _moved(self, _old: QWidget | None, now: QWidget | None) -> None:
        """What had the focus keeps its filter, which lets keys pass that are not the focus's."""
        if now is not None:
            now.installEventFilter(self)

    def use(self, settings: WedgeSettings) -> None:
        """Other thresholds from now on; what is held is typing."""
        self._expire()
        self._decoder = WedgeDecoder(settings)

    def tap(self, hear: Callable[[KeyPress], None] | None) -> None:
        """While `hear` is given it gets every key press and nobody else does (calibration)."""
        self._expire()
        self._tap = hear

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Takes keys on their way to the focused widget; everything else passes."""
        if self._replaying or event.type() not in _KEYS or watched is not _receiver():
            return False
        if not isinstance(event, QKeyEvent):
            return False
        if event.type() == QEvent.Type.KeyRelease:
            return self._release(event)
        if event.isAutoRepeat():  # a finger rests on the key: no scanner does
            self._expire()
            return False
        return self._press(event)

    def _release(self, event: QKeyEvent) -> bool:
        if self._tap is not None:
            return True
        if self._held:
            self._held.append((None, event.clone()))
        return bool(self._held)

    def _press(self, event: QKeyEvent) -> bool:
        key = key_press(event)
        if self._tap is not None:
            self._tap(key)
            return True
        self._held.append((key, event.clone()))
        decision = self._decoder.press(key)
        if decision.released == (key,) and len(self._held) == 1 and decision.scan is None:
            self._held.clear()
            return False
        self._carry_out(decision)
        return True

    def _carry_out(self, decision: Decision) -> None:
        self._replay(decision)
        if decision.scan is not None:
            self._held.clear()
            self._on_scan(decision.scan.raw, decision.scan.aim)
        self._graces = 0
        self._wait()

    def _wait(self) -> None:
        last = next((key for key, _ in reversed(self._held) if key is not None), None)
        if last is not None and self._decoder.deadline_ms is not None:
            self._timer.start(max(1, self._decoder.deadline_ms - last.t_ms))
            self._since.start()
        else:
            self._timer.stop()

    def _replay(self, decision: Decision) -> None:
        """Released keys are the oldest held ones (a swallowed prefix key is dropped)."""
        self._replaying = True
        try:
            for key in decision.released:
                for event in self._take(key):
                    self._send(event)
            while self._held and self._held[0][0] is None:
                self._send(self._held.pop(0)[1])
        finally:
            self._replaying = False

    @staticmethod
    def _send(event: QKeyEvent) -> None:
        target = _receiver()
        if target is not None:
            QCoreApplication.sendEvent(target, event)

    def _take(self, key: KeyPress) -> list[QKeyEvent]:
        """The key's event, behind the releases that came before it."""
        events = []
        while self._held:
            held, event = self._held.pop(0)
            if held is None:
                events.append(event)
            elif held is key:
                return [*events, event]
        return events

    def _waited(self) -> None:
        """A timer that is late means that the window was busy: keys may wait behind it.

        Taken at its word it would tear a scan in two, whose second half looks like a whole one.
        """
        late_ms = self._since.elapsed() - self._timer.interval()
        if late_ms > LATE_MS and self._graces < GRACES_MOST:
            self._graces += 1
            self._wait()
            return
        self._expire()

    def _expire(self) -> None:
        deadline_ms = self._decoder.deadline_ms
        if deadline_ms is not None:
            self._carry_out(self._decoder.expire(deadline_ms))


def _receiver() -> QWidget | None:
    """Who gets the keys: the widget with the focus, else the window itself."""
    return QApplication.focusWidget() or QApplication.activeWindow()

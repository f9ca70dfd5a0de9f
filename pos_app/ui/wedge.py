"""Keys of a keyboard-wedge scanner become scans; a person's keys go on. Never decodes a label."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication

from drivers.contract.keys import ENTER, KEYPAD_ENTER, TAB, KeyPress
from drivers.contract.wedge import Decision, WedgeDecoder, WedgeSettings

XKB_OFFSET = 8
ENDINGS = {Qt.Key.Key_Return: ENTER, Qt.Key.Key_Enter: KEYPAD_ENTER, Qt.Key.Key_Tab: TAB}


def scan_code(event: QKeyEvent) -> int:
    """The evdev number; what ends a label is known by its key where the platform tells none."""
    native = event.nativeScanCode()
    if not native:
        return ENDINGS.get(Qt.Key(event.key()), 0)
    if native > XKB_OFFSET and QGuiApplication.platformName() in {"xcb", "wayland"}:
        return native - XKB_OFFSET
    return native


def key_press(event: QKeyEvent) -> KeyPress:
    """A Qt key event as the decoder wants it."""
    held = event.modifiers()
    return KeyPress(
        t_ms=int(event.timestamp()),
        scan_code=scan_code(event),
        shift=bool(held & Qt.KeyboardModifier.ShiftModifier),
        ctrl=bool(held & Qt.KeyboardModifier.ControlModifier),
        alt=bool(held & Qt.KeyboardModifier.AltModifier),
        text=event.text(),
    )


class WedgeFilter(QObject):
    """An application-wide filter: feeds the decoder, replays what turned out to be typing.

    Replayed keys are the very events that came, in their order, to the widget that has the focus
    then; they pass this filter untouched.
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
        self._held: list[tuple[KeyPress, QKeyEvent]] = []
        self._replaying = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._expire)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Takes key presses on their way to the focused widget; everything else passes."""
        if self._replaying or event.type() != QEvent.Type.KeyPress:
            return False
        if not isinstance(event, QKeyEvent) or watched is not QApplication.focusWidget():
            return False
        key = key_press(event)
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
        if self._held and self._decoder.deadline_ms is not None:
            wait_ms = self._decoder.deadline_ms - self._held[-1][0].t_ms
            self._timer.start(max(1, wait_ms))
        else:
            self._timer.stop()

    def _replay(self, decision: Decision) -> None:
        """Released keys are the oldest held ones (a swallowed prefix key is dropped)."""
        self._replaying = True
        try:
            for key in decision.released:
                event = self._take(key)
                target = QApplication.focusWidget()
                if event is not None and target is not None:
                    QCoreApplication.sendEvent(target, event)
        finally:
            self._replaying = False

    def _take(self, key: KeyPress) -> QKeyEvent | None:
        while self._held:
            held, event = self._held.pop(0)
            if held is key:
                return event
        return None

    def _expire(self) -> None:
        deadline_ms = self._decoder.deadline_ms
        if deadline_ms is not None:
            self._carry_out(self._decoder.expire(deadline_ms))

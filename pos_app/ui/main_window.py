"""The window: which screen, which look, where keys go. Never what a gesture means."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QGuiApplication, QIcon, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from pos_app.ui import (
    conflict_flows,
    control_flows,
    day_flows,
    device_flows,
    gestures,
    letter_flows,
    member_flows,
    page_scans,
    report_flows,
    return_flows,
)
from pos_app.ui.controls import TOUCHED, named
from pos_app.ui.desk import EVERYTHING, Change, Desk, Own
from pos_app.ui.entry import Entry, key_name
from pos_app.ui.focus_order import next_stop, tab_stops
from pos_app.ui.full_screens import FullScreen
from pos_app.ui.keys import EDITS_TEXT_FIRST, KeyMap
from pos_app.ui.menu_flows import perform
from pos_app.ui.metrics import Metrics, plausible_px_per_mm
from pos_app.ui.money_flows import base_ask
from pos_app.ui.phrases import words_of
from pos_app.ui.sale_screen import SaleScreen
from pos_app.ui.sounds import Sounds
from pos_app.ui.theme import Look, apply_look
from pos_app.ui.top_bar import TopBar
from pos_app.ui.training_strip import TrainingStrip
from pos_app.workstation.answer import Answer, Part

Screen = SaleScreen | FullScreen


class MainWindow(QMainWindow):
    """One window; rebuilt whole for another language, theme, scale or class of size."""

    def __init__(
        self,
        desk: Desk,
        *,
        px_per_mm: float | None = None,
        keys: KeyMap | None = None,
        on_closed: Callable[[], None] | None = None,
        sounds: Sounds | None = None,
    ) -> None:
        super().__init__()
        self.desk, self._keys = desk, keys or KeyMap()
        self._px_per_mm, self._on_closed = px_per_mm, on_closed
        self._look: Look | None = None
        self.setWindowTitle("Kopilka")
        self._root: QWidget | None = None
        self._handing_down = False
        self.top: TopBar
        self.screen_shown: Screen
        desk.subscribe(self._changed)
        desk.on_pushed = self._pushed
        desk.till.scans_answer(partial(gestures.answers, desk))
        desk.on_heard = (sounds or Sounds()).tell

    # ---- the look
    def start(self) -> None:
        """Ask the first question and build its screen, no other; call after the size is known."""
        base_ask(self.desk)
        self._build()

    @property
    def entry(self) -> Entry:
        """The one field."""
        return self.screen_shown.entry

    @property
    def look(self) -> Look:
        """The present look."""
        if self._look is None:
            self._look = self._make_look()
        return self._look

    def _make_look(self) -> Look:
        settings = self.desk.settings
        metrics = Metrics(
            self.width(), self.height(), self._density(), settings.scale_percent / 100
        )
        return Look(words_of(self.desk), settings.theme, metrics)

    def _density(self) -> float:
        if self._px_per_mm is not None:
            return self._px_per_mm
        screen = QGuiApplication.primaryScreen()
        return plausible_px_per_mm(screen.size().width(), screen.physicalSize().width())

    def _build(self) -> None:
        """Everything anew in the present look; the desk keeps what was typed, asked and said."""
        app = QApplication.instance()
        self._look = self._make_look()
        if isinstance(app, QApplication):
            apply_look(app, self._look)
        self.setWindowIcon(QIcon(self._look.icon("kopilka", "accent", 64)))
        root = named(QWidget(), "root")
        root.setMinimumSize(1, 1)  # what is inside fits the window, the window never grows for it
        column = QVBoxLayout(root)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.top = TopBar(self._look, self.desk)
        column.addWidget(self.top)
        self.training = TrainingStrip(self._look, self.desk)
        column.addWidget(self.training)
        self._stack = QStackedWidget()
        column.addWidget(self._stack, 1)
        self.screen_shown = self._make_screen()
        self._stack.addWidget(self.screen_shown)
        old = self.takeCentralWidget()
        if old is not None:  # PySide types it as never None
            old.hide()
            old.deleteLater()
        self.setCentralWidget(root)
        root.show()
        self._root = root
        self._refresh(EVERYTHING - {Own.LOOK})
        self.entry.setFocus()

    def _make_screen(self) -> Screen:
        look = self.look
        entry = Entry(look, self._key)
        ask = self.desk.ask
        if ask is not None and ask.place == "full":
            self._wire(entry)
            return FullScreen(look, self.desk, entry)
        entry.decorate()
        self._wire(entry)
        return SaleScreen(look, self.desk, entry)

    def _wire(self, entry: Entry) -> None:
        entry.textEdited.connect(lambda text: gestures.typing(self.desk, text))
        entry.textEdited.connect(lambda text: self._changed(frozenset({Own.TYPED})))
        entry.submitted.connect(lambda: perform(self.desk, "submit"))
        entry.tapped.connect(partial(letter_flows.show, self.desk))
        entry.stepped.connect(lambda step: gestures.select_by(self.desk, step))

    # ---- what changed
    def _changed(self, changes: frozenset[Change]) -> None:
        if self._look is None:
            return
        if Own.LOOK in changes:
            self._build()
            return
        if Own.ASK in changes or changes & {Part.OPERATOR, Part.SESSION}:
            self._choose_screen()
        self._refresh(changes)

    def _pushed(self, answer: Answer) -> None:
        """What came without a gesture: something found, or a report that was asked for."""
        if answer.data.get("scanned"):
            page_scans.begun(self.desk, answer)
        if not return_flows.heard(self.desk, answer):
            gestures.show_found(self.desk, answer)
        report_flows.show_period(self.desk, answer)
        device_flows.heard(self.desk, answer)
        member_flows.heard(self.desk, answer)
        conflict_flows.heard(self.desk, answer)
        day_flows.heard(self.desk, answer)
        control_flows.heard(self.desk, answer)
        base_ask(self.desk)

    def _choose_screen(self) -> None:
        """Full screens stand alone; a screen changes place only between them and the sale."""
        ask = self.desk.ask
        full = ask is not None and ask.place == "full"
        if full == isinstance(self.screen_shown, FullScreen) and not full:
            return
        old = self.screen_shown
        self.screen_shown = self._make_screen()
        self._stack.addWidget(self.screen_shown)
        self._stack.setCurrentWidget(self.screen_shown)
        self._stack.removeWidget(old)
        old.deleteLater()
        self._refresh(EVERYTHING - {Own.LOOK})

    def _refresh(self, changes: frozenset[Change]) -> None:
        self.top.refresh(changes)
        self.training.refresh()
        self.screen_shown.refresh(changes)
        entry, ask = self.entry, self.desk.ask
        if changes & {Own.TYPED, Own.ASK}:
            mode = entry.EchoMode.Password if ask and ask.masked else entry.EchoMode.Normal
            if entry.echoMode() != mode:
                entry.setEchoMode(mode)
            if entry.text() != self.desk.typed:
                entry.setText(self.desk.typed)
        if not entry.hasFocus():
            entry.setFocus()

    def tick(self) -> None:
        """The clock moves; base questions return when nothing else is asked."""
        self.desk.view = self.desk.till.view()
        self.top.show_time()
        base_ask(self.desk)

    # ---- keys
    def _key(self, event: QKeyEvent) -> bool:
        """A gesture's key, wherever the field stands; True when it was one."""
        letter_flows.keyed(self.desk)
        gesture = self._keys.gesture(key_name(event))
        if gesture is not None and not (gesture in EDITS_TEXT_FIRST and self.desk.typed):
            if not event.isAutoRepeat():
                perform(self.desk, gesture)
            return True
        screen = self.screen_shown
        return isinstance(screen, SaleScreen) and screen.take_key(event)

    def customEvent(self, event: QEvent) -> None:
        """A finger is on a button."""
        if event.type() == TOUCHED:
            letter_flows.touched(self.desk)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A key that a button did not take belongs to the field.

        One that the field itself would not take (a bare Shift) comes up here again: it ends here.
        """
        if self._handing_down or self.entry.hasFocus():
            event.ignore()
            return
        self._handing_down = True
        try:
            self.entry.setFocus()
            QApplication.sendEvent(self.entry, event)
        finally:
            self._handing_down = False

    def focusNextPrevChild(self, onwards: bool) -> bool:
        """Tab goes round as the screen is read, the strip above it last."""
        stops = tab_stops((*self.screen_shown.parts(), self.top), self)
        found = next_stop(stops, self.focusWidget(), onwards)
        if found is None:
            return False
        reasons = Qt.FocusReason
        found.setFocus(reasons.TabFocusReason if onwards else reasons.BacktabFocusReason)
        return True

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another class of size is another look."""
        super().resizeEvent(event)
        if self._look is None:
            return
        old, new = self._look.metrics, self._make_look().metrics
        same = (old.is_narrow, old.is_low, old.side) == (new.is_narrow, new.is_low, new.side)
        if not same:
            QTimer.singleShot(0, self, self._build)

    def changeEvent(self, event: QEvent) -> None:
        """Coming back to the window is coming back to the field."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self._look is not None:
            self.entry.setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.desk.unsubscribe(self._changed)
        if self._on_closed is not None:
            self._on_closed()
        super().closeEvent(event)

"""The health panel: every device, its state in words, what to do, and a live test. Never a rule."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from pos_app.ui import device_flows
from pos_app.ui.controls import Button, FitRow, Paragraph, rule, set_ink
from pos_app.ui.desk import Change, Desk
from pos_app.ui.device_flows import ICONS, DeviceBoard
from pos_app.ui.panels import Panel
from pos_app.ui.scrolling import scrolled
from pos_app.ui.theme import SEMIBOLD, Look
from pos_app.ui.top_bar import BAD_STATES
from pos_app.workstation.answer import Part
from pos_app.workstation.device_care import DeviceCard

LOOK_EVERY_MS = 2000
ROWS = 5
"""Rows of the grid that one device takes."""


class DevicesPage(Panel):
    """A block a device; counts follow by themselves while the page is open."""

    def __init__(self, look: Look, desk: Desk, board: DeviceBoard) -> None:
        super().__init__(look, desk)
        self._board = board
        self._blocks: dict[str, _Block] = {}
        self.head(look.say("device.title"))
        how = Paragraph(look, look.metrics.small)
        how.say(look.say("device.how"))
        self.column.addWidget(how)
        self._empty = Paragraph(look, look.metrics.body)
        self.column.addWidget(self._empty)
        self._area, self._grid = scrolled(look)
        self._grid.setColumnStretch(1, 1)
        self.column.addWidget(self._area, 1)
        add = Button(look, look.say("device.add"), partial(device_flows.add, desk), icon="plus")
        self.column.addWidget(FitRow(look, (add,)))
        self._again = QTimer(self)
        self._again.setInterval(LOOK_EVERY_MS)
        self._again.timeout.connect(self._look_again)
        self._again.start()
        self.refresh(frozenset({Part.DEVICES}))

    def _look_again(self) -> None:
        if device_flows.board_of(self.desk) is self._board:
            device_flows.look_again(self.desk)

    def refresh(self, changes: frozenset[Change]) -> None:
        if Part.DEVICES not in changes:
            return
        cards = self._board.cards
        if [card.name for card in cards] != list(self._blocks):
            self._rebuild(cards)
        self._empty.say("" if cards else self.look.say("device.nothing"))
        states = {one.name: one.state for one in self.desk.view.devices}
        for card in cards:
            block, state = self._blocks[card.name], states.get(card.name, card.state)
            if block.show_card(card, state, self._board):  # once it is laid out
                QTimer.singleShot(0, self, partial(self._area.ensureWidgetVisible, block.answer))

    def _rebuild(self, cards: tuple[DeviceCard, ...]) -> None:
        for block in self._blocks.values():
            block.drop()
        self._blocks = {
            card.name: _Block(self.look, self.desk, self._grid, place, card)
            for place, card in enumerate(cards)
        }
        self._grid.setRowStretch(len(cards) * ROWS, 1)


class _Block:
    """One device: icon, name and state, advice, counts, the result of its test, two buttons."""

    def __init__(
        self, look: Look, desk: Desk, grid: QGridLayout, place: int, card: DeviceCard
    ) -> None:
        self._look, self._kind, self._number = look, card.kind, place + 1
        row = place * ROWS
        self._icon = QLabel()
        self._title = Paragraph(look, look.metrics.body, ink="")
        self._title.setFont(look.font(look.metrics.body, SEMIBOLD))
        self._detail = Paragraph(look, look.metrics.small)
        self.answer = self._tried = Paragraph(look, look.metrics.body, ink="")
        self._line = rule()
        buttons = (
            self._button("device.test", partial(device_flows.try_device, desk, card.name), card),
            self._button("device.settings", partial(device_flows.edit, desk, card.name), card),
        )
        self._buttons: tuple[QWidget, ...] = buttons
        grid.addWidget(self._icon, row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._title, row, 1)
        grid.addWidget(self._detail, row + 1, 1)
        grid.addWidget(self._tried, row + 2, 1)
        if look.metrics.is_narrow:  # the words need the whole width
            self._buttons = (FitRow(look, buttons),)
            grid.addWidget(self._buttons[0], row + 3, 1)
        else:
            for column, button in enumerate(buttons, start=2):
                button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
                grid.addWidget(button, row, column, 3, 1, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._line, row + 4, 0, 1, 4)

    def _button(self, key: str, press: Callable[[], None], card: DeviceCard) -> Button:
        button = Button(self._look, self._look.say(key), press)
        button.setAccessibleName(f"{self._look.say(key)}: {card.name}")
        return button

    def _widgets(self) -> tuple[QWidget, ...]:
        return (self._icon, self._title, self._detail, self._tried, *self._buttons, self._line)

    def drop(self) -> None:
        """Another list of devices takes its place."""
        for widget in self._widgets():
            widget.hide()
            widget.deleteLater()

    def show_card(self, card: DeviceCard, state: str, board: DeviceBoard) -> bool:
        """How it is now; True where its test says something that it did not say before."""
        words, side = self._look.words, self._look.metrics.px(24)
        ink = BAD_STATES.get(state, "good" if state == "ok" else "secondary")
        self._icon.setPixmap(self._look.icon(ICONS.get(self._kind, "monitor"), ink, side))
        kind = words.text(f"device.kind_{self._kind}")
        said = words.text(f"device.{state}") if words.knows(f"device.{state}") else state
        named = words.text("device.named", kind=kind, name=card.name)
        name = kind if card.name == self._kind else named
        self._title.say(f"{self._number}. {name}: {said}")
        set_ink(self._title, ink if state in BAD_STATES else "")
        self._detail.say(" · ".join(part for part in self._facts(card, state) if part))
        before, outcome = self._tried.text(), self._outcome(card, board)
        self._tried.say(outcome)
        tried = board.tried.get(card.name)
        set_ink(self._tried, "" if tried is None else "good" if tried.ok else "error")
        return bool(outcome) and outcome != before

    def _facts(self, card: DeviceCard, state: str) -> list[str]:
        words = self._look.words
        advice = f"device.do_{state}"
        facts = [words.text(advice) if words.knows(advice) else ""]
        facts.append(words.say(device_flows.seen(card)))
        for key, count in (
            ("good", card.good_count),
            ("errors", card.error_count),
            ("reconnects", card.reconnect_count),
        ):
            facts.append(words.text(f"device.{key}", n=count) if count else "")
        facts.append(card.technical if state != "ok" else "")
        return facts

    def _outcome(self, card: DeviceCard, board: DeviceBoard) -> str:
        words = self._look.words
        if board.trying == card.name:
            key = f"device.trying_{card.kind}"
            return words.text(key if words.knows(key) else "device.trying")
        tried = board.tried.get(card.name)
        return words.say(tried.text) if tried is not None else ""

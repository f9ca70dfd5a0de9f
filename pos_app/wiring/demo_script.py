"""A customer played through the window: scans by the scanner, keys and taps by hand.

Every step waits for what a person would wait for; nothing is called behind the window's back.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication

from pos_app.ui.app import application
from pos_app.ui.background import Ticker
from pos_app.ui.main_window import MainWindow
from pos_app.wiring.appearance import Appearance
from pos_app.wiring.demo_shop import OPERATORS, Counter
from pos_app.wiring.place import Place
from pos_app.wiring.till import Till
from pos_app.wiring.window import run
from pos_app.workstation.view import TillView

POLL_MS = 40
STEP_MS = 30_000
SIZE = (1366, 768)
GOODS = (
    "2000000000206",
    "2000000000244",
    "2000000000893",
    "2000000000909",
    "2100180010009",  # a weighed label: bananas, 1 kg
    "4607001234562",  # unknown to the catalogue
    "2000000000923",
    "2000000000220",
    "2000000000978",
    "2000000000015",
)
CARD = "2990000000019"
Ready = Callable[[], bool]
Key = Qt.Key


class Hands:
    """What a cashier does to the window."""

    def __init__(self, till: Till, counter: Counter, out: Path) -> None:
        self.till = till
        self.counter = counter
        self.out = out
        self.gestures = 0
        self.shots = 0

    @property
    def window(self) -> MainWindow:
        """The one window."""
        found = (w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))
        return next(found)

    @property
    def view(self) -> TillView:
        """What the till shows."""
        return self.till.terminal.view()

    def scan(self, label: str) -> None:
        """One label under the scanner."""
        self.gestures += 1
        self.counter.scan(label + "\r")

    def press(self, *keys: Qt.Key) -> None:
        """Keys, one after another."""
        for key in keys:
            self.gestures += 1
            QTest.keyClick(self.window.entry, key)

    def write(self, text: str) -> None:
        """Typed into the one field."""
        QTest.keyClicks(self.window.entry, text)

    def tap(self, words: str) -> None:
        """A button that shows these words."""
        self.gestures += 1
        buttons = self.window.findChildren(QAbstractButton)
        shown = [b for b in buttons if b.isVisible() and words in b.text()]
        if not shown:
            raise LookupError(f"no button {words!r}")
        QTest.mouseClick(shown[0], Qt.MouseButton.LeftButton)

    def shot(self, name: str) -> None:
        """A picture of the window as it is."""
        self.shots += 1
        QApplication.processEvents()
        self.window.grab().save(str(self.out / f"{self.shots:02d}-{name}.png"))

    def lines(self) -> int:
        """Lines of the open transaction."""
        return len(self.view.transaction.lines) if self.view.transaction else 0


def opening(hands: Hands) -> Iterator[Ready]:
    """Sign on and open the session with 1 000."""
    hands.window.resize(*SIZE)
    yield lambda: hands.window.isVisible() and hands.window.width() == SIZE[0]
    hands.shot("sign-on")
    hands.press(Key.Key_Return)
    hands.write(OPERATORS[0][3])
    hands.press(Key.Key_Return)
    yield lambda: hands.view.operator is not None
    hands.shot("open-session")
    hands.write("1000")
    hands.press(Key.Key_Return)
    yield lambda: hands.view.session is not None
    yield lambda: hands.view.link.online
    hands.shot("ready")


def basket(hands: Hands) -> Iterator[Ready]:
    """Ten labels, one of them unknown to the catalogue."""
    for number, label in enumerate(GOODS):
        before = hands.lines()
        hands.scan(label)
        if number == 5:
            yield lambda: hands.window.desk.said is not None
        else:
            yield lambda before=before: hands.lines() > before  # type: ignore[misc]  # bound now
    hands.shot("basket")


def member_and_points(hands: Hands) -> Iterator[Ready]:
    """The card under the scanner, then the suggested points by key."""
    hands.scan(CARD)
    yield lambda: hands.view.member is not None
    yield lambda: bool(hands.view.member and hands.view.member.allowance)
    hands.shot("member")
    hands.press(Key.Key_F6, Key.Key_2)
    yield lambda: bool(hands.view.transaction and hands.view.transaction.points_redeemed)
    hands.shot("points")


def cash(hands: Hands) -> Iterator[Ready]:
    """One 5 000 note, change, paper."""
    hands.press(Key.Key_F8)
    hands.shot("cash")
    hands.press(Key.Key_5, Key.Key_0, Key.Key_0, Key.Key_0, Key.Key_Return)
    yield lambda: hands.view.last_sale is not None
    yield lambda: bool(hands.view.last_sale and hands.view.last_sale.print_state == "printed")
    hands.shot("change")
    yield lambda: hands.view.link.unsent == 0


def customer(hands: Hands) -> Iterator[Ready]:
    """The whole of it."""
    yield from opening(hands)
    yield from basket(hands)
    yield from member_and_points(hands)
    yield from cash(hands)


class Player:
    """Runs a script beside the window's loop: a step when the last one's wait is over."""

    def __init__(self, steps: Iterator[Ready]) -> None:
        self._steps = steps
        self._ready: Ready = lambda: True
        self._waited_ms = 0
        self.problem = ""
        self._ticker = Ticker(self._step, POLL_MS)

    def start(self) -> None:
        """From now on."""
        self._ticker.start()

    def _step(self) -> None:
        self._waited_ms += POLL_MS
        try:
            if self._ready():
                self._ready = next(self._steps)
                self._waited_ms = 0
            elif self._waited_ms > STEP_MS:
                raise TimeoutError("the till did not get there")  # noqa: TRY301 - one way out
        except StopIteration:
            self._end("")
        except (TimeoutError, LookupError, AssertionError) as error:
            self._end(f"{type(error).__name__}: {error}")

    def _end(self, problem: str) -> None:
        self.problem = problem
        self._ticker.stop()
        application().quit()


def play(place: Place, counter: Counter, out: Path) -> int:
    """Play the customer; 0 when the receipt is printed and on the server."""
    players: list[Player] = []

    def started(till: Till) -> None:
        hands = Hands(till, counter, out)
        players.append(Player(customer(hands)))
        players[0].start()

    run(place, Appearance(), started)
    problem = players[0].problem if players else "the window did not start"
    papers = counter.papers()
    if not problem and not papers:
        problem = "nothing was printed"
    sys.stdout.write(papers[-1]["text"] + "\n" if papers else "")
    sys.stdout.write(f"failed: {problem}\n" if problem else f"done: see {out}\n")
    return 1 if problem else 0

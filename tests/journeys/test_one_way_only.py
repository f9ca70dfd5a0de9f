"""The counted task and a whole receipt's life on the real till: keys alone, then fingers alone.

Only events reach the window: keys go to whatever has the focus, taps to what lies under the finger,
labels come over the scanner's own line. What they cost is counted where Qt delivers it.
"""

import csv

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from pos_app.ui.app import application
from pos_app.ui.controls import Button
from pos_app.wiring.demo_script import CARD, GOODS
from pos_app.wiring.demo_shop import packaged
from tests.demo_shop_once import furnished

K = Qt.Key
MOST_TABS = 60
CODES = tuple(code for code in GOODS if code != "4607001234562")


class Counter(QObject):
    """Counts key presses, taps and labels that reached the program, each once."""

    def __init__(self):
        super().__init__()
        self.keys = self.taps = self.labels = 0
        application().installEventFilter(self)

    @property
    def gestures(self):
        return self.keys + self.taps + self.labels

    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.KeyPress:
            self.keys += watched is QApplication.focusWidget()
        elif event.type() == QEvent.Type.MouseButtonPress:
            self.taps += isinstance(watched, Button)
        return False

    def stop(self):
        application().removeEventFilter(self)


class Person:
    """A cashier who sees the window and nothing else."""

    def __init__(self, cashier):
        self.cashier, self.window = cashier, cashier.window
        self.desk, self.until = cashier.window.desk, cashier.until
        self.counter = Counter()

    @property
    def view(self):
        return self.cashier.hands.view

    def press(self, *keys):
        for key in keys:
            QTest.keyClick(QApplication.focusWidget(), key)

    def write(self, text):
        for letter in text:
            QTest.keyClicks(QApplication.focusWidget(), letter)

    def tab_to(self, name):
        for _ in range(MOST_TABS):
            if QApplication.focusWidget().accessibleName().startswith(name):
                return
            self.press(K.Key_Tab)
        raise AssertionError(f"Tab never came to {name!r}")

    def tap(self, name):
        """The first button of that name, where a finger would find it."""
        application().processEvents()
        ready = [b for b in self.window.findChildren(Button) if b.isVisible() and b.isEnabled()]
        named = [b for b in ready if b.accessibleName().startswith(name)]
        assert named, f"no button {name!r}"
        place = named[0].mapTo(self.window, named[0].rect().center())
        under = self.window.childAt(place)
        assert under is named[0], f"{name!r} lies under {under!r}"
        QTest.mouseClick(under, Qt.MouseButton.LeftButton)

    def tap_digits(self, digits):
        for digit in digits:
            self.tap(digit)

    def scan(self, label):
        self.counter.labels += 1
        self.cashier.hands.scan(label)

    def scan_goods(self):
        for number, code in enumerate(CODES, start=1):
            self.scan(code)
            self.until(lambda n=number: len(self.view.transaction.lines if self.view.transaction
                                            else ()) == n)  # fmt: skip

    def count_from_here(self):
        self.counter.keys = self.counter.taps = self.counter.labels = 0


@pytest.fixture
def shop(tmp_path):
    """A shop for each: what a till of another test holds, this one cannot spend."""
    with furnished(tmp_path / "shop") as shop:
        yield shop


@pytest.fixture
def person(cashier, request):
    one = Person(cashier(request.node.name.replace("_", "-")[:30]))
    one.until(lambda: bool(one.desk.rows))
    yield one
    one.counter.stop()


def a_member(number, by):
    """A member with points of their own for each till: what one till holds another cannot spend."""
    with packaged("demo", "members.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if int(r["points"]) >= 1_000 and r["phone"]]
    return rows[number][by]


def on_by_keys(person):
    person.write("1111")
    person.press(K.Key_Return)
    person.until(lambda: person.desk.ask is not None and person.desk.ask.name == "open_session")
    person.write("10000")
    person.press(K.Key_Return)
    person.until(lambda: person.view.session is not None and person.view.link.online)


def card_with_chips(person):
    person.until(lambda: bool(person.view.member and len(person.view.member.chips) > 2))


def paid(person):
    person.until(lambda: person.view.transaction is None and person.view.last_sale is not None)
    return person.view.last_sale


def test_the_counted_task_is_nine_gestures_by_keys_and_five_with_exact_cash(person):
    on_by_keys(person)
    person.scan_goods()
    person.count_from_here()
    person.scan(CARD)
    card_with_chips(person)
    person.press(K.Key_F6, K.Key_2, K.Key_F8, K.Key_5, K.Key_0, K.Key_0, K.Key_0, K.Key_Return)
    last = paid(person)
    assert (person.counter.labels, person.counter.keys, person.counter.taps) == (1, 8, 0)
    assert person.counter.gestures == 9
    assert (last.points_redeemed, last.change_due_minor) == (300, 500_000 - last.total_minor)

    person.scan_goods()
    person.count_from_here()
    person.scan(CARD)
    card_with_chips(person)
    person.press(K.Key_F6, K.Key_2, K.Key_F8, K.Key_Return)
    assert paid(person).change_due_minor == 0
    assert person.counter.gestures == 5
    assert person.window.entry.hasFocus(), "ready for the next customer"


def test_the_counted_task_is_four_gestures_by_touch_and_so_is_all_around_it(person):
    person.tap("Анна")
    person.tap_digits("1111")
    person.tap("Готово")
    person.until(lambda: person.desk.ask is not None and person.desk.ask.name == "open_session")
    person.tap_digits("10000")
    person.tap("Готово")
    person.until(lambda: person.view.session is not None and person.view.link.online)
    person.scan_goods()
    person.count_from_here()
    person.scan(a_member(2, "card_ean"))
    card_with_chips(person)
    chosen = person.view.member.chips[1].points
    person.tap(f"Списать {chosen}")
    person.tap("Наличные")
    person.tap("Получено 5\u202f000")
    last = paid(person)
    assert (person.counter.labels, person.counter.taps, person.counter.keys) == (1, 3, 0)
    assert person.counter.gestures == 4
    assert last.points_redeemed == chosen >= 300

    person.tap("Меню")
    person.tap("Возврат по чеку")
    person.tap_digits(last.receipt_number)
    person.tap("Готово")
    person.until(lambda: person.desk.page is not None and person.desk.page.kind == "return")
    person.tap("Вернуть всё")
    person.tap("Оформить возврат")
    _take_back(
        person, lambda: person.tap(person.desk.rows[0].title), lambda: person.tap("Вернуть деньги")
    )
    assert person.counter.keys == 0, "no key was needed"


def test_a_receipt_lives_by_the_keyboard_alone_from_sign_on_to_its_return(person):
    """Menu, discount, why, points of one's own, payment, return: no label, no finger."""
    on_by_keys(person)
    for code in CODES[:6]:
        person.write(code)
        person.press(K.Key_Return)
    person.press(K.Key_Up)
    assert person.view.transaction.selected_line == person.view.transaction.lines[-2].line
    person.press(K.Key_F7)
    person.write("5")
    person.press(K.Key_Return)
    assert person.view.transaction.lines[-2].discounts
    person.press(K.Key_F11)
    assert person.desk.page.kind == "trace"
    person.press(K.Key_Escape)
    person.press(K.Key_F1)
    person.tab_to("Проверить цену")
    person.press(K.Key_Return)
    assert person.desk.ask.name == "price_check"
    person.press(K.Key_Escape)
    person.write(a_member(3, "phone"))
    person.press(K.Key_Return)
    person.until(lambda: bool(person.view.member and person.view.member.chips))
    person.press(K.Key_F6, K.Key_F6)
    person.write("50")
    person.press(K.Key_Return)
    assert person.view.transaction.points_redeemed == 50
    person.tab_to("Наличные")
    person.press(K.Key_Space)
    assert person.desk.ask.name == "cash"
    person.write("1000")
    person.press(K.Key_Return)
    sale = paid(person)

    person.press(K.Key_F1, K.Key_2, K.Key_Return)
    person.write(sale.receipt_number)
    person.press(K.Key_Return)
    person.until(lambda: person.desk.page is not None and person.desk.page.kind == "return")
    person.tab_to("Больше")
    person.press(K.Key_Space)
    person.tab_to("Оформить возврат")
    person.press(K.Key_Return)
    _take_back(person, lambda: person.press(K.Key_Return), lambda: person.press(K.Key_F8))
    assert (person.counter.labels, person.counter.taps) == (0, 0)


def _take_back(person, answer, complete):
    """Whatever is asked of a return (the reason) is answered with its first choice."""
    person.until(lambda: person.desk.ask is not None or person.view.transaction is not None)
    if person.desk.ask is not None:
        answer()
    person.until(lambda: person.view.transaction is not None)
    assert person.view.transaction.kind == "return"
    complete()
    assert paid(person).kind == "return"


def test_by_the_scanner_alone_all_is_done_but_the_money(person):
    """Goods, the member and a receipt that comes back are labels; only cash wants two keys."""
    on_by_keys(person)
    person.count_from_here()
    person.scan_goods()
    person.scan(a_member(4, "card_ean"))
    card_with_chips(person)
    assert (person.counter.labels, person.counter.keys) == (len(CODES) + 1, 0)
    person.press(K.Key_F8, K.Key_Return)
    sale = paid(person)
    assert (person.counter.keys, person.counter.taps) == (2, 0)
    person.scan(f"K1R:{sale.receipt_number}")
    person.until(lambda: person.desk.page is not None and person.desk.page.kind == "return")
    person.scan(CODES[0])
    person.until(lambda: person.view.transaction is not None and person.desk.page is None)
    assert (person.counter.keys, person.counter.taps) == (2, 0)

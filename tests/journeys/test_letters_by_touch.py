"""A till without a keyboard: a new member's name and a coupon's code are written by fingers.

Only taps reach the window; the goods come over the scanner's own line.
"""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from pos_app.ui.app import application
from pos_app.ui.letter_board import LetterKey
from pos_app.wiring.demo_stock import shop_to_try
from tests.journeys.test_one_way_only import Person

PHONE = "9161234507"
GOODS = ("2000000000206", "2000000000244")


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """As it is shown to visitors: with leaflets."""
    with shop_to_try(tmp_path_factory.mktemp("shop"), "ru") as running:
        yield running


@pytest.fixture
def person(cashier):
    one = Person(cashier("till-letters"))
    one.until(lambda: bool(one.desk.rows))
    yield one
    one.counter.stop()


def on_by_fingers(person):
    person.tap("Анна")
    person.tap_digits("1111")
    person.tap("Готово")
    person.until(lambda: person.desk.ask is not None and person.desk.ask.name == "open_session")
    person.tap("0")
    person.tap("Готово")
    person.until(lambda: person.view.session is not None and person.view.link.online)


def letters(person, text):
    """Each by its key, where the finger finds it."""
    for sign in text:
        application().processEvents()
        keys = [k for k in person.window.findChildren(LetterKey) if k.isVisible()]
        key = next(k for k in keys if k.accessibleName() == sign)
        place = key.mapTo(person.window, key.rect().center())
        assert person.window.childAt(place) is key, f"{sign!r} is covered"
        QTest.mouseClick(key, Qt.MouseButton.LeftButton)


def asked(person, name):
    return lambda: person.desk.ask is not None and person.desk.ask.name == name


def scan_goods(person):
    for number, code in enumerate(GOODS, start=1):
        person.scan(code)
        person.until(lambda n=number: len(person.view.transaction.lines if person.view.transaction
                                          else ()) == n)  # fmt: skip


def test_a_member_is_enrolled_by_name_and_a_coupon_written_without_a_keyboard(person):
    on_by_fingers(person)
    scan_goods(person)
    before = person.view.transaction.total_minor

    person.tap("Новый участник")
    person.until(asked(person, "enrol"))
    person.tap_digits(PHONE)
    person.tap("Подписал: данные")
    person.tap("Имя, если назовёт")
    letters(person, "Ольга")
    assert person.window.entry.text() == "Ольга"
    person.tap("Готово")
    person.until(asked(person, "enrol"))
    person.tap("Готово")
    person.until(lambda: person.view.member is not None)
    assert person.view.member.display_name.startswith("Ольга")

    person.tap("Меню")
    person.tap("Купоны: код")
    person.until(asked(person, "coupon"))
    letters(person, "SPRING10")
    person.tap("Готово")
    person.until(lambda: bool(person.view.transaction.coupons))
    assert person.view.transaction.total_minor < before, "the leaflet takes ten per cent"

    person.tap("Поиск")
    letters(person, "масло")
    person.until(lambda: bool(person.desk.rows))
    person.tap(person.desk.rows[0].title)
    person.until(lambda: len(person.view.transaction.lines) == len(GOODS) + 1)

    person.tap("Наличные")
    person.tap("Без сдачи")
    person.until(lambda: person.view.transaction is None and person.view.last_sale is not None)
    assert person.counter.keys == 0, "no key was needed"

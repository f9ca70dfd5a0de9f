"""What the customer sees, that it names nobody, and that it goes and comes with its monitor."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp
from PySide6.QtGui import QImage
from qrcode.main import QRCode

from pos_app.domain.sentence import say
from pos_app.ui.customer_screen import CustomerScreen
from pos_app.ui.desk import Desk, Own, Page, Settings
from pos_app.ui.metrics import Metrics
from pos_app.ui.phrases import words_of
from pos_app.ui.theme import Look
from pos_app.workstation.answer import Part, done
from pos_app.workstation.return_shown import BackSums, ReturnView
from pos_app.workstation.view import PaymentView
from tests.ui.builders import ScriptedTill, a_last_sale, a_transaction, lines, selling, signed_on
from tests.ui.counter_samples import an_exchange
from tests.ui.return_samples import SPLIT

HOUSE = Path(__file__).parents[2]
LINK = "https://qr.example/AD10006M8KH234K5B0"


def squares(text):
    code = QRCode(border=0)
    code.add_data(text)
    code.make()
    return tuple("".join("1" if dark else "0" for dark in row) for row in code.get_matrix())


@pytest.fixture
def screen(qtbot, qapp):
    def build(view, language="ru"):
        desk = Desk(ScriptedTill(view), Settings(language))
        look = Look(words_of(desk), "light", Metrics(1280, 800, 3.8, 1.15))
        made = CustomerScreen(look, desk)
        qtbot.addWidget(made)
        made.resize(1280, 800)
        made.show()
        qapp.processEvents()
        return made

    return build


def texts(screen):
    from PySide6.QtWidgets import QLabel

    from pos_app.ui.controls import Variants

    labels = [one.text() for one in screen.findChildren(QLabel) if one.isVisible()]
    return labels + [one.text() for one in screen.findChildren(Variants) if one.isVisible()]


def test_a_member_sees_points_before_and_after_and_what_is_saved(screen):
    said = " ".join(texts(screen(selling())))
    assert "1\u202f250 → 1\u202f109" in said
    assert "Вы экономите" in said
    assert "3\u202f189,14" in said


def test_the_customers_screen_names_nobody(screen):
    shown = screen(selling())
    spoken = " ".join([*texts(shown), shown.lines.accessibleName()])
    for secret in ("Мария", "4567", "4821", "Золото С"):
        assert secret not in spoken


def test_a_stranger_is_told_what_a_card_would_bring(screen):
    assert "+159" in " ".join(texts(screen(signed_on(transaction=a_transaction()))))


def test_what_a_card_would_bring_is_not_shown_beside_another_receipt(screen, qapp):
    shown = screen(signed_on(transaction=a_transaction()))
    offer = shown._offer.pos()
    shown._desk.till.shown = signed_on(transaction=replace(a_transaction(), teaser=None))
    shown._desk.do(shown._desk.till.become(*Part))
    shown.refresh()
    qapp.processEvents()
    assert not any("159" in text for text in texts(shown))
    assert shown._offer.pos() == offer


@pytest.mark.parametrize("language", ["ru", "en"])
def test_change_stays_until_the_next_scan_and_then_goes(screen, language, qapp):
    shown = screen(signed_on(last_sale=a_last_sale()), language)
    assert any("810" in text for text in texts(shown))
    shown._desk.till.shown = selling()
    shown._desk.do(shown._desk.till.become(*Part))
    shown.refresh()
    qapp.processEvents()
    assert shown.lines.isVisible()
    assert not any("1810" in text.replace("\u202f", "") for text in texts(shown))


def test_the_banks_code_can_be_read_from_the_screen(screen, tmp_path):
    payment = PaymentView("asking", say("x"), qr=LINK, squares=squares(LINK))
    picture = screen(selling(payment=payment)).grab().toImage()
    path = tmp_path / "screen.png"
    assert picture.save(str(path))
    grey = QImage(str(path)).convertToFormat(QImage.Format.Format_Grayscale8)
    import numpy

    pixels = numpy.frombuffer(grey.constBits(), numpy.uint8).reshape(grey.height(), -1)
    found = zxingcpp.read_barcodes(numpy.ascontiguousarray(pixels[:, : grey.width()]))
    assert [one.text for one in found] == [LINK]


def test_a_refund_is_called_one(screen):
    view = signed_on(transaction=replace(a_transaction(kind="return")))
    assert "К возврату" in texts(screen(view))


def plain(screen):
    return " | ".join(texts(screen)).replace("\xa0", " ").replace("\u202f", " ")


def marked(shown):
    """A receipt of nine lines of which two are marked on its page."""
    till, desk = shown._desk.till, shown._desk
    sums = BackSums(219_90, 11, 2, ways=SPLIT)
    till.answers["return_sums"] = done(back=sums, lines=lines(2))
    desk.subscribe(shown.refresh)
    desk.turn_to(Page("return", a_transaction()))
    return desk, desk.page


@pytest.mark.parametrize("under", [signed_on(), selling()], ids=["idle", "a sale"])
def test_what_is_marked_on_a_receipt_is_what_the_customer_sees_go_back(screen, under):
    shown = screen(under)
    before = plain(shown)
    desk, page = marked(shown)
    assert plain(shown) == before, "nothing is marked yet"
    page.chosen[1] = 1
    desk.emit(Own.PAGE)
    said = plain(shown)
    assert "К возврату" in said and "| 219,90 ₽" in said
    assert "Наличными 99,50" in said and "Подарочная 120,40" in said
    assert "Вернётся: 11 баллов" in said and "Снимется: 2 балла" in said
    assert "экономите" not in said and "0001" not in said
    assert shown.lines.accessibleName().count(";") == 1
    assert len(desk.till.said("return_sums")) == 1
    desk.emit(Own.TYPED)
    assert len(desk.till.said("return_sums")) == 1, "asked once for what is marked"
    desk.turn_to(None)
    assert plain(shown) == before


def test_an_open_return_shows_its_money_and_its_points_and_no_saving(screen):
    returning = ReturnView("A000017", "Константинопольская М.", True, 300, 159)
    back = replace(a_transaction(lines(2), kind="return"), returning=returning)
    said = plain(screen(signed_on(transaction=back)))
    assert "К возврату" in said and "| 229,23 ₽" in said
    assert "Вернётся: 300 баллов" in said and "Снимется: 159 баллов" in said
    assert "экономите" not in said and "Константинопольская" not in said


def test_an_exchange_shows_what_came_back_and_the_difference(screen):
    more = screen(signed_on(transaction=an_exchange(due=100_00)))
    assert "К оплате" in plain(more) and "| 100,00 ₽" in plain(more)
    assert more.lines.accessibleName().count(";") == 4
    less = screen(signed_on(transaction=an_exchange(due=0, out=150_00)))
    assert "К выдаче" in plain(less) and "| 150,00 ₽" in plain(less)
    assert "Вернётся: 11 баллов" in plain(less)
    paid = replace(
        a_transaction(lines(1)), due_minor=0, change_due_minor=51_74, credit_minor=109_90
    )
    half = plain(screen(signed_on(transaction=paid)))
    assert "К выдаче" in half and "| 51,74 ₽" in half


def test_it_comes_with_a_second_monitor_and_goes_with_it(tmp_path):
    """In a process of its own: a monitor cannot be plugged into the one of the tests."""
    screens = [
        {"name": "till", "x": 0, "y": 0, "width": 1366, "height": 768},
        {"name": "customer", "x": 1366, "y": 0, "width": 1024, "height": 600},
    ]
    config = tmp_path / "screens.json"
    config.write_text(json.dumps({"screens": screens}))
    script = """
from tests.ui.builders import ScriptedTill, selling
from pos_app.ui.app import application
from pos_app.ui.desk import Desk
from pos_app.ui.second_screen import SecondScreen
app = application()
desk = Desk(ScriptedTill(selling()))
second = SecondScreen(app, desk)
other = app.screens()[1]
print(len(app.screens()), second.shown.screen() is other)
desk.change_look(language="en")
app.processEvents()
print(second.shown is not None)
second._second = lambda: None
app.screenRemoved.emit(other)
app.processEvents()
print(second.shown)
del second._second
app.screenAdded.emit(other)
app.processEvents()
print(second.shown is not None)
second.close()
"""
    env = {**os.environ, "QT_QPA_PLATFORM": f"offscreen:configfile={config}"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=HOUSE, env=env, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.stdout.split("\n")[:4] == ["2 True", "True", "None", "True"], done.stderr

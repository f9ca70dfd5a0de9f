"""A scan touches one row; nothing is laid out again; what is painted is what the till said."""

import random
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTableView

from pos_app.domain.money import RUB
from pos_app.domain.sentence import say
from pos_app.ui import gestures, lines_model
from pos_app.ui.lines_model import TEXTS, LinesModel, texts_of
from pos_app.ui.lines_table import LinesTable
from pos_app.workstation.answer import Part
from pos_app.workstation.view import DiscountView
from resources.words import Words
from tests.ui.builders import GOODS, SellingTill, a_line, a_transaction, lines, selling, signed_on


class Heard:
    """Counts a model's signals."""

    def __init__(self, model):
        self.inserted, self.removed, self.changed, self.resets = [], [], [], 0
        model.rowsInserted.connect(lambda _, first, last: self.inserted.append((first, last)))
        model.rowsRemoved.connect(lambda _, first, last: self.removed.append((first, last)))
        model.dataChanged.connect(lambda a, b: self.changed.append((a.row(), b.row())))
        model.modelReset.connect(self._reset)

    def _reset(self):
        self.resets += 1


@pytest.fixture
def model():
    made = LinesModel(Words("ru"), RUB)
    made.show(lines(150))
    look_at(made)
    return made


def look_at(model, rows=None):
    """As a painter or a screen reader does."""
    for row in range(model.rowCount()) if rows is None else rows:
        model.index(row, 0).data()


def test_one_more_line_is_one_inserted_row(model):
    heard = Heard(model)
    model.show((*lines(150), a_line(151, *GOODS[0])))
    assert (heard.inserted, heard.changed, heard.removed, heard.resets) == ([(150, 150)], [], [], 0)


def test_a_repriced_line_is_one_changed_row(model):
    heard = Heard(model)
    shown = list(lines(150))
    shown[40] = replace(shown[40], amount_minor=1)
    model.show(shown)
    assert heard.changed == [(40, 40)]
    assert heard.inserted == []


def test_a_voided_line_leaves_and_the_rest_is_numbered_anew(model):
    heard = Heard(model)
    model.show([one for one in lines(150) if one.line != 148])
    assert heard.removed == [(147, 147)]
    assert heard.changed == [(147, 148)]
    assert model.index(148, 0).data() == "149"


def test_lines_that_share_a_reduction_are_told_of_in_stretches(model):
    heard = Heard(model)
    dearer = {0, *range(40, 60), 149}
    shown = [
        replace(one, amount_minor=1) if n in dearer else one for n, one in enumerate(lines(150))
    ]
    model.show((*shown, a_line(151, *GOODS[0])))
    assert heard.changed == [(0, 0), (40, 59), (149, 149)]
    assert heard.inserted == [(150, 150)]


def test_only_the_lines_on_show_are_put_into_words(open_till, qapp, monkeypatch):
    said = []
    monkeypatch.setattr(
        lines_model, "texts_of", lambda line, *rest: said.append(line.line) or texts_of(line, *rest)
    )
    window = open_till(SellingTill(signed_on(transaction=a_transaction(lines(150)))))
    window.screen_shown.table.viewport().grab()
    said.clear()
    table = window.screen_shown.table
    every = [replace(one, amount_minor=one.amount_minor + 1) for one in lines(150)]
    table.show_lines(a_transaction((*every, a_line(151, *GOODS[0]))))
    table.viewport().grab()
    on_show = table.viewport().height() // table.row_height + 1
    assert 0 < len(said) <= on_show
    assert len(set(said)) == len(said)
    assert max(said) == 151


def test_another_receipt_replaces_all_rows_without_a_reset(model):
    heard = Heard(model)
    model.show([replace(one, line=one.line + 500) for one in lines(2)])
    assert model.rowCount() == 2
    assert heard.resets == 0
    model.show(())
    assert model.rowCount() == 0


def test_lines_in_another_order_are_shown_in_that_order(model):
    turned = tuple(reversed(lines(5)))
    model.show(turned)
    assert [model.line_at(row) for row in range(model.rowCount())] == [5, 4, 3, 2, 1]


def test_the_reason_stands_under_the_name_and_the_old_price_beside(model):
    texts = model.index(0, 0).data(TEXTS)
    assert texts.old == "199,80"
    assert texts.amount == "179,82"
    assert "Золото" in texts.reasons
    assert model.index(3, 0).data(TEXTS).notes
    assert model.index(7, 0).data(TEXTS).old == ""


def test_every_reason_has_its_sum_and_two_by_hand_are_one():
    """A stranger at the till missed 5.72 of a cashier's discount beside a rule's own reckoning."""
    by_hand = DiscountView("goodwill", "Damaged", 2_86, say("why.goodwill", reason="Damaged"))
    line = a_line(1, *GOODS[0])
    line = replace(line, discounts=(*line.discounts[:1], by_hand, by_hand))
    said = texts_of(line, 1, Words("ru"), RUB).reasons.split(" · ")
    assert said[-1] == "Damaged: 5,72"
    assert len(said) == 1 + len(line.discounts[:1])


def test_a_scan_at_150_lines_adds_a_row_and_moves_no_widget(open_till, qapp):
    window = open_till(SellingTill(signed_on(transaction=a_transaction(lines(150)))))
    qapp.processEvents()
    screen = window.screen_shown
    heard = Heard(screen.table.lines)
    places = {w: w.geometry() for w in (screen.table, screen.totals, screen.entry, screen.member)}
    gestures.scan(window.desk, b"4600000000001")
    qapp.processEvents()
    assert heard.inserted == [(150, 150)]
    assert heard.resets == 0
    assert {w: w.geometry() for w in places} == places
    assert screen.table.currentIndex().row() == 150
    assert screen.table.visualRect(screen.table.currentIndex()).isValid()


def test_only_the_parts_that_changed_are_repainted(open_till, monkeypatch):
    window = open_till(SellingTill(selling()))
    asked = []
    table = window.screen_shown.table
    monkeypatch.setattr(table, "show_lines", lambda transaction: asked.append("lines"))
    window.desk.do(window.desk.till.become(Part.LINK))
    assert asked == []


def test_a_tap_on_a_line_selects_it(open_till):
    window = open_till(SellingTill(selling()))
    table = window.screen_shown.table
    row = table.rowAt(table.viewport().height() // 2)
    place = table.visualRect(table.lines.index(row, 1)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    chosen = table.lines.line_at(row)
    assert window.desk.till.said("select_line") == [((chosen,), {})]
    assert window.entry.hasFocus()


def test_no_row_is_cut_in_half(open_till, qapp):
    window = open_till(SellingTill(selling()))
    qapp.processEvents()
    table = window.screen_shown.table
    assert (table.viewport().height() - 1) % table.row_height == 0


def test_a_row_that_nobody_has_looked_at_is_not_compared_and_still_right(model):
    model.show([replace(one, amount_minor=1) for one in lines(150)])
    heard = Heard(model)
    model.show([replace(one, amount_minor=2) for one in lines(150)])
    assert heard.changed == []
    assert model.index(40, 4).data() == "0,02"


@pytest.mark.parametrize("seed", range(25))
def test_rows_are_those_of_a_new_table_whatever_came_before_and_who_looked(seed):
    """And whatever somebody has seen is either still so or was told of."""
    dice = random.Random(seed)
    model, seen = LinesModel(Words("ru"), RUB), {}

    def told(first, last):
        for row in range(first.row(), last.row() + 1):
            seen.pop(row, None)

    model.dataChanged.connect(told)
    shown = list(lines(12))
    for number in range(13, 43):
        for _ in range(dice.randrange(4)):
            place = dice.randrange(len(shown))
            shown[place] = replace(shown[place], amount_minor=dice.randrange(3))
        if dice.random() < 0.3 and len(shown) > 1:
            shown.pop(dice.randrange(len(shown)))
            seen.clear()  # rows have moved: Qt paints all below
        if dice.random() < 0.6:
            shown.append(a_line(number, *dice.choice(GOODS)))
        model.show(shown)
        fresh = LinesModel(Words("ru"), RUB)
        fresh.show(shown)
        assert all(fresh.texts(row) == texts for row, texts in seen.items())
        for row in dice.sample(range(len(shown)), dice.randrange(len(shown))):
            seen[row] = model.texts(row)
        if dice.random() < 0.2:
            assert [model.texts(r) for r in range(len(shown))] == [
                fresh.texts(r) for r in range(len(shown))
            ]
            seen.update((r, model.texts(r)) for r in range(len(shown)))
    assert [model.line_at(r) for r in range(model.rowCount())] == [one.line for one in shown]


def test_the_table_stands_on_its_own_ground_where_it_has_no_rows(open_till, qapp):
    window = open_till(SellingTill(signed_on(transaction=a_transaction(lines(1)))))
    qapp.processEvents()
    table = window.screen_shown.table
    window.screen_shown.table.viewport().update()
    picture = window.grab().toImage()
    below = table.viewport().mapTo(window, table.viewport().rect().bottomRight())
    found = picture.pixelColor(below.x() - 20, below.y() - 5)
    assert found == table._look.colour("surface")


@pytest.mark.parametrize("width", [1024, 1366])
@pytest.mark.parametrize("count", [1, 8, 150])
def test_rows_are_to_the_pixel_those_that_qts_own_table_paints(
    open_till, qapp, monkeypatch, count, width
):
    window = open_till(SellingTill(signed_on(transaction=a_transaction(lines(count)))), width=width)
    qapp.processEvents()
    table = window.screen_shown.table
    table.setCurrentIndex(table.lines.index(count // 2, 0))
    mine = table.viewport().grab().toImage()

    def by_qt(self, event):
        with QPainter(self.viewport()) as painter:
            painter.fillRect(event.rect(), self._look.colour("surface"))
        QTableView.paintEvent(self, event)

    monkeypatch.setattr(LinesTable, "paintEvent", by_qt)
    assert table.viewport().grab().toImage() == mine

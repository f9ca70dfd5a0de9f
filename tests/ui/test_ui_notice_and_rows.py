"""What is said lies over the head of the lines, never over a line."""

import pytest
from PySide6.QtCore import QPoint, QRect

from pos_app.domain.money import Money
from pos_app.workstation.answer import Tone, done, notice
from tests.ui.builders import SellingTill, a_transaction, lines, selling
from tests.ui.looks import in_every_look
from tests.ui.states import become

LONG = done(
    notice("gift_card_asking", Tone.WARNING, None, number="··7731"),
    notice("gift_card_not_for_cards", Tone.WARNING, None, amount=Money(1000_00)),
    notice("gift_card_rest", Tone.WARNING, None, due=Money(500_00)),
)
SHORT = done(notice("gift_card_rest", Tone.WARNING, None, due=Money(500_00)))


def place(widget, window, box=None):
    box = widget.rect() if box is None else box
    return QRect(widget.mapTo(window, box.topLeft()), box.size())


def rows_shown(window):
    """Where each line that is on show has its words."""
    table = window.screen_shown.table
    found = []
    for row in range(table.lines.rowCount()):
        box = table.visualRect(table.lines.index(row, 0))
        if table.viewport().rect().contains(box.center()):
            found.append(place(table.viewport(), window, box.adjusted(0, table.row_air, 0, 0)))
    return found


def free_of(window, said):
    shown = place(said, window)
    return all(not shown.intersects(box) for box in rows_shown(window))


@in_every_look
@pytest.mark.parametrize("count", [1, 8])
def test_a_text_of_several_lines_hides_no_line_of_the_receipt(open_till, qapp, look, count):
    window = open_till(SellingTill(selling()), **look)
    become(window, transaction=a_transaction(lines(count)))
    qapp.processEvents()
    said = window.screen_shown.notice
    before = rows_shown(window)
    window.desk.do(LONG)
    qapp.processEvents()
    assert said.isVisible()
    assert rows_shown(window)
    assert free_of(window, said)
    selected = window.screen_shown.table
    box = selected.visualRect(selected.currentIndex())
    assert selected.viewport().rect().contains(box), "the selected line is on show"
    window.desk.hush()
    qapp.processEvents()
    assert rows_shown(window) == before


@in_every_look
def test_a_short_text_moves_nothing(open_till, qapp, look):
    window = open_till(SellingTill(selling()), **look)
    qapp.processEvents()
    before = rows_shown(window)
    window.desk.do(SHORT)
    qapp.processEvents()
    assert rows_shown(window) == before
    assert free_of(window, window.screen_shown.notice)


def test_lines_that_come_while_it_is_said_are_free_too(open_till, qapp):
    window = open_till(SellingTill(selling()), width=1024)
    become(window, transaction=a_transaction(lines(1)))
    window.desk.do(LONG)
    become(window, transaction=a_transaction(lines(7)))
    qapp.processEvents()
    assert free_of(window, window.screen_shown.notice)
    top = window.screen_shown.notice.mapTo(window, QPoint(0, 0)).y()
    assert top > window.entry.mapTo(window, QPoint(0, window.entry.height())).y() - 1

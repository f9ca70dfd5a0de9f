"""Who signs on: the list begins with whoever worked here last, whatever ended their work."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.ui.looks import in_every_look
from tests.workstation.tills import PINS, Bench, ok


@pytest.fixture
def till(tmp_path):
    made = Bench(tmp_path)
    yield made
    made.close()


def ready(window):
    """Who the next PIN would sign on."""
    assert window.desk.ask.name == "sign_on"
    return window.desk.rows[window.desk.cursor].value


@in_every_look
def test_after_a_kill_the_list_stands_on_whoever_worked_here_last(till, open_till, look):
    till.open_shift("petr")
    till.restart()
    window = open_till(till.till, **look)
    assert ready(window) == "petr"
    QTest.keyClicks(window.entry, PINS["petr"])
    QTest.keyClick(window.entry, Qt.Key.Key_Return)
    assert window.desk.view.operator.id == "petr"


def test_a_change_of_cashier_is_remembered_too_and_a_refused_pin_is_not(till, open_till):
    till.open_shift("ivan")
    ok(till.till.swap("maria", PINS["maria"]))
    till.till.sign_on("petr", "0000")
    till.restart()
    assert ready(open_till(till.till)) == "maria"


def test_a_till_that_nobody_has_worked_at_begins_with_the_first(till, open_till):
    assert ready(open_till(till.till)) == "ivan"

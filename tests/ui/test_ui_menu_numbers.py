"""A number typed into a list picks its row; what names no row picks none."""

import pytest
from PySide6.QtCore import Qt

from pos_app.ui.desk import Ask, Row
from tests.ui.builders import ScriptedTill, selling
from tests.ui.test_ui_keys_and_focus import press, type_in


@pytest.fixture
def window(open_till):
    return open_till(ScriptedTill(selling()))


@pytest.mark.parametrize("typed", ["99", "0", "1111", "x"])
def test_what_is_not_in_the_list_runs_no_row(window, typed):
    """A stranger typed a PIN into the list of reasons, and a float into that of the drawer."""
    picked = []
    desk = window.desk
    desk.open(Ask("reasons", lambda text: None, pick=picked.append), [Row("one"), Row("two")])
    type_in(window, typed)
    press(window, Qt.Key.Key_Return)
    assert picked == []
    assert desk.ask is not None
    assert desk.said.texts[0].key == "ui.no_such_row"
    assert desk.typed == ""
    type_in(window, "2")
    press(window, Qt.Key.Key_Return)
    assert [row.title for row in picked] == ["two"]

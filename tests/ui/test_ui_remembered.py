"""Language, theme, size of text and volume are as they were left, in the till's own folder."""

import json

import pytest

from pos_app.ui.desk import Desk, Settings
from pos_app.ui.menu_flows import perform
from pos_app.wiring.appearance import FILE, Appearance, remember, remembered
from tests.ui.builders import ScriptedTill, signed_on

PLAIN = Appearance()


def test_what_was_chosen_is_there_the_next_time(tmp_path):
    desk = Desk(ScriptedTill(signed_on()))
    desk.on_settings = lambda chosen: remember(tmp_path, chosen)
    for gesture, row in (("theme", 1), ("scale", 2), ("volume", 0)):
        perform(desk, gesture)
        desk.ask.pick(desk.rows[row])
    assert remembered(tmp_path, "ru", PLAIN) == Settings("ru", "dark", 150, 0)


def test_the_command_line_goes_before_what_was_left(tmp_path):
    remember(tmp_path, Settings("en", "dark", 150, 30))
    said = remembered(tmp_path, "ru", Appearance("contrast", 1.25))
    assert said == Settings("en", "contrast", 125, 30)


@pytest.mark.parametrize(
    "text", ["", "[]", "nonsense", '{"theme": 7, "scale_percent": true, "new": 1}', "\x00"]
)
def test_a_file_that_is_none_costs_nothing(tmp_path, text):
    (tmp_path / FILE).write_text(text)
    assert remembered(tmp_path, "en", PLAIN) == Settings("en")


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path):
    (tmp_path / "file").write_text("")
    remember(tmp_path / "file", Settings())
    remember(tmp_path, Settings())
    assert json.loads((tmp_path / FILE).read_text())["language"] == "ru"

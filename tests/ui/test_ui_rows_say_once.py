"""A row of the day says what it is once; a row of the menu that wants a senior's PIN says so."""

from dataclasses import replace

import pytest

from pos_app.ui.menu_flows import perform
from resources.words import Words
from tests.ui import day_samples
from tests.ui.builders import NOW, SellingTill, signed_on

DAYS = (day_samples.before(), day_samples.working(NOW), day_samples.dark(NOW))


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("day", DAYS, ids=["before", "working", "dark"])
def test_what_a_step_says_does_not_begin_with_its_name(language, day):
    words = Words(language)
    for step in day.steps:
        name = step.text.args.get("name")
        assert name is None or not words.say(step.text).startswith(words.format(name))


def test_a_choice_names_its_step_only_where_several_have_it(open_till):
    window = open_till(SellingTill(signed_on()), language="ru")
    day_samples.show_day(window, day_samples.before())
    named = {row.value[1] for row in window.desk.rows if row.detail}
    assert named <= {"again", "closed", "let_go", "printed", "leave_them"}


def test_the_drawer_is_one_word_in_the_day_and_on_its_reports():
    words = Words("ru")
    assert words.text("day.count_name") == words.text("report.group_drawer") == "Ящик"


@pytest.mark.parametrize("group", ["day", "drawer"])
def test_every_row_that_somebody_may_not_says_whose_pin_it_wants(open_till, group):
    nobody = replace(signed_on().operator, rights=frozenset())
    window = open_till(SellingTill(replace(signed_on(), operator=nobody)))
    perform(window.desk, group)
    marked = {row.value for row in window.desk.rows if row.detail}
    wanted = {"day": {"x_report", "reports", "end_of_day", "members", "conflicts"},
              "drawer": {"paid_in", "paid_out", "pickup", "loan"}}  # fmt: skip
    assert marked == wanted[group]

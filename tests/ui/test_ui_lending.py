"""A row of the menu for seniors: a colleague's PIN opens it for the cashier, once."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from pos_app.domain.rights import Right
from pos_app.ui.lending_flows import hand_back
from pos_app.ui.menu_flows import SENIORS, perform
from pos_app.workstation.answer import ALL_PARTS, done, notice, refused
from tests.ui.builders import SellingTill, selling
from tests.ui.counter_samples import become

K = Qt.Key
CALLS = {"members": None, "conflicts": "conflicts", "end_of_day": "day_begin",
         "x_report": "x_report", "reprint": "reprint"}  # fmt: skip


@pytest.fixture
def window(open_till):
    till = SellingTill(selling())
    made = open_till(till)
    person = replace(made.desk.view.operator, rights=frozenset({Right.SELL.value}))
    become(made, operator=person)

    def lend(right, override=None):
        if override is None:
            return refused("needs_override", right=right)
        if override[1] != "2468":
            return refused("wrong_pin")
        one = replace(person, rights=person.rights | {right}, lent=True)
        till.become(operator=one)
        return done(notice("right_lent", name="Петров Олег"), changed=ALL_PARTS)

    till.answers["lend_right"] = lend
    till.answers["give_right_back"] = lambda: till.become(operator=person)
    till.answers["operators"] = done(operators=(("o2", "Петров Олег"),))
    return made


def type_in(window, text):
    QTest.keyClicks(window.entry, text)
    QTest.keyClick(window.entry, K.Key_Return)


@pytest.mark.parametrize("gesture", SENIORS)
def test_a_seniors_pin_opens_the_row_for_the_cashier(window, gesture):
    perform(window.desk, gesture)
    assert window.desk.ask.name == "override"
    assert [row.title for row in window.desk.rows] == ["Петров Олег"]
    assert window.desk.said.texts[0].args["right"].key == f"right.{SENIORS[gesture].value}"
    calls = window.desk.till
    type_in(window, "1111")
    assert window.desk.ask.name == "override"
    assert CALLS[gesture] is None or calls.said(CALLS[gesture]) == []
    type_in(window, "2468")
    if gesture == "members":
        assert window.desk.ask.name == "find_member"
    else:
        assert len(calls.said(CALLS[gesture])) == 1


def test_the_right_goes_back_when_what_it_was_lent_for_is_left(window):
    perform(window.desk, "members")
    type_in(window, "2468")
    assert window.desk.view.operator.lent
    hand_back_is_not_yet = window.desk.till.said("give_right_back")
    assert hand_back_is_not_yet == []
    QTest.keyClick(window.entry, K.Key_Escape)
    assert not window.desk.view.operator.lent
    assert len(window.desk.till.said("give_right_back")) == 1
    hand_back(window.desk)
    assert len(window.desk.till.said("give_right_back")) == 1


def test_what_leads_nowhere_gives_the_right_back_at_once(window):
    perform(window.desk, "reprint")
    type_in(window, "2468")
    assert not window.desk.view.operator.lent


def test_where_nobody_may_it_is_said_and_no_pin_is_asked(window):
    window.desk.till.answers["lend_right"] = refused("senior_only")
    perform(window.desk, "members")
    assert window.desk.ask is None
    assert window.desk.said.texts[0].key == "refused.senior_only"

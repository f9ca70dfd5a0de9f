"""A digit under F6 means the same choice of points for every customer."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from pos_app.workstation.view import Chip
from tests.ui.builders import SellingTill, a_member, selling
from tests.ui.counter_samples import become

K = Qt.Key


@pytest.fixture
def window(open_till):
    return open_till(SellingTill(selling()))


def press(window, *keys):
    for key in keys:
        QTest.keyClick(window.entry, key)


@pytest.mark.parametrize(
    "kinds",
    [("none", "suggested", "half", "max"), ("none", "half", "max"), ("none", "suggested", "max"),
     ("none", "max"), ("none", "max", "custom"), ("none", "half", "max", "custom")],
)  # fmt: skip
def test_the_key_that_means_max_stays_where_it_is_whatever_else_is_offered(window, kinds):
    points = {"none": 0, "suggested": 100, "half": 75, "max": 150, "custom": 30}
    offered = tuple(Chip(kind, points[kind], kind == "none") for kind in kinds)
    become(window, member=a_member(chips=offered))
    shown = window.screen_shown.member.known.chips.buttons
    at_max = [one for one in shown if one.isVisible() and "150" in one.text()]
    assert [shown.index(one) for one in at_max] == [3]
    press(window, K.Key_F6, K.Key_4)
    assert window.desk.till.said("redeem") == [((150,), {})]
    if "suggested" not in kinds and "custom" not in kinds:
        become(window, member=a_member(chips=offered))
        press(window, K.Key_F6, K.Key_2)
        assert len(window.desk.till.said("redeem")) == 1

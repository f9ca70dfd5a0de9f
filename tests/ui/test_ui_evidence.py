"""The paper of a social discount: two answers on keys, a third key says nothing."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from pos_app.domain.sentence import say
from pos_app.workstation.answer import Part
from pos_app.workstation.view import DemandView
from tests.ui.builders import SellingTill, selling

K = Qt.Key


@pytest.fixture
def window(open_till):
    return open_till(SellingTill(selling()))


@pytest.mark.parametrize(
    ("key", "answers"),
    [
        (K.Key_1, [(("evidence", "seen"), {})]),
        (K.Key_2, [(("evidence", "refused"), {})]),
        (K.Key_3, []),
    ],
)
def test_a_paper_was_seen_or_was_not(window, key, answers):
    asked = say("standing.evidence", name="Pensioners", paper="a pension card")
    demand = DemandView("evidence", asked)
    window.desk.do(window.desk.till.become(Part.DEMAND, demand=demand))
    assert window.screen_shown.demand.isVisible()
    QTest.keyClick(window.entry, key, Qt.KeyboardModifier.ControlModifier)
    assert window.desk.till.said("confirm") == answers

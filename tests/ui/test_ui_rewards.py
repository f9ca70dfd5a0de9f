"""Rewards for points in the window: one list of the menu, one call a choice."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from pos_app.domain.sentence import Points, say
from pos_app.ui.menu_flows import perform
from pos_app.workstation.view import RewardView
from tests.ui.builders import SellingTill, selling

K = Qt.Key
WHY = say("reward.points", needed=Points(900), have=Points(300))
REWARDS = (
    RewardView("cheese", "Сыр за баллы", 200, True, 1, None),
    RewardView("milk", "Молоко в подарок", 900, False, 0, WHY),
)


@pytest.fixture
def window(open_till):
    return open_till(SellingTill(selling()))


def test_a_reward_is_claimed_or_taken_off_by_its_number(window):
    window.desk.do(window.desk.till.become(rewards=REWARDS))
    perform(window.desk, "rewards")
    assert [(row.title, row.figure, row.icon) for row in window.desk.rows] == [
        ("Сыр за баллы", "200", "check"),
        ("Молоко в подарок", "900", "gift"),
    ]
    assert "900" in window.desk.rows[1].detail
    QTest.keyClicks(window.entry, "2")
    QTest.keyClick(window.entry, K.Key_Return)
    assert window.desk.till.said("claim") == [(("milk",), {})]
    assert window.desk.ask is None
    perform(window.desk, "rewards")
    QTest.keyClick(window.entry, K.Key_Return)
    assert window.desk.till.said("unclaim") == [(("cheese",), {})]


def test_without_rewards_the_window_says_so(window):
    perform(window.desk, "rewards")
    assert window.desk.said.texts[0].key == "ui.no_rewards"
    assert window.desk.ask is None

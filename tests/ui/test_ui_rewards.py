"""Rewards for points in the window: one list of the menu, one call a choice."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from pos_app.domain.sentence import Points, say
from pos_app.ui.menu_flows import perform
from pos_app.workstation.chip_view import ClaimedView
from pos_app.workstation.view import RewardView
from tests.ui.builders import SellingTill, a_transaction, selling
from tests.ui.counter_samples import CLAIMED, COUPONS, become, with_rewards

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


def texts(buttons):
    return [one.text().replace("\xa0", " ").replace("\u202f", " ") for one in buttons]


def chips(window):
    return texts(one for one in window.screen_shown.coupons.chips if one.isVisible())


def test_a_reward_on_the_receipt_is_a_chip_with_what_it_takes_off_and_costs(window):
    with_rewards(window)
    cheese, triple, coupon = texts(window.screen_shown.coupons.chips)
    assert cheese == "Сыр за баллы: −300,00 ₽ · 200 баллов"
    assert triple == "Тройные баллы в день рождения: 1 500 баллов"
    assert coupon.startswith("Осенний")
    first, _, third = window.screen_shown.coupons.chips
    assert first.accessibleName().startswith("Награда «Сыр за баллы»")
    assert [first.key, third.key] == ["", "F4 F4"]
    assert window.screen_shown.coupons.more.text() == "+2"


def test_a_tap_on_the_chip_of_a_reward_lists_the_rewards(window):
    become(window, rewards=REWARDS, transaction=replace(a_transaction(), claimed=CLAIMED[:1]))
    QTest.mouseClick(window.screen_shown.coupons.chips[0], Qt.MouseButton.LeftButton)
    assert window.desk.ask.name == "rewards"
    become(window, transaction=replace(a_transaction(), coupons=COUPONS))
    QTest.mouseClick(window.screen_shown.coupons.chips[0], Qt.MouseButton.LeftButton)
    assert window.desk.ask.name == "coupons"


def test_a_reward_that_is_not_given_now_says_why(window):
    waits = ClaimedView("cheese", "Сыр за баллы", 0, why_not=WHY)
    become(window, transaction=replace(a_transaction(), claimed=(waits,)))
    assert chips(window) == ["Сыр за баллы: не действует"]
    assert "900" in window.screen_shown.coupons.chips[0].accessibleName()


def test_a_chip_without_room_is_counted_and_one_alone_loses_the_end_of_its_name(open_till):
    window = open_till(SellingTill(selling()), width=1024)
    with_rewards(window)
    assert (len(chips(window)), window.screen_shown.coupons.more.text()) == (1, "+3")
    long = ClaimedView("long", "Очень длинная награда " * 6, 200, 300_00)
    become(window, transaction=replace(a_transaction(), claimed=(long,)))
    (text,) = chips(window)
    (button, *_) = window.screen_shown.coupons.chips
    assert text.endswith("…: −300,00 ₽ · 200 баллов")
    assert long.name in button.accessibleName()
    assert button.width_at(button.level) <= window.screen_shown.coupons.width()

"""A price that is asked for between two customers: nothing of the last one stands beside it."""

import pytest

from pos_app.ui import gestures
from pos_app.ui.idle import Idle
from pos_app.ui.menu_flows import perform
from pos_app.workstation.price_check import Quote
from tests.ui.builders import SellingTill, a_last_sale
from tests.ui.counter_samples import a_price
from tests.ui.states import become


@pytest.fixture
def window(open_till):
    shown = open_till(SellingTill())
    become(shown, transaction=None, member=None, last_sale=a_last_sale())
    return shown


def words_of(window):
    idle = window.findChild(Idle)
    return [one.text() for one in (idle._figure, idle._title) if one.isVisible()]


def test_the_change_of_the_last_customer_goes_while_a_price_is_checked(window, qapp):
    qapp.processEvents()
    before = words_of(window)
    assert any(letter.isdigit() for letter in before[0])
    perform(window.desk, "price_check")
    qapp.processEvents()
    assert words_of(window) == [window.look.say("ask.price_check.title")]
    gestures.back(window.desk)
    qapp.processEvents()
    assert words_of(window) == before


def test_a_card_that_brings_points_alone_shows_no_other_price(window):
    same = Quote(a_price().data["item"].unit_price_minor, (), 50)
    window.desk.till.answers["price_check"] = a_price(with_card=same)
    perform(window.desk, "price_check")
    window.desk.ask.accept("4601234000001")
    assert (window.desk.rows[1].title, window.desk.rows[1].figure) == ("С картой", "")
    assert "50" in window.desk.rows[1].detail

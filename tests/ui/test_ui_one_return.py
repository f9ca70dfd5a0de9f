"""One return at a time, in the window: what cannot be is refused before anything is asked."""

from dataclasses import replace

import pytest

from pos_app.ui import gestures
from pos_app.ui.menu_flows import perform
from pos_app.ui.returning_panel import points_told
from tests.ui.builders import SellingTill, selling
from tests.ui.counter_samples import an_exchange, become
from tests.ui.looks import in_every_look
from tests.ui.return_samples import BARE, an_open_return


@pytest.fixture
def window(open_till):
    return open_till(SellingTill(selling()))


def said(window):
    return [text.key for text in window.desk.said.texts] if window.desk.said else []


def test_another_return_is_refused_before_a_receipt_is_asked_for(window):
    an_open_return(window)
    perform(window.desk, "return")
    assert (window.desk.ask, said(window)) == (None, ["refused.return_first"])
    become(window, transaction=an_exchange(), member=None)
    perform(window.desk, "return")
    assert (window.desk.ask, said(window)) == (None, ["refused.exchange_first"])


def test_more_of_what_comes_back_is_answered_about_that_line(window):
    become(window, transaction=an_exchange_of_nothing(), member=None)
    gestures.step_quantity(window.desk, 1)
    assert said(window) == ["ui.line_comes_back"]


def an_exchange_of_nothing():
    return replace(an_exchange(), lines=(), selected_line=None)


@in_every_look
def test_the_field_of_an_open_return_invites_no_goods(open_till, look):
    window = open_till(SellingTill(selling()), **look)
    field, say = window.screen_shown.entry, window.look.say
    an_open_return(window)
    told = {say("ui.return_open_long"), say("ui.return_open_short")}
    assert field.placeholderText() in told
    an_open_return(window, BARE)
    assert field.placeholderText() not in told
    become(window, transaction=None)
    assert field.placeholderText() not in told


@in_every_look
def test_an_exchange_tells_its_points_before_f8(open_till, look):
    window = open_till(SellingTill(selling()), **look)
    become(window, transaction=an_exchange(), member=None)
    told = " · ".join(points_told(window.look, 11, 1))
    assert window.screen_shown.totals._moved.text() == told
    become(window, transaction=None)
    assert not window.screen_shown.totals._moved.text()

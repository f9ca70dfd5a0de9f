"""What somebody is asked to allow is on the screen as long as they are asked."""

import pytest
from PySide6.QtWidgets import QLabel

from pos_app.domain.sentence import say
from pos_app.ui import gestures
from pos_app.ui.menu_flows import perform
from pos_app.ui.phrases import words_of
from pos_app.workstation.answer import Part, Tone, done, notice, refused
from tests.ui.builders import SellingTill, selling
from tests.ui.counter_samples import approval

SCANNED = {
    "goods": done(notice("item_added", Tone.GOOD), changed=frozenset({Part.TRANSACTION})),
    "a member": done(notice("member_here", Tone.MEMBER), changed=frozenset({Part.MEMBER})),
    "a code nobody knows": refused("unknown_code", code="4619999999996"),
}
"""What the till says of it."""


@pytest.fixture
def window(open_till):
    one = open_till(SellingTill(selling()))
    approval(one)
    return one


def allowed(window):
    """The sentence of what is to be allowed, where it is said."""
    return [one for one in window.desk.said.texts if one.key == "approve.discount_percent"]


@pytest.mark.parametrize("what", SCANNED)
@pytest.mark.parametrize("way", ["pushed", "wedge"])
def test_a_scan_beside_the_question_takes_away_nothing_of_what_is_to_be_allowed(window, what, way):
    before = allowed(window)
    assert len(before) == 1
    answer = SCANNED[what]
    if way == "pushed":
        window.desk.till.push(answer)
    else:
        window.desk.till.answers["price_check"] = refused("unknown_code")
        window.desk.till.answers["scan"] = answer
        gestures.scan(window.desk, b"4600000000015")
    assert window.desk.ask.name == "override"
    assert allowed(window) == before
    assert window.desk.said.tone is (Tone.ERROR if answer.refusal else Tone.WARNING)
    painted = [one.text() for one in window.findChildren(QLabel) if one.isVisible()]
    assert any(words_of(window.desk).say(before[0]) in text for text in painted)


def test_a_key_that_must_wait_says_so_and_what_for(window):
    perform(window.desk, "cash")
    assert window.desk.said.texts[0] == say("ui.pin_first")
    assert allowed(window)


def test_it_goes_when_the_question_is_left(window):
    window.desk.till.push(SCANNED["goods"])
    gestures.back(window.desk)
    assert window.desk.said is None

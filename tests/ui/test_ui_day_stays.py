"""The end of a day stays on the screen while something is asked over it, and is there again after
whatever was opened from it; what needs a senior's right there asks for a PIN."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from pos_app.domain.rights import Right
from pos_app.domain.sentence import say
from pos_app.ui.menu_flows import perform
from pos_app.workstation.answer import ALL_PARTS, done, notice, refused
from pos_app.workstation.day_view import DayStep, DayView, StepState
from pos_app.workstation.open_conflicts import ConflictList, OpenConflicts
from tests.ui import day_samples
from tests.ui.builders import NOW, SUSPENDED, SellingTill, a_transaction, signed_on
from tests.ui.test_ui_payments import ROW

K = Qt.Key
PIN = "2468"


class LendingTill(SellingTill):
    """A cashier's, after a kill: the day is on it, and nothing is lent."""

    def __init__(self, day, **view):
        super().__init__(signed_on(day=day, **view))
        person = replace(self.shown.operator, rights=frozenset({Right.SELL.value}))
        self.shown = replace(self.shown, operator=person)

        def lend(right, override=None):
            if override is None:
                return refused("needs_override", right=right)
            if override[1] != PIN:
                return refused("wrong_pin")
            self.become(operator=replace(person, rights=person.rights | {right}, lent=True))
            return done(notice("right_lent", name="Петров Олег"), changed=ALL_PARTS)

        self.answers.update(
            lend_right=lend,
            give_right_back=lambda: self.become(operator=person),
            operators=done(operators=(("o2", "Петров Олег"),)),
            day_leave=lambda: self.become(day=None),
            count_drawer=lambda minor: done(difference_minor=0),
            day_begin=lambda: done(changed=ALL_PARTS),
        )


@pytest.fixture
def killed(open_till):
    """`killed(day, …)` -> the window after the start, with whoever has signed on."""

    def start(day, **view):
        window = open_till(LendingTill(day, **view))
        window.tick()
        return window

    return start


def press(window, *keys):
    for key in keys:
        QTest.keyClick(window.entry, key)


def type_in(window, text):
    QTest.keyClicks(window.entry, text)
    press(window, K.Key_Return)


def choose(window, value):
    place = [row.value for row in window.desk.rows].index(value)
    type_in(window, str(place + 1))


def where(window):
    desk = window.desk
    return desk.page.kind if desk.page else "", desk.ask.name if desk.ask else ""


@pytest.mark.parametrize("day", [day_samples.counting(), day_samples.closed(NOW)])
def test_the_day_that_is_open_stays_when_its_own_row_asks_for_a_pin(killed, day):
    window = killed(day, session=None)
    assert where(window)[0] == "day"
    perform(window.desk, "end_of_day")
    assert where(window) == ("day", "override")
    type_in(window, PIN)
    assert where(window) == ("day", "day")
    type_in(window, PIN)
    assert window.desk.till.said("day_leave") == []
    assert window.desk.till.said("open_session") == []
    assert where(window) == ("day", "day"), "no row has that number"


@pytest.mark.parametrize("gesture", ["end_of_day", "menu", "members"])
def test_esc_in_what_is_asked_over_the_day_comes_back_to_the_day(killed, gesture):
    window = killed(day_samples.closed(NOW), session=None)
    perform(window.desk, gesture)
    assert where(window)[1] != "day"
    press(window, K.Key_Escape)
    assert where(window) == ("day", "day")
    assert window.desk.till.said("day_leave") == []
    press(window, K.Key_Escape)
    assert window.desk.till.said("day_leave") == [((), {})]


def test_conflicts_that_a_cashier_opens_from_the_day_lead_back_to_it(killed):
    window = killed(day_samples.differing(NOW), session=None)
    till = window.desk.till
    till.answers["conflicts"] = done(conflicts=ConflictList(OpenConflicts(), (), False))
    choose(window, ("conflicts", "conflicts"))
    assert where(window)[1] == "override"
    press(window, K.Key_Escape)
    assert where(window) == ("day", "day")
    choose(window, ("conflicts", "conflicts"))
    type_in(window, PIN)
    assert where(window)[0] == "conflicts"
    press(window, K.Key_Escape)
    assert where(window) == ("day", "day")
    assert till.said("day_leave") == till.said("day_begin") == []


@pytest.mark.parametrize("choice", ["suspended", "undecided"])
def test_what_is_opened_from_the_day_leads_back_to_it_by_esc(killed, choice):
    window = killed(day_samples.before(), suspended=SUSPENDED, undecided=(ROW,))
    choose(window, ("receipts", choice))
    assert where(window) == ("", choice)
    press(window, K.Key_Escape)
    assert where(window) == ("day", "day")
    assert window.desk.till.said("day_leave") == []


def test_a_receipt_taken_up_from_the_day_leaves_the_day(killed):
    window = killed(day_samples.before(), suspended=SUSPENDED)
    till = window.desk.till
    till.answers["resume"] = lambda key: till.become(transaction=a_transaction())
    choose(window, ("receipts", "suspended"))
    type_in(window, "1")
    assert where(window) == ("", "")
    assert till.said("day_leave") == [((), {})]


def test_a_receipt_that_is_put_aside_from_the_day_leaves_the_day_where_it_is(killed):
    step = DayStep("receipts", StepState.NEEDS_YOU, say("day.receipt_open"), (), ("put_aside",))
    day = DayView(day_samples.ON, (step,), False)
    window = killed(day, transaction=a_transaction())
    till = window.desk.till
    till.answers["day_choice"] = lambda *_said: till.become(
        transaction=None, day=day_samples.before()
    )
    choose(window, ("receipts", "put_aside"))
    assert where(window) == ("day", "day")
    assert till.said("day_leave") == []


@pytest.mark.parametrize("pin", [True, False])
def test_a_count_that_is_right_asks_for_the_pin_that_closes_the_day(killed, pin):
    window = killed(day_samples.counting())
    assert where(window) == ("day", "day_count")
    type_in(window, "345")
    till = window.desk.till
    assert where(window) == ("day", "override")
    assert window.desk.said.texts[-1].args["right"].key == "right.close_day"
    if pin:
        type_in(window, PIN)
    else:
        press(window, K.Key_Escape)
    assert till.said("day_choice") == ([(("count", "close"), {})] if pin else [])
    assert where(window)[0] == "day"


@pytest.mark.parametrize(
    ("day", "value", "said"),
    [
        (day_samples.taken(), ("count", "close"), (("count", "close"), {})),
        (day_samples.counting(differs=True), ("count", "close_differs"),
         (("count", "close_differs", "wrong_change"), {})),
        (day_samples.dropping(), ("receipts", "drop"),
         ((f"receipts:{SUSPENDED[0].id}", "drop", "customer_left"), {})),
    ],
)  # fmt: skip
def test_a_row_that_needs_the_right_asks_for_a_pin_and_goes_on(killed, day, value, said):
    window = killed(day, session=None, suspended=SUSPENDED)
    choose(window, value)
    assert where(window) == ("day", "override")
    type_in(window, "1111")
    assert where(window) == ("day", "override")
    type_in(window, PIN)
    while where(window)[1] in ("why_so", "day_drop"):
        press(window, K.Key_Return)
    assert window.desk.till.said("day_choice") == [said]

"""The registrar in the menu: there where one is configured, each gesture one question away."""

from dataclasses import replace

import pytest

from pos_app.domain.rights import Right
from pos_app.ui.fiscal_flows import unsure
from pos_app.ui.menu_flows import perform
from pos_app.workstation.answer import ALL_PARTS, Part, done, notice, refused
from pos_app.workstation.view import DeviceView
from tests.ui import day_samples
from tests.ui.builders import NOW, SellingTill, signed_on
from tests.ui.counter_samples import become

KKT = DeviceView("kkt", "fiscal", "ok")


@pytest.fixture
def window(open_till):
    return open_till(SellingTill(signed_on()))


@pytest.fixture
def fiscal(window):
    window.desk.till.become(Part.DEVICES, devices=(KKT,))
    window.desk.till.push(done(changed=frozenset({Part.DEVICES})))
    return window


def asked(window) -> list[str]:
    return [row.value for row in window.desk.rows]


def called(window, name) -> list:
    return [call for call in window.desk.till.calls if call[0] == name]


def test_without_a_registrar_the_menu_does_not_speak_of_one(window) -> None:
    perform(window.desk, "day")
    assert "fiscal" not in asked(window)


def test_every_gesture_of_the_registrar_is_in_its_list(fiscal) -> None:
    perform(fiscal.desk, "day")
    assert "fiscal" in asked(fiscal)
    for name in ("go_on_printing", "fiscal_copy", "open_shift", "close_shift"):
        fiscal.desk.till.answers[name] = done(notice("fiscal_going_on"))
        perform(fiscal.desk, "fiscal")
        row = next(one for one in fiscal.desk.rows if one.value == name)
        fiscal.desk.ask.pick(row)
        assert len(called(fiscal, name)) == 1


def test_an_address_is_asked_until_it_is_one(fiscal) -> None:
    desk = fiscal.desk
    perform(desk, "electronic_receipt")
    desk.till.answers["electronic_receipt"] = refused("bad_address")
    desk.ask.accept("anna")
    assert desk.ask.name == "electronic_receipt"
    desk.till.answers["electronic_receipt"] = done(notice("receipt_electronic"))
    desk.ask.accept("anna@example.org")
    assert desk.ask is None or desk.ask.name != "electronic_receipt"


def test_a_correction_wants_a_receipt_and_a_reason(fiscal) -> None:
    desk = fiscal.desk
    desk.till.answers["fiscal_correction"] = done(notice("fiscal_going_on"))
    perform(desk, "fiscal")
    desk.ask.pick(next(one for one in desk.rows if one.value == "fiscal_correction"))
    desk.ask.accept("")
    desk.ask.accept("A000001")
    desk.ask.accept("")
    desk.ask.accept("ККТ не работала")
    (call,) = called(fiscal, "fiscal_correction")
    assert "A000001" in str(call)
    assert "ККТ не работала" in str(call)


# --- what the registrar cannot say whether it did ------------------------------------------------


def test_an_errand_that_nobody_knows_is_decided_with_a_reason(fiscal) -> None:
    desk = fiscal.desk
    desk.till.answers["unsure_errands"] = done(errands=(day_samples.ERRAND,))
    desk.till.answers["decide_errand"] = done(notice("errand_decided"))
    perform(desk, "fiscal")
    desk.ask.pick(next(one for one in desk.rows if one.value == "unsure_errands"))
    (row,) = desk.rows
    assert "1\u202f089,90" in row.detail
    desk.ask.pick(row)
    assert [one.value for one in desk.rows] == ["was_done", "was_not_done"]
    assert "1\u202f589,90" in desk.rows[0].detail
    desk.ask.pick(desk.rows[1])
    desk.ask.pick(desk.rows[1])
    (call,) = called(fiscal, "decide_errand")
    assert call[1] == ("e1", "was_not_done", "seen_by_counter")


def test_a_correction_that_nobody_knows_has_no_sum_to_compare(fiscal) -> None:
    desk = fiscal.desk
    desk.till.answers["unsure_errands"] = done(errands=(day_samples.CORRECTION,))
    unsure(desk)
    desk.ask.pick(desk.rows[0])
    assert [(one.value, one.detail) for one in desk.rows] == [("was_done", "")]


def test_with_nothing_to_decide_it_is_said(fiscal) -> None:
    desk = fiscal.desk
    desk.till.answers["unsure_errands"] = done(errands=())
    unsure(desk)
    assert desk.said.texts[0].key == "ui.nothing_unsure"


def test_the_end_of_the_day_leads_to_it_and_comes_back(fiscal) -> None:
    desk = fiscal.desk
    day = day_samples.unsure(NOW)
    desk.till.answers["day_begin"] = lambda: desk.till.become(day=day)
    desk.till.answers["day_leave"] = lambda: desk.till.become(day=None)
    desk.till.answers["unsure_errands"] = done(errands=(day_samples.ERRAND,))
    desk.till.answers["decide_errand"] = done(notice("errand_decided"))
    perform(desk, "end_of_day")
    desk.ask.pick(next(one for one in desk.rows if one.value == ("fiscal", "errands")))
    assert desk.ask.name == "errands"
    for _ in range(3):
        desk.ask.pick(desk.rows[0])
    assert len(called(fiscal, "decide_errand")) == 1
    assert desk.page.kind == "day"


def test_a_cashier_closes_a_shift_by_a_colleagues_pin(fiscal) -> None:
    """The rows that want one say so, and the right goes back with the shift."""
    desk = fiscal.desk
    cashier = replace(desk.view.operator, rights=frozenset({Right.SELL.value}))
    become(fiscal, operator=cashier)
    desk.till.answers["lend_right"] = lambda right, override=None: (
        lent(desk, cashier, right) if override else refused("needs_override", right=right)
    )
    desk.till.answers["operators"] = done(operators=(("o2", "Петров Олег"),))
    desk.till.answers["close_shift"] = done(notice("fiscal_close_shift_begun"))
    perform(desk, "fiscal")
    marked = {row.value for row in desk.rows if row.detail}
    assert marked == {"fiscal_copy", "close_shift", "fiscal_correction"}
    desk.ask.pick(next(row for row in desk.rows if row.value == "close_shift"))
    assert (desk.ask.name, called(fiscal, "close_shift")) == ("override", [])
    desk.ask.accept("2468")
    assert len(called(fiscal, "close_shift")) == len(called(fiscal, "give_right_back")) == 1


def lent(desk, cashier, right):
    desk.till.become(operator=replace(cashier, rights=cashier.rights | {right}, lent=True))
    return done(notice("right_lent", name="Петров Олег"), changed=ALL_PARTS)

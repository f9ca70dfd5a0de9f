"""Receipts left aside when the cashier has closed the session: dropped, or left for tomorrow."""

import pytest

from pos_app.domain.events import DayClosed
from pos_app.workstation.day_view import StepState
from tests.workstation.power import Killed, cut
from tests.workstation.test_till_day_end import Day
from tests.workstation.tills import CARDS, CHEESE, MARIA, MILK, SWEETS, notices, ok, refusal


@pytest.fixture
def day(tmp_path):
    made = Day(tmp_path)
    yield made
    made.bench.close()


def aside(day, *items, by=None):
    """Each put aside; the session is closed with what was in the drawer, the day's end begun."""
    for item in items:
        day.bench.scan(item)
        ok(day.till.suspend(""))
    ok(day.till.close_session(1000_00))
    if by is not None:
        ok(day.till.lend_right("close_day", by))
    ok(day.till.day_begin())
    return [one.id for one in day.bench.view.suspended]


def test_with_the_session_closed_a_receipt_that_waits_is_dropped_with_a_reason_and_counted(day):
    milk, cheese = aside(day, MILK, CHEESE)
    step = day.step("receipts")
    assert (step.state, step.choices) == (StepState.NEEDS_YOU, ("drop", "leave_them"))
    assert step.text.key == "day.receipts_dropped_or_left"
    assert refusal(day.till.day_choice(f"receipts:{milk}", "drop")) == "reason_needed"
    told = day.till.day_choice(f"receipts:{milk}", "drop", "customer_left")
    assert notices(told) == ["transaction_voided"]
    (line,) = day.bench.audit("void_transaction")
    assert (line.subject, line.reason, line.amount_minor) == (milk, "customer_left", 89_90)
    assert line.session_number == 1
    assert [one.id for one in day.bench.view.suspended] == [cheese]
    ok(day.till.day_choice(f"receipts:{cheese}", "drop", "mistake"))
    assert day.states()["receipts"] == "done"
    ok(day.till.end_of_day(1000_00))
    totals = day.bench.events(DayClosed)[0].totals
    assert (totals.voids, totals.void_minor) == (2, 1089_90)


def test_points_that_were_to_pay_make_what_is_voided_no_less_aside_or_open(day):
    day.bench.grant("anna", 160)
    for way in ("void", "aside"):
        day.bench.scan(CHEESE, CARDS["anna"])
        ok(day.till.redeem(160))
        ok(day.till.void_transaction("mistake") if way == "void" else day.till.suspend(""))
    (one,) = aside(day)
    assert day.bench.view.suspended[0].total_minor == 840_00, "what would be left to pay"
    ok(day.till.day_choice(f"receipts:{one}", "drop", "mistake"))
    assert [used.amount_minor for used in day.bench.audit("void_transaction")] == [1000_00] * 2


def test_what_was_dropped_stays_dropped_after_a_cut(day):
    (milk,) = aside(day, MILK)
    ok(day.till.day_choice(f"receipts:{milk}", "drop", "mistake"))
    day.again()
    assert day.bench.view.suspended == ()
    assert day.states()["receipts"] == "done"
    assert refusal(day.till.day_choice(f"receipts:{milk}", "drop", "mistake")) == "not_suspended"


def test_they_may_be_left_for_tomorrow_though_the_session_is_closed(day):
    aside(day, MILK)
    day.choose("receipts", "leave_them")
    assert day.step("receipts").text.key == "day.receipts_left"
    assert len(day.bench.view.suspended) == 1


def test_while_the_session_is_open_they_are_gone_on_with_not_dropped(day):
    day.bench.scan(MILK)
    ok(day.till.suspend(""))
    ok(day.till.day_begin())
    (milk,) = (one.id for one in day.bench.view.suspended)
    for choice in ("drop", "again"):
        assert refusal(day.till.day_choice(f"receipts:{milk}", choice, "x")) == "no_such_choice"


def test_who_may_not_end_the_day_drops_no_receipt_of_it(day):
    (milk,) = aside(day, MILK)
    ok(day.till.sign_on("ivan", "1111"))
    told = day.till.day_choice(f"receipts:{milk}", "drop", "mistake")
    assert refusal(told) == "senior_only"
    assert len(day.bench.view.suspended) == 1


def test_half_of_an_exchange_is_never_dropped_and_the_step_says_the_way(tmp_path):
    due_cut = []

    def point(name):
        if name == "complete.built" and due_cut:
            due_cut.pop()
            if not due_cut:
                raise Killed

    day = Day(tmp_path, crash_point=point)
    day.bench.scan(CHEESE)
    ok(day.till.pay("cash"))
    ok(day.till.exchange(day.bench.documents()[-1].receipt_number, None, "defect"))
    day.bench.scan(MILK, SWEETS)
    due_cut.extend("ab")
    with pytest.raises(Killed):
        day.till.complete()
    cut(day.bench)
    ok(day.till.sign_on(*MARIA))
    (half,) = (one.id for one in day.bench.view.suspended)
    ok(day.till.close_session(2000_00, "not_found"))
    ok(day.till.day_begin())
    step = day.step("receipts")
    assert (step.text.key, step.choices) == ("day.receipts_only_left", ("leave_them",))
    assert [one.key for one in step.details] == ["day.put_aside", "day.halves"]
    told = day.till.day_choice(f"receipts:{half}", "drop", "mistake")
    assert refusal(told) == "half_not_dropped"
    day.bench.close()


def test_a_cashier_drops_a_receipt_by_the_pin_that_ends_the_day_and_the_line_names_whose_it_was(
    day,
):
    ok(day.till.sign_on("ivan", "1111"))
    (milk,) = aside(day, MILK, by=MARIA)
    gesture = (f"receipts:{milk}", "drop", "customer_left")
    ok(day.till.give_right_back())
    assert refusal(day.till.day_choice(*gesture)) == "senior_only"
    ok(day.till.lend_right("close_day", MARIA))
    ok(day.till.day_choice(*gesture))
    (line,) = day.bench.audit("void_transaction")
    assert (line.operator_id, line.override_by) == ("ivan", "maria")

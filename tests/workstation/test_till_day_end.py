"""The end of the day as a task of steps: what each waits for, and what a cut leaves of it."""

import pytest

from pos_app.domain.events import DayClosed
from pos_app.workstation.day_record import TerminalDay
from pos_app.workstation.day_view import StepState
from pos_app.workstation.ports import DeviceState
from resources.words import Words
from tests.workstation.payment_till import PayingBench
from tests.workstation.tills import BREAD, CHEESE, MARIA, MILK, notices, ok, refusal

EFT = (DeviceState("printer", "printer", "ok"), DeviceState("eft", "payment", "lost"))


class Day:
    """A till with two terminals, a manager at it, and what a day's view says."""

    def __init__(self, folder, **settings) -> None:
        self.bench = PayingBench(folder, **settings)
        self.sit()
        ok(self.till.open_session(1000_00))

    def sit(self) -> None:
        ok(self.till.sign_on(*MARIA))

    @property
    def till(self):
        return self.bench.till

    @property
    def view(self):
        return self.bench.view.day

    def states(self):
        return {one.name: one.state.value for one in self.view.steps}

    def step(self, name):
        return next(one for one in self.view.steps if one.name == name)

    def again(self) -> None:
        """The power went; the same folder in another process."""
        self.bench.restart()
        self.sit()

    def printed(self) -> None:
        for job in self.bench.devices.jobs:
            self.till.printed(job.job_id, "printed")

    def count(self, minor=1000_00):
        return ok(self.till.count_drawer(minor))

    def choose(self, step, choice):
        return ok(self.till.day_choice(step, choice))

    def agreed(self):
        """The server's answer that agrees with the till."""
        totals = self.till.station.days[-1].totals
        return {
            "receipts": totals.receipts,
            "sales": totals.sales_minor,
            "by_tender": dict(totals.by_tender),
            "earned": totals.points_earned,
        }

    def online(self, online=True) -> None:
        self.bench.courier.online = online
        self.till.link_changed(False)

    def settle(self, **reply) -> None:
        self.bench.courier.answers("sync", sent=1)
        self.bench.courier.answers("settlement", **{"totals": self.agreed(), **reply})


@pytest.fixture
def day(tmp_path):
    made = Day(tmp_path)
    yield made
    made.bench.close()


def test_a_day_goes_from_the_count_to_the_settlement_and_each_step_says_how_it_stands(day):
    day.bench.scan(MILK)
    ok(day.till.pay("cash"))
    ok(day.till.day_begin())
    assert day.states() == {
        "receipts": "done", "count": "needs_you", "terminal:eft": "waits",
        "terminal:sbp": "waits", "paper": "waits", "send": "waits", "settle": "waits",
        "conflicts": "waits",
    }  # fmt: skip
    assert day.view.next.name == "count"
    day.count(1089_90)
    assert day.step("count").choices == ("close", "count_again")
    day.online()
    day.choose("count", "close")
    assert day.view.closed
    assert day.states() == {
        "receipts": "done", "count": "done", "terminal:eft": "done", "terminal:sbp": "done",
        "paper": "working", "send": "working", "settle": "working", "conflicts": "waits",
    }  # fmt: skip
    day.printed()
    day.settle()
    assert day.states()["paper"] == "done"
    assert (day.states()["settle"], day.states()["conflicts"]) == ("done", "done")
    assert len(day.view.steps) == 8, "as many as at the beginning"
    assert day.view.done == sum(state == "done" for state in day.states().values()) == 7
    assert day.view.report.settlement.agreed
    assert day.view.value.key == "day.value"
    ok(day.till.day_leave())
    assert day.view is None
    assert day.bench.view.session is None


def test_who_may_not_close_a_day_does_not_begin_it(day):
    ok(day.till.sign_on("ivan", "1111"))
    assert refusal(day.till.day_begin()) == "senior_only"
    assert day.view is None


def test_what_is_put_aside_is_decided_first_or_left_for_tomorrow(day):
    day.bench.scan(MILK)
    ok(day.till.suspend("бабушка"))
    ok(day.till.day_begin())
    assert day.states()["receipts"] == "needs_you"
    assert day.states()["count"] == "waits"
    assert day.step("receipts").choices == ("suspended", "leave_them")
    day.choose("receipts", "leave_them")
    assert (day.states()["receipts"], day.states()["count"]) == ("done", "needs_you")
    day.count()
    day.choose("count", "close")
    assert len(day.bench.view.suspended) == 1, "it is there tomorrow"


def test_an_open_receipt_is_finished_first(day):
    day.bench.scan(BREAD)
    ok(day.till.day_begin())
    assert day.step("receipts").text.key == "day.receipt_open"
    assert refusal(day.till.count_drawer(0)) == "finish_first"
    assert day.step("receipts").choices == ("put_aside", "void_open")
    day.choose("receipts", "put_aside")
    assert len(day.bench.view.suspended) == 1
    assert day.step("receipts").text.key == "day.receipts_wait"


def test_a_difference_is_said_after_the_count_and_may_be_counted_again(day):
    ok(day.till.day_begin())
    assert refusal(day.till.day_choice("count", "close")) == "count_first"
    assert day.count(990_00).data["difference_minor"] == -10_00
    assert day.step("count").text.key == "day.count_short"
    assert day.step("count").choices == ("count_again", "close_differs"), "counted again first"
    day.choose("count", "count_again")
    assert day.step("count").choices == ("count",)
    day.count()
    assert day.step("count").text.key == "day.count_right"
    assert [e.amount_minor for e in day.bench.audit("drawer_counted")] == [-10_00, 0]


def test_money_that_moves_after_the_count_asks_for_another(day):
    ok(day.till.day_begin())
    day.count()
    ok(day.till.day_leave())
    day.bench.scan(CHEESE)
    ok(day.till.pay("cash"))
    ok(day.till.day_begin())
    assert day.step("count").text.key == "day.money_moved"
    assert refusal(day.till.day_choice("count", "close")) == "count_again"
    day.count(2000_00)
    day.choose("count", "close")
    assert day.view.report.difference_minor == 0


def test_a_left_day_is_taken_up_where_it_was(day):
    ok(day.till.day_begin())
    day.count(995_00)
    ok(day.till.day_leave())
    assert day.view is None
    ok(day.till.day_begin())
    assert day.step("count").choices == ("count_again", "close_differs")


def test_a_closed_day_can_be_looked_at_again_and_is_not_closed_twice(day):
    ok(day.till.end_of_day(1000_00))
    assert day.view is None, "one gesture shows no steps"
    ok(day.till.day_begin())
    assert day.view.closed
    assert refusal(day.till.end_of_day(0)) == "no_session"
    assert len(day.bench.events(DayClosed)) == 1


def test_a_till_that_never_had_a_day_has_none_to_end(tmp_path):
    bench = PayingBench(tmp_path)
    ok(bench.till.sign_on(*MARIA))
    assert refusal(bench.till.day_begin()) == "no_session"
    assert ok(bench.till.day_leave())
    for step, choice in (("receipts", "leave_them"), ("count", "count_again")):
        assert refusal(bench.till.day_choice(step, choice)) == "no_session"
    assert refusal(bench.till.day_choice("nothing", "of it")) == "no_such_choice"
    assert refusal(bench.till.day_choice("terminal:eft", "again")) == "no_such_choice"
    ok(bench.till.day_choice("settle", "again"))
    bench.close()


# --- the network away -----------------------------------------------------------------------------


def test_with_no_link_the_day_closes_and_says_what_is_not_sent(day):
    day.bench.clock.move(hours=3, minutes=10)
    ok(day.till.day_begin())
    day.count()
    day.choose("count", "close")
    unsent = day.bench.view.link.unsent
    assert day.step("send").state is StepState.CANNOT
    assert dict(day.step("send").text.args)["n"] == unsent > 0
    assert day.step("settle").state is StepState.CANNOT
    day.choose("send", "again")
    assert [one.kind for one in day.bench.courier.asked] == ["sync"]
    assert day.view.value.key == "day.value_unsaid"


def test_a_day_settles_by_itself_in_the_night_and_who_comes_in_the_morning_hears_it(day):
    ok(day.till.end_of_day(1000_00))
    ok(day.till.sign_off())
    day.online()
    day.settle()
    assert "settled" not in day.bench.codes_heard()
    assert notices(day.till.sign_on(*MARIA)) == ["signed_on", "day_agreed"]
    ok(day.till.sign_off())
    assert notices(day.till.sign_on(*MARIA)) == ["signed_on"], "once"


def test_a_night_that_brings_a_difference_warns_in_the_morning(day):
    ok(day.till.end_of_day(1000_00))
    ok(day.till.sign_off())
    day.online()
    day.settle(totals={"receipts": 3, "sales": 5_00, "by_tender": {"cash": 5_00}})
    assert notices(day.till.sign_on(*MARIA)) == ["signed_on", "day_differed"]
    ok(day.till.day_begin())
    step = day.step("settle")
    assert step.state is StepState.NEEDS_YOU
    assert [one.args["what"].key for one in step.details] == [
        "report.receipts", "report.sales", "tender.cash",
    ]  # fmt: skip
    day.choose("settle", "again")
    assert day.step("settle").state is StepState.WORKING
    day.settle()
    assert day.step("settle").state is StepState.DONE


def test_three_dark_days_are_settled_one_after_the_other(day):
    for _ in range(3):
        if day.bench.view.session is None:
            day.bench.clock.move(days=1)
            ok(day.till.open_session(1000_00))
        ok(day.till.end_of_day(1000_00))
    day.online()
    days = []
    for _ in range(3):
        day.bench.courier.answers("sync")
        days.append(day.bench.courier.answers("settlement", totals={}).fields["business_on"])
    assert days == ["2026-11-20", "2026-11-21", "2026-11-22"]
    assert day.bench.courier.asked == []
    assert [one.settled is not None for one in day.till.station.days] == [True] * 3
    day.bench.clock.move(days=1)
    ok(day.till.open_session(0))
    ok(day.till.day_begin())
    assert len(day.till.station.days) == 1, "what is over is forgotten"


def test_conflicts_are_counted_with_their_cost(day):
    ok(day.till.day_begin())
    day.count()
    day.online()
    day.choose("count", "close")
    day.settle(conflicts=2, conflict_points=40, conflict_money=40_00, overdrawn=3)
    step = day.step("conflicts")
    assert (step.state, step.choices) == (StepState.NEEDS_YOU, ("conflicts",))
    assert day.view.report.settlement.conflicts == 2


# --- paper ----------------------------------------------------------------------------------------


def test_the_report_is_asked_about_when_nobody_knows_whether_it_printed(day):
    day.bench.bank.mode = "silent"
    ok(day.till.day_begin())
    day.count()
    day.choose("count", "close")
    day.again()
    step = day.step("paper")
    assert (step.state, step.choices) == (StepState.NEEDS_YOU, ("printed", "again"))
    assert [job for job in day.bench.devices.jobs if is_z(job)] == [], "nothing prints by itself"
    day.choose("paper", "printed")
    assert day.step("paper").state is StepState.DONE


def test_a_report_that_is_printed_again_is_a_copy(day):
    ok(day.till.end_of_day(1000_00))
    day.printed()
    ok(day.till.day_begin())
    assert day.step("paper").state is StepState.DONE


def test_without_a_printer_the_report_is_on_the_screen(day):
    day.bench.devices.what = ()
    ok(day.till.day_begin())
    day.count()
    day.choose("count", "close")
    assert day.step("paper").text.key == "day.no_printer"
    assert day.step("paper").state is StepState.DONE, "nobody can do more"


# --- terminals ------------------------------------------------------------------------------------


def closed_with(day, mode):
    day.bench.bank.mode = mode
    ok(day.till.day_begin())
    day.count()
    day.choose("count", "close")
    return day.step("terminal:eft")


def test_a_terminal_that_refuses_is_asked_again_under_a_new_key_or_let_go(day):
    step = closed_with(day, "decline")
    assert (step.state, step.choices) == (StepState.NEEDS_YOU, ("again", "let_go"))
    day.bench.bank.mode = "approve"
    day.choose("terminal:eft", "again")
    assert day.step("terminal:eft").text.key == "day.terminal_done"
    day.choose("terminal:sbp", "let_go")
    assert day.step("terminal:sbp").text.key == "day.terminal_let_go"
    assert refusal(day.till.day_choice("terminal:sbp", "again")) == "no_such_choice"


def test_a_terminal_is_called_by_what_it_takes_never_by_its_name_in_the_settings(day):
    ok(day.till.day_begin())
    before = [one.text for one in day.view.steps if one.name.startswith("terminal:")]
    day.count()
    day.choose("count", "close")
    after = [one.text for one in day.view.steps if one.name.startswith("terminal:")]
    for language in ("ru", "en"):
        words = Words(language)
        for text in (*before, *after):
            assert not {"eft", "sbp"} & set(words.say(text).lower().replace(":", "").split())
        assert "QR" in words.format(before[1].args["name"])
    assert [one.args["name"].key for one in after] == ["day.terminal_of_card", "day.terminal_of_qr"]


def test_a_terminal_of_which_nobody_knows_is_looked_at_by_a_person(day):
    step = closed_with(day, "lose")
    assert step.choices == ("again", "closed")
    day.choose("terminal:eft", "closed")
    assert day.step("terminal:eft").state is StepState.DONE


def test_a_terminal_that_a_person_reads_is_closed_by_hand(day):
    day.bench.terminals.manual = True
    step = closed_with(day, "approve")
    assert step.text.key == "day.terminal_by_hand"
    assert day.bench.bank.orders == []


def test_a_terminal_that_is_away_settles_when_it_is_back(day):
    day.bench.devices.what = EFT
    step = closed_with(day, "approve")
    assert (step.state, step.choices) == (StepState.CANNOT, ("let_go",))
    day.bench.devices.what = (EFT[0], DeviceState("eft", "payment", "ok"))
    day.till.devices_changed()
    assert day.step("terminal:eft").state is StepState.DONE


def test_a_terminal_that_never_answers_keeps_nobody_and_is_asked_with_its_key_after_a_start(day):
    step = closed_with(day, "hold")
    assert step.state is StepState.WORKING
    keys = {order.key for order in day.bench.bank.orders}
    day.till.devices_changed()
    assert len(day.bench.bank.orders) == 2, "it is under way"
    day.again()
    assert set(day.bench.bank.looked) == keys, "looked up, not ordered again"
    assert [end.state for end in day.till.station.days[-1].terminals] == [TerminalDay.SENT] * 2


def is_z(job) -> bool:
    return any("Z" in getattr(one, "text", "") for one in job.elements)

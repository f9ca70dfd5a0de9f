"""The end of the day in the window: the steps, what may be said beside them, and the way out."""

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from pos_app.domain.sentence import say
from pos_app.ui.desk import Page
from pos_app.ui.menu_flows import perform
from pos_app.workstation.answer import ALL_PARTS, done, refused
from pos_app.workstation.day_view import DayStep, DayView, StepState
from pos_app.workstation.open_conflicts import ConflictList, OpenConflicts
from tests.ui import day_samples
from tests.ui import office_samples as office
from tests.ui.builders import NOW, SUSPENDED, SellingTill, signed_on
from tests.ui.looks import in_every_look

K = Qt.Key


class DayTill(SellingTill):
    """A till whose day stands as a test says."""

    def __init__(self, day, **view):
        super().__init__(signed_on(**view))
        self.then = day
        self.answers.update(
            day_begin=lambda: self.become(day=self.then),
            day_leave=lambda: self.become(day=None),
            count_drawer=lambda minor: done(difference_minor=0),
        )


@pytest.fixture
def begun(open_till):
    def begin(day, **view):
        window = open_till(DayTill(day, **view))
        perform(window.desk, "end_of_day")
        return window

    return begin


def words_on(window):
    return " ".join(one.text() for one in window.findChildren(QLabel) if one.isVisible())


def rows(window):
    return [row.value for row in window.desk.rows]


def test_the_drawer_is_counted_and_a_count_that_is_right_closes_the_day(begun):
    window = begun(day_samples.counting())
    assert window.desk.ask.name == "day_count"
    QTest.keyClicks(window.entry, "345")
    QTest.keyClick(window.entry, K.Key_Return)
    till = window.desk.till
    assert till.said("count_drawer") == [((345_00,), {})]
    assert till.said("day_choice") == [(("count", "close"), {})]


def test_a_word_that_is_no_amount_counts_nothing(begun):
    window = begun(day_samples.counting())
    QTest.keyClick(window.entry, K.Key_Return)
    QTest.keyClicks(window.entry, "abc")
    QTest.keyClick(window.entry, K.Key_Return)
    assert window.desk.till.said("count_drawer") == []


def test_a_difference_offers_to_close_or_to_count_again(begun):
    window = begun(day_samples.counting(differs=True))
    assert rows(window) == [("count", "count_again"), ("count", "close_differs"), ("", "leave")]
    QTest.keyClick(window.entry, K.Key_Return)
    assert window.desk.till.said("day_choice") == [(("count", "count_again"), {})]


def test_a_drawer_that_differs_is_closed_with_a_reason_and_esc_comes_back_to_the_choices(begun):
    window = begun(day_samples.counting(differs=True))
    QTest.keyClick(window.entry, K.Key_Down)
    QTest.keyClick(window.entry, K.Key_Return)
    assert rows(window)[-1] == "other"
    QTest.keyClick(window.entry, K.Key_Escape)
    assert rows(window)[0] == ("count", "count_again")
    assert window.desk.till.said("day_choice") == []
    QTest.keyClick(window.entry, K.Key_Down)
    QTest.keyClick(window.entry, K.Key_Return)
    QTest.keyClick(window.entry, K.Key_Return)
    assert window.desk.till.said("day_choice") == [(("count", "close_differs", "wrong_change"), {})]


def test_conflicts_opened_from_the_day_come_back_to_it_by_esc_and_when_all_are_signed(begun):
    window = begun(day_samples.differing(NOW))
    till = window.desk.till
    waiting = office.TOLD
    signed = replace(waiting, lines=tuple(replace(one, actions=()) for one in waiting.lines))
    for told in (waiting, signed):
        till.answers["conflicts"] = done(conflicts=ConflictList(OpenConflicts(), (), False))
        row = next(one for one in window.desk.rows if one.value == ("conflicts", "conflicts"))
        window.desk.ask.pick(row)
        assert window.desk.page.kind == "conflicts"
        till.push(done(conflicts=told))
        if told is waiting:
            assert window.desk.page.kind == "conflicts"
            QTest.keyClick(window.entry, K.Key_Escape)
            QTest.keyClick(window.entry, K.Key_Escape)
        assert window.desk.page.kind == "day"
        assert window.desk.ask.name == "day"


def test_a_count_of_the_closed_session_closes_the_day_with_one_key_and_may_be_counted_again(begun):
    window = begun(day_samples.taken(), session=None)
    assert rows(window) == [("count", "close"), ("count", "count_again"), ("", "leave")]
    told = words_on(window)
    for said in ("закрытия смены 118", "Константинопольская", "Причина: Ошибка при выдаче сдачи"):
        assert said in told, said
    QTest.keyClick(window.entry, K.Key_Return)
    assert window.desk.till.said("day_choice") == [(("count", "close"), {})]


def test_who_counts_again_is_asked_for_the_sum_at_once(begun):
    window = begun(day_samples.taken(), session=None)
    till = window.desk.till
    till.answers["day_choice"] = lambda *_said: till.become(day=day_samples.counting())
    QTest.keyClick(window.entry, K.Key_Down)
    QTest.keyClick(window.entry, K.Key_Return)
    assert window.desk.ask.name == "day_count"
    QTest.keyClick(window.entry, K.Key_Escape)
    assert rows(window) == [("count", "count"), ("", "leave")]
    assert window.desk.cursor == 0


def test_a_row_that_goes_leaves_no_other_marked_in_its_place_but_the_first(begun):
    window = begun(day_samples.taken(), session=None)
    QTest.keyClick(window.entry, K.Key_Down)
    till = window.desk.till
    till.shown = replace(till.shown, day=day_samples.counting(differs=True))
    till.push(done(changed=ALL_PARTS))
    assert rows(window)[window.desk.cursor] == ("count", "count_again"), "it is there still"
    till.shown = replace(till.shown, day=day_samples.dropping())
    till.push(done(changed=ALL_PARTS))
    assert window.desk.cursor == 0


def test_the_sessions_page_says_why_its_drawer_differed(begun):
    window = begun(day_samples.counting())
    window.desk.turn_to(Page("report", day_samples.a_closed_session(NOW)))
    assert "Причина: Ошибка при выдаче сдачи" in words_on(window)


def test_the_next_business_day_is_told_once_the_day_is_closed(begun):
    closed = replace(day_samples.closed(NOW), next_on=day_samples.ON + timedelta(days=1))
    window = begun(closed)
    assert "23\xa0ноября 2026" in words_on(window)


@pytest.mark.parametrize(
    ("begun_by", "closed_by", "said"),
    [
        ("Мария", "", "начато: Мария"),
        ("Мария", "Пётр", "начато: Мария · закрыто: Пётр"),
        ("Мария", "Мария", "начато и закрыто: Мария"),
    ],
)
def test_the_day_says_who_began_it_and_who_closed_it(begun, begun_by, closed_by, said):
    day = replace(day_samples.closed(NOW), begun_by=begun_by, closed_by=closed_by)
    window = begun(day)
    assert any(one.text().endswith(f" · {said}") for one in window.findChildren(QLabel))


def test_a_receipt_that_is_open_is_put_aside_or_voided_from_the_day(begun):
    step = DayStep("receipts", StepState.NEEDS_YOU, say("day.receipt_open"), (),
                   ("put_aside", "void_open"))  # fmt: skip
    window = begun(DayView(day_samples.ON, (step,), False))
    assert rows(window)[:2] == [("receipts", "put_aside"), ("receipts", "void_open")]
    QTest.keyClick(window.entry, K.Key_Return)
    assert window.desk.till.said("day_choice") == [(("receipts", "put_aside"), {})]
    QTest.keyClick(window.entry, K.Key_Down)
    QTest.keyClick(window.entry, K.Key_Return)
    assert window.desk.page.kind == "day"
    assert window.desk.till.said("day_leave") == []


def test_esc_in_the_count_shows_the_choices_and_esc_there_leaves(begun):
    window = begun(day_samples.counting())
    QTest.keyClick(window.entry, K.Key_Escape)
    assert window.desk.ask.name == "day"
    assert rows(window) == [("count", "count"), ("", "leave")]
    QTest.keyClick(window.entry, K.Key_Return)
    assert window.desk.ask.name == "day_count"
    QTest.keyClick(window.entry, K.Key_Escape)
    QTest.keyClick(window.entry, K.Key_Escape)
    assert window.desk.page is None
    assert window.desk.ask is None
    assert window.desk.till.said("day_leave") == [((), {})]


def test_the_steps_are_said_in_words_with_their_states(begun):
    window = begun(day_samples.differing(NOW), session=None)
    told = words_on(window)
    for said in ("Готово", "Ждёт вас", "Пока нельзя", "Не сходятся 3 показателя",
                 "на кассе 284, на сервере 283", "списано 2\u202f310 баллов"):  # fmt: skip
        assert said in told, said


def test_what_comes_by_itself_is_seen_at_once_and_no_other_screen_opens(begun):
    window = begun(day_samples.working(NOW), session=None)
    assert "Сервер считает" in words_on(window)
    window.desk.till.shown = replace(window.desk.till.shown, day=day_samples.dark(NOW))
    window.desk.till.push(done(changed=ALL_PARTS))
    window.tick()
    QApplication.processEvents()  # new rows come with the next turn of the window's loop
    assert "не отправлено 137 событий" in words_on(window)
    assert window.desk.page.kind == "day"
    assert ("send", "again") in rows(window)


def test_after_a_cut_the_day_is_on_the_screen_again_as_soon_as_somebody_signs_on(open_till):
    till = DayTill(None, operator=None, session=None)
    till.shown = replace(till.shown, day=day_samples.dark(NOW))
    window = open_till(till)
    assert window.desk.ask.name == "sign_on"
    till.answers["operators"] = done(operators=(("o1", "Иванова"),))
    window.tick()
    QTest.keyClicks(window.entry, "1234")
    QTest.keyClick(window.entry, K.Key_Return)
    window.tick()
    assert window.desk.page.kind == "day"


def test_with_the_session_closed_a_receipt_is_dropped_from_the_day_and_esc_comes_back(begun):
    window = begun(day_samples.dropping(), session=None, suspended=SUSPENDED)
    drop = ("receipts", "drop")
    assert rows(window)[:2] == [drop, ("receipts", "leave_them")]
    QTest.keyClick(window.entry, K.Key_Return)
    assert rows(window) == [one.id for one in SUSPENDED]
    QTest.keyClick(window.entry, K.Key_Escape)
    assert rows(window)[0] == drop
    assert window.desk.page.kind == "day"
    QTest.keyClick(window.entry, K.Key_Return)
    QTest.keyClick(window.entry, K.Key_Return)
    assert rows(window)[-1] == "other"
    QTest.keyClick(window.entry, K.Key_Return)
    said = ((f"receipts:{SUSPENDED[0].id}", "drop", "customer_left"), {})
    assert window.desk.till.said("day_choice") == [said]
    assert window.desk.ask.name == "day"


@pytest.mark.parametrize(
    ("value", "page", "ask"),
    [
        (("receipts", "suspended"), None, "suspended"),
        (("receipts", "undecided"), "day", "day"),
    ],
    ids=["what_waits", "nothing_there"],
)
def test_choices_with_a_screen_of_their_own_lie_over_the_day(begun, value, page, ask):
    window = begun(day_samples.before(), suspended=SUSPENDED)
    place = rows(window).index(value)
    window.desk.ask.pick(window.desk.rows[place])
    window.tick()
    desk = window.desk
    assert (desk.page.kind if desk.page else None, desk.ask.name) == (page, ask)
    assert desk.till.said("day_leave") == []


def test_the_z_report_is_shown_from_the_day_and_esc_comes_back_to_it(begun):
    window = begun(day_samples.dark(NOW), session=None)
    window.desk.ask.pick(window.desk.rows[rows(window).index(("", "report"))])
    assert window.desk.page.kind == "report"
    assert window.desk.page.content.kind == "z"
    assert window.desk.ask is None
    QTest.keyClick(window.entry, K.Key_Escape)
    assert window.desk.page.kind == "day"
    assert ("", "report") in rows(window)
    assert window.desk.till.said("day_leave") == []


def test_a_till_that_may_not_end_its_day_says_why(open_till):
    window = open_till(DayTill(None))
    window.desk.till.answers["day_begin"] = refused("senior_only")
    perform(window.desk, "end_of_day")
    assert window.desk.said.texts[0].key == "refused.senior_only"
    assert window.desk.page is None


def test_two_terminals_are_two_names_in_steps_and_choices(begun, qapp):
    ends = tuple(
        DayStep(f"terminal:{name}", StepState.NEEDS_YOU,
                say("day.terminal_failed", name=say(f"day.terminal_of_{kind}")), (), ("again",))
        for name, kind in (("card", "card"), ("sbp", "qr"))
    )  # fmt: skip
    window = begun(DayView(day_samples.ON, ends, True))
    qapp.processEvents()
    told = [(row.title, row.detail) for row in window.desk.rows][:2]
    assert [detail for _title, detail in told] == ["Терминал для карт", "Оплата по QR"]


@in_every_look
def test_a_day_that_is_wholly_over_promises_nothing_that_goes_on(open_till, look):
    till = DayTill(day_samples.over(NOW))
    window = open_till(till, **look)
    perform(window.desk, "end_of_day")
    say_ = window.look.say
    titles = [row.title for row in window.desk.rows]
    assert say_("day.choice.over") in titles
    assert say_("day.choice.leave") not in titles
    till.then = day_samples.working(NOW)
    window.desk.do(till.become(day=till.then))
    perform(window.desk, "end_of_day")
    assert say_("day.choice.leave") in [row.title for row in window.desk.rows]

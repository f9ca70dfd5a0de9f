"""Every screen and state by name: what is measured for room and photographed for people."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from pos_app.domain.money import Money
from pos_app.domain.quantity import grams
from pos_app.domain.sentence import say
from pos_app.ui.desk import Page
from pos_app.ui.main_window import MainWindow
from pos_app.ui.menu_flows import perform
from pos_app.ui.report_flows import show_period
from pos_app.ui.report_sheets import SECTIONS
from pos_app.ui.why_flows import Why
from pos_app.workstation.answer import ALL_PARTS, Tone, done, notice, refused
from pos_app.workstation.offered_view import OfferedView
from pos_app.workstation.view import DemandView, DeviceView, PaperQuestionView, PaymentView
from tests.ui import day_samples
from tests.ui.builders import (
    CUT_SHORT,
    NOW,
    SUSPENDED,
    TRACE,
    a_last_sale,
    a_transaction,
    offline,
)
from tests.ui.counter_samples import COUNTER
from tests.ui.device_samples import open_form, open_page, open_tried
from tests.ui.first_run_samples import FIRST_RUN
from tests.ui.office_samples import OFFICE
from tests.ui.report_samples import a_month
from tests.ui.return_samples import RETURNS

MUCH = Money(12_345_678_90)
SIZES = ((1024, 768), (1366, 768), (1920, 1080))


def become(window, **changes):
    window.desk.till.shown = replace(window.desk.till.shown, **changes)
    window.desk.till.push(done(changed=ALL_PARTS))


def selling_offline(window):
    devices = (DeviceView("Star TSP143", "printer", "paper_out"),)
    become(
        window,
        link=offline(),
        devices=devices,
        offers=(say("offer.left", name="−15 % на торты", left=2),),
    )


def report_of(window, name, whole=True):
    become(window, transaction=None, member=None)
    window.desk.till.answers["operators"] = done(operators=(("o1", "Иванова Анна"),))
    show_period(window.desk, done(period=a_month(whole)))
    window.desk.point(SECTIONS.index(name))
    window.desk.ask.pick(window.desk.rows[SECTIONS.index(name)])


NOTHING = OfferedView(goods=False, discount=False, suspend=False)


def cut_card(state: str, key: str, *choices: str):
    """A card payment that a kill has left, as the till has it after the start."""
    text = say(f"payment.{key}", amount=Money(1_234_00))
    payment = PaymentView(state, text, choices, unsure=True)
    sale = replace(a_transaction(paid=1_234_00), may=NOTHING)
    return {"payment": payment, "transaction": sale}


def partly_paid(window):
    """Some of it is in: the rest is asked for."""
    become(window, transaction=a_transaction(paid=1_000_00), member=None)


PUT_BACK = replace(CUT_SHORT, put_back=True)
STATES: dict[str, Callable[[MainWindow], object]] = {
    "selling": lambda w: None,
    "offline": selling_offline,
    "cash": lambda w: (perform(w.desk, "cash"), w.desk.write("5000")),
    "partly_paid": partly_paid,
    "partly_paid_cash": lambda w: (partly_paid(w), perform(w.desk, "cash")),
    "points": lambda w: perform(w.desk, "points"),
    "menu": lambda w: perform(w.desk, "menu"),
    "menu_day": lambda w: perform(w.desk, "day"),
    "menu_day_of_a_cashier": lambda w: (
        become(w, operator=replace(w.desk.view.operator, rights=frozenset())),
        perform(w.desk, "day"),
    ),
    "menu_settings": lambda w: perform(w.desk, "settings"),
    "nobody": lambda w: become(w, member=None),
    "closed": lambda w: become(w, transaction=None, member=None, last_sale=a_last_sale()),
    "asked": lambda w: become(
        w,
        transaction=None,
        last_sale=a_last_sale(print_state="interrupted"),
        paper=PaperQuestionView("interrupted", "A000017", 12, day_samples.A_PAPER),
    ),
    "asked_by_title": lambda w: become(
        w, transaction=None, paper=PaperQuestionView("asked", "", 1, day_samples.A_TITLED_PAPER)
    ),
    "age": lambda w: become(w, demand=DemandView("age", say("demand.age", years=18))),
    "weighing": lambda w: become(
        w,
        demand=DemandView(
            "weighing", say("demand.weighing_shown", name="Бананы", weight=grams(842))
        ),
    ),
    "weighing_lost": lambda w: become(
        w, demand=DemandView("weighing", say("demand.weighing_lost", name="Огурцы среднеплодные"))
    ),
    "conflict_pill": lambda w: become(
        w, link=replace(offline(), conflicts=23), devices=(DeviceView("Атол", "printer", "lost"),)
    ),
    "no_link_yet": lambda w: become(w, link=replace(offline(), since=None, unsent=0)),
    "error": lambda w: w.desk.do(refused("not_found", text="4607001234567")),
    "said_at_length": lambda w: w.desk.do(
        done(
            notice("gift_card_asking", Tone.WARNING, None, number="··7731"),
            notice("gift_card_not_for_cards", Tone.WARNING, None, amount=w.desk.money(1000_00)),
            notice("gift_card_rest", Tone.WARNING, None, due=w.desk.money(500_00)),
        )
    ),
    "why": lambda w: w.desk.turn_to(Page("trace", Why(TRACE))),
    "return": lambda w: w.desk.turn_to(Page("return", a_transaction())),
    "end_of_day": lambda w: day_samples.show_day(w, day_samples.before()),
    "day_count": lambda w: (day_samples.show_day(w, day_samples.counting()), w.desk.write("34495")),
    "shift_wait": lambda w: become(
        w,
        payment=PaymentView(
            "opening_shift", say("payment.opening_shift"), ("wait_on", "stop_waiting")
        ),
    ),
    "registrar_wait": lambda w: become(
        w,
        payment=PaymentView(
            "awaiting_registrar", say("payment.awaiting_registrar"), ("wait_on", "stop_waiting")
        ),
    ),
    "card_looked_up": lambda w: become(w, **cut_card("looking", "looking_cut")),
    "card_cut_short": lambda w: become(
        w, **cut_card("decide", "unknown_cut", "ask_again", "taken", "not_taken")
    ),
    "shift_wait_changed": lambda w: w.desk.do(done(notice("payment_wait_changed", Tone.ERROR))),
    "shift_wait_restart": lambda w: w.desk.do(done(notice("payment_wait_restart", Tone.ERROR))),
    "cut_short": lambda w: (
        become(w, transaction=None, member=None, suspended=(CUT_SHORT,)),
        w.desk.do(done(notice("cut_short", Tone.WARNING, None, at=NOW, n=148, total=MUCH))),
    ),
    "cut_short_list": lambda w: (
        become(w, transaction=None, member=None, suspended=(*SUSPENDED, CUT_SHORT)),
        perform(w.desk, "suspended"),
    ),
    "put_back": lambda w: (
        become(w, transaction=None, member=None, suspended=(PUT_BACK,)),
        w.desk.do(
            done(notice("cut_short_put_back", Tone.WARNING, None, at=NOW, n=148, total=MUCH))
        ),
    ),
    "put_back_list": lambda w: (
        become(w, transaction=None, member=None, suspended=(*SUSPENDED, PUT_BACK)),
        perform(w.desk, "suspended"),
    ),
    "training": lambda w: become(w, training=True),
    "training_sign_on": lambda w: (
        become(w, operator=None, session=None, transaction=None, member=None, training=True),
        w.tick(),
    ),
    "day_differs": lambda w: day_samples.show_day(w, day_samples.counting(differs=True)),
    "day_drop": lambda w: day_samples.show_day(w, day_samples.dropping(), False),
    "day_dropping": lambda w: (
        become(w, suspended=SUSPENDED),
        day_samples.show_day(w, day_samples.dropping(), False),
        w.desk.ask.pick(w.desk.rows[0]),
    ),
    "day_taken": lambda w: day_samples.show_day(w, day_samples.taken(), False),
    "day_session_closed": lambda w: w.desk.turn_to(
        Page("report", day_samples.a_closed_session(NOW))
    ),
    "day_unsure": lambda w: day_samples.show_day(w, day_samples.unsure(NOW), False),
    "errands": lambda w: day_samples.deciding(w),
    "errand": lambda w: day_samples.deciding(w, 1),
    "errand_why": lambda w: day_samples.deciding(w, 1, 2),
    "day_dark": lambda w: day_samples.show_day(w, day_samples.dark(NOW), False),
    "day_working": lambda w: day_samples.show_day(w, day_samples.working(NOW), False),
    "day_over": lambda w: day_samples.show_day(w, day_samples.over(NOW), False),
    "day_other_figures": lambda w: day_samples.show_day(w, day_samples.differing(NOW), False),
    "returning": lambda w: become(w, transaction=a_transaction(kind="return")),
    **{f"report_{name}": partial(report_of, name=name) for name in SECTIONS},
    "report_own": partial(report_of, name="members", whole=False),
    "x_with_cards": lambda w: w.desk.turn_to(Page("report", day_samples.an_x_with_cards(NOW))),
    "report_period": lambda w: perform(w.desk, "reports"),
    "devices": open_page,
    "devices_tried": open_tried,
    "device_settings": open_form,
    **FIRST_RUN,
    **COUNTER,
    **OFFICE,
    **RETURNS,
    "idle": lambda w: become(w, transaction=None, member=None, suspended=SUSPENDED),
    "session": lambda w: (become(w, session=None, transaction=None, member=None), w.tick()),
    "sign_on": lambda w: (
        become(w, operator=None, session=None, transaction=None, member=None),
        w.tick(),
    ),
}

"""Ends of a day by hand: what the screen of the day is painted with."""

from dataclasses import replace
from datetime import date

from pos_app.domain.money import Money
from pos_app.domain.sentence import Points, say
from pos_app.ui.day_flows import show
from pos_app.ui.fiscal_flows import unsure as unsure_errands
from pos_app.workstation.answer import ALL_PARTS, done
from pos_app.workstation.day_view import DayStep, DayView, StepState
from pos_app.workstation.fiscal_unsure import ErrandView
from pos_app.workstation.report import Drawer, Report
from tests.ui.builders import NOW

DONE, WORKING, NEEDS_YOU = StepState.DONE, StepState.WORKING, StepState.NEEDS_YOU
CANNOT, WAITS = StepState.CANNOT, StepState.WAITS
ON = date(2026, 11, 22)
LATER = tuple(
    DayStep(name, WAITS, say(f"day.{name}_later"))
    for name in ("paper", "send", "settle", "conflicts")
)
A_PAPER = say("paper.return_before", number="A000017", amount=Money(12_489_90), at=NOW)
A_TITLED_PAPER = say("paper.titled", title="КОПИЯ · Чек № 000118-0042 · 22.11.2026 10:41")
CARD_TERMINAL = say("day.terminal_of_card")


def a_report(at):
    zeros = dict.fromkeys(
        ("returns", "points_reversed", "voids", "no_sales", "returns_minor", "discount_minor",
         "paid_in_minor", "paid_out_minor", "pickup_minor", "loan_minor", "void_minor"), 0,
    )  # fmt: skip
    return Report(
        kind="z", business_on=ON, session_number=118, operator="Иванова А.", at=at, receipts=284,
        points_earned=1204, points_redeemed=2310, sales_minor=312_456_00,
        by_tender=(("card", 210_000_00), ("cash", 102_456_00)), expected_minor=34_500_00,
        counted_minor=34_495_00, difference_minor=-5_00, **zeros,
    )  # fmt: skip


def an_x_with_cards(at):
    """Gift cards sold, topped up and brought back stand apart from goods."""
    return replace(
        a_report(at), kind="x", opened_by="Петров Борис", returns=2,
        returns_minor=6_000_00, cards_sold_minor=12_500_00,
        cards_topped_up_minor=3_000_00, cards_back_minor=1_000_00, counted_minor=None,
        by_tender=(("card", 206_000_00), ("cash", 100_456_00)), difference_minor=None,
        drawer=Drawer(5_000_00, 100_456_00, -70_956_00),
    )  # fmt: skip


def before():
    """Two receipts are put aside; the drawer waits for them."""
    wait = DayStep("receipts", NEEDS_YOU, say("day.receipts_wait"),
                   (say("day.put_aside", n=2), say("day.undecided", n=1)),
                   ("suspended", "undecided", "leave_them"))  # fmt: skip
    count = DayStep("count", WAITS, say("day.count"))
    return DayView(ON, (wait, count, *LATER), False)


def dropping():
    """The same with the session closed, and half of an exchange among them."""
    wait = DayStep("receipts", NEEDS_YOU, say("day.receipts_dropped_or_left"),
                   (say("day.put_aside", n=2), say("day.halves", n=1)),
                   ("drop", "leave_them"))  # fmt: skip
    return DayView(ON, (wait, DayStep("count", WAITS, say("day.count")), *LATER), False)


def counting(differs=False):
    """The drawer waits for its count, or its difference for a word."""
    fine = DayStep("receipts", DONE, say("day.no_receipts"))
    count = DayStep("count", NEEDS_YOU, say("day.count"), (), ("count",))
    if differs:
        told = say("day.count_short", counted=Money(34_495_00), amount=Money(5_00))
        count = DayStep("count", NEEDS_YOU, told, (), ("count_again", "close_differs"))
    return DayView(ON, (fine, count, *LATER), False)


def taken():
    """The session was closed with a count a minute ago: it stands, with its reason."""
    day = counting()
    told = say("day.count_short", counted=Money(34_495_00), amount=Money(5_00))
    why = (say("day.count_taken", n=118, name="Константинопольская А."),
           say("day.because", why=say("reason.wrong_change")))  # fmt: skip
    count = DayStep("count", NEEDS_YOU, told, why, ("close", "count_again"))
    return replace(day, steps=(day.steps[0], count, *LATER))


def a_closed_session(at):
    """With a drawer that differed."""
    return replace(
        a_report(at), kind="session", opened_by="Петров Борис", difference_reason="wrong_change"
    )


def closed(at, *last):
    """Z is in the books; the last steps as given."""
    told = say("day.count_short", counted=Money(34_495_00), amount=Money(5_00))
    steps = (
        DayStep("receipts", DONE, say("day.receipts_left"), (say("day.put_aside", n=2),)),
        DayStep("count", DONE, told),
        DayStep("fiscal", CANNOT, say("day.fiscal_waits"), (say("fiscal.no_paper"),)),
        DayStep("terminal:eft", NEEDS_YOU, say("day.terminal_failed", name=CARD_TERMINAL),
                (say("day.terminal_said", words="HOST BUSY"),), ("again", "let_go")),
        DayStep("paper", DONE, say("day.paper_printed")),
    )  # fmt: skip
    value = say(
        "day.value", time=say("day.time", hours=3, minutes=10), receipts=say("day.receipts", n=41),
        earned=Points(512), redeemed=Points(2310), overdrawn=Points(0),
    )  # fmt: skip
    who = ("Константинопольская Александра", "Иванова А.")
    return DayView(ON, (*steps, *last), True, a_report(at), value, None, *who)


def dark(at):
    """With no link: what is not sent is said, and that it goes by itself."""
    return closed(
        at,
        DayStep("send", CANNOT, say("day.not_sent", n=137), (), ("again",)),
        DayStep("settle", CANNOT, say("day.settles_later")),
        DayStep("conflicts", WAITS, say("day.conflicts_later")),
    )


def working(at):
    """Sending and settling go on by themselves."""
    return closed(
        at,
        DayStep("send", WORKING, say("day.sending", done=98, n=137)),
        DayStep("settle", WORKING, say("day.settling")),
        DayStep("conflicts", WAITS, say("day.conflicts_later")),
    )


def over(at):
    """Nine of nine: nothing goes on by itself any more."""
    finished = [
        DayStep("fiscal", DONE, say("day.fiscal_closed")),
        DayStep("terminal:eft", DONE, say("day.terminal_done", name=CARD_TERMINAL)),
        DayStep("terminal:sbp", DONE, say("day.terminal_done", name=say("day.terminal_of_qr"))),
    ]
    day = closed(
        at,
        DayStep("send", DONE, say("day.all_sent", n=137)),
        DayStep("settle", DONE, say("day.settled")),
        DayStep("conflicts", DONE, say("day.no_conflicts")),
    )
    kept = [one for one in day.steps if one.state is DONE]
    return replace(day, steps=(*kept[:2], *finished, *kept[2:]))


def differing(at):
    """The server has other figures, and conflicts wait for a signature."""
    rows = tuple(
        say("day.difference", what=say(key), ours=ours, theirs=theirs)
        for key, ours, theirs in (
            ("report.receipts", 284, 283),
            ("report.sales", Money(312_456_00), Money(311_956_00)),
            ("tender.cash", Money(102_456_00), Money(101_956_00)),
        )
    )
    cost = say("day.conflicts_cost", points=Points(40), amount=Money(40_00))
    return closed(
        at,
        DayStep("send", DONE, say("day.all_sent", n=137)),
        DayStep("settle", NEEDS_YOU, say("day.differs", n=3), rows, ("again",)),
        DayStep("conflicts", NEEDS_YOU, say("day.conflicts", n=2), (cost,), ("conflicts",)),
    )


ERRAND = ErrandView(
    "e1", "cash_in", 500_00, NOW, say("fiscal.fault", words="interrupted"),
    (say("errand.counts", cash=Money(1089_90)),
     say("errand.would", done=Money(1589_90), not_done=Money(1089_90))),
    ("was_done", "was_not_done"),
)  # fmt: skip
CORRECTION = ErrandView(
    "e2", "correction_return", 12_489_90, NOW, say("fiscal.busy"),
    (say("errand.last_document", n=18_204),), ("was_done",),
)  # fmt: skip


def unsure(at):
    """Z waits for a word on money that the registrar lost."""
    told = tuple(
        say("day.errand", what=say(f"fiscal.{one.kind}"), amount=Money(one.amount_minor))
        for one in (ERRAND, CORRECTION)
    )
    step = DayStep("fiscal", NEEDS_YOU, say("day.fiscal_unsure", n=2), told, ("errands",))
    day = closed(at)
    steps = tuple(step if one.name == "fiscal" else one for one in day.steps)
    return replace(day, steps=steps)


def deciding(window, *picks):
    """The list of what nobody knows, and so far into it."""
    window.desk.till.answers["unsure_errands"] = done(errands=(ERRAND, CORRECTION))
    unsure_errands(window.desk)
    for _ in picks:
        window.desk.ask.pick(window.desk.rows[0])


def show_day(window, day, session=True):
    """The window with that day on it."""
    till = window.desk.till
    changes = {} if session else {"session": None}
    till.shown = replace(till.shown, day=day, transaction=None, member=None, **changes)
    till.answers["day_leave"] = lambda: till.become(day=None)
    till.push(done(changed=ALL_PARTS))
    show(window.desk)

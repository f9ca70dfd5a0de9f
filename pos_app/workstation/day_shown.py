"""How the end of the day stands now, step by step, in sentences. Never does a step."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from pos_app.domain.business_day import next_business_day
from pos_app.domain.money import Money
from pos_app.domain.sentence import Points, Sentence, say
from pos_app.workstation import (
    day_receipts,
    day_settle,
    day_terminals,
    drawer_difference,
    fiscal_errands,
    fiscal_unsure,
    printing,
)
from pos_app.workstation.day_book import beyond_tolerance, current
from pos_app.workstation.day_record import (
    DayRecord,
    Difference,
    TerminalDay,
    TerminalEnd,
)
from pos_app.workstation.day_view import DayStep, DayView, StepState
from pos_app.workstation.fiscal_desk import in_force
from pos_app.workstation.member_card import operator_name
from pos_app.workstation.open_conflicts import open_conflicts
from pos_app.workstation.ports import StorageBroken
from pos_app.workstation.station import Station
from pos_app.workstation.till_control import last_of_open_day

DONE, WORKING, NEEDS_YOU = StepState.DONE, StepState.WORKING, StepState.NEEDS_YOU
CANNOT, WAITS = StepState.CANNOT, StepState.WAITS
Told = Callable[[Station, DayRecord], DayStep]


def day_shown(station: Station) -> DayView | None:
    """None while no day ends on this screen, or the database cannot be read."""
    day = current(station)
    if day is None:
        return None
    try:
        steps = tuple(_steps(station, day))
        report = day_settle.report_of_day(station, day) if day.closed_at else None
    except StorageBroken:
        return None
    value = _value(day) if day.closed_at else None
    closed = day.closed_at is not None
    on = next_business_day(station.local().date(), day.business_on) if closed else None
    who = (day.begun_by, day.operator if closed else "")
    return DayView(day.business_on, steps, closed, report, value, on, *who)


def _steps(station: Station, day: DayRecord) -> Iterator[DayStep]:
    receipts, count = day_receipts.shown(station, day), _count(station, day)
    yield receipts
    first = receipts.state is NEEDS_YOU
    yield replace(count, state=WAITS, choices=()) if first else count
    if day.closed_at is None:
        yield from _later(station)
        return
    if day.fiscal:
        yield _fiscal(station)
    for end in day.terminals:
        yield _terminal(station, end)
    yield _paper(station, day)
    yield _send(station, day)
    yield _settle(station, day)
    yield _conflicts(station, day)


def _later(station: Station) -> Iterator[DayStep]:
    """What comes after the count, told from the beginning: so many steps from first to last."""
    if in_force(station):
        yield _unsure(station) or DayStep("fiscal", WAITS, say("day.fiscal_later"))
    for name in day_terminals.names(station):
        text = say("day.terminal_later", name=day_terminals.called(station, name))
        yield DayStep(f"terminal:{name}", WAITS, text)
    for name in ("paper", "send", "settle", "conflicts"):
        yield DayStep(name, WAITS, say(f"day.{name}_later"))


def _count(station: Station, day: DayRecord) -> DayStep:
    if day.counted_minor is None:
        return DayStep("count", NEEDS_YOU, say("day.count"), (), ("count",))
    reason = day.difference_reason
    told, why = _counted(day, day.counted_minor), (drawer_difference.said(reason),) * bool(reason)
    if day.closed_at is not None:
        return DayStep("count", DONE, told, why)
    session = station.session or last_of_open_day(station)
    if session is not None and session.cash_minor != day.expected_minor:
        return DayStep("count", NEEDS_YOU, say("day.money_moved"), (), ("count",))
    if session is not None and session.count is not None and day.taken:
        by = operator_name(station, session.count.operator_id)
        why = (say("day.count_taken", n=session.number, name=by), *why)
    if beyond_tolerance(station, day) and not reason:
        return DayStep("count", NEEDS_YOU, told, why, ("count_again", "close_differs"))
    return DayStep("count", NEEDS_YOU, told, why, ("close", "count_again"))


def _counted(day: DayRecord, counted_minor: int) -> Sentence:
    """A count against what should have been there; one that nobody has typed here with its sum."""
    difference, counted = counted_minor - day.expected_minor, Money(counted_minor)
    if difference:
        how = "day.count_short" if difference < 0 else "day.count_over"
        return say(how, counted=counted, amount=Money(abs(difference)))
    return say("day.count_same", counted=counted) if day.taken else say("day.count_right")


def _fiscal(station: Station) -> DayStep:
    """The registrar's Z is an errand on the disk: it goes when the registrar can, and after what
    nobody knows."""
    unsure = _unsure(station)
    if unsure is not None:
        return unsure
    waits = any(row.kind == "close_shift" for row in fiscal_errands.waiting(station))
    if not waits:
        return DayStep("fiscal", DONE, say("day.fiscal_closed"))
    trouble = station.fiscal.registrar.state().trouble
    if trouble is None:
        return DayStep("fiscal", WORKING, say("day.fiscal_closing"))
    return DayStep("fiscal", CANNOT, say("day.fiscal_waits"), (trouble,))


def _unsure(station: Station) -> DayStep | None:
    """Money at the registrar of which only a person can say whether it was counted."""
    rows = fiscal_unsure.unsure(station)
    if not rows:
        return None
    told = tuple(
        say("day.errand", what=say(f"fiscal.{row.kind}"), amount=Money(amount))
        for row in rows
        for amount in (fiscal_unsure.amount_minor(row),)
    )
    text = say("day.fiscal_unsure", n=len(rows))
    return DayStep("fiscal", NEEDS_YOU, text, told, ("errands",))


def _terminal(station: Station, end: TerminalEnd) -> DayStep:
    name, may = f"terminal:{end.name}", day_terminals.CHOICES.get(end.state, ())
    who = day_terminals.called(station, end.name)
    why = (say("day.terminal_said", words=end.why),) if end.why else ()
    if end.state in (TerminalDay.DONE, TerminalDay.LET_GO):
        return DayStep(name, DONE, say(f"day.terminal_{end.state.value}", name=who))
    if end.state is TerminalDay.QUEUED and day_terminals.sought(station, end.name):
        return DayStep(name, WORKING, say("day.terminal_sought", name=who), (), ("let_go",))
    if end.state is TerminalDay.QUEUED and day_terminals.away(station, end.name):
        return DayStep(name, CANNOT, say("day.terminal_away", name=who), (), ("let_go",))
    state = NEEDS_YOU if may else WORKING
    key = end.state.value if may else "asked"
    return DayStep(name, state, say(f"day.terminal_{key}", name=who), why, may)


def _paper(station: Station, day: DayRecord) -> DayStep:
    state = printing.state_of(station, day.paper)
    if state == "none":
        return DayStep("paper", DONE, say("day.no_printer"))
    if state == "printed":
        return DayStep("paper", DONE, say("day.paper_printed"))
    if state == "queued":
        return DayStep("paper", WORKING, say("day.paper_printing"))
    asked = printing.question(station)
    before = asked is not None and asked.job_id != day.paper
    text = say("day.paper_behind", paper=asked.name) if asked and before else say("day.paper_asked")
    return DayStep("paper", NEEDS_YOU, text, (), ("printed", "again"))


def _send(station: Station, day: DayRecord) -> DayStep:
    unsent = station.journal.unsent()
    if not unsent:
        return DayStep("send", DONE, say("day.all_sent", n=day.to_send))
    if not station.courier.status().online:
        return DayStep("send", CANNOT, say("day.not_sent", n=unsent), (), ("again",))
    sent = max(day.to_send - unsent, 0)
    return DayStep("send", WORKING, say("day.sending", done=sent, n=max(day.to_send, unsent)))


def _settle(station: Station, day: DayRecord) -> DayStep:
    said = day.settled
    if said is None and not station.courier.status().online:
        return DayStep("settle", CANNOT, say("day.settles_later"))
    if said is None:
        return DayStep("settle", WORKING, say("day.settling"))
    if not said.differences:
        return DayStep("settle", DONE, say("day.settled"))
    details = tuple(_difference(one) for one in said.differences)
    text = say("day.differs", n=len(details))
    return DayStep("settle", NEEDS_YOU, text, details, ("again",))


MONEY = ("sales", "returned")


def _difference(one: Difference) -> Sentence:
    tender = one.name.startswith(day_settle.TENDER)
    what = say(one.name if tender else f"report.{one.name}")
    if tender or one.name in MONEY:
        return say("day.difference", what=what, ours=Money(one.ours), theirs=Money(one.theirs))
    return say("day.difference", what=what, ours=one.ours, theirs=one.theirs)


def _conflicts(station: Station, day: DayRecord) -> DayStep:
    """As settled; what was signed off since is not asked for again."""
    said, heard = day.settled, open_conflicts(station)
    if said is None:
        return DayStep("conflicts", WAITS, say("day.conflicts_later"))
    signed = heard.seen_at is not None and heard.seen_at >= said.at and not heard.count
    if signed or not said.conflicts:
        return DayStep("conflicts", DONE, say("day.no_conflicts"))
    cost = Money(said.conflict_minor)
    detail = say("day.conflicts_cost", points=Points(said.conflict_points), amount=cost)
    text = say("day.conflicts", n=said.conflicts)
    return DayStep("conflicts", NEEDS_YOU, text, (detail,), ("conflicts",))


def _value(day: DayRecord) -> Sentence:
    """What the day did without a link, and what it cost nobody."""
    totals, said = day.totals, day.settled
    if not totals.dark_seconds and not totals.dark_receipts:
        return say("day.value_lit")
    hours, minutes = divmod(totals.dark_seconds // 60, 60)
    told: dict[str, Sentence | Points] = {
        "time": say("day.time", hours=hours, minutes=minutes),
        "receipts": say("day.receipts", n=totals.dark_receipts),
        "redeemed": Points(totals.dark_redeemed),
        "earned": Points(totals.dark_earned),
    }
    if said is None:
        return say("day.value_unsaid", **told)
    return say("day.value", **told, overdrawn=Points(said.overdrawn))

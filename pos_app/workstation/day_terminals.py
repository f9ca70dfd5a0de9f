"""The end of the day at the payment terminals: each once, under a key that outlives a cut.

Never asks a terminal that is away, and never calls closed what nobody has said to be closed.
"""

from dataclasses import replace

from drivers.contract import Cut, Element, Feed, PrintJob, Text
from drivers.contract.payment import PaymentDo, PaymentOrder, PaymentOutcome, PaymentResult
from pos_app.domain.sentence import Sentence, say
from pos_app.domain.tender import TenderKind
from pos_app.workstation import printing
from pos_app.workstation.answer import Answer, Part, Tone, notice, refused
from pos_app.workstation.day_book import keep
from pos_app.workstation.day_record import WAITING, DayRecord, TerminalDay, TerminalEnd
from pos_app.workstation.later import at_once_or_later
from pos_app.workstation.station import Station, changed, guarded

GONE = ("lost", "misfit")
SOUGHT = ("unknown",)
"""Of a device: after a start the host has not found it yet, nor said that it is lost."""
AWAY = (*GONE, *SOUGHT)
"""It is asked as soon as it is there."""
CHOICES = {
    TerminalDay.FAILED: ("again", "let_go"),
    TerminalDay.UNKNOWN: ("again", "closed"),
    TerminalDay.BY_HAND: ("closed", "let_go"),
}
TAKEN = (TenderKind.CARD, TenderKind.QR)
NEVER = "not_begun"
"""The driver's own journal has nothing of that key."""
SAID = {"closed": TerminalDay.DONE, "let_go": TerminalDay.LET_GO}


def ends_of(station: Station) -> tuple[TerminalEnd, ...]:
    """One for each terminal, to be kept with the day's end."""
    payments = station.payments
    return tuple(
        TerminalEnd(
            name,
            station.new_id(),
            TerminalDay.BY_HAND if payments and payments.is_manual(name) else TerminalDay.QUEUED,
        )
        for name in names(station)
    )


def names(station: Station) -> tuple[str, ...]:
    """The terminals whose day ends with this till's; none in training."""
    if station.payments is None or station.settings.training:
        return ()
    return station.payments.names()


def called(station: Station, name: str) -> Sentence:
    """A terminal in words: by what it takes; with its own name where that does not tell it."""
    payments = station.payments
    kinds = [kind for kind in TAKEN if payments and payments.terminal(kind) == name]
    if len(kinds) == 1:
        return say(f"day.terminal_of_{kinds[0].value}")
    return say("day.terminal_named", name=name)


def away(station: Station, name: str) -> bool:
    """Whether it cannot be asked now."""
    return _is(station, name, AWAY)


def sought(station: Station, name: str) -> bool:
    """Whether it may be found any moment, without anybody's doing."""
    return _is(station, name, SOUGHT)


def _is(station: Station, name: str, states: tuple[str, ...]) -> bool:
    return any(one.name == name and one.state in states for one in station.devices.states())


def go_on(station: Station) -> None:
    """Ask what waits, each once at a time; an answer may change what still waits."""
    if station.payments is None:
        return
    for key in [end.key for day in station.days for end in day.terminals]:
        day = _day_with(station, key)
        end = next((one for one in day.terminals if one.key == key), None) if day else None
        if end is None or end.state not in WAITING or key in station.asking:
            continue
        if not away(station, end.name):
            _ask(station, end)


def _ask(station: Station, end: TerminalEnd) -> None:
    """What was sent before a cut is looked up under its key; what never was is ordered."""
    at, day = station.settings.crash_point, _day_with(station, end.key)
    assert station.payments is not None
    sent = replace(end, state=TerminalDay.SENT)
    if day is None or keep(station, day.with_terminal(sent)) is not None:
        return
    at("day.terminal_kept")
    station.asking.add(end.key)
    order = PaymentOrder(end.key, PaymentDo.SETTLE, 0)

    def told(result: PaymentResult) -> None:
        station.asking.discard(end.key)
        at("day.terminal_answered")
        guarded(lambda: _told(station, end, result))

    payments, queued = station.payments, end.state is TerminalDay.QUEUED
    ask = payments.carry_out if queued else payments.last_result
    ask(end.name, order, told, lambda _progress: None)
    at("day.terminal_sent")


def _told(station: Station, end: TerminalEnd, result: PaymentResult) -> Answer:
    state = {
        PaymentOutcome.APPROVED: TerminalDay.DONE,
        PaymentOutcome.DECLINED: TerminalDay.FAILED,
        PaymentOutcome.UNKNOWN: TerminalDay.UNKNOWN,
    }[result.outcome]
    if result.reason == NEVER and _day_with(station, end.key) is not None:
        at_once_or_later(station, f"terminal {end.key}", lambda: _never_begun(station, end))
        return changed(Part.SESSION)
    ended = replace(end, state=state, why=result.message)
    at_once_or_later(station, f"terminal {end.key}", lambda: _keep_end(station, ended))
    good = state is TerminalDay.DONE
    code = "terminal_settled" if good else "terminal_not_settled"
    said = notice(code, Tone.GOOD if good else Tone.WARNING, None, name=called(station, end.name))
    parts = (Part.DEVICES, Part.SESSION)
    station.say(changed(*parts, notices=(said,), terminal=end.name, slip=result.slip))
    if result.slip and printing.possible(station):
        return _printed(station, result.slip)
    return changed(*parts)


def _keep_end(station: Station, ended: TerminalEnd) -> None:
    """After a cut before it is written the terminal is asked again what it did under that key."""
    day = _day_with(station, ended.key)
    if day is not None:
        keep(station, day.with_terminal(ended))


def _never_begun(station: Station, end: TerminalEnd) -> None:
    day = _day_with(station, end.key)
    if day is not None:
        _again(station, day, end.name)


def _day_with(station: Station, key: str) -> DayRecord | None:
    return next((d for d in station.days if any(e.key == key for e in d.terminals)), None)


def _printed(station: Station, slip: tuple[str, ...]) -> Answer:
    elements: tuple[Element, ...] = (*(Text(line) for line in slip), Feed(2), Cut())
    columns = station.settings.columns
    return printing.print_paper(station, lambda job_id: PrintJob(job_id, elements, columns))


def choose(station: Station, name: str, choice: str) -> Answer:
    """again: under a new key, what surely was not done or a person saw undone; closed: a person
    saw that it is; let_go: not today."""
    found = [(d, e) for d in station.days for e in d.terminals if e.name == name]
    if not found:
        return refused("no_such_choice")
    day, end = found[-1]
    may = CHOICES.get(end.state, ("let_go",) if end.state in WAITING else ())
    if choice not in may:
        return refused("no_such_choice")
    if choice == "again":
        return _again(station, day, name)
    trouble = keep(station, day.with_terminal(replace(end, state=SAID[choice])))
    return trouble or changed(Part.SESSION)


def _again(station: Station, day: DayRecord, name: str) -> Answer:
    """Under a new key: the old one was surely not carried out, or a person says so."""
    trouble = keep(station, day.with_terminal(TerminalEnd(name, station.new_id())))
    if trouble is None:
        go_on(station)
    return trouble or changed(Part.SESSION)

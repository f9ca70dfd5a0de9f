"""What a cut left between card and receipt, and what only a person can say.

First thing after the start: terminals and registrar are asked what became of it; then the cashier
reads one sentence and chooses. Never orders, issues or reverses by itself what was not begun.
"""

from pos_app.domain.rights import Right
from pos_app.workstation import fiscal_step, shift_wait, take_payment
from pos_app.workstation.answer import Answer, Part, Tone, done, notice, refused
from pos_app.workstation.commit_sale import commit
from pos_app.workstation.moving import Leg, LegState, Moving, Stage
from pos_app.workstation.payment_port import FiscalAnswer, FiscalState
from pos_app.workstation.ports import Facts
from pos_app.workstation.sale import SALE_PARTS, not_ready
from pos_app.workstation.settle import complete_if_paid, complete_once_open
from pos_app.workstation.station import (
    Override,
    Station,
    audit,
    authorise,
    changed,
    record,
    right_used,
)
from pos_app.workstation.tendering import drop, keep, open_again, put_to_manager, rows
from pos_app.workstation.tendering_draft import restore

REFERENCE_MAX = 32
DECISIONS = frozenset({"taken", "not_taken", "given_back"})


def start(station: Station) -> None:
    """After the devices are there, before anybody's rights are let go."""
    moving, station.undecided = rows(station)
    for one in moving:
        _resume(station, one)


def _resume(station: Station, moving: Moving) -> None:
    if station.journal.document(moving.transaction_id) is not None:
        station.journal.record(Facts(drop_tendering=moving.transaction_id))
        return
    station.moving = moving
    if not _restored(station, moving):
        station.say(done(notice("payment_incomplete", Tone.WARNING)))
    station.recovered, station.cut_legs = True, frozenset(leg.key for leg in moving.legs)
    if station.open is None and moving.stage is Stage.PAYING:
        _leave_to_manager(station, moving)
        return
    if moving.stage is Stage.ISSUED:
        station.say(fiscal_step.committed(station, commit))
    elif moving.stage is Stage.FISCAL:
        fiscal_step.look_up(station, commit)
    else:
        _ask_terminals(station)


def _restored(station: Station, moving: Moving) -> bool:
    """A row that cannot be read any more must not keep the till from starting."""
    try:
        return restore(station, moving)
    except (KeyError, ValueError, TypeError):
        station.open = None
        return False


def _leave_to_manager(station: Station, moving: Moving) -> None:
    """Nobody knows what was bought: what the terminals have moved is for the bank's list."""
    for leg in moving.legs:
        put_to_manager(station, leg, "taken" if leg.state is LegState.APPROVED else "not_taken")
    drop(station, moving)


def _ask_terminals(station: Station) -> None:
    """What became of the leg that was on its way."""
    leg = station.moving.waiting if station.moving is not None else None
    if leg is not None and station.doing is None and _has_terminal(station, leg):
        goes_on = leg.finish and not station.recovered
        then: take_payment.Then | None = complete_if_paid if goes_on else None
        station.say(take_payment.look_up(station, leg, then))


def _has_terminal(station: Station, leg: Leg) -> bool:
    return station.payments is not None and leg.terminal in station.payments.names()


def devices_back(station: Station) -> None:
    """A terminal or the registrar was found again: what nobody knew may be known now."""
    if station.moving is None or station.doing is not None:
        return
    if station.moving.stage is Stage.FISCAL:
        fiscal_step.look_up(station, commit)
        return
    leg = station.moving.waiting
    if leg is not None and leg.why == "offline":
        _ask_terminals(station)


# --- choices --------------------------------------------------------------------------------------


def choices(station: Station) -> tuple[str, ...]:
    """What a person may say now; empty: nothing is asked."""
    moving, doing = station.moving, station.doing
    if doing is not None:
        return _while_waiting(station)
    if station.fiscal.awaiting is not None:
        return shift_wait.CHOICES
    if moving is None:
        return ()
    if moving.stage is not Stage.PAYING:
        return ("ask_again", "issued", "not_issued")
    leg = moving.waiting
    if leg is not None and leg.state in (LegState.ASKED, LegState.UNKNOWN):
        return ("ask_again", "taken", "not_taken")
    if leg is not None:
        return ("ask_again", "reverse", "leave")
    if station.fiscal_trouble is not None or station.recovered:
        return ("finish", "reverse") if _can_reverse(moving) else ("finish",)
    return ()


def _while_waiting(station: Station) -> tuple[str, ...]:
    """The terminal works: it can be told to stop; of a manual one a person reads the slip."""
    doing, moving = station.doing, station.moving
    assert doing is not None
    leg = moving.leg(doing.key) if moving is not None else None
    if leg is None:
        return ()
    by_hand = station.payments is not None and station.payments.is_manual(leg.terminal)
    if by_hand and doing.what in ("asking", "undoing"):
        return ("taken", "not_taken", "cancel")
    return ("cancel",) if doing.what == "asking" else ()


def _can_reverse(moving: Moving) -> bool:
    return any(leg.do == "purchase" for leg in moving.legs)


def choose(station: Station, choice: str, value: str, override: Override | None) -> Answer:
    """One of `choices`; `value` is the number of the slip where one was read."""
    if choice not in choices(station):
        return refused("not_a_choice", name=choice)
    trouble = not_ready(station) if station.doing is None else None
    if trouble:
        return trouble
    if station.doing is not None:
        return _answer_waiting(station, choice, value)
    if station.fiscal.awaiting is not None:
        return shift_wait.chosen(station, choice)
    moving = station.moving
    assert moving is not None
    if moving.stage is not Stage.PAYING:
        return _of_fiscal(station, moving, choice, override)
    leg = moving.waiting
    if leg is not None:
        return _of_leg(station, leg, choice, value)
    station.fiscal_trouble = None
    if choice == "finish":
        return complete_once_open(station)
    station.recovered = False
    return take_payment.undo_all(station)


def _answer_waiting(station: Station, choice: str, value: str) -> Answer:
    if choice == "cancel":
        return take_payment.cancel(station)
    doing, moving, payments = station.doing, station.moving, station.payments
    leg = moving.leg(doing.key) if moving is not None and doing is not None else None
    assert doing is not None and payments is not None and leg is not None
    reference = _reference(value) if choice == "taken" else None
    payments.confirm(leg.terminal, doing.key, reference)
    return changed(Part.TENDERS)


def _reference(value: str) -> str:
    """The slip's number, never empty: without one it is "?", which a manager looks up."""
    return value.strip()[:REFERENCE_MAX] or "?"


def _of_leg(station: Station, leg: Leg, choice: str, value: str) -> Answer:
    if choice == "ask_again":
        if not _has_terminal(station, leg):
            return refused("terminal_gone", name=leg.terminal)
        return take_payment.look_up(station, leg, complete_if_paid if leg.finish else None)
    if choice == "reverse":
        return take_payment.undo(station, leg)
    subject = f"{leg.key} {choice}"
    audit(station, "payment_said", subject)
    if choice == "taken":
        then: take_payment.Then | None = complete_if_paid if leg.finish else None
        return take_payment.believed(station, leg, _reference(value), then)
    return take_payment.disbelieved(station, leg)


def _of_fiscal(station: Station, moving: Moving, choice: str, override: Override | None) -> Answer:
    """The registrar cannot tell: somebody with the right has looked at its paper."""
    if choice == "ask_again":
        if moving.stage is Stage.ISSUED:
            return fiscal_step.committed(station, commit)
        return fiscal_step.look_up(station, commit)
    allowed = authorise(station, Right.CLOSE_DAY, override)
    if isinstance(allowed, Answer):
        return allowed
    event = right_used(
        station, "fiscal_said", moving.transaction_id, reason=choice, override_by=allowed.by
    )
    trouble = record(station, Facts(events=(event,)))
    if trouble:
        return trouble
    if choice == "not_issued":
        keep(station, open_again(moving))
        station.recovered = True
        return changed(*SALE_PARTS)
    by_hand = FiscalAnswer(FiscalState.ISSUED, {"by_hand": True})
    return fiscal_step.settle(station, moving, by_hand, commit)


# --- the manager, at the end of the day -----------------------------------------------------------


def decide(station: Station, key: str, decision: str, override: Override | None) -> Answer:
    """What the bank's list says of a row: taken, not_taken, given_back. The row goes, the audit
    chain keeps what was said."""
    one = next((one for one in station.undecided if one.key == key), None)
    if one is None or decision not in DECISIONS:
        return refused("no_such_payment")
    allowed = authorise(station, Right.CLOSE_DAY, override)
    if isinstance(allowed, Answer):
        return allowed
    event = right_used(
        station,
        "payment_decided",
        f"{one.key} {one.said}",
        reason=decision,
        override_by=allowed.by,
        amount_minor=one.leg.amount_minor,
    )
    trouble = record(station, Facts(events=(event,), drop_tendering=one.key))
    if trouble:
        return trouble
    station.undecided = tuple(other for other in station.undecided if other.key != key)
    return changed(Part.TENDERS, notices=(notice("payment_decided", Tone.GOOD),))

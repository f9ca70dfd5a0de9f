"""A payment that was asked for while the registrar opens its shift, or while nobody knows how it
stands: it waits and goes on by itself.

One at a time, and only for the receipt just as it was: what has changed lets it go. Never two of
them, never for another receipt, and never given up without a word.
"""

from collections.abc import Callable
from dataclasses import replace

from pos_app.domain.document import TransactionKind
from pos_app.domain.fiscal.shape import FiscalKind
from pos_app.domain.sentence import Sentence, say
from pos_app.workstation import fiscal_errands
from pos_app.workstation.answer import Answer, Notice, Part, Tone, done, notice, refused
from pos_app.workstation.fiscal_counter import Awaiting, Wish
from pos_app.workstation.fiscal_port import RegistrarState, ShiftState
from pos_app.workstation.later import at_once_or_later
from pos_app.workstation.station import Station, changed, guarded

PASSES = frozenset({"fiscal_opening_shift", "fiscal_unreachable"})
"""Refusals of a gesture that has changed nothing and would be done if the shift were open, or if
the registrar were heard."""
WAITS_MOST_MS = 120_000
"""After that the customer may be gone: nobody takes money by itself for a receipt of then."""
AGAIN_MS = 3_000
"""Between a document that did not reach the registrar and the next."""
FIRST = frozenset({"open_shift", "cash_in"})
"""Errands that go before a receipt: a return may want the change that was put into the drawer."""
KEPT = "payment.waits"
"""In the till's file: the transaction whose payment waits, "" for none."""
COMPLETE: Wish = ("complete",)
CHOICES = ("wait_on", "stop_waiting")
"""The first one is what a second Enter means: it takes nothing back."""
PARTS = (Part.TRANSACTION, Part.TENDERS, Part.DEMAND)


def patient(station: Station, wish: Wish, task: Callable[[], Answer]) -> Answer:
    """The gesture; where only the opening of the shift is in its way, it is accepted and waits.

    `wish`: the gesture and what it was given; the same again is the same payment.
    """
    before = station.fiscal.awaiting
    if before is not None and before.seen == _seen(station):
        return _said(station) if before.wish == wish else refused("payment_waits")
    gone = [] if before is None else [_let_go(station, notice("payment_wait_changed", Tone.ERROR))]
    answer = task()
    if passes(answer):
        answer = _begun(station, wish, task)
    return replace(answer, notices=(*gone, *answer.notices))


def passes(answer: Answer) -> bool:
    """Whether waiting may be all that it needs."""
    return answer.refusal is not None and answer.refusal.code in PASSES


def unsent(station: Station) -> Answer | None:
    """A paid receipt whose document did not reach the registrar waits as well; None where nobody
    knows how to go on with it."""
    again = station.fiscal.again
    if again is None or station.open is None:
        return None
    return _begun(station, COMPLETE, again, AGAIN_MS)


def _begun(station: Station, wish: Wish, task: Callable[[], Answer], pause_ms: int = 0) -> Answer:
    transaction = station.open
    assert transaction is not None
    station.journal.remember(KEPT, transaction.transaction_id.encode())
    now_ms = station.gear.clock.monotonic_ms()
    seen = _seen(station)
    station.fiscal.awaiting = Awaiting(wish, task, seen, now_ms, now_ms + pause_ms)
    return _said(station)


def is_away(station: Station) -> bool:
    """Nobody knows how the registrar stands; else its shift is what is waited for."""
    awaiting = station.fiscal.awaiting
    paused = awaiting is not None and awaiting.after_ms > awaiting.since_ms
    return paused or station.fiscal.registrar.state().shift is ShiftState.UNKNOWN


def _said(station: Station) -> Answer:
    code = "payment_awaits_registrar" if is_away(station) else "payment_waits"
    return changed(*PARTS, notices=(notice(code),))


def _seen(station: Station) -> tuple[object, ...]:
    """What the cashier saw when they pressed the key; which line is marked is no matter."""
    transaction, priced, operator = station.open, station.priced, station.operator
    return (
        None if transaction is None else replace(transaction, selected=None),
        None if priced is None else priced.totals.due_minor,
        None if operator is None else operator.operator_id,
        station.exchange,
    )


def tick(station: Station) -> None:
    """The heart beat: goes on, waits on, or says why it does not."""
    one = station.fiscal.awaiting
    if one is None:
        return
    guarded(lambda: _hurried(station))
    answer = guarded(lambda: _settled(station, one)) if _decided(station, one) else None
    if answer is not None:
        station.say(answer)


def _hurried(station: Station) -> Answer:
    """A registrar that came back with its shift closed is told to open it."""
    state, refused_it = station.fiscal.registrar.state(), station.fiscal.not_opened is not None
    closed = state.shift is ShiftState.CLOSED and state.trouble is None
    if closed and not refused_it and not _blocked(station):
        at_once_or_later(
            station, "shift", lambda: fiscal_errands.wanted(station, FiscalKind.OPEN_SHIFT)
        )
    return done()


def _blocked(station: Station) -> bool:
    """An errand waits before the shift of which a person must say whether it was done."""
    return any(map(fiscal_errands.is_unsure, fiscal_errands.waiting(station)))


def _decided(station: Station, one: Awaiting) -> bool:
    """Whether it waits no longer."""
    if one.seen != _seen(station):
        return True
    state = station.fiscal.registrar.state()
    return _ready(station, one, state) or _hopeless(station, one, state) is not None


def _ready(station: Station, one: Awaiting, state: RegistrarState) -> bool:
    if state.shift is not ShiftState.OPEN or station.fiscal.busy:
        return False
    if station.gear.clock.monotonic_ms() < one.after_ms:
        return False
    first = (row for row in fiscal_errands.waiting(station) if row.kind in FIRST)
    return all(row.state == "unknown" for row in first)  # what nobody can tell holds nobody up


def _hopeless(station: Station, one: Awaiting, state: RegistrarState) -> Sentence | None:
    """Why there is nothing more to wait for."""
    away = state.shift is ShiftState.UNKNOWN
    if not station.fiscal.registrar.configured():
        return say("fiscal.unreachable")
    if state.trouble is not None and not away:
        return state.trouble
    if state.shift is ShiftState.CLOSED and _blocked(station):
        return say("fiscal.unsure_first")
    if state.shift is ShiftState.CLOSED and station.fiscal.not_opened is not None:
        return station.fiscal.not_opened
    late = station.gear.clock.monotonic_ms() - one.since_ms >= WAITS_MOST_MS
    if not late or _is_taken(station, one):
        return None
    return say("fiscal.unreachable" if away else "fiscal.opening_late")


def _is_taken(station: Station, one: Awaiting) -> bool:
    """Of a sale whose money is there nothing more is taken: its receipt is owed however long."""
    transaction = station.open
    sale = transaction is not None and transaction.kind is TransactionKind.SALE
    return sale and one.wish == COMPLETE and bool(transaction and transaction.tenders)


def _settled(station: Station, one: Awaiting) -> Answer:
    if one.seen != _seen(station):
        return changed(
            *PARTS, notices=(_let_go(station, notice("payment_wait_changed", Tone.ERROR)),)
        )
    why = _hopeless(station, one, station.fiscal.registrar.state())
    if why is not None:
        failed = notice("payment_wait_failed", Tone.ERROR, None, why=why)
        return changed(*PARTS, notices=(_let_go(station, failed),))
    station.fiscal.awaiting = None  # a refusal of it is its own answer, and is not tried again
    answer = one.task()
    _forgotten(station)
    return replace(answer, changed=answer.changed | frozenset(PARTS))


def _let_go(station: Station, why: Notice) -> Notice:
    station.fiscal.awaiting = None
    _forgotten(station)
    return why


def _forgotten(station: Station) -> None:
    """After a cut before this is written, `start` looks whether the receipt was paid."""
    at_once_or_later(station, KEPT, lambda: station.journal.remember(KEPT, b""))


def chosen(station: Station, choice: str) -> Answer:
    """One of CHOICES, while a payment waits."""
    return _said(station) if choice == "wait_on" else _stopped(station)


def cancelled(station: Station) -> Answer | None:
    """The cashier does not want it to wait; None where nothing does."""
    return None if station.fiscal.awaiting is None else _stopped(station)


def _stopped(station: Station) -> Answer:
    return changed(*PARTS, notices=(_let_go(station, notice("payment_wait_stopped")),))


def start(station: Station) -> None:
    """After a cut: whoever pressed the key must not think that the receipt was paid."""
    kept = (station.journal.recall(KEPT) or b"").decode()
    if not kept:
        return
    _forgotten(station)
    moving = station.moving is not None and station.moving.transaction_id == kept
    if not moving and station.journal.document(kept) is None:
        station.say(changed(notices=(notice("payment_wait_restart", Tone.ERROR),)))

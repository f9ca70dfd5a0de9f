"""A terminal takes the money, or gives it back.

The cashier presses card or QR; the terminal asks the customer; the till waits without standing
still, and can cancel. Never orders twice: what is not known is asked about, then put to a person.
"""

from collections.abc import Callable
from dataclasses import replace

from drivers.contract.payment import PaymentDo, PaymentOutcome, PaymentResult
from pos_app.domain.money import Money
from pos_app.domain.tender import TenderKind
from pos_app.workstation.answer import Answer, Notice, Part, Tone, done, notice, refused
from pos_app.workstation.card_terminals import terminal_of
from pos_app.workstation.moving import CURRENCY_NUMBERS, Leg, LegState, Stage
from pos_app.workstation.payment_port import Payments, Progress
from pos_app.workstation.pricing_task import program_of
from pos_app.workstation.station import Doing, Station, changed, guarded
from pos_app.workstation.tendering import approved, moving_of, put_to_manager, step

Then = Callable[[Station], Answer]
"""What follows when the money is there."""

PARTS = (Part.TRANSACTION, Part.TENDERS, Part.DEMAND)
SAID_OF_DECLINED = frozenset(
    {
        "declined",
        "cancelled",
        "timeout",
        "busy",
        "offline",
        "refused",
        "not_begun",
        "journal",
        "no_code",
    }  # fmt: skip
)


def busy(station: Station) -> Answer | None:
    """Why nothing else can be done with the receipt now."""
    if station.doing is not None:
        return refused("payment_in_progress")
    moving = station.moving
    if moving is not None and (moving.waiting is not None or moving.stage is not Stage.PAYING):
        return refused("payment_undecided")
    return None


def ask(station: Station, kind: TenderKind, amount_minor: int, then: Then | None) -> Answer:
    """Order a purchase; `then` follows when it is approved."""
    terminal = terminal_of(station, kind)
    assert terminal is not None
    leg = Leg(
        station.new_id(),
        kind.value,
        terminal,
        PaymentDo.PURCHASE.value,
        amount_minor,
        LegState.ASKED,
        _currency(station),
        finish=then is not None,
    )
    return send(station, leg, then)


def refund_leg(station: Station, kind: TenderKind, amount_minor: int, of: tuple[str, str]) -> Leg:
    """A refund to the purchase of that (reference, key)."""
    terminal = terminal_of(station, kind)
    assert terminal is not None
    return Leg(
        station.new_id(),
        kind.value,
        terminal,
        PaymentDo.REFUND.value,
        amount_minor,
        LegState.ASKED,
        _currency(station),
        finish=True,
        of_reference=of[0],
        of_key=of[1],
    )


def _currency(station: Station) -> str:
    return CURRENCY_NUMBERS.get(program_of(station).currency.code, "643")


def send(station: Station, leg: Leg, then: Then | None) -> Answer:
    """Durable first, then the terminal; its answer comes later."""
    at = station.settings.crash_point
    step(station, moving_of(station).with_leg(leg))
    at("tender.kept")
    station.doing = Doing("asking", leg.key)
    _payments(station).carry_out(
        leg.terminal,
        leg.order(),
        lambda result: _told(station, leg.key, result, then, looked=False),
        lambda progress: _progressed(station, leg, progress),
    )
    at("tender.sent")
    said = notice("terminal_asked", Tone.NEUTRAL, None, amount=_money(station, leg))
    return changed(*PARTS, notices=(said,))


def look_up(station: Station, leg: Leg, then: Then | None) -> Answer:
    """What became of a leg, its reversal included. Never orders anything."""
    undoing = leg.state in (LegState.UNDOING, LegState.STUCK)
    key = leg.undo_key if undoing else leg.key
    station.doing = Doing("looking", key)
    told = _undone if undoing else _told
    _payments(station).last_result(
        leg.terminal,
        leg.undo_order() if undoing else leg.order(),
        lambda result: told(station, key, result, then, looked=True),
        lambda progress: _progressed(station, leg, progress),
    )
    return changed(*PARTS)


def late(station: Station, key: str, result: PaymentResult) -> Answer:
    """An answer that came after it was given up; only to what is still not known."""
    leg = station.moving.leg(key) if station.moving is not None else None
    if leg is None or station.doing is not None or not result.is_final or not leg.is_waiting:
        return done()
    if key == leg.undo_key:
        return settle_undo(station, leg, result, None, looked=True)
    station.recovered = True  # nobody waits for it any more: the cashier says how it goes on
    return settle_leg(station, leg, result, None, looked=True)


def cancel(station: Station) -> Answer:
    """The cashier wants no more of it; the terminal's answer still counts."""
    if station.doing is None or not station.doing.key:
        return refused("nothing_to_cancel")
    _payments(station).cancel(station.doing.key)
    return changed(Part.TENDERS, notices=(notice("payment_cancelling"),))


def _payments(station: Station) -> Payments:
    assert station.payments is not None
    return station.payments


def _money(station: Station, leg: Leg) -> Money:
    return Money(leg.amount_minor, program_of(station).currency)


def _progressed(station: Station, leg: Leg, progress: Progress) -> None:
    if station.doing is None or station.doing.key not in (leg.key, leg.undo_key):
        return
    station.doing = replace(station.doing, progress=progress)
    if progress.qr:
        _payments(station).show_qr(progress.qr, leg.amount_minor)
    station.say(changed(Part.DEMAND))


def ended(station: Station, key: str) -> None:
    """Nothing is waited for any more."""
    if station.doing is not None and station.doing.key == key:
        if station.doing.progress.qr:
            _payments(station).show_qr("", 0)
        station.doing = None


def _told(
    station: Station, key: str, result: PaymentResult, then: Then | None, *, looked: bool
) -> None:
    """The terminal's answer to a purchase or refund."""
    ended(station, key)
    leg = station.moving.leg(key) if station.moving is not None else None
    if leg is None or leg.state not in (LegState.ASKED, LegState.UNKNOWN):
        return
    station.say(guarded(lambda: settle_leg(station, leg, result, then, looked=looked)))


def settle_leg(
    station: Station, leg: Leg, result: PaymentResult, then: Then | None, *, looked: bool
) -> Answer:
    """What an answer means for the receipt."""
    moving = moving_of(station)
    if result.outcome is PaymentOutcome.APPROVED:
        step(station, moving.with_leg(approved(leg, result)))
        station.settings.crash_point("tender.approved")
        said = notice("payment_approved", Tone.GOOD, None, amount=_money(station, leg))
        return _followed(station, then, said)
    if result.outcome is PaymentOutcome.DECLINED:
        step(station, moving.without_leg(leg.key))
        return changed(*PARTS, notices=(_declined(station, leg, result),))
    step(station, moving.with_leg(replace(leg, state=LegState.UNKNOWN, why=result.reason)))
    station.settings.crash_point("tender.unknown")
    if not looked:
        return look_up(station, leg, then)
    said = notice("payment_unknown", Tone.ERROR, None, amount=_money(station, leg))
    return changed(*PARTS, notices=(said,))


def _followed(station: Station, then: Then | None, said: Notice) -> Answer:
    """The next arrow, if one was agreed on; a refusal of it leaves the money where it is."""
    if then is None:
        return changed(*PARTS, notices=(said,))
    answer = guarded(lambda: then(station))
    return replace(
        answer, notices=(said, *answer.notices), changed=answer.changed | frozenset(PARTS)
    )


def _declined(station: Station, leg: Leg, result: PaymentResult) -> Notice:
    reason = result.reason if result.reason in SAID_OF_DECLINED else "declined"
    text = result.message[:60]
    return notice(f"payment_{reason}", Tone.WARNING, None, amount=_money(station, leg), text=text)


# --- the money goes back --------------------------------------------------------------------------


def undo(station: Station, leg: Leg, then: Then | None = None) -> Answer:
    """Order the reversal of an approved leg, once; a further try is another order."""
    at = station.settings.crash_point
    leg = replace(leg, state=LegState.UNDOING, undo_key=station.new_id(), why="")
    step(station, moving_of(station).with_leg(leg))
    at("reversal.kept")
    station.doing = Doing("undoing", leg.undo_key)
    _payments(station).carry_out(
        leg.terminal,
        leg.undo_order(),
        lambda result: _undone(station, leg.undo_key, result, then, looked=False),
        lambda progress: _progressed(station, leg, progress),
    )
    at("reversal.sent")
    return changed(*PARTS, notices=(notice("payment_undoing"),))


def undo_all(station: Station) -> Answer:
    """Every approved leg, one after the other; stops where one does not go back."""
    legs = station.moving.legs if station.moving is not None else ()
    purchases = (leg for leg in legs if leg.do == PaymentDo.PURCHASE.value)
    leg = next((one for one in purchases if one.state is LegState.APPROVED), None)
    return changed(*PARTS) if leg is None else undo(station, leg, undo_all)


def _undone(
    station: Station, key: str, result: PaymentResult, then: Then | None, *, looked: bool
) -> None:
    """The terminal's answer to a reversal."""
    ended(station, key)
    leg = station.moving.leg(key) if station.moving is not None else None
    if leg is None or leg.undo_key != key:
        return
    station.say(guarded(lambda: settle_undo(station, leg, result, then, looked=looked)))


def settle_undo(
    station: Station, leg: Leg, result: PaymentResult, then: Then | None, *, looked: bool
) -> Answer:
    """What the answer means: back, or a person must say."""
    moving = moving_of(station)
    if result.outcome is PaymentOutcome.APPROVED:
        step(station, moving.without_leg(leg.key))
        said = notice("payment_undone", Tone.GOOD, None, amount=_money(station, leg))
        return _followed(station, then, said)
    if result.outcome is PaymentOutcome.UNKNOWN and not looked:
        return look_up(station, leg, then)
    step(station, moving.with_leg(replace(leg, state=LegState.STUCK, why=result.reason)))
    said = notice("payment_stuck", Tone.ERROR, None, amount=_money(station, leg))
    return changed(*PARTS, notices=(said,))


# --- a person says --------------------------------------------------------------------------------


def believed(station: Station, leg: Leg, reference: str, then: Then | None) -> Answer:
    """The cashier has seen the slip: it pays, and the manager compares it with the bank."""
    put_to_manager(station, leg, "taken")
    seen = replace(leg, state=LegState.APPROVED, reference=reference, receipt_no=reference, why="")
    step(station, moving_of(station).with_leg(seen))
    return _followed(station, then, notice("payment_believed", Tone.WARNING))


def disbelieved(station: Station, leg: Leg) -> Answer:
    """The cashier has seen that nothing was taken, or that it cannot be given back here."""
    stuck = leg.state in (LegState.STUCK, LegState.UNDOING)
    put_to_manager(station, leg, "not_back" if stuck else "not_taken")
    step(station, moving_of(station).without_leg(leg.key))
    return changed(*PARTS, notices=(notice("payment_to_manager", Tone.WARNING),))

"""The registrar's day: open its shift, X, Z, a correction, the buyer's address, a copy.

The shift opens with the till's session and closes with the business day; each is an errand that is
on the disk before it is sent. What a person asks for here says at once whether it was begun.
"""

from dataclasses import dataclass, replace

from pos_app.domain.fiscal.receipts import NotFiscal, correction_of
from pos_app.domain.fiscal.shape import Correction, FiscalKind
from pos_app.domain.money import Money
from pos_app.domain.rights import Right
from pos_app.workstation import fiscal_errands
from pos_app.workstation.answer import (
    Answer,
    Part,
    Tone,
    done,
    notice,
    refused,
    refused_with,
)
from pos_app.workstation.fiscal_desk import in_force, terms_of
from pos_app.workstation.fiscal_notes import keep, notes_of
from pos_app.workstation.fiscal_port import FiscalAnswer, FiscalOutcome, ShiftState
from pos_app.workstation.ports import Facts, FiscalRow
from pos_app.workstation.station import (
    Override,
    Station,
    authorise,
    changed,
    record,
    require,
    right_used,
)

ADDRESS_MOST = 64
"""Characters of tag 1008."""
PHONE_DIGITS = range(10, 16)


@dataclass(frozen=True, slots=True)
class CorrectionWish:
    """A receipt that was not registered in its time. `order`: the number of a tax office's order,
    "" when the shop corrects by itself; `reason` stays in the audit chain."""

    receipt: str
    reason: str
    order: str = ""


def opening(station: Station, float_minor: int) -> tuple[FiscalRow, ...]:
    """With a till session: the shift, and the change that was put into the drawer.

    A shift that is open already has its drawer counted: a second session of a day adds nothing.
    """
    if not in_force(station) or station.fiscal.registrar.state().shift is ShiftState.OPEN:
        return ()
    rows = [fiscal_errands.errand(station, FiscalKind.OPEN_SHIFT)]
    if float_minor:
        rows.append(fiscal_errands.errand(station, FiscalKind.CASH_IN, float_minor))
    return tuple(rows)


def cash(station: Station, sign: int, amount_minor: int) -> tuple[FiscalRow, ...]:
    """With a movement of cash: the registrar counts its drawer as well."""
    if not in_force(station):
        return ()
    kind = FiscalKind.CASH_IN if sign > 0 else FiscalKind.CASH_OUT
    return (fiscal_errands.errand(station, kind, amount_minor),)


def closing(station: Station) -> tuple[FiscalRow, ...]:
    """With the end of the business day: Z."""
    if not in_force(station):
        return ()
    return (fiscal_errands.errand(station, FiscalKind.CLOSE_SHIFT),)


def x_too(station: Station) -> None:
    """With the till's own X report: the registrar's."""
    if in_force(station):
        fiscal_errands.wanted(station, FiscalKind.X_REPORT)


def open_shift(station: Station) -> Answer:
    """By hand, where a shift was closed in the middle of the day."""
    return _begun(station, FiscalKind.OPEN_SHIFT, Right.SELL)


def close_shift(station: Station) -> Answer:
    """By hand: a shift of more than 24 hours must end before anybody pays."""
    return _begun(station, FiscalKind.CLOSE_SHIFT, Right.CLOSE_DAY)


def _begun(station: Station, kind: FiscalKind, right: Right) -> Answer:
    trouble = _barred(station, right)
    if trouble:
        return trouble
    fiscal_errands.wanted(station, kind)
    return changed(Part.DEVICES, notices=(notice(f"fiscal_{kind.value}_begun"),))


def electronic(station: Station, address: str) -> Answer:
    """The buyer's e-mail or phone for an electronic receipt, typed before the payment (tag 1008).

    Empty: none. It goes to the registrar and nowhere else.
    """
    transaction = station.open
    if not in_force(station):
        return refused("no_registrar")
    if transaction is None:
        return refused("nothing_open")
    if transaction.tenders:
        return refused("address_before_payment")
    said = address.strip()
    buyer = buyer_of(said)
    if said and buyer is None:
        return refused("bad_address")
    notes = notes_of(station, transaction.transaction_id)
    keep(station, transaction.transaction_id, replace(notes, buyer=buyer or ""))
    code = "receipt_electronic" if buyer else "receipt_on_paper"
    return changed(Part.TRANSACTION, notices=(notice(code),))


def buyer_of(text: str) -> str | None:
    """`name@host` or `+79991234567` as the format wants it; None when it is neither."""
    if "@" in text:
        name, _, host = text.partition("@")
        whole = bool(name) and "." in host.strip(".") and " " not in text and "@" not in host
        return text if whole and len(text) <= ADDRESS_MOST else None
    digits = "".join(one for one in text if one.isdigit())
    if len(digits) not in PHONE_DIGITS or any(one.isalpha() for one in text):
        return None
    if not text.startswith("+") and len(digits) == 11 and digits[0] == "8":
        digits = f"7{digits[1:]}"
    return f"+7{digits}" if len(digits) == 10 else f"+{digits}"


def correct(station: Station, wish: CorrectionWish, override: Override | None) -> Answer:
    """A correction for a receipt that has no fiscal document."""
    if not wish.reason.strip():
        return refused("reason_wanted")
    document = station.journal.document(wish.receipt.strip().removeprefix("K1R:"))
    if document is None:
        return refused("unknown_receipt", number=wish.receipt)
    rows = station.fiscal.book.of(document.transaction_id)
    if any(row.state not in {"not_done"} and row.kind != "draft" for row in rows):
        return refused("has_fiscal_document", number=document.receipt_number)
    trouble = _allowed(station, Right.CLOSE_DAY, override)
    if trouble:
        return trouble
    marks = notes_of(station, document.transaction_id).marks
    correction = Correction(document.business_on, bool(wish.order), wish.order)
    try:
        fiscal = correction_of(document, terms_of(station, document, marks), correction)
    except NotFiscal as unsaid:
        return refused_with(unsaid.sentence)
    row = fiscal_errands.errand(station, fiscal.kind, document=fiscal)
    by = override[0] if override else ""
    number, due = document.receipt_number, document.totals.due_minor
    used = right_used(
        station,
        "fiscal_correction",
        number,
        reason=wish.reason,
        override_by=by,
        amount_minor=due,
    )
    failed = record(station, Facts(events=(used,), fiscal=(row,)))
    if failed:
        return failed
    fiscal_errands.pump(station)
    said = notice("fiscal_correction_begun", Tone.NEUTRAL, None, number=number, amount=Money(due))
    return changed(Part.DEVICES, notices=(said,))


def copy(station: Station, receipt: str) -> Answer:
    """A copy on the registrar's paper, from its storage; nothing is registered."""
    trouble = _barred(station, Right.REPRINT)
    if trouble:
        return trouble
    journal = station.journal
    document = journal.document(receipt) if receipt else journal.last_document()
    rows = station.fiscal.book.of(document.transaction_id) if document else ()
    number = next((fiscal_errands.number_of(row) for row in reversed(rows) if row.result), 0)
    if document is None or not number:
        return refused("no_fiscal_document")
    used = right_used(station, "fiscal_copy", document.receipt_number)
    failed = record(station, Facts(events=(used,)))
    if failed:
        return failed
    station.fiscal.registrar.reprint(
        number, station.new_id(), lambda answer: _printed(station, answer)
    )
    return done(notice("fiscal_copy_begun"))


def go_on(station: Station) -> Answer:
    """There is paper again: the registrar finishes its document, and what waited is looked up."""
    trouble = _barred(station, Right.SELL)
    if trouble:
        return trouble
    station.fiscal.registrar.go_on(station.new_id(), lambda answer: _printed(station, answer))
    return done(notice("fiscal_going_on"))


def _printed(station: Station, answer: FiscalAnswer) -> None:
    station.fiscal.registrar.ask_state(lambda _state: fiscal_errands.pump(station))
    if answer.outcome is FiscalOutcome.DONE:
        said = notice("fiscal_printed", Tone.GOOD)
    else:
        why = answer.trouble or fiscal_errands.UNSAID
        said = notice("fiscal_not_printed", Tone.WARNING, None, why=why)
    station.say(changed(Part.DEVICES, notices=(said,)))


def _barred(station: Station, right: Right) -> Answer | None:
    """What takes no PIN of its own: the right, own or lent."""
    return require(station, right) if in_force(station) else refused("no_registrar")


def _allowed(station: Station, right: Right, override: Override | None) -> Answer | None:
    if not in_force(station):
        return refused("no_registrar")
    allowed = authorise(station, right, override)
    return allowed if isinstance(allowed, Answer) else None

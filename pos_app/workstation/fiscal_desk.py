"""No fiscal document, no paid receipt: the fiscal arrow of a completed transaction.

The cashier takes the money; the registrar makes its document; only then is the receipt paid. What
was sent and not answered is looked up under its key, never sent again.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

from pos_app.domain.document import CompletedTransaction, TransactionKind
from pos_app.domain.fiscal.receipts import NotFiscal, Terms, payments_of, receipt_of
from pos_app.domain.fiscal.shape import (
    Cashier,
    FiscalDocument,
    FiscalKind,
    MarkingCode,
    TaxSystem,
)
from pos_app.domain.fiscal.stored import decode_document, encode_document
from pos_app.domain.sentence import Sentence, say
from pos_app.workstation import fiscal_errands
from pos_app.workstation.fiscal_notes import notes_of, settled
from pos_app.workstation.fiscal_port import (
    FiscalAnswer,
    FiscalMark,
    FiscalOutcome,
    ShiftState,
)
from pos_app.workstation.payment_port import FiscalAnswer as Told
from pos_app.workstation.payment_port import FiscalState
from pos_app.workstation.ports import Facts, FiscalRow, StorageBroken, StorageFull
from pos_app.workstation.station import Station

OnTold = Callable[[Told], None]
STANDARD = "standard"
BEHIND = frozenset({ShiftState.CLOSED, ShiftState.EXPIRED})
"""A shift that must be opened or closed first: an errand, and it waits behind what nobody knows."""
RECEIPT_KINDS = frozenset({"sale", "return"})
HOPELESS = frozenset({"fiscal.bad_document", "fiscal.marking"})
"""Reasons that another attempt with the same goods cannot change."""


class FiscalDesk:
    """Satisfies `payment_port.FiscalRegistrar`. One document a transaction, whatever happens."""

    def __init__(self, station: Station) -> None:
        self._station = station

    def configured(self) -> bool:
        """Whether a sale needs a document here: not without a registrar, not in training."""
        return in_force(self._station)

    def trouble(self) -> Sentence | None:
        """Why payment must wait; None without a registrar, and in training."""
        if not in_force(self._station):
            return None
        state = self._station.fiscal.registrar.state()
        if self._station.fiscal.asking:
            return say("fiscal.marks_waiting")
        if state.shift in BEHIND and any(map(fiscal_errands.is_unsure, self._waiting())):
            return say("fiscal.unsure_first")
        if state.shift is ShiftState.CLOSED and state.trouble is None:
            fiscal_errands.wanted(self._station, FiscalKind.OPEN_SHIFT)
            return say("fiscal.opening_shift")
        if state.shift is ShiftState.EXPIRED:
            return say("fiscal.shift_expired")
        lost = state.shift is ShiftState.UNKNOWN
        return state.trouble or (say("fiscal.unreachable") if lost else None)

    def _waiting(self) -> list[FiscalRow]:
        return fiscal_errands.waiting(self._station)

    def issue(self, document: CompletedTransaction, key: str, on_answer: OnTold) -> None:
        """One document for that transaction; what an earlier attempt left open is settled first."""
        if not in_force(self._station):
            on_answer(Told(FiscalState.ISSUED))
            return
        last = self._last(key)
        if last is not None and last.state != "not_done":
            self.look_up(document, key, lambda told: self._again(document, key, told, on_answer))
            return
        self._send(document, key, on_answer)

    def look_up(self, document: CompletedTransaction, key: str, on_answer: OnTold) -> None:
        """What became of it; never issues."""
        last = self._last(key)
        if last is None or last.state == "not_done":
            on_answer(Told(FiscalState.NOT_ISSUED))
        elif last.state in {"done", "issued"}:
            on_answer(Told(FiscalState.ISSUED, _receipt(last)))
        else:
            row = last
            registrar = self._station.fiscal.registrar
            registrar.recover(row.key, lambda answer: self._answered(row, answer, on_answer))

    def with_receipt(
        self, facts: Facts, document: CompletedTransaction, receipt: Mapping[str, Any]
    ) -> Facts:
        """The commit with the document's last state; the notes of the transaction are let go."""
        last = self._last(document.transaction_id)
        rows = settled(self._station, document.transaction_id)
        if last is not None:
            rows = (*rows, replace(last, state="issued"))
        return replace(facts, fiscal=(*facts.fiscal, *rows))

    # --- one attempt ------------------------------------------------------------------------------

    def _last(self, transaction_id: str) -> FiscalRow | None:
        rows = self._station.fiscal.book.of(transaction_id)
        return next((row for row in reversed(rows) if row.kind in RECEIPT_KINDS), None)

    def _again(
        self, document: CompletedTransaction, key: str, told: Told, on_answer: OnTold
    ) -> None:
        """An attempt that is surely nothing may be followed by a new one."""
        last = self._last(key)
        if told.state is FiscalState.NOT_ISSUED and not told.final:
            self._send(document, key, on_answer)
        elif (
            told.state is FiscalState.ISSUED and last is not None and self._differs(document, last)
        ):
            on_answer(Told(FiscalState.UNKNOWN, told.receipt, say("fiscal.other_document")))
        else:
            on_answer(told)

    def _differs(self, document: CompletedTransaction, last: FiscalRow) -> bool:
        """Somebody said it was not issued and changed the receipt; it was issued after all."""
        earlier = decode_document(last.body)
        return payments_of(document) != earlier.payments

    def _send(self, document: CompletedTransaction, key: str, on_answer: OnTold) -> None:
        waits = self.trouble()
        if waits is not None:
            on_answer(Told(FiscalState.NOT_ISSUED, why=waits))
            return
        try:
            fiscal = self._document(document)
        except NotFiscal as refused:
            on_answer(Told(FiscalState.NOT_ISSUED, why=refused.sentence, final=True))
            return
        station = self._station
        row = FiscalRow(
            key=station.new_id(),
            transaction_id=key,
            kind=fiscal.kind.value,
            state="sent",
            at=station.now(),
            body=encode_document(fiscal),
        )
        try:
            station.fiscal.book.save(row)
        except (StorageFull, StorageBroken):
            on_answer(Told(FiscalState.NOT_ISSUED, why=say("refused.storage_full")))
            return
        at = station.settings.crash_point
        at("registrar.prepared")
        station.fiscal.registrar.register(
            fiscal, row.key, lambda answer: self._answered(row, answer, on_answer)
        )
        at("registrar.sent")

    def _answered(self, row: FiscalRow, answer: FiscalAnswer, on_answer: OnTold) -> None:
        self._station.settings.crash_point("registrar.answered")
        state, result = STATES[answer.outcome], row.result
        if answer.mark is not None:
            result = written(answer.mark)
        known = answer.outcome is not FiscalOutcome.UNKNOWN
        body = _without_buyer(row.body) if known else row.body
        kept = replace(row, state=state, result=result, body=body)
        self._station.fiscal.book.save(kept)
        if answer.outcome is FiscalOutcome.DONE:
            on_answer(Told(FiscalState.ISSUED, _receipt(kept)))
        elif answer.outcome is FiscalOutcome.NOT_DONE:
            why = answer.trouble
            final = why is not None and why.key in HOPELESS
            on_answer(Told(FiscalState.NOT_ISSUED, why=why, final=final))
        else:
            on_answer(Told(FiscalState.UNKNOWN, why=answer.trouble or say("fiscal.unknown")))

    def _document(self, document: CompletedTransaction) -> FiscalDocument:
        marks = notes_of(self._station, document.transaction_id).marks
        if document.kind is TransactionKind.RETURN and not marks:
            marks = self._marks_back(document)
        return receipt_of(document, terms_of(self._station, document, marks))

    def _marks_back(self, document: CompletedTransaction) -> dict[int, tuple[MarkingCode, ...]]:
        """The codes under which the goods were sold here, less those that are back already."""
        sold = self._sold_marks(document.original_id or "")
        for earlier in self._station.journal.returns_of(document.original_id or ""):
            for line, marks in self._sold_marks(earlier.transaction_id).items():
                sold[line] = [mark for mark in sold.get(line, []) if mark not in marks]
        back = ((one.line, one.returned_line, one.quantity.value) for one in document.lines)
        return {line: tuple(sold.get(was or 0, [])[:count]) for line, was, count in back}

    def _sold_marks(self, transaction_id: str) -> dict[int, list[MarkingCode]]:
        """By the line of the sale."""
        last = self._last(transaction_id) if transaction_id else None
        found: dict[int, list[MarkingCode]] = {}
        for one in decode_document(last.body).positions if last else ():
            if one.marking is not None:
                found.setdefault(one.line, []).append(one.marking)
        return found


STATES = {
    FiscalOutcome.DONE: "done",
    FiscalOutcome.NOT_DONE: "not_done",
    FiscalOutcome.UNKNOWN: "unknown",
}


def in_force(station: Station) -> bool:
    """A registrar is configured, and this is no training."""
    return station.fiscal.registrar.configured() and not station.settings.training


def terms_of(
    station: Station, document: CompletedTransaction, marks: Mapping[int, tuple[MarkingCode, ...]]
) -> Terms:
    """What the shop has set, and who stands at the counter."""
    shop, voice = station.fiscal.shop, station.gear.voice(station.settings.language)
    buyer = notes_of(station, document.transaction_id).buyer
    return Terms(
        vat=shop.vat,
        cashier=cashier_of(station, document.operator_id),
        words=voice.say,
        tax_system=shop.tax_system,
        buyer=buyer,
        paper=shop.paper_too or not buyer,
        marks=marks,
        advance_rate_ppm=_advance_rate_ppm(station, document),
    )


def _advance_rate_ppm(station: Station, document: CompletedTransaction) -> int:
    """Who pays the tax in general pays it on an advance, at the standard rate of that day."""
    if station.fiscal.shop.tax_system is not TaxSystem.GENERAL:
        return 0
    sale = station.journal.document(document.original_id) if document.original_id else None
    sold_on = (sale or document).business_on
    return station.settings.tax.rate_ppm(STANDARD, sold_on)


def cashier_of(station: Station, operator_id: str) -> Cashier:
    """Tags 1021 and 1203."""
    known = next((o for o in station.mirror.operators() if o.operator_id == operator_id), None)
    number = station.fiscal.shop.taxpayer_numbers.get(operator_id, "")
    return Cashier(known.name if known else operator_id or "-", number)


def written(mark: FiscalMark) -> bytes:
    """What the registrar gave, as the till's file keeps it."""
    return json.dumps(asdict(mark)).encode()


def _receipt(row: FiscalRow) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(row.result) if row.result else {}
    return said


def _without_buyer(body: bytes) -> bytes:
    return encode_document(replace(decode_document(body), buyer=""))

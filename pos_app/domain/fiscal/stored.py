"""A fiscal document as bytes and back, for what must be on the disk before it is sent.

Never read by another program: it lives in one till's file until the registrar has answered.
"""

import base64
import json
from datetime import date
from typing import Any

from pos_app.domain.fiscal.shape import (
    Cashier,
    Correction,
    FiscalDocument,
    FiscalKind,
    MarkingCode,
    MarkState,
    Measure,
    PaymentMethod,
    PaymentObject,
    Payments,
    Permission,
    Position,
    TaxSystem,
)

VERSION = 1


def encode_document(document: FiscalDocument) -> bytes:
    """JSON in UTF-8."""
    said = {
        "v": VERSION,
        "kind": document.kind.value,
        "cashier": [document.cashier.name, document.cashier.taxpayer_number],
        "transaction_id": document.transaction_id,
        "positions": [_position(one) for one in document.positions],
        "payments": [
            document.payments.cash_minor,
            document.payments.electronic_minor,
            document.payments.prepaid_minor,
        ],
        "tax_system": document.tax_system.value,
        "buyer": document.buyer,
        "paper": document.paper,
        "correction": _correction(document.correction),
        "cash_minor": document.cash_minor,
        "notes": list(document.notes),
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def decode_document(data: bytes) -> FiscalDocument:
    """The reverse; ValueError when it was not written here."""
    try:
        return _document(json.loads(data))
    except (KeyError, TypeError, IndexError, AttributeError) as bad:
        raise ValueError(f"not a stored fiscal document: {bad!r}") from bad


def _document(said: Any) -> FiscalDocument:
    name, number = said["cashier"]
    return FiscalDocument(
        kind=FiscalKind(said["kind"]),
        cashier=Cashier(name, number),
        transaction_id=said["transaction_id"],
        positions=tuple(_position_of(one) for one in said["positions"]),
        payments=Payments(*said["payments"]),
        tax_system=TaxSystem(said["tax_system"]),
        buyer=said["buyer"],
        paper=said["paper"],
        correction=_correction_of(said["correction"]),
        cash_minor=said["cash_minor"],
        notes=tuple(said["notes"]),
    )


def _position(one: Position) -> dict[str, Any]:
    return {
        "name": one.name,
        "price": one.price_minor,
        "quantity": one.quantity_milli,
        "amount": one.amount_minor,
        "vat": one.vat,
        "measure": one.measure.value,
        "subject": one.subject.value,
        "method": one.method.value,
        "discount": one.discount_minor,
        "marking": None if one.marking is None else mark_to_json(one.marking),
        "mark_state": one.mark_state.value,
        "notes": list(one.notes),
        "line": one.line,
    }


def _position_of(said: dict[str, Any]) -> Position:
    marking = said["marking"]
    return Position(
        name=said["name"],
        price_minor=said["price"],
        quantity_milli=said["quantity"],
        amount_minor=said["amount"],
        vat=said["vat"],
        measure=Measure(said["measure"]),
        subject=PaymentObject(said["subject"]),
        method=PaymentMethod(said["method"]),
        discount_minor=said["discount"],
        marking=None if marking is None else mark_of_json(marking),
        mark_state=MarkState(said["mark_state"]),
        notes=tuple(said["notes"]),
        line=said["line"],
    )


def mark_to_json(mark: MarkingCode) -> dict[str, Any]:
    """A marking code with its permission, as plain values."""
    said = mark.permission
    permission = said and [
        said.authority,
        said.document_on.isoformat(),
        said.document_number,
        said.details,
    ]
    return {"raw": base64.b64encode(mark.raw).decode(), "permission": permission}


def mark_of_json(said: dict[str, Any]) -> MarkingCode:
    """The reverse."""
    permission = None
    if said["permission"] is not None:
        authority, on, number, details = said["permission"]
        permission = Permission(authority, date.fromisoformat(on), number, details)
    return MarkingCode(base64.b64decode(said["raw"], validate=True), permission)


def _correction(one: Correction | None) -> list[Any] | None:
    return None if one is None else [one.on.isoformat(), one.by_order, one.order_number]


def _correction_of(said: list[Any] | None) -> Correction | None:
    if said is None:
        return None
    on, by_order, number = said
    return Correction(date.fromisoformat(on), by_order, number)

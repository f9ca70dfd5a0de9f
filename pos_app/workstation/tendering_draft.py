"""The open transaction in the row of its money, so that a cut between card and receipt loses
neither. Never a price of another day: what was entered keeps the price it was entered at.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from pos_app.domain.document import TransactionKind
from pos_app.domain.loyalty.confirmation import Confirmation
from pos_app.domain.tender import Tender, TenderKind
from pos_app.domain.transaction import Evidence, Transaction
from pos_app.workstation.moving import Moving
from pos_app.workstation.pricing_task import reprice
from pos_app.workstation.return_sale import reopened
from pos_app.workstation.station import Station
from pos_app.workstation.suspend_resume import draft_body, known_of, restored


def draft_of(transaction: Transaction, by_terminal: Collection[TenderKind]) -> dict[str, Any]:
    """What was entered, and the tenders that no terminal takes."""
    mine = [one for one in transaction.tenders if one.kind not in by_terminal]
    draft: dict[str, Any] = {
        "started_at": transaction.started_at.isoformat(),
        "tenders": [[t.kind.value, t.amount_minor, t.reference] for t in mine],
    }
    if transaction.original is not None:
        draft["original"] = transaction.original.transaction_id
        draft["reason"] = transaction.reason
        lines = [line for line in transaction.lines if line.sold is not None]
        draft["back"] = [[line.sold.line, line.quantity.value] for line in lines if line.sold]
        return draft
    given = transaction.confirmation
    return {
        **draft,
        "body": draft_body(transaction),
        "points": transaction.points_wish,
        "evidence": [
            [one.member_id, one.discount_id, one.paper, one.seen] for one in transaction.evidence
        ],
        "confirmation": given
        and [given.how, given.member_id, given.at.isoformat(), given.evidence],
        "bare": transaction.reason if transaction.takes_back else None,
    }


def restore(station: Station, moving: Moving) -> bool:
    """Open it again as it stood; False where the till no longer knows what it was about."""
    draft = moving.draft
    if "original" in draft:
        return reopened(
            station, moving.transaction_id, draft["original"], draft["back"], draft["reason"]
        )
    if "body" not in draft:
        return False
    transaction, lost = restored(
        station, draft["body"], moving.transaction_id, datetime.fromisoformat(draft["started_at"])
    )
    transaction = _as_entered(transaction, draft)
    station.known = known_of(station, transaction)
    station.open = transaction
    station.past.clear()
    station.last_sale = None
    reprice(station)
    station.open = replace(transaction, tenders=(*_tenders(draft), *_paid(moving)))
    return not lost


def _as_entered(transaction: Transaction, draft: Mapping[str, Any]) -> Transaction:
    prices = {one["line"]: one["price"] for one in draft["body"]["lines"]}
    lines = tuple(replace(one, unit_price_minor=prices[one.line]) for one in transaction.lines)
    given = draft["confirmation"]
    bare = draft.get("bare")
    return replace(
        transaction,
        kind=TransactionKind.SALE if bare is None else TransactionKind.RETURN,
        reason=bare or "",
        lines=lines,
        points_wish=draft["points"],
        evidence=tuple(Evidence(*one) for one in draft["evidence"]),
        confirmation=given
        and Confirmation(given[0], given[1], datetime.fromisoformat(given[2]), given[3]),
    )


def _tenders(draft: Mapping[str, Any]) -> tuple[Tender, ...]:
    return tuple(Tender(TenderKind(kind), amount, ref) for kind, amount, ref in draft["tenders"])


def _paid(moving: Moving) -> tuple[Tender, ...]:
    return tuple(leg.tender() for leg in moving.legs)

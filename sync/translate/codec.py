"""Events as canonical bytes and back, for every version ever written. Never drops a version.

The bytes of an event are hashed and signed at the till: what was written once must decode for
ever, and a golden file per kind and version holds us to it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from pos_app.domain import events as facts
from sync.translate import manual_events as m
from sync.translate import till_events as t
from sync.translate.documents import transaction_doc, transaction_from_doc
from sync.wire import events as docs
from sync.wire.codec import canonical, decode


class UnreadableEvent(ValueError):
    """A kind or version this program does not know, or a body that is not one of them."""


@dataclass(frozen=True, slots=True)
class _Pair:
    kind: str
    fact: type
    doc: type[Struct]
    to_doc: Callable[[Any], Struct]
    to_fact: Callable[[Any], Any]


def _completed_doc(event: facts.TransactionCompleted) -> docs.TransactionCompletedDoc:
    return transaction_doc(event.document)


def _completed(doc: docs.TransactionCompletedDoc) -> facts.TransactionCompleted:
    return facts.TransactionCompleted(transaction_from_doc(doc))


_PAIRS: dict[str, tuple[type, Callable[[Any], Struct], Callable[[Any], Any]]] = {
    "transaction_completed": (facts.TransactionCompleted, _completed_doc, _completed),
    "member_enrolled": (facts.MemberEnrolled, t.member_enrolled_doc, t.member_enrolled),
    "categories_chosen": (facts.CategoriesChosen, t.categories_chosen_doc, t.categories_chosen),
    "points_adjusted": (facts.PointsAdjusted, m.points_adjusted_doc, m.points_adjusted),
    "receipt_credited": (facts.ReceiptCredited, m.receipt_credited_doc, m.receipt_credited),
    "members_merged": (facts.MembersMerged, m.members_merged_doc, m.members_merged),
    "allowance_returned": (facts.AllowanceReturned, t.allowance_returned_doc, t.allowance_returned),
    "transfer_out": (facts.AllowanceGiven, t.transfer_out_doc, t.transfer_out),
    "transfer_in": (facts.AllowanceTaken, t.transfer_in_doc, t.transfer_in),
    "session_opened": (facts.SessionOpened, t.session_opened_doc, t.session_opened),
    "session_closed": (facts.SessionClosed, t.session_closed_doc, t.session_closed),
    "day_closed": (facts.DayClosed, t.day_closed_doc, t.day_closed),
    "cash_moved": (facts.CashMoved, t.cash_moved_doc, t.cash_moved),
    "right_used": (facts.RightUsed, t.right_used_doc, t.right_used),
    "unknown_code_seen": (facts.UnknownCodeSeen, t.unknown_code_seen_doc, t.unknown_code_seen),
}
_BY_FACT = {
    fact: _Pair(kind, fact, docs.EVENT_KINDS[kind], to_doc, to_fact)
    for kind, (fact, to_doc, to_fact) in _PAIRS.items()
}
_BY_VERSION = {(pair.kind, 1): pair for pair in _BY_FACT.values()}


class WireCodec:
    """The till's EventCodec; the server reads with the same one."""

    version = 1

    def encode(self, event: facts.Event) -> tuple[str, int, bytes]:
        """(kind, version, canonical body). Equal facts give equal bytes."""
        pair = _BY_FACT[type(event)]
        return pair.kind, self.version, canonical(pair.to_doc(event))

    def decode(self, kind: str, version: int, body: bytes) -> facts.Event:
        """The fact in a body; UnreadableEvent for anything that is not one."""
        pair = _BY_VERSION.get((kind, version))
        if pair is None:
            raise UnreadableEvent(f"no event {kind!r} in version {version} is known here")
        try:
            event: facts.Event = pair.to_fact(decode(pair.doc, body))
        except (ValueError, OverflowError) as error:
            raise UnreadableEvent(f"{kind}: {error}") from error
        return event

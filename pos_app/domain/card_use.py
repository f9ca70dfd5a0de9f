"""A receipt as a use of its member's card. Never judges it: `loyalty.velocity` does."""

from pos_app.domain.document import CompletedTransaction, TransactionKind
from pos_app.domain.loyalty.velocity import Seen


def use_of(document: CompletedTransaction, member_id: str) -> Seen:
    """Who, when, where and by whom; `member_id` is whom the card belongs to now."""
    return Seen(
        member_id,
        document.completed_at,
        document.business_on,
        document.store_id,
        document.operator_id,
        document.transaction_id,
    )


def is_visit(document: CompletedTransaction) -> bool:
    """A sale; not the new goods of an exchange: their customer came to bring others back."""
    return document.kind is TransactionKind.SALE and not document.exchange_of

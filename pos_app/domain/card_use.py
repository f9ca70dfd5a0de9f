"""A receipt as a use of its member's card. Never judges it: `loyalty.velocity` does."""

from pos_app.domain.document import CompletedTransaction
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

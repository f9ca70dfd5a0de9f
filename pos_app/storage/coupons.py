"""What became of each coupon at this till, by code or serial. Never judges one.

A row of `meta` a coupon: transaction id -> deed, so that a document replayed by a salvage counts
once. A coupon without a limit has no key and no row.
"""

import json

from pos_app.domain.document import CompletedTransaction
from pos_app.domain.loyalty.coupon import CouponHistory
from pos_app.storage import statements as q
from pos_app.storage.driver import Driver

_NAME = "coupon:"


def mark_coupons(driver: Driver, document: CompletedTransaction) -> None:
    """The document's deeds, inside the transaction that records it; training leaves no mark."""
    for use in () if document.training else document.coupons:
        if use.key:
            deeds = _deeds(driver, use.key) | {document.transaction_id: use.deed}
            q.PUT_META.run(driver, k=_NAME + use.key, v=json.dumps(deeds).encode())


def coupon_history(driver: Driver, key: str) -> CouponHistory:
    """The fold over the deeds, in order."""
    history = CouponHistory()
    for deed in _deeds(driver, key).values():
        history = history.after(deed)
    return history


def _deeds(driver: Driver, key: str) -> dict[str, str]:
    row = q.META.one(driver, k=_NAME + key)
    found: dict[str, str] = json.loads(bytes(row[0])) if row is not None else {}
    return found

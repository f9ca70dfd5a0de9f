"""Coupons and confirmations of a document <-> wire. Never judges one."""

from pos_app.domain.loyalty.confirmation import Confirmation
from pos_app.domain.loyalty.coupon import CouponUse
from sync.translate.instants import instant, instant_text
from sync.wire.events import ConfirmationDoc, CouponUseDoc


def confirmation_doc(given: Confirmation | None) -> ConfirmationDoc | None:
    """How the member said yes."""
    if given is None:
        return None
    return ConfirmationDoc(given.how, given.member_id, instant_text(given.at), given.evidence)


def confirmation_from_doc(doc: ConfirmationDoc | None) -> Confirmation | None:
    """The reverse."""
    return Confirmation(doc.how, doc.member, instant(doc.at), doc.evidence) if doc else None


def coupon_doc(use: CouponUse) -> CouponUseDoc:
    """What was done with one coupon."""
    return CouponUseDoc(use.coupon_id, use.key, use.deed, use.at_risk)


def coupon_from_doc(doc: CouponUseDoc) -> CouponUse:
    """The reverse."""
    return CouponUse(doc.coupon, doc.key, doc.deed, doc.at_risk)

"""What somebody did to a member by hand <-> wire. Never a rule."""

from pos_app.domain.events import CreditedLine, MembersMerged, PointsAdjusted, ReceiptCredited
from sync.translate.allowances import use_doc, use_from_doc
from sync.translate.documents import NO_RATE, fraction
from sync.translate.entries import entry_doc, entry_from_doc
from sync.translate.instants import day, instant, instant_text
from sync.wire.events import (
    CreditedLineDoc,
    MembersMergedDoc,
    PointsAdjustedDoc,
    ReceiptCreditedDoc,
)


def points_adjusted_doc(e: PointsAdjusted) -> PointsAdjustedDoc:
    """Points given or taken off by a person."""
    return PointsAdjustedDoc(
        entry=entry_doc(e.entry),
        store=e.store_id,
        at=instant_text(e.at),
        uses=tuple(use_doc(use) for use in e.uses),
        override_by=e.override_by,
    )


def points_adjusted(doc: PointsAdjustedDoc) -> PointsAdjusted:
    """The reverse."""
    return PointsAdjusted(
        entry=entry_from_doc(doc.entry),
        uses=tuple(use_from_doc(use) for use in doc.uses),
        store_id=doc.store,
        override_by=doc.override_by,
        at=instant(doc.at),
    )


def receipt_credited_doc(e: ReceiptCredited) -> ReceiptCreditedDoc:
    """A receipt of nobody that became a member's."""
    lines = tuple(
        CreditedLineDoc(one.line, one.points, str(one.rate) if one.rate else "", one.base_minor)
        for one in e.lines
    )
    return ReceiptCreditedDoc(
        receipt=e.receipt_id,
        number=e.receipt_number,
        entry=entry_doc(e.entry),
        lines=lines,
        store=e.store_id,
        at=instant_text(e.at),
    )


def receipt_credited(doc: ReceiptCreditedDoc) -> ReceiptCredited:
    """The reverse."""
    lines = tuple(
        CreditedLine(
            one.line,
            one.points,
            fraction(one.earn_rate) if one.earn_rate else NO_RATE,
            one.earn_base,
        )
        for one in doc.lines
    )
    return ReceiptCredited(
        receipt_id=doc.receipt,
        receipt_number=doc.number,
        entry=entry_from_doc(doc.entry),
        lines=lines,
        store_id=doc.store,
        at=instant(doc.at),
    )


def members_merged_doc(e: MembersMerged) -> MembersMergedDoc:
    """Two members who are one person."""
    return MembersMergedDoc(
        kept=e.kept_id,
        gone=e.gone_id,
        store=e.store_id,
        operator=e.operator_id,
        reason=e.reason,
        at=instant_text(e.at),
        business_on=e.business_on.isoformat(),
        override_by=e.override_by,
        phone_last4=e.phone_last4,
        card_last4=e.card_last4,
    )


def members_merged(doc: MembersMergedDoc) -> MembersMerged:
    """The reverse."""
    return MembersMerged(
        kept_id=doc.kept,
        gone_id=doc.gone,
        store_id=doc.store,
        operator_id=doc.operator,
        override_by=doc.override_by,
        reason=doc.reason,
        at=instant(doc.at),
        business_on=day(doc.business_on),
        phone_last4=doc.phone_last4,
        card_last4=doc.card_last4,
    )

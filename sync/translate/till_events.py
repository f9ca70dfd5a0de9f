"""Every event that is not a transaction <-> wire, as pairs of functions. Never a rule."""

from pos_app.domain.events import (
    AllowanceGiven,
    AllowanceReturned,
    AllowanceTaken,
    CashMoved,
    CategoriesChosen,
    ControlTotals,
    DayClosed,
    GivenProof,
    MemberEnrolled,
    RightUsed,
    SessionClosed,
    SessionOpened,
    UnknownCodeSeen,
)
from sync.translate.allowances import use_doc, use_from_doc
from sync.translate.instants import (
    day,
    instant,
    instant_text,
    optional_instant,
    optional_instant_text,
)
from sync.wire.events import (
    AllowanceReturnedDoc,
    CashMovedDoc,
    CategoriesChosenDoc,
    ControlTotalsDoc,
    DayClosedDoc,
    GivenProofDoc,
    MemberEnrolledDoc,
    RightUsedDoc,
    SessionClosedDoc,
    SessionOpenedDoc,
    TransferInDoc,
    TransferOutDoc,
    UnknownCodeSeenDoc,
)


def member_enrolled_doc(e: MemberEnrolled) -> MemberEnrolledDoc:
    """Hash and sealed profile as hex."""
    return MemberEnrolledDoc(
        member=e.member_id,
        phone_hash=e.phone_hash.hex(),
        phone_last4=e.phone_last4,
        display_name=e.display_name,
        store=e.store_id,
        operator=e.operator_id,
        at=instant_text(e.at),
        business_on=e.business_on.isoformat(),
        card=e.card_code,
        consents=e.consents,
        sealed_profile=e.sealed_profile.hex(),
    )


def member_enrolled(doc: MemberEnrolledDoc) -> MemberEnrolled:
    """The reverse."""
    return MemberEnrolled(
        member_id=doc.member,
        phone_hash=bytes.fromhex(doc.phone_hash),
        phone_last4=doc.phone_last4,
        display_name=doc.display_name,
        card_code=doc.card,
        consents=doc.consents,
        sealed_profile=bytes.fromhex(doc.sealed_profile),
        store_id=doc.store,
        operator_id=doc.operator,
        at=instant(doc.at),
        business_on=day(doc.business_on),
    )


def categories_chosen_doc(e: CategoriesChosen) -> CategoriesChosenDoc:
    """A month's cashback categories."""
    return CategoriesChosenDoc(
        member=e.member_id,
        month=e.month,
        categories=e.categories,
        store=e.store_id,
        operator=e.operator_id,
        at=instant_text(e.at),
        business_on=e.business_on.isoformat(),
    )


def categories_chosen(doc: CategoriesChosenDoc) -> CategoriesChosen:
    """The reverse."""
    return CategoriesChosen(
        member_id=doc.member,
        month=doc.month,
        categories=doc.categories,
        store_id=doc.store,
        operator_id=doc.operator,
        at=instant(doc.at),
        business_on=day(doc.business_on),
    )


def allowance_returned_doc(e: AllowanceReturned) -> AllowanceReturnedDoc:
    """Grants given back."""
    uses = tuple(use_doc(use) for use in e.uses)
    return AllowanceReturnedDoc(e.member_id, uses, instant_text(e.at))


def allowance_returned(doc: AllowanceReturnedDoc) -> AllowanceReturned:
    """The reverse."""
    uses = tuple(use_from_doc(use) for use in doc.uses)
    return AllowanceReturned(doc.member, uses, instant(doc.at))


def transfer_out_doc(e: AllowanceGiven) -> TransferOutDoc:
    """Points that became another till's."""
    return TransferOutDoc(
        transfer=e.transfer_id,
        member=e.member_id,
        uses=tuple(use_doc(use) for use in e.uses),
        terminal=e.terminal_id,
        to=e.to_terminal,
        to_incarnation=e.to_incarnation,
        at=instant_text(e.at),
        lease_until=optional_instant_text(e.lease_until),
    )


def transfer_out(doc: TransferOutDoc) -> AllowanceGiven:
    """The reverse."""
    return AllowanceGiven(
        transfer_id=doc.transfer,
        member_id=doc.member,
        uses=tuple(use_from_doc(use) for use in doc.uses),
        terminal_id=doc.terminal,
        to_terminal=doc.to,
        to_incarnation=doc.to_incarnation,
        at=instant(doc.at),
        lease_until=optional_instant(doc.lease_until),
    )


def proof_doc(proof: GivenProof) -> GivenProofDoc:
    """Another till's event as it signed it."""
    return GivenProofDoc(
        proof.terminal_id,
        proof.event_id,
        proof.version,
        proof.body.decode(),
        proof.signature.hex(),
    )


def proof_from_doc(doc: GivenProofDoc) -> GivenProof:
    """The reverse."""
    signature = bytes.fromhex(doc.signature)
    return GivenProof(doc.terminal, doc.event, doc.v, doc.body.encode(), signature)


def transfer_in_doc(e: AllowanceTaken) -> TransferInDoc:
    """Points of another till, with the proofs."""
    proofs = tuple(proof_doc(proof) for proof in e.proofs)
    return TransferInDoc(e.transfer_id, e.member_id, e.points, proofs, instant_text(e.at))


def transfer_in(doc: TransferInDoc) -> AllowanceTaken:
    """The reverse."""
    proofs = tuple(proof_from_doc(proof) for proof in doc.proofs)
    return AllowanceTaken(doc.transfer, doc.member, doc.points, proofs, instant(doc.at))


def session_opened_doc(e: SessionOpened) -> SessionOpenedDoc:
    """A till session began."""
    return SessionOpenedDoc(
        session=e.session_number,
        business_on=e.business_on.isoformat(),
        operator=e.operator_id,
        float_amount=e.float_minor,
        at=instant_text(e.at),
    )


def session_opened(doc: SessionOpenedDoc) -> SessionOpened:
    """The reverse."""
    return SessionOpened(
        doc.session, day(doc.business_on), doc.operator, doc.float_amount, instant(doc.at)
    )


def session_closed_doc(e: SessionClosed) -> SessionClosedDoc:
    """A till session ended."""
    return SessionClosedDoc(
        session=e.session_number,
        business_on=e.business_on.isoformat(),
        operator=e.operator_id,
        counted=e.counted_minor,
        expected=e.expected_minor,
        totals=control_totals_doc(e.totals),
        at=instant_text(e.at),
    )


def session_closed(doc: SessionClosedDoc) -> SessionClosed:
    """The reverse."""
    return SessionClosed(
        session_number=doc.session,
        business_on=day(doc.business_on),
        operator_id=doc.operator,
        counted_minor=doc.counted,
        expected_minor=doc.expected,
        totals=control_totals(doc.totals),
        at=instant(doc.at),
    )


def day_closed_doc(e: DayClosed) -> DayClosedDoc:
    """A business day ended."""
    return DayClosedDoc(
        e.business_on.isoformat(), e.operator_id, control_totals_doc(e.totals), instant_text(e.at)
    )


def day_closed(doc: DayClosedDoc) -> DayClosed:
    """The reverse."""
    return DayClosed(
        day(doc.business_on), doc.operator, control_totals(doc.totals), instant(doc.at)
    )


def cash_moved_doc(e: CashMoved) -> CashMovedDoc:
    """Cash without a sale."""
    return CashMovedDoc(
        kind=e.kind,
        amount=e.amount_minor,
        reason=e.reason,
        session=e.session_number,
        business_on=e.business_on.isoformat(),
        operator=e.operator_id,
        at=instant_text(e.at),
    )


def cash_moved(doc: CashMovedDoc) -> CashMoved:
    """The reverse."""
    return CashMoved(
        kind=doc.kind,
        amount_minor=doc.amount,
        reason=doc.reason,
        session_number=doc.session,
        business_on=day(doc.business_on),
        operator_id=doc.operator,
        at=instant(doc.at),
    )


def right_used_doc(e: RightUsed) -> RightUsedDoc:
    """A line of the audit chain."""
    return RightUsedDoc(
        action=e.action,
        subject=e.subject,
        operator=e.operator_id,
        session=e.session_number,
        at=instant_text(e.at),
        override_by=e.override_by,
        reason=e.reason,
        amount=e.amount_minor,
    )


def right_used(doc: RightUsedDoc) -> RightUsed:
    """The reverse."""
    return RightUsed(
        action=doc.action,
        subject=doc.subject,
        operator_id=doc.operator,
        override_by=doc.override_by,
        reason=doc.reason,
        amount_minor=doc.amount,
        session_number=doc.session,
        at=instant(doc.at),
    )


def unknown_code_seen_doc(e: UnknownCodeSeen) -> UnknownCodeSeenDoc:
    """A code without an item."""
    return UnknownCodeSeenDoc(e.code, e.operator_id, instant_text(e.at))


def unknown_code_seen(doc: UnknownCodeSeenDoc) -> UnknownCodeSeen:
    """The reverse."""
    return UnknownCodeSeen(doc.code, doc.operator, instant(doc.at))


def control_totals_doc(t: ControlTotals) -> ControlTotalsDoc:
    """Totals of a session or a day."""
    return ControlTotalsDoc(
        receipts=t.receipts,
        returns=t.returns,
        sales=t.sales_minor,
        returned=t.returns_minor,
        discount=t.discount_minor,
        by_tender=dict(t.by_tender),
        earned=t.points_earned,
        redeemed=t.points_redeemed,
        reversed=t.points_reversed,
        paid_in=t.paid_in_minor,
        paid_out=t.paid_out_minor,
        pickup=t.pickup_minor,
        loan=t.loan_minor,
        voids=t.voids,
        void_amount=t.void_minor,
        no_sales=t.no_sales,
        unusual=t.unusual,
        risked=t.risked,
        dark=t.dark_receipts,
        dark_earned=t.dark_earned,
        dark_redeemed=t.dark_redeemed,
        dark_s=t.dark_seconds,
    )


def control_totals(doc: ControlTotalsDoc) -> ControlTotals:
    """The reverse; tenders come back in the order of their names."""
    return ControlTotals(
        receipts=doc.receipts,
        returns=doc.returns,
        sales_minor=doc.sales,
        returns_minor=doc.returned,
        discount_minor=doc.discount,
        by_tender=tuple(sorted(doc.by_tender.items())),
        points_earned=doc.earned,
        points_redeemed=doc.redeemed,
        points_reversed=doc.reversed,
        paid_in_minor=doc.paid_in,
        paid_out_minor=doc.paid_out,
        pickup_minor=doc.pickup,
        loan_minor=doc.loan,
        voids=doc.voids,
        void_minor=doc.void_amount,
        no_sales=doc.no_sales,
        unusual=doc.unusual,
        risked=doc.risked,
        dark_receipts=doc.dark,
        dark_earned=doc.dark_earned,
        dark_redeemed=doc.dark_redeemed,
        dark_seconds=doc.dark_s,
    )

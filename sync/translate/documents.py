"""Completed transactions <-> wire. Never recomputes an amount."""

from dataclasses import replace
from fractions import Fraction

from msgspec import structs

from pos_app.domain.document import (
    CompletedLine,
    CompletedTransaction,
    PriceModification,
    ReturnPolicy,
    Step,
    Totals,
    TransactionKind,
)
from pos_app.domain.loyalty.allowance import OwnRights
from pos_app.domain.loyalty.tally import TallyEntry
from pos_app.domain.money import Currency
from pos_app.domain.quantity import Quantity, Unit
from pos_app.domain.tender import Tender, TenderKind
from sync.translate.allowances import use_doc, use_from_doc
from sync.translate.coupons import (
    confirmation_doc,
    confirmation_from_doc,
    coupon_doc,
    coupon_from_doc,
)
from sync.translate.entries import entry_doc, entry_from_doc, program_doc, program_from_doc
from sync.translate.gift_cards import gift_card_entry_doc, gift_card_entry_from_doc
from sync.translate.instants import day, instant, instant_text
from sync.wire.events import (
    LineDoc,
    ModificationDoc,
    QuantityDoc,
    TallyDoc,
    TenderDoc,
    TotalsDoc,
    TransactionCompletedDoc,
)

UNNAMED_POLICY = ReturnPolicy.PROPORTIONAL
"""How documents of before the policy was stored are returned."""


def transaction_doc(document: CompletedTransaction) -> TransactionCompletedDoc:
    """A document as it travels."""
    own = document.own
    return structs.replace(
        _receipt_doc(document),
        member=document.member_id,
        identified_by=document.identified_by,
        member_code=document.member_code,
        entries=tuple(entry_doc(entry) for entry in document.entries),
        uses=tuple(use_doc(use) for use in document.uses),
        unsecured=document.unsecured,
        risked=document.risked,
        tallies=tuple(TallyDoc(t.tally, t.period, t.amount, t.lines) for t in document.tallies),
        confirmation=confirmation_doc(document.confirmation),
        coupons=tuple(coupon_doc(use) for use in document.coupons),
        withheld_points=document.withheld_points,
        withheld=document.withheld_minor,
        gift_cards=tuple(gift_card_entry_doc(entry) for entry in document.gift_cards),
        own=tuple(use_doc(use) for use in own.uses) if own else (),
        own_incarnation=own.incarnation if own else 0,
    )


def _receipt_doc(document: CompletedTransaction) -> TransactionCompletedDoc:
    """What was sold and paid; nobody's yet."""
    return TransactionCompletedDoc(
        id=document.transaction_id,
        kind=document.kind.value,
        receipt=document.receipt_number,
        store=document.store_id,
        terminal=document.terminal_id,
        session=document.session_number,
        business_on=document.business_on.isoformat(),
        at=instant_text(document.completed_at),
        operator=document.operator_id,
        currency=document.currency.code,
        currency_digits=document.currency.minor_digits,
        lines=tuple(_line_doc(line) for line in document.lines),
        totals=_totals_doc(document.totals),
        tenders=tuple(_tender_doc(tender) for tender in document.tenders),
        change=document.change_minor,
        program=program_doc(document.program),
        original=document.original_id,
        reason=document.reason,
        training=document.training,
        mirror_cursor=document.mirror_cursor,
        evidence=document.evidence,
        age=document.age_answer,
        return_policy=_policy_text(document.return_policy),
        cash_unit=document.cash_unit_minor,
    )


def _tender_doc(tender: Tender) -> TenderDoc:
    return TenderDoc(tender.kind.value, tender.amount_minor, tender.reference)


def transaction_from_doc(doc: TransactionCompletedDoc) -> CompletedTransaction:
    """The reverse; ValueError where a kind, unit or date is none."""
    own = OwnRights(doc.own_incarnation, tuple(use_from_doc(use) for use in doc.own))
    return replace(
        _receipt(doc),
        member_id=doc.member,
        identified_by=doc.identified_by,
        member_code=doc.member_code,
        entries=tuple(entry_from_doc(entry) for entry in doc.entries),
        uses=tuple(use_from_doc(use) for use in doc.uses),
        unsecured=doc.unsecured,
        risked=doc.risked,
        tallies=tuple(TallyEntry(t.tally, t.period, t.amount, t.lines) for t in doc.tallies),
        confirmation=confirmation_from_doc(doc.confirmation),
        coupons=tuple(coupon_from_doc(use) for use in doc.coupons),
        withheld_points=doc.withheld_points,
        withheld_minor=doc.withheld,
        gift_cards=tuple(gift_card_entry_from_doc(entry) for entry in doc.gift_cards),
        own=own if own.uses else None,
    )


def _receipt(doc: TransactionCompletedDoc) -> CompletedTransaction:
    """What was sold and paid; nobody's yet."""
    return CompletedTransaction(
        transaction_id=doc.id,
        kind=TransactionKind(doc.kind),
        receipt_number=doc.receipt,
        store_id=doc.store,
        terminal_id=doc.terminal,
        session_number=doc.session,
        business_on=day(doc.business_on),
        completed_at=instant(doc.at),
        operator_id=doc.operator,
        currency=Currency(doc.currency, doc.currency_digits),
        lines=tuple(_line(line) for line in doc.lines),
        totals=_totals(doc.totals),
        tenders=tuple(Tender(TenderKind(t.kind), t.amount, t.reference) for t in doc.tenders),
        change_minor=doc.change,
        program=program_from_doc(doc.program),
        original_id=doc.original,
        reason=doc.reason,
        training=doc.training,
        mirror_cursor=doc.mirror_cursor,
        evidence=doc.evidence,
        age_answer=doc.age,
        return_policy=ReturnPolicy(doc.return_policy) if doc.return_policy else UNNAMED_POLICY,
        cash_unit_minor=doc.cash_unit,
    )


def _line_doc(line: CompletedLine) -> LineDoc:
    return LineDoc(
        line=line.line,
        item=line.item_id,
        code=line.code,
        name=line.name,
        quantity=QuantityDoc(line.quantity.value, line.quantity.unit.value),
        unit_price=line.unit_price_minor,
        list_amount=line.list_minor,
        net=line.net_minor,
        payable=line.payable_minor,
        tax_class=line.tax_class,
        tax_rate_ppm=line.tax_rate_ppm,
        tax=line.tax_minor,
        modifications=tuple(
            ModificationDoc(m.rule_id, m.step.value, m.amount_minor, m.units, m.name, m.arithmetic)
            for m in line.modifications
        ),
        points_money=line.points_minor,
        points=line.points_redeemed,
        earned=line.points_earned,
        categories=line.categories,
        returned_line=line.returned_line,
        adds_to_spend=line.adds_to_spend,
        earn_rate=str(line.earn_rate) if line.earn_rate else "",
        earn_base=line.earn_base_minor,
        card=line.card_id,
    )


def _line(doc: LineDoc) -> CompletedLine:
    return CompletedLine(
        line=doc.line,
        item_id=doc.item,
        code=doc.code,
        name=doc.name,
        quantity=Quantity(doc.quantity.value, Unit(doc.quantity.unit)),
        unit_price_minor=doc.unit_price,
        list_minor=doc.list_amount,
        modifications=tuple(
            PriceModification(m.rule, Step(m.step), m.amount, m.units, m.name, m.arithmetic)
            for m in doc.modifications
        ),
        net_minor=doc.net,
        points_minor=doc.points_money,
        points_redeemed=doc.points,
        payable_minor=doc.payable,
        points_earned=doc.earned,
        tax_class=doc.tax_class,
        tax_rate_ppm=doc.tax_rate_ppm,
        tax_minor=doc.tax,
        categories=doc.categories,
        returned_line=doc.returned_line,
        adds_to_spend=doc.adds_to_spend,
        earn_rate=_fraction(doc.earn_rate),
        earn_base_minor=doc.earn_base,
        card_id=doc.card,
    )


def _policy_text(policy: ReturnPolicy) -> str:
    return "" if policy is UNNAMED_POLICY else policy.value


def _fraction(text: str) -> Fraction:
    """The reverse of its text, "7/100", "2" or nothing; ValueError for anything else."""
    numerator, _, denominator = (text or "0").partition("/")
    if not int(denominator or "1"):
        raise ValueError(f"no fraction: {text!r}")
    return Fraction(int(numerator), int(denominator or "1"))


def _totals_doc(totals: Totals) -> TotalsDoc:
    return TotalsDoc(
        list_amount=totals.list_minor,
        discount=totals.discount_minor,
        net=totals.net_minor,
        points_money=totals.points_minor,
        points=totals.points_redeemed,
        payable=totals.payable_minor,
        rounding=totals.rounding_minor,
        earned=totals.points_earned,
    )


def _totals(doc: TotalsDoc) -> Totals:
    return Totals(
        list_minor=doc.list_amount,
        discount_minor=doc.discount,
        net_minor=doc.net,
        points_minor=doc.points_money,
        points_redeemed=doc.points,
        payable_minor=doc.payable,
        rounding_minor=doc.rounding,
        points_earned=doc.earned,
    )

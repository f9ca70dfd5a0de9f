"""Completed transactions <-> wire. Never recomputes an amount."""

from fractions import Fraction
from functools import lru_cache

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
from pos_app.domain.loyalty.confirmation import Confirmation
from pos_app.domain.loyalty.coupon import CouponUse
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

_KINDS = {kind.value: kind for kind in TransactionKind}
_UNITS = {unit.value: unit for unit in Unit}
_STEPS = {step.value: step for step in Step}
# Looked up a line; what is none is refused by the enum itself.
NO_RATE = Fraction(0)
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
        offline=document.offline,
        exchange_of=document.exchange_of,
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
    """The reverse; ValueError where a kind, unit or date is none.

    The server reads every receipt of a chain with it: one construction, no copies.
    """
    return CompletedTransaction(
        doc.id,
        _KINDS.get(doc.kind) or TransactionKind(doc.kind),
        doc.receipt,
        doc.store,
        doc.terminal,
        doc.session,
        day(doc.business_on),
        instant(doc.at),
        doc.operator,
        _currency(doc.currency, doc.currency_digits),
        tuple([_line(line) for line in doc.lines]),
        _totals(doc.totals),
        tuple([Tender(TenderKind(t.kind), t.amount, t.reference) for t in doc.tenders]),
        doc.change,
        program_from_doc(doc.program),
        doc.member,
        doc.identified_by,
        doc.member_code,
        doc.original,
        doc.reason,
        tuple([entry_from_doc(entry) for entry in doc.entries]),
        tuple([use_from_doc(use) for use in doc.uses]),
        doc.unsecured,
        doc.risked,
        doc.training,
        doc.mirror_cursor,
        tuple([TallyEntry(t.tally, t.period, t.amount, t.lines) for t in doc.tallies]),
        *_confirmed(doc),
        return_policy=ReturnPolicy(doc.return_policy) if doc.return_policy else UNNAMED_POLICY,
        cash_unit_minor=doc.cash_unit,
        withheld_points=doc.withheld_points,
        withheld_minor=doc.withheld,
        gift_cards=tuple([gift_card_entry_from_doc(entry) for entry in doc.gift_cards]),
        age_answer=doc.age,
        own=_own(doc),
        offline=doc.offline,
        exchange_of=doc.exchange_of,
    )


def _confirmed(
    doc: TransactionCompletedDoc,
) -> tuple[Confirmation | None, tuple[CouponUse, ...], tuple[tuple[str, str], ...]]:
    """How the member was confirmed, coupons, evidence."""
    coupons = tuple([coupon_from_doc(use) for use in doc.coupons])
    return confirmation_from_doc(doc.confirmation), coupons, doc.evidence


def _own(doc: TransactionCompletedDoc) -> OwnRights | None:
    if not doc.own:
        return None
    return OwnRights(doc.own_incarnation, tuple([use_from_doc(use) for use in doc.own]))


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
    unit = _UNITS.get(doc.quantity.unit) or Unit(doc.quantity.unit)
    return CompletedLine(
        doc.line,
        doc.item,
        doc.code,
        doc.name,
        Quantity(doc.quantity.value, unit),
        doc.unit_price,
        doc.list_amount,
        tuple([_modification(m) for m in doc.modifications]) if doc.modifications else (),
        doc.net,
        doc.points_money,
        doc.points,
        doc.payable,
        doc.earned,
        doc.tax_class,
        doc.tax_rate_ppm,
        doc.tax,
        doc.categories,
        doc.returned_line,
        fraction(doc.earn_rate) if doc.earn_rate else NO_RATE,
        doc.earn_base,
        doc.card,
        doc.adds_to_spend,
    )


def _modification(doc: ModificationDoc) -> PriceModification:
    step = _STEPS.get(doc.step) or Step(doc.step)
    return PriceModification(doc.rule, step, doc.amount, doc.units, doc.name, doc.arithmetic)


def _policy_text(policy: ReturnPolicy) -> str:
    return "" if policy is UNNAMED_POLICY else policy.value


@lru_cache(maxsize=1024)
def _currency(code: str, digits: int) -> Currency:
    return Currency(code, digits)


@lru_cache(maxsize=4096)
def fraction(text: str) -> Fraction:
    """The reverse of its text, "7/100" or "2"; ValueError for anything else."""
    numerator, _, denominator = text.partition("/")
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
        doc.list_amount,
        doc.discount,
        doc.net,
        doc.points_money,
        doc.points,
        doc.payable,
        doc.rounding,
        doc.earned,
    )

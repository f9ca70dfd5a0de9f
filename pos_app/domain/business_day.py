"""Running totals of a till session and its business day. Never a query over receipts."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from pos_app.domain.document import CompletedTransaction, TransactionKind
from pos_app.domain.events import ControlTotals
from pos_app.domain.loyalty.gift_card import GiftCardKind
from pos_app.domain.loyalty.ledger import EntryKind
from pos_app.domain.tender import TenderKind


def next_business_day(today: date, last_closed_on: date | None) -> date:
    """The local day, or the one after a day that was closed already."""
    if last_closed_on is None or today > last_closed_on:
        return today
    return last_closed_on + timedelta(days=1)


def cash_effect_minor(document: CompletedTransaction) -> int:
    """What the drawer holds more (or less) after a transaction."""
    cash = sum(t.amount_minor for t in document.tenders if t.kind is TenderKind.CASH)
    return cash - document.change_minor


def tender_effects(document: CompletedTransaction) -> Mapping[str, int]:
    """Amounts by tender kind, cash net of change."""
    found: dict[str, int] = {}
    for tender in document.tenders:
        found[tender.kind.value] = found.get(tender.kind.value, 0) + tender.amount_minor
    if document.change_minor:
        found["cash"] = found.get("cash", 0) - document.change_minor
    return found


def _added(
    pairs: tuple[tuple[str, int], ...], more: Mapping[str, int]
) -> tuple[tuple[str, int], ...]:
    found = dict(pairs)
    for kind, amount in more.items():
        found[kind] = found.get(kind, 0) + amount
    return tuple(sorted(found.items()))


def after_document(
    totals: ControlTotals, document: CompletedTransaction, *, practised: bool = False
) -> ControlTotals:
    """The totals with one more completed transaction. Training counts nothing, but (`practised`)
    in books of its own, which nobody else ever reads."""
    if document.training and not practised:
        return totals
    earned = sum(e.points for e in document.entries if e.kind is EntryKind.EARN)
    redeemed = -sum(e.points for e in document.entries if e.kind is EntryKind.REDEEM)
    reversed_ = sum(e.points for e in document.entries if e.kind is EntryKind.REVERSE)
    given_back = sum(max(e.points, 0) for e in document.entries if e.kind is EntryKind.REVERSE)
    is_sale = document.kind is TransactionKind.SALE
    amount = document.totals.due_minor - document.withheld_minor
    return replace(
        _with_cards(totals, document),
        receipts=totals.receipts + is_sale,
        returns=totals.returns + (not is_sale),
        sales_minor=totals.sales_minor + (amount if is_sale else 0),
        returns_minor=totals.returns_minor + (0 if is_sale else amount),
        discount_minor=totals.discount_minor
        + (document.totals.discount_minor if is_sale else -document.totals.discount_minor),
        discount_back_minor=totals.discount_back_minor
        + (0 if is_sale else document.totals.discount_minor),
        by_tender=_added(totals.by_tender, tender_effects(document)),
        points_earned=totals.points_earned + earned,
        points_redeemed=totals.points_redeemed + redeemed,
        points_reversed=totals.points_reversed + reversed_,
        points_given_back=totals.points_given_back + given_back,
        risked=totals.risked + document.risked,
        dark_receipts=totals.dark_receipts + document.offline,
        dark_earned=totals.dark_earned + (earned if document.offline else 0),
        dark_redeemed=totals.dark_redeemed + (redeemed if document.offline else 0),
    )


def _with_cards(totals: ControlTotals, document: CompletedTransaction) -> ControlTotals:
    """What of a receipt was money put on gift cards, or taken off those that came back."""
    if not document.gift_cards:
        return totals
    moved = dict.fromkeys(GiftCardKind, 0)
    for entry in document.gift_cards:
        moved[entry.kind] += entry.amount_minor
    return replace(
        totals,
        cards_sold_minor=totals.cards_sold_minor + moved[GiftCardKind.ISSUE],
        cards_topped_up_minor=totals.cards_topped_up_minor + moved[GiftCardKind.TOP_UP],
        cards_back_minor=totals.cards_back_minor - moved[GiftCardKind.VOID],
    )


def after_dark(totals: ControlTotals, seconds: int) -> ControlTotals:
    """The totals after a time without a link."""
    return replace(totals, dark_seconds=totals.dark_seconds + max(0, seconds))


def after_cash(totals: ControlTotals, kind: str, amount_minor: int) -> ControlTotals:
    """The totals after cash moved without a sale."""
    field = f"{kind}_minor"
    return replace(totals, **{field: getattr(totals, field) + amount_minor})


def cash_sign(kind: str) -> int:
    """+1 when the movement puts cash into the drawer, -1 when it takes it out."""
    return 1 if kind in ("paid_in", "loan") else -1


def after_void(totals: ControlTotals, amount_minor: int) -> ControlTotals:
    """The totals after a voided transaction."""
    return replace(totals, voids=totals.voids + 1, void_minor=totals.void_minor + amount_minor)


def after_no_sale(totals: ControlTotals) -> ControlTotals:
    """The totals after the drawer was opened without a sale."""
    return replace(totals, no_sales=totals.no_sales + 1)


def after_unusual(totals: ControlTotals) -> ControlTotals:
    """The totals after a receipt that `loyalty.velocity` flagged."""
    return replace(totals, unusual=totals.unusual + 1)

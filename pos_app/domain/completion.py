"""From an open transaction and its prices to the document of a sale. Never asks or stores."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from pos_app.domain.cash_rounding import rounding_minor, rounding_room_minor, settled
from pos_app.domain.document import (
    CompletedLine,
    CompletedTransaction,
    ReturnPolicy,
    Step,
    Totals,
    TransactionKind,
)
from pos_app.domain.gift_card_entries import CardMoment, entries_of_sale
from pos_app.domain.loyalty.allowance import AllowanceUse, OwnRights, own_rights
from pos_app.domain.loyalty.coupon import uses_of
from pos_app.domain.loyalty.gift_card import GiftCardEntry
from pos_app.domain.loyalty.ledger import Cause, EntryKind, PointsEntry, ProgramRef
from pos_app.domain.loyalty.program import Program
from pos_app.domain.loyalty.tally import TallyEntry
from pos_app.domain.mechanics.earn import Earn
from pos_app.domain.mechanics.gift_cards import GiftCards
from pos_app.domain.mechanics.partners import Partner, partners_shown
from pos_app.domain.money import RUB
from pos_app.domain.partner_settlement import TALLY
from pos_app.domain.pricing.result import Priced, PricedLine
from pos_app.domain.tallying import Sold, tallies_of
from pos_app.domain.tax import TaxTable, tax_inside_minor
from pos_app.domain.transaction import LineItem, MemberLink, Transaction, change_due_minor


@dataclass(frozen=True, slots=True)
class Place:
    """Where and by whom a transaction is completed."""

    store_id: str
    terminal_id: str
    session_number: int
    business_on: date
    operator_id: str
    at: datetime
    receipt_number: str
    mirror_cursor: str = ""
    training: bool = False
    offline: bool = False


@dataclass(frozen=True, slots=True)
class Secured:
    """Which grants pay for the redeemed points, how many no grant covers, and how many of those are
    the owner's risk. `incarnation`: of a till without a link that may keep what the receipt earns;
    0: it may not. `debt`: what the member owes."""

    uses: tuple[AllowanceUse, ...] = ()
    unsecured: int = 0
    risked: int = 0
    incarnation: int = 0
    debt: int = 0


@dataclass(frozen=True, slots=True)
class Rules:
    """What was in force: the programme (None: none mirrored) and the tax table."""

    program: Program | None
    tax: TaxTable

    @property
    def ref(self) -> ProgramRef | None:
        """The program's reference for the record."""
        return self.program.ref if self.program else None


def complete_sale(
    transaction: Transaction,
    priced: Priced,
    place: Place,
    rules: Rules,
    *,
    secured: Secured,
    new_id: Callable[[], str],
) -> CompletedTransaction:
    """The document of a sale, with the points entries it causes."""
    member = transaction.member or MemberLink(None, "")
    lines = _lines(transaction, priced, rules, place.business_on)
    sold = _sold(transaction, priced, lines, rules, place.business_on)
    paid = _paid(transaction, lines, totals_due(transaction, priced, rules.program), place, rules)
    entries = _entries(transaction, priced.totals, place, rules, new_id)
    return replace(
        paid,
        member_id=member.member_id,
        identified_by=member.identified_by,
        member_code=member.code,
        entries=entries,
        own=_own(entries, secured, place.business_on),
        uses=secured.uses,
        unsecured=secured.unsecured,
        risked=secured.risked,
        tallies=_tallies(member, rules.program, sold),
        confirmation=transaction.confirmed,
        gift_cards=_gift_cards(transaction, lines, place, rules.program, new_id),
        evidence=_evidence(transaction, priced),
        coupons=uses_of(transaction.serving, _idle(rules.program, priced)),
        age_answer=transaction.age_answer,
        exchange_of=transaction.credit_of,
    )


def _paid(
    transaction: Transaction,
    lines: tuple[CompletedLine, ...],
    totals: Totals,
    place: Place,
    rules: Rules,
) -> CompletedTransaction:
    """What was sold and paid, where and under which rules; nobody's yet."""
    program = rules.program
    return CompletedTransaction(
        transaction_id=transaction.transaction_id,
        kind=TransactionKind.SALE,
        receipt_number=place.receipt_number,
        store_id=place.store_id,
        terminal_id=place.terminal_id,
        session_number=place.session_number,
        business_on=place.business_on,
        completed_at=place.at,
        operator_id=place.operator_id,
        currency=program.currency if program else RUB,
        lines=lines,
        totals=totals,
        tenders=transaction.tenders,
        change_minor=change_due_minor(transaction.tenders, totals.due_minor),
        program=rules.ref,
        training=place.training,
        offline=place.offline,
        mirror_cursor=place.mirror_cursor,
        return_policy=ReturnPolicy(program.return_policy) if program else ReturnPolicy.DIFFERENCE,
        cash_unit_minor=program.cash_rounding_minor if program else 0,
    )


def _sold(
    transaction: Transaction,
    priced: Priced,
    lines: tuple[CompletedLine, ...],
    rules: Rules,
    on: date,
) -> Sold:
    """The sale as it is counted for its member."""
    items = {one.line: one.item for one in transaction.lines}
    partners = _partners(transaction, rules)
    return Sold(lines, priced.trace, on, items, partners, priced.applications)


def _evidence(transaction: Transaction, priced: Priced) -> tuple[tuple[str, str], ...]:
    """The papers behind the discounts that were given."""
    given = {m.rule_id for line in priced.lines for m in line.modifications}
    seen = (one for one in transaction.evidence_of_member if one.seen)
    return tuple((one.discount_id, one.paper) for one in seen if one.discount_id in given)


def _partners(transaction: Transaction, rules: Rules) -> tuple[Partner, ...]:
    """Whose card or coupon is on the receipt."""
    partners = rules.program.partners if rules.program else ()
    coupons = [one.coupon_id for one in transaction.serving]
    return partners_shown(partners, transaction.shown_card, coupons)


def _idle(program: Program | None, priced: Priced) -> frozenset[str]:
    """Coupons whose promotions were not given: the customer keeps them."""
    given = {one.rule_id for one in priced.trace if one.applied} | set(priced.applications)
    named = [p for p in (program.promotions if program else ()) if p.coupon]
    used = {p.coupon for p in named if p.promotion_id in given}
    return frozenset(p.coupon for p in named) - used


def totals_due(transaction: Transaction, priced: Priced, program: Program | None) -> Totals:
    """The totals as the tenders pay them: cash is rounded down where the program says so."""
    unit = program.cash_rounding_minor if program else 0
    basket = [line.basket_line() for line in transaction.lines]
    room = rounding_room_minor(basket, priced) if unit else 0
    return settled(priced.totals, transaction.tenders, unit, room)


def cash_rounding_minor(transaction: Transaction, priced: Priced, program: Program) -> int:
    """What cash would be rounded by (0 or negative), if it pays the rest."""
    if not program.cash_rounding_minor:
        return 0
    basket = [line.basket_line() for line in transaction.lines]
    room = rounding_room_minor(basket, priced)
    payable = priced.totals.payable_minor
    return rounding_minor(payable, transaction.tenders, program.cash_rounding_minor, room)


def _earn_base_minor(priced: PricedLine, earn: Earn) -> int:
    """What a line earned on: what money paid, or as the program has it."""
    base = priced.net_minor if earn.base == "before_redemption" else priced.payable_minor
    if earn.base == "before_transaction_promotions":
        return base + sum(
            m.amount_minor for m in priced.modifications if m.step is Step.TRANSACTION
        )
    return base


def _gift_cards(
    transaction: Transaction,
    lines: tuple[CompletedLine, ...],
    place: Place,
    program: Program | None,
    new_id: Callable[[], str],
) -> tuple[GiftCardEntry, ...]:
    cause = Cause("transaction", transaction.transaction_id, place.operator_id)
    moment = CardMoment(place.at, place.business_on, cause, new_id)
    rules = program.gift_cards if program else GiftCards()
    goods = list(zip(transaction.lines, lines, strict=True))
    return entries_of_sale(rules, goods, transaction.tenders, moment)


def _tallies(member: MemberLink, program: Program | None, sold: Sold) -> tuple[TallyEntry, ...]:
    """Of a member, or of a card that only the server may know; of nobody a partner's marks."""
    if program is None:
        return ()
    found = tallies_of(program, sold)
    if member.member_id or member.code:
        return found
    return tuple(one for one in found if one.tally.startswith(TALLY))


def _lines(
    transaction: Transaction, priced: Priced, rules: Rules, on: date
) -> tuple[CompletedLine, ...]:
    return tuple(_line(one, priced.line(one.line), rules, on) for one in transaction.lines)


def _line(entered: LineItem, priced: PricedLine, rules: Rules, on: date) -> CompletedLine:
    rate = rules.tax.rate_ppm(entered.item.tax_class, on)
    return CompletedLine(
        line=entered.line,
        item_id=entered.item.item_id,
        code=entered.code,
        name=entered.item.name,
        quantity=entered.quantity,
        unit_price_minor=entered.unit_price_minor,
        list_minor=priced.list_minor,
        modifications=priced.modifications,
        net_minor=priced.net_minor,
        points_minor=priced.points_minor,
        points_redeemed=priced.points_redeemed,
        payable_minor=priced.payable_minor,
        points_earned=priced.points_earned,
        tax_class=entered.item.tax_class,
        tax_rate_ppm=rate,
        tax_minor=tax_inside_minor(priced.payable_minor, rate),
        categories=entered.item.categories,
        adds_to_spend=not entered.item.bars.threshold,
        earn_rate=priced.earn_rate,
        earn_base_minor=_earn_base_minor(priced, rules.program.earn)
        if rules.program is not None and priced.earn_rate
        else 0,
        card_id=entered.card_id,
    )


def _entries(
    transaction: Transaction,
    totals: Totals,
    place: Place,
    rules: Rules,
    new_id: Callable[[], str],
) -> tuple[PointsEntry, ...]:
    """Redeem first, then earn: a receipt cannot pay for itself.

    A card that the mirror does not know earns under its code; the server finds whose it is.
    """
    member = transaction.member
    owner = (member.member_id or member.code) if member else ""
    if not owner or rules.program is None:
        return ()
    cause = Cause("transaction", transaction.transaction_id, place.operator_id)

    def entry(kind: EntryKind, points: int) -> PointsEntry:
        return PointsEntry(
            new_id(),
            owner,
            kind,
            points,
            place.at,
            place.business_on,
            cause,
            rules.ref,
        )

    entries = []
    if totals.points_redeemed:
        spent = entry(EntryKind.REDEEM, -totals.points_redeemed)
        entries.append(replace(spent, lot_order=rules.program.lot_order))
    if totals.points_earned:
        earned = entry(EntryKind.EARN, totals.points_earned)
        entries.append(dated(earned, rules.program.earn))
    return tuple(entries)


def _own(entries: Iterable[PointsEntry], secured: Secured, on: date) -> OwnRights | None:
    """What was earned and can be spent today, less what the receipt or the member owes of it."""
    earned = (
        AllowanceUse(entry.entry_id, entry.points)
        for entry in entries
        if entry.kind is EntryKind.EARN and entry.points > 0 and (entry.available_on or on) <= on
    )
    return own_rights(earned, secured.debt + secured.unsecured, secured.incarnation)


def dated(earned: PointsEntry, rules: Earn) -> PointsEntry:
    """When the points can be spent, and their last day."""
    day, days = earned.business_on, rules.expires_after_days
    return replace(
        earned,
        available_on=day + timedelta(days=rules.vesting_days),
        expires_on=day + timedelta(days=days) if days else None,
    )

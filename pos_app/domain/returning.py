"""Goods coming back: the stored numbers refunded, in any parts and order. Never a new price.

Source: loyalty.md 3, Return. Unit amounts of a line are its stored amount split over its units,
the larger parts first; returning every unit in any parts therefore refunds the line exactly.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from pos_app.domain.completion import Place
from pos_app.domain.document import (
    CompletedLine,
    CompletedTransaction,
    PriceModification,
    Totals,
    TransactionKind,
)
from pos_app.domain.errors import RuleError
from pos_app.domain.gift_card_entries import CardMoment, entries_of_return
from pos_app.domain.loyalty.gift_card import GiftCard, GiftCardEntry
from pos_app.domain.loyalty.ledger import Cause, EntryKind, PointsEntry
from pos_app.domain.membership_return import Used
from pos_app.domain.points_back import Returned, with_points
from pos_app.domain.quantity import Quantity, Unit
from pos_app.domain.refund import Deduction, due_of_return, refund_tenders, withheld
from pos_app.domain.tally_return import tallies_back
from pos_app.domain.tender import Tender


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """So many base units of a sold line come back."""

    sold: CompletedLine
    value: int


@dataclass(frozen=True, slots=True)
class Terms:
    """Why goods come back, and what is known at the counter.

    `deduction`: a goodwill return under a program that makes the refund pay for spent points.
    `cards`: the gift cards that paid. `used`: days of memberships that stay sold.
    """

    reason: str
    deduction: Deduction | None = None
    cards: tuple[GiftCard, ...] = ()
    used: Used = Used()


def returned_before(returns: Sequence[CompletedTransaction]) -> dict[int, int]:
    """Base units already returned, by line of the original."""
    found: dict[int, int] = {}
    for document in returns:
        for line in document.lines:
            if line.returned_line is not None:
                key = line.returned_line
                found[key] = found.get(key, 0) + line.quantity.value
    return found


def share(amount: int, units: int, before: int, taken: int) -> int:
    """What `taken` units cost after `before` of `units` are gone, the larger parts first.

    A weighed line is split by weight, cumulatively rounded, so that its parts close as well.
    """
    return _first(amount, units, before + taken) - _first(amount, units, before)


def _first(amount: int, units: int, count: int) -> int:
    base, odd = divmod(amount, units)
    return base * count + min(count, odd)


def _proportional(amount: int, units: int, before: int, taken: int) -> int:
    return amount * (before + taken) // units - amount * before // units


def refund_line(one: ReturnLine, before: int, number: int) -> CompletedLine:
    """The return line of a sold line, with the stored numbers' share.

    `before` base units are back already; RuleError for more than are left.
    """
    sold, taken = one.sold, one.value
    units = sold.quantity.value
    if not 0 < taken <= units - before:
        raise RuleError(f"{taken} of line {sold.line} come back, {units - before} are left")
    split = share if sold.quantity.unit is Unit.PIECE else _proportional

    def part(amount: int) -> int:
        return split(amount, units, before, taken)

    if sold.quantity.unit is Unit.PIECE:
        points_minor = part(sold.points_minor)
        payable = part(sold.net_minor) - points_minor
        list_minor = part(sold.list_minor)
    else:
        # Weights are split smaller than a minor unit: each summand is split, so that none of them
        # can come out below zero.
        points_minor, payable = part(sold.points_minor), part(sold.payable_minor)
        list_minor = points_minor + payable + part(sold.list_minor - sold.net_minor)
    net = points_minor + payable
    gone = _reduced(sold, split, before)
    quantity = Quantity(taken, sold.quantity.unit)
    return replace(
        sold,
        line=number,
        quantity=quantity,
        list_minor=list_minor,
        modifications=_reductions(sold, gone, gone + list_minor - net),
        net_minor=net,
        points_minor=points_minor,
        points_redeemed=part(sold.points_redeemed),
        payable_minor=payable,
        points_earned=part(sold.points_earned),
        tax_minor=part(sold.tax_minor),
        returned_line=sold.line,
        earn_base_minor=_earn_base(sold, payable, net, part),
    )


def _earn_base(sold: CompletedLine, payable: int, net: int, part: Callable[[int], int]) -> int:
    """What the returned units had earned on: their payable or net amount, or a share."""
    if sold.earn_base_minor == sold.payable_minor:
        return payable
    return net if sold.earn_base_minor == sold.net_minor else part(sold.earn_base_minor)


def _reduced(sold: CompletedLine, split: Callable[[int, int, int, int], int], units: int) -> int:
    """What the first `units` of a line were reduced by in all."""
    whole = sold.quantity.value
    if sold.quantity.unit is not Unit.PIECE:
        return split(sold.list_minor - sold.net_minor, whole, 0, units)
    return split(sold.list_minor, whole, 0, units) - split(sold.net_minor, whole, 0, units)


def _reductions(sold: CompletedLine, gone: int, until: int) -> tuple[PriceModification, ...]:
    """Every modification's part of what lies between two sums of the line's reduction.

    list - modifications = net on the part; all parts together are the line's modifications.
    """
    before, after = _by_modification(sold, gone), _by_modification(sold, until)
    parts = zip(sold.modifications, before, after, strict=True)
    return tuple(
        replace(one, amount_minor=b - a, units=0, arithmetic="") for one, a, b in parts if b != a
    )


def _by_modification(sold: CompletedLine, amount: int) -> list[int]:
    """`amount` of the line's reduction by its modifications, in proportion; none shrinks while
    `amount` grows: each takes its share of what those before it have left, rounded down."""
    left = sum(one.amount_minor for one in sold.modifications)
    found = []
    for one in sold.modifications:
        part = amount * one.amount_minor // left if left else 0
        found.append(part)
        amount, left = amount - part, left - one.amount_minor
    return found


def totals_of(lines: Sequence[CompletedLine]) -> Totals:
    """Sums over return lines."""
    list_minor = sum(line.list_minor for line in lines)
    net_minor = sum(line.net_minor for line in lines)
    points_minor = sum(line.points_minor for line in lines)
    return Totals(
        list_minor=list_minor,
        discount_minor=list_minor - net_minor,
        net_minor=net_minor,
        points_minor=points_minor,
        points_redeemed=sum(line.points_redeemed for line in lines),
        payable_minor=net_minor - points_minor,
        rounding_minor=0,
        points_earned=sum(line.points_earned for line in lines),
    )


@dataclass(frozen=True, slots=True)
class Figures:
    """What a return shows before it is made: its lines and totals."""

    lines: tuple[CompletedLine, ...]
    totals: Totals


def return_figures(
    original: CompletedTransaction,
    wanted: Sequence[ReturnLine],
    earlier: Sequence[CompletedTransaction],
) -> Figures:
    """Lines and totals of a return, points and rounding as all returns together leave them."""
    lines = return_lines(wanted, returned_before(earlier))
    lines = with_points(Returned(original, earlier, lines))
    totals = totals_of(lines)
    rounding = due_of_return(original, earlier, totals.payable_minor) - totals.payable_minor
    return Figures(lines, replace(totals, rounding_minor=rounding))


def complete_return(
    original: CompletedTransaction,
    wanted: Sequence[ReturnLine],
    earlier: Sequence[CompletedTransaction],
    place: Place,
    *,
    transaction_id: str,
    terms: Terms,
    new_id: Callable[[], str],
) -> CompletedTransaction:
    """The document of a return. Amounts are positive; tenders are what is given back, negative."""
    figures = return_figures(original, wanted, earlier)
    lines, totals = figures.lines, figures.totals
    used = min(terms.used.minor, totals.due_minor)
    due = totals.due_minor - used
    kept = withheld(terms.deduction, totals.points_earned, totals.points_redeemed, due)
    entries = _Answers(original, earlier, transaction_id, place, new_id)
    tenders = refund_tenders(original, earlier, due - kept.minor)
    return replace(
        _answered_at(place, original),
        transaction_id=transaction_id,
        lines=lines,
        totals=totals,
        tenders=tenders,
        change_minor=0,
        reason=terms.reason,
        entries=entries.of(totals.points_redeemed, totals.points_earned - kept.points),
        uses=(),
        unsecured=0,
        risked=0,
        withheld_points=kept.points,
        withheld_minor=kept.minor + used,
        gift_cards=entries.of_cards(lines, tenders, terms.cards),
        tallies=tallies_back(original, returned_before(earlier), lines) + terms.used.tallies,
    )


def _answered_at(place: Place, original: CompletedTransaction) -> CompletedTransaction:
    """The head of a return: here and now, for the member and under the rules of the sale."""
    return replace(
        original,
        kind=TransactionKind.RETURN,
        age_answer="",
        original_id=original.transaction_id,
        receipt_number=place.receipt_number,
        store_id=place.store_id,
        terminal_id=place.terminal_id,
        session_number=place.session_number,
        business_on=place.business_on,
        completed_at=place.at,
        operator_id=place.operator_id,
        training=place.training,
        offline=place.offline,
        mirror_cursor=place.mirror_cursor,
    )


def return_lines(
    wanted: Sequence[ReturnLine], before: Mapping[int, int]
) -> tuple[CompletedLine, ...]:
    """The return's lines, numbered from 1; a sold line may be named more than once."""
    gone = dict(before)
    found = []
    for number, one in enumerate(wanted, start=1):
        sold = one.sold.line
        found.append(refund_line(one, gone.get(sold, 0), number))
        gone[sold] = gone.get(sold, 0) + one.value
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Answers:
    """The entries of a return: each answers one of the sale's, up to what that one still has."""

    original: CompletedTransaction
    earlier: Sequence[CompletedTransaction]
    transaction_id: str
    place: Place
    new_id: Callable[[], str]

    def of(self, given_back: int, taken_back: int) -> tuple[PointsEntry, ...]:
        """Redeemed points go back to their lots, earned ones are taken back."""
        left = {EntryKind.REDEEM: given_back, EntryKind.EARN: taken_back}
        found = []
        for entry in self.original.entries:
            part = min(left.get(entry.kind, 0), abs(entry.points) - self._answered(entry))
            if part > 0:
                left[entry.kind] -= part
                found.append(self._reversal(entry, part))
        return tuple(found)

    def of_cards(
        self,
        lines: Sequence[CompletedLine],
        tenders: Sequence[Tender],
        cards: Sequence[GiftCard],
    ) -> tuple[GiftCardEntry, ...]:
        """Money back onto gift cards; what a returned card held leaves it."""
        moment = CardMoment(self.place.at, self.place.business_on, self._cause(), self.new_id)
        return entries_of_return(self.original, lines, tenders, cards, moment)

    def _cause(self) -> Cause:
        return Cause("transaction", self.transaction_id, self.place.operator_id)

    def _answered(self, entry: PointsEntry) -> int:
        before = (e for document in self.earlier for e in document.entries)
        return sum(abs(e.points) for e in before if e.reverses == entry.entry_id)

    def _reversal(self, entry: PointsEntry, points: int) -> PointsEntry:
        earned = entry.kind is EntryKind.EARN
        return PointsEntry(
            self.new_id(),
            entry.member_id,
            EntryKind.REVERSE,
            -points if earned else points,
            self.place.at,
            self.place.business_on,
            self._cause(),
            self.original.program,
            lot_id=entry.entry_id if earned else None,
            reverses=entry.entry_id,
        )

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
from pos_app.domain.loyalty.ledger import Cause, EntryKind, PointsEntry
from pos_app.domain.quantity import Quantity, Unit
from pos_app.domain.tally_return import tallies_back
from pos_app.domain.tender import Tender, TenderKind


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """So many base units of a sold line come back."""

    sold: CompletedLine
    value: int


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
    quantity = Quantity(taken, sold.quantity.unit)
    return replace(
        sold,
        line=number,
        quantity=quantity,
        list_minor=list_minor,
        modifications=_reduction(sold, list_minor - net),
        net_minor=net,
        points_minor=points_minor,
        points_redeemed=part(sold.points_redeemed),
        payable_minor=payable,
        points_earned=part(sold.points_earned),
        tax_minor=part(sold.tax_minor),
        returned_line=sold.line,
    )


def _reduction(sold: CompletedLine, amount: int) -> tuple[PriceModification, ...]:
    """One modification that keeps list - modifications = net on a part of a line."""
    if not amount or not sold.modifications:
        return ()
    return (replace(sold.modifications[0], amount_minor=amount, units=0, arithmetic=""),)


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


def refund_tenders(
    original: CompletedTransaction,
    earlier: Sequence[CompletedTransaction],
    amount_minor: int,
) -> tuple[Tender, ...]:
    """Back to the original tenders: cash up to what cash had paid, then the others in order."""
    left: dict[TenderKind, int] = {}
    for tender in original.tenders:
        left[tender.kind] = left.get(tender.kind, 0) + tender.amount_minor
    left[TenderKind.CASH] = left.get(TenderKind.CASH, 0) - original.change_minor
    for document in earlier:
        for tender in document.tenders:
            left[tender.kind] = left.get(tender.kind, 0) + tender.amount_minor
    found = []
    for kind in sorted(left, key=lambda k: k is not TenderKind.CASH):
        part = min(left[kind], amount_minor)
        if part > 0:
            found.append(Tender(kind, -part))
            amount_minor -= part
    return (*found, Tender(TenderKind.CASH, -amount_minor)) if amount_minor else tuple(found)


def complete_return(
    original: CompletedTransaction,
    wanted: Sequence[ReturnLine],
    earlier: Sequence[CompletedTransaction],
    place: Place,
    *,
    transaction_id: str,
    reason: str,
    new_id: Callable[[], str],
) -> CompletedTransaction:
    """The document of a return. Amounts are positive; tenders are what is given back, negative."""
    before = returned_before(earlier)
    lines = return_lines(wanted, before)
    totals = totals_of(lines)
    return replace(
        original,
        transaction_id=transaction_id,
        kind=TransactionKind.RETURN,
        receipt_number=place.receipt_number,
        store_id=place.store_id,
        terminal_id=place.terminal_id,
        session_number=place.session_number,
        business_on=place.business_on,
        completed_at=place.at,
        operator_id=place.operator_id,
        lines=lines,
        totals=totals,
        tenders=refund_tenders(original, earlier, totals.payable_minor),
        change_minor=0,
        original_id=original.transaction_id,
        reason=reason,
        entries=_entries(original, totals, transaction_id, place, new_id),
        uses=(),
        unsecured=0,
        training=place.training,
        mirror_cursor=place.mirror_cursor,
        tallies=tallies_back(original, before, lines),
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


def _entries(
    original: CompletedTransaction,
    totals: Totals,
    transaction_id: str,
    place: Place,
    new_id: Callable[[], str],
) -> tuple[PointsEntry, ...]:
    """Redeemed points go back to their lots, earned ones are taken back."""
    cause = Cause("transaction", transaction_id, place.operator_id)
    found = []
    for entry in original.entries:
        points = {
            EntryKind.REDEEM: totals.points_redeemed,
            EntryKind.EARN: -totals.points_earned,
        }.get(entry.kind, 0)
        if points:
            found.append(
                PointsEntry(
                    new_id(),
                    entry.member_id,
                    EntryKind.REVERSE,
                    points,
                    place.at,
                    place.business_on,
                    cause,
                    original.program,
                    lot_id=entry.entry_id if entry.kind is EntryKind.EARN else None,
                    reverses=entry.entry_id,
                )
            )
    return tuple(found)

"""What was entered is put right: another quantity of a line, the last change taken back.

Goods that leave an open receipt want the right to void and a line in the audit chain; a reduction
that comes back wants the right to give it. Somebody else's PIN does for both.
"""

from pos_app.domain.events import Event
from pos_app.domain.money import Money
from pos_app.domain.quantity import extended_minor, pieces
from pos_app.domain.rights import Right
from pos_app.domain.sentence import say
from pos_app.domain.transaction import Transaction, with_quantity
from pos_app.workstation import weighing
from pos_app.workstation.answer import Answer, notice, refused
from pos_app.workstation.deed import asked_for
from pos_app.workstation.ports import Facts
from pos_app.workstation.pricing_task import know, reprice
from pos_app.workstation.sale import SALE_PARTS, edit, issuing, not_editable, wanted_of
from pos_app.workstation.station import (
    Allowed,
    Override,
    Station,
    authorise,
    changed,
    record,
    right_used,
)


def set_quantity(
    station: Station, number: int, text: str, override: Override | None = None
) -> Answer:
    """A new quantity of a line; of weighed goods in priced units."""
    line = station.open.line(number) if station.open else None
    if line is None:
        return refused("no_line")
    try:
        quantity = wanted_of(line.item, text) or pieces(0)
    except ValueError:
        return refused("bad_quantity", text=text)
    if line.entry == "label":
        return refused("label_quantity")
    if line.card_id:
        return refused("gift_card_quantity")
    less = extended_minor(line.unit_price_minor, line.quantity)
    less -= extended_minor(line.unit_price_minor, quantity)
    lower = quantity.value < line.quantity.value
    allowed = _may_take_out(station, less, override) if lower else Allowed()
    if isinstance(allowed, Answer):
        return allowed
    if by_hand := weighing.by_hand(station, line.item, quantity.decimal(), override):
        return by_hand
    used = right_used(
        station,
        "reduce_quantity",
        line.item.item_id,
        override_by=allowed.by,
        amount_minor=less,
    )
    if lower and (trouble := record(station, Facts(events=(used,)))):
        return trouble
    return edit(station, lambda t: with_quantity(t, number, quantity), goods=True)


def _may_take_out(
    station: Station, amount_minor: int, override: Override | None
) -> Allowed | Answer:
    """Who lets goods worth so much leave the receipt."""
    trouble = not_editable(station, goods=True)
    if trouble:
        return trouble
    about = say("approve.goods_out", amount=Money(amount_minor))
    return asked_for(authorise(station, Right.VOID_LINE, override), about)


def undo(station: Station, override: Override | None = None) -> Answer:
    """Take the last change back."""
    if not station.past or (station.open and station.open.tenders):
        return refused("nothing_to_undo")
    trouble = issuing(station)
    if trouble:
        return trouble
    before = station.past[-1][0]
    used = _used_by_undo(station, before, station.open or before, override)
    if isinstance(used, Answer):
        return used
    if used and (trouble := record(station, Facts(events=used))):
        return trouble
    return put_back(station)


def _used_by_undo(
    station: Station, before: Transaction, now: Transaction, override: Override | None
) -> tuple[tuple[str, Event], ...] | Answer:
    """What the audit chain keeps: goods that leave, a reduction that is given once more."""
    back = before.reductions - now.reductions
    less = now.goods_minor - before.goods_minor
    used: list[tuple[str, Event]] = []
    if back:
        given = asked_for(
            authorise(station, Right.DISCOUNT, override), say("approve.reduction_back")
        )
        if isinstance(given, Answer):
            return given
        where = ", ".join(str(line or "transaction") for line in sorted({one[0] for one in back}))
        used.append(right_used(station, "discount_back", where, override_by=given.by))
    if less > 0:
        out = _may_take_out(station, less, override)
        if isinstance(out, Answer):
            return out
        used.append(
            right_used(
                station,
                "undo",
                before.transaction_id,
                override_by=out.by,
                amount_minor=less,
            )
        )
    return tuple(used)


def put_back(station: Station) -> Answer:
    """The receipt as it was before its last change; asks nobody."""
    station.open, known = station.past.pop()
    # What was granted meanwhile stays granted, what was given back stays given back.
    station.known = know(station, known.member, local=known.local) if known else None
    reprice(station)
    return changed(*SALE_PARTS, notices=(notice("undone"),))

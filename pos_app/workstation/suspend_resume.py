"""A transaction put aside.

The customer forgot the bread: the cashier suspends, serves the next, resumes. Only what was
entered is kept; on resume everything is priced again, with a notice when the total moved.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from pos_app.domain.document import TransactionKind
from pos_app.domain.loyalty.coupon import PresentedCoupon
from pos_app.domain.money import Money
from pos_app.domain.pricing.basket import Goodwill
from pos_app.domain.quantity import Quantity, Unit
from pos_app.domain.tender import Tender, TenderKind
from pos_app.domain.transaction import Claim, LineItem, MemberLink, Transaction
from pos_app.workstation import claim_reward, club, points_again, regulated, sell_gift_card
from pos_app.workstation.answer import Answer, Notice, Part, Tone, notice, refused
from pos_app.workstation.handing_out import handed_out_again
from pos_app.workstation.letting_go import release
from pos_app.workstation.open_kept import LIFE, OPEN, PAID, Kept, as_open, body_of, half_of, is_cut
from pos_app.workstation.ports import Facts, SuspendedDraft
from pos_app.workstation.present_coupon import ask_again, judged_again
from pos_app.workstation.pricing_task import know, reprice
from pos_app.workstation.sale import SALE_PARTS, clear, not_ready
from pos_app.workstation.station import Known, Station, changed, record
from pos_app.workstation.suspended_view import waiting

LABEL_MOST, LABEL_DIGITS_MOST = 40, 6


def suspend(station: Station, label: str) -> Answer:
    """Put the open transaction aside. `label`: "" for none; then the customer's name is shown."""
    transaction = station.open
    if transaction is None or not transaction.lines or station.priced is None:
        return refused("nothing_open")
    if transaction.kind is TransactionKind.RETURN:
        return refused("return_is_open")
    if transaction.tenders:
        return refused("tenders_taken")
    if station.exchange is not None:
        return refused("exchange_is_open")
    label, known = label_of(label), station.known
    member = known.member.display_name if known else ""
    draft = draft_for(station, transaction, station.priced.totals.net_minor, label)
    # Open, it stood there already: put aside, it is the newest.
    trouble = record(station, Facts(drop_suspended=draft.transaction_id, suspend=draft))
    if trouble:
        return trouble
    clear(station)
    release(station)
    name = label or member
    said = notice("suspended_as", Tone.NEUTRAL, None, label=name) if name else notice("suspended")
    return changed(*SALE_PARTS, Part.SUSPENDED, notices=(said,))


def label_of(typed: str) -> str:
    """A few words by which the receipt is found again; a number that was meant for something else,
    a phone above all, is none."""
    shown = "".join(one for one in " ".join(typed.split()) if one.isprintable())
    label = shown[:LABEL_MOST].strip()
    digits = sum(one.isdigit() for one in label)
    return "" if digits > LABEL_DIGITS_MOST or label.endswith("*") else label


def draft_for(
    station: Station,
    transaction: Transaction,
    total_minor: int,
    label: str,
    *,
    still_open: bool = False,
) -> SuspendedDraft:
    """The transaction as it waits in the till's file; `still_open`: nobody has put it aside."""
    body = draft_body(transaction)
    if still_open:
        body[OPEN] = True
    identity = station.journal.identity()
    if identity is not None:
        body[LIFE] = identity.incarnation
    if station.open is transaction and station.priced is not None:
        body[PAID] = station.priced.totals.points_minor
    return SuspendedDraft(
        transaction.transaction_id,
        label,
        station.now(),
        station.operator.operator_id if station.operator else "",
        len(transaction.lines),
        total_minor,
        json.dumps(body, ensure_ascii=False).encode(),
    )


def resume(station: Station, transaction_id: str) -> Answer:
    """Take it up again at today's prices."""
    trouble = not_ready(station)
    if trouble:
        return trouble
    if station.exchange is not None:
        return refused("exchange_is_open")
    if station.open is not None and station.open.lines:
        return refused("finish_first")
    draft = next((d for d in waiting(station) if d.transaction_id == transaction_id), None)
    if draft is None or "lines" not in body_of(draft):
        return refused("not_suspended")
    again = replace(draft, transaction_id=_id_of(station, draft), body=as_open(draft))
    transaction, lost = restored(station, body_of(draft), again.transaction_id, draft.at)
    said_of_money = handed_out_again(station, transaction)
    transaction, said_of_member = _with_member(station, transaction)
    entered = transaction
    transaction, said_of_coupons = judged_again(station, entered)
    # It stays in the file until it ends, like every open receipt.
    gone = None if again.transaction_id == transaction_id else transaction_id
    trouble = record(station, Facts(suspend=again, drop_suspended=gone))
    if trouble:
        return trouble
    station.kept = Kept(again.transaction_id, transaction)
    station.past.clear()
    station.last_sale = None
    station.known = known_of(station, transaction)
    asks = points_again.asks(station, transaction)
    station.open, said_of_rewards = claim_reward.judged_again(station, transaction, asks)
    reprice(station)
    ask_again(station, entered)
    said_of_points = points_again.ask(station, body_of(draft).get("points", 0))
    said = [notice("resumed", Tone.GOOD), *lost, *said_of_member, *said_of_coupons]
    said += [*said_of_rewards, *said_of_money, *said_of_points]
    if station.priced and station.priced.totals.net_minor != draft.total_minor:
        now = Money(station.priced.totals.net_minor)
        said.append(
            notice("price_moved", Tone.WARNING, None, before=Money(draft.total_minor), now=now)
        )
    return changed(*SALE_PARTS, Part.SUSPENDED, notices=tuple(said))


def _id_of(station: Station, draft: SuspendedDraft) -> str:
    """One that was cut short goes on under another name: an old copy of the file may offer what
    was paid since, and a second document of one name would be lost at the server. Not half of an
    exchange, whose return names it."""
    if is_cut(draft) and half_of(draft) is None:
        return station.new_id()
    return draft.transaction_id


def _with_member(
    station: Station, transaction: Transaction
) -> tuple[Transaction, tuple[Notice, ...]]:
    """A card that was scanned just before stays; the operator's own card does not."""
    link = transaction.member or (station.open.member if station.open else None)
    if station.open is not None and not transaction.partner_card:
        transaction = replace(transaction, partner_card=station.open.partner_card)
    own = station.operator.own_member_id if station.operator else None
    if link is not None and own is not None and link.member_id == own:
        return replace(transaction, member=None), (notice("own_card", Tone.WARNING),)
    return replace(transaction, member=link), ()


def known_of(station: Station, transaction: Transaction) -> Known | None:
    """The member as known now; their points may have moved meanwhile."""
    link = transaction.member
    if link is None or link.member_id is None:
        return None
    mirrored = station.mirror.member_by_key("id", link.member_id)
    local = None if mirrored else station.journal.local_member("id", link.member_id)
    one = mirrored or local
    return know(station, one, local=mirrored is None) if one else None


def draft_body(transaction: Transaction) -> dict[str, Any]:
    """What was entered, for JSON: prices are the catalogue's at the time of resuming."""
    link = transaction.member
    return {
        "lines": [_line(one) for one in transaction.lines],
        "next_line": transaction.next_line,
        "member": None
        if link is None
        else [link.member_id, link.identified_by, link.code, link.may_redeem],
        "partner_card": transaction.partner_card,
        "goodwill": _goodwill(transaction.goodwill),
        "age": transaction.age_answer,
        "age_years": transaction.age_years,
        "coupons": [
            [one.coupon_id, one.key, one.code, one.member_id, one.at_risk]
            for one in transaction.coupons
        ],
        "claims": [[one.promotion_id, one.member_id] for one in transaction.claims],
        "credit": [[t.kind.value, t.amount_minor, t.reference] for t in transaction.credit],
        "credit_of": transaction.credit_of,
        "points": transaction.points_wish,
    }


def _line(one: LineItem) -> dict[str, Any]:
    return {
        "line": one.line,
        "item": one.item.item_id,
        "code": one.code,
        "quantity": one.quantity.value,
        "unit": one.quantity.unit.value,
        "price": one.unit_price_minor,
        "entry": one.entry,
        "goodwill": _goodwill(one.goodwill),
        "card": one.card_id,
        "name": one.item.name,
    }


def _goodwill(goodwill: Goodwill | None) -> list[Any] | None:
    if goodwill is None:
        return None
    return [
        goodwill.percent_ppm,
        goodwill.amount_minor,
        goodwill.reason,
        goodwill.operator_id,
    ]


def restored(
    station: Station, body: Mapping[str, Any], transaction_id: str, at: datetime
) -> tuple[Transaction, tuple[Notice, ...]]:
    """The transaction of a draft at today's prices, and what can no longer be sold."""
    lines, lost = [], []
    for one in body["lines"]:
        line = _line_item(station, one)
        if isinstance(line, Notice):
            lost.append(line)
        else:
            lines.append(line)
    member = MemberLink(*body["member"]) if body["member"] else None
    credit = tuple(Tender(TenderKind(k), minor, of) for k, minor, of in body.get("credit", ()))
    transaction = Transaction(
        transaction_id,
        at,
        lines=tuple(lines),
        next_line=body["next_line"],
        member=member,
        partner_card=body.get("partner_card", ""),
        goodwill=Goodwill(*body["goodwill"]) if body["goodwill"] else None,
        age_answer=body["age"],
        age_years=body.get("age_years", max((one.item.age_limit for one in lines), default=0)),
        selected=lines[-1].line if lines else None,
        coupons=tuple(PresentedCoupon(*one) for one in body.get("coupons", ())),
        claims=tuple(Claim(*one) for one in body.get("claims", ())),
        tenders=credit,
        credit=credit,
        credit_of=body.get("credit_of", ""),
        # Beside what a return has paid no points are chosen any more.
        points_wish=0 if credit else body.get("points", 0),
    )
    return transaction, tuple(lost)


def _card_line(station: Station, one: dict[str, Any]) -> LineItem | Notice:
    """A gift card to be sold, if it may be sold still; its amount is what was chosen."""
    item = station.mirror.item(one["item"])
    item = (
        regulated.on_line(station, item) if item else sell_gift_card.item_of(station, one["card"])
    )
    line = LineItem(
        one["line"], item, one["code"], Quantity(one["quantity"], Unit(one["unit"])), one["price"],
        one["entry"], card_id=one["card"],
    )  # fmt: skip
    lost = notice("item_gone", Tone.WARNING, None, code=one["name"])
    return sell_gift_card.restored(station, line) or lost


def _line_item(station: Station, one: dict[str, Any]) -> LineItem | Notice:
    """The line as the catalogue and the law have it today, or why it is left out."""
    if one.get("card"):
        return _card_line(station, one)
    item = station.mirror.item(one["item"])
    price = item.price_minor(station.business_on()) if item else None
    if item is None or price is None:
        return notice("item_gone", Tone.WARNING, None, code=one["code"])
    price = one["price"] if one["entry"] == "label" else price
    item = club.on_line(station, regulated.on_line(station, item))
    trouble = regulated.not_sold(station, item, price, one["entry"])
    if trouble is not None and trouble.refusal is not None:
        return Notice(trouble.refusal.code, trouble.refusal.text, Tone.WARNING)
    return LineItem(
        one["line"],
        item,
        one["code"],
        Quantity(one["quantity"], Unit(one["unit"])),
        price,
        one["entry"],
        Goodwill(*one["goodwill"]) if one["goodwill"] else None,
    )

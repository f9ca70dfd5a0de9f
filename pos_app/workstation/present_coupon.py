"""Coupons on a receipt.

The customer shows a coupon from an advertisement, an app or the last receipt: the cashier scans
it, the receipt lists it, and the promotion it opens counts. A coupon that opens nothing here is
not used up. Never a reduction: that is the engine's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pos_app.domain.document import CompletedTransaction
from pos_app.domain.identification import Identification, Kind
from pos_app.domain.loyalty.allowance import draw
from pos_app.domain.loyalty.coupon import (
    ISSUED,
    USED,
    CouponHistory,
    CouponUse,
    Here,
    PresentedCoupon,
    SignedCoupon,
    issue_coupon,
    judge_code,
    judge_signed,
    key_of,
    key_of_signed,
    read_signed,
    uses_of_return,
)
from pos_app.domain.loyalty.owner import coupon_owner
from pos_app.domain.mechanics.coupons import find_coupon
from pos_app.domain.sentence import Sentence, say
from pos_app.domain.transaction import Transaction
from pos_app.workstation.answer import Answer, Notice, Tone, notice, refused, refused_with
from pos_app.workstation.honoured import honoured
from pos_app.workstation.letting_go import release
from pos_app.workstation.pricing_task import program_of
from pos_app.workstation.sale import SALE_PARTS, begin, edit, not_editable, not_ready
from pos_app.workstation.station import Station, changed

MOST = 20


def scanned(station: Station, found: Identification, _entry: str) -> Answer:
    """A coupon came from the scanner or the field: plain code or signed text."""
    trouble = not_editable(station)
    if trouble:
        return trouble
    shown = _Shown(found.code or "", found.token or "")
    judged = _judged(station, shown.code, shown.token, begin(station))
    if _uncertain(judged) and _ask(station, shown):
        said = notice("coupon_asking", Tone.NEUTRAL)
        return changed(*SALE_PARTS, notices=(said,))
    return refused_with(judged) if isinstance(judged, Sentence) else _add(station, judged)


@dataclass(frozen=True, slots=True)
class _Shown:
    """A coupon as somebody showed it: a code, or a signed text."""

    code: str
    token: str


def _uncertain(judged: PresentedCoupon | Sentence) -> bool:
    """Whether only the server can tell."""
    if isinstance(judged, Sentence):
        return judged.key == "coupon.needs_link"
    return judged.at_risk


def _ask(station: Station, shown: _Shown) -> bool:
    """Ask the server for one use of it, for this receipt; False with no link."""
    if not station.courier.status().online:
        return False
    coupons = program_of(station).coupons
    signed = read_signed(shown.token) if shown.token else None
    key = key_of_signed(signed, coupons) if signed else key_of(shown.code, coupons)
    transaction_id = begin(station).transaction_id
    fields = {"kind": "coupon", "key": coupon_owner(key), "want_points": 1}

    def answered(reply: Mapping[str, Any]) -> None:
        _answered(station, transaction_id, shown, lost=bool(reply.get("error")))

    station.courier.request("identify", fields, answered)
    return True


def _answered(station: Station, transaction_id: str, shown: _Shown, *, lost: bool) -> None:
    """The receipt may be over by now: the right goes back. A lost answer is as no link."""
    transaction = station.open
    if transaction is None or transaction.transaction_id != transaction_id:
        release(station)
        return
    trouble = not_editable(station)
    judged = _judged(station, shown.code, shown.token, transaction)
    if _uncertain(judged) and not lost:
        judged = say("coupon.elsewhere")
    if trouble is None and isinstance(judged, PresentedCoupon):
        trouble = _add(station, judged)
    elif trouble is None and isinstance(judged, Sentence):
        trouble = refused_with(judged)
    assert trouble is not None
    if not trouble.ok:
        release(station)
    station.say(trouble)


def typed(station: Station, text: str) -> Answer:
    """A coupon's code by hand, as it is printed: with the prefix of its label or without."""
    trouble = not_ready(station)
    if trouble:
        return trouble
    found = station.gear.identifier.scan(text.strip().encode())
    if found.kind is not Kind.COUPON:
        found = Identification(Kind.COUPON, code=text.strip())
    return scanned(station, found, "typed")


def _add(station: Station, coupon: PresentedCoupon) -> Answer:
    before = begin(station).coupons
    if any(one.coupon_id == coupon.coupon_id for one in before):
        return refused("coupon_here_already")
    if len(before) >= MOST:
        return refused("coupons_too_many", most=MOST)
    said = notice("coupon_added", Tone.GOOD, None, name=name_of(station, coupon.coupon_id))
    return edit(station, lambda t: replace(t, coupons=(*t.coupons, coupon)), said)


def remove(station: Station, coupon_id: str) -> Answer:
    """Take a coupon off the receipt; the customer keeps it."""
    transaction = station.open
    if transaction is None or all(one.coupon_id != coupon_id for one in transaction.coupons):
        return refused("no_coupon")
    said = notice("coupon_removed", Tone.NEUTRAL, None, name=name_of(station, coupon_id))
    left = tuple(one for one in transaction.coupons if one.coupon_id != coupon_id)
    answer = edit(station, lambda t: replace(t, coupons=left), said)
    if answer.ok:
        release(station)
    return answer


def name_of(station: Station, coupon_id: str) -> str:
    """As the program calls it."""
    language = station.operator.language if station.operator else station.settings.language
    found = find_coupon(program_of(station).coupons, coupon_id)
    return found.name(language) if found else coupon_id


def _judged(
    station: Station, code: str, token: str, transaction: Transaction
) -> PresentedCoupon | Sentence:
    coupons = program_of(station).coupons
    member_id = transaction.member.member_id if transaction.member else None
    if not token:
        here = _here(station, key_of(code, coupons), member_id)
        return judge_code(code, coupons, here)
    signed = read_signed(token)
    if signed is None:
        return say("coupon.garbled")
    here = _here(station, key_of_signed(signed, coupons), member_id)
    return judge_signed(signed, coupons, here, station.gear.trust)


def _here(station: Station, key: str, member_id: str | None) -> Here:
    return Here(
        on=station.business_on(),
        at=station.now(),
        member_id=member_id,
        history=_history(station, key) if key else CouponHistory(),
        allowances=honoured(station, coupon_owner(key)) if key else (),
    )


def _history(station: Station, key: str) -> CouponHistory:
    """This till's own receipts, and what the server has told of the others'."""
    own = station.journal.coupon(key)
    told = station.mirror.setting(coupon_owner(key))
    if not isinstance(told, dict):
        return own
    used = max(own.used, int(told.get("used", 0)))
    return CouponHistory(used, own.void or bool(told.get("void")))


def judged_again(station: Station, transaction: Transaction) -> tuple[Transaction, list[Notice]]:
    """A resumed receipt: what has ended or was used meanwhile is gone, and that is said."""
    kept, said, _ = _sorted_again(station, transaction)
    return replace(transaction, coupons=kept), said


def ask_again(station: Station, before: Transaction) -> None:
    """Those of a resumed receipt of which only the server can tell are asked for anew."""
    for shown in _sorted_again(station, before)[2]:
        _ask(station, shown)


def _sorted_again(
    station: Station, transaction: Transaction
) -> tuple[tuple[PresentedCoupon, ...], list[Notice], list[_Shown]]:
    kept, said, asked = [], [], []
    for one in transaction.coupons:
        signed = read_signed(one.code)
        token = one.code if signed is not None and signed.coupon_id == one.coupon_id else ""
        found = _judged(station, one.code, token, transaction)
        if _uncertain(found) and station.courier.status().online:
            asked.append(_Shown("" if token else one.code, token))
        elif isinstance(found, PresentedCoupon):
            kept.append(found)
        else:
            name = name_of(station, one.coupon_id)
            said.append(notice("coupon_gone", Tone.WARNING, None, name=name))
    return tuple(kept), said, asked


def issued(
    station: Station, document: CompletedTransaction, coupon_ids: Iterable[str]
) -> tuple[SignedCoupon, ...]:
    """Coupons for the next visit that this sale gives, signed by this till.

    One for its member is not given to a nameless receipt.
    """
    found = []
    for coupon_id in coupon_ids:
        coupon = find_coupon(program_of(station).coupons, coupon_id)
        if coupon is None or not (coupon.bearer or document.member_id):
            continue
        signed = issue_coupon(
            coupon,
            document.business_on,
            serial=station.new_id(),
            member_id=document.member_id or "",
            issuer=station.gear.issuer,
        )
        found.append(signed)
    return tuple(found)


def with_issued(
    document: CompletedTransaction, signed: Iterable[SignedCoupon]
) -> CompletedTransaction:
    """The document with what it gave."""
    given = tuple(
        CouponUse(one.coupon_id, f"{one.coupon_id}/{one.serial}", ISSUED) for one in signed
    )
    return replace(document, coupons=(*document.coupons, *given))


def with_grants(station: Station, document: CompletedTransaction) -> CompletedTransaction | Answer:
    """The document with the grants of one that its coupons take, where this till holds them.

    A right that has ended since the scan is the owner's risk, or the coupon must be shown again.
    """
    coupons = program_of(station).coupons
    uses, deeds = [], []
    for use in document.coupons:
        if use.deed == USED and use.key:
            owner = coupon_owner(use.key)
            drawn, rest = draw(honoured(station, owner), 1, station.now())
            uses += [replace(one, owner=owner) for one in drawn]
            coupon = find_coupon(coupons, use.coupon_id)
            if rest and (coupon is None or coupon.offline != "accept"):
                return refused("coupon_right_ended", name=name_of(station, use.coupon_id))
            use = replace(use, at_risk=bool(rest))
        deeds.append(use)
    return replace(document, uses=(*document.uses, *uses), coupons=tuple(deeds))


def with_returned(
    station: Station, document: CompletedTransaction, original: CompletedTransaction, whole: bool
) -> CompletedTransaction:
    """The return with what becomes of its sale's coupons."""
    given = [use.key for use in original.coupons if use.deed == ISSUED]
    used = frozenset(key for key in given if _history(station, key).used)
    uses = uses_of_return(original.coupons, whole=whole, used_since=used)
    return replace(document, coupons=uses)

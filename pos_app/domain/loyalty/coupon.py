"""A coupon at a till: issued, read, judged, marked as used. Never what it reduces.

A signed coupon carries no value: it names a coupon of the program, a serial, days and perhaps a
member, under the key of the till that printed it (or of the server), so any till judges it with no
network. What is used only once and may have been used elsewhere is decided by the coupon's policy.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from pos_app.domain.loyalty.allowance import Allowance, draw
from pos_app.domain.loyalty.compact import (
    Unpacker,
    from_text,
    packed_day,
    packed_name,
    to_text,
)
from pos_app.domain.loyalty.trust import Trust
from pos_app.domain.mechanics.coupons import Coupon, find_coupon
from pos_app.domain.ports import Signer
from pos_app.domain.sentence import Sentence, say

_FORMAT = 1
_SIGNATURE_BYTES = 64
_COUPON = b"kopilka coupon 1\n"
USED, ISSUED, RESTORED, VOIDED = "used", "issued", "restored", "void"


@dataclass(frozen=True, slots=True)
class SignedCoupon:
    """A coupon under a signature. Days are inclusive; no member: whoever bears it."""

    coupon_id: str
    serial: str
    issued_on: date
    valid_from: date
    valid_until: date
    member_id: str
    key_id: str
    signature: bytes = b""

    def body(self) -> bytes:
        """What the key signs."""
        days = (self.issued_on, self.valid_from, self.valid_until)
        return b"".join(
            (
                bytes((_FORMAT,)),
                packed_name(self.coupon_id),
                packed_name(self.serial),
                *(packed_day(day) for day in days),
                packed_name(self.member_id),
                packed_name(self.key_id),
            )
        )

    def text(self) -> str:
        """The payload of its QR code, without the prefix of the label."""
        return to_text(self.body() + self.signature)


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs: the id of the key and the key's holder."""

    key_id: str
    signer: Signer


@dataclass(frozen=True, slots=True)
class CouponUse:
    """What a receipt did with a coupon: used, issued, restored or void (by a return).

    `key` is `<coupon>/<serial>` of a signed coupon, `<coupon>/<CODE>` of another, empty for one
    that has no limit of uses. `at_risk`: nobody could be asked whether it was used elsewhere.
    """

    coupon_id: str
    key: str
    deed: str = USED
    at_risk: bool = False


@dataclass(frozen=True, slots=True)
class CouponHistory:
    """What this till (and what it mirrors) knows of one code or serial."""

    used: int = 0
    void: bool = False

    def after(self, deed: str) -> "CouponHistory":
        """With one more deed."""
        if deed == VOIDED:
            return replace(self, void=True)
        step = {USED: 1, RESTORED: -1}.get(deed, 0)
        return replace(self, used=max(self.used + step, 0))


@dataclass(frozen=True, slots=True)
class PresentedCoupon:
    """A coupon on an open receipt, judged when it was scanned. `code` reads it again."""

    coupon_id: str
    key: str
    code: str
    member_id: str = ""
    at_risk: bool = False

    def serves(self, member_id: str | None) -> bool:
        """A member's own coupon counts only while that member is on the receipt."""
        return not self.member_id or self.member_id == member_id


@dataclass(frozen=True, slots=True)
class Here:
    """Where a coupon is shown: the business day, the member, this till's grants of it."""

    on: date
    at: datetime
    member_id: str | None = None
    history: CouponHistory = CouponHistory()
    allowances: tuple[Allowance, ...] = ()


def issue_coupon(
    coupon: Coupon, on: date, *, serial: str, member_id: str, issuer: Issuer
) -> SignedCoupon:
    """A coupon of this kind, signed. `member_id` is left out where it is for its bearer.

    Raises ValueError for an id that is too long for a code.
    """
    since = on + timedelta(days=coupon.after_days)
    bare = SignedCoupon(
        coupon_id=coupon.coupon_id,
        serial=serial,
        issued_on=on,
        valid_from=max(since, coupon.valid_from or since),
        valid_until=coupon.ends(on),
        member_id="" if coupon.bearer else member_id,
        key_id=issuer.key_id,
    )
    return replace(bare, signature=issuer.signer.sign(_COUPON + bare.body()))


def read_signed(text: str) -> SignedCoupon | None:
    """A signed coupon from its text; None for what nobody printed."""
    try:
        source = Unpacker(from_text(text))
        found = _signed(source)
        source.finish()
    except ValueError:
        return None
    return found


def _signed(source: Unpacker) -> SignedCoupon:
    if source.number(1) != _FORMAT:
        raise ValueError("a coupon of a newer format")
    return SignedCoupon(
        coupon_id=source.name(),
        serial=source.name(),
        issued_on=source.day(),
        valid_from=source.day(),
        valid_until=source.day(),
        member_id=source.name(),
        key_id=source.name(),
        signature=source.take(_SIGNATURE_BYTES),
    )


def judge_signed(
    signed: SignedCoupon, coupons: tuple[Coupon, ...], here: Here, trust: Trust
) -> PresentedCoupon | Sentence:
    """The coupon for the receipt, or why not."""
    coupon = find_coupon(coupons, signed.coupon_id)
    if coupon is None or coupon.kind == "code":
        return say("coupon.unknown", code=signed.coupon_id)
    trouble = _forged(signed, coupon, trust) or _untimely(
        signed.valid_from, signed.valid_until, here
    )
    if trouble is not None:
        return trouble
    if signed.member_id and signed.member_id != here.member_id:
        return say("coupon.other_member")
    at_risk = _at_risk(coupon, here)
    if isinstance(at_risk, Sentence):
        return at_risk
    key = key_of_signed(signed, coupons)
    return PresentedCoupon(coupon.coupon_id, key, signed.text(), signed.member_id, at_risk)


def judge_code(code: str, coupons: tuple[Coupon, ...], here: Here) -> PresentedCoupon | Sentence:
    """The coupon behind a plain code, or why not. Codes know no case."""
    folded = code.upper()
    found = [(c, one) for c in coupons for one in c.codes if one.shapes(folded)]
    if not found:
        return say("coupon.unknown", code=code)
    coupon = next((c for c, one in found if one.holds(folded)), None)
    if coupon is None:
        return say("coupon.check_digit")
    trouble = _untimely(coupon.valid_from, coupon.valid_until, here)
    if trouble is not None:
        return trouble
    at_risk = _at_risk(coupon, here)
    if isinstance(at_risk, Sentence):
        return at_risk
    return PresentedCoupon(coupon.coupon_id, key_of(code, coupons), folded, "", at_risk)


def key_of(code: str, coupons: tuple[Coupon, ...]) -> str:
    """What uses of a plain code are counted under; empty where nothing is counted."""
    folded = code.upper()
    for coupon in coupons:
        if coupon.max_uses and any(one.holds(folded) for one in coupon.codes):
            return f"{coupon.coupon_id}/{folded}"
    return ""


def key_of_signed(signed: SignedCoupon, coupons: tuple[Coupon, ...]) -> str:
    """What uses of a signed coupon are counted under; empty where nothing is counted."""
    coupon = find_coupon(coupons, signed.coupon_id)
    limited = coupon is None or coupon.max_uses
    return f"{signed.coupon_id}/{signed.serial}" if limited else ""


def _forged(signed: SignedCoupon, coupon: Coupon, trust: Trust) -> Sentence | None:
    """The server signs personal coupons, a certified till those it prints; nobody else."""
    known = trust.till if coupon.kind == "printed" else trust.issuer
    key = known(signed.key_id)
    if key is None:
        return say("coupon.unknown_issuer")
    if not trust.signatures.genuine(key, _COUPON + signed.body(), signed.signature):
        return say("coupon.bad_signature")
    if not coupon.bearer and not signed.member_id:
        return say("coupon.other_member")
    return None


def _untimely(since: date | None, until: date | None, here: Here) -> Sentence | None:
    if since is not None and here.on < since:
        return say("coupon.not_yet", on=since)
    if until is not None and here.on > until:
        return say("coupon.expired", on=until)
    return None


def _at_risk(coupon: Coupon, here: Here) -> bool | Sentence:
    """Whether it may have been used elsewhere; a sentence where that is not to be risked.

    A use is certain only from a grant of this till, wherever the coupon was printed: its right is
    at the server, and only one till has it at a time.
    """
    if here.history.void:
        return say("coupon.void")
    if coupon.max_uses and here.history.used >= coupon.max_uses:
        return say("coupon.used")
    if not coupon.max_uses or not draw(here.allowances, 1, here.at)[1]:
        return False
    return True if coupon.offline == "accept" else say("coupon.needs_link")


def uses_of(presented: Iterable[PresentedCoupon], idle: frozenset[str]) -> tuple[CouponUse, ...]:
    """What a completed sale did. `idle`: ids of coupons that opened nothing, so are not used up."""
    return tuple(
        CouponUse(one.coupon_id, one.key, USED, one.at_risk)
        for one in presented
        if one.coupon_id not in idle
    )


def uses_of_return(
    sold: Iterable[CouponUse], *, whole: bool, used_since: frozenset[str]
) -> tuple[CouponUse, ...]:
    """What a return does to the coupons of its sale.

    The coupons it was bought with come back when everything does; a coupon it gave for the next
    visit is void with any return, unless it was used already (`used_since`: keys).
    """
    found = []
    for use in sold:
        if use.deed == USED and whole:
            found.append(replace(use, deed=RESTORED, at_risk=False))
        if use.deed == ISSUED and use.key not in used_since:
            found.append(replace(use, deed=VOIDED))
    return tuple(found)

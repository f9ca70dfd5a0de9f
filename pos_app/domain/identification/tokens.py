"""Codes that are text: tokens of ours, links, receipts. Never follows a link."""

import re
from collections.abc import Iterable
from dataclasses import replace

from pos_app.domain.identification.check_digits import has_gs1_check_digit
from pos_app.domain.identification.label import Label
from pos_app.domain.identification.label_rules import LabelRules
from pos_app.domain.identification.result import Identification, Kind
from pos_app.domain.identification.symbology import TWO_DIMENSIONAL

_TOKEN = re.compile(r"[!-~]{1,1024}")
_URL = re.compile(r"https?://([^/?#]+)([^?#]*)(\?[^#]*)?(#.*)?", re.IGNORECASE)
_LINK_KEY = re.compile(r"/(01|gtin)/([0-9]{8}|[0-9]{12,14})(?=/|$)", re.IGNORECASE)
_LINK_QUALIFIER = re.compile(r"/(10|21|22)/([^/]+)")
_MEMBER_KEY = re.compile(r"/8018/([0-9]{18})(?=/|$)")
_SBP_HOST = "qr.nspk.ru"
_FISCAL_KEYS = frozenset({"t", "s", "fn", "i", "fp"})


def identify_token(label: Label, rules: LabelRules) -> Identification | None:
    """A token of ours from any symbology; a link or receipt QR from a two-dimensional one."""
    own = _own(label, rules)
    if own or not (label.is_anonymous or label.symbology in TWO_DIMENSIONAL):
        return own
    return _fiscal_receipt(label) or _link(label)


def _own(label: Label, rules: LabelRules) -> Identification | None:
    for kind, patterns in (
        (Kind.QR_TOKEN, rules.member_qr),
        (Kind.CARD_CODE, rules.card_code_qr),
        (Kind.COUPON, rules.signed_coupon_qr),
        (Kind.EXTERNAL_IDENTITY, rules.external_identity_qr),
    ):
        token = _token_of(label.text, patterns)
        if token:
            return replace(label.answer(kind, "QR"), token=token)
    for kind, patterns in (
        (Kind.COUPON, rules.coupon_qr),
        (Kind.GIFT_CARD, rules.gift_card_qr),
        (Kind.RECEIPT_NUMBER, rules.receipt_qr),
    ):
        code = _token_of(label.text, patterns)
        if code:
            return replace(label.answer(kind, "QR"), code=code)
    return None


def _token_of(text: str, patterns: Iterable[str]) -> str | None:
    for pattern in patterns:
        before = pattern.removesuffix("<token>")
        # QR in alphanumeric mode has capitals only: scheme, host and prefix know no case.
        if text[: len(before)].casefold() == before.casefold():
            token = text[len(before) :]
            if "://" in before:
                token = re.split("[/?#&]", token, maxsplit=1)[0]
            if _TOKEN.fullmatch(token):
                return token
    return None


def _fiscal_receipt(label: Label) -> Identification | None:
    """`t=20180518T220500&s=975.88&fn=...&i=...&fp=...&n=1`, keys in any order."""
    pairs = [part.partition("=") for part in label.text.split("&")]
    values = {key: value for key, sign, value in pairs if sign}
    if not values.keys() >= _FISCAL_KEYS:
        return None
    total = re.fullmatch(r"([0-9]{1,12})(?:\.([0-9]{1,2}))?", values["s"])
    numbers = [values["fn"], values["i"], values["fp"]]
    if total is None or not all(re.fullmatch("[0-9]{1,20}", n) for n in numbers):
        return None
    sum_minor = int(total[1]) * 100 + int((total[2] or "").ljust(2, "0"))
    return replace(
        label.answer(Kind.FISCAL_RECEIPT_QR, "QR"),
        fn=numbers[0], i=numbers[1], fp=numbers[2],
        sum_minor=sum_minor, bought_at_local=values["t"][:15],
    )  # fmt: skip


def _link(label: Label) -> Identification | None:
    url = _URL.fullmatch(label.text)
    if url is None:
        return None
    host, path = url[1].casefold(), url[2]
    if host == _SBP_HOST and path.strip("/"):
        token = path.strip("/").split("/")[0]
        return replace(label.answer(Kind.SBP_QR, "QR"), token=token)
    return _digital_link(label, path) or replace(label.answer(Kind.URL, "QR"), text=label.text)


def _digital_link(label: Label, path: str) -> Identification | None:
    """GS1 Digital Link: `/01/<GTIN>` with qualifiers, `/8018/<GSRN>` for a member."""
    member = _MEMBER_KEY.search(path)
    if member and has_gs1_check_digit(member[1]):
        return replace(label.answer(Kind.LOYALTY_CARD, "QR"), card_no=member[1])
    key = _LINK_KEY.search(path)
    if key is None or not has_gs1_check_digit(key[2]):
        return None
    gtin14 = key[2].zfill(14)
    ai = {"01": gtin14, **dict(_LINK_QUALIFIER.findall(path[key.end() :]))}
    answer = label.answer(Kind.DIGITAL_LINK, "QR")
    return replace(answer, gtin14=gtin14, ai=ai, serial=ai.get("21"))

"""GS1 messages and state marking codes. Never repairs a code whose separators were lost.

A scanner that swallows GS (0x1D) turns a marking code into a plausible one with a wrong serial
number; a registrar that got it would report a code that does not exist.
"""

import re
from dataclasses import replace

from pos_app.domain.identification.check_digits import has_gs1_check_digit, is_digits
from pos_app.domain.identification.label import GS, Label
from pos_app.domain.identification.result import Identification, Kind, Reason
from pos_app.domain.money import divide_half_up
from pos_app.domain.ports import Gs1Reader

_KEYS = ("91", "92", "93")
_LOST = "GS separators missing: code must be re-scanned with GS enabled"
_MARKED = re.compile(r"01([0-9]{14})21([^\x1d]+)(.*)", re.DOTALL)
_KEY_BEHIND_SERIAL = re.compile(r".+9[13].{4}((3103|8005)[0-9]{6})?")
_FIELD_BEHIND_KEY = re.compile(r"\x1d(91[^\x1d]{4}92[^\x1d]{20,}|93[^\x1d]{4}(3103|8005)[0-9]{6})")
"""A key has four characters: what follows it without GS is a field that it has swallowed."""
_SERIAL_MAX = 20
_LONGEST_CARD = 19
_TOBACCO_PACK = re.compile(r"([0-9]{14})([!-~]{7})([!-~]{4})([!-~]{4})")
_FUR = re.compile(r"[A-Z]{2}-[0-9]{6}-([A-Z0-9]{10})")
_CHECKED_WHOLE = frozenset({"00", "01", "02", "8017", "8018", *(str(n) for n in range(410, 418))})
_MRC_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!\"%&'*+-./_,:;=<>?"


def identify_gs1(label: Label, reader: Gs1Reader) -> Identification | None:
    """A label that says it is GS1 data, by identifier or leading GS; None for any other."""
    if not label.is_gs1:
        return None
    named = replace(label, symbology="GS1_UNKNOWN") if label.is_anonymous else label
    return _message(named, label.text.strip(GS), reader)


def identify_unnamed_gs1(label: Label, reader: Gs1Reader) -> Identification | None:
    """Marking codes, shipping units and long GS1 messages that arrive without an identifier."""
    text = label.text
    if label.is_anonymous and _has_sscc_shape(text):
        return replace(label.answer(Kind.SSCC, "GS1_128"), ai={"00": text[2:]})
    if not text.startswith("01") or not _gtin_at(text, 2):
        return None
    if _MARKED.fullmatch(text):
        return _message(label, text.strip(GS), reader)
    if label.is_anonymous and len(text) > _LONGEST_CARD and not reader.read(text).fault:
        return _message(replace(label, symbology="GS1_UNKNOWN"), text.strip(GS), reader)
    return None


def identify_bare_marking(label: Label) -> Identification | None:
    """Marking codes without application identifiers: a tobacco pack, a fur tag."""
    if not (label.is_anonymous or label.symbology == "DATAMATRIX"):
        return None
    answer = replace(label.answer(Kind.MARKING, "DATAMATRIX"), raw=label.text.encode())
    fur = _FUR.fullmatch(label.text)
    if fur:
        return replace(answer, product_group="fur", serial=fur[1])
    pack = _TOBACCO_PACK.fullmatch(label.text)
    if pack is None or not has_gs1_check_digit(pack[1]) or is_digits(label.text):
        return None
    gtin14, serial, mrc, check = pack.groups()
    return replace(
        answer, product_group="tobacco_pack", gtin14=gtin14, serial=serial, mrc=mrc, check=check,
        mrc_minor=_mrc_minor(mrc),
    )  # fmt: skip


def check_digit_fault(ai: str, value: str) -> bool:
    """Whether the value of an element that carries a check digit has a wrong one."""
    if ai in _CHECKED_WHOLE:
        return not has_gs1_check_digit(value)
    return ai == "255" and not has_gs1_check_digit(value[:13])


def _message(label: Label, text: str, reader: Gs1Reader) -> Identification:
    if not text.isascii():
        return label.refusal(Reason.GS1_FORMAT, "not GS1 characters")
    if _has_lost_gs(text):
        return replace(
            label.answer(Kind.MARKING),
            gtin14=text[2:16], gs_lost=True, reason=Reason.GS_LOST, error=_LOST,
        )  # fmt: skip
    reading = reader.read(text)
    for ai, value in reading.elements:
        if check_digit_fault(ai, value):
            return label.refusal(Reason.CHECK_DIGIT, f"AI {ai} check digit")
    if reading.fault:
        return label.refusal(Reason.GS1_FORMAT, reading.fault)
    return _meaning(label, text, reading.elements)


def _meaning(label: Label, text: str, elements: tuple[tuple[str, str], ...]) -> Identification:
    ai = dict(elements)
    names = [name for name, _ in elements]
    answer = replace(
        label.answer(Kind.GS1),
        ai=ai,
        duplicate_ai=tuple(name for name in ai if names.count(name) > 1),
        gtin14=ai.get("01"),
        serial=ai.get("21"),
        weight_g=_net_weight_g(ai),
    )
    if "01" in ai and "21" in ai and any(key in ai for key in _KEYS):
        return replace(answer, kind=Kind.MARKING, raw=text.encode())
    if "00" in ai:
        return replace(answer, kind=Kind.SSCC)
    if "8018" in ai:
        return replace(answer, kind=Kind.LOYALTY_CARD, card_no=ai["8018"])
    if "255" in ai:
        return replace(answer, kind=Kind.COUPON, code=ai["255"])
    return answer


def _has_lost_gs(text: str) -> bool:
    """A serial number that has swallowed the verification key behind it."""
    match = _MARKED.fullmatch(text)
    if match is None or not has_gs1_check_digit(match[1]):
        return False
    serial, rest = match[2], match[3]
    if not rest:
        return len(serial) > _SERIAL_MAX or _KEY_BEHIND_SERIAL.fullmatch(serial) is not None
    if _FIELD_BEHIND_KEY.match(rest):
        return True
    # 92 is never sent without 91: if it stands alone, 91 and its GS went into the serial.
    return GS + "92" in rest and GS + "91" not in rest and serial[-6:-4] == "91"


def _has_sscc_shape(text: str) -> bool:
    return (
        len(text) == 20 and is_digits(text) and text[:2] == "00" and has_gs1_check_digit(text[2:])
    )


def _gtin_at(text: str, start: int) -> bool:
    gtin14 = text[start : start + 14]
    return len(gtin14) == 14 and is_digits(gtin14) and has_gs1_check_digit(gtin14)


def _net_weight_g(ai: dict[str, str]) -> int | None:
    """Net weight of AI 310n: six digits of kilograms with n decimals, half up to a gram."""
    for name, value in ai.items():
        if len(name) == 4 and name.startswith("310"):
            return divide_half_up(int(value) * 1000, int(10 ** int(name[3])))
    return None


def _mrc_minor(mrc: str) -> int | None:
    """Kopecks of the maximum retail price: four digits of base 80."""
    places = [_MRC_DIGITS.find(c) for c in mrc]
    if min(places) < 0:
        return None
    value = 0
    for place in places:
        value = value * len(_MRC_DIGITS) + place
    return value

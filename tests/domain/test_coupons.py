"""Coupons: what a program may say, what a till accepts with no network, what a return undoes."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from pos_app.domain.errors import ProgramRefused
from pos_app.domain.identification.check_digits import has_luhn_digit
from pos_app.domain.loyalty.allowance import Allowance
from pos_app.domain.loyalty.compact import from_text, to_text
from pos_app.domain.loyalty.coupon import (
    ISSUED,
    RESTORED,
    USED,
    VOIDED,
    CouponHistory,
    CouponUse,
    Here,
    Issuer,
    PresentedCoupon,
    issue_coupon,
    judge_code,
    judge_signed,
    key_of,
    read_signed,
    uses_of,
    uses_of_return,
)
from pos_app.domain.loyalty.program import load
from pos_app.domain.loyalty.trust import Trust, issuer_id, till_key_id
from pos_app.domain.mechanics.coupons import CodeRange, Coupon, find_coupon
from pos_app.gear.secrets import Ed25519Signatures, Ed25519Signer, generate_signing_keys

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)
ANNA, BORIS = (f"01930000-0001-7000-8000-00000000000{n}" for n in (1, 2))
SERIAL = "01930000-0002-7000-8000-000000000001"
SERVER, TILL, STRANGER = (generate_signing_keys() for _ in range(3))
HERE = Here(TODAY, NOON, ANNA)
GRANTED = replace(HERE, allowances=(Allowance("g", f"coupon:next/{SERIAL}", 1),))
TRUST = Trust(
    Ed25519Signatures(),
    {issuer_id(SERVER.public): SERVER.public}.get,
    {till_key_id(TILL.public): TILL.public}.get,
)
BORNE = Coupon("next", {}, "printed", after_days=1, days=30)
OWN = Coupon("own", {}, "printed", days=30, bearer=False)
GIVEN = Coupon("given", {}, "personal", bearer=False)
AUTUMN = Coupon(
    "autumn", {}, "code", (CodeRange("AUTUMN-7"),), 0, date(2026, 11, 1), date(2026, 11, 30)
)
LEAFLET = Coupon("leaflet", {}, "code", (CodeRange("", "LF", 8, "luhn", 10_000_000, 29_999_999),))
COUPONS = (BORNE, OWN, GIVEN, AUTUMN, LEAFLET)
LEAF = next(f"LF1234567{d}" for d in range(10) if has_luhn_digit(f"1234567{d}"))


def by(keys, name=till_key_id):
    return Issuer(name(keys.public), Ed25519Signer(keys.private))


def signed(coupon=BORNE, on=date(2026, 11, 10), member_id=ANNA, issuer=None):
    return issue_coupon(coupon, on, serial=SERIAL, member_id=member_id, issuer=issuer or by(TILL))


def shown(one, here=HERE, coupons=COUPONS):
    found = judge_signed(one, coupons, here, TRUST)
    return found if isinstance(found, PresentedCoupon) else found.key


def typed(code, here=HERE, coupons=COUPONS):
    found = judge_code(code, coupons, here)
    return found if isinstance(found, PresentedCoupon) else found.key


# --- printed and personal -----------------------------------------------------------------------


def test_a_printed_coupon_comes_back_from_its_text():
    one = signed()
    assert read_signed(one.text()) == one
    assert read_signed(one.text().lower()) == one
    assert (one.valid_from, one.valid_until) == (date(2026, 11, 11), date(2026, 12, 10))


def test_its_text_fits_a_qr_code_of_version_8():
    assert len("K1S:" + signed(OWN).text()) <= 221  # version 8, level M, alphanumeric


def test_the_days_of_the_program_bind_the_days_of_the_coupon():
    bound = replace(BORNE, valid_from=date(2026, 11, 15), valid_until=date(2026, 11, 18))
    one = signed(bound)
    assert (one.valid_from, one.valid_until) == (date(2026, 11, 15), date(2026, 11, 18))
    endless = replace(BORNE, days=0, valid_until=date(2026, 12, 31))
    assert signed(endless).valid_until == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2026, 11, 10), "coupon.not_yet"),
        (date(2026, 11, 11), None),
        (date(2026, 12, 10), None),
        (date(2026, 12, 11), "coupon.expired"),
    ],
)
def test_a_coupon_is_valid_from_its_first_day_to_its_last(on, expected):
    found = shown(signed(), replace(GRANTED, on=on))
    assert found == expected if expected else isinstance(found, PresentedCoupon)


def test_whoever_bears_it_needs_a_grant_or_the_owner_s_risk():
    assert shown(signed()) == "coupon.needs_link"
    brave = replace(BORNE, offline="accept")
    found = shown(signed(brave), HERE, (brave,))
    assert (found.coupon_id, found.key, found.at_risk) == ("next", f"next/{SERIAL}", True)
    assert found.serves(None)


def test_a_member_s_own_coupon_needs_the_same_wherever_it_was_printed():
    assert shown(signed(OWN)) == "coupon.needs_link"
    brave = replace(OWN, offline="accept")
    found = shown(signed(brave), HERE, (brave,))
    assert (found.member_id, found.at_risk) == (ANNA, True)
    assert found.serves(ANNA)
    assert not found.serves(BORIS)


def test_what_may_be_used_without_limit_is_certain_everywhere():
    endless = replace(BORNE, max_uses=0)
    found = shown(signed(endless), HERE, (endless,))
    assert (found.key, found.at_risk) == ("", False)


def test_a_grant_of_one_makes_it_certain_anywhere():
    grant = Allowance("g1", f"coupon:own/{SERIAL}", 1)
    here = replace(HERE, allowances=(grant,))
    assert not shown(signed(OWN), here).at_risk
    assert not shown(signed(), here).at_risk
    assert shown(signed(OWN), replace(here, allowances=(replace(grant, spent=1),))) == (
        "coupon.needs_link"
    )


def test_it_belongs_to_its_member():
    assert shown(signed(OWN), replace(HERE, member_id=BORIS)) == "coupon.other_member"
    assert shown(signed(OWN), replace(HERE, member_id=None)) == "coupon.other_member"
    assert shown(signed(OWN, member_id="")) == "coupon.other_member"


def test_it_is_used_once_and_restored_by_a_return():
    history = CouponHistory().after(USED)
    assert shown(signed(), replace(GRANTED, history=history)) == "coupon.used"
    assert isinstance(
        shown(signed(), replace(GRANTED, history=history.after(RESTORED))), PresentedCoupon
    )
    assert shown(signed(), replace(HERE, history=CouponHistory().after(VOIDED))) == "coupon.void"
    assert CouponHistory().after(RESTORED) == CouponHistory().after(ISSUED) == CouponHistory()


def test_only_a_certified_till_prints_coupons():
    assert shown(signed(issuer=by(STRANGER))) == "coupon.unknown_issuer"
    forged = Issuer(till_key_id(TILL.public), Ed25519Signer(STRANGER.private))
    assert shown(signed(issuer=forged)) == "coupon.bad_signature"


def test_a_changed_coupon_is_not_believed():
    longer = replace(signed(), valid_until=date(2030, 1, 1))
    assert shown(longer) == "coupon.bad_signature"


def test_the_server_signs_personal_coupons_and_a_till_cannot():
    ours = signed(GIVEN, issuer=by(SERVER, issuer_id))
    assert shown(ours) == "coupon.needs_link"
    once = replace(GIVEN, offline="accept")
    assert shown(ours, HERE, (once,)).at_risk
    many = replace(GIVEN, max_uses=3)
    assert shown(ours, HERE, (many,)) == "coupon.needs_link"
    assert not shown(ours, GRANTED, (many,)).at_risk
    assert shown(signed(GIVEN)) == "coupon.unknown_issuer"


def test_a_coupon_that_the_program_does_not_know_is_told():
    assert shown(signed(), HERE, (OWN,)) == "coupon.unknown"
    assert shown(signed(replace(AUTUMN, kind="printed")), HERE) == "coupon.unknown"


@pytest.mark.parametrize("text", ["", "AUTUMN-7", "ЖУК", "000" * 30])
def test_what_nobody_printed_is_no_coupon(text):
    assert read_signed(text) is None


def test_a_coupon_cut_short_or_of_a_newer_format_is_none():
    data = from_text(signed().text())
    assert read_signed(to_text(data[:-1])) is None
    assert read_signed(to_text(data + b"\0")) is None
    assert read_signed(to_text(b"\2" + data[1:])) is None


# --- codes --------------------------------------------------------------------------------------


def test_a_fixed_code_knows_no_case_and_its_days():
    found = typed("autumn-7")
    assert (found.coupon_id, found.key, found.at_risk) == ("autumn", "", False)
    assert typed("AUTUMN-7", replace(HERE, on=date(2026, 10, 31))) == "coupon.not_yet"
    assert typed("AUTUMN-7", replace(HERE, on=date(2026, 12, 1))) == "coupon.expired"
    assert typed("WINTER") == "coupon.unknown"


def test_a_code_of_a_range_has_its_own_check_digit_and_count():
    risky = (replace(LEAFLET, offline="accept"),)
    assert typed(LEAF) == "coupon.needs_link"
    assert typed(LEAF, HERE, risky).key == f"leaflet/{LEAF}"
    wrong = LEAF[:-1] + str((int(LEAF[-1]) + 1) % 10)
    assert typed(wrong, HERE, risky) == "coupon.check_digit"
    for no_such in ("LF123", "XX12345678", "LF1234567X", "LF99999999", "LF00000000"):
        assert typed(no_such, HERE, risky) == "coupon.unknown"
    assert typed(LEAF, replace(HERE, history=CouponHistory(1)), risky) == "coupon.used"
    assert key_of(LEAF.lower(), risky) == f"leaflet/{LEAF}"
    assert key_of("AUTUMN-7", COUPONS) == "" == key_of("WINTER", COUPONS)


def test_a_coupon_of_several_uses_counts_them():
    three = (replace(AUTUMN, max_uses=3),)
    assert typed("AUTUMN-7", replace(GRANTED, history=CouponHistory(2)), three).key
    assert typed("AUTUMN-7", replace(HERE, history=CouponHistory(2)), three) == "coupon.needs_link"
    assert typed("AUTUMN-7", replace(GRANTED, history=CouponHistory(3)), three) == "coupon.used"


def test_open_ends_of_a_range_hold_everything():
    open_range = CodeRange("", "N", 2)
    assert open_range.holds("N00")
    assert open_range.holds("N99")
    assert not CodeRange("", "N", 2, least=10).holds("N09")


# --- receipts and returns -----------------------------------------------------------------------


def test_only_a_coupon_that_opened_something_is_used_up():
    shown_ones = (
        PresentedCoupon("next", SERIAL, "", at_risk=True),
        PresentedCoupon("own", "s", ""),
    )
    assert uses_of(shown_ones, frozenset({"own"})) == (CouponUse("next", SERIAL, USED, True),)


def test_a_whole_return_restores_and_any_return_voids_what_it_gave():
    sold = (CouponUse("autumn", "k", USED, True), CouponUse("next", "a", ISSUED))
    part = uses_of_return(sold, whole=False, used_since=frozenset())
    assert part == (CouponUse("next", "a", VOIDED),)
    whole = uses_of_return(sold, whole=True, used_since=frozenset({"a"}))
    assert whole == (CouponUse("autumn", "k", RESTORED),)


# --- the section of the program -----------------------------------------------------------------

BARE = {
    "schema": 1,
    "program": "p",
    "version": 1,
    "valid_from": "2026-01-01T00:00:00Z",
    "currency": {"code": "RUB", "minor_digits": 2},
}


def faults(*coupons):
    try:
        load(json.dumps({**BARE, "coupons": coupons}))
    except ProgramRefused as refused:
        return {fault.path for fault in refused.faults}
    return set()


def test_coupons_of_a_program_are_read():
    document = {
        **BARE,
        "coupons": [
            {"id": "a", "kind": "code", "codes": [{"code": "Aut"}], "use": "multi_use",
             "name": {"en": "Autumn"}},
            {"id": "b", "kind": "printed", "days": 30, "after_days": 1, "offline": "accept"},
            {"id": "c", "kind": "personal"},
            {"id": "d", "kind": "code", "use": "multi_use", "max_uses": 5,
             "codes": [{"prefix": "lf", "digits": 8, "check": "luhn", "from": 1, "to": 9}]},
        ],
    }  # fmt: skip
    a, b, c, d = load(json.dumps(document)).coupons
    assert (a.codes[0].code, a.max_uses, a.name("ru"), b.name("ru")) == ("AUT", 0, "Autumn", "b")
    assert (b.max_uses, b.days, b.bearer, b.offline) == (1, 30, True, "accept")
    assert (c.kind, c.bearer) == ("personal", False)
    assert (d.max_uses, d.codes[0]) == (5, CodeRange("", "LF", 8, "luhn", 1, 9))
    assert find_coupon((a, b), "b") is b
    assert find_coupon((a, b), "z") is None


@pytest.mark.parametrize(
    ("coupon", "path"),
    [
        ({"id": "a", "kind": "code"}, "coupons[0].codes"),
        ({"id": "a", "kind": "printed", "days": 1, "codes": [{"code": "X"}]}, "coupons[0].codes"),
        ({"id": "a", "kind": "printed"}, "coupons[0].days"),
        ({"id": "a", "kind": "personal", "days": 3}, "coupons[0].days"),
        ({"id": "a", "kind": "personal", "bearer": True}, "coupons[0].bearer"),
        (
            {"id": "a", "kind": "personal", "from": "2026-02-01", "until": "2026-01-01"},
            "coupons[0].until",
        ),
        ({"id": "a", "kind": "code", "codes": [{}]}, "coupons[0].codes[0].code"),
        (
            {"id": "a", "kind": "code", "codes": [{"code": "X", "digits": 2}]},
            "coupons[0].codes[0].code",
        ),
        (
            {"id": "a", "kind": "code", "codes": [{"code": "X", "check": "luhn"}]},
            "coupons[0].codes[0].check",
        ),
        (
            {"id": "a", "kind": "code", "codes": [{"digits": 2, "from": 9, "to": 1}]},
            "coupons[0].codes[0].to",
        ),
        ({"id": "a", "kind": "code", "codes": [{"code": "X"}], "typo": 1}, "coupons[0].typo"),
    ],
)
def test_a_coupon_that_nobody_could_explain_is_refused_with_its_place(coupon, path):
    assert path in faults(coupon)


def test_two_coupons_of_one_id_are_refused():
    one = {"id": "a", "kind": "personal"}
    assert faults(one, one) == {"coupons[1].id"}

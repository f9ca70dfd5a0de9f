"""The dynamic code of a virtual card: what a till believes of it with no network, and what not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.identification import Identifier, Kind, LabelRules
from pos_app.domain.loyalty.card_code import (
    ReplayGuard,
    certify,
    judge,
    read,
    read_certificate,
    replayed,
    show,
    step_at,
)
from pos_app.domain.loyalty.compact import (
    ALPHABET,
    NAME_BYTES_MOST,
    Unpacker,
    from_text,
    packed_name,
    to_text,
)
from pos_app.domain.loyalty.trust import (
    Trust,
    certified_till,
    certify_till,
    issuer_id,
    till_beside,
    till_key_id,
)
from pos_app.gear.gs1 import BiipGs1Reader
from pos_app.gear.phones import WorldPhoneBook
from pos_app.gear.secrets import Ed25519Signatures, Ed25519Signer, generate_signing_keys

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SERVER, CARD, STRANGER = (generate_signing_keys() for _ in range(3))
MEMBER = "01930000-0001-7000-8000-000000000001"
TRUST = Trust(
    Ed25519Signatures(), {issuer_id(SERVER.public): SERVER.public}.get, lambda _key_id: None
)
STEP = timedelta(seconds=30)
QR_10_L_ALPHANUMERIC = 395
QR_10_M_ALPHANUMERIC = 311


def card(issuer=SERVER, valid=(NOON - timedelta(days=1), NOON + timedelta(days=90)), who=MEMBER):
    return certify(who, CARD.public, valid, issuer.public, Ed25519Signer(issuer.private))


def code_at(at, certificate=None, key=CARD):
    return read(show(certificate or card(), Ed25519Signer(key.private), at))


def why(code, at=NOON):
    found = judge(code, at, TRUST)
    return found.key if found else None


def test_a_code_of_now_says_who_stands_there():
    code = code_at(NOON)
    assert code.member_id == MEMBER
    assert why(code) is None


@pytest.mark.parametrize(
    ("shift", "expected"),
    [
        (timedelta(0), None),
        (STEP, None),
        (-STEP, None),
        (2 * STEP, "card_code.expired"),
        (-2 * STEP, "card_code.not_yet"),
        (timedelta(days=2), "card_code.expired"),
    ],
)
def test_one_step_of_skew_is_accepted_on_either_side_and_not_two(shift, expected):
    assert why(code_at(NOON), NOON + shift) == expected


def test_both_ends_of_a_step_show_the_same_code():
    assert step_at(NOON + STEP - timedelta(microseconds=1)) == step_at(NOON)
    assert step_at(NOON + STEP) == step_at(NOON) + 1


def test_a_card_of_an_unknown_server_is_not_believed():
    assert why(code_at(NOON, card(STRANGER))) == "card_code.unknown_issuer"


def test_a_card_that_names_our_server_without_its_signature_is_not_believed():
    forged = replace(card(STRANGER), issuer=issuer_id(SERVER.public))
    assert why(code_at(NOON, forged)) == "card_code.bad_signature"


def test_a_stolen_certificate_is_worth_nothing_without_the_key_of_the_card():
    assert why(code_at(NOON, key=STRANGER)) == "card_code.bad_signature"


def test_a_certificate_rewritten_for_another_member_is_not_believed():
    mine = card()
    theirs = replace(mine, member_id=MEMBER[:-1] + "2")
    assert why(code_at(NOON, theirs)) == "card_code.bad_signature"


def test_an_old_code_does_not_become_new_by_another_step():
    code = code_at(NOON - 10 * STEP)
    assert why(replace(code, step=step_at(NOON))) == "card_code.bad_signature"


def test_a_card_ends_at_its_last_second_and_not_before():
    until = NOON + timedelta(hours=1)
    short = card(valid=(NOON, until))
    last = until - timedelta(seconds=1)
    assert why(code_at(last, short), last) is None
    assert why(code_at(until, short), until) == "card_code.card_expired"
    early = NOON - timedelta(seconds=1)
    assert why(code_at(early, short), early) == "card_code.card_not_yet"


def test_a_code_fits_a_qr_code_of_version_10_with_room():
    text = "K1D:" + show(card(), Ed25519Signer(CARD.private), NOON)
    assert set(text) <= set(ALPHABET)
    assert len(text) <= QR_10_M_ALPHANUMERIC
    assert QR_10_L_ALPHANUMERIC - len(text) >= 80


def test_a_scanned_code_is_a_dynamic_card_code_and_nothing_else():
    shop = Identifier(LabelRules(), WorldPhoneBook(), BiipGs1Reader())
    text = show(card(), Ed25519Signer(CARD.private), NOON)
    for delivered in (f"]Q1K1D:{text}", f"k1d:{text.lower()}"):
        found = shop.scan(delivered.encode())
        assert found.kind is Kind.CARD_CODE
        assert why(read(found.token)) is None
    assert shop.typed(f"K1D:{text}").kind is Kind.CARD_CODE


@pytest.mark.parametrize("text", ["", "A", "K1D:", "HELLO", "ЖУК", "::::::", "000" * 60])
def test_what_no_card_has_shown_is_no_code(text):
    assert read(text) is None


def test_a_code_cut_short_or_with_something_behind_is_none():
    data = from_text(show(card(), Ed25519Signer(CARD.private), NOON))
    for changed in (data[:-1], data[:20], data + b"\0", b"\2" + data[1:]):
        assert read(to_text(changed)) is None


@given(st.binary(max_size=300))
def test_any_bytes_at_all_are_read_as_a_code_or_as_none(data):
    code = read(to_text(data))
    assert code is None or why(code) is not None


@given(st.integers(0, 194), st.integers(1, 255))
def test_a_code_with_one_changed_byte_proves_nothing(place, change):
    data = bytearray(from_text(show(card(), Ed25519Signer(CARD.private), NOON)))
    data[place % len(data)] ^= change
    code = read(to_text(bytes(data)))
    assert code is None or why(code) is not None


def test_a_certificate_travels_whole_and_with_nothing_behind_it():
    assert read_certificate(card().packed()) == card()
    with pytest.raises(ValueError, match="goes on"):
        read_certificate(card().packed() + b"\0")


def test_a_card_key_of_another_size_is_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        certify(MEMBER, b"short", (NOON, NOON + STEP), SERVER.public, Ed25519Signer(SERVER.private))


def test_a_code_serves_one_receipt_and_no_other():
    code, guard = code_at(NOON), ReplayGuard()
    guard = guard.admit(code, "receipt-1", NOON)
    assert guard.admit(code, "receipt-1", NOON + STEP) is not None
    assert guard.admit(code, "receipt-2", NOON + STEP) is None
    assert replayed().key == "card_code.replayed"


def test_the_next_code_of_the_same_card_is_no_replay():
    guard = ReplayGuard().admit(code_at(NOON), "receipt-1", NOON)
    assert guard.admit(code_at(NOON + STEP), "receipt-2", NOON + STEP) is not None


def test_a_guard_forgets_what_has_expired_by_itself():
    guard = ReplayGuard().admit(code_at(NOON), "receipt-1", NOON)
    later = NOON + 2 * STEP
    guard = guard.admit(code_at(later), "receipt-2", later)
    assert len(guard.seen) == 1


def test_two_tills_find_one_code_by_its_evidence():
    assert code_at(NOON).evidence == code_at(NOON + STEP / 2).evidence
    assert code_at(NOON).evidence != code_at(NOON + STEP).evidence


# --- bytes as text ------------------------------------------------------------------------------


@given(st.binary(max_size=64))
def test_bytes_come_back_from_their_text(data):
    assert from_text(to_text(data)) == data
    assert from_text(to_text(data).lower()) == data


@pytest.mark.parametrize("name", ["", MEMBER, "0a1b2c", "autumn", "касса-1", MEMBER.upper()])
def test_names_come_back_from_their_bytes(name):
    source = Unpacker(packed_name(name))
    assert source.name() == name
    source.finish()


def test_a_long_name_and_a_name_of_an_unknown_kind_are_refused():
    with pytest.raises(ValueError, match="does not fit"):
        packed_name("x" * (NAME_BYTES_MOST + 1))
    with pytest.raises(ValueError, match="unknown kind"):
        Unpacker(b"\x09\x00").name()


# --- the keys of tills --------------------------------------------------------------------------


def test_a_till_key_is_believed_under_the_server_s_signature_only():
    issuers = {issuer_id(SERVER.public): SERVER.public}
    told = certify_till(CARD.public, Ed25519Signer(SERVER.private))
    ours = till_key_id(CARD.public)

    def believed(value, key_id=ours):
        return certified_till(value, key_id, issuers, Ed25519Signatures())

    assert believed(told) == CARD.public
    assert believed(told, till_key_id(STRANGER.public)) is None
    assert believed(certify_till(CARD.public, Ed25519Signer(STRANGER.private))) is None
    assert [believed(v) for v in (None, {}, {"key": "x", "signature": ""}, [])] == [None] * 4


def test_a_till_stands_in_the_store_that_the_server_says_and_in_no_other():
    issuers = {issuer_id(SERVER.public): SERVER.public}
    signer = Ed25519Signer(SERVER.private)
    told = certify_till(CARD.public, signer, "s1")

    def beside(value, store="s1"):
        signatures = Ed25519Signatures()
        return till_beside(value, till_key_id(CARD.public), store, issuers, signatures)

    assert beside(told) == CARD.public
    assert beside(told, "s2") is None
    assert beside({**told, "store": "s2"}, "s2") is None
    assert beside(certify_till(CARD.public, signer), "") is None
    assert beside({**told, "in_store": "x"}) is None
    assert beside(None) is None

"""Confirmations, coupons and PIN verifiers survive the wire; older documents are still read."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pos_app.domain.events import TransactionCompleted
from pos_app.domain.loyalty.confirmation import Confirmation
from pos_app.domain.loyalty.coupon import CouponUse
from pos_app.domain.loyalty.member import Member
from sync.translate import WireCodec, member_from_row, member_row
from sync.wire.codec import decode
from sync.wire.events import TransactionCompletedDoc
from tests.sync.facts import full_document

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
CODEC = WireCodec()


def travelled(document):
    return CODEC.decode(*CODEC.encode(TransactionCompleted(document))).document


@pytest.mark.parametrize(
    "given", [None, Confirmation("dynamic", "m1", AT, "0a1b2c3d:59"), Confirmation("pin", "m1", AT)]
)
def test_how_the_member_said_yes_survives_the_wire(given):
    document = replace(full_document(), confirmation=given)
    assert travelled(document) == document


def test_coupons_survive_the_wire():
    uses = (CouponUse("autumn", "autumn/A7"), CouponUse("next", "s1", "void", True))
    document = replace(full_document(), coupons=uses)
    assert travelled(document) == document


def test_a_document_without_them_is_written_as_it_always_was():
    bare = replace(full_document(), confirmation=None, coupons=())
    body = CODEC.encode(TransactionCompleted(bare))[2]
    assert b"confirmation" not in body
    assert b"coupons" not in body
    assert decode(TransactionCompletedDoc, body).coupons == ()


def test_a_pin_verifier_travels_and_stays_out_of_sight():
    member = Member("m1", "Anna", pin_verifier="$argon2id$...")
    assert member_from_row(member_row(member)) == member
    assert "argon2" not in repr(member)
    assert member_from_row(member_row(Member("m1", "Anna"))).pin_verifier == ""

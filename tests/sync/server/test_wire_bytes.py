"""Bytes of messages: equal content, equal bytes; anything else is garbled, never half-read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.wire import codec, digest, version
from sync.wire.messages import Problem, PullReply


def test_equal_content_gives_equal_bytes() -> None:
    assert codec.canonical({"b": 1, "a": "ё"}) == codec.canonical({"a": "ё", "b": 1})
    assert codec.canonical({"b": 1, "a": "ё"}) == '{"a":"ё","b":1}'.encode()


@given(st.binary(max_size=200))
def test_garbage_is_garbled_and_nothing_else(data) -> None:
    with pytest.raises(codec.GarbledMessage):
        codec.unpack(PullReply, data)


def test_a_message_packed_comes_back() -> None:
    assert codec.unpack(Problem, codec.pack(Problem("gap", head=3))) == Problem("gap", head=3)


def test_a_bomb_and_a_cut_message_are_garbled() -> None:
    packed = codec.pack(Problem("x" * 1000))
    for data in (packed[:-1], packed[: len(packed) // 2]):
        with pytest.raises(codec.GarbledMessage):
            codec.inflate(data)
    with pytest.raises(codec.GarbledMessage):
        codec.inflate(packed, limit=500)
    with pytest.raises(codec.GarbledMessage):
        codec.inflate(b"x" * 600, limit=500)


def test_the_chain_hangs_on_every_part() -> None:
    plain = codec.chain_hash(codec.GENESIS, 1, "id", "kind", b"body")
    assert len(plain) == 32
    others = {
        codec.chain_hash(b"\1" * 32, 1, "id", "kind", b"body"),
        codec.chain_hash(codec.GENESIS, 2, "id", "kind", b"body"),
        codec.chain_hash(codec.GENESIS, 1, "di", "kind", b"body"),
        codec.chain_hash(codec.GENESIS, 1, "id", "knid", b"body"),
        codec.chain_hash(codec.GENESIS, 1, "id", "kind", b"bodx"),
    }
    assert len(others | {plain}) == 6


def test_what_is_signed_names_everything() -> None:
    text = codec.signed_text("POST", "/v1/push", b"", "time", "nonce")
    assert text == f"POST\n/v1/push\n{codec.body_hash(b'')}\ntime\nnonce".encode()
    assert codec.ack_text("t", 1, 2, "ff") == b"t\n1\n2\nff"
    assert codec.enrol_text("CODE", "ab") == b"kopilka enrol\nCODE\nab"


def test_a_total_is_a_sum_over_rows_in_any_order() -> None:
    rows = [("item", "4600000000008", 7), ("member", "ё", 1)]
    assert digest.total_of(rows) == digest.total_of(reversed(rows))
    assert digest.total_of(rows) == sum(digest.row_hash(*r) for r in rows) % digest.MODULUS
    assert digest.row_hash("item", "a", 1) != digest.row_hash("item", "a", 2)


def test_every_version_spoken_is_in_the_table_with_its_reason() -> None:
    assert version.CURRENT in version.SPOKEN
    assert all(v.reason and v.since_on for v in version.VERSIONS)

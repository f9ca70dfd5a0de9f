"""Anything at every door: no 5xx, nothing half applied, the doctor content right afterwards.

The long run is `python -m tests.evidence.fuzz_api --examples N`; this is its short one.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.wire import messages
from sync.wire.activities import ActivityRequest
from sync.wire.choices import ChoiceRequest
from sync.wire.codec import GarbledMessage, canonical, decode, inflate, pack, unpack
from tests.sync.server import fuzz_api, fuzz_bodies
from tests.sync.server.fuzz import open_target, quieted

KINDS = (
    messages.PushRequest,
    messages.PullRequest,
    messages.EnrolRequest,
    messages.AllowanceRequest,
    messages.LookupRequest,
    messages.SettlementRequest,
    messages.CardRequest,
    messages.PushReply,
    messages.PullReply,
    messages.SnapshotManifest,
    messages.Problem,
    ActivityRequest,
    ChoiceRequest,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=6),
    max_leaves=12,
)


@pytest.fixture
def target(address, untraced):
    with quieted():
        target = open_target(address)
        yield target
        target.house.close()


@pytest.fixture
def sqlite_target(tmp_path, untraced):
    with quieted():
        target = open_target(str(tmp_path / "server.db"))
        yield target
        target.house.close()


@pytest.mark.slow
def test_requests_made_from_the_document_never_break_the_server(sqlite_target) -> None:
    examples = 8
    for operation in fuzz_api.operations():
        for mode in fuzz_api.MODES:
            fuzz_api.fuzz(sqlite_target, operation, mode, examples)
    sqlite_target.finish()
    assert sqlite_target.tried > 12 * 2 * examples


def test_mutated_requests_never_break_the_server(target) -> None:
    assert fuzz_bodies.requests(target, seed=5, count=150) == 150


def test_a_batch_cut_at_every_byte_is_taken_whole_or_not_at_all(sqlite_target) -> None:
    """Case 10, the server's side: truncate at every byte."""
    assert fuzz_bodies.truncated(sqlite_target) > 300
    sqlite_target.finish()


def test_a_batch_with_turned_bits_leaves_nothing_half_applied(sqlite_target) -> None:
    """Case 10, the server's side: garbled frames."""
    assert fuzz_bodies.flipped(sqlite_target, seed=3, count=150) == 150
    sqlite_target.finish()


@pytest.mark.slow
def test_bombs_depths_and_wrong_types_are_refused_at_every_door(sqlite_target) -> None:
    """Cases 10 and 44, the server's side: zstd bombs, deep JSON, numbers without end."""
    assert fuzz_bodies.monstrous(sqlite_target) > 200
    sqlite_target.finish()


@pytest.mark.slow
def test_mutated_events_in_a_right_chain_are_posted_or_parked_and_the_books_stay_right(
    target,
) -> None:
    assert fuzz_bodies.events(target, seed=11, count=400) == 400


@given(st.sampled_from(KINDS), st.binary(max_size=200))
def test_bytes_are_a_message_or_garbled_and_nothing_else(kind, data) -> None:
    for read in (decode, unpack):
        try:
            read(kind, data)
        except GarbledMessage:
            continue


@given(st.sampled_from(KINDS), JSON)
def test_any_json_is_a_message_or_garbled_and_a_message_stays_itself(kind, value) -> None:
    try:
        message = decode(kind, canonical(value))
    except GarbledMessage:
        return
    again = decode(kind, canonical(message))
    assert again == message
    assert unpack(kind, pack(message)) == message


@given(st.binary(max_size=400), st.integers(0, 300))
def test_what_is_inflated_is_what_was_packed_and_never_above_the_limit(data, limit) -> None:
    import zstandard

    packed = zstandard.compress(data)
    try:
        out = inflate(packed, limit)
    except GarbledMessage:
        assert len(data) > limit or len(packed) > limit or not data
        return
    assert out == data

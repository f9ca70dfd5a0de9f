"""Whatever happens to pages on the way, the mirror ends as the server's state, and can tell."""

import sqlite3

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Raw

from sync.mirror import heal, state
from sync.mirror.apply import apply_page, apply_rows
from sync.mirror.keys import keys_of, packed_id, packed_key, unpacked_id
from sync.mirror.load import finish, load_rows
from sync.wire.messages import FeedRow, PullReply, ScopeDigest
from sync.wire.version import MIRROR_SCHEMA
from tests.sync.mirror.feeds import (
    AS_OF,
    content,
    fresh,
    gone,
    item,
    member,
    member_id,
    operator,
    page,
    phone,
    program,
    row,
    setting,
)


def found(connection, words):
    return [
        n
        for (n,) in connection.execute(
            "SELECT rowid FROM item_words WHERE item_words MATCH ?", (words,)
        ).fetchall()
    ]


def keys(connection):
    return [
        (space, key)
        for space, key in connection.execute(
            "SELECT name.text, key.key FROM key JOIN name ON name.n = key.space"
        ).fetchall()
    ]


def test_a_new_file_stands_nowhere():
    mirror = fresh()
    assert state.read_cursor(mirror) == {}
    assert state.read_epoch(mirror) == state.read_as_of(mirror) == ""
    assert state.digest(mirror, "chain") == ScopeDigest(0, 0, 0)
    assert mirror.execute("PRAGMA user_version").fetchone() == (MIRROR_SCHEMA,)


def test_a_page_moves_the_cursor_and_the_digest_with_its_rows():
    mirror = fresh()
    apply_page(mirror, page(member(1, 1), member(2, 2), item(1, 7)))
    assert state.read_cursor(mirror) == {"chain": 7, "store:s1": 2}
    assert state.digest(mirror, "store:s1").count == 2
    for scope in ("chain", "store:s1"):
        assert state.digest(mirror, scope) == state.recount(mirror, scope)
    assert state.read_as_of(mirror) == AS_OF
    assert state.read_epoch(mirror) == "e1"


def test_an_older_version_changes_nothing_and_a_newer_one_moves_the_keys():
    mirror = fresh()
    apply_page(mirror, page(member(1, 5)))
    before = content(mirror)
    apply_page(mirror, page(member(1, 4, keys=(("card", "old"),))))
    apply_page(mirror, page(member(1, 5)))
    assert content(mirror) == before
    apply_page(mirror, page(member(1, 6, keys=(("card", "new"),), phone_last4="")))
    assert keys(mirror) == [("card", "new")]


def test_a_tombstone_takes_the_keys_and_a_late_page_does_not_raise_the_dead():
    """Case 45: deleted and late."""
    mirror = fresh()
    apply_page(mirror, page(member(1, 1), item(1, 1, "Молоко")))
    apply_page(mirror, page(gone("store:s1", 3, "member", member_id(1))))
    apply_page(mirror, page(gone("chain", 3, "item", "item1")))
    apply_page(mirror, page(member(1, 2)))
    assert keys(mirror) == []
    assert found(mirror, '"молоко"*') == []
    assert state.digest(mirror, "store:s1") == ScopeDigest(3, 0, 0)
    apply_page(mirror, page(member(1, 4)))
    assert state.digest(mirror, "store:s1").count == 1
    heal.forget_tombstones(mirror, "chain", 4)
    assert state.recount(mirror, "chain") == ScopeDigest(3, 0, 0)


def test_a_tombstone_of_one_scope_leaves_the_row_of_another():
    """Case 45: a scope left."""
    mirror = fresh()
    apply_page(mirror, page(member(1, 1, "store:s1"), member(1, 1, "store:s2")))
    apply_page(mirror, page(gone("store:s1", 2, "member", member_id(1))))
    assert state.digest(mirror, "store:s2").count == 1
    assert ("phone", bytes.fromhex(phone(1))) in keys(mirror)


def test_a_renamed_item_is_found_by_its_new_words_only():
    mirror = fresh()
    apply_page(mirror, page(item(1, 1, "Мёд липовый", brand="Улей")))
    assert found(mirror, '"мед"*') == found(mirror, '"уле"*') == [1]
    apply_page(mirror, page(item(1, 2, "Сахар", brand="")))
    assert found(mirror, '"мед"*') == []
    assert found(mirror, '"сах"*') == [1]


def test_a_body_that_nobody_can_read_is_kept_and_blocks_nothing():
    mirror = fresh()
    odd = (
        FeedRow("chain", 1, "member", "m", Raw(b'{"keys": 5}')),
        FeedRow("chain", 2, "program", "p", Raw(b'{"valid_from": "yesterday", "version": 1}')),
        FeedRow("chain", 3, "hologram", "h", Raw(b'{"a": 1}')),
        FeedRow("chain", 4, "item", "i", Raw(b"null")),
    )
    apply_page(mirror, page(*odd))
    assert state.digest(mirror, "chain") == state.recount(mirror, "chain")
    assert state.digest(mirror, "chain").count == 4
    assert keys(mirror) == []
    apply_page(mirror, page(member(1, 5, "chain")))
    assert len(keys(mirror)) == 3


def test_a_page_of_another_epoch_is_refused_whole():
    mirror = fresh()
    apply_page(mirror, page(member(1, 9)))
    before = content(mirror)
    with pytest.raises(state.AnotherEpoch):
        apply_page(mirror, page(member(2, 10), epoch="e2"))
    assert content(mirror) == before


def test_a_page_that_fails_half_way_leaves_nothing():
    mirror = fresh()
    apply_page(mirror, page(member(1, 1)))
    before = content(mirror)
    broken = page(member(2, 2))
    broken.cursor["store:s1"] = "not a number"  # type: ignore[assignment]
    broken.cursor["other"] = object()  # type: ignore[assignment]
    with pytest.raises((sqlite3.Error, TypeError)):
        apply_page(mirror, broken)
    assert content(mirror) == before
    assert not mirror.in_transaction


def test_a_new_life_of_the_server_confirms_what_it_still_has():
    mirror = fresh()
    apply_page(mirror, page(member(1, 50), member(2, 51), item(1, 60, "Чай")))
    heal.begin_epoch(mirror, "e2")
    assert set(state.read_cursor(mirror).values()) == {0}
    assert ("phone", bytes.fromhex(phone(2))) in keys(mirror)
    assert state.digest(mirror, "store:s1") == ScopeDigest(0, 0, 0)
    apply_page(mirror, page(member(1, 3), epoch="e2"))
    assert heal.sweep(mirror, "store:s1") == 1
    assert heal.sweep(mirror, "chain") == 1
    again = fresh()
    apply_page(again, page(member(1, 3), epoch="e2"))
    mine, its = content(mirror), content(again)
    for sql in list(mine)[:2]:
        assert mine[sql] == its[sql]
    assert state.digest(mirror, "store:s1") == state.digest(again, "store:s1")
    assert found(mirror, '"чай"*') == []


def test_a_scope_that_does_not_add_up_is_fetched_again():
    mirror = fresh()
    apply_page(mirror, page(member(1, 1), member(2, 2), member(3, 3)))
    mirror.execute("DELETE FROM row WHERE n = 2")
    assert state.recount(mirror, "store:s1") != state.digest(mirror, "store:s1")
    heal.refetch(mirror, "store:s1")
    assert state.read_cursor(mirror) == {"store:s1": 0}
    apply_page(mirror, page(member(1, 1), member(2, 2), member(3, 3)))
    assert heal.sweep(mirror, "store:s1") == 0
    assert state.recount(mirror, "store:s1") == state.digest(mirror, "store:s1")
    assert state.digest(mirror, "store:s1").count == 3


def test_a_scope_is_replaced_in_one_transaction():
    mirror = fresh()
    apply_page(mirror, page(member(1, 1), member(2, 2), item(1, 5, "Чай")))
    heal.replace_scope(mirror, "store:s1", [member(2, 4), member(3, 5)], 6)
    assert state.digest(mirror, "store:s1") == state.recount(mirror, "store:s1")
    assert state.digest(mirror, "store:s1").ver == 6
    assert state.digest(mirror, "store:s1").count == 2
    assert ("phone", bytes.fromhex(phone(1))) not in keys(mirror)
    assert len(found(mirror, '"чай"*')) == 1


def test_a_snapshot_says_what_the_pages_say(tmp_path):
    rows = [member(n, n) for n in range(1, 300)]
    rows += [item(n, n, f"Мёд {n}") for n in range(1, 50)]
    rows += [operator(1, 300), program(1, 60, "2026-01-01", b"{}"), setting("chain", 61, "x", 1)]
    whole = fresh(tmp_path / "whole.db", bulk=True)
    assert whole.execute("PRAGMA user_version").fetchone() == (0,)
    load_rows(whole, rows)
    finish(whole, {"store:s1": 300, "chain": 61}, "e1", AS_OF)
    assert whole.execute("PRAGMA user_version").fetchone() == (MIRROR_SCHEMA,)
    paged = fresh(tmp_path / "paged.db")
    for start in range(0, len(rows), 40):
        apply_page(paged, page(*rows[start : start + 40]))
    assert content(whole) == content(paged)
    for scope in ("chain", "store:s1"):
        assert state.digest(whole, scope) == state.recount(whole, scope)
    assert len(found(whole, '"мед"*')) == len(found(paged, '"мед"*')) == 49
    assert whole.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    apply_page(whole, page(member(1, 301, keys=())))
    assert state.digest(whole, "store:s1") == state.recount(whole, "store:s1")


def test_a_row_loaded_twice_is_our_bug_and_no_mirror(tmp_path):
    mirror = fresh(tmp_path / "m.db", bulk=True)
    load_rows(mirror, [member(1, 1), member(1, 2)])
    with pytest.raises(sqlite3.IntegrityError):
        finish(mirror, {}, "e1", AS_OF)
    assert mirror.execute("PRAGMA user_version").fetchone() == (0,)


@pytest.mark.slow
def test_twenty_thousand_members_in_pages_add_up():
    mirror = fresh()
    for start in range(0, 20_000, 5_000):
        apply_page(mirror, page(*(member(n, n + 1) for n in range(start, start + 5_000))))
    assert state.digest(mirror, "store:s1") == state.recount(mirror, "store:s1")
    changed = [member(n, 20_001 + n, debt=5) for n in range(0, 20_000, 7)]
    apply_rows(mirror, changed)
    assert state.digest(mirror, "store:s1") == state.recount(mirror, "store:s1")
    assert mirror.execute("SELECT count(*) FROM key").fetchone() == (60_000,)


ids = st.sampled_from(("a", "b", member_id(1), member_id(2), member_id(1).upper()))
bodies = st.builds(
    lambda kind, n, row_id, name: (
        (kind, {"id": row_id, "display_name": name, "keys": [["card", f"{n}"]], "phone_last4": "1"})
        if kind == "member"
        else (kind, {"id": row_id, "name": name, "prices": [], "codes": [f"{n}"]})
    ),
    st.sampled_from(("member", "item")),
    st.integers(0, 3),
    ids,
    st.sampled_from(("Мёд", "Молоко", "")),
)


@st.composite
def histories(draw):
    """Versions of rows as one server makes them: a version belongs to one row of a scope."""
    rows = []
    for ver in range(1, draw(st.integers(2, 14))):
        scope = draw(st.sampled_from(("chain", "store:s1")))
        kind, body = draw(bodies)
        dead = draw(st.integers(0, 3)) == 0
        rows.append(
            gone(scope, ver, kind, body["id"]) if dead else row(scope, ver, kind, body["id"], body)
        )
    return rows


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(history=histories(), data=st.data())
def test_any_order_and_repetition_of_pages_gives_the_same_mirror(history, data):
    straight = fresh()
    for each in history:
        apply_page(straight, page(each))
    extra = data.draw(st.lists(st.sampled_from(history), max_size=8))
    shuffled = data.draw(st.permutations(history + extra))
    mixed = fresh()
    while shuffled:
        size = data.draw(st.integers(1, len(shuffled)))
        apply_page(mixed, page(*shuffled[:size]))
        shuffled = shuffled[size:]
    assert content(mixed) == content(straight)
    for scope in ("chain", "store:s1"):
        assert state.digest(mixed, scope) == state.recount(mixed, scope)
    for words in ('"мед"*', '"мол"*'):
        assert len(found(mixed, words)) == len(found(straight, words))


@given(st.one_of(st.uuids().map(str), st.text()))
def test_an_id_survives_its_packing(text):
    assert unpacked_id(packed_id(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "01930000-0001-7000-8000-0000000f415A",
        "0193-000-0001-7000-8000-0000000f415a",
        "01930000-0001-7000-8000-0000000f415g",
        "01930000-0001-7000-8000-000000 f415a",
        "01930000000170008000-0000000f415a----",
        "",
    ],
)
def test_an_id_that_is_not_written_as_a_uuid_is_kept_as_it_is_written(text):
    assert packed_id(text) == text


@pytest.mark.parametrize("key", ["", "ab c", "ABCD", "abc", "ab cd", "xyz1"])
def test_a_phone_that_is_no_hash_is_kept_as_it_is_written(key):
    assert packed_key("phone", key) == key
    assert packed_key("phone", "abcd") == b"\xab\xcd"
    assert packed_key("card", "abcd") == "abcd"


@given(st.sampled_from(("member", "item", "program", "other")), st.binary())
def test_no_body_can_break_the_index(kind, body):
    keys_of(kind, body)


def test_an_empty_page_is_a_sign_of_life():
    mirror = fresh()
    apply_page(mirror, PullReply("e1", (), {}, False, 0, 0, AS_OF))
    assert state.read_as_of(mirror) == AS_OF

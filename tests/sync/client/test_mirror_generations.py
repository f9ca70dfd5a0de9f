"""Mirror files on the disk: named once, checked, flipped, swept; damage means another one."""

import asyncio

import pytest
from msgspec import Raw
from sqlcipher3 import dbapi2

from pos_app.storage.connect import connect_mirror
from pos_app.storage.mirror import MirrorReader
from pos_app.workstation.ports import StorageBroken
from sync.client.mirror_file import GUESTS
from sync.client.mirror_files import MirrorFolder
from sync.client.office import Office
from sync.mirror import state
from sync.wire.codec import canonical
from sync.wire.digest import total_of
from sync.wire.messages import FeedRow, PullReply, ScopeDigest
from sync.wire.rows import MemberRow


class Number:
    """The number in `till.db`."""

    def __init__(self) -> None:
        self.value = 0

    def mirror_generation(self) -> int:
        return self.value

    def set_mirror_generation(self, generation: int) -> None:
        self.value = generation


@pytest.fixture
def number():
    return Number()


@pytest.fixture
def folder(tmp_path, number):
    def connect(path):
        return connect_mirror(path, writing=True)

    return MirrorFolder(tmp_path, number, connect, (StorageBroken, dbapi2.Error))


def page(*rows, cursor, digests=None, epoch="e1", at="2026-11-22T09:00:00+00:00"):
    return PullReply(epoch, rows, cursor, False, 0, 0, at, digests or {})


def member(member_id, ver, name="Anna", scope="chain"):
    body = canonical(MemberRow(member_id, name, keys=(("card", f"c-{member_id}"),)))
    return FeedRow(scope, ver, "member", member_id, Raw(body))


def filled(folder, *pages):
    path = folder.next_path()
    mirror = folder.create(path)
    for one in pages:
        mirror.apply(one)
    mirror.close()
    folder.flip(path)
    return path


def test_there_is_no_mirror_before_the_first(folder):
    assert folder.open() is None
    assert not folder.intact()


def test_a_new_generation_is_in_force_only_after_the_flip(folder, number):
    path = folder.next_path()
    mirror = folder.create(path)
    mirror.apply(page(member("m1", 1), cursor={"chain": 1}))
    mirror.close()
    assert folder.open() is None
    folder.flip(path)
    assert number.value == 1
    mirror = folder.open()
    assert mirror.cursor() == {"chain": 1}
    assert mirror.epoch() == "e1"
    assert mirror.as_of() == "2026-11-22T09:00:00+00:00"
    mirror.close()


def test_what_an_earlier_attempt_left_is_out_of_the_way(folder):
    path = folder.next_path()
    for companion in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + companion).write_bytes(b"half")
    assert folder.next_path() == path
    assert list(path.parent.iterdir()) == []


def test_old_generations_go_at_the_next_start_and_the_one_in_force_stays(folder, number, tmp_path):
    first = filled(folder, page(cursor={"chain": 1}))
    second = filled(folder, page(cursor={"chain": 2}))
    (tmp_path / "mirror-x.db").write_bytes(b"another's")
    assert first.exists()
    folder.sweep()
    assert not first.exists()
    assert second.exists()
    assert (tmp_path / "mirror-x.db").exists()
    assert folder.open().cursor() == {"chain": 2}


def test_a_file_that_somebody_holds_goes_next_time(folder, monkeypatch):
    """Case 25: locked while swapped."""
    first = filled(folder, page(cursor={"chain": 1}))
    filled(folder, page(cursor={"chain": 2}))

    def held(*_args, **_kwargs):
        raise PermissionError("in use")

    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.unlink", held)
        folder.sweep()
    assert first.exists()


@pytest.mark.parametrize("damage", ["empty", "text", "torn", "future"])
def test_a_damaged_mirror_is_no_mirror(folder, damage):
    rows = [member(f"m{n}", n + 1, "x" * 2000) for n in range(50)]
    path = filled(folder, page(*rows, cursor={"chain": 50}))
    assert folder.intact()
    if damage == "empty":
        path.write_bytes(b"")
    elif damage == "text":
        path.write_bytes(b"this is no database at all" * 400)
    elif damage == "torn":
        path.write_bytes(path.read_bytes()[:8192] + bytes(8192) + path.read_bytes()[16384:])
    else:
        driver = dbapi2.connect(path)
        driver.execute("PRAGMA user_version=99")
        driver.close()
    assert not folder.intact()
    if damage != "torn":  # found by reading the pages, not by opening
        assert folder.open() is None


def test_a_page_applied_twice_changes_nothing(folder):
    once = page(member("m1", 1), cursor={"chain": 1})
    filled(folder, once, once)
    mirror = folder.open()
    digest = ScopeDigest(1, 1, total_of([("member", "m1", 1)]))
    assert mirror.differing(page(cursor={}, digests={"chain": digest})) == []
    mirror.close()


def test_a_digest_tells_only_at_its_own_version(folder):
    filled(folder, page(member("m1", 1), cursor={"chain": 1}))
    mirror = folder.open()
    assert mirror.differing(page(cursor={}, digests={"chain": ScopeDigest(2, 7, 7)})) == []
    assert mirror.differing(page(cursor={}, digests={"chain": ScopeDigest(1, 7, 7)})) == ["chain"]
    mirror.close()


def test_a_healed_scope_is_what_the_pages_have_and_no_other_scope_moves(folder):
    filled(
        folder,
        page(member("m1", 1), member("m2", 2), cursor={"chain": 2}),
        page(member("m9", 4, scope="store"), cursor={"store": 4}),
    )
    mirror = folder.open()
    pages = [
        page(member("m2", 2), cursor={"chain": 2}),
        page(member("m3", 3), member("m8", 9, scope="store"), cursor={"chain": 3, "store": 9}),
    ]
    mirror.heal("chain", pages)
    assert mirror.cursor() == {"chain": 3, "store": 4}
    digests = {
        "chain": ScopeDigest(3, 2, total_of([("member", "m2", 2), ("member", "m3", 3)])),
        "store": ScopeDigest(4, 1, total_of([("member", "m9", 4)])),
    }
    assert mirror.differing(page(cursor={}, digests=digests)) == []
    mirror.close()


def test_a_guest_is_found_and_is_in_no_feed(folder, tmp_path, number):
    from pos_app.storage.mirror import MirrorReader

    filled(folder, page(member("m1", 1), cursor={"chain": 1}))
    mirror = folder.open()
    for name in ("Olga", "Olga P."):
        mirror.add_guest(MemberRow("g1", name, keys=(("card", "777"),)))
    assert mirror.cursor() == {"chain": 1}
    reader = MirrorReader(tmp_path, number.mirror_generation)
    assert reader.member_by_key("card", "777").display_name == "Olga P."
    assert state.read_cursor(mirror._connection)[GUESTS] == 2
    reader.close()
    mirror.close()


def test_a_guest_whom_the_server_erased_leaves_the_mirror_with_the_tombstone(
    folder, tmp_path, number
):
    filled(folder, page(member("m1", 1), cursor={"chain": 1}))
    mirror = folder.open()
    for guest in ("g1", "g2"):
        mirror.add_guest(MemberRow(guest, "Guest", keys=(("card", guest),)))
    gone = FeedRow("chain", 2, "member", "g1", deleted=True)
    mirror.apply(page(gone, cursor={"chain": 2}))
    mirror.close()
    reader = MirrorReader(tmp_path, number.mirror_generation)
    assert reader.member_by_key("card", "g1") is None
    assert reader.member_by_key("id", "g1") is None
    assert reader.member_by_key("card", "g2") is not None
    reader.close()


def test_members_are_found_by_name_in_the_file_in_force_and_in_none_there_are_none(folder):
    assert folder.people(folder.current(), "anna", 5) == []
    filled(folder, page(member("m1", 1, "Анна К."), cursor={"chain": 1}))
    answer = asyncio.run(Office(None, None, folder, asyncio.to_thread).people({"text": "анн"}))
    (found,) = answer["people"]
    assert found == {"id": "m1", "display_name": "Анна К.", "phone_last4": "", "card_last4": ""}


def test_a_file_is_checked_and_read_by_another_thread_than_the_one_of_the_till(folder):
    from threading import Thread

    filled(folder, page(member("m1", 1), cursor={"chain": 1}))
    path, said = folder.current(), []
    thread = Thread(target=lambda: said.extend((folder.intact(path), folder.people(path, "an", 1))))
    thread.start()
    thread.join()
    assert said[0] is True
    assert len(said[1]) == 1

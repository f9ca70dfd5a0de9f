"""A mirror is unpacked, enciphered, signed and written by threads that hand pieces on in order."""

import base64
import hashlib
import os
import random
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
import zstandard
from msgspec import Raw

from pos_app.gear.secrets import generate_sealing_keys
from pos_app.storage.connect import connect_mirror
from sync.client.installing import CHUNK_BYTES, Installing, Seals
from sync.mirror.load import finish, load_rows
from sync.mirror.pages import make_room
from sync.mirror.schema import create
from sync.wire.codec import canonical
from sync.wire.messages import FeedRow, SnapshotManifest

KEY = bytes(range(32))
ROWS = 24


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory) -> tuple[SnapshotManifest, list[bytes]]:
    """(manifest, chunks) of a mirror with room to be sealed, of many pieces."""
    path = tmp_path_factory.mktemp("server") / "mirror.db"
    make_room(path)
    noise = random.Random(7)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        create(connection, bulk=True)
        texts = [base64.b64encode(noise.randbytes(512 * 1024)).decode() for _ in range(ROWS)]
        load_rows(
            connection,
            (
                FeedRow("chain", ver, "setting", f"noise{ver}", Raw(canonical(text)))
                for ver, text in enumerate(texts, 1)
            ),
        )
        finish(connection, {"chain": ROWS}, "e1", "2026-11-22T09:00:00+00:00")
    raw = path.read_bytes()
    packed = zstandard.compress(raw, 1)
    chunks = [packed[n : n + CHUNK_BYTES] for n in range(0, len(packed), CHUNK_BYTES)]
    hashes = tuple(hashlib.sha256(chunk).hexdigest() for chunk in chunks)
    whole = hashlib.sha256(packed).hexdigest()
    told = SnapshotManifest("n", 1, "e1", {}, len(packed), len(raw), whole, hashes, ROWS, "")
    return told, chunks


def sealed_into(target: Path, manifest: SnapshotManifest) -> Installing:
    return Installing(manifest, target, Seals(generate_sealing_keys(), lambda: KEY))


def working() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name.startswith("mirror-")]


def test_a_sealed_mirror_of_many_pieces_opens_under_its_key_and_no_thread_is_left(
    tmp_path, snapshot
) -> None:
    manifest, chunks = snapshot
    making = sealed_into(tmp_path / "mirror.db", manifest)
    for chunk in chunks:
        making.take(chunk)
    assert making.finish()
    assert working() == []
    mirror = connect_mirror(tmp_path / "mirror.db", KEY)
    try:
        assert mirror.execute("PRAGMA cipher_integrity_check").fetchall() == []
        assert mirror.execute("PRAGMA quick_check").fetchall()[0][0] == "ok"
        assert mirror.execute("SELECT count(*) FROM row").fetchall()[0][0] == ROWS
    finally:
        mirror.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full")
def test_a_full_disk_ends_a_sealed_mirror_with_nothing_half_and_no_thread(
    tmp_path, snapshot
) -> None:
    manifest, chunks = snapshot
    target = tmp_path / "mirror.db"
    os.symlink("/dev/full", target)
    making = sealed_into(target, manifest)
    with pytest.raises(OSError, match="No space left"):
        try:
            for chunk in chunks:
                making.take(chunk)
            making.finish()
        finally:
            making.give_up()
    assert working() == []
    assert not target.is_symlink()


def test_a_sealed_mirror_that_is_given_up_in_the_middle_leaves_no_file_and_no_thread(
    tmp_path, snapshot
) -> None:
    manifest, chunks = snapshot
    making = sealed_into(tmp_path / "mirror.db", manifest)
    making.take(chunks[0])
    making.give_up()
    making.take(chunks[1])
    assert working() == []
    assert list(tmp_path.iterdir()) == []

"""Snapshots: a ready mirror file, named after its content, fetched in parts."""

import asyncio
import hashlib
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
import zstandard

from pos_app.gear.secrets import box_keys
from pos_app.storage.connect import is_plain
from pos_app.storage.mirror import MirrorReader
from sync.client.installing import Seals, install
from sync.mirror.apply import apply_page
from sync.mirror.state import digest, read_cursor, read_epoch, recount
from sync.server.publishing import snapshots
from sync.server.settings import reference
from sync.server.settings.catalog import import_catalog
from sync.wire.messages import PATHS, Problem, SnapshotManifest
from tests.sync.server.till import read, unpacked

KEY = bytes(range(32))
CATALOG = (Path(__file__).parents[2] / "data/server/catalog_demo_300.csv").read_bytes()


async def manifest_of(till) -> SnapshotManifest:
    path = f"{PATHS['snapshot']}?schema=1"
    response = await till.client.get(path, headers=till.signed(path, b"", "GET"))
    return read(response, SnapshotManifest)


async def fetch(till, name, span=""):
    path = f"{PATHS['snapshot']}/{name}"
    headers = till.signed(path, b"", "GET") | ({"range": span} if span else {})
    return await till.client.get(path, headers=headers)


async def filled(house):
    await house.write(import_catalog, house.services, CATALOG)
    till = await house.till()
    anna = till.enrol_member(card="2990000000019")
    till.sell(member=anna, earn=5)
    await house.push(till)
    return till


def test_a_snapshot_and_the_feed_after_it_are_the_whole_mirror(house, tmp_path) -> None:
    async def story() -> None:
        till = await filled(house)
        manifest = await manifest_of(till)
        data = (await fetch(till, manifest.name)).content
        assert len(data) == manifest.size
        assert hashlib.sha256(data).hexdigest() == manifest.sha256
        assert [hashlib.sha256(data[:4194304]).hexdigest()] == list(manifest.chunks)
        raw = zstandard.decompress(data, max_output_size=manifest.raw_size)
        assert len(raw) == manifest.raw_size
        (tmp_path / "mirror.db").write_bytes(raw)
        till.enrol_member(card="2990000000026")
        await house.push(till, 3)
        mirror = sqlite3.connect(tmp_path / "mirror.db", isolation_level=None)
        assert read_cursor(mirror) == manifest.cursor
        assert read_epoch(mirror) == till.epoch
        till.cursor = dict(manifest.cursor)
        page = await till.pull()
        assert {row.kind for row in page.rows} >= {"member", "outcome"}
        assert "item" not in {row.kind for row in page.rows}
        apply_page(mirror, page)
        for scope, told in page.digests.items():
            assert digest(mirror, scope) == recount(mirror, scope) == told
        count = mirror.execute("SELECT count(*) FROM row WHERE body IS NOT NULL").fetchall()
        assert count[0][0] >= manifest.rows
        mirror.close()

    house.run(story())


def test_a_broken_download_goes_on_where_it_stopped(house) -> None:
    """Case 43: at the server."""

    async def story() -> None:
        till = await filled(house)
        manifest = await manifest_of(till)
        whole = (await fetch(till, manifest.name)).content
        got = b""
        for first in range(0, manifest.size, 5000):
            part = await fetch(till, manifest.name, f"bytes={first}-{first + 4999}")
            assert part.status_code == 206
            got += part.content
        assert got == whole
        rest = await fetch(till, manifest.name, "bytes=100-")
        assert rest.content == whole[100:]
        for wrong in (f"bytes={manifest.size}-", "bytes=5-1", "pages=1-2", "bytes=-5", "bytes=1-x"):
            assert (await fetch(till, manifest.name, wrong)).status_code == 416

    house.run(story())


def test_the_same_snapshot_is_told_until_it_is_old_and_the_feed_has_moved(house) -> None:
    async def story() -> None:
        till = await filled(house)
        first = await manifest_of(till)
        await house.write(reference.name_chain, "x")
        till.enrol_member(card="2990000000026")
        await house.push(till, 3)
        assert (await manifest_of(till)).name == first.name
        house.clock.at += timedelta(minutes=16)
        second = await manifest_of(till)
        assert second.name != first.name
        assert (await fetch(till, first.name)).status_code == 200
        house.clock.at += timedelta(minutes=16)
        assert (await manifest_of(till)).name == second.name
        for card in ("2990000000033", "2990000000040"):
            house.clock.at += timedelta(minutes=16)
            till.enrol_member(card=card)
            await house.push(till, len(till.chain))
            await manifest_of(till)
        assert (await fetch(till, first.name)).status_code == 404

    house.run(story())


def test_a_stranger_gets_no_snapshot(house) -> None:
    async def story() -> None:
        till = await filled(house)
        name = (await manifest_of(till)).name
        response = await till.client.get(f"{PATHS['snapshot']}/{name}")
        assert (response.status_code, unpacked(response, Problem).code) == (401, "unknown_terminal")
        for wrong in ("nothing.mirror.zst", "..%2Fserver.db", name + "x"):
            assert (await fetch(till, wrong)).status_code in (401, 404)
        path = f"{PATHS['snapshot']}?schema=99"
        response = await till.client.get(path, headers=till.signed(path, b"", "GET"))
        assert response.status_code == 404

    house.run(story())


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("bytes=0-0", (0, 0)),
        ("bytes=0-999", (0, 9)),
        ("bytes=3-", (3, 9)),
        ("bytes=10-", None),
        ("bytes=", None),
        ("bytes=1-2,4-5", None),
    ],
)
def test_ranges_are_read_exactly(header, span) -> None:
    assert snapshots.byte_range(header, 10) == span


def test_a_sealed_snapshot_opens_for_the_till_that_asked_and_lies_sealed_on_both_disks(
    house, tmp_path
) -> None:
    async def story() -> None:
        till = await filled(house)
        box, other = box_keys(till.keys.private), box_keys(bytes(32))
        path = f"{PATHS['snapshot']}?schema=1&box={box.public.hex()}"
        response = await till.client.get(path, headers=till.signed(path, b"", "GET"))
        manifest = read(response, SnapshotManifest)
        assert manifest.key
        part, target = tmp_path / "part", tmp_path / "mirror-1.db"
        part.write_bytes((await fetch(till, manifest.name)).content)
        assert not install(manifest, part, target, None)
        assert not install(manifest, part, target, Seals(other, lambda: KEY))
        assert not target.exists()
        assert install(manifest, part, target, Seals(box, lambda: KEY))
        reader = MirrorReader(tmp_path, lambda: 1, KEY)
        assert reader.member_by_key("card", "2990000000019").display_name == "Anna"
        reader.close()
        assert b"Anna" not in target.read_bytes()
        assert b"2990000000019" not in target.read_bytes()
        stored = house.server.snapshots.path(manifest.name).read_bytes()
        with pytest.raises(zstandard.ZstdError):
            zstandard.decompress(stored, max_output_size=manifest.raw_size)
        assert install(manifest, part, target, Seals(box, lambda: None))
        assert is_plain(target)
        for wrong in ("box=12", f"box={'z' * 64}"):
            path = f"{PATHS['snapshot']}?schema=1&{wrong}"
            response = await till.client.get(path, headers=till.signed(path, b"", "GET"))
            assert response.status_code == 400
        plain = await manifest_of(till)
        assert (plain.key, plain.name == manifest.name) == ("", False)

    house.run(story())


def test_two_tills_that_ask_while_a_file_is_built_come_again_and_it_is_built_once(
    house, monkeypatch
) -> None:
    async def story() -> None:
        till, other = await filled(house), await house.till()
        gate, built = asyncio.Event(), []

        async def slowly(work):
            built.append(work)
            await gate.wait()
            return work()

        monkeypatch.setattr(house.server.snapshots, "_offload", slowly)
        monkeypatch.setattr(snapshots, "PATIENCE_S", 0.0)
        path = f"{PATHS['snapshot']}?schema=1"
        for one in (till, other, till):
            response = await one.client.get(path, headers=one.signed(path, b"", "GET"))
            assert response.status_code == 503
            assert response.headers["retry-after"] == "1"
            assert unpacked(response, Problem).code == "building"
        gate.set()
        monkeypatch.setattr(snapshots, "PATIENCE_S", 60.0)
        assert await manifest_of(till) == await manifest_of(other)
        assert len(built) == 1

    house.run(story())


def test_a_server_that_closes_cuts_the_file_and_the_till_goes_on_later(house) -> None:
    async def story() -> None:
        till = await filled(house)
        manifest = await manifest_of(till)
        house.server.bell.close()
        with pytest.raises(AssertionError):  # the transport's word for an answer without an end
            await fetch(till, manifest.name)

    house.run(story())

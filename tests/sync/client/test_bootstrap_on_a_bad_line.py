"""A whole mirror over a line that cuts, garbles and lies."""

import asyncio
import base64
import hashlib
import random
import re
from dataclasses import dataclass, field

import httpx
import msgspec
import pytest
import zstandard
from msgspec import Raw

from sync.client import bootstrap, errors, gathering, installing
from sync.wire.codec import canonical
from sync.wire.messages import FeedRow, Problem, PullReply, SnapshotManifest
from tests.sync.client import virtual
from tests.sync.client.test_push_against_lies import enrolled

CHUNK = installing.CHUNK_BYTES


@pytest.fixture(scope="session")
def snapshot(tmp_path_factory):
    """(manifest, compressed bytes) of a real mirror file that takes three chunks."""
    from sqlcipher3 import dbapi2

    from sync.client.mirror_file import ConnectedMirror
    from sync.mirror.schema import create

    path = tmp_path_factory.mktemp("server") / "mirror.db"
    connection = dbapi2.connect(path, isolation_level=None)
    create(connection)
    mirror = ConnectedMirror(connection)
    noise = base64.b64encode(random.Random(7).randbytes(9 * 1024 * 1024)).decode()
    row = FeedRow("chain", 1, "setting", "noise", Raw(canonical(noise)))
    at = "2026-11-22T09:00:00+00:00"
    mirror.apply(PullReply("e1", (row,), {"chain": 1}, False, 0, 0, at))
    mirror.close()
    raw = path.read_bytes()
    packed = zstandard.compress(raw)
    chunks = [packed[n : n + CHUNK] for n in range(0, len(packed), CHUNK)]
    assert len(chunks) == 3
    manifest = SnapshotManifest(
        name="snapshot-1.db.zst",
        schema=1,
        epoch="e1",
        cursor={"chain": 1},
        size=len(packed),
        raw_size=len(raw),
        sha256=hashlib.sha256(packed).hexdigest(),
        chunks=tuple(hashlib.sha256(c).hexdigest() for c in chunks),
        rows=1,
        server_time=at,
    )
    return manifest, packed


@dataclass
class Line(httpx.AsyncBaseTransport):
    """A file behind a bad line: `spoil` changes what a range brings."""

    manifest: SnapshotManifest
    packed: bytes
    spoil: object = None
    ranges: list[tuple[int, int]] = field(default_factory=list)

    async def handle_async_request(self, request):
        if "range" not in request.headers:
            return reply(200, canonical(self.manifest))
        found = re.fullmatch(r"bytes=(\d+)-(\d+)", request.headers["range"])
        first, last = int(found[1]), int(found[2])
        self.ranges.append((first, last))
        piece = self.packed[first : last + 1]
        if self.spoil is None:
            return reply(206, piece)
        return self.spoil(len(self.ranges), piece)


def reply(status, body, headers=None):
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))


class Cut(httpx.AsyncByteStream):
    """Some bytes, then nothing."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    async def __aiter__(self):
        yield self.data
        raise httpx.ReadError("cut")


class Slowly(httpx.AsyncByteStream):
    """Pieces with time between them."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    async def __aiter__(self):
        for start in range(0, len(self.data), 65_536):
            await asyncio.sleep(0.01)
            yield self.data[start : start + 65_536]


def fetch(folder, line, before=None):
    """(manifest or trouble, cursor of the mirror in force, files left) after one attempt."""

    async def scene():
        async with enrolled(folder, None, 0) as (till, _wire):
            till.client._transport = line
            if before is not None:
                before(till)
            try:
                result = await till.bootstrap.run()
            except (errors.Trouble, bootstrap.NoSnapshot) as trouble:
                result = trouble
            mirror = till.mirrors.open()
            cursor = mirror.cursor() if mirror else None
            if mirror:
                mirror.close()
            return result, cursor, {p.name for p in folder.glob("*.part")}

    return virtual.run(scene())


def test_a_mirror_is_installed_whole(tmp_path, snapshot):
    line = Line(*snapshot)
    result, cursor, left = fetch(tmp_path, line)
    assert result == snapshot[0]
    assert cursor == {"chain": 1}
    assert left == set()
    assert line.ranges == [(0, len(line.packed) - 1)]


def test_bootstrap_resumes_in_the_middle_of_a_chunk(tmp_path, snapshot):
    """Case 43."""
    line = Line(*snapshot, lambda _n, p: httpx.Response(206, stream=Cut(p[: CHUNK + 1000])))
    result, cursor, left = fetch(tmp_path, line)
    assert isinstance(result, errors.Lost)
    assert cursor is None
    assert len(left) == 1
    assert not (tmp_path / "mirror-1.db").exists()
    again = Line(*snapshot)
    _result, cursor, left = fetch(tmp_path, again)
    assert cursor == {"chain": 1}
    assert left == set()
    assert again.ranges == [(CHUNK + 1000, len(line.packed) - 1)]


def test_one_bad_chunk_is_fetched_again_alone(tmp_path, snapshot):
    """Case 44."""
    spoilt = bytearray(snapshot[1])
    spoilt[CHUNK + 5] ^= 1
    line = Line(*snapshot, lambda n, p: reply(206, bytes(spoilt) if n == 1 else p))
    _result, cursor, _left = fetch(tmp_path, line)
    assert cursor == {"chain": 1}
    assert line.ranges == [(0, len(spoilt) - 1), (CHUNK, 2 * CHUNK - 1)]


def test_after_a_bad_chunk_the_rest_is_asked_for_anew(tmp_path, snapshot):
    def spoil(n, piece):
        if n > 1:
            return reply(206, piece)
        return httpx.Response(206, stream=Slowly(bytes(CHUNK) + piece[CHUNK:]))

    line = Line(*snapshot, spoil)
    assert fetch(tmp_path, line)[1] == {"chain": 1}
    assert line.ranges[1] == (0, CHUNK - 1)
    (first, last), size = line.ranges[2], len(line.packed)
    assert (len(line.ranges), last, CHUNK <= first < size) == (3, size - 1, True)


def test_a_chunk_that_went_bad_on_the_disk_is_fetched_again_alone(tmp_path, snapshot):
    cut = Line(*snapshot, lambda _n, p: httpx.Response(206, stream=Cut(p[: 2 * CHUNK])))
    fetch(tmp_path, cut)
    part = next(tmp_path.glob("*.part"))
    data = bytearray(part.read_bytes())
    data[10] ^= 1
    part.write_bytes(data)
    again = Line(*snapshot)
    _result, cursor, _left = fetch(tmp_path, again)
    assert cursor == {"chain": 1}
    assert [first for first, _ in again.ranges] == [0, 2 * CHUNK]


def test_a_chunk_that_stays_bad_is_given_up_for_now(tmp_path, snapshot):
    line = Line(*snapshot, lambda _n, p: reply(206, bytes(len(p))))
    result, cursor, _left = fetch(tmp_path, line)
    assert isinstance(result, errors.Lost)
    assert cursor is None
    assert len(line.ranges) == gathering.ATTEMPTS_PER_CHUNK


def test_more_bytes_than_asked_for_spoil_nothing(tmp_path, snapshot):
    line = Line(*snapshot, lambda _n, p: reply(206, p + b"more than asked for"))
    assert fetch(tmp_path, line)[1] == {"chain": 1}


@pytest.mark.parametrize("status", [200, 302, 404, 416, 500])
def test_a_range_that_is_not_one_counts_as_lost(tmp_path, snapshot, status):
    line = Line(*snapshot, lambda _n, p: reply(status, p))
    assert isinstance(fetch(tmp_path, line)[0], errors.Lost)


def test_parts_of_another_snapshot_go(tmp_path, snapshot):
    """Case 43: a newer one."""
    (tmp_path / "snapshot-0123.part").write_bytes(b"old")
    assert fetch(tmp_path, Line(*snapshot))[2] == set()


@pytest.mark.parametrize(
    "lie",
    [
        {"size": 5},
        {"size": 0},
        {"raw_size": 0},
        {"raw_size": bootstrap.RAW_BYTES_MAX + 1},
        {"chunks": ()},
        {"name": "../../till.db"},
        {"name": ""},
    ],
)
def test_a_manifest_that_contradicts_itself_is_lost(tmp_path, snapshot, lie):
    manifest = msgspec.structs.replace(snapshot[0], **lie)
    line = Line(manifest, snapshot[1])
    assert isinstance(fetch(tmp_path, line)[0], errors.Lost)
    assert line.ranges == []


@pytest.mark.parametrize(
    "lie", [{"raw_size": 1000}, {"raw_size": 99_999_999}, {"sha256": "0" * 64}]
)
def test_a_snapshot_that_is_not_what_was_promised_is_thrown_away(tmp_path, snapshot, lie):
    """Case 44: a bomb."""
    line = Line(msgspec.structs.replace(snapshot[0], **lie), snapshot[1])
    result, cursor, left = fetch(tmp_path, line)
    assert isinstance(result, errors.Lost)
    assert cursor is None
    assert left == set()
    assert not (tmp_path / "mirror-1.db").exists()


def test_bytes_that_are_no_mirror_are_thrown_away(tmp_path, snapshot):
    raw = b"no database " * 1000
    for packed, size in ((zstandard.compress(raw), len(raw)), (b"no zstd at all", 14)):
        digest = hashlib.sha256(packed).hexdigest()
        manifest = msgspec.structs.replace(
            snapshot[0], size=len(packed), raw_size=size, sha256=digest, chunks=(digest,)
        )
        result, cursor, left = fetch(tmp_path, Line(manifest, packed))
        assert isinstance(result, errors.Lost)
        assert (cursor, left) == (None, set())


def test_a_line_that_only_drips_is_cut_and_what_came_is_kept(tmp_path, snapshot):
    class Drip(httpx.AsyncByteStream):
        def __init__(self, data):
            self.data = data

        async def __aiter__(self):
            for byte in self.data[:1000]:
                await asyncio.sleep(1)
                yield bytes([byte])

    line = Line(*snapshot, lambda _n, p: httpx.Response(206, stream=Drip(p)))
    assert isinstance(fetch(tmp_path, line)[0], errors.Lost)
    assert 200 < next(tmp_path.glob("*.part")).stat().st_size < 400


def test_a_mirror_of_another_schema_is_not_for_us(tmp_path, snapshot):
    line = Line(msgspec.structs.replace(snapshot[0], schema=2), snapshot[1])
    assert isinstance(fetch(tmp_path, line)[0], bootstrap.NoSnapshot)


def test_a_server_without_a_snapshot_says_so(tmp_path):
    class Without(httpx.AsyncBaseTransport):
        def __init__(self, status):
            self.status = status

        async def handle_async_request(self, _request):
            return reply(self.status, canonical(Problem("no_snapshot")))

    assert isinstance(fetch(tmp_path, Without(404))[0], bootstrap.NoSnapshot)
    assert isinstance(fetch(tmp_path, Without(401))[0], errors.Refused)


def test_the_old_mirror_is_in_force_until_the_new_one_is_whole(tmp_path, snapshot):
    def old(till):
        path = till.mirrors.next_path()
        mirror = till.mirrors.create(path)
        mirror.apply(PullReply("e1", (), {"old": 7}, False, 0, 0, ""))
        mirror.close()
        till.mirrors.flip(path)

    line = Line(*snapshot, lambda _n, p: reply(206, bytes(len(p))))
    assert fetch(tmp_path, line, old)[1] == {"old": 7}
    assert fetch(tmp_path, Line(*snapshot))[1] == {"chain": 1}


def test_what_has_come_is_told_in_small_true_steps_not_chunk_by_chunk(tmp_path, snapshot):
    class InPieces(httpx.AsyncByteStream):
        def __init__(self, data):
            self.data = data

        async def __aiter__(self):
            for start in range(0, len(self.data), 16_384):
                yield self.data[start : start + 16_384]

    told = []

    def listen(till):
        till.bootstrap._on_progress = lambda here, whole: told.append((here, whole))

    line = Line(*snapshot, lambda n, p: httpx.Response(206, stream=InPieces(p)))
    _result, cursor, _left = fetch(tmp_path, line, listen)
    assert cursor == {"chain": 1}
    size = snapshot[0].size
    steps = [here for here, _whole in told]
    assert steps == sorted(steps)
    assert (steps[-1], {whole for _here, whole in told}) == (size, {size})
    apart = [b - a for a, b in zip([0, *steps], steps, strict=False)]
    assert max(apart) <= size // gathering.STEPS + 16_384


def test_a_till_waits_while_the_server_prepares_the_data_and_says_so(tmp_path, snapshot):
    class Prepared(Line):
        asked = 0

        async def handle_async_request(self, request):
            self.asked += "range" not in request.headers
            if self.asked > 2:
                return await super().handle_async_request(request)
            return reply(503, canonical(Problem("building")), {"retry-after": "2"})

    told = []

    def listen(till):
        till.bootstrap._on_progress = lambda here, whole: told.append((here, whole))

    line = Prepared(*snapshot)
    assert fetch(tmp_path, line, listen)[1] == {"chain": 1}
    assert (line.asked, told[:2]) == (3, [(0, 0), (0, 0)])


def test_a_server_that_is_busy_with_something_else_is_left_alone_for_now(tmp_path):
    class Elsewhere(httpx.AsyncBaseTransport):
        async def handle_async_request(self, _request):
            return reply(503, canonical(Problem("storage")), {"retry-after": "5"})

    trouble = fetch(tmp_path, Elsewhere())[0]
    assert (type(trouble), trouble.retry_after_s) == (errors.Busy, 5.0)


def test_a_till_does_not_wait_for_ever_for_a_server_that_prepares(tmp_path):
    class Never(httpx.AsyncBaseTransport):
        async def handle_async_request(self, _request):
            return reply(503, canonical(Problem("building")), {"retry-after": "20"})

    assert isinstance(fetch(tmp_path, Never())[0], errors.Busy)

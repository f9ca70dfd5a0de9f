"""JSON lines between front end and courier; the network is away."""

import asyncio
import json
import os

import httpx

from sync.client import pipe
from tests.sync.client import virtual
from tests.sync.client.test_push_against_lies import enrolled


class Away(httpx.AsyncBaseTransport):
    """No network at all."""

    def __init__(self) -> None:
        self.attempts = 0

    async def handle_async_request(self, request):
        self.attempts += 1
        raise httpx.ConnectError("no network")


class FrontEnd:
    """The other end of the pipe."""

    def __init__(self) -> None:
        self.reader = asyncio.StreamReader(limit=4096)
        self.heard: list[dict] = []
        self._lines = asyncio.Condition()

    def write(self, data: bytes) -> None:
        assert data.endswith(b"\n")
        self.heard.append(json.loads(data))

    def ask(self, **request) -> None:
        self.reader.feed_data(json.dumps(request).encode() + b"\n")

    def answers(self, request_id) -> list[dict]:
        return [line for line in self.heard if "event" not in line and line["id"] == request_id]


def served(folder, play, events=2):
    """Play a front end against a courier in virtual time; returns what it heard."""

    async def scene():
        async with enrolled(folder, None, events) as (till, _wire):
            away = Away()
            till.client._transport = away
            front = FrontEnd()
            serving = asyncio.ensure_future(pipe.run(till.courier(), front.reader, front))
            await play(front, till)
            front.reader.feed_eof()
            await serving
            return front, away

    return virtual.run(scene())


def test_the_courier_ends_when_its_input_ends(tmp_path):
    async def nothing(_front, _till):
        pass

    front, _away = served(tmp_path, nothing)
    assert all("event" in line for line in front.heard)


def test_the_first_thing_the_front_end_hears_is_the_status(tmp_path):
    async def wait(_front, _till):
        await asyncio.sleep(1)

    front, _away = served(tmp_path, wait)
    assert front.heard[0] == {
        "event": "status",
        "online": False,
        "since": "2026-11-22T09:00:00+00:00",
        "unsent": 2,
        "mirror_as_of": None,
        "trouble": None,
        "fenced_by": 0,
        "skew_ms": 0,
        "peers": 0,
        "pulled": 0,
        "parked": 0,
    }


def test_a_request_gets_one_answer_with_its_number(tmp_path):
    async def ask(front, _till):
        front.ask(id=7, do="status")
        await asyncio.sleep(1)

    front, _away = served(tmp_path, ask)
    assert len(front.answers(7)) == 1
    assert front.answers(7)[0]["unsent"] == 2


def test_broken_lines_are_answered_and_disturb_nobody(tmp_path):
    async def ask(front, _till):
        for line in (b"{", b"[]", b"7", b'{"id": 3}', b"\xff", b"x" * 9000, b"[" * 3000, b""):
            front.reader.feed_data(line + b"\n")
            await asyncio.sleep(0.1)
        front.ask(id=8, do="status")
        front.ask(id=9, do="dance")
        front.ask(id=10, do="identify")
        front.ask(id=11, do="link", online=True)
        await asyncio.sleep(1)

    front, _away = served(tmp_path, ask)
    broken = [line for line in front.heard if line.get("error") == "broken_line"]
    assert len(broken) >= 7
    assert broken[3]["id"] == 3
    assert len(front.answers(8)) == 1
    assert front.answers(9)[0]["error"] == "bad_request"
    assert front.answers(10)[0]["error"] == "bad_request"
    assert front.answers(11) == [{"id": 11, "online": True}]


def test_what_needs_the_server_is_answered_with_the_trouble(tmp_path):
    async def ask(front, _till):
        front.ask(id=1, do="sync")
        front.ask(id=2, do="identify", kind="card", key="1", want_points=5)
        front.ask(id=3, do="settlement", business_on="2026-11-22")
        front.ask(id=4, do="sync", wait=False)
        await asyncio.sleep(5)

    front, _away = served(tmp_path, ask)
    for request_id in (1, 2, 3):
        assert [a["error"] for a in front.answers(request_id)] == ["lost"]
    assert front.answers(4)[0] == {
        "id": 4,
        "sent": 0,
        "pulled": 0,
        "parked": 0,
        "unsent": 2,
        "mirror_as_of": None,
        "online": False,
    }


def test_an_offline_day_costs_few_attempts_and_no_line_each(tmp_path):
    async def day(_front, _till):
        await asyncio.sleep(86_400)

    front, away = served(tmp_path, day)
    assert 2 * 1440 <= away.attempts <= 2 * 86_400 / 30 + 20
    assert len(front.heard) == 1


def test_sales_nudge_and_nobody_is_answered(tmp_path):
    async def sell(front, till):
        till.tell(3)
        front.ask(do="nudge")
        await asyncio.sleep(100)

    front, _away = served(tmp_path, sell)
    assert all(line.get("event") == "status" for line in front.heard)
    assert front.heard[-1]["unsent"] == 5


def test_a_till_whose_files_fail_says_so_and_tries_again(tmp_path, monkeypatch):
    async def fail(front, till):
        def full(*_args):
            raise OSError("disk full")

        monkeypatch.setattr(till.outbox, "batch", full)
        front.ask(id=1, do="sync")
        await asyncio.sleep(1)

    front, _away = served(tmp_path, fail)
    assert front.answers(1)[0]["error"] == "memory"
    assert any(line.get("trouble") == "memory" for line in front.heard)


def test_a_descriptor_is_read_to_its_end_and_written_whole():
    async def scene():
        down_read, down_write = os.pipe()
        up_read, up_write = os.pipe()
        reader = pipe.reader_of(down_read)
        os.write(down_write, b'{"id":1}\n')
        assert await reader.readline() == b'{"id":1}\n'
        os.close(down_write)
        assert await reader.readline() == b""
        writer = pipe.FileWriter(up_write)
        writer.write(b"line\n")
        assert os.read(up_read, 100) == b"line\n"
        os.close(up_write)
        writer.write(b"nobody can hear this\n")
        for descriptor in (down_read, up_read):
            os.close(descriptor)

    asyncio.run(scene())


def test_a_closed_descriptor_is_an_end_too():
    async def scene():
        read, write = os.pipe()
        os.close(read)
        os.close(write)
        assert await pipe.reader_of(read).readline() == b""

    asyncio.run(scene())

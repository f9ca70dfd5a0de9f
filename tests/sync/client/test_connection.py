"""One question, and only the server's own kind of answer is believed."""

import asyncio

import httpx
import pytest

from pos_app.gear.clock import SystemClock
from pos_app.gear.secrets import Ed25519Verifier
from sync.client import errors
from sync.client.connection import Connection, Limits
from sync.wire.codec import canonical, pack, signed_text, unpack
from sync.wire.messages import (
    HEADER_NONCE,
    HEADER_SIGNATURE,
    HEADER_TERMINAL,
    HEADER_TIME,
    LookupRequest,
    Problem,
    PullReply,
    PullRequest,
)
from tests.sync.client import virtual
from tests.sync.client.wire import KEY, connect

ASK = PullRequest(1, "till-1", "e1", {"chain": 3})
PAGE = PullReply("e1", (), {"chain": 4}, False, 7, 5, "2026-11-22T09:00:00+00:00")


def ask(handler, **limits):
    """(the reply, or the trouble) of one pull against whatever the handler answers."""

    async def scene():
        connection = connect(handler, **limits)
        heard = []
        connection.on_contact = heard.append
        try:
            return await connection.call("pull", ASK, PullReply), heard
        except errors.Trouble as trouble:
            return trouble, heard

    return virtual.run(scene())


def answer(status=200, body=b"", **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _request: httpx.Response(status, stream=httpx.ByteStream(body), headers=headers)


def problem(code="no", **fields):
    return canonical(Problem(code, **fields))


@pytest.mark.parametrize("body", [canonical(PAGE), pack(PAGE)], ids=["json", "zstd"])
def test_a_message_is_read_plain_or_compressed(body):
    reply, heard = ask(answer(200, body))
    assert reply == PAGE
    assert heard == [True]


def test_what_is_sent_is_compressed_and_signed_over_method_path_body_time_and_nonce():
    seen = []

    def server(request):
        seen.append(request)
        return answer(200, pack(PAGE))(request)

    ask(server)
    request = seen[0]
    assert unpack(PullRequest, request.content) == ASK
    assert request.headers["content-encoding"] == "zstd"
    assert request.headers[HEADER_TERMINAL] == "till-1"
    time, nonce = request.headers[HEADER_TIME], request.headers[HEADER_NONCE]
    text = signed_text("POST", "/v1/pull", request.content, time, nonce)
    signature = bytes.fromhex(request.headers[HEADER_SIGNATURE])
    assert Ed25519Verifier(KEY.public).verify(text, signature)


def test_no_two_requests_have_the_same_nonce():
    seen = []

    def server(request):
        seen.append(request.headers[HEADER_NONCE])
        return answer(200, canonical(PAGE))(request)

    async def scene():
        connection = connect(server)
        for _ in range(3):
            await connection.call("pull", ASK, PullReply)

    virtual.run(scene())
    assert len(set(seen)) == 3


@pytest.mark.parametrize("whole", [canonical(PAGE), pack(PAGE)], ids=["json", "zstd"])
def test_a_reply_truncated_at_every_byte_counts_as_lost(whole):
    """Case 10."""
    for length in range(len(whole)):
        trouble, heard = ask(answer(200, whole[:length]))
        assert isinstance(trouble, errors.Lost), length
        assert heard == [False]


def test_a_reply_with_one_flipped_bit_is_lost_or_at_least_a_whole_message():
    whole = pack(PAGE)
    for at in range(len(whole)):
        garbled = bytes([*whole[:at], whole[at] ^ 0x10, *whole[at + 1 :]])
        reply, _heard = ask(answer(200, garbled))
        assert isinstance(reply, errors.Lost | PullReply), at


def test_a_login_page_of_the_wifi_is_no_answer():
    """Case 11: a captive portal."""
    page = b"<!doctype html><title>Welcome to Hotel Wi-Fi</title>"
    for status in (200, 203, 401, 403, 404, 410, 412, 422, 511):
        trouble, heard = ask(answer(status, page, content_type="text/html"))
        assert isinstance(trouble, errors.Lost), status
        assert heard == [False]


def test_json_of_something_else_is_no_answer():
    for body in (b"{}", b"[]", b"null", b'"ok"', b'{"epoch": 1}', b"\xff\xfe", b""):
        trouble, _heard = ask(answer(200, body))
        assert isinstance(trouble, errors.Lost), body


def test_a_redirect_is_not_followed():
    """Case 11: a redirect."""
    asked = []

    def portal(request):
        asked.append(request.url.path)
        return httpx.Response(302, headers={"location": "http://login.test/"})

    trouble, _heard = ask(portal)
    assert isinstance(trouble, errors.Lost)
    assert asked == ["/v1/pull"]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, errors.NotAdmitted),
        (404, errors.Refused),
        (409, errors.Gap),
        (410, errors.Fenced),
        (412, errors.EpochChanged),
        (413, errors.TooLarge),
        (422, errors.Forked),
        (426, errors.Outdated),
    ],
)
def test_a_refusal_is_told_by_its_status_and_its_problem(status, kind):
    trouble, heard = ask(answer(status, problem("why", head=9, epoch="e2")))
    assert type(trouble) is kind
    assert (trouble.problem.head, trouble.problem.epoch) == (9, "e2")
    assert "why" in str(trouble)
    assert heard == [True]


def test_a_failing_server_is_there_but_fails():
    """Case 11: 5xx."""
    trouble, heard = ask(answer(500, problem("bug")))
    assert type(trouble) is errors.ServerFailed
    assert heard == [True]


@pytest.mark.parametrize(
    ("status", "after", "seconds"),
    [
        (429, "7", 7.0),
        (503, "120", 120.0),
        (429, "Sun, 22 Nov 2026 09:01:00 GMT", 60.0),
        (429, "Sun, 22 Nov 2026 08:00:00 GMT", 0.0),
        (429, "soon", None),
        (429, "Sun, 22 Nov 2026 09:01:00 -0000", None),
    ],
)
def test_a_busy_server_says_when_to_come_again(status, after, seconds):
    """Case 11: 429."""
    trouble, _heard = ask(answer(status, problem("busy"), retry_after=after))
    assert isinstance(trouble, errors.Busy)
    assert trouble.retry_after_s == seconds


def test_a_proxy_that_says_when_to_come_again_is_heard_though_it_is_not_our_server():
    trouble, heard = ask(answer(503, b"overload", retry_after="9"))
    assert isinstance(trouble, errors.Lost)
    assert trouble.retry_after_s == 9.0
    assert heard == [False]


def test_a_bomb_is_lost_before_it_bursts():
    """Case 44: in a reply."""
    bomb = pack("0" * 10_000_000)
    assert isinstance(ask(answer(200, bomb), body_bytes=100_000)[0], errors.Lost)
    assert isinstance(ask(answer(200, b" " * 200_000), body_bytes=100_000)[0], errors.Lost)


@pytest.mark.parametrize(
    "fault",
    [
        httpx.ConnectError("refused"),
        httpx.ReadError("reset"),
        httpx.RemoteProtocolError("peer closed"),
        httpx.ConnectTimeout("slow"),
        OSError("no route"),
    ],
)
def test_every_fault_of_the_wire_is_a_lost_reply(fault):
    def wire(_request):
        raise fault

    trouble, heard = ask(wire)
    assert isinstance(trouble, errors.Lost)
    assert heard == [False]


def test_a_reply_that_drips_one_byte_a_second_is_given_up():
    """Case 10: one byte a second."""

    class Drip(httpx.AsyncByteStream):
        async def __aiter__(self):
            for byte in canonical(PAGE):
                await asyncio.sleep(1)
                yield bytes([byte])

    trouble, _heard = ask(lambda _r: httpx.Response(200, stream=Drip()), whole_s=20.0)
    assert isinstance(trouble, errors.Lost)
    assert "TimeoutError" in str(trouble)


def test_a_file_that_stops_coming_is_given_up_after_the_silence_that_is_allowed():
    """What came is kept by whoever reads; the rest is asked for at the next try."""

    async def scene():
        came, over = [], asyncio.Event()

        async def stalls(reader, writer):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 206 Partial Content\r\ncontent-length: 9\r\n\r\nhalf")
            await reader.read()  # until the till hangs up
            writer.close()
            over.set()

        server = await asyncio.start_server(stalls, "127.0.0.1", 0)
        host = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server, httpx.AsyncClient(base_url=host) as client:
            limits = Limits(silent_s=0.05)
            line = Connection(client, clock=SystemClock(), new_nonce=lambda: "n", limits=limits)
            with pytest.raises(errors.Lost, match="ReadTimeout"):
                async for piece in line.download("/snapshot", 0, 8):
                    came.append(piece)
            await over.wait()
        return b"".join(came)

    assert asyncio.run(scene()) == b"half"


def test_a_link_that_is_switched_off_sends_nothing():
    def server(_request):
        raise AssertionError("asked")

    async def scene():
        connection = connect(server)
        connection.allowed = False
        with pytest.raises(errors.Lost):
            await connection.call("pull", ASK, PullReply)

    virtual.run(scene())


def test_what_comes_after_the_link_was_switched_off_is_not_heard():
    async def scene():
        def server(request):
            connection.allowed = False
            return answer(200, canonical(PAGE))(request)

        connection = connect(server)
        with pytest.raises(errors.Lost):
            await connection.call("pull", ASK, PullReply)

    virtual.run(scene())


def test_a_till_that_is_not_enrolled_signs_nothing():
    seen = []

    async def scene():
        def server(request):
            seen.append(request)
            return answer(200, canonical(PAGE))(request)

        connection = connect(server)
        connection.credentials = None
        await connection.call("lookup", LookupRequest(1, "", "card", "1"), PullReply)

    virtual.run(scene())
    assert HEADER_SIGNATURE not in seen[0].headers


def test_the_servers_time_is_told_to_whoever_listens():
    async def scene():
        told = []
        connection = connect(answer(200, canonical(PAGE)))
        connection.on_server_time = told.append
        await connection.call("pull", ASK, PullReply)
        return told

    assert virtual.run(scene()) == [PAGE.server_time]

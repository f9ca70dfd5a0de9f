"""An answer that is written in two pieces must not wait for the acknowledgement of the first."""

import asyncio
import socket

import pytest

from pos_app.gear.listening import tcp_listener


async def accepted_by(listening: socket.socket) -> int:
    """TCP_NODELAY of a connection that asyncio accepts there."""
    asked: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        own = writer.get_extra_info("socket")
        asked.set_result(own.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    async with await asyncio.start_server(answer, sock=listening):
        _reader, writer = await asyncio.open_connection(*listening.getsockname()[:2])
        found = await asked
        writer.close()
    return found


def test_answers_on_a_connection_that_was_accepted_leave_at_once() -> None:
    assert asyncio.run(accepted_by(tcp_listener("127.0.0.1", 0, backlog=4))) != 0


def test_a_port_that_is_taken_is_said_to_be() -> None:
    with tcp_listener("127.0.0.1", 0, backlog=4) as first:
        port = first.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            tcp_listener("127.0.0.1", port, backlog=4)

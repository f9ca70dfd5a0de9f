"""Listens on the store's network for the tills beside this one. Imported only where that is wanted.

A till without neighbours must not pay for a web server: nobody else imports this module.
"""

import asyncio
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from pos_app.gear.listening import tcp_listener
from sync.client.lan_door import AT_ONCE_MAX, LanDoor

log = logging.getLogger(__name__)
AGAIN_S = 30.0
BACKLOG = 16
HEADERS_BYTES_MAX = 8192
IDLE_S = 5


async def serve(door: LanDoor, host: str, port: int) -> None:
    """Until cancelled. An address that is taken or gone is tried again: the till sells on."""
    while True:
        try:
            listening = tcp_listener(host, port, BACKLOG)
        except OSError as error:
            log.warning("the tills beside us cannot be heard at %s:%d: %s", host, port, error)
            await asyncio.sleep(AGAIN_S)
            continue
        await _until_cancelled(_Quiet(config_of(door)), listening)


async def _until_cancelled(server: uvicorn.Server, listening: socket.socket) -> None:
    serving = asyncio.ensure_future(server.serve(sockets=[listening]))
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        server.should_exit = True
        await serving
        raise


def config_of(door: LanDoor) -> uvicorn.Config:
    """Bare: no web socket, no life span, few at a time, nobody stays."""
    app: Any = door
    return uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_level="warning",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        limit_concurrency=2 * AT_ONCE_MAX,
        timeout_keep_alive=IDLE_S,
        timeout_graceful_shutdown=1,
        h11_max_incomplete_event_size=HEADERS_BYTES_MAX,
    )


class _Quiet(uvicorn.Server):
    """Without signal handlers: the courier has its own ways to end."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to us."""
        yield

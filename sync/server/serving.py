"""Listens on a socket and runs what belongs beside the requests. Never a second event loop."""

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from sync.server.app import build_app
from sync.server.bell import Bell
from sync.server.server import Server

log = logging.getLogger(__name__)


async def serve(server: Server, host: str, port: int, port_file: Path | None) -> None:
    """Until a signal. `port` 0 takes a free one; the file gets `host:port` once it listens."""
    listening = socket.create_server((host, port), backlog=512)
    config = uvicorn.Config(
        build_app(server), log_level="warning", access_log=False, server_header=False
    )
    uvicorn_server = _Uvicorn(config)
    _stop_on_signals(uvicorn_server, server.bell)
    async with running(server):
        if port_file is not None:
            _announce(port_file, listening)
        await uvicorn_server.serve(sockets=[listening])


class _Uvicorn(uvicorn.Server):
    """Without its own signal handlers: they raise the signal again and skip our closing."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to us."""
        yield


def _stop_on_signals(uvicorn_server: uvicorn.Server, bell: Bell) -> None:
    def stop(*_: object) -> None:
        uvicorn_server.should_exit = True
        bell.close()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)


@asynccontextmanager
async def running(server: Server) -> Any:
    """The background work of a server while it serves; an end of it is told, not swallowed."""
    tasks = [asyncio.ensure_future(work) for work in server.background()]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Exception):
                log.error("background work ended", exc_info=outcome)


def _announce(port_file: Path, listening: socket.socket) -> None:
    host, port = listening.getsockname()[:2]
    part = port_file.with_name(f"{port_file.name}.part")
    part.write_text(f"{host}:{port}\n", encoding="ascii")
    os.replace(part, port_file)

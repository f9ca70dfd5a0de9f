"""Listens on a socket and runs what belongs beside the requests. Never a second event loop."""

import _thread
import asyncio
import gc
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from pos_app.gear.listening import tcp_listener
from sync.server.engine.bell import Bell
from sync.server.server import Server
from sync.server.surface.app import build_app
from sync.server.surface.ops_http import Shown, ops_app

log = logging.getLogger(__name__)
TURN_S = 0.001
BACKLOG = 512


@dataclass(frozen=True, slots=True)
class Listening:
    """Where to listen. `port` 0 takes a free one; the file gets `host:port` once it listens.

    `ops` is a second address for those who watch (its `host:port` is the file's second line);
    `token` opens /metrics on the first one. `while_input`: who began it holds its input, and when
    that is gone, however it went, the server ends.
    """

    host: str
    port: int
    port_file: Path | None = None
    ops: tuple[str, int] | None = None
    token: str = ""
    while_input: bool = False


async def serve(server: Server, where: Listening) -> None:
    """Until a signal, or until the port cannot be served any longer."""
    public = tcp_listener(where.host, where.port, BACKLOG)
    listeners = [(_uvicorn(build_app(server, Shown(where.token))), public)]
    if where.ops is not None:
        listeners.append((_uvicorn(ops_app(server)), tcp_listener(*where.ops, BACKLOG)))
    _stop_on_signals([one for one, _ in listeners], server.bell)
    if where.while_input:
        threading.Thread(target=_until_input_ends, daemon=True).start()
    _settle_memory()
    async with running(server):
        if where.port_file is not None:
            _announce(where.port_file, [listening for _, listening in listeners])
        log.info("serving")
        await asyncio.gather(*(one.serve(sockets=[socket]) for one, socket in listeners))
        log.info("stopped")


def _until_input_ends() -> None:
    sys.stdin.buffer.read()
    _thread.interrupt_main()


def _settle_memory() -> None:
    """What is loaded stays and is not looked through again and again; receipts by the hundred are
    decoded and let go, which needs no full collections (a tenth of the posting's time)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    # Whoever stands at a counter has the interpreter back from the poster's thread soon.
    sys.setswitchinterval(TURN_S)


def _uvicorn(app: ASGIApp) -> "_Uvicorn":
    config = uvicorn.Config(
        app, log_config=None, log_level="warning", access_log=False, server_header=False
    )
    return _Uvicorn(config)


class _Uvicorn(uvicorn.Server):
    """Without its own signal handlers: they raise the signal again and skip our closing."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to us."""
        yield


def _stop_on_signals(listeners: Sequence[uvicorn.Server], bell: Bell) -> None:
    def stop(*_: object) -> None:
        for one in listeners:
            one.should_exit = True
        bell.close()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)


@asynccontextmanager
async def running(server: Server) -> Any:
    """The background work of a server while it serves; an end of it is told, not swallowed."""
    server.tasks = [asyncio.ensure_future(work) for work in server.background()]
    try:
        yield
    finally:
        for task in server.tasks:
            task.cancel()
        for outcome in await asyncio.gather(*server.tasks, return_exceptions=True):
            if isinstance(outcome, Exception):
                log.error("background work ended", exc_info=outcome)


def _announce(port_file: Path, listening: Sequence[socket.socket]) -> None:
    names = [one.getsockname()[:2] for one in listening]
    part = port_file.with_name(f"{port_file.name}.part")
    part.write_text("".join(f"{host}:{port}\n" for host, port in names), encoding="ascii")
    os.replace(part, port_file)

"""JSON lines with the front end: a request a line in, an answer or an event a line out.

Never outlives the front end: it ends when its input ends. Never answers a request twice.
"""

import asyncio
import json
import os
import threading
from collections.abc import Mapping
from typing import Any, Protocol

from sync.client.courier import Courier
from sync.client.errors import Trouble

LINE_BYTES_MAX = 1_048_576
READ_BYTES = 65_536


class Writer(Protocol):
    """Takes whole lines; nobody reading is no fault of ours: the input ends next."""

    def write(self, data: bytes, /) -> None:
        """Send a line."""


class _Broken(ValueError):
    """A line that is no request."""


async def run(courier: Courier, reader: asyncio.StreamReader, writer: Writer) -> None:
    """Serve one front end until its end of the pipe closes.

    In: `{"id": n, "do": "sync" | "identify" | "settlement" | "link" | "nudge" | "status", ...}`.
    Out: `{"id": n, ...}`, or `{"id": n, "error": code, "detail": text}`; without an id no
    answer. Spontaneous: `{"event": "status", ...}` (see `Courier.status`).
    """
    pipe = _Pipe(courier, writer)
    work = asyncio.ensure_future(courier.run(pipe.tell))
    listening = asyncio.ensure_future(pipe.listen(reader))
    try:
        await asyncio.wait({work, listening}, return_when=asyncio.FIRST_COMPLETED)
        for task in (listening, work):
            if task.done():
                task.result()
    finally:
        everything = {work, listening, *pipe.pending}
        for task in everything:
            task.cancel()
        await asyncio.gather(*everything, return_exceptions=True)


class _Pipe:
    def __init__(self, courier: Courier, writer: Writer) -> None:
        self._courier = courier
        self._writer = writer
        self.pending: set[asyncio.Task[None]] = set()

    def tell(self, message: Mapping[str, Any]) -> None:
        line = json.dumps(message, ensure_ascii=True, separators=(",", ":"))
        self._writer.write(line.encode() + b"\n")

    async def listen(self, reader: asyncio.StreamReader) -> None:
        while True:
            try:
                line = await reader.readline()
            except ValueError as error:
                # The reader has thrown away what it held of the over-long line.
                self.tell(_error(None, "broken_line", str(error)))
                continue
            if not line:
                return
            if line.strip():
                self._take(line)

    def _take(self, line: bytes) -> None:
        request_id: Any = None
        try:
            request = _request(line)
            request_id = request.pop("id", None)
            do = str(request.pop("do"))
        except (_Broken, KeyError) as error:
            self.tell(_error(request_id, "broken_line", str(error)))
            return
        task = asyncio.ensure_future(self._serve(request_id, do, request))
        self.pending.add(task)
        task.add_done_callback(self.pending.discard)

    async def _serve(self, request_id: Any, do: str, fields: Mapping[str, Any]) -> None:
        try:
            reply = {"id": request_id, **await self._courier.answer(do, fields)}
        except Trouble as trouble:
            reply = _error(request_id, trouble.code, str(trouble))
        except (ValueError, KeyError, TypeError) as error:
            reply = _error(request_id, "bad_request", f"{type(error).__name__}: {error}")
        if request_id is not None or "error" in reply:
            self.tell(reply)


def _request(line: bytes) -> dict[str, Any]:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _Broken(f"not JSON: {error}") from error
    if not isinstance(request, dict):
        raise _Broken("not an object")
    return request


def _error(request_id: Any, code: str, detail: str) -> dict[str, Any]:
    return {"id": request_id, "error": code, "detail": detail}


class FileWriter:
    """Lines into a file descriptor, whole. A reader that is gone is noticed by our input's end."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write(self, data: bytes, /) -> None:
        """All of it, or nothing more if nobody reads."""
        while data:
            try:
                data = data[os.write(self._descriptor, data) :]
            except OSError:
                return


def reader_of(descriptor: int) -> asyncio.StreamReader:
    """A stream of a file descriptor, pipe or not, on every system.

    A thread reads it: Windows cannot wait for an anonymous pipe, and no loop for a plain file.
    The courier has no window, so a thread harms nobody; it is gone when the pipe is.
    """
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=LINE_BYTES_MAX, loop=loop)

    def pump() -> None:
        data = b"-"
        while data:
            try:
                data = os.read(descriptor, READ_BYTES)
            except OSError:
                data = b""
            try:
                loop.call_soon_threadsafe(reader.feed_data if data else _end(reader), data)
            except RuntimeError:  # the loop has ended before the pipe
                return

    threading.Thread(target=pump, name="courier-input", daemon=True).start()
    return reader


def _end(reader: asyncio.StreamReader) -> Any:
    return lambda _data: reader.feed_eof()

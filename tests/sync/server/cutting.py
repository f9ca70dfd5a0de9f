"""A line to PostgreSQL that is cut after a COMMIT went through and before anybody hears of it."""

import asyncio
import contextlib


class Cutting:
    """Forwards bytes; with `armed` n the answer to the n-th COMMIT from now never arrives."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.armed = 0
        self.cut = 0

    async def start(self) -> int:
        """The port to speak to."""
        self._server = await asyncio.start_server(self._line, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _line(self, near: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        far, far_out = await asyncio.open_connection("127.0.0.1", self._port)
        mute = asyncio.Event()
        there = asyncio.ensure_future(self._there(near, far_out, mute))
        back = asyncio.ensure_future(self._back(far, near_out, mute))
        try:
            await asyncio.wait([there, back], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in (there, back):
                one.cancel()
            await asyncio.gather(there, back, return_exceptions=True)
            for out in (near_out, far_out):
                with contextlib.suppress(OSError):
                    out.close()

    async def _there(self, near, far_out, mute: asyncio.Event) -> None:
        while data := await near.read(65536):
            if self.armed and b"COMMIT" in data:
                self.armed -= 1
                if not self.armed:
                    mute.set()
            far_out.write(data)
            await far_out.drain()

    async def _back(self, far, near_out, mute: asyncio.Event) -> None:
        while data := await far.read(65536):
            if mute.is_set():
                self.cut += 1
                return
            near_out.write(data)
            await near_out.drain()

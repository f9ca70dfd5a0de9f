"""A TCP proxy on loopback that spoils connections by a seeded script. Runs in a thread of the test.

Each connection draws one fate: clean, cut after so many bytes, stalled, garbled, dripped byte by
byte, a wrong Content-Length, or refused. `heal` makes every later one clean and ends the others.
"""

import asyncio
import threading
from collections import Counter
from random import Random

FATES = ("clean", "cut", "cut_reply", "stall", "garble", "drip", "length", "refuse")
BUFFER = 65_536


class BadLine:
    """Between tills and the server at `port`; tills connect to `self.port`."""

    def __init__(self, port: int, seed: int) -> None:
        self._behind = port
        self._random = Random(seed)
        self._healed = False
        self.fates: Counter[str] = Counter()
        self._tasks: set[asyncio.Task] = set()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(30)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def heal(self) -> None:
        """From now on the line is clean; what hangs on it is cut."""
        self._healed = True
        asyncio.run_coroutine_threadsafe(self._drop(), self._loop).result(30)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._listen())
        self._ready.set()
        self._loop.run_forever()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _drop(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _end(self) -> None:
        self._server.close()
        await self._drop()
        await self._server.wait_closed()

    async def _serve(self, reader, writer) -> None:
        fate = "clean" if self._healed else self._random.choice(FATES)
        after = self._random.randrange(1, 3000)
        self.fates[fate] += 1
        task = asyncio.current_task()
        self._tasks.add(task)
        try:
            if fate != "refuse":
                await self._pass(reader, writer, fate, after)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # one side is gone: so is the other
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _pass(self, reader, writer, fate: str, after: int) -> None:
        back, forth = await asyncio.open_connection("127.0.0.1", self._behind)
        try:
            there = asyncio.ensure_future(self._pump(reader, forth, fate, after, request=True))
            here = asyncio.ensure_future(self._pump(back, writer, fate, after, request=False))
            try:
                await asyncio.wait({there, here}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for one in (there, here):
                    one.cancel()
                await asyncio.gather(there, here, return_exceptions=True)
        finally:
            forth.transport.abort()

    async def _pump(self, source, target, fate: str, after: int, *, request: bool) -> None:
        """Bytes of one direction, spoilt from `after` on."""
        seen = 0
        while data := await source.read(BUFFER):
            if fate == "length" and not request:
                data = data.replace(b"content-length: ", b"content-length: 1")
            if seen + len(data) > after:
                if fate == "cut" and request or fate == "cut_reply" and not request:
                    target.write(data[: max(0, after - seen)])
                    await target.drain()
                    return
                if fate == "stall" and not request:
                    await asyncio.sleep(3600)
                if fate == "garble":
                    place = self._random.randrange(len(data))
                    data = data[:place] + bytes([data[place] ^ 0x20]) + data[place + 1 :]
            if fate == "drip" and not request:
                for byte in data:
                    target.write(bytes([byte]))
                    await target.drain()
                    await asyncio.sleep(0.002)
            else:
                target.write(data)
                await target.drain()
            seen += len(data)

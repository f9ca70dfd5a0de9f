"""A network between tills and their server that obeys a seed: cuts, stalls, drips and garbles.

A TCP proxy on loopback in a thread of the test. What happens to a connection is decided when it
opens; the bytes are real and neither end knows.
"""

import asyncio
import contextlib
import random
import threading
from collections import Counter

CHUNK = 4096
DRIP_BYTES, DRIPPED, DRIP_S = 3, 60, 0.01
STALL_S = 2.5
KINDS = (
    *("pass", "refuse", "cut_up", "cut_down", "garble_up", "garble_down", "stall", "drip"),
    "length_down",
)


class Proxy:
    """`mode`: `pass`, `faults` or `down`; `target`: the server's port now."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._open: set[asyncio.Task] = set()
        self.mode = "pass"
        self.target = 0
        self.port = 0
        self.met = Counter()

    def start(self) -> "Proxy":
        self._thread.start()
        self._ready.wait()
        return self

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def hang_up(self) -> None:
        """Every connection that is open ends now."""
        self._loop.call_soon_threadsafe(lambda: [task.cancel() for task in self._open])

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._accept, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in self._open:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*self._open, return_exceptions=True))

    async def _accept(self, reader, writer) -> None:
        kind = self._dice.choice(KINDS) if self.mode == "faults" else "pass"
        if self.mode == "down":
            kind = "refuse"
        self.met[kind] += 1
        task = asyncio.current_task()
        self._open.add(task)
        other = None
        try:
            if kind == "refuse":
                return
            theirs, other = await asyncio.open_connection("127.0.0.1", self.target)
            at = self._dice.randrange(20, 6000)
            up = self._pump(reader, other, _Fault(kind.removesuffix("_up"), at, kind, "up"))
            down = self._pump(theirs, writer, _Fault(kind.removesuffix("_down"), at, kind, "down"))
            done, waiting = await asyncio.wait(
                {asyncio.ensure_future(up), asyncio.ensure_future(down)},
                return_when=asyncio.FIRST_COMPLETED,
            )
            for one in waiting:
                one.cancel()
            await asyncio.gather(*done, *waiting, return_exceptions=True)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            for one in (writer, other):
                if one is not None:
                    one.close()
            self._open.discard(task)

    async def _pump(self, source, sink, fault: "_Fault") -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while data := await source.read(CHUNK):
                data, ends = fault.met(data, passed, self._dice)
                passed += len(data)
                if fault.kind == "stall" and fault.here(passed):
                    await asyncio.sleep(STALL_S)
                if fault.kind == "drip":
                    for at in range(0, min(len(data), DRIPPED), DRIP_BYTES):
                        if sink.is_closing():
                            return
                        sink.write(data[at : min(at + DRIP_BYTES, DRIPPED)])
                        await asyncio.sleep(DRIP_S)
                    data = data[DRIPPED:]
                if sink.is_closing():
                    return
                sink.write(data)
                await sink.drain()
                if ends:
                    return


class _Fault:
    """What one direction of one connection does at its `at`-th byte."""

    def __init__(self, kind: str, at: int, whole: str, way: str) -> None:
        self.kind = kind if whole in ("stall", "drip") or whole.endswith(f"_{way}") else "pass"
        self._at = at
        self._done = False

    def here(self, passed: int) -> bool:
        due = passed >= self._at and not self._done
        self._done = self._done or due
        return due

    def met(self, data: bytes, passed: int, dice: random.Random) -> tuple[bytes, bool]:
        """(the bytes that go on, whether the line ends after them)."""
        if self.kind == "length":
            return data.replace(b"content-length: ", b"content-length: 1"), False
        if self.kind not in ("cut", "garble") or self._done or passed + len(data) <= self._at:
            return data, False
        self._done = True
        place = max(0, self._at - passed)
        if self.kind == "cut":
            return data[:place], True
        spoilt = bytearray(data)
        for _ in range(dice.randrange(1, 4)):
            spoilt[dice.randrange(place, len(spoilt))] ^= 1 << dice.randrange(8)
        return bytes(spoilt), False

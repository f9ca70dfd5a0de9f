"""The server of a run: the real one, over ASGI, that may die, be restored, fail over.

Never answers for it: a request goes to the application or nowhere.
"""

import asyncio
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import httpx

from sync.server.engine import epoch_file
from sync.server.engine.epoch_file import EPOCH_FILE
from sync.server.engine.keys import new_epoch
from sync.server.server import DATABASE_FILE, open_server
from sync.server.surface.app import build_app
from sync.server.watch import backup
from tests.simulation.installed import Ids, inside
from tests.simulation.life import Crash, Disk, Life, Points
from tests.sync.client.virtual import VirtualClock


class ServerMachine:
    """One machine with the server's files. `server` is None while it is down."""

    def __init__(
        self,
        folder: Path,
        clock: VirtualClock,
        points: Points,
        chance: Random,
        note: Callable[[str], None],
        counts: Counter[str],
        rate: float = 0.0,
    ) -> None:
        self.folder, self.clock, self.points, self.chance = folder, clock, points, chance
        self.note, self.counts, self.rate = note, counts, rate
        self.disk = Disk()
        self.server: Any = None
        self.life = self._new_life()
        self.faults: list[str] = []
        self.backups: list[Path] = []
        self.epochs: list[str] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        self._transport: Any = None
        self._starting = False

    def _new_life(self) -> Life:
        return Life("server", self.points, self.disk, self.chance, self.rate)

    async def start(self) -> None:
        """Open the files and serve; a crash on the way leaves it down."""
        if self.server is not None or self._starting:
            return
        self._starting = True
        self.life = self._new_life()
        try:
            with inside(self.life, self.clock, self.chance):
                server = await open_server(
                    data=self.folder,
                    clock=self.clock,
                    ids=Ids(self.clock, self.chance),
                    inline=True,
                )
        except Crash:
            self.counts["crash:server"] += 1
            self.note(f"server died at start: {self.life.died_at}")
            return
        finally:
            self._starting = False
        self.server = server
        if server.services.epoch not in self.epochs:
            self.epochs.append(server.services.epoch)
        self._transport = httpx.ASGITransport(app=build_app(server))
        for work in server.background():
            if work.__name__ == "_jobs_for_ever":
                work.close()  # an action of the plan: at every start it would cost a second
            else:
                self._begin(work)

    def _begin(self, work: Any) -> asyncio.Task[Any]:
        task = asyncio.ensure_future(self._guarded(work))
        self._tasks.add(task)

        def ended(task: asyncio.Task[Any]) -> None:
            self._tasks.discard(task)
            work.close()  # a task that is cancelled before its first step has not begun it

        task.add_done_callback(ended)
        return task

    async def _guarded(self, work: Any) -> Any:
        """A crash in one task is the end of the process, not of the loop."""
        try:
            return await work
        except Crash:
            self._died()
            raise httpx.ReadError("the server died") from None

    def _died(self) -> None:
        if self.server is None:
            return
        self.counts["crash:server"] += 1
        self.note(f"server died: {self.life.died_at}")
        self._end()

    def _end(self) -> None:
        server, self.server, self._transport = self.server, None, None
        for task in list(self._tasks):
            task.cancel()
        if server is not None:
            server.database._engine.dispose()

    async def serve(self, request: httpx.Request) -> tuple[int, httpx.Headers, bytes]:
        """The whole answer, by a task that goes on when nobody waits."""
        if self._transport is None:
            raise httpx.ConnectError("no server")
        try:
            return await self._begin(self._answer(request))
        except asyncio.CancelledError:
            if self._transport is None:
                raise httpx.ReadError("the server went down") from None
            raise

    async def _answer(self, request: httpx.Request) -> tuple[int, httpx.Headers, bytes]:
        path = request.url.path
        try:
            response = await self._transport.handle_async_request(request)
            body = b"".join([piece async for piece in response.stream])
        except Crash:
            raise
        except Exception as fault:
            self.faults.append(f"{path}: {type(fault).__name__}: {fault}")
            return 500, httpx.Headers(), b""
        if response.status_code >= 500 and not (self.disk.full or response.status_code == 503):
            self.faults.append(f"{path}: {response.status_code}")
        self.note(f"{path} {response.status_code}")
        self.counts[f"http:{response.status_code}"] += 1
        return response.status_code, response.headers, body

    async def stop(self) -> None:
        """Off, whatever it was doing."""
        self.life.die("stopped")
        waiting = list(self._tasks)
        self._end()
        await asyncio.gather(*waiting, return_exceptions=True)

    async def run(self, work: Callable[[Any], Any]) -> Any:
        """Head office writes into the database."""
        return await self.server.database.write(work)

    async def backup(self) -> None:
        """What `kopilka-server backup` does: copy, verify, then tell that it is safe."""
        server = self.server
        target = self.folder.parent / f"backup-{len(self.backups)}"
        made = backup.make(self.folder, target, server.services.server_time())
        self.backups.append(target)
        await server.database.write(lambda c: backup.mark_safe(c, made.heads))

    def marked_since(self, image: Path) -> bool:
        """Whether the file beside the database went on since that copy (a crash may be sooner)."""
        marks = epoch_file.read(self.folder / EPOCH_FILE)
        with closing(sqlite3.connect(image / DATABASE_FILE)) as db:
            asked = "SELECT value FROM meta WHERE name = ?"
            (start,) = db.execute(asked, (epoch_file.START,)).fetchone()
        return marks is not None and start not in marks.starts

    async def put_back_by_hand(self, image: Path) -> None:
        """An older copy of the database under the running server's name; nothing else."""
        await self.stop()
        for path in self.folder.glob(f"{DATABASE_FILE}*"):
            path.unlink()
        shutil.copyfile(image / DATABASE_FILE, self.folder / DATABASE_FILE)
        await self.start()

    async def fail_over(self, image: Path) -> None:
        """What `kopilka-server restore` does, in the place of the server that is lost."""
        await self.stop()
        shutil.rmtree(self.folder)
        backup.put_back(image, self.folder)
        with inside(Life("office", Points(), Disk(), self.chance), self.clock, self.chance):
            server = await open_server(data=self.folder, clock=self.clock, inline=True)
            await server.database.write(new_epoch)
            await server.close()
        (self.folder / EPOCH_FILE).unlink(missing_ok=True)
        await self.start()

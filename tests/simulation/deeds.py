"""What the world does to a shop in a run: a method for each kind of action. Never when."""

import asyncio
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from sync.server.settings import reference
from tests.simulation.shop import STORES
from tests.simulation.till import TillMachine


class Deeds:
    """Of a World: see run.py."""

    tills: list[TillMachine]
    cashiers: list[Any]
    retired: list[TillMachine]
    images: dict[int, Path]
    marked: set[str]
    counts: Counter[str]
    folder: Path
    server: Any
    loop: Any
    _till: Callable[..., TillMachine]

    async def _nothing(self, till: TillMachine, chance: Random) -> None:
        return

    async def _link(self, till: TillMachine, chance: Random) -> None:
        till.wire.up = not till.wire.up

    async def _one_way(self, till: TillMachine, chance: Random) -> None:
        till.wire.replies = not till.wire.replies

    async def _late(self, till: TillMachine, chance: Random) -> None:
        for _ in range(chance.randint(1, 4)):
            await till.wire.deliver_late()

    async def _kill_server(self, till: TillMachine, chance: Random) -> None:
        if self.server.server is not None:
            await self.server.stop()
            self.counts["killed:server"] += 1
        await asyncio.sleep(chance.random() * 60)
        await self.server.start()

    async def _kill_courier(self, till: TillMachine, chance: Random) -> None:
        till.kill_courier()
        self.counts["killed:courier"] += 1

    async def _kill_front(self, till: TillMachine, chance: Random) -> None:
        if till.till is not None:
            till._drop_front()
            self.counts["killed:front"] += 1

    async def _power_cut(self, till: TillMachine, chance: Random) -> None:
        await till.stop()
        self.counts["killed:machine"] += 1
        await asyncio.sleep(chance.random() * 60)

    async def _backup(self, till: TillMachine, chance: Random) -> None:
        if self.server.server is not None:
            await self.server.backup()

    async def _fail_over(self, till: TillMachine, chance: Random) -> None:
        if not self.server.backups:
            return
        image = chance.choice(self.server.backups[-3:])
        if image != self.server.backups[-1]:
            self.marked.add("old_backup")  # tills may have forgotten what only the newest had
        self.marked.add("fail_over")  # before: the server that starts is looked at already
        await self.server.fail_over(image)
        self.counts["fail_overs"] += 1
        if self.server.server is None:
            await self.server.start()

    async def _image(self, till: TillMachine, chance: Random) -> None:
        n = self.tills.index(till)
        self.images[n] = self.folder / f"image-{n}"
        till.image(self.images[n])

    async def _restore(self, till: TillMachine, chance: Random) -> None:
        n = self.tills.index(till)
        if n not in self.images:
            return
        await till.stop()
        till.remember()
        till.put_back(self.images[n])
        self.marked.add("restore")
        self.counts["restores"] += 1
        await asyncio.sleep(chance.random() * 20)

    async def _disk_full(self, till: TillMachine, chance: Random) -> None:
        till.disk.full = True
        await asyncio.sleep(chance.random() * 90)
        till.disk.full = False

    async def _server_disk_full(self, till: TillMachine, chance: Random) -> None:
        self.server.disk.full = True
        self.marked.add("disk")
        await asyncio.sleep(chance.random() * 60)
        self.server.disk.full = False

    async def _io_error(self, till: TillMachine, chance: Random) -> None:
        till.disk.failing = 1

    async def _till_clock(self, till: TillMachine, chance: Random) -> None:
        hours = chance.choice((-26, -3, 1, 5, 30, 24 * 20, -24 * 400))
        till.clock.ahead = timedelta(hours=hours)

    async def _battery(self, till: TillMachine, chance: Random) -> None:
        """Power off; when it comes back the clock says 1970, until somebody sets it."""
        await till.stop()
        self.counts["batteries"] += 1
        await asyncio.sleep(chance.random() * 60)
        till.clock.forget()
        await asyncio.sleep(chance.random() * 600)
        till.clock.ahead = timedelta()

    async def _by_hand(self, till: TillMachine, chance: Random) -> None:
        """Somebody copies the database of the last backup over the one that runs, past all
        commands. Tills may have forgotten nothing that it lacks."""
        if not self.server.backups or not self.server.marked_since(self.server.backups[-1]):
            return
        self.counts["by_hand"] += 1
        self.marked.add("fail_over")
        await self.server.put_back_by_hand(self.server.backups[-1])
        if self.server.server is None:
            await self.server.start()

    async def _server_clock(self, till: TillMachine, chance: Random) -> None:
        self.server.clock.ahead = timedelta(hours=chance.choice((-5, -1, 1, 3, 26)))

    async def _suspend(self, till: TillMachine, chance: Random) -> None:
        """All sleep; time goes on, also in the middle of requests."""
        hours = chance.choice((1, 8, 30, 24 * 8, 24 * 31))
        self.loop.now_s += hours * 3600.0

    async def _lose_mirror(self, till: TillMachine, chance: Random) -> None:
        was_on = till.till is not None
        await till.stop()
        for path in till.folder.glob("mirror-*"):
            path.unlink()
        if was_on:
            till.start()

    async def _retention(self, till: TillMachine, chance: Random) -> None:
        """As the courier does at its start; the month passes by itself in some seeds."""
        self.loop.now_s += 31 * 86_400.0
        till.kill_courier()

    async def _clone(self, till: TillMachine, chance: Random) -> None:
        """Its disk goes into another machine; a person says that this one goes on. The old one
        is switched on once more, by somebody who does not know."""
        n = self.tills.index(till)
        if "clone" in self.marked:
            return
        await till.stop()
        self.marked.add("clone")
        self.counts["clones"] += 1
        other = self._till(n, f"{till.name}x")
        till.image(other.folder)
        for name in ("till.sentinel", "till.key", "till.protection"):
            if (till.folder / name).exists():
                shutil.copyfile(till.folder / name, other.folder / name)
        while till.handles:
            till.handles.pop().close()
        other.terminal_id, other.store = till.terminal_id, till.store
        self.retired.append(till)
        self.tills[n] = self.cashiers[n].machine = other
        other.start()
        if chance.random() < 0.5:
            till.start()
        await asyncio.sleep(chance.random() * 60)
        other.take_over()

    async def _place(self, till: TillMachine, chance: Random) -> None:
        if self.server.server is not None:
            await self.server.server.place_allowances(chance.choice(STORES))

    async def _setting(self, till: TillMachine, chance: Random) -> None:
        if self.server.server is None:
            return
        services = self.server.server.services
        name, value = f"text{chance.randint(0, 3)}", chance.randint(0, 9)
        await self.server.run(lambda c: reference.set_setting(c, services, name, value))
        self.server.server.bell.ring_feed()

    async def _jobs(self, till: TillMachine, chance: Random) -> None:
        if self.server.server is not None:
            await self.server.server.run_jobs()

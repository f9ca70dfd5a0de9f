"""One run: chaos by plan, then everything is healed and must come to rest. Never judges itself."""

import asyncio
import gc
import hashlib
import logging
import shutil
import traceback
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from sync.server.settings import reference
from tests.simulation import oracle
from tests.simulation.cashier import Cashier, Paper
from tests.simulation.installed import HERE, installed
from tests.simulation.life import Crash, Points
from tests.simulation.network import Wire
from tests.simulation.plan import WORLD, Action, Plan
from tests.simulation.server import ServerMachine
from tests.simulation.shop import STORES, new_shop
from tests.simulation.till import TillMachine
from tests.sync.client import virtual

MORNING_S = 86_400.0
ROUNDS = 24
ROUND_S = 12.0


class Violated(Exception):
    """An invariant does not hold."""


@dataclass
class Outcome:
    """What a run was. `violations` is empty for a good one."""

    seed: int
    violations: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    fired: Counter[str] = field(default_factory=Counter)
    trace: list[str] = field(default_factory=list)
    digest: str = ""
    virtual_s: float = 0.0


class _Born:
    """Transactions of which a paper was printed."""

    def __init__(self, papers: list[Paper]) -> None:
        self._papers = papers

    def __contains__(self, one: object) -> bool:
        return any(paper.transaction == one for paper in self._papers)


class World:
    """The shop of a run."""

    def __init__(self, plan: Plan, folder: Path, outcome: Outcome, watch: bool = True) -> None:
        self.plan, self.folder, self.outcome = plan, folder, outcome
        self.points = Points(targets=dict(plan.targets))
        self.counts = outcome.counts
        self.papers: list[Paper] = []
        self.faults: list[str] = []
        self.ever: set[str] = set()
        self.born = _Born(self.papers)
        self.marked: set[str] = set()
        self.images: dict[int, Path] = {}
        self.retired: list[TillMachine] = []
        self.loop: Any = asyncio.get_running_loop()
        self.server = self._server()
        self.tills = [self._till(n) for n in range(plan.tills)]
        for till in self.tills if plan.lan else ():
            till.peers = [t for t in self.tills if t is not till and t.store == till.store]
        self.cashiers = [Cashier(till, self.papers, self.faults) for till in self.tills]
        self.calm = False
        self.watch = oracle.Watch(self) if watch else None

    def _server(self) -> ServerMachine:
        return ServerMachine(
            self.folder / "server",
            virtual.clock(),
            self.points,
            self.chance("server"),
            self.note,
            self.counts,
            self.plan.crash_rates["server"],
        )

    def _till(self, n: int, name: str = "") -> TillMachine:
        name = name or f"t{n + 1}"
        wire = Wire(
            self.chance(f"wire {name}"),
            self.plan.weather,
            self.counts,
            self.note,
            lambda: self.server,
        )
        machine = TillMachine(
            name,
            self.folder / name,
            wire,
            virtual.clock(),
            self.points,
            self.chance(name),
            self.counts,
            self.plan.crash_rates["courier"],
        )
        machine.front_rate = self.plan.crash_rates["front"]
        return machine

    def chance(self, what: str) -> Random:
        return Random(f"{what} {self.plan.seed}")

    def note(self, text: str) -> None:
        self.outcome.trace.append(f"{self.loop.now_s - MORNING_S:10.3f} {text}")

    # --- chaos --------------------------------------------------------------------------------

    async def play(self) -> None:
        self.loop.now_s = MORNING_S
        await self.server.start()
        await self.server.run(
            lambda c: reference.set_setting(
                c,
                self.server.server.services,
                "allowance.placement",
                {"share_ppm": self.plan.share_ppm},
            )
        )
        await self._first_images()
        for till in self.tills:
            till.start()
        self.points.armed = True
        lists: dict[int, list[Action]] = {}
        for action in self.plan.actions:
            lists.setdefault(action.who, []).append(action)
        await asyncio.gather(*(self._acts(who, todo) for who, todo in sorted(lists.items())))
        await self.heal()

    async def _first_images(self) -> None:
        """What was copied before the day began."""
        kinds = {action.kind for action in self.plan.actions}
        if kinds & {"fail_over", "by_hand"}:
            await self.server.backup()
        if "restore" in kinds:
            for till in self.tills:
                await self._image(till, Random(0))

    async def _acts(self, who: int, todo: list[Action]) -> None:
        for action in todo:
            await asyncio.sleep(action.wait_s)
            chance = Random(action.draw)
            self.note(f"{action.number} {'world' if who == WORLD else self.tills[who].name}: "
                      f"{action.kind}")  # fmt: skip
            if who == WORLD:
                await self._world(action.kind, chance)
            else:
                await self.cashiers[who].does(action.kind, chance)
            self.look()

    def look(self) -> None:
        if self.watch is not None:
            self.watch.after_step()

    async def _world(self, kind: str, chance: Random) -> None:
        self.counts[f"world:{kind}"] += 1
        if kind != "kill_server" and self.server.server is None:
            await asyncio.sleep(chance.random() * 30)
            await self.server.start()
        till = chance.choice(self.tills)
        deed = getattr(self, f"_{kind}")
        try:
            await deed(till, chance)
        except Crash:
            await self.server.stop()
            self.note("the server died under head office")

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
        await self.server.fail_over(image)
        self.marked.add("fail_over")
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
        self.remember(till)
        till.put_back(self.images[n])
        self.marked.add("restore")
        self.counts["restores"] += 1
        await asyncio.sleep(chance.random() * 20)

    def remember(self, till: TillMachine) -> None:
        """What was on that disk, before it goes."""
        self.ever.update(oracle.transactions_on(till))

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

    # --- healing ------------------------------------------------------------------------------

    async def heal(self) -> None:
        """Faults end; every machine runs; then nothing may be left to do after some rounds."""
        self.note("healing")
        self.calm, self.points.armed = True, False
        self.server.disk.full = False
        for till in self.tills:
            till.wire.up = till.wire.replies = till.wire.calm = True
            till.disk.full, till.disk.failing = False, 0
        if self.server.server is None:
            await self.server.start()
        for till in self.retired:
            till.wire.up = till.wire.replies = till.wire.calm = True
            till.start()
        for round_number in range(ROUNDS):
            for till in self.tills:
                if till.till is None and not till.start():
                    self.faults.append(f"I11 {till.name} does not start when healed")
                if till in self.moved():
                    till.take_over()
                till.gesture(lambda terminal: terminal.sync_now())
            await asyncio.sleep(ROUND_S)
            for till in self.tills:
                till.gesture(lambda terminal: terminal.tick())
            if round_number and self._at_rest():
                break
        self.counts["rounds"] += round_number

    def moved(self) -> list[TillMachine]:
        """Machines that wait for the person's word."""
        return [till for till in self.tills if till.waits()] if self.retired else []

    def _at_rest(self) -> bool:
        return all(oracle.at_rest(till) for till in self.tills) and oracle.posted(self.server)

    async def close(self) -> None:
        for till in [*self.tills, *self.retired]:
            await till.stop()
        await self.server.stop()


def play(plan: Plan, watch: bool = True) -> Outcome:
    """One run from its plan; every violation in words that begin with the invariant's number."""
    outcome = Outcome(plan.seed)
    folder = new_shop(plan.tills)

    async def whole() -> None:
        loop: Any = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, _context: None)
        world = World(plan, folder, outcome, watch)
        try:
            await world.play()
            outcome.violations += oracle.judge(world)
        except oracle.Wrong as wrong:
            outcome.violations.append(str(wrong))
        except Exception as fault:
            where = "".join(traceback.format_exception(fault)[-3:])
            outcome.violations.append(f"raised {fault!r}\n{where}")
        finally:
            outcome.virtual_s = loop.now_s - MORNING_S
            await world.close()
        outcome.violations += world.faults
        outcome.violations += [b for till in [*world.tills, *world.retired] for b in till.broken]
        outcome.violations += [f"server fault: {f}" for f in world.server.faults]
        outcome.passed, outcome.fired = world.points.passed, world.points.fired

    try:
        gc.disable()
        HERE.long_poll_ms = 900_000 if plan.hours else 25_000
        HERE.page_bytes = plan.page_bytes
        logging.disable(logging.CRITICAL)
        with installed():
            virtual.run(whole())
    finally:
        logging.disable(logging.NOTSET)
        gc.enable()
        gc.collect()
        shutil.rmtree(folder, ignore_errors=True)
    text = "\n".join(outcome.trace).encode()
    outcome.digest = hashlib.sha256(text).hexdigest()[:16]
    return outcome

"""One run: chaos by plan, then everything is healed and must come to rest. Never judges itself."""

import asyncio
import gc
import hashlib
import logging
import shutil
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from sync.server.settings import reference
from tests.simulation import disks, oracle, watching
from tests.simulation.cashier import Cashier, Paper
from tests.simulation.deeds import Deeds
from tests.simulation.installed import HERE, installed
from tests.simulation.life import Crash, Points
from tests.simulation.network import Wire
from tests.simulation.plan import WORLD, Action, Plan
from tests.simulation.server import ServerMachine
from tests.simulation.shop import new_shop
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
    deadly: set[str] = field(default_factory=set)
    trace: list[str] = field(default_factory=list)
    digest: str = ""
    virtual_s: float = 0.0


class _Born:
    """Transactions of which a paper was printed."""

    def __init__(self, papers: list[Paper]) -> None:
        self._papers = papers

    def __contains__(self, one: object) -> bool:
        return any(paper.transaction == one for paper in self._papers)


class World(Deeds):
    """The shop of a run."""

    def __init__(self, plan: Plan, folder: Path, outcome: Outcome, watch: bool = True) -> None:
        self.plan, self.folder, self.outcome = plan, folder, outcome
        self.points = Points(targets=dict(plan.targets))
        self.counts = outcome.counts
        self.papers: list[Paper] = []
        self.faults: list[str] = []
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
        self.watch = watching.Watch(self) if watch else None

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

    # --- healing ------------------------------------------------------------------------------

    async def heal(self) -> None:
        """Faults end; every machine runs; then nothing may be left to do after some rounds.

        What slow weather held back is a fault until it arrives: a whole round follows it.
        """
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
            held = any(till.wire.held for till in self.tills)
            for till in self.tills:
                if till.till is None and not till.start():
                    self.faults.append(f"I11 {till.name} does not start when healed")
                if till in self.moved():
                    till.take_over()
                till.gesture(lambda terminal: terminal.sync_now())
            for till in self.retired:
                till.gesture(lambda terminal: terminal.sync_now())
            await asyncio.sleep(ROUND_S)
            for till in self.tills:
                till.gesture(lambda terminal: terminal.tick())
            if round_number and not held and self._at_rest():
                break
        self.counts["rounds"] += round_number

    def moved(self) -> list[TillMachine]:
        """Machines that wait for the person's word."""
        return [till for till in self.tills if till.waits()] if self.retired else []

    def _at_rest(self) -> bool:
        return all(disks.at_rest(till) for till in self.tills) and disks.posted(self.server)

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
        except watching.Wrong as wrong:
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
        outcome.deadly = world.points.deadly

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

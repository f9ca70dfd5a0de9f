"""A till of a run: the real front end and the real courier, two processes on one folder.

Each may die alone; their pipe is the real one, its lines carried by the loop. Never a rule.
"""

import asyncio
import json
import shutil
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from random import Random
from typing import Any

import httpx
from sqlcipher3 import dbapi2

from pos_app.wiring import courier as wiring_courier
from pos_app.wiring import till as wiring_till
from pos_app.wiring.lan import Neighbourhood
from pos_app.wiring.memory import open_memory
from pos_app.wiring.till import Place
from pos_app.workstation.ports import StorageBroken, StorageFull
from pos_app.workstation.pricing_task import know
from sync.client import pipe
from tests.simulation.disks import sales_on
from tests.simulation.installed import inside
from tests.simulation.life import Crash, Disk, Life, Points
from tests.simulation.network import Beside, Wire
from tests.sync.client.virtual import VirtualClock

URL = "http://server.test"
KEYS: list[tuple[str, str]] = []
"""(kind, key) of the members whose balances are compared at rest."""
RESTART_S = 0.5
DISPUTES = frozenset({"link.fork", "link.fenced"})
KEPT = ("till.dbkey",)


class TillMachine:
    """One machine with a till's folder. `terminal` is None while the front end is down."""

    def __init__(
        self,
        name: str,
        folder: Path,
        wire: Wire,
        clock: VirtualClock,
        points: Points,
        chance: Random,
        counts: Counter[str],
        rate: float = 0.0,
    ) -> None:
        self.name, self.folder, self.wire, self.clock = name, folder, wire, clock
        self.points, self.chance, self.counts, self.rate = points, chance, counts, rate
        self.front_rate, self.fingerprint = rate, name
        self.disk = Disk()
        self.front = self._life("front")
        self.courier_life = self._life("courier")
        self.till: Any = None
        self.restarts = 0
        self.broken: list[str] = []
        self.status: dict[str, Any] = {}
        self._heard: Any = None
        self._reader: asyncio.StreamReader | None = None
        self._serving: asyncio.Task[Any] | None = None
        self._memory: Any = None
        self.off = False
        self.suspect = False
        self.sold: set[str] = set()
        self.handles: list[Any] = []
        self.peers: list[TillMachine] = []
        self._door: Any = None
        self.terminal_id, self.store = who(folder) if folder.exists() else ("", "")

    @property
    def note(self) -> Callable[[str], None]:
        return lambda text: self.wire.note(f"{self.name} {text}")

    def _life(self, kind: str) -> Life:
        rate = self.front_rate if kind == "front" else self.rate
        life = Life(kind, self.points, self.disk, self.chance, rate)
        life.machine = f"{self.fingerprint:0>32}"
        return life

    @property
    def terminal(self) -> Any:
        return None if self.till is None else self.till.terminal

    @property
    def station(self) -> Any:
        return self.terminal.station

    # --- the front end ------------------------------------------------------------------------

    def start(self) -> bool:
        """Both processes; False when one died (or was refused) on the way."""
        self.off = False
        if self._serving is None:
            self.start_courier()
        if self.till is not None:
            return True
        self.front = self._life("front")
        try:
            with inside(self.front, self.clock, self.chance):
                self.till = wiring_till.build_till(
                    Place(self.folder, URL), lambda name, heard: self._pipe(name, heard)
                )
                self.terminal.start()
        except Crash:
            self._front_died()
        except (StorageBroken, StorageFull) as trouble:
            self.note(f"does not start: {type(trouble).__name__}")
            self.till = None
            self._release()
        return self.till is not None

    def _pipe(self, name: str, heard: Callable[[str], None]) -> Any:
        if name == "courier":
            self._heard = heard
            return _CourierPipe(self)
        return _NoDevices()

    def gesture(self, work: Callable[[Any], Any]) -> Any:
        """One call of the till port; None when the till died of it (or is not there)."""
        if self.till is None:
            return None
        try:
            with inside(self.front, self.clock, self.chance):
                return work(self.terminal)
        except Crash:
            self._front_died()
        return None

    def _front_died(self) -> None:
        self.counts["crash:front"] += 1
        self.note(f"front died: {self.front.died_at}")
        self._drop_front()

    def _drop_front(self) -> None:
        till, self.till, self._heard = self.till, None, None
        if till is not None:
            with suppress(Exception, Crash):
                till.terminal.close()
        self._release()
        self._end_of_input()

    def _release(self) -> None:
        """The system frees what a dead process held."""
        self.front.die("stopped")
        self.front.let_go()

    def hears(self, line: bytes) -> None:
        """A line of the courier arrives at the front end."""
        heard = self._heard
        if heard is not None and self.till is not None:
            self.gesture(lambda _terminal: heard(line.decode()))

    # --- the courier --------------------------------------------------------------------------

    def start_courier(self) -> None:
        """The sync process."""
        self._reader = asyncio.StreamReader(limit=pipe.LINE_BYTES_MAX)
        self._serving = asyncio.ensure_future(self._serve(self._reader))

    async def _serve(self, reader: asyncio.StreamReader) -> None:
        life = self.courier_life = self._life("courier")
        client = httpx.AsyncClient(transport=self.wire.transport(life), base_url=URL)
        try:
            with inside(life, self.clock, self.chance):
                memory = open_memory(self.folder)
                if hasattr(memory, "lives"):
                    memory.lives.begin()
                beside = self._beside(memory, life)
                courier = wiring_courier.courier_of(
                    memory, wiring_courier.connection_of(memory, client), beside
                )
                self.remember()
                memory.outbox.retention(self.clock.now_utc())
            _open_files_as(courier, life)
            await pipe.run(courier, reader, _Writer(self))
        except (StorageBroken, StorageFull, OSError) as trouble:
            self.note(f"courier ended: {type(trouble).__name__}")
        except BaseExceptionGroup as group:
            self._unless_crash(group)
        except Crash:
            pass
        except Exception as fault:
            self.broken.append(f"{self.name}: courier ended: {fault!r}")
            self.note(self.broken[-1])
        finally:
            self._door = None
            if life.died_at and life.died_at != "stopped":
                self.counts["crash:courier"] += 1
                self.note(f"courier died: {life.died_at}")
            life.die("stopped")
            life.let_go()
            if self._reader is reader:
                self._reader, self._serving = None, None
                self._again()

    def _beside(self, memory: Any, life: Life) -> Any:
        """The tills of the store, as the configuration names them; and the door for them."""
        if not self.peers:
            return None
        hood = Neighbourhood(memory)
        life.held.append(hood)
        self._door = httpx.ASGITransport(app=hood.door())
        clients = [
            httpx.AsyncClient(transport=Beside(self.wire, life, peer), base_url=URL)
            for peer in self.peers
        ]
        return hood.lan(clients)

    async def answers_beside(self, request: httpx.Request) -> Any:
        """What the door says; a crash in it is the end of this courier."""
        door, life = self._door, self.courier_life
        if door is None or not self.wire.lan:
            raise httpx.ConnectError("nobody")
        try:
            with inside(life, self.clock, self.chance):
                response = await door.handle_async_request(request)
                body = b"".join([piece async for piece in response.stream])
        except Crash:
            if self._serving is not None:
                self._serving.cancel()
            raise httpx.ReadError("the neighbour died") from None
        self.counts[f"lan:{response.status_code}"] += 1
        return response.status_code, response.headers, body

    def _unless_crash(self, group: BaseExceptionGroup) -> None:
        _, rest = group.split((Crash, asyncio.CancelledError))
        if rest is not None:
            self.broken.append(f"{self.name}: courier ended: {rest.exceptions!r}")

    def _again(self) -> None:
        """Whoever keeps the child starts it again."""
        if self.off or self.till is None:
            return
        loop = asyncio.get_running_loop()
        loop.call_later(RESTART_S, self._restart)

    def _restart(self) -> None:
        if self._serving is None and not self.off:
            self.restarts += 1
            self.start_courier()

    def _end_of_input(self) -> None:
        if self._reader is not None:
            self._reader.feed_eof()

    def kill_courier(self) -> None:
        """SIGKILL."""
        self.courier_life.die("stopped")
        if self._serving is not None:
            self._serving.cancel()

    # --- what it says ---------------------------------------------------------------------

    def said(self) -> str:
        """What it tells of its link."""
        return "down" if self.till is None else str(self.till.courier.status())

    def waits(self) -> bool:
        """Whether it wants to hear which machine goes on: at its first start, or because a server
        that went back in time has forgotten what a person had said."""
        if self.till is None:
            return False
        with inside(self.front, self.clock, self.chance):
            trouble = self.till.courier.status().trouble
            disputed = trouble is not None and trouble.key in DISPUTES
            return disputed or bool(self.till.memory.lives.moved())

    def take_over(self) -> None:
        """A person says that this machine goes on."""
        if self.till is not None:
            self.till.courier.request("take_over", {}, lambda _reply: None)

    def balances(self) -> dict[str, int]:
        """Member -> the balance that the screen would show, by the till's own reckoning."""
        found: dict[str, int] = {}
        if self.till is None:
            return found
        with inside(self.front, self.clock, self.chance):
            for card in KEYS:
                member = self.station.mirror.member_by_key(*card)
                if member is not None:
                    found[member.member_id] = know(self.station, member).account.balance
        return found

    # --- the machine --------------------------------------------------------------------------

    async def stop(self) -> None:
        """Power off."""
        self.off = True
        self.clock.reboot()
        self.front.die("stopped")
        self._drop_front()
        self.courier_life.die("stopped")
        serving, self._serving, self._reader = self._serving, None, None
        if serving is not None:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
        while self.handles:
            self.handles.pop().close()

    def image(self, target: Path) -> None:
        """A copy of its databases, as of one moment."""
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        for path in self.folder.iterdir():
            if not path.name.startswith(("till.db", "mirror-")) or path.name.endswith("-shm"):
                continue
            # Closing a second handle would drop the library's locks on the file: it stays open.
            file = path.open("rb")
            self.handles.append(file)
            (target / path.name).write_bytes(file.read())

    def remember(self) -> None:
        """What was on its disk, before it may go: the truth, whether or not its paper came out."""
        self.sold.update(sales_on(self.folder))

    def put_back(self, image: Path) -> None:
        """The database of an older moment; what lies outside of it is as it was."""
        for path in self.folder.iterdir():
            if path.name.startswith(("till.db", "mirror-")) and path.name not in KEPT:
                path.unlink()
        for path in image.iterdir():
            shutil.copyfile(path, self.folder / path.name)


def who(folder: Path) -> tuple[str, str]:
    """(terminal, store) as enrolment told."""
    with closing(dbapi2.connect(str(folder / "till.db"))) as connection:
        rows = connection.execute("SELECT v FROM meta WHERE k = 'identity'").fetchall()
    said = json.loads(bytes(rows[0][0])) if rows else {}
    return said.get("terminal_id", ""), said.get("store_id", "")


def _open_files_as(courier: Any, life: Life) -> None:
    """Mirror files that the courier opens later are its own."""
    files = courier._parts.files
    connect = files._connect

    def opened(path: Path) -> Any:
        with inside(life, None, life.chance):  # type: ignore[arg-type]
            return connect(path)

    files._connect = opened


class _Writer:
    """The courier's standard output."""

    def __init__(self, machine: TillMachine) -> None:
        self._machine = machine

    def write(self, data: bytes) -> None:
        life = self._machine.courier_life
        if life.alive:
            asyncio.get_running_loop().call_soon(self._machine.hears, data)


class _CourierPipe:
    """The front end's end of the pipe; lines are lost while the courier is down."""

    def __init__(self, machine: TillMachine) -> None:
        self._machine = machine

    @property
    def restarts(self) -> int:
        return self._machine.restarts

    def send_line(self, line: str) -> None:
        reader = self._machine._reader
        if reader is not None and not reader._eof:
            reader.feed_data(line.encode() + b"\n")

    def close(self) -> None:
        self._machine._end_of_input()


class _NoDevices:
    """A till without a printer."""

    restarts = 0

    def send_line(self, line: str) -> None:
        return

    def close(self) -> None:
        return

"""The real server in the same loop, behind a network that loses, cuts and doubles on command."""

import asyncio
import shutil
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx

from pos_app.domain.events import MemberEnrolled, TransactionCompleted
from pos_app.domain.loyalty.ledger import EntryKind
from pos_app.gear.secrets import Ed25519Signer
from pos_app.workstation.ports import Facts
from sync.client.enrol import enrol
from sync.server.access import enrolment
from sync.server.engine.keys import new_epoch
from sync.server.server import DATABASE_FILE, open_server
from sync.server.settings import reference
from sync.server.surface.app import build_app
from tests.storage.builders import sale, session
from tests.sync.client import virtual
from tests.sync.client.till import AT, Till
from tests.sync.schema_once import put_file

STORE = "s1"


class Net(httpx.AsyncBaseTransport):
    """Between till and server. `faults`: path -> what happens to its next requests, in order.

    lose_request, lose_reply, double, portal, cut:<bytes>, hold (until `release` is set).
    """

    def __init__(self) -> None:
        self.server: httpx.AsyncBaseTransport | None = None
        self.faults: dict[str, list[str]] = {}
        self.asked: list[str] = []
        self.bodies: list[tuple[str, bytes]] = []
        self.release = asyncio.Event()
        self.away = False

    def plan(self, path: str, *faults: str) -> None:
        self.faults.setdefault(path, []).extend(faults)

    async def handle_async_request(self, request):
        path = request.url.path
        self.asked.append(path)
        self.bodies.append((path, request.content))
        fault = self.faults[path].pop(0) if self.faults.get(path) else ""
        if self.away or self.server is None or fault == "lose_request":
            raise httpx.ConnectError("away")
        if fault == "portal":
            return httpx.Response(200, stream=httpx.ByteStream(b"<html>Welcome</html>"))
        if fault == "hold":
            await self.release.wait()
        if fault == "double":
            await self.server.handle_async_request(request)
        response = await self.server.handle_async_request(request)
        if fault == "lose_reply":
            raise httpx.ReadError("cut")
        if fault.startswith("cut:"):
            whole = b"".join([piece async for piece in response.stream])
            part = httpx.ByteStream(whole[: int(fault[4:])])
            return httpx.Response(response.status_code, stream=part)
        return response

    def count(self, path: str) -> int:
        return self.asked.count(path)


class Shop:
    """A chain with one store, its server and its tills."""

    def __init__(self, folder: Path, clock: virtual.VirtualClock) -> None:
        self.folder = folder
        self.clock = clock
        self.net = Net()
        self.server = None
        self._background: list[asyncio.Task] = []
        self._app = None
        self.members = 0
        self.sales = 0

    @property
    def services(self):
        return self.server.services

    async def open(self) -> None:
        data = self.folder / "server"
        if not data.exists():
            put_file(data / DATABASE_FILE)
        self.server = await open_server(data=data, clock=self.clock, inline=True)
        self._background = [asyncio.ensure_future(job) for job in self.server.background()]
        self.net.server = httpx.ASGITransport(app=build_app(self.server))

    async def close(self) -> None:
        self.net.server = None
        for job in self._background:
            job.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self.server.close()

    async def write(self, work):
        return await self.server.database.write(work)

    async def backup(self) -> None:
        await self.close()
        shutil.copytree(self.folder / "server", self.folder / "backup", dirs_exist_ok=True)
        await self.open()

    async def restore(self, another_epoch: bool = True) -> None:
        """The server's disk as it was at the backup; operators name the new epoch."""
        await self.close()
        shutil.rmtree(self.folder / "server")
        shutil.copytree(self.folder / "backup", self.folder / "server")
        # Operators name the epoch themselves here; that the file beside it notices is tested there.
        (self.folder / "server" / "server.epoch").unlink(missing_ok=True)
        await self.open()
        if another_epoch:
            await self.write(new_epoch)
            await self.close()
            (self.folder / "server" / "server.epoch").unlink(missing_ok=True)
            await self.open()

    async def till(self, name: str = "till") -> Till:
        """An enrolled till with empty files."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        till = Till(folder, self.net, self.clock)
        code = await self.write(lambda c: enrolment.new_code(c, self.services, STORE, name))
        await enrol(
            till.connection,
            till,
            code=code,
            name=name,
            key=till.key,
            sign=Ed25519Signer(till.key.private).sign,
        )
        return till

    async def set(self, name: str, value) -> None:
        await self.write(lambda c: reference.set_setting(c, self.services, name, value))
        self.server.bell.ring_feed()

    def enrol_member(self, till: Till, points: int = 0, card: str = "") -> str:
        """Recorded at the till like a sale: enrolment, and a sale that earned points."""
        self.members += 1
        member_id = till.ids.new_id()
        event = MemberEnrolled(
            member_id=member_id,
            phone_hash=b"",
            phone_last4="",
            display_name=f"Member {self.members}",
            card_code=card or f"29000000{self.members:04d}",
            consents=("program",),
            sealed_profile=b"",
            store_id=STORE,
            operator_id="op1",
            at=AT,
            business_on=AT.date(),
        )
        till.journal.record(Facts(events=((till.ids.new_id(), event),)))
        if points:
            self.sell(till, member_id, points)
        return member_id

    def sell(self, till: Till, member_id: str | None = None, points: int = 20, uses=()) -> None:
        """`uses`: points of the till's grants that pay for it."""
        self.sales += 1
        number = till.journal.next_receipt_counter()
        document = sale(1000 + self.sales, member_id)
        entries = tuple(replace(e, points=points) for e in document.entries)
        spent = sum(use.points for use in uses)
        if spent:
            paid = replace(
                entries[0],
                entry_id=till.ids.new_id(),
                kind=EntryKind.REDEEM,
                points=-spent,
                available_on=None,
                expires_on=None,
                lot_id=None,
            )
            entries = (paid, *entries)
        identity = till.outbox.identity()
        document = replace(
            document,
            terminal_id=identity.terminal_id,
            store_id=identity.store_id,
            receipt_number=f"{identity.receipt_prefix}-{number:06d}",
            entries=entries,
            uses=tuple(uses),
        )
        event = TransactionCompleted(document)
        till.journal.record(
            Facts(
                events=((till.ids.new_id(), event),),
                session=session(receipts=number),
                receipt_counter=number,
                uses=tuple(uses),
            )
        )

    async def settle(self) -> None:
        """Let the poster post what the inbox has."""
        await self.server.poster.drain()

    async def events(self) -> list[tuple[str, int]]:
        """(terminal, seq) of every event the server has."""
        import sqlalchemy as sa

        from sync.server.engine.schema import event

        return await self.server.database.read(
            lambda c: [tuple(r) for r in c.execute(sa.select(event.c.terminal, event.c.seq))]
        )


@asynccontextmanager
async def open_shop(folder: Path):
    shop = Shop(folder, virtual.clock())
    await shop.open()
    await shop.write(lambda c: reference.name_chain(c, "Chain"))
    await shop.write(lambda c: reference.add_store(c, shop.services, STORE, "Store 1"))
    await shop.set("taxes", {"standard": 220_000})
    try:
        yield shop
    finally:
        await shop.close()


@asynccontextmanager
async def serving(till: Till, **more):
    """The till's courier beside the scene; yields it and the events it tells."""
    told: list[dict] = []
    courier = till.courier(**more)
    running = asyncio.ensure_future(courier.run(told.append))
    try:
        yield courier, told
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

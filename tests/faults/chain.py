"""Real processes: one server, tills with a courier each, a network between them. And the books."""

import asyncio
import random
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from pos_app.domain.events import MemberEnrolled, TransactionCompleted
from pos_app.domain.loyalty.allowance import draw
from pos_app.domain.loyalty.ledger import EntryKind
from pos_app.gear.clock import SystemClock
from pos_app.gear.secrets import Ed25519Signer
from pos_app.workstation.ports import Facts
from sync.client.enrol import enrol
from tests.faults.proxy import Proxy
from tests.storage.builders import sale, session
from tests.sync.client.test_courier_processes import CourierProcess, until
from tests.sync.client.till import AT, Till

HOUSE = Path(__file__).parents[2]
STORE = "s1"
POINTS_A_SALE = 20


class Server:
    """`python -m sync.server serve` on one of the engines; a killed one comes back as itself."""

    def __init__(self, folder: Path, address: str = "") -> None:
        self.data = folder / "server"
        self.address = address
        self.process: subprocess.Popen | None = None
        self.port = 0

    @property
    def where(self) -> list[str]:
        more = ["--database", self.address] if self.address else []
        return ["--data", str(self.data), *more]

    def command(self, *arguments: str) -> list[str]:
        argv = [sys.executable, "-m", "sync.server", *arguments, *self.where]
        done = subprocess.run(argv, cwd=HOUSE, capture_output=True, text=True, check=True)
        return done.stdout.splitlines()

    def start(self) -> None:
        port_file = self.data / "port"
        port_file.unlink(missing_ok=True)
        argv = [sys.executable, "-m", "sync.server", "serve", *self.where]
        argv += ["--port", "0", "--port-file", str(port_file)]
        log = (self.data / "server.out").open("ab")
        self.process = subprocess.Popen(argv, cwd=HOUSE, stdout=log, stderr=log)
        log.close()
        until("the server to listen", lambda: port_file.exists() and port_file.read_text().strip())
        self.port = int(port_file.read_text().rpartition(":")[2])

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def freeze(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)


class Chain:
    """A store: its tills sell on whatever happens to the rest."""

    def __init__(self, folder: Path, seed: int, tills: int, address: str = "") -> None:
        self.dice = random.Random(seed)
        self.folder = folder
        self.server = Server(folder, address)
        self.server.data.mkdir()
        self.server.command("store", "add", STORE, "--name", "Store 1")
        self.server.command("settings", "set", "taxes", '{"standard": 220000}')
        quiet = '{"receipts": 0, "stores_a_day": 0, "scans_by_operator": 0}'
        self.server.command("settings", "set", "velocity", quiet)
        self.server.start()
        self.proxy = Proxy(seed).start()
        self.proxy.target = self.server.port
        self.url = f"http://127.0.0.1:{self.proxy.port}"
        self.tills = [asyncio.run(self._enrolled(f"till{n}")) for n in range(tills)]
        self.couriers = [CourierProcess(till.folder, self.url) for till in self.tills]
        self.members: list[str] = []
        self.sales = 0

    async def _enrolled(self, name: str) -> Till:
        folder = self.folder / name
        folder.mkdir()
        code = self.server.command("enrolment-code", "--store", STORE)[-1]
        till = Till(folder, None, SystemClock(), self.url)
        sign = Ed25519Signer(till.key.private).sign
        await enrol(till.connection, till, code=code, name=name, key=till.key, sign=sign)
        await till.client.aclose()
        return till

    def restart_server(self) -> None:
        """Killed in the middle of whatever it did."""
        self.server.kill()
        self.server.start()
        self.proxy.target = self.server.port
        self.proxy.hang_up()

    def restart_courier(self, number: int) -> None:
        self.couriers[number].kill()
        self.couriers[number] = CourierProcess(self.tills[number].folder, self.url)

    # --- the counter ------------------------------------------------------------------------

    def enrol_member(self, till: Till) -> None:
        member_id = till.ids.new_id()
        event = MemberEnrolled(
            member_id, b"", "", "Somebody", f"2900000{len(self.members):06d}", ("program",), b"",
            STORE, "op1", AT, AT.date(),
        )  # fmt: skip
        till.journal.record(Facts(events=((till.ids.new_id(), event),)))
        self.members.append(member_id)

    def sell(self, till: Till) -> None:
        """Somebody comes, earns, and often spends what lies here of theirs."""
        self.sales += 1
        member_id = self.dice.choice(self.members)
        wanted = self.dice.choice((0, 0, 15, 60))
        grants = till.journal.allowances(member_id)
        uses, rest = draw(grants, wanted, AT) if wanted else ((), 0)
        document = sale(1000 + self.sales, member_id)
        earned = replace(document.entries[0], points=POINTS_A_SALE)
        spent = replace(
            earned, entry_id=till.ids.new_id(), kind=EntryKind.REDEEM, points=rest - wanted
        )
        number = till.journal.next_receipt_counter()
        identity = till.outbox.identity()
        document = replace(
            document,
            terminal_id=identity.terminal_id,
            store_id=identity.store_id,
            receipt_number=f"{identity.receipt_prefix}-{number:06d}",
            entries=(spent, earned) if uses else (earned,),
            uses=uses,
        )
        till.journal.record(
            Facts(
                events=((till.ids.new_id(), TransactionCompleted(document)),),
                session=session(receipts=number),
                receipt_counter=number,
                uses=uses,
            )
        )

    def hour(self, receipts: int) -> None:
        """So many at every till, and the couriers are told."""
        for till, courier in zip(self.tills, self.couriers, strict=True):
            for _ in range(receipts):
                self.sell(till)
            courier.process.stdin.write(b'{"do":"sync","wait":false}\n')
            courier.process.stdin.flush()

    def lines_break(self) -> None:
        """All that is open ends, and everybody has called again."""
        before = self.proxy.met.total()
        self.proxy.hang_up()
        until("everybody to call again", lambda: self.proxy.met.total() >= before + len(self.tills))

    # --- afterwards ---------------------------------------------------------------------------

    def heal(self) -> None:
        """The network is what it should be, and everybody says all that he has."""
        self.proxy.mode = "pass"
        self.proxy.hang_up()
        for till, courier in zip(self.tills, self.couriers, strict=True):

            def all_sent(till=till, courier=courier) -> bool:
                courier.ask("sync", wait=True)
                position = till.outbox.position()
                return position.head == position.acked

            until("everything to be acknowledged", all_sent)
        until("everything to be posted", lambda: "books are right" in self.doctor())

    def doctor(self) -> str:
        """Sums, folds, grants, chains, totals, effects: of the server's database alone."""
        argv = [sys.executable, "-m", "sync.server", "doctor", "--deep", *self.server.where]
        done = subprocess.run(argv, cwd=HOUSE, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    def sold(self) -> list[str]:
        """The id of every event on any till's disk: what happened."""
        ids: list[str] = []
        for till in self.tills:
            ids += [event.id for event in till.outbox.batch(0, 100_000, 1 << 30)]
        return sorted(ids)

    def close(self) -> None:
        for courier in self.couriers:
            courier.kill()
        self.proxy.stop()
        self.server.kill()
        for till in self.tills:
            till.file.close()


def arrived(server: Server) -> list[tuple[str, str]]:
    """(id, outcome) of every event in the server's database."""
    sql = "SELECT id, outcome FROM event ORDER BY id"
    if not server.address:
        with closing(sqlite3.connect(server.data / "server.db")) as db:
            return list(db.execute(sql))
    return asyncio.run(_fetched(server.address, sql))


async def _fetched(address: str, sql: str) -> list[tuple[str, str]]:
    import asyncpg

    connection = await asyncpg.connect(address)
    try:
        return [tuple(row) for row in await connection.fetch(sql)]
    finally:
        await connection.close()

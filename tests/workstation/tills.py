"""A real terminal on real SQLite files, for the tests of its tasks.

The mirror file is built by `sync.mirror`, the gear is the shipped one. Only the courier and the
device host are recordings: they are other processes, and their pipes end here.
"""

from datetime import datetime
from typing import Any

from drivers.contract import Columns, PrintJob, QRCode, Text
from pos_app.domain.events import RightUsed, TransactionCompleted
from pos_app.domain.identification import Identifier, LabelRules
from pos_app.domain.loyalty.coupon import Issuer
from pos_app.domain.loyalty.trust import till_key_id
from pos_app.domain.tax import russian_tax
from pos_app.gear.gs1 import BiipGs1Reader
from pos_app.gear.ids import Uuid7Source
from pos_app.gear.phones import WorldPhoneBook
from pos_app.gear.secrets import (
    Argon2PinHasher,
    ServerSealer,
)
from pos_app.storage.connect import connect_mirror
from pos_app.storage.mirror import mirror_path
from pos_app.storage.till_file import no_points
from pos_app.wiring.memory import open_memory
from pos_app.wiring.protection import leave_plain
from pos_app.workstation.ports import TerminalIdentity
from pos_app.workstation.station import Gear, Settings, Station
from pos_app.workstation.terminal import Terminal
from resources.words import Words
from sync.mirror.apply import apply_page
from sync.mirror.schema import create
from sync.translate import WireCodec
from tests.sync.mirror.feeds import page, row
from tests.workstation.recorded import Clock, RecordedCourier, RecordedDevices
from tests.workstation.small_shop import (
    APPLES_PLU,
    BREAD,
    CARDS,
    CHEAP,
    CHEESE,
    GIFT,
    HASHER,
    HASHES,
    MARIA,
    MILK,
    MOSCOW,
    NOON,
    OTHER_TILL,
    PEPPER,
    PHONES,
    PINS,
    PROGRAM,
    SEALING,
    SERVER,
    SERVER_SIGNER,
    SOON,
    STRANGE_CARD,
    STRANGE_PHONE,
    SWEETS,
    TILL,
    TILL_SIGNER,
    TOBACCO,
    TRUST,
    UNKNOWN,
    VODKA,
    catalogue,
    ean,
    goods,
    member_id,
    member_row,
    members,
    program_row,
    staff,
)

__all__ = [
    "APPLES_PLU",
    "BREAD",
    "Bench",
    "CARDS",
    "CHEESE",
    "Clock",
    "GIFT",
    "HASHER",
    "HASHES",
    "MARIA",
    "MILK",
    "MOSCOW",
    "NOON",
    "OTHER_TILL",
    "PHONES",
    "PINS",
    "PROGRAM",
    "RecordedCourier",
    "RecordedDevices",
    "SEALING",
    "SERVER",
    "SERVER_SIGNER",
    "SOON",
    "STRANGE_CARD",
    "STRANGE_PHONE",
    "SWEETS",
    "TILL",
    "TOBACCO",
    "UNKNOWN",
    "VODKA",
    "catalogue",
    "ean",
    "goods",
    "member_id",
    "member_row",
    "notices",
    "ok",
    "paper",
    "program_row",
    "refusal",
    "row",
]


class Bench:
    """One till in a folder, and everything a test holds of it."""

    def __init__(self, folder: Any, points: Any = no_points, **settings: Any) -> None:
        self.folder = folder
        self.clock = Clock()
        self.points = points
        self.settings = settings
        self._writer: Any = None
        self._ver = 1000
        leave_plain(folder)
        memory = open_memory(folder)
        if memory.outbox.identity() is None:
            memory.outbox.save_identity(
                TerminalIdentity("t1", "Касса 1", "s1", "Магазин", "A", 1, PEPPER, SEALING.public)
            )
            self._writer = connect_mirror(mirror_path(folder, 1), writing=True)
            create(self._writer)
            memory.outbox.set_mirror_generation(1)
            self.mirrors(*catalogue(), *members(), *staff(), program_row(13, PROGRAM))
        memory.close()
        self.start()

    def start(self) -> None:
        """The terminal of a fresh process."""
        self.memory = open_memory(self.folder, self.points)
        self.mirror = self.memory.mirror()
        self.courier, self.devices = RecordedCourier(), RecordedDevices()
        self.heard: list[Any] = []
        station = Station(
            journal=self.memory.journal,
            mirror=self.mirror,
            courier=self.courier,
            devices=self.devices,
            gear=self._gear(),
            settings=Settings(tax=russian_tax(), **self.settings),
        )
        self._built(station)
        self.till = Terminal(station, lambda: None, self._close)
        self.till.subscribe(self.heard.append)
        self.till.start()

    def _built(self, station: Station) -> None:
        """A hook for benches with more devices."""

    def restart(self) -> None:
        """The process is gone; another one starts on the same files."""
        self.close()
        self.start()

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        self.till.close()

    def _close(self) -> None:
        self.mirror.close()
        self.memory.close()

    def _gear(self) -> Gear:
        return Gear(
            clock=self.clock,
            ids=Uuid7Source(),
            identifier=Identifier(LabelRules(), WorldPhoneBook(), BiipGs1Reader()),
            phones=HASHER,
            pins=Argon2PinHasher(CHEAP),
            sealer=ServerSealer(SEALING.public),
            trust=TRUST,
            issuer=Issuer(till_key_id(TILL.public), TILL_SIGNER),
            to_local=lambda at: at.astimezone(MOSCOW),
            voice=lambda language: Words(language, MOSCOW),
        )

    # --- the shop ---------------------------------------------------------------------------

    def mirrors(self, *rows: Any, as_of: str = "2026-11-20T11:55:00+00:00") -> None:
        """The courier applied a page."""
        if self._writer is None:
            self._writer = connect_mirror(mirror_path(self.folder, 1), writing=True)
        apply_page(self._writer, page(*rows, as_of=as_of))

    def newer(self, make: Any, *arguments: Any, **more: Any) -> Any:
        """A row at the next version."""
        self._ver += 1
        return make(*arguments[:1], self._ver, *arguments[1:], **more)

    def grant(self, name: str, points: int, grant_id: str = "g1", kind: str = "placed",
              until: datetime | None = None) -> None:  # fmt: skip
        self.memory.outbox.store_grant(grant_id, member_id(name), points, kind, until)

    # --- shortcuts --------------------------------------------------------------------------

    @property
    def view(self) -> Any:
        return self.till.view()

    @property
    def sale(self) -> Any:
        return self.view.transaction

    def open_shift(self, who: str = "ivan", float_minor: int = 1000_00) -> "Bench":
        ok(self.till.sign_on(who, PINS[who]))
        ok(self.till.open_session(float_minor))
        return self

    def scan(self, *codes: str) -> Any:
        answer = None
        for code in codes:
            answer = self.till.scan(code.encode())
        return answer

    def rest(self) -> None:
        """Two heart beats in which nobody does anything."""
        self.till.tick()
        self.till.tick()

    def sold(self, *codes: str, cash: int | None = None) -> Any:
        """A whole cash sale; the document as the journal has it."""
        self.scan(*(codes or (MILK,)))
        answer = ok(self.till.pay("cash", cash))
        return self.memory.journal.document(answer.data["receipt_number"])

    def events(self, kind: Any = None) -> list[Any]:
        """Everything in the chain, in order."""
        codec = WireCodec()
        found = [
            codec.decode(e.kind, e.v, e.body) for e in self.memory.outbox.batch(0, 100_000, 1 << 30)
        ]
        return [e for e in found if kind is None or isinstance(e, kind)]

    def audit(self, action: str) -> list[RightUsed]:
        return [e for e in self.events(RightUsed) if e.action == action]

    def documents(self) -> list[Any]:
        return [e.document for e in self.events(TransactionCompleted)]

    def codes_heard(self) -> list[str]:
        """Codes of what was said without a gesture."""
        found = []
        for answer in self.heard:
            found += [n.code for n in answer.notices]
            if answer.refusal is not None:
                found.append(answer.refusal.code)
        return found


def ok(answer: Any) -> Any:
    assert answer.ok, answer.refusal
    return answer


def refusal(answer: Any) -> str:
    assert answer.refusal is not None, answer
    return str(answer.refusal.code)


def notices(answer: Any) -> list[str]:
    return [n.code for n in ok(answer).notices]


def paper(job: PrintJob) -> str:
    """The words on a paper, a line an element."""
    rows = []
    for one in job.elements:
        if isinstance(one, Text):
            rows.append(one.text)
        elif isinstance(one, Columns):
            rows.append(f"{one.left} | {one.right}")
        elif isinstance(one, QRCode):
            rows.append(f"QR {one.data}")
    return "\n".join(rows)

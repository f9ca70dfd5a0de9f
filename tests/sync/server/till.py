"""A till as the server sees one: keys, a chain of events, signed requests. Real bytes, no rules."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import httpx
from msgspec import Struct

from pos_app.domain.document import CompletedLine, CompletedTransaction, Totals, TransactionKind
from pos_app.domain.events import Event, MemberEnrolled, TransactionCompleted
from pos_app.domain.ids import MonotonicUuid7
from pos_app.domain.loyalty.ledger import Cause, EntryKind, PointsEntry
from pos_app.domain.money import RUB
from pos_app.domain.quantity import pieces
from pos_app.domain.tender import Tender, TenderKind
from pos_app.gear.secrets import Ed25519Signer, generate_signing_keys
from sync.translate import WireCodec
from sync.wire.codec import GENESIS, chain_hash, enrol_text, pack, signed_text, unpack
from sync.wire.messages import (
    HEADER_NONCE,
    HEADER_SIGNATURE,
    HEADER_TERMINAL,
    HEADER_TIME,
    PATHS,
    AllowanceReply,
    AllowanceRequest,
    EnrolReply,
    EnrolRequest,
    EventEnvelope,
    LookupReply,
    LookupRequest,
    Problem,
    PullReply,
    PullRequest,
    PushReply,
    PushRequest,
    ReportReply,
    SettlementReply,
    SettlementRequest,
)
from sync.wire.office import (
    ConflictsReply,
    ConflictsRequest,
    HistoryReply,
    HistoryRequest,
    SignOffReply,
    SignOffRequest,
)

DAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ROUND = {
    "enrol": EnrolReply,
    "push": PushReply,
    "pull": PullReply,
    "allowance": AllowanceReply,
    "lookup": LookupReply,
    "settlement": SettlementReply,
    "report": ReportReply,
    "history": HistoryReply,
    "conflicts": ConflictsReply,
    "sign_off": SignOffReply,
}


class FixedClock:
    """A clock that stands until it is moved."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def now_utc(self) -> datetime:
        return self.at

    def monotonic_ms(self) -> int:
        return int((self.at - NOON) / timedelta(milliseconds=1))

    def boot_id(self) -> str:
        return "boot"


class CountedIds:
    """UUIDv7 that are the same in every run."""

    def __init__(self, start: int = 1_795_000_000_000) -> None:
        self._ms = start
        self._source = MonotonicUuid7(self._tick, lambda bits: 7)

    def _tick(self) -> int:
        self._ms += 1
        return self._ms

    def new_id(self) -> str:
        return self._source.next()


class Refused(Exception):
    """The server said no."""

    def __init__(self, status: int, problem: Problem, headers: httpx.Headers) -> None:
        super().__init__(f"{status} {problem.code} {problem.detail}")
        self.status, self.problem, self.headers = status, problem, headers


@dataclass
class Till:
    """One terminal. `sell` and `record` append to the chain, `push` sends all of it or a part."""

    client: httpx.AsyncClient
    number: int = 1
    ids: CountedIds = field(default_factory=CountedIds)
    epoch: str = ""
    terminal: str = ""
    identity: EnrolReply | None = None
    incarnation: int = 1
    chain: list[EventEnvelope] = field(default_factory=list)
    cursor: dict[str, int] = field(default_factory=dict)
    nonces: int = 0

    def __post_init__(self) -> None:
        self.ids = CountedIds(1_795_000_000_000 + self.number * 10_000_000)
        self.keys = generate_signing_keys()
        self.signer = Ed25519Signer(self.keys.private)

    async def enrol(self, code: str, name: str = "Till") -> EnrolReply:
        public = self.keys.public.hex()
        proof = self.signer.sign(enrol_text(code, public)).hex()
        reply = await self.ask("enrol", EnrolRequest(1, code, public, proof, name))
        self.identity, self.terminal, self.epoch = reply, reply.terminal, reply.epoch
        return reply

    def signed(self, path: str, body: bytes, method: str = "POST") -> dict[str, str]:
        self.nonces += 1
        time, nonce = NOON.isoformat(), f"nonce-{self.number:04d}-{self.nonces:08d}"
        signature = self.signer.sign(signed_text(method, path, body, time, nonce)).hex()
        return {
            HEADER_TERMINAL: self.terminal,
            HEADER_TIME: time,
            HEADER_NONCE: nonce,
            HEADER_SIGNATURE: signature,
        }

    async def ask(self, step: str, message: Struct, headers: dict[str, str] | None = None):
        body = pack(message)
        response = await self.send(step, body, headers or self.signed(PATHS[step], body))
        return read(response, ROUND[step])

    async def send(self, step: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
        return await self.client.post(PATHS[step], content=body, headers=headers)

    def record(self, event: Event, event_id: str = "") -> EventEnvelope:
        kind, version, body = WireCodec().encode(event)
        return self.record_raw(kind, version, body, event_id)

    def record_raw(self, kind: str, version: int, body: bytes, event_id: str = ""):
        seq, event_id = len(self.chain) + 1, event_id or self.ids.new_id()
        previous = bytes.fromhex(self.chain[-1].hash) if self.chain else GENESIS
        digest = chain_hash(previous, seq, event_id, kind, body)
        envelope = EventEnvelope(seq, event_id, kind, version, body.decode(), digest.hex())
        self.chain.append(envelope)
        return envelope

    def sell(self, **what) -> CompletedTransaction:
        document = self.document(**what)
        self.record(TransactionCompleted(document), document.transaction_id)
        return document

    def document(
        self, member=None, earn=0, redeem=0, uses=(), net=100_00, on=DAY, **more
    ) -> CompletedTransaction:
        transaction_id = more.pop("transaction_id", None) or self.ids.new_id()
        entries = []
        cause = Cause("transaction", transaction_id, "op")
        if redeem:
            entries.append(self.entry(member, EntryKind.REDEEM, -redeem, cause, on))
        if earn:
            earned = self.entry(member, EntryKind.EARN, earn, cause, on)
            entries.append(replace(earned, available_on=on))
        line = CompletedLine(
            line=1, item_id="item-1", code="4600000000008", name="Tea", quantity=pieces(1),
            unit_price_minor=net, list_minor=net, modifications=(), net_minor=net,
            points_minor=redeem * 100, points_redeemed=redeem, payable_minor=net - redeem * 100,
            points_earned=earn, tax_class="standard", tax_rate_ppm=220_000, tax_minor=0,
        )  # fmt: skip
        totals = Totals(
            list_minor=net, discount_minor=0, net_minor=net, points_minor=redeem * 100,
            points_redeemed=redeem, payable_minor=net - redeem * 100, rounding_minor=0,
            points_earned=earn,
        )  # fmt: skip
        plain = CompletedTransaction(
            transaction_id=transaction_id,
            kind=TransactionKind.SALE,
            receipt_number=f"R-{self.number}-{len(self.chain) + 1}",
            store_id="shop",
            terminal_id=self.terminal,
            session_number=1,
            business_on=on,
            completed_at=NOON,
            operator_id="op",
            currency=RUB,
            lines=(line,),
            totals=totals,
            tenders=(Tender(TenderKind.CASH, net - redeem * 100),),
            change_minor=0,
            member_id=member,
            entries=tuple(entries),
            uses=tuple(uses),
        )
        return replace(plain, **more)

    def entry(self, member, kind, points, cause=None, on=DAY, **more) -> PointsEntry:
        cause = cause or Cause("operator", "op")
        entry_id = more.pop("entry_id", None) or self.ids.new_id()
        return PointsEntry(entry_id, member, kind, points, NOON, on, cause, **more)

    def enrol_member(self, member="", phone=b"", card="", name="Anna", **more) -> str:
        member = member or self.ids.new_id()
        plain = MemberEnrolled(
            member_id=member, phone_hash=phone, phone_last4="1234", display_name=name,
            card_code=card, consents=("processing",), sealed_profile=b"", store_id="shop",
            operator_id="op", at=NOON, business_on=DAY,
        )  # fmt: skip
        self.record(replace(plain, **more))
        return member

    def batch(self, first: int = 1, last: int | None = None) -> PushRequest:
        events = tuple(self.chain[first - 1 : last])
        previous = self.chain[first - 2].hash if first > 1 else GENESIS.hex()
        return PushRequest(1, self.terminal, self.incarnation, self.epoch, previous, events)

    async def push(self, first: int = 1, last: int | None = None) -> PushReply:
        return await self.ask("push", self.batch(first, last))

    async def pull(self, **more) -> PullReply:
        request = PullRequest(1, self.terminal, self.epoch, dict(self.cursor), **more)
        page = await self.ask("pull", request)
        self.cursor |= page.cursor
        return page

    async def pull_all(self, **more) -> list:
        rows = []
        while True:
            page = await self.pull(**more)
            rows += page.rows
            if not page.more:
                return rows

    async def allowance(
        self, grant: str, member: str, points: int, on: date | None = None
    ) -> AllowanceReply:
        message = AllowanceRequest(1, self.terminal, self.epoch, grant, member, points)
        message.business_on = on.isoformat() if on else ""
        return await self.ask("allowance", message)

    async def lookup(self, kind: str, key: str) -> LookupReply:
        return await self.ask("lookup", LookupRequest(1, self.terminal, kind, key))

    async def history(self, member: str, most: int = 100) -> HistoryReply:
        return await self.ask("history", HistoryRequest(1, self.terminal, member, most))

    async def conflicts(self, signed: bool = False) -> ConflictsReply:
        return await self.ask("conflicts", ConflictsRequest(1, self.terminal, signed))

    async def sign_off(self, line: str, action: str, by: str = "olga", why: str = "seen"):
        about = (1, self.terminal, self.epoch, line, action, by, why)
        return await self.ask("sign_off", SignOffRequest(*about))

    async def settlement(self, on: date = DAY) -> SettlementReply:
        return await self.ask("settlement", SettlementRequest(1, self.terminal, on.isoformat()))


def read(response: httpx.Response, kind):
    if response.status_code != 200:
        raise Refused(response.status_code, unpacked(response, Problem), response.headers)
    return unpacked(response, kind)


def unpacked(response: httpx.Response, kind):
    # httpx has undone the content encoding.
    return unpack(kind, pack_again(response.content))


def pack_again(data: bytes) -> bytes:
    import zstandard

    return zstandard.compress(data)

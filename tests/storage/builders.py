"""Facts of a small shop for the tests of the till's memory: real domain objects, fixed ids."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pos_app.domain.document import CompletedLine, CompletedTransaction, Totals, TransactionKind
from pos_app.domain.events import ControlTotals, TransactionCompleted
from pos_app.domain.loyalty.allowance import AllowanceUse
from pos_app.domain.loyalty.ledger import Cause, EntryKind, PointsEntry
from pos_app.domain.loyalty.member import Member
from pos_app.domain.money import RUB
from pos_app.domain.quantity import pieces
from pos_app.domain.tender import Tender, TenderKind
from pos_app.storage.journal import Journal
from pos_app.storage.outbox import Outbox
from pos_app.storage.till_file import TillFile, no_points, open_till
from pos_app.workstation.ports import Facts, SessionState, StoredJob, TerminalIdentity
from sync.translate import WireCodec
from sync.wire.codec import chain_hash

DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
KEY = bytes(range(32))


def uid(group: int, n: int) -> str:
    """A UUIDv7-shaped id that a reader of a failure can tell: group and number."""
    return f"01930000-{group:04x}-7000-8000-{n:012x}"


def open_at(path: Path, key: bytes | None = None, points=no_points) -> TillFile:
    return open_till(path, chain_hash, key, points=points)


def journal_of(till: TillFile) -> Journal:
    return Journal(till, WireCodec())


def identity() -> TerminalIdentity:
    return TerminalIdentity(
        terminal_id="t1",
        terminal_name="Касса 1",
        store_id="s1",
        store_name="Магазин",
        receipt_prefix="A",
        incarnation=1,
        pepper=b"p" * 32,
        sealing_key=b"s" * 32,
    )


def line(number: int, net_minor: int = 1000) -> CompletedLine:
    return CompletedLine(
        line=number,
        item_id=uid(9, number),
        code=f"460000000{number:04d}",
        name=f"Молоко {number}",
        quantity=pieces(1),
        unit_price_minor=net_minor,
        list_minor=net_minor,
        modifications=(),
        net_minor=net_minor,
        points_minor=0,
        points_redeemed=0,
        payable_minor=net_minor,
        points_earned=10,
        tax_class="standard",
        tax_rate_ppm=220_000,
        tax_minor=180,
    )


def sale(
    n: int,
    member_id: str | None = None,
    lines: int = 2,
    uses: tuple[AllowanceUse, ...] = (),
    original_id: str | None = None,
    on: date = DAY,
) -> CompletedTransaction:
    """The n-th sale (or, with `original_id`, a return); 10 points earned per line."""
    sold = tuple(line(i + 1) for i in range(lines))
    net = sum(x.net_minor for x in sold)
    at = NOON + timedelta(minutes=n)
    entries = ()
    if member_id is not None:
        entries = (
            PointsEntry(
                entry_id=uid(3, n),
                member_id=member_id,
                kind=EntryKind.EARN,
                points=10 * lines,
                at=at,
                business_on=on,
                cause=Cause("transaction", uid(1, n)),
            ),
        )
    return CompletedTransaction(
        transaction_id=uid(1, n),
        kind=TransactionKind.RETURN if original_id else TransactionKind.SALE,
        receipt_number=f"A-{n:06d}",
        store_id="s1",
        terminal_id="t1",
        session_number=1,
        business_on=on,
        completed_at=at,
        operator_id="op1",
        currency=RUB,
        lines=sold,
        totals=Totals(
            list_minor=net,
            discount_minor=0,
            net_minor=net,
            points_minor=0,
            points_redeemed=0,
            payable_minor=net,
            rounding_minor=0,
            points_earned=10 * lines,
        ),
        tenders=(Tender(TenderKind.CASH, net),),
        change_minor=0,
        member_id=member_id,
        original_id=original_id,
        entries=entries,
        uses=uses,
    )


def session(number: int = 1, receipts: int = 0, is_open: bool = True) -> SessionState:
    totals = ControlTotals(receipts=receipts, by_tender=(("cash", receipts * 2000),))
    return SessionState(
        number=number,
        business_on=DAY,
        opened_at=NOON,
        operator_id="op1",
        float_minor=5000,
        cash_minor=5000 + receipts * 2000,
        totals=totals,
        day_totals=totals,
        open=is_open,
    )


def sale_facts(n: int, member_id: str | None = None, **more) -> Facts:
    """Everything that completing the n-th sale makes durable."""
    document = sale(n, member_id, **more)
    return Facts(
        events=((uid(2, n), TransactionCompleted(document)),),
        session=session(receipts=n),
        receipt_counter=n,
        uses=document.uses,
        print_job=StoredJob(uid(4, n), document.transaction_id, b'{"job":1}'),
        drop_tendering=document.transaction_id,
    )


def member(member_id: str = "m1", name: str = "Анна") -> Member:
    return Member(member_id, name, spend_by_month={"2026-11": 5}, segments=frozenset({"new"}))


def grant(till: TillFile, grant_id: str = "g1", member_id: str = "m1", points: int = 100) -> None:
    Outbox(till).store_grant(grant_id, member_id, points, "placed", None)

"""One full and one bare fact of every kind: the sources of the golden bytes."""

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction

from pos_app.domain import events as e
from pos_app.domain.document import (
    CompletedLine,
    CompletedTransaction,
    PriceModification,
    ReturnPolicy,
    Step,
    Totals,
    TransactionKind,
)
from pos_app.domain.loyalty.allowance import AllowanceUse
from pos_app.domain.loyalty.gift_card import GiftCardEntry, GiftCardKind
from pos_app.domain.loyalty.ledger import Cause, EntryKind, LotOrder, PointsEntry, ProgramRef
from pos_app.domain.money import RUB
from pos_app.domain.quantity import Quantity, Unit, pieces
from pos_app.domain.tender import Tender, TenderKind

AT = datetime(2026, 11, 22, 9, 30, 15, 123456, tzinfo=UTC)
ON = date(2026, 11, 22)
PROGRAM = ProgramRef("club", 3, "ab" * 32)
MEMBER = "01935c6e-0000-7000-8000-000000000001"
TRANSACTION = "01935c6e-0000-7000-8000-000000000002"


def entry(number: int, kind: EntryKind, points: int, **more) -> PointsEntry:
    cause = Cause("transaction", TRANSACTION, "op-1", "why")
    entry_id = f"01935c6e-0000-7000-8000-00000000001{number}"
    return PointsEntry(entry_id, MEMBER, kind, points, AT, ON, cause, **more)


def full_line() -> CompletedLine:
    return CompletedLine(
        line=1, item_id="4600000000008", code="4600000000008", name="Чай «Липа» & мёд",
        quantity=Quantity(342, Unit.GRAM), unit_price_minor=100_00, list_minor=34_20,
        modifications=(
            PriceModification("happy", Step.ITEM, 3_42, 342, "Happy hour", "10 % of 34.20"),
            PriceModification("bare", Step.GOODWILL, 78),
        ),
        net_minor=30_00, points_minor=10_00, points_redeemed=10, payable_minor=20_00,
        points_earned=1, tax_class="standard", tax_rate_ppm=220_000, tax_minor=3_61,
        categories=("Бакалея", "Чай"), returned_line=None,
    )  # fmt: skip


def full_document() -> CompletedTransaction:
    totals = Totals(34_20, 4_20, 30_00, 10_00, 10, 20_00, 0, 1)
    return CompletedTransaction(
        transaction_id=TRANSACTION, kind=TransactionKind.SALE, receipt_number="0102000017",
        store_id="shop", terminal_id="till", session_number=7, business_on=ON, completed_at=AT,
        operator_id="op-1", currency=RUB, lines=(full_line(),), totals=totals,
        tenders=(Tender(TenderKind.CARD, 5_00, "rrn 1"), Tender(TenderKind.CASH, 20_00)),
        change_minor=5_00, program=PROGRAM, member_id=MEMBER, identified_by="card",
        member_code="2990000000019", original_id=None, reason="",
        entries=(
            entry(1, EntryKind.REDEEM, -10, program=PROGRAM),
            entry(2, EntryKind.EARN, 1, program=PROGRAM, available_on=date(2026, 11, 23),
                  expires_on=date(2027, 11, 22)),
        ),
        uses=(AllowanceUse("01935c6e-0000-7000-8000-000000000003", 8),), unsecured=2,
        mirror_cursor="epoch:12",
    )  # fmt: skip


def rich_document() -> CompletedTransaction:
    """What documents gained after the first release, all at once."""
    plain = full_document()
    line = replace(
        full_line(), earn_rate=Fraction(7, 100_000), earn_base_minor=20_00, card_id="2700000000001"
    )
    cause = Cause("transaction", TRANSACTION, "op-1")
    gift = GiftCardEntry(
        "01935c6e-0000-7000-8000-000000000021", "2700000000001", GiftCardKind.RETURN, 5_00, AT, ON,
        cause, date(2026, 12, 6), "01935c6e-0000-7000-8000-000000000020",
    )  # fmt: skip
    spent = entry(1, EntryKind.REDEEM, -10, lot_order=LotOrder.OLDEST_ISSUED_FIRST)
    return replace(
        plain, lines=(line,), entries=(spent,), return_policy=ReturnPolicy.DIFFERENCE,
        cash_unit_minor=50, withheld_points=3, withheld_minor=3_00, gift_cards=(gift,),
        totals=replace(plain.totals, rounding_minor=-30),
    )  # fmt: skip


def bare_return() -> CompletedTransaction:
    line = CompletedLine(
        line=1, item_id="x", code="", name="x", quantity=pieces(1), unit_price_minor=1,
        list_minor=1, modifications=(), net_minor=1, points_minor=0, points_redeemed=0,
        payable_minor=1, points_earned=0, tax_class="zero", tax_rate_ppm=0, tax_minor=0,
        returned_line=1,
    )  # fmt: skip
    return CompletedTransaction(
        transaction_id="r", kind=TransactionKind.RETURN, receipt_number="2", store_id="s",
        terminal_id="t", session_number=1, business_on=ON, completed_at=AT.replace(microsecond=0),
        operator_id="", currency=RUB, lines=(line,), totals=Totals(1, 0, 1, 0, 0, 1, 0, 0),
        tenders=(Tender(TenderKind.CASH, -1),), change_minor=0, original_id=TRANSACTION,
        reason="defect", training=True,
        entries=(entry(3, EntryKind.REVERSE, 10, reverses="e", lot_id="lot"),),
    )  # fmt: skip


TOTALS = e.ControlTotals(
    receipts=41, returns=1, sales_minor=123_456, returns_minor=100, discount_minor=2_000,
    by_tender=(("card", 100_000), ("cash", 23_356)), points_earned=55, points_redeemed=20,
    points_reversed=-3, paid_in_minor=1, paid_out_minor=2, pickup_minor=3, loan_minor=4, voids=5,
    void_minor=6, no_sales=7,
)  # fmt: skip

DARK_TOTALS = replace(
    TOTALS, dark_receipts=41, dark_earned=55, dark_redeemed=2_310, dark_seconds=11_400
)

GIVEN = e.AllowanceGiven(
    "01935c6e-0000-7000-8000-000000000030", MEMBER,
    (AllowanceUse("g", 5), AllowanceUse("h", 7)), "ab" * 12, "cd" * 12, 2, AT, AT,
)  # fmt: skip

FACTS: dict[str, e.Event] = {
    "transaction_completed.sale": e.TransactionCompleted(full_document()),
    "transaction_completed.rich": e.TransactionCompleted(rich_document()),
    "transaction_completed.dark": e.TransactionCompleted(replace(full_document(), offline=True)),
    "transaction_completed.exchange": e.TransactionCompleted(
        replace(full_document(), exchange_of="01935c6e-0000-7000-8000-000000000004")
    ),
    "transaction_completed.return": e.TransactionCompleted(bare_return()),
    "member_enrolled.full": e.MemberEnrolled(
        MEMBER, bytes(range(16)), "4567", "Анна К.", "2990000000019", ("processing", "marketing"),
        b"\x00\xffsealed", "shop", "op-1", AT, ON,
    ),
    "member_enrolled.bare": e.MemberEnrolled("m", b"", "", "", "", (), b"", "", "", AT, ON),
    "categories_chosen.full": e.CategoriesChosen(
        MEMBER, "2026-11", ("Чай", "Хлеб"), "shop", "op-1", AT, ON
    ),
    "points_adjusted.given": e.PointsAdjusted(
        entry(4, EntryKind.ADJUST, 150, expires_on=ON), (), "shop", "", AT
    ),
    "points_adjusted.taken": e.PointsAdjusted(
        entry(5, EntryKind.ADJUST, -20), (AllowanceUse("g", 20),), "shop", "op-2", AT
    ),
    "receipt_credited.full": e.ReceiptCredited(
        TRANSACTION, "0102000017",
        entry(6, EntryKind.EARN, 20, program=PROGRAM, available_on=ON, expires_on=ON),
        (e.CreditedLine(1, 30, Fraction(7, 100_000), 20_00), e.CreditedLine(2, 0, Fraction(0), 0)),
        "shop", AT,
    ),
    "receipt_credited.bare": e.ReceiptCredited("t", "2", entry(7, EntryKind.EARN, 1), (), "", AT),
    "members_merged.full": e.MembersMerged(
        MEMBER, "01935c6e-0000-7000-8000-0000000000ff", "shop", "op-1", "op-2", "one person",
        AT, ON, "4567", "0019",
    ),
    "members_merged.bare": e.MembersMerged("m", "n", "", "op-1", "", "", AT, ON),
    "allowance_returned.full": e.AllowanceReturned(MEMBER, (AllowanceUse("g", 5),), AT),
    "transfer_out.full": GIVEN,
    "transfer_out.bare": e.AllowanceGiven("t", "m", (), "a", "b", 1, AT),
    "transfer_in.full": e.AllowanceTaken(
        "01935c6e-0000-7000-8000-000000000030", MEMBER, 12,
        (e.GivenProof("ab" * 12, "01935c6e-0000-7000-8000-000000000031", 1, b'{"\xd1\x87":1}',
                      bytes(range(64))),),
        AT,
    ),
    "session_opened.full": e.SessionOpened(7, ON, "op-1", 5_000_00, AT),
    "session_closed.full": e.SessionClosed(7, ON, "op-1", 1_000, 1_001, TOTALS, AT),
    "day_closed.full": e.DayClosed(ON, "op-1", TOTALS, AT),
    "day_closed.bare": e.DayClosed(ON, "op-1", e.ControlTotals(), AT),
    "day_closed.dark": e.DayClosed(ON, "op-1", DARK_TOTALS, AT),
    "cash_moved.full": e.CashMoved("pickup", 1_000_00, "bank", 7, ON, "op-1", AT),
    "right_used.full": e.RightUsed("void_line", "4600", "op-1", "op-2", "mistake", 100, 7, AT),
    "right_used.bare": e.RightUsed("no_sale", "", "op-1", "", "", 0, 7, AT),
    "unknown_code_seen.full": e.UnknownCodeSeen("4600000000008", "op-1", AT),
}  # fmt: skip

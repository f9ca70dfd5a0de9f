"""From the open transaction to its document, and back: every number comes back exactly once."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from pos_app.domain.business_day import (
    after_cash,
    after_document,
    after_no_sale,
    after_void,
    cash_effect_minor,
    cash_sign,
    next_business_day,
    tender_effects,
)
from pos_app.domain.completion import Place, Rules, Secured, complete_sale
from pos_app.domain.document import CompletedTransaction, TransactionKind
from pos_app.domain.errors import TransactionClosed
from pos_app.domain.events import ControlTotals
from pos_app.domain.loyalty.allowance import AllowanceUse
from pos_app.domain.loyalty.ledger import EntryKind
from pos_app.domain.pricing.basket import Goodwill, Wish
from pos_app.domain.pricing.engine import Engine
from pos_app.domain.quantity import grams, pieces
from pos_app.domain.returning import (
    ReturnLine,
    Terms,
    complete_return,
)
from pos_app.domain.tax import russian_tax
from pos_app.domain.tender import Tender, TenderKind
from pos_app.domain.transaction import (
    MemberLink,
    Transaction,
    add,
    change_due_minor,
    with_goodwill,
    with_quantity,
    with_tender,
    without_line,
)
from tests.builders import (
    NOON_UTC,
    TODAY,
    a_context,
    a_customer,
    a_program,
    a_promotion,
    an_item,
    counted_ids,
)

PLACE = Place("s1", "t1", 1, TODAY, "op1", NOON_UTC, "A000001")
UNSECURED = Secured()
EMPTY = Transaction("t-1", NOON_UTC)
MILK = an_item("milk", 89_90)
APPLE = an_item("apple", 149_90)


def scanned(*rows) -> Transaction:
    """(item, count or Quantity) per line."""
    transaction = EMPTY
    for item, amount in rows:
        quantity = pieces(amount) if isinstance(amount, int) else amount
        price = item.prices[0].price_minor
        transaction = add(transaction, item, item.item_id, quantity, price, "scan")
    return transaction


def sold(
    transaction: Transaction,
    program=None,
    *,
    points: int = 0,
    member: str | None = "m1",
    place: Place = PLACE,
    tenders: tuple[Tender, ...] | None = None,
    secured: Secured = UNSECURED,
) -> CompletedTransaction:
    program = program or a_program()
    lines = [line.basket_line() for line in transaction.lines]
    customer = a_customer(member) if member else None
    context = a_context(customer=customer, wish=Wish(points, points), goodwill=transaction.goodwill)
    answer = Engine(program).price(lines, context)
    paid = (Tender(TenderKind.CASH, answer.totals.due_minor),) if tenders is None else tenders
    link = MemberLink(member, "card") if member else None
    return complete_sale(
        replace(transaction, tenders=paid, member=link),
        answer,
        place,
        Rules(program, russian_tax()),
        secured=secured,
        new_id=counted_ids("sale"),
    )


def returned(
    original: CompletedTransaction,
    rows: list[tuple[int, int]],
    earlier: tuple[CompletedTransaction, ...] = (),
    on: date = TODAY,
) -> CompletedTransaction:
    """(line of the original, base units) per line."""
    lines = {line.line: line for line in original.lines}
    number = len(earlier)
    return complete_return(
        original,
        [ReturnLine(lines[line], units) for line, units in rows],
        earlier,
        replace(PLACE, business_on=on, receipt_number=f"A90000{number}"),
        transaction_id=f"return-{number}",
        terms=Terms("not fresh"),
        new_id=counted_ids(f"return{number}"),
    )


# --- the open transaction ------------------------------------------------------------------


def test_a_second_scan_of_a_piece_raises_its_line_where_it_stands() -> None:
    transaction = scanned((MILK, 1), (APPLE, grams(500)), (MILK, 2))
    assert [(x.line, x.quantity) for x in transaction.lines] == [(1, pieces(3)), (2, grams(500))]
    assert transaction.selected == 1


def test_weights_labels_other_prices_and_goodwill_stay_lines_of_their_own() -> None:
    transaction = scanned((APPLE, grams(500)), (APPLE, grams(500)), (MILK, 1))
    transaction = add(transaction, MILK, "label", pieces(1), 89_90, "label")
    transaction = add(transaction, MILK, "milk", pieces(1), 79_90, "scan")
    assert len(transaction.lines) == 5
    friendly = with_goodwill(scanned((MILK, 1)), 1, Goodwill(percent_ppm=1))
    assert len(add(friendly, MILK, "milk", pieces(1), 89_90, "scan").lines) == 2


def test_a_voided_line_leaves_its_number_unused() -> None:
    transaction = without_line(scanned((MILK, 1), (APPLE, grams(5))), 2)
    assert transaction.selected == 1
    assert [x.line for x in add(transaction, APPLE, "a", grams(5), 1, "scan").lines] == [1, 3]
    assert without_line(scanned((MILK, 1)), 1).selected is None


def test_a_change_of_a_line_that_is_not_there_changes_nothing() -> None:
    transaction = scanned((MILK, 1))
    assert with_quantity(transaction, 9, pieces(2)) == transaction
    assert with_goodwill(transaction, 9, Goodwill()) == transaction
    assert with_goodwill(transaction, None, Goodwill()).goodwill == Goodwill()


def test_nothing_is_edited_after_money_was_taken() -> None:
    paid = with_tender(scanned((MILK, 1)), Tender(TenderKind.CARD, 50_00))
    for edit in (
        lambda: with_quantity(paid, 1, pieces(2)),
        lambda: without_line(paid, 1),
        lambda: with_goodwill(paid, None, None),
        lambda: add(paid, MILK, "milk", pieces(1), 89_90, "scan"),
    ):
        with pytest.raises(TransactionClosed):
            edit()


def test_cash_adds_up_to_one_tender_and_cards_stay_apart() -> None:
    transaction = scanned((MILK, 1))
    for tender in (
        Tender(TenderKind.CASH, 10_00),
        Tender(TenderKind.CARD, 20_00, "a"),
        Tender(TenderKind.CASH, 100_00),
        Tender(TenderKind.CARD, 1_00, "b"),
    ):
        transaction = with_tender(transaction, tender)
    kinds = [t.kind.value for t in transaction.tenders]
    assert kinds == ["card", "cash", "card"]
    assert transaction.paid_minor == 131_00
    assert change_due_minor(transaction.tenders, 89_90) == 41_10
    assert change_due_minor((), 1) == 0


def test_the_strictest_age_limit_counts() -> None:
    wine, beer = an_item("wine", 1, age_limit=18), an_item("energy", 1, age_limit=16)
    assert scanned((beer, 1), (wine, 1), (MILK, 1)).age_limit == 18
    assert EMPTY.age_limit == 0


# --- the document of a sale ----------------------------------------------------------------

EARNING = {"rules": [{"id": "e", "percent": "10"}], "vesting_days": 14, "expires_after_days": 90}


def test_a_sale_redeems_before_it_earns_and_dates_its_lot() -> None:
    document = sold(scanned((an_item("tv", 1000_00), 1)), a_program(earn=EARNING), points=100)
    redeem, earn = document.entries
    assert (redeem.kind, redeem.points) == (EntryKind.REDEEM, -100)
    assert (earn.kind, earn.points) == (EntryKind.EARN, 90)
    assert earn.available_on == TODAY + timedelta(days=14)
    assert earn.expires_on == TODAY + timedelta(days=90)
    assert document.program is not None
    assert redeem.program == document.program
    assert redeem.cause.id == document.transaction_id


def test_points_that_never_end_have_no_last_day() -> None:
    program = a_program(earn={**EARNING, "expires_after_days": None})
    (earn,) = sold(scanned((MILK, 1)), program).entries
    assert earn.expires_on is None


def test_a_stranger_a_guest_and_a_shop_without_a_programme_cause_no_entries() -> None:
    program = a_program(earn=EARNING)
    assert sold(scanned((MILK, 1)), program, member=None).entries == ()
    answer = Engine(program).price([scanned((MILK, 1)).lines[0].basket_line()], a_context())
    guest = replace(scanned((MILK, 1)), member=MemberLink(None, "card", "2900000000001"))
    for transaction, rules in (
        (guest, Rules(program, russian_tax())),
        (replace(guest, member=MemberLink("m1", "card")), Rules(None, russian_tax())),
    ):
        document = complete_sale(
            transaction, answer, PLACE, rules, secured=Secured(), new_id=counted_ids()
        )
        assert document.entries == ()
    assert document.program is None
    assert document.currency.code == "RUB"


def test_the_tax_of_a_line_is_that_of_the_day_and_of_what_money_paid() -> None:
    for on, rate, tax in (
        (date(2025, 12, 31), 200_000, 14_98),
        (date(2026, 1, 1), 220_000, 16_21),
    ):
        document = sold(scanned((MILK, 1)), place=replace(PLACE, business_on=on))
        assert (document.lines[0].tax_rate_ppm, document.lines[0].tax_minor) == (rate, tax)


def test_change_and_grants_are_on_the_document() -> None:
    secured = Secured((AllowanceUse("g1", 10),), 0)
    cash = (Tender(TenderKind.CASH, 100_00),)
    document = sold(scanned((MILK, 1)), tenders=cash, secured=secured)
    assert document.change_minor == 10_10
    assert document.uses == secured.uses
    assert cash_effect_minor(document) == 89_90


# --- the day -------------------------------------------------------------------------------


def test_a_business_day_is_the_local_day_or_the_one_after_the_closed_one() -> None:
    assert next_business_day(TODAY, None) == TODAY
    assert next_business_day(TODAY, TODAY - timedelta(days=1)) == TODAY
    assert next_business_day(TODAY, TODAY) == TODAY + timedelta(days=1)


def test_the_totals_of_a_day_follow_every_document() -> None:
    program = a_program(earn=EARNING, promotions=[a_promotion("percent", percent="10")])
    tenders = (Tender(TenderKind.CARD, 50_00), Tender(TenderKind.CASH, 100_00))
    sale = sold(scanned((MILK, 2)), program, points=30, tenders=tenders)
    totals = after_document(ControlTotals(), sale)
    assert (totals.receipts, totals.sales_minor, totals.discount_minor) == (1, 131_82, 17_98)
    assert totals.by_tender == (("card", 50_00), ("cash", 81_82))
    assert (totals.points_earned, totals.points_redeemed) == (13, 30)
    back = returned(sale, [(1, 2)])
    closed = after_document(totals, back)
    assert (closed.returns, closed.returns_minor, closed.discount_minor) == (1, 131_82, 0)
    assert closed.by_tender == (("card", 0), ("cash", 0))
    assert closed.points_reversed == 30 - 13
    assert closed.points_given_back == 30
    assert back.kind is TransactionKind.RETURN


def test_change_is_taken_out_of_cash_even_where_a_card_paid() -> None:
    sale = sold(scanned((MILK, 1)), tenders=(Tender(TenderKind.CARD, 100_00),))
    assert tender_effects(sale) == {"card": 100_00, "cash": -10_10}


def test_training_counts_nothing() -> None:
    training = sold(scanned((MILK, 1)), place=replace(PLACE, training=True))
    assert after_document(ControlTotals(), training) == ControlTotals()


def test_cash_voids_and_drawer_openings_have_totals_of_their_own() -> None:
    totals = ControlTotals()
    for kind, amount in (("paid_in", 1), ("paid_out", 2), ("pickup", 3), ("loan", 4)):
        totals = after_cash(totals, kind, amount)
    totals = after_no_sale(after_void(totals, 5))
    assert totals == ControlTotals(
        paid_in_minor=1,
        paid_out_minor=2,
        pickup_minor=3,
        loan_minor=4,
        voids=1,
        void_minor=5,
        no_sales=1,
    )
    signs = {kind: cash_sign(kind) for kind in ("paid_in", "loan", "paid_out", "pickup")}
    assert signs == {"paid_in": 1, "loan": 1, "paid_out": -1, "pickup": -1}


def test_the_clock_of_the_place_is_on_the_document() -> None:
    assert sold(scanned((MILK, 1))).completed_at == datetime(2026, 11, 20, 12, tzinfo=UTC)

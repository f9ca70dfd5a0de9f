"""A membership that comes back: money for the unused days, and exactly those days."""

from datetime import date, timedelta

import pytest

from pos_app.domain.completion import Place, Rules, Secured, complete_sale
from pos_app.domain.document import CompletedTransaction
from pos_app.domain.loyalty.membership import holds_until
from pos_app.domain.loyalty.tally import added
from pos_app.domain.membership_return import Used, used_days
from pos_app.domain.pricing.basket import Goodwill
from pos_app.domain.pricing.engine import Engine
from pos_app.domain.quantity import pieces
from pos_app.domain.returning import ReturnLine, Terms, complete_return, returned_before
from pos_app.domain.tax import russian_tax
from pos_app.domain.tender import Tender, TenderKind
from pos_app.domain.transaction import MemberLink, Transaction, add, with_tender
from tests.builders import (
    NOON_UTC,
    TODAY,
    a_context,
    a_customer,
    a_program,
    an_item,
    counted_ids,
)

PLUS = {"id": "plus", "items": ["plus-card"], "days": 365}
PASS = {"id": "pass", "items": ["pass"], "until": "2026-12-31"}
FINAL = {"id": "final", "items": ["final"], "days": 30, "refund": "none"}
PROGRAM = a_program(memberships=[PLUS, PASS, FINAL])
PRICES = {"plus-card": 3650_00, "pass": 42_00, "final": 300_00, "milk": 100_00}


def place(on: date) -> Place:
    return Place("s", "t", 1, on, "op", NOON_UTC, "R1")


def sold(*codes: str, count: int = 1, on: date = TODAY) -> CompletedTransaction:
    transaction = Transaction("t1", NOON_UTC, member=MemberLink("m1", "card"))
    for code in codes:
        item = an_item(code, PRICES[code])
        transaction = add(transaction, item, code, pieces(count), PRICES[code], "scan")
    lines = [line.basket_line() for line in transaction.lines]
    priced = Engine(PROGRAM).price(lines, a_context(customer=a_customer()))
    transaction = with_tender(transaction, Tender(TenderKind.CASH, priced.totals.due_minor))
    rules = Rules(PROGRAM, russian_tax())
    return complete_sale(
        transaction, priced, place(on), rules, secured=Secured(), new_id=counted_ids()
    )


def returned(
    original: CompletedTransaction, tallies, on: date, *, line: int = 1, count: int = 1, earlier=()
) -> tuple[CompletedTransaction, Used]:
    wanted = [ReturnLine(original.lines[line - 1], count)]
    before = returned_before(earlier)
    plain = complete_return(
        original,
        wanted,
        earlier,
        place(on),
        transaction_id="r1",
        terms=Terms("changed_mind"),
        new_id=counted_ids("r"),
    )
    used = used_days(PROGRAM.memberships, tallies, original, before, plain.lines, on)
    back = complete_return(
        original,
        wanted,
        earlier,
        place(on),
        transaction_id="r1",
        terms=Terms("changed_mind", used=used),
        new_id=counted_ids("r"),
    )
    return back, used


def paid_out(document: CompletedTransaction) -> int:
    return -sum(tender.amount_minor for tender in document.tenders)


@pytest.mark.parametrize(("days", "refund"), [(0, 3650_00), (1, 3640_00), (364, 10_00), (400, 0)])
def test_the_refund_is_for_the_days_that_are_left(days: int, refund: int) -> None:
    original = sold("plus-card")
    tallies = added({}, original.tallies)
    on = TODAY + timedelta(days=days)
    back, used = returned(original, tallies, on)
    assert paid_out(back) == refund
    assert back.withheld_minor == used.minor == 3650_00 - refund
    assert back.totals.net_minor == 3650_00
    left = added(tallies, back.tallies)
    plus = PROGRAM.memberships[0]
    assert holds_until(plus, left, on) is None
    if 0 < days < 365:
        assert holds_until(plus, left, on - timedelta(days=1)) == on - timedelta(days=1)


def test_what_lies_beside_a_membership_comes_back_whole() -> None:
    original = sold("plus-card", "milk")
    back, used = returned(original, added({}, original.tallies), date(2027, 3, 1), line=2)
    assert (paid_out(back), used) == (100_00, Used())


def test_of_two_pieces_the_second_is_unused_first() -> None:
    original = sold("plus-card", count=2)
    tallies = added({}, original.tallies)
    on = TODAY + timedelta(days=65)
    first, _ = returned(original, tallies, on)
    assert paid_out(first) == 3650_00
    tallies = added(tallies, first.tallies)
    second, _ = returned(original, tallies, on, earlier=(first,))
    assert paid_out(second) == 3000_00
    assert added(tallies, second.tallies)[("membership/plus", "2026-11-20+")] == 65


def test_a_pass_gives_back_the_share_of_its_days_and_a_final_sale_nothing() -> None:
    season = sold("pass")
    back, _ = returned(season, added({}, season.tallies), date(2026, 12, 31))
    assert paid_out(back) == 1_00
    final = sold("final")
    tallies = added({}, final.tallies)
    back, _ = returned(final, tallies, TODAY)
    assert (paid_out(back), back.withheld_minor) == (0, 300_00)
    assert added(tallies, back.tallies) == {("membership/final", "2026-11-20+"): 30}


def test_spend_by_the_day_goes_back_by_what_was_refunded_to_the_kopeck() -> None:
    days = {"period": "rolling_days", "rolling_days": 30}
    program = a_program(tiers={"list": [{"id": "base"}], **days})
    transaction = Transaction("t1", NOON_UTC, member=MemberLink("m1", "card"))
    transaction = add(transaction, an_item("tea", 100_00), "tea", pieces(3), 100_00, "scan")
    lines = [line.basket_line() for line in transaction.lines]
    context = a_context(customer=a_customer(), goodwill=Goodwill(amount_minor=200_00))
    priced = Engine(program).price(lines, context)
    transaction = with_tender(transaction, Tender(TenderKind.CASH, priced.totals.due_minor))
    rules = Rules(program, russian_tax())
    original = complete_sale(
        transaction, priced, place(TODAY), rules, secured=Secured(), new_id=counted_ids()
    )
    tallies, earlier = added({}, original.tallies), ()
    assert tallies[("spend", "2026-11-20")] == 100_00
    for left in (66_66, 33_33, 0):
        back, _ = returned(original, tallies, date(2026, 12, 5), earlier=earlier)
        tallies, earlier = added(tallies, back.tallies), (*earlier, back)
        assert tallies.get(("spend", "2026-11-20"), 0) == left

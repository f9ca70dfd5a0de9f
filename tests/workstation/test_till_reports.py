"""A manager asks the till for a period: the server's figures, or with no link its own."""

from datetime import date, timedelta

from pos_app.domain.events import RightUsed
from pos_app.domain.reporting.folding import PeriodFold
from pos_app.domain.reporting.plain import to_plain
from tests.workstation.tills import (
    CARDS,
    CHEESE,
    MARIA,
    MILK,
    PROGRAM,
    notices,
    ok,
    program_row,
    refusal,
)

DAY = date(2026, 11, 20)
WEEK = timedelta(days=6)


def heard(bench):
    return bench.heard[-1].data["period"]


def test_the_servers_report_comes_when_it_is_ready_and_nothing_waits(manager):
    manager.courier.online = True
    assert notices(manager.till.period_report(DAY - WEEK, DAY)) == ["report_asked"]
    told = PeriodFold().report("shop", DAY - WEEK, DAY, whole=True)
    asked = manager.courier.answers("report", report=to_plain(told))
    assert heard(manager) == told
    store = manager.memory.journal.identity().store_id
    assert asked.fields == {
        "store": store, "since": "2026-11-14", "until": "2026-11-20", "language": "ru",
    }  # fmt: skip


def test_the_chain_is_asked_for_by_no_store(manager):
    manager.courier.online = True
    ok(manager.till.period_report(DAY, DAY, chain=True))
    assert manager.courier.answers("report", error="offline").fields["store"] == ""


def test_with_no_link_a_till_tells_what_it_sold_itself(manager):
    manager.sold(CHEESE, CARDS["anna"])
    manager.sold(MILK)
    answer = manager.till.period_report(DAY, DAY)
    assert notices(answer) == ["report_is_own"]
    own = answer.data["period"]
    assert (own.whole, own.sums.receipts, own.sums.identified_receipts) == (False, 2, 1)
    assert own.sums.net_minor == sum(item.net_minor for item in own.items)
    assert own.members is None, "a till knows no members of the chain"
    assert len(own.hours) == 1


def test_days_of_before_are_not_in_a_report_of_today(manager):
    manager.sold(CHEESE)
    manager.clock.move(days=40)
    answer = manager.till.period_report(DAY + WEEK, DAY + 2 * WEEK)
    assert answer.data["period"].sums.receipts == 0
    answer = manager.till.period_report(DAY - 60 * WEEK, DAY)
    assert answer.data["period"].since == DAY - timedelta(days=30), "a month of its own at most"
    assert answer.data["period"].sums.receipts == 1


def test_a_link_that_breaks_or_a_server_of_before_leaves_the_tills_own_figures(manager):
    manager.courier.online = True
    manager.sold(CHEESE)
    for reply in ({"error": "timeout"}, {"report": {"store_id": 1}}, {"report": None}):
        ok(manager.till.period_report(DAY, DAY))
        manager.courier.answers("report", **reply)
        assert manager.codes_heard()[-1] == "report_is_own"
        assert (heard(manager).whole, heard(manager).sums.receipts) == (False, 1)


def test_a_cashier_sees_no_report_without_a_manager_and_its_look_is_in_the_audit_chain(shop):
    assert refusal(shop.till.period_report(DAY, DAY)) == "needs_override"
    assert refusal(shop.till.period_report(DAY, DAY, override=("maria", "9"))) == "wrong_pin"
    ok(shop.till.period_report(DAY, DAY, override=MARIA))
    (used,) = [e for e in shop.events(RightUsed) if e.action == "see_reports"]
    assert (used.override_by, used.subject) == ("maria", "2026-11-20..2026-11-20")


def test_a_period_that_ends_before_it_begins_is_none(manager):
    assert refusal(manager.till.period_report(DAY, DAY - WEEK)) == "bad_period"


def test_what_was_paid_is_sales_with_gift_cards_and_without_points_whatever_came_back(manager):
    """The tills' real documents: goods with points, a gift card alone, and a return of it all."""
    with_cards = {**PROGRAM, "version": 2, "gift_cards": {"denominations": [{"amount": "500.00"}]}}
    manager.mirrors(manager.newer(lambda ver: program_row(ver, with_cards)))
    manager.grant("anna", 1250)
    manager.scan(CHEESE, MILK, CARDS["anna"])
    ok(manager.till.redeem(100))
    ok(manager.till.pay("cash", 5000_00))
    ok(manager.till.sell_gift_card("GIFT-0001", 500_00))
    ok(manager.till.pay("card"))
    ok(manager.till.return_sale("A000001", [(1, "1")], reason="defect"))
    ok(manager.till.complete())
    own = manager.till.period_report(DAY, DAY).data["period"]
    assert (own.sums.receipts, own.sums.returns, own.sums.card_receipts) == (1, 1, 1)
    assert own.sums.gift_cards_minor == 500_00
    assert 0 < own.sums.points_minor < 100_00, "a part of the points came back"
    assert own.unexplained_minor == 0
    x = ok(manager.till.x_report()).data["report"]
    assert sum(minor for _, minor in own.tenders) == own.sums.paid_minor
    assert own.sums.paid_minor == x.sales_minor - x.returns_minor

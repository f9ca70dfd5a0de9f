"""A till notes unusual use of a card for the manager, and the cashier notices nothing."""

import pytest

from tests.sync.mirror.feeds import row
from tests.workstation.tills import CARDS, MILK, SWEETS, notices, ok, paper


def bought(bench, name: str = "anna"):
    return bench.sold(MILK, CARDS[name])


def told(bench, value) -> None:
    body = {"name": "velocity", "value": value}
    bench.mirrors(bench.newer(lambda ver: row("chain", ver, "setting", "velocity", body)))


def test_a_second_receipt_of_a_card_is_one_line_of_the_audit_and_of_the_reports(manager):
    bought(manager)
    manager.clock.move(minutes=10)
    assert manager.audit("unusual_use") == []
    manager.scan(MILK, CARDS["anna"])
    answer = ok(manager.till.pay("cash"))
    assert notices(answer) == ["completed"]
    (line,) = manager.audit("unusual_use")
    assert (line.subject, line.reason) == (answer.data["transaction_id"], "receipts 2")
    assert (line.operator_id, line.amount_minor) == ("maria", 0)
    assert ok(manager.till.x_report()).data["report"].unusual == 1
    voice = manager.till.station.gear.voice("ru")
    assert voice.text("report.unusual") in paper(manager.devices.jobs[-1])
    manager.restart()
    ok(manager.till.sign_on("maria", "3333"))
    day = ok(manager.till.end_of_day(manager.till.station.session.cash_minor)).data["report"]
    assert (day.kind, day.unusual) == ("z", 1)
    assert ("unusual", 1) in day.rows()


def test_later_somebody_else_a_guest_or_a_return_is_nothing_unusual(manager):
    first = bought(manager)
    bought(manager, "boris")
    manager.sold(MILK)
    manager.sold(MILK)
    ok(manager.till.return_sale(first.receipt_number))
    ok(manager.till.complete())
    manager.clock.move(minutes=11)
    bought(manager)
    assert manager.audit("unusual_use") == []
    assert ok(manager.till.x_report()).data["report"].unusual == 0


def test_the_new_goods_of_an_exchange_are_no_second_receipt_of_the_card(manager):
    first = bought(manager)
    manager.clock.move(minutes=11)
    ok(manager.till.exchange(first.receipt_number, None, "not_suitable"))
    manager.scan(SWEETS)
    ok(manager.till.pay("cash"))
    back, taken = manager.documents()[-2:]
    assert (taken.exchange_of, back.exchange_of) == (back.transaction_id, "")
    manager.clock.move(minutes=1)
    bought(manager)
    assert manager.audit("unusual_use") == []
    assert manager.documents()[-1].exchange_of == ""


def test_the_same_operator_with_the_same_card_over_and_over_is_named_after_a_restart_too(shop):
    for _ in range(5):
        bought(shop)
        shop.clock.move(minutes=11)
    shop.restart()
    ok(shop.till.sign_on("ivan", "1111"))
    bought(shop)
    assert [line.reason for line in shop.audit("unusual_use")] == ["operator 6"]


def test_the_limits_are_those_of_the_chain(shop):
    told(shop, {"receipts": 0, "scans_by_operator": 2})
    for _ in range(3):
        bought(shop)
    assert [line.reason for line in shop.audit("unusual_use")] == ["operator 3"]


@pytest.mark.parametrize("value", ["none", {"receipts": "many"}])
def test_limits_that_nobody_can_read_are_the_usual_ones(shop, value):
    told(shop, value)
    bought(shop)
    bought(shop)
    assert len(shop.audit("unusual_use")) == 1

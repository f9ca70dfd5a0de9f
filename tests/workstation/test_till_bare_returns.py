"""Goods without a receipt: who may, what is paid, where it ends, and what a cut leaves."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.fake.fiscal import VirtualFiscal
from pos_app.domain.bare_return import BareLimits, limits_of, worth_minor
from pos_app.domain.events import RightUsed
from pos_app.domain.item import DatedPrice, Item
from pos_app.workstation.moving import Moving, read_row
from pos_app.workstation.tendering_draft import draft_of, restore
from tests.sync.mirror.feeds import row, setting
from tests.workstation.fiscal_till import FiscalTill
from tests.workstation.tills import (
    APPLES_PLU,
    BREAD,
    CARDS,
    CHEESE,
    GIFT,
    MARIA,
    MILK,
    UNKNOWN,
    VODKA,
    goods,
    notices,
    ok,
    refusal,
)


def told(bench, **limits):
    """The shop's limits came with the last sync."""
    bench.mirrors(bench.newer(setting, "store:s1", name="returns.bare", value=limits))


def test_a_manager_takes_goods_back_for_cash_and_no_points(manager):
    sold = manager.sold(MILK, BREAD, MILK)
    before = manager.till.station.session.cash_minor
    answer = ok(manager.till.return_goods("defect"))
    assert notices(answer) == ["bare_return_open"]
    assert notices(manager.scan(MILK, BREAD, MILK)) == ["item_taken_back"]
    assert [(one.name, one.quantity.value) for one in manager.sale.lines] == [
        ("Молоко 1 л", 2),
        ("Хлеб ржаной", 1),
    ]
    assert (manager.sale.kind, manager.sale.due_minor) == ("return", 2 * 89_90 + 45_00)
    ok(manager.till.complete())
    document = manager.documents()[-1]
    assert (document.original_id, document.member_id, document.entries) == (None, None, ())
    assert [(t.kind.value, t.amount_minor) for t in document.tenders] == [("cash", -224_80)]
    assert document.totals.payable_minor == sum(line.payable_minor for line in document.lines)
    assert [(x.tax_rate_ppm, x.tax_minor) for x in document.lines] == [
        (x.tax_rate_ppm, x.tax_minor) for x in sold.lines
    ]
    assert manager.till.station.session.cash_minor == before - 224_80
    assert manager.devices.drawer == 2
    totals = manager.till.station.session.totals
    assert (totals.returns, totals.returns_minor) == (1, 224_80)
    (used,) = [e for e in manager.events(RightUsed) if e.action == "return_bare"]
    assert (used.reason, used.operator_id) == ("defect", "maria")


def test_it_is_a_right_of_its_own_and_wants_a_reason(senior):
    assert refusal(senior.till.return_goods("defect")) == "needs_override"
    assert refusal(senior.till.return_goods("", MARIA)) == "reason_wanted"
    ok(senior.till.return_goods("defect", MARIA))
    (used,) = senior.audit("return_bare")
    assert (used.operator_id, used.override_by) == ("petr", "maria")


def test_nothing_else_is_going_on(manager, bench):
    manager.scan(MILK)
    assert notices(manager.till.return_goods("defect")) == ["aside_for_return", "bare_return_open"]
    assert len(manager.view.suspended) == 1
    manager.scan(BREAD)
    assert refusal(manager.till.return_goods("defect")) == "return_first"
    ok(manager.till.void_transaction("mistake"))
    ok(manager.till.return_goods("defect"))
    manager.scan(MILK)
    for gesture in (
        manager.till.member("card", CARDS["anna"]),
        manager.till.discount(1, percent="5"),
        manager.till.suspend(),
        manager.till.coupon("AUTUMN-7"),
        manager.till.tender("cash"),
    ):
        assert refusal(gesture) == "return_is_open"
    ok(manager.till.set_quantity(1, "3"))
    ok(manager.till.undo())
    ok(manager.till.void_line(1))
    assert refusal(manager.till.complete()) == "nothing_to_pay"
    ok(manager.till.void_transaction("mistake"))
    assert manager.documents() == []


def test_what_bears_money_and_what_is_unknown_does_not_come_back_so(manager):
    ok(manager.till.return_goods("defect"))
    assert refusal(manager.scan(GIFT)) == "bare_not_these"
    assert refusal(manager.scan(UNKNOWN)) == "unknown_code"
    ok(manager.till.type_text(f"0,5*{APPLES_PLU}"))
    assert manager.sale.due_minor == 60_00
    ok(manager.scan(VODKA))
    assert manager.view.demand is None


def test_the_lowest_price_of_late_is_paid(manager):
    dated = (("2026-01-01", 900_00), ("2026-11-10", 700_00), ("2026-11-18", 1000_00))
    prices = [{"since_on": on, "price": price} for on, price in reversed(dated)]
    cheese = goods(8, CHEESE, "Сыр российский", 0, "Молочное")
    body = {**json.loads(bytes(cheese.body)), "prices": prices}
    manager.mirrors(row("chain", 2000, "item", "item8", body))
    ok(manager.till.return_goods("not_suitable"))
    ok(manager.scan(CHEESE))
    assert manager.sale.due_minor == 700_00


def test_the_shop_limits_a_receipt_and_a_day(manager):
    told(manager, per_return=200_00, per_till_day=250_00)
    ok(manager.till.return_goods("defect"))
    ok(manager.scan(MILK, MILK))
    assert refusal(manager.scan(MILK)) == "bare_limit"
    ok(manager.till.set_quantity(1, "3"))
    assert refusal(manager.till.complete()) == "bare_limit"
    ok(manager.till.set_quantity(1, "2"))
    ok(manager.till.complete())
    ok(manager.till.return_goods("defect"))
    ok(manager.scan(MILK))
    answer = manager.till.complete()
    assert refusal(answer) == "bare_day_limit"
    assert "70,20" in manager.till.station.gear.voice("ru").say(answer.refusal.text)


@pytest.mark.parametrize("value", [None, "much", {"per_return": True}, {"per_return": -1}])
def test_a_setting_that_says_nothing_leaves_the_usual_limits(value):
    assert limits_of(value) == BareLimits()


_DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(st.lists(st.tuples(_DAYS, st.integers(1, 10**6)), max_size=6), _DAYS, st.integers(0, 90))
def test_nobody_gains_by_a_return_without_a_receipt(prices, today, days):
    dated = sorted({day: price for day, price in prices}.items())
    item = Item("x", "x", tuple(DatedPrice(*one) for one in dated))
    worth = worth_minor(item, today, days)
    now = item.price_minor(today)
    assert (worth is None) == (now is None)
    if worth is not None:
        assert worth <= now
        for back in range(days + 1):
            then = item.price_minor(date.fromordinal(today.toordinal() - back))
            assert then is None or worth <= then


def test_the_registrar_has_its_document_before_the_money_is_out(tmp_path):
    with VirtualFiscal() as registrar:
        till = FiscalTill(tmp_path, registrar).begun("maria")
        try:
            ok(till.till.return_goods("defect"))
            till.scan(MILK)
            ok(till.till.complete())
            till.until(lambda: till.documents())
            (document,) = till.documents()
            papers = [one for one in registrar.storage.papers if one.kind == "sellReturn"]
            due = document.totals.due_minor
            assert [int(one.total * 100) for one in papers] == [due] == [89_90]
            assert (document.original_id, document.reason) == (None, "defect")
        finally:
            till.close()


def test_what_a_cut_left_of_it_is_opened_again_as_it_was(manager):
    ok(manager.till.return_goods("defect"))
    manager.scan(MILK, BREAD)
    station = manager.till.station
    before, shown = station.open, manager.sale
    moving = Moving(before.transaction_id, before.started_at, draft=draft_of(before, ()))
    (row,) = [read_row(moving.stored())]
    station.open = station.priced = None
    assert restore(station, row)
    assert (station.open.takes_back, station.open.reason) == (True, "defect")
    assert (manager.sale.due_minor, manager.sale.kind) == (shown.due_minor, "return")
    ok(manager.till.complete())

"""From what was sold to what should lie in the drawer: every step stands on the report."""

import pytest

from tests.workstation.payment_till import PayingBench
from tests.workstation.tills import BREAD, CHEESE, MILK, ok, paper

STEPS = (
    "float_minor",
    "in_drawer_sales_minor",
    "in_drawer_returns_minor",
    "in_drawer_other_minor",
    "drawer_moved_minor",
)


def bridge(report):
    told = dict(report.amounts())
    return [told[name] for name in STEPS if name in told], told["expected_minor"]


@pytest.fixture
def busy(manager):
    """Cash, a card, a part by each, goods that came back, money in and out."""
    manager.sold(MILK, cash=100_00)
    manager.scan(BREAD)
    ok(manager.till.pay("card"))
    manager.scan(CHEESE)
    ok(manager.till.tender("card", 300_00))
    ok(manager.till.pay("cash"))
    ok(manager.till.return_sale("A000001"))
    ok(manager.till.complete())
    ok(manager.till.cash_movement("paid_in", 50_00, "found_cash"))
    ok(manager.till.cash_movement("pickup", 200_00, "to_safe"))
    return manager


def test_an_x_report_leads_from_the_sales_to_the_drawer_without_a_gap(busy):
    report = ok(busy.till.x_report()).data["report"]
    steps, expected = bridge(report)
    assert steps == [1000_00, 1134_90, -89_90, -345_00, -150_00]
    assert sum(steps) == expected == busy.till.station.session.cash_minor


def test_so_does_the_report_of_a_closed_session(busy):
    ok(busy.till.x_report())
    counted = busy.till.station.session.cash_minor
    report = ok(busy.till.close_session(counted)).data["report"]
    steps, expected = bridge(report)
    assert sum(steps) == expected == counted


def test_the_paper_says_it_under_the_name_of_the_drawer(busy):
    report = ok(busy.till.x_report()).data["report"]
    text, voice = paper(busy.devices.jobs[-1]), busy.till.station.gear.voice("ru")
    told = [voice.text(f"report.{name}") for name in (*STEPS, "expected_minor")]
    drawer = text[text.index(voice.text("report.group_drawer")) :]
    places = [drawer.index(one) for one in told]
    assert places == sorted(places)
    assert report.expected_minor == 1550_00


def test_of_a_day_with_two_sessions_only_the_cash_of_the_last_drawer_is_told(busy):
    ok(busy.till.close_session(busy.till.station.session.cash_minor))
    ok(busy.till.open_session(100_00))
    busy.sold(MILK, cash=100_00)
    report = ok(busy.till.end_of_day(busy.till.station.session.cash_minor)).data["report"]
    told = dict(report.amounts())
    assert told["float_minor"] + told["drawer_sales_minor"] == told["expected_minor"] == 189_90
    assert not any(name.startswith("in_drawer") for name in told)


def test_what_did_not_happen_is_no_step(shop):
    shop.sold(MILK)
    told = dict(ok(shop.till.x_report()).data["report"].amounts())
    assert [name for name in STEPS if name in told] == list(STEPS[:2])


def test_money_by_a_terminal_and_by_code_is_no_cash(tmp_path):
    bench = PayingBench(tmp_path).open_shift("maria")
    bench.scan(MILK)
    ok(bench.till.pay("qr"))
    bench.scan(BREAD)
    ok(bench.till.pay("cash"))
    steps, expected = bridge(ok(bench.till.x_report()).data["report"])
    assert sum(steps) == expected == 1045_00
    bench.close()

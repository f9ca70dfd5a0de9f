"""X and Z tell figures of one population, what is not sent as it is, and days in one way."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from resources.words import Words
from tests.workstation.tills import CHEESE, MARIA, MILK, ok, paper


def sent(bench):
    """The server has all that was written until now."""
    outbox = bench.memory.outbox
    outbox.ack(outbox.head(), outbox.head())


def x_report(till):
    return ok(till.till.x_report()).data["report"]


@pytest.fixture
def discounted(manager):
    """Cheese for 5 % less, sold and brought back; milk at its price."""
    manager.scan(CHEESE)
    ok(manager.till.discount(1, percent="5"))
    ok(manager.till.pay("cash"))
    manager.sold(MILK)
    return manager


def test_discounts_are_of_sales_as_the_sales_are_and_those_of_returns_stand_apart(discounted):
    before = x_report(discounted)
    assert (before.sales_minor, before.discount_minor) == (950_00 + 89_90, 50_00)
    assert "discount_back_minor" not in dict(before.amounts())
    ok(discounted.till.return_sale("A000001"))
    ok(discounted.till.complete())
    after = x_report(discounted)
    assert (after.sales_minor, after.discount_minor) == (before.sales_minor, 50_00)
    assert (after.returns_minor, after.discount_back_minor) == (950_00, 50_00)
    assert list(dict(after.amounts()))[:4] == [
        "sales_minor",
        "returns_minor",
        "discount_minor",
        "discount_back_minor",
    ]
    voice = Words("ru")
    text = paper(discounted.devices.jobs[-1])
    for name in ("discount_minor", "discount_back_minor"):
        assert f"{voice.text(f'report.{name}')} | 50.00" in text


def test_a_z_tells_them_so_after_a_start_as_well(discounted):
    ok(discounted.till.return_sale("A000001"))
    ok(discounted.till.complete())
    discounted.restart()
    ok(discounted.till.sign_on(*MARIA))
    z = ok(discounted.till.end_of_day(1089_90)).data["report"]
    assert (z.discount_minor, z.discount_back_minor) == (50_00, 50_00)


@pytest.mark.parametrize("online", [True, False])
def test_the_paper_of_a_z_counts_its_own_closing_only_where_the_page_does(manager, online):
    manager.sold(MILK)
    manager.courier.online = online
    if online:
        sent(manager)
    ok(manager.till.end_of_day(1089_90))
    told = Words("ru").text("report.unsent")
    rows = [row for row in paper(manager.devices.jobs[-1]).splitlines() if told in row]
    left = manager.till.station.journal.unsent()
    assert rows == ([] if online else [f"{told} | {left}"])
    assert left > 0


@pytest.mark.parametrize(("language", "day"), [("ru", "20.11.2026"), ("en", "20 Nov 2026")])
def test_every_day_on_a_paper_is_written_in_one_way(language, day):
    words, at = Words(language), datetime(2026, 11, 20, 15, 4, tzinfo=UTC)
    on = at.date()
    assert words.text("receipt.on", on=on) == day
    assert words.text("receipt.moment", at=at) == f"{day} 15:04"
    assert words.text("label.printed", on=on) == day
    for key in ("receipt.coming", "receipt.gift_card_until", "receipt.coupon_days"):
        assert day in words.text(key, on=on, since=on, until=on)


def test_the_head_of_a_receipt_and_of_a_report_are_in_the_language_of_the_paper(manager):
    manager.till.station.settings = replace(manager.till.station.settings, language="en")
    manager.sold(MILK)
    x_report(manager)
    receipt, report = (paper(job) for job in manager.devices.jobs[-2:])
    assert "20 Nov 2026" in receipt
    assert "Business day | 20 Nov 2026" in report
    assert "20.11.2026" not in receipt + report

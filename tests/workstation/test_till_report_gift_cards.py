"""X and Z tell gift cards apart from goods; what they tell adds up to the payments."""

import pytest

from pos_app.domain.money import Money
from resources.words import Words
from tests.workstation.test_till_gift_cards import CODE, OTHER, granted, rules
from tests.workstation.test_till_reports import DAY
from tests.workstation.tills import CARDS, CHEESE, MILK, PINS, SWEETS, ok, paper

APART = ("goods_minor", "cards_sold_minor", "cards_topped_up_minor", "cards_back_minor")


@pytest.fixture
def busy(manager):
    """Goods with points, two cards sold, one topped up, goods and a card that come back."""
    rules(manager)
    manager.grant("anna", 1250)
    manager.scan(CHEESE, MILK, CARDS["anna"])
    ok(manager.till.redeem(100))
    ok(manager.till.pay("cash", 5000_00))
    manager.scan(SWEETS)
    ok(manager.till.sell_gift_card(CODE, 500_00))
    ok(manager.till.pay("card"))
    ok(manager.till.sell_gift_card(CODE, 300_00))
    ok(manager.till.pay("cash"))
    ok(manager.till.sell_gift_card(OTHER, 1000_00))
    ok(manager.till.pay("cash"))
    ok(manager.till.return_sale("A000001", [(1, "1")], reason="defect"))
    ok(manager.till.complete())
    granted(manager, 1000_00, OTHER)
    ok(manager.till.return_sale("A000004", reason="defect"))
    ok(manager.till.complete())
    return manager


def x_report(shop):
    return ok(shop.till.x_report()).data["report"]


def adds_up(report):
    cards = report.cards_sold_minor + report.cards_topped_up_minor
    assert report.goods_minor + cards == report.sales_minor
    assert report.goods_net_minor + cards - report.cards_back_minor == report.paid_minor
    assert report.paid_minor == report.sales_minor - report.returns_minor
    assert report.paid_minor == sum(minor for _, minor in report.by_tender)


def test_x_tells_goods_apart_from_cards_sold_topped_up_and_back_and_adds_up(busy):
    x = x_report(busy)
    assert (x.cards_sold_minor, x.cards_topped_up_minor, x.cards_back_minor) == (
        1500_00,
        300_00,
        1000_00,
    )
    assert x.goods_minor == 1089_90 + 100_00 - 100_00
    adds_up(x)


def test_the_paper_and_the_screen_tell_the_same_rows(busy):
    x = x_report(busy)
    told = dict(x.amounts())
    assert list(told)[:7] == [
        "goods_minor",
        "cards_sold_minor",
        "cards_topped_up_minor",
        "sold_minor",
        "returns_minor",
        "cards_back_minor",
        "goods_net_minor",
    ]
    printed = paper(busy.devices.jobs[-1])
    words = Words("ru")
    for name, minor in told.items():
        if minor:
            figure = words.text("receipt.money", amount=Money(minor))
            assert f"{words.text(f'report.{name}')} | {figure}" in printed
    total = words.text("receipt.money", amount=Money(x.paid_minor))
    assert f"{words.text('report.paid_minor')} | {total}" in printed


def test_a_day_without_cards_says_sales_alone(manager):
    manager.sold(CHEESE)
    x = x_report(manager)
    assert not {*APART[1:], "goods_minor", "sold_minor"} & {name for name, _ in x.amounts()}
    assert x.goods_minor == x.goods_net_minor == x.sales_minor == 1000_00
    adds_up(x)


def test_the_z_of_two_sessions_tells_both_after_a_restart(busy):
    x = x_report(busy)
    ok(busy.till.close_session(x.expected_minor))
    busy.restart()
    ok(busy.till.sign_on("maria", PINS["maria"]))
    ok(busy.till.open_session(0))
    ok(busy.till.sell_gift_card("K1G:WINTER-0001-9953", 500_00))
    ok(busy.till.pay("card"))
    second = x_report(busy)
    assert (second.cards_sold_minor, second.goods_minor) == (500_00, 0)
    z = ok(busy.till.end_of_day(0)).data["report"]
    assert z.cards_sold_minor == x.cards_sold_minor + 500_00
    assert z.goods_minor == x.goods_minor
    adds_up(z)


def test_the_periods_figures_agree_with_x(busy):
    x = x_report(busy)
    own = busy.till.period_report(DAY, DAY).data["period"]
    cards = x.cards_sold_minor + x.cards_topped_up_minor - x.cards_back_minor
    assert own.sums.gift_cards_minor == cards
    assert own.sums.paid_minor == x.paid_minor
    assert own.unexplained_minor == 0

"""The customer's two lines: what is shown when, and that nothing personal is."""

import pytest

from drivers.line_display.dialects import line_bytes
from pos_app.workstation.customer_lines import COLUMNS, CustomerLines, rows_of
from pos_app.workstation.ports import DeviceState
from pos_app.workstation.scale_port import Pan, Weighed
from tests.workstation.test_till_weighing import RecordedScale
from tests.workstation.tills import APPLES_PLU, CARDS, MILK, SWEETS


@pytest.fixture
def customer(shop):
    shop.devices.what = (DeviceState("display", "display", "ok"),)
    return CustomerLines(shop.till.station)


def rows(shop):
    upper, lower = rows_of(shop.till.station)
    assert len(upper) <= COLUMNS
    assert len(lower) <= COLUMNS
    assert "?" not in (line_bytes(upper) + line_bytes(lower)).decode("cp866")
    return upper, lower


def test_a_closed_till_says_so_and_an_open_one_greets(bench) -> None:
    assert rows(bench) == ("Касса закрыта", "")
    bench.open_shift()
    assert rows(bench) == ("Добро пожаловать!", "")


def test_what_was_scanned_last_and_the_total_are_shown(shop) -> None:
    shop.scan(MILK)
    assert rows(shop) == ("Молоко 1 л     89.90", "ИТОГО          89.90")
    shop.scan(SWEETS)
    assert rows(shop) == ("Конфеты «Мишк 100.00", "ИТОГО         189.90")
    shop.till.select_line(1)
    assert rows(shop)[0] == "Молоко 1 л     89.90"


def test_what_is_left_to_pay_the_change_and_the_thanks_follow(shop) -> None:
    shop.scan(MILK)
    shop.till.tender("cash", 50_00)
    assert rows(shop) == ("ИТОГО          89.90", "К оплате       39.90")
    shop.till.tender("cash", 50_00)
    assert rows(shop) == ("ИТОГО          89.90", "СДАЧА          10.10")
    shop.till.complete()
    assert rows(shop) == ("СДАЧА          10.10", "Спасибо за покупку!")
    shop.sold(MILK)
    assert rows(shop)[0] == "ОПЛАЧЕНО       89.90"


def test_earned_points_are_told_and_no_name_or_card(shop) -> None:
    shop.scan(CARDS["anna"], SWEETS)
    assert "Anna" not in " ".join(rows(shop))
    shop.till.pay("cash", None)
    assert rows(shop) == ("ОПЛАЧЕНО      100.00", "Баллы             +5")


def test_a_return_is_shown_as_one(senior) -> None:
    document = senior.sold(MILK)
    senior.till.return_sale(document.receipt_number, None, "defect")
    assert rows(senior)[0].startswith("ВОЗВРАТ")
    senior.till.pay("cash", None)
    assert rows(senior)[0] == "Деньги возвращены"


def test_the_weight_is_shown_while_goods_are_weighed(shop) -> None:
    scale = RecordedScale()
    shop.till.station.scale = scale
    shop.till.type_text(APPLES_PLU)
    assert rows(shop) == ("Яблоки", "")
    scale.asked[-1][0](Pan("moving", 342))
    assert rows(shop) == ("Яблоки", "0,342\u00a0кг")
    scale.asked[-1][0](Pan("under", -3))
    assert rows(shop) == ("Яблоки", "")
    scale.asked[-1][1](Weighed(342))
    assert rows(shop)[0] == "Яблоки         41.04"


def test_the_display_is_told_only_what_changed_and_again_when_it_is_back(shop, customer) -> None:
    customer.tick()
    customer.tick()
    assert len(shop.devices.rows) == 1
    shop.scan(MILK)
    customer.tick()
    assert shop.devices.rows[-1][1] == "ИТОГО          89.90"
    shop.devices.what = (DeviceState("display", "display", "lost"),)
    shop.scan(MILK)
    customer.tick()
    assert len(shop.devices.rows) == 2
    shop.devices.what = (DeviceState("display", "display", "ok"),)
    customer.tick()
    assert shop.devices.rows[-1][1] == "ИТОГО         179.80"


def test_a_till_without_a_display_tells_nobody(shop) -> None:
    CustomerLines(shop.till.station).tick()
    assert shop.devices.rows == []


def test_an_amount_longer_than_the_line_keeps_its_end() -> None:
    from pos_app.workstation.customer_lines import _pair

    assert _pair("ИТОГО", "1234567890123456.78") == " 1234567890123456.78"
    assert len(_pair("ИТОГО", "1" * 25)) == COLUMNS

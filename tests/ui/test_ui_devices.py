"""The health panel and the settings of devices: seen, tried and changed from the one field."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from drivers.registry import kinds
from pos_app.domain.sentence import say
from pos_app.ui import device_flows
from pos_app.ui.device_flows import value_of
from pos_app.ui.menu_flows import perform
from pos_app.workstation.answer import Part, done, refused
from pos_app.workstation.device_care import DeviceForm, Tried
from resources.words import Words
from tests.ui.builders import SellingTill, signed_on
from tests.ui.device_samples import (
    CARDS,
    FIELDS,
    TABLES,
    a_key,
    open_form,
    open_page,
    open_tried,
)


@pytest.fixture
def window(open_till):
    return open_till(SellingTill(signed_on()))


def texts(window):
    return " | ".join(
        one.text() for one in window.screen_shown.findChildren(QLabel) if one.isVisible()
    )


def push(window, **data):
    window.desk.till.push(done(changed=frozenset({Part.DEVICES}), **data))


def row(window, title):
    return next(one for one in window.desk.rows if one.title == title)


def pick(window, title):
    window.desk.ask.pick(row(window, title))


def test_every_device_stands_there_with_its_state_and_what_to_do(window, qtbot) -> None:
    open_page(window)
    said = texts(window)
    assert "1. Сканер: нет связи" in said
    assert "Проверьте питание и кабель" in said
    assert "молчит 5 минут" in said
    assert "переподключений: 3" in said
    assert "Принтер «Принтер у кассы»: мало бумаги" in said
    assert "Дисплей: неверные настройки" in said
    assert "unknown key bawd" in said
    assert "Весы: состояние неизвестно" in said
    assert window.top.device.accessibleName() == "Сканер: нет связи +2"


def test_the_page_asks_again_by_itself_until_it_is_left(window, qtbot) -> None:
    open_page(window)
    before = len(window.desk.till.said("device_health"))
    window.screen_shown._over_lines._look_again()
    assert len(window.desk.till.said("device_health")) == before + 1
    push(window, device_cards=CARDS[:2])
    assert "Весы" not in texts(window)
    perform(window.desk, "back")
    assert window.desk.page is None
    assert window.desk.till.said("stop_trying")
    push(window, device_cards=CARDS)
    assert "Весы" not in texts(window), "an answer that comes too late opens nothing"


def test_a_live_test_says_what_it_waits_for_and_what_came_of_it(window) -> None:
    till = window.desk.till
    till.answers["try_device"] = lambda name, by=None: done(
        changed=frozenset({Part.DEVICES}), device_trying=name
    )
    open_page(window)
    device_flows.try_device(window.desk, "scanner")
    assert "в чек это не попадёт" in texts(window)
    push(window, device_tried=Tried("scanner", say("device.try_answers"), ok=True))
    assert "в чек это не попадёт" not in texts(window)
    assert "Устройство отвечает" in texts(window)
    device_flows.try_device(window.desk, "drawer")
    assert "Ждём…" in texts(window)


def test_results_of_tests_stay_beside_their_devices(window) -> None:
    open_tried(window)
    assert "EAN13: «4006381333931» · 34 30 30 36 33 38" in texts(window)
    assert "Не получилось: the printer does not answer" in texts(window)


def test_a_scan_for_the_sale_closes_the_page(window) -> None:
    open_page(window)
    from pos_app.ui.gestures import scan

    scan(window.desk, b"4006381333931")
    assert window.desk.page is None


def test_the_keys_of_a_device_are_a_list_and_each_is_changed_in_the_field(window) -> None:
    open_form(window, fault=None)
    desk, till = window.desk, window.desk.till
    assert till.said("device_form")[-1][0][0] == TABLES[0]
    shown = {one.title: one.detail for one in desk.rows}
    assert shown["Подключение"] == "Последовательный порт или USB-COM"
    assert shown["Порт"] == "usb:0C2E:0B8F"
    assert (shown["Скорость"], shown["RTS/CTS"]) == ("9600", "нет")
    assert shown["Окончания, hex"] == "0d0a 0d"
    assert shown["something_new"] == ""

    def last_form():
        return till.said("device_form")[-1][0][0]

    pick(window, "RTS/CTS")
    assert last_form()["rtscts"] is True
    open_form(window, fault=None)
    pick(window, "Подключение")
    pick(window, "Сеть")
    assert last_form()["driver"] == "tcp"
    open_form(window, fault=None)
    pick(window, "Порт")
    pick(window, "usb:0C2E:0B8F:S1")
    assert last_form()["port"] == "usb:0C2E:0B8F:S1"
    open_form(window, fault=None)
    pick(window, "Порт")
    pick(window, "Ввести вручную")
    desk.write("/dev/serial/by-id/gun")
    perform(desk, "submit")
    assert last_form()["port"] == "/dev/serial/by-id/gun"
    open_form(window, fault=None)
    pick(window, "Скорость")
    desk.write("fast")
    perform(desk, "submit")
    assert str(desk.said.texts[0].key) == "ui.not_a_number"
    desk.write("115200")
    perform(desk, "submit")
    assert last_form()["baud"] == 115200
    open_form(window, fault=None)
    pick(window, "Скорость")
    desk.write("9600")
    perform(desk, "submit")
    assert "baud" not in last_form(), "a default is not written"


def test_saving_sends_every_table_and_asks_who_may(window) -> None:
    open_form(window)
    till = window.desk.till
    pick(window, "Записать")
    assert till.said("configure_devices")[-1][0] == (list(TABLES), None)
    till.answers["configure_devices"] = lambda tables, by=None: (
        done() if by else refused("needs_override", right="devices")
    )
    pick(window, "Записать")
    assert window.desk.ask.name == "override"
    window.desk.write("1111")
    perform(window.desk, "submit")
    assert till.said("configure_devices")[-1][0] == (list(TABLES), ("o1", "1111"))
    open_form(window)
    pick(window, "Удалить устройство")
    assert till.said("configure_devices")[-1][0][0] == list(TABLES[1:])
    asked = len(till.said("device_settings"))
    push(window, devices_saved=True)
    assert len(till.said("device_settings")) == asked + 1


def test_a_new_device_gets_a_free_name(window) -> None:
    open_page(window)
    device_flows.add(window.desk)
    assert [one.title for one in window.desk.rows][:2] == ["Сканер", "Принтер"]
    pick(window, "Сканер")
    table = window.desk.till.said("device_form")[-1][0][0]
    assert table == {"kind": "scanner", "name": "scanner-2"}
    fault = say("device.fault.missing", device="scanner-2", key="port")
    push(window, device_form=DeviceForm(table, FIELDS, fault))
    assert row(window, "Записать").detail == "scanner-2: не указано «port»"
    assert "Удалить устройство" not in [one.title for one in window.desk.rows]
    pick(window, "Записать")
    assert window.desk.till.said("configure_devices")[-1][0][0] == [*TABLES, table]


def test_nothing_is_asked_of_a_page_that_is_not_there(window) -> None:
    before = len(window.desk.till.calls)
    device_flows.try_device(window.desk, "scanner")
    device_flows.edit(window.desk, "scanner")
    device_flows.add(window.desk)
    assert len(window.desk.till.calls) == before


def test_an_empty_counter_says_what_to_do(window) -> None:
    perform(window.desk, "devices")
    push(window, device_cards=())
    assert "Устройств пока нет" in texts(window)


def test_typed_values_take_the_type_of_their_key() -> None:
    assert (value_of("number", "-5"), value_of("number", "")) == (-5, None)
    assert value_of("list", "0d 0a") == ["0d", "0a"]
    assert value_of("text", "a b") == "a b"


def test_a_list_with_choices_is_made_row_by_row(window) -> None:
    open_form(window, fault=None)
    pages = a_key("code_pages", "list", ["17 cp866"], ("17 cp866", "46 cp1251"))

    def form(table):
        push(window, device_form=DeviceForm(table, (pages,)))
        pick(window, "Кодовые страницы")

    form({"kind": "printer"})
    assert [one.icon for one in window.desk.rows] == ["check", ""]
    pick(window, "46 cp1251")
    table = window.desk.till.said("device_form")[-1][0][0]
    assert table["code_pages"] == ["17 cp866", "46 cp1251"]
    form(table)
    pick(window, "17 cp866")
    assert window.desk.till.said("device_form")[-1][0][0]["code_pages"] == ["46 cp1251"]


def test_every_kind_that_can_be_built_has_a_name_and_an_icon() -> None:
    for kind in kinds():
        assert kind in device_flows.ICONS
        for language in ("ru", "en"):
            assert Words(language).knows(f"device.kind_{kind}"), (language, kind)


def test_a_printer_s_settings_print_the_strip_of_code_pages(window) -> None:
    open_page(window)
    device_flows.edit(window.desk, "Принтер у кассы")
    push(window, device_form=DeviceForm(dict(TABLES[1]), FIELDS))
    pick(window, "Напечатать полоску кодовых страниц")
    assert window.desk.till.said("print_strip")[-1][0] == ("Принтер у кассы",)


def test_everything_on_the_page_is_reached_by_keys(window, qtbot) -> None:
    open_page(window)
    till = window.desk.till

    def keys(text):
        qtbot.keyClicks(window.entry, text)
        qtbot.keyClick(window.entry, Qt.Key.Key_Return)

    keys("2")
    assert window.desk.ask.name == "device_do"
    keys("1")
    assert till.said("try_device")[-1][0][0] == "Принтер у кассы"
    keys("1")
    keys("2")
    assert till.said("device_form")[-1][0][0] == TABLES[0]
    keys("0")
    assert window.desk.ask.name == "device_kind"
    perform(window.desk, "back")
    keys("4600000000015")
    assert till.said("type_text")[-1][0] == ("4600000000015",), "goods are still goods"
    perform(window.desk, "back")
    assert window.desk.page is None
    keys("2")
    assert till.said("type_text")[-1][0] == ("2",)

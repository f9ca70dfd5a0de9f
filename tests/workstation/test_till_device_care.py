"""The care of devices at a till: how they are, live tests, other settings, and who may."""

from dataclasses import dataclass, field

import pytest

from pos_app.workstation.device_care import DeviceCard, DeviceSettings
from pos_app.workstation.ports import DeviceState

TABLE = {"kind": "scanner", "name": "gun", "driver": "serial", "port": "usb:0C2E:0B8F"}


@dataclass
class AnsweringDevices:
    """A host that answers when the test says so, in the devices' place of a bench."""

    what: tuple[DeviceState, ...] = (
        DeviceState("gun", "scanner", "ok"),
        DeviceState("p", "printer", "lost"),
        DeviceState("till drawer", "drawer", "ok"),
        DeviceState("scale", "scale", "ok"),
        DeviceState("kkt", "fiscal", "ok"),
    )
    asked: list = field(default_factory=list)
    cancelled: list = field(default_factory=list)

    def states(self):
        return self.what

    def request(self, do, fields, on_reply, deadline_ms=0):
        self.asked.append((do, dict(fields), on_reply))
        return len(self.asked)

    def cancel(self, number):
        self.cancelled.append(number)

    def answer(self, **reply):
        self.asked[-1][2](reply)

    def ready_for_scan(self):
        """Not this test's matter."""


@pytest.fixture
def host(manager):
    manager.till.station.devices = AnsweringDevices()
    manager.heard.clear()
    return manager.till.station.devices


def told(bench, name):
    return next(one.data[name] for one in reversed(bench.heard) if name in one.data)


def test_cards_are_there_at_once_and_counts_follow(manager, host) -> None:
    first = manager.till.device_health().data["device_cards"]
    assert first[1] == DeviceCard("p", "printer", "lost")
    rows = [
        {"name": "p", "good_count": 3, "error_count": 2, "reconnect_count": 1,
         "silent_ms": 61_999, "last_error": "refused"},
        {"name": "gun", "good_count": 9, "silent_ms": None, "last_error": "an old one"},
    ]  # fmt: skip
    host.answer(health=rows)
    cards = {one.name: one for one in told(manager, "device_cards")}
    assert cards["p"] == DeviceCard("p", "printer", "lost", 3, 2, 1, 61, "refused")
    assert cards["gun"].technical == "", "what is well needs no sentence"
    manager.till.device_health()
    host.answer(error="the device host did not answer")
    assert told(manager, "device_cards")[0].good_count == 0


@pytest.mark.parametrize(
    ("name", "reply", "key", "ok"),
    [
        ("gun", {"payload": {"raw": "343036", "text": "406"}}, "device.try_scan", True),
        ("p", {"job_id": "x"}, "device.try_printer", True),
        ("scale", {"payload": {"grams": 1250}}, "device.try_scale", True),
        ("kkt", {}, "device.try_fiscal", True),
        ("p", {"error": "paper", "outcome": "not_done"}, "device.try_failed", False),
        ("p", {"error": "lost", "outcome": "unknown"}, "device.try_unknown", False),
    ],
)
def test_a_live_test_is_asked_of_the_host_and_its_end_told(
    manager, host, name, reply, key, ok
) -> None:
    answer = manager.till.try_device(name)
    assert answer.data["device_trying"] == name
    assert host.asked[-1][:2] == ("check", {"device": name, "level": "interactive"})
    host.answer(**reply)
    tried = told(manager, "device_tried")
    assert (tried.name, str(tried.text.key), tried.ok) == (name, key, ok)
    if key == "device.try_scan":
        assert dict(tried.text.args)["bytes"] == "34 30 36"


def test_a_test_that_waits_is_given_up_by_the_next_and_by_leaving(manager, host) -> None:
    manager.till.try_device("gun")
    manager.till.try_device("p")
    assert host.cancelled == [1]
    assert manager.till.stop_trying().ok
    assert manager.till.stop_trying().ok
    assert host.cancelled == [1, 2]
    assert manager.till.try_device("nobody").refusal.code == "no_device"


def test_a_drawer_is_tried_only_by_who_may_open_it_and_it_is_written_down(shop, tmp_path) -> None:
    host = shop.till.station.devices = AnsweringDevices()
    assert shop.till.try_device("till drawer").refusal.code == "needs_override"
    assert host.asked == []
    assert shop.till.try_device("till drawer", ("maria", "3333")).ok
    host.answer(job_id="")
    assert str(told(shop, "device_tried").text.key) == "device.try_drawer"


def test_settings_and_forms_come_from_the_host(manager, host) -> None:
    assert manager.till.device_settings().ok
    port = {"port": "usb:0C2E:0B8F", "driver": "serial", "about": "1400g"}
    host.answer(payload={"device": [TABLE], "ports": [port], "kinds": ["scanner"]})
    assert told(manager, "device_settings") == DeviceSettings((TABLE,), (port,), ("scanner",))
    manager.till.device_form(TABLE)
    assert host.asked[-1][:2] == ("device_fields", {"table": TABLE})
    host.answer(payload={"fields": [{"key": "port"}], "fault": None})
    form = told(manager, "device_form")
    assert (form.table, form.fields, form.fault) == (TABLE, ({"key": "port"},), None)
    for ask in (manager.till.device_settings, lambda: manager.till.device_form(TABLE)):
        ask()
        host.answer(error="gone")
        assert manager.heard[-1].refusal.code == "device_settings"


def test_other_settings_need_the_right_and_are_refused_with_the_host_s_sentence(
    manager, host
) -> None:
    assert manager.till.configure_devices([TABLE]).ok
    assert host.asked[-1][:2] == ("configure", {"tables": [TABLE]})
    host.answer(error="device 'gun': port is missing")
    assert manager.heard[-1].refusal.code == "device_settings"
    why = dict(manager.heard[-1].refusal.text.args)["why"]
    assert (why.key, dict(why.args)) == (
        "device.fault.other",
        {"why": "device 'gun': port is missing"},
    )
    manager.till.configure_devices([TABLE])
    host.answer(payload={"changed": ["gun"]})
    assert told(manager, "devices_saved") is True
    assert [one.code for one in manager.heard[-1].notices] == ["devices_saved"]


def test_a_cashier_changes_no_device_without_somebody_s_pin(shop) -> None:
    host = shop.till.station.devices = AnsweringDevices()
    assert shop.till.configure_devices([TABLE]).refusal.code == "needs_override"
    assert shop.till.configure_devices([TABLE], ("maria", "0000")).refusal.code == "wrong_pin"
    assert host.asked == []
    assert shop.till.configure_devices([TABLE], ("maria", "3333")).ok


def test_a_full_disk_changes_nothing(manager, host, monkeypatch) -> None:
    from pos_app.workstation.ports import StorageFull

    def full(_facts):
        raise StorageFull

    monkeypatch.setattr(manager.till.station.journal, "record", full)
    for answer in (
        manager.till.configure_devices([TABLE]),
        manager.till.try_device("till drawer"),
    ):
        assert answer.refusal.code == "storage_full"
    assert host.asked == []


def test_a_strip_of_code_pages_is_printed_and_its_end_told(manager, host) -> None:
    assert manager.till.print_strip("p").data["device_trying"] == "p"
    do, fields, _reply = host.asked[-1]
    assert (do, fields["device"]) == ("code_page_strip", "p")
    assert fields["job_id"]
    host.answer(job_id=fields["job_id"])
    assert str(told(manager, "device_tried").text.key) == "device.try_strip"
    manager.till.print_strip("p")
    host.answer(error="no paper", outcome="not_done")
    assert str(told(manager, "device_tried").text.key) == "device.try_failed"

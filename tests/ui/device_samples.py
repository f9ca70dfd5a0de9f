"""Devices of a counter in good and bad states, as the till would tell of them."""

from dataclasses import replace

from pos_app.domain.sentence import say
from pos_app.ui import device_flows
from pos_app.ui.menu_flows import perform
from pos_app.workstation.answer import ALL_PARTS, Part, done
from pos_app.workstation.device_care import DeviceCard, DeviceForm, DeviceSettings, Tried
from pos_app.workstation.view import DeviceView

TECHNICAL = "usb:0C2E:0B8F: not plugged in"
CARDS = (
    DeviceCard("scanner", "scanner", "lost", 1204, 2, 3, 340, TECHNICAL),
    DeviceCard("Принтер у кассы", "printer", "paper_low", 311, 0, 0, 1),
    DeviceCard("drawer", "drawer", "ok", 40, 0, 0, 2),
    DeviceCard("display", "display", "misfit", technical="device 'display': unknown key bawd"),
    DeviceCard("scale", "scale", "unknown"),
)
TABLES = (
    {"kind": "scanner", "name": "scanner", "driver": "serial", "port": "usb:0C2E:0B8F"},
    {"kind": "printer", "name": "Принтер у кассы", "driver": "tcp", "host": "192.0.2.7"},
)
PORTS = (
    {"port": "usb:0C2E:0B8F:S1", "driver": "serial", "about": "Honeywell 1400g"},
    {"port": "/dev/usb/lp0", "driver": "file", "about": "lp0"},
)
SETTINGS = DeviceSettings(TABLES, PORTS, ("scanner", "printer", "drawer", "display", "scale"))


def a_key(key, kind="text", default=None, choices=()):
    return {"key": key, "type": kind, "default": default, "choices": list(choices)}


FIELDS = (
    a_key("name", default="scanner"),
    a_key("driver", choices=("serial", "tcp", "file")),
    a_key("port"),
    a_key("baud", "number", 9600),
    a_key("rtscts", "flag", False),
    a_key("suffixes_hex", "list", ["0d0a", "0d"]),
    a_key("something_new"),
)


def open_page(window):
    """The page as it stands when the host has answered everything."""
    till = window.desk.till
    views = tuple(DeviceView(card.name, card.kind, card.state) for card in CARDS)
    till.shown = replace(till.shown, devices=views)
    till.push(done(changed=ALL_PARTS))
    perform(window.desk, "devices")
    till.push(done(changed=frozenset({Part.DEVICES}), device_cards=CARDS))
    till.push(done(changed=frozenset({Part.DEVICES}), device_settings=SETTINGS))


def open_tried(window):
    open_page(window)
    scan = say("device.try_scan", kind="EAN13", text="4006381333931", bytes="34 30 30 36 33 38")
    for tried in (
        Tried("scanner", scan, ok=True),
        Tried("drawer", say("device.try_failed", why="the printer does not answer"), ok=False),
    ):
        window.desk.till.push(done(changed=frozenset({Part.DEVICES}), device_tried=tried))


MISSING = say("device.fault.missing", device="scanner", key="port")


def open_form(window, fault=MISSING):
    open_page(window)
    device_flows.edit(window.desk, "scanner")
    form = DeviceForm(dict(TABLES[0]), FIELDS, fault)
    window.desk.till.push(done(changed=frozenset({Part.DEVICES}), device_form=form))

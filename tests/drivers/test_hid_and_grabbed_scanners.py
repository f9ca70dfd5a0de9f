"""HID POS and grabbed scanners through hidapi and evdev, on devices that umockdev mocks.

The real device host runs in a process of its own; what is mocked lies below the system's calls.
"""

import threading

import pytest
from device_bench import PATIENCE_S
from mocked_devices import MISSING, MockedCounter, available

from drivers.contract import PowerState
from drivers.fake.hid_scanner import FlagAt, VirtualHidScanner
from drivers.fake.typist import TAB, Separator, kernel_events, strokes

pytestmark = pytest.mark.skipif(not available(), reason=MISSING)

MARKING = b"0104610053149777215d/wuU\x1d93dGVz"
TOKEN = b"https://loy.example/c/" + b"a1B2" * 30
HID = "/dev/hidraw0"
KEYS = "/dev/input/event5"
GUN = VirtualHidScanner()


class Heard:
    def __init__(self) -> None:
        self.events = []
        self._changed = threading.Condition()

    def __call__(self, event) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def wait(self, kind, count=1, **fields):
        def fits(event):
            same = all(event.get(name) == value for name, value in fields.items())
            return event["event"] == kind and same

        def found():
            return [event for event in self.events if fits(event)]

        with self._changed:
            came = self._changed.wait_for(lambda: len(found()) >= count, PATIENCE_S)
            assert came, f"waited in vain for {kind} {fields}; heard {self.events}"
            return found()[count - 1]


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
def counter(heard):
    made = []

    def start(*devices):
        config = {"device": [{"kind": "scanner", **device} for device in devices]}
        made.append(MockedCounter(config, heard))
        return made[-1]

    yield start
    for one in made:
        assert one.close() == 0


def ready(counter, place=1):
    """Asks for one scan, as the till does after each."""
    counter.say({"id": place, "do": "enable_data"})


def plug_hid(counter, model=GUN, node=HID, vid=0x0C2E, pid=0x0B8F, serial="S1"):
    fields = {"vid": vid, "pid": pid, "serial": serial, "descriptor": model.descriptor.hex()}
    counter.mock("plug_hid", node, **fields)


def shoot(counter, data, aim=b"]Q1", model=GUN, node=HID):
    counter.mock("write", node, data=[one.hex() for one in model.reports(data, aim)])


def type_keys(counter, *labels, node=KEYS, **how):
    data = b"".join(kernel_events(strokes(label, **how)) for label in labels)
    counter.mock("write", node, data=[data.hex()])


def power(heard, state, count=1, device="gun"):
    return heard.wait("status", count, device=device, power=int(state))


def until_read(counter, heard):
    """Until the driver has taken what was written: a closed line loses the rest."""
    for place in range(1000, 1400):
        counter.say({"id": place, "do": "trace", "device": "gun"})
        if heard.wait("trace", place - 999)["entries"]:
            return
    raise AssertionError("nothing was read")


def test_a_hid_scanner_plugged_in_after_the_start_is_found_and_read(counter, heard) -> None:
    bench = counter({"name": "gun", "driver": "hid", "port": "usb:0c2e:0b8f:S1"})
    bench.say({"do": "open"})
    power(heard, PowerState.OFF_OFFLINE)
    plug_hid(bench, node="/dev/hidraw1", serial="S2")
    plug_hid(bench)
    power(heard, PowerState.ONLINE)
    ready(bench)
    shoot(bench, MARKING, b"]d2")
    scan = heard.wait("data")
    assert (bytes.fromhex(scan["raw"]), scan["aim"]) == (MARKING, "]d2")
    ready(bench, 2)
    shoot(bench, TOKEN)
    assert heard.wait("data", 2)["text"] == TOKEN.decode()


@pytest.mark.parametrize(
    "model",
    [VirtualHidScanner(flag=FlagAt.BEFORE_DATA, report_id=4, data_bytes=30), VirtualHidScanner(0)],
    ids=["flag before the data", "no report ids"],
)
def test_a_scanner_of_another_make_is_read_by_its_own_descriptor(counter, heard, model) -> None:
    bench = counter({"name": "gun", "driver": "hid"})
    plug_hid(bench, model)
    bench.say({"do": "open"})
    power(heard, PowerState.ONLINE)
    ready(bench)
    shoot(bench, TOKEN, model=model)
    assert heard.wait("data")["text"] == TOKEN.decode()


def test_a_hid_scanner_pulled_out_within_a_label_comes_back_and_nothing_is_glued(
    counter, heard
) -> None:
    bench = counter({"name": "gun", "driver": "hid", "port": "usb:0c2e:0b8f"})
    plug_hid(bench)
    bench.say({"do": "open"})
    power(heard, PowerState.ONLINE)
    bench.mock("write", HID, data=[GUN.reports(TOKEN, b"]Q1")[0].hex()])
    until_read(bench, heard)
    bench.mock("unplug", HID)
    power(heard, PowerState.OFF_OFFLINE)
    plug_hid(bench, node="/dev/hidraw3")
    power(heard, PowerState.ONLINE, 2)
    ready(bench)
    shoot(bench, b"4006381333931", b"]E0", node="/dev/hidraw3")
    scan = heard.wait("data")
    assert (scan["text"], scan["symbology"]) == ("4006381333931", "EAN13")
    assert [e["text"] for e in heard.events if e["event"] == "data"] == ["4006381333931"]


def test_a_hid_device_that_is_no_scanner_says_what_to_set_up(counter, heard) -> None:
    bench = counter({"name": "gun", "driver": "hid", "port": HID})
    keyboard = bytes.fromhex("05010906a1018502050719e029e71500250175019508 8102c0".replace(" ", ""))
    bench.mock("plug_hid", HID, vid=0x0C2E, pid=1, serial="K", descriptor=keyboard.hex())
    bench.say({"do": "open"})
    power(heard, PowerState.OFF_OFFLINE)
    bench.say({"id": 1, "do": "health"})
    assert "HID POS" in heard.wait("done", id=1)["health"][0]["last_error"]


def test_two_hid_scanners_of_one_make_are_told_by_their_serial_numbers(counter, heard) -> None:
    bench = counter(
        {"name": "left", "driver": "hid", "port": "usb:0c2e:0b8f:S1"},
        {"name": "right", "driver": "hid", "port": "usb:0c2e:0b8f:S2"},
    )
    plug_hid(bench, node="/dev/hidraw0", serial="S2")
    plug_hid(bench, node="/dev/hidraw1", serial="S1")
    bench.say({"do": "open"})
    for name in ("left", "right"):
        power(heard, PowerState.ONLINE, device=name)
    ready(bench)
    shoot(bench, b"96385074", node="/dev/hidraw0")
    assert heard.wait("data")["device"] == "right"
    ready(bench, 2)
    shoot(bench, b"96385074", node="/dev/hidraw1")
    assert heard.wait("data", 2)["device"] == "left"


def test_one_hid_scanner_is_never_read_twice(counter, heard) -> None:
    bench = counter(
        {"name": "gun", "driver": "hid", "port": HID},
        {"name": "thief", "driver": "hid", "port": HID},
    )
    plug_hid(bench)
    bench.say({"do": "open"})
    heard.wait("status", power=int(PowerState.ONLINE))
    heard.wait("status", power=int(PowerState.OFF_OFFLINE))
    bench.say({"id": 1, "do": "health"})
    rows = heard.wait("done", id=1)["health"]
    assert any("in use" in (row["last_error"] or "") for row in rows)


@pytest.mark.parametrize("separator", [Separator.CTRL_BRACKET, Separator.ALT_029, Separator.KEY])
def test_a_grabbed_scanner_types_its_labels_with_every_kind_of_separator(
    counter, heard, separator
) -> None:
    bench = counter({"name": "gun", "driver": "evdev", "port": "usb:05f9:2204:S1", "gs_keys": [66]})
    bench.mock("plug_keys", KEYS, vid=0x05F9, pid=0x2204, serial="S1")
    bench.say({"do": "open"})
    power(heard, PowerState.ONLINE)
    ready(bench)
    type_keys(bench, b"]d2" + MARKING, separator=separator)
    scan = heard.wait("data")
    assert (bytes.fromhex(scan["raw"]), scan["aim"]) == (MARKING, "]d2")


def test_a_grabbed_scanner_pulled_out_within_a_label_comes_back_under_another_number(
    counter, heard
) -> None:
    patient = {"idle_ms": 60_000}
    bench = counter({"name": "gun", "driver": "evdev", "port": "usb:05f9:2204", **patient})
    bench.say({"do": "open"})
    power(heard, PowerState.OFF_OFFLINE)
    bench.mock("plug_keys", KEYS, vid=0x05F9, pid=0x2204, serial="")
    power(heard, PowerState.ONLINE)
    type_keys(bench, b"4006", end=None)
    until_read(bench, heard)
    bench.mock("unplug", KEYS)
    power(heard, PowerState.OFF_OFFLINE, 2)
    bench.mock("plug_keys", "/dev/input/event6", vid=0x1111, pid=1, serial="")
    bench.mock("plug_keys", "/dev/input/event7", vid=0x05F9, pid=0x2204, serial="")
    power(heard, PowerState.ONLINE, 2)
    ready(bench)
    type_keys(bench, "LOY-000123 Ж".encode(), end=TAB, node="/dev/input/event7")
    assert heard.wait("data")["text"] == "LOY-000123 Ж"
    assert "the port was lost" in heard.wait("error")["message"]


def test_a_hundred_labels_of_a_grabbed_scanner_arrive_once_and_in_order(counter, heard) -> None:
    bench = counter({"name": "gun", "driver": "evdev", "port": KEYS})
    bench.mock("plug_keys", KEYS, vid=1, pid=1, serial="")
    bench.say({"do": "open"})
    power(heard, PowerState.ONLINE)
    labels = [f"LOY-{number:06d}" for number in range(60)]
    type_keys(bench, *(label.encode() for label in labels))
    for place in range(60):
        ready(bench, place + 1)
        heard.wait("data", place + 1)
    assert [e["text"] for e in heard.events if e["event"] == "data"] == labels

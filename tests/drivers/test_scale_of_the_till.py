"""The till's end of a scale: through link, host, driver and protocol, with real bytes on a port."""

import json
from queue import Empty, SimpleQueue

import pytest
from device_bench import until

from drivers.contract import DoneEvent, ErrorCode, ErrorEvent, ResultEvent
from drivers.contract.scale import ScaleError, Weight
from drivers.fake import VirtualRig
from drivers.host import Host
from pos_app.wiring.device_link import DeviceLink
from pos_app.wiring.scale_link import ScaleLink, _shown, _weighed
from pos_app.workstation.scale_port import Pan, Weighed


class Counter:
    """A device host in this process; its lines are fed to the till's end on the test's thread."""

    def __init__(self, config) -> None:
        self.restarts = 0
        self.lines: SimpleQueue[str] = SimpleQueue()
        self.host = Host(config, self)
        names = {one["name"]: one["kind"] for one in config["device"]}
        self.link = DeviceLink(self, names)
        self.scale = ScaleLink(self.link)
        self.host.open_all()

    def send_line(self, line: str) -> None:
        self.host.take(line)

    def write(self, text: str) -> None:
        for line in text.splitlines():
            self.lines.put(line)

    def flush(self) -> None:
        """Everything is there already."""

    def close(self) -> None:
        self.host.close_all()

    def feed(self) -> None:
        while True:
            try:
                self.link.on_line(self.lines.get_nowait())
            except Empty:
                return

    def until(self, true) -> None:
        def ready():
            self.feed()
            return true()

        until(ready)


@pytest.fixture
def counter():
    with VirtualRig(scale_dialect="shtrih_pos2") as rig:
        config = rig.config()
        config["device"] = config["device"][-1:]
        config["device"][0] |= {"poll_ms": 20, "pause_ms": 5, "answer_ms": 2_000}
        one = Counter(config)
        one.rig = rig
        yield one
        one.close()


def pan(counter, **order) -> None:
    assert counter.rig.control({"do": "pan", **order})["ok"]


def test_a_weight_travels_from_the_pan_to_the_till(counter) -> None:
    assert counter.scale.state() == "unknown"
    counter.until(lambda: counter.scale.state() == "ok")
    shown, told = [], []
    pan(counter, load_g=342, settle_after=4)
    counter.scale.weigh(shown.append, told.append)
    counter.until(lambda: told)
    assert told == [Weighed(342)]
    assert shown[0].state == "moving"


def test_a_cancelled_weighing_and_one_too_many_are_told_apart(counter) -> None:
    counter.until(lambda: counter.scale.state() == "ok")
    first, second = [], []
    counter.scale.cancel()
    counter.scale.weigh(lambda _pan: None, first.append)
    number = counter.scale._number
    counter.scale.weigh(lambda _pan: None, second.append)
    counter.until(lambda: second)
    assert second == [Weighed(trouble="busy")]
    counter.scale._number = number
    counter.scale.cancel()
    counter.until(lambda: first)
    assert first == [Weighed(trouble="cancelled")]


def test_a_lost_scale_and_its_tare(counter) -> None:
    counter.until(lambda: counter.scale.state() == "ok")
    tared, told = [], []
    pan(counter, load_g=100)
    counter.scale.tare(None, tared.append)
    counter.until(lambda: tared)
    pan(counter, load_g=350)
    counter.scale.weigh(lambda _pan: None, told.append)
    counter.until(lambda: told)
    assert (tared, told) == ([True], [Weighed(250)])
    counter.rig.control({"do": "unplug", "device": "scale"})
    counter.until(lambda: counter.scale.state() == "lost")
    counter.scale.weigh(lambda _pan: None, told.append)
    counter.scale.tare(0, tared.append)
    counter.until(lambda: len(told) + len(tared) == 4)
    assert (told[-1], tared[-1]) == (Weighed(trouble="lost"), False)


def test_a_till_without_a_scale_is_told_so() -> None:
    scale = ScaleLink(DeviceLink(Counter({"device": []}), {}))
    told, tared = [], []
    scale.weigh(lambda _pan: None, told.append)
    scale.tare(0, tared.append)
    scale.cancel()
    assert (scale.state(), told, tared) == ("none", [Weighed(trouble="lost")], [False])


@pytest.mark.parametrize(
    ("event", "trouble"),
    [
        (ErrorEvent("s", ErrorCode.E_EXTENDED, "", extended=ScaleError.OVERWEIGHT), "over"),
        (ErrorEvent("s", ErrorCode.E_EXTENDED, "", extended=ScaleError.UNDER_ZERO), "under"),
        (ErrorEvent("s", ErrorCode.E_EXTENDED, "", extended=ScaleError.UNREADABLE), "unreadable"),
        (ErrorEvent("s", ErrorCode.E_TIMEOUT, ""), "lost"),
        (ErrorEvent("s", ErrorCode.E_ILLEGAL, ""), "refused"),
        (ErrorEvent("s", ErrorCode.E_FAILURE, "", extended=999), "refused"),
        (DoneEvent("s"), "unreadable"),
        (ResultEvent("s", {"grams": "1"}), "unreadable"),
        (ResultEvent("s", Weight(0, stable=True).to_json()), "unreadable"),
        (ResultEvent("s", Weight(5, stable=False).to_json()), "unreadable"),
        (ResultEvent("s", Weight(None, stable=True).to_json()), "unreadable"),
    ],
)
def test_only_a_good_weight_is_one(event, trouble) -> None:
    assert _weighed(event) == Weighed(trouble=trouble)


def test_what_cannot_be_read_on_the_way_is_not_shown() -> None:
    shown = []
    _shown({"grams": 1.5}, shown.append)
    _shown(json.loads(json.dumps(Weight(None, stable=False, over=True).to_json())), shown.append)
    assert shown == [Pan("over")]

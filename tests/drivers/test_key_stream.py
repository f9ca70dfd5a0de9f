"""A grabbed keyboard's events become labels: over a real line, in any pieces, with lost keys."""

import sys

import pytest
from device_bench import CALM, until
from hypothesis import given
from hypothesis import strategies as st

from drivers.contract import DataEvent, ErrorEvent, PowerState, StatusUpdateEvent
from drivers.contract.keys import CAPS_LOCK
from drivers.fake import TcpEndpoint, VirtualScanner
from drivers.fake.hid_scanner import FlagAt, VirtualHidScanner
from drivers.fake.typist import TAB, Separator, kernel_events, strokes
from drivers.host.replay import Replay
from drivers.registry import ConfigError, build_devices
from drivers.registry.replay import Recording
from drivers.scanner import EvdevLink, EvdevScanner, HidLink, HidScanner, KeyStream, Wanted
from drivers.scanner.key_stream import EV_SYN, EVENT, SYN_DROPPED, KeyMask, Lost
from drivers.transport import LinkDownError, TcpLink, Trace, TracedLink
from drivers.transport.trace import Direction, TraceEntry

LABEL = b"0104610053149777215d/wuU\x1d93dGVz"
QUEUE_RAN_OVER = EVENT.pack(0, 0, EV_SYN, SYN_DROPPED, 0)
REPORT = EVENT.pack(0, 0, EV_SYN, 0, 0)


def read(*pieces: bytes, gs_keys=frozenset()) -> bytes:
    stream = KeyStream(gs_keys)
    found = [typed for piece in pieces for typed in stream.feed(piece)]
    return b"".join(b"<lost>" if isinstance(typed, Lost) else typed for typed in found)


@pytest.mark.parametrize("separator", [Separator.CTRL_BRACKET, Separator.ALT_029, Separator.KEY])
def test_every_way_to_type_a_separator_is_read(separator) -> None:
    typed = kernel_events(strokes(LABEL, separator))
    assert read(typed, gs_keys=frozenset({66})) == LABEL + b"\r"


def test_every_byte_can_be_typed_and_tab_ends_a_label_too() -> None:
    everything = bytes(byte for byte in range(256) if byte != 0x1D)
    typed = kernel_events(strokes(everything, Separator.ALT_029, end=TAB))
    assert read(typed) == everything + b"\t"


@CALM
@given(st.lists(st.integers(0, 3000), max_size=6))
def test_any_pieces_of_the_same_events_give_the_same_bytes(cuts) -> None:
    typed = kernel_events(strokes(LABEL))
    edges = [0, *sorted(min(cut, len(typed)) for cut in cuts), len(typed)]
    pieces = [typed[a:b] for a, b in zip(edges, edges[1:], strict=False)]
    assert read(*pieces) == LABEL + b"\r"


def test_caps_lock_of_the_scanner_itself_turns_letters_and_nothing_else() -> None:
    caps = kernel_events([(CAPS_LOCK, 1), (CAPS_LOCK, 0)])
    assert read(caps, kernel_events(strokes(b"loy-1", end=None)), caps) == b"LOY-1"


def test_a_resting_key_types_once_and_a_control_key_its_byte() -> None:
    assert read(kernel_events([(2, 1), (2, 2), (2, 2), (2, 0)])) == b"1"
    ctrl = [(29, 1), (3, 1), (3, 0), (7, 1), (7, 0), (12, 1), (16, 1), (29, 0), (100, 1), (100, 0)]
    assert read(kernel_events(ctrl)) == b"\x1e\x1f\x11"


def test_keys_after_a_queue_that_ran_over_are_told_as_lost() -> None:
    typed = kernel_events(strokes(b"12", end=None))
    assert read(typed[:24], QUEUE_RAN_OVER, typed, REPORT, typed) == b"1<lost>212"


@pytest.fixture
def line():
    far = VirtualScanner(TcpEndpoint(), suffix=b"")
    far.start()
    yield far
    far.stop()


def opened(scanner, far, ear):
    scanner.open()
    ear.wait(lambda e: isinstance(e, StatusUpdateEvent) and e.power is PowerState.ONLINE)
    until(lambda: far.endpoint._client is not None)  # noqa: SLF001  what is sent before is lost
    return scanner


def test_a_label_with_lost_keys_is_dropped_and_told_and_the_next_one_is_whole(line, ear) -> None:
    driver = EvdevScanner("keys", TcpLink("127.0.0.1", line.endpoint.port), ear)
    opened(driver, line, ear)
    typed = kernel_events(strokes(LABEL))
    first = typed[: EVENT.size * 10]
    line.scan(first + QUEUE_RAN_OVER + REPORT + typed[EVENT.size * 12 :])
    line.scan(kernel_events(strokes(b"96385074")))
    assert ear.wait(DataEvent).payload.text == "96385074"
    assert "queue" in ear.wait(ErrorEvent).message
    line.scan(kernel_events(strokes(b"4006", end=None)))
    assert "no terminator" in ear.wait(ErrorEvent, 3).message
    driver.close()


class Reports(TcpLink):
    """HID reports over a socket, each of one length."""

    def __init__(self, port: int, length: int) -> None:
        super().__init__("127.0.0.1", port)
        self._length, self._rest = length, b""

    def read(self, timeout_ms: int) -> bytes:
        while len(self._rest) < self._length:
            more = super().read(timeout_ms)
            if not more:
                return b""
            self._rest += more
        report, self._rest = self._rest[: self._length], self._rest[self._length :]
        return report


def test_reports_become_labels_and_half_a_label_is_told_as_dropped(line, ear) -> None:
    model, trace = VirtualHidScanner(), Trace()
    link = TracedLink(Reports(line.endpoint.port, 64), trace.add)
    driver = opened(HidScanner("hid", link, ear, lambda: model.descriptor), line, ear)
    token = b"https://loy.example/c/" + b"a1B2" * 30
    line.scan(b"".join(model.reports(token, b"]Q1")))
    assert ear.wait(DataEvent).payload.raw == token
    assert len(trace.entries()) == 3
    line.scan(model.reports(token, b"]Q1")[0])
    assert "continuation" in ear.wait(ErrorEvent).message
    driver.close()


@pytest.mark.parametrize("descriptor", [b"\xb4", bytes.fromhex("05010906a101c0")])
def test_a_device_that_is_no_scanner_stays_away_and_says_why(line, ear, descriptor) -> None:
    driver = HidScanner("hid", Reports(line.endpoint.port, 8), ear, lambda: descriptor)
    driver.open()
    ear.wait(lambda e: isinstance(e, StatusUpdateEvent) and e.power is PowerState.OFF_OFFLINE)
    assert driver.health().last_error
    driver.request_status(ear)
    driver.close()


def test_what_is_wanted_is_told_from_its_neighbours() -> None:
    wanted = Wanted.of("usb:0c2e:0B8F:S1")
    assert wanted.is_met_by(0x0C2E, 0x0B8F, "S1")
    assert not wanted.is_met_by(0x0C2E, 0x0B8F, None)
    assert not wanted.is_met_by(0x0C2E, 0x0B90, "S1")
    assert [str(Wanted.of(port)) for port in ("usb:0c2e:0b8f:S1", "usb:1:2", "/dev/x", "")] == [
        "usb:0c2e:0b8f:S1",
        "usb:0001:0002",
        "/dev/x",
        "any",
    ]
    with pytest.raises(ValueError, match="must be said"):
        EvdevLink(Wanted())


def test_a_missing_device_or_library_is_a_lost_link_in_plain_words(monkeypatch) -> None:
    links = (HidLink(Wanted.of("usb:ffff:fffe")), EvdevLink(Wanted.of("usb:ffff:fffe")))
    for link in links:
        with pytest.raises(LinkDownError, match="not plugged in"):
            link.open()
        for use in (lambda link=link: link.read(1), lambda link=link: link.write(b"x")):
            with pytest.raises(LinkDownError):
                use()
        link.close()
    with pytest.raises(LinkDownError):
        EvdevLink(Wanted.of("/dev/input/no-such-event")).open()
    for name in ("hidraw", "hid", "evdev"):
        monkeypatch.setitem(sys.modules, name, None)
    for link, extra in zip(links, ("hid", "evdev"), strict=True):
        with pytest.raises(LinkDownError, match=f"extra '{extra}'"):
            link.open()


@pytest.mark.parametrize(
    "table",
    [
        {"driver": "evdev"},
        {"driver": "evdev", "port": "/dev/x", "gs_keys": ["F8"]},
        {"driver": "hid", "port": "usb:zz"},
        {"driver": "hid", "encoding": "klingon"},
        {"driver": "hid", "feature_hex": "x"},
        {"driver": "serial", "port": "/dev/x", "protocol": "morse"},
        {"driver": "telepathy"},
    ],
)
def test_a_scanner_s_table_that_cannot_be_meant_is_refused(table, ear) -> None:
    with pytest.raises(ConfigError):
        build_devices({"device": [{"kind": "scanner", **table}]}, ear)


def test_scanners_of_every_driver_are_built_from_their_tables(ear) -> None:
    tables = [
        {"driver": "hid"},
        {"driver": "hid", "port": "usb:0c2e:0b8f", "feature_hex": "fe01", "label_ids": "upos"},
        {"driver": "evdev", "port": "usb:05f9:2204:S1", "gs_keys": [66], "idle_ms": 100},
        {"driver": "camera", "port": "/dev/v4l/by-id/x", "formats": ["QRCode"], "rotate": True},
        {"driver": "serial", "port": "usb:05e0:1701", "protocol": "ssi"},
    ]
    rows = [{"kind": "scanner", "name": f"s{n}", **table} for n, table in enumerate(tables)]
    assert len(build_devices({"device": rows}, ear).scanners) == 5


def test_a_trace_of_keys_says_nothing_of_the_label() -> None:
    typed = kernel_events(strokes(b"LOY-000123\x1dabc"))
    masked = KeyMask().masked(Direction.RECEIVED, typed)
    assert len(masked) == len(typed)
    assert read(masked) == b"XXX-000000\x1dxxx\r"


def test_a_recording_of_hid_reports_plays_through_the_driver() -> None:
    model = VirtualHidScanner(data_bytes=30, flag=FlagAt.BEFORE_DATA)
    table = {"kind": "scanner", "name": "gun", "driver": "hid"}
    table["descriptor_hex"] = model.descriptor.hex()
    entries = tuple(
        TraceEntry(at, Direction.RECEIVED, report)
        for at, report in enumerate(model.reports(b"https://loy.example/c/" + b"a1B2" * 20, b"]Q1"))
    )
    said: list[dict] = []
    Replay(Recording(table, False, entries), said.append, keep_timing=False).run()
    (scan,) = (one for one in said if one["event"] == "data")
    assert scan["text"].startswith("https://loy.example/c/a1B2")

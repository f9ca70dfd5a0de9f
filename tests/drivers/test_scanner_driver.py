"""The scanner driver on a real pseudo-terminal: unplug, replug, torn scans, exclusive ports."""

import threading
from contextlib import suppress

import pytest
from device_bench import Ear, until

from drivers.contract import DataEvent, ErrorEvent, Locus, PowerState, StatusUpdateEvent
from drivers.fake import PtyEndpoint, TcpEndpoint, VirtualScanner
from drivers.registry import build_devices
from drivers.scanner import Framing, SerialScanner
from drivers.transport import (
    Link,
    LinkDownError,
    SerialFraming,
    SerialLink,
    SerialSettings,
    TcpLink,
    TracedLink,
)


@pytest.fixture(params=["pty", "tcp"])
def gun(request, tmp_path):
    end = PtyEndpoint(tmp_path / "scanner") if request.param == "pty" else TcpEndpoint()
    scanner = VirtualScanner(end)
    scanner.start()
    yield scanner
    scanner.stop()


def link_to(gun: VirtualScanner) -> Link:
    config = gun.endpoint.config()
    if config["driver"] == "tcp":
        return TcpLink("127.0.0.1", config["port"])
    return SerialLink(SerialSettings(config["port"]))


@pytest.fixture
def driver(gun, ear):
    driver = SerialScanner("scanner", link_to(gun), ear)
    driver.open()
    ear.wait(StatusUpdateEvent)
    if isinstance(gun.endpoint, TcpEndpoint):
        until(lambda: gun.endpoint._client is not None)
    yield driver
    driver.close()


def test_a_label_is_told_with_its_symbol(driver, gun, ear) -> None:
    gun.scan(b"]E04006381333931")
    event = ear.wait(DataEvent)
    assert (event.device, event.seq) == ("scanner", 1)
    assert (event.payload.text, event.payload.symbology) == ("4006381333931", "EAN13")
    assert driver.health().good_count == 1


def test_recorded_bytes_are_replayed_with_their_timing(driver, gun, ear) -> None:
    gun.replay([(0, b"40063"), (5, b"81333931\r"), (10, b"\n")])
    gun.replay([(0, b"96385074\r"), (999_000, b"5901234123457\r")], keep_timing=False)
    ear.wait(DataEvent, 3)
    labels = [event.payload.text for event in ear.heard if isinstance(event, DataEvent)]
    assert labels == ["4006381333931", "96385074", "5901234123457"]


def test_a_torn_label_is_reported_and_the_next_one_is_whole(driver, gun, ear) -> None:
    gun.endpoint.send(b"400638")
    torn = ear.wait(ErrorEvent)
    assert torn.locus is Locus.INPUT
    gun.scan(b"96385074")
    assert ear.wait(DataEvent).payload.text == "96385074"


def test_a_scanner_pulled_out_is_told_and_found_again(driver, gun, ear) -> None:
    gun.endpoint.send(b"4006")
    gun.endpoint.unplug()
    ear.wait(lambda e: isinstance(e, StatusUpdateEvent) and e.power is PowerState.OFF_OFFLINE)
    gun.endpoint.replug()
    ear.wait(lambda e: isinstance(e, StatusUpdateEvent) and e.power is PowerState.ONLINE, count=2)
    if isinstance(gun.endpoint, TcpEndpoint):
        until(lambda: gun.endpoint._client is not None)
    gun.scan(b"96385074")
    assert ear.wait(DataEvent).payload.text == "96385074"
    health = driver.health()
    assert health.error_count >= 1
    assert health.last_error
    reply = Ear()
    driver.request_status(reply)
    assert reply.wait(StatusUpdateEvent).power is PowerState.ONLINE


def test_a_half_label_at_unplug_is_dropped_and_reported(driver, gun, ear) -> None:
    slow = Framing(idle_ms=60_000)
    assert slow.suffixes
    driver._framer._framing = slow  # noqa: SLF001  so that only the unplug can end the label
    gun.endpoint.send(b"4006")
    until(lambda: driver._framer._buffer)
    gun.endpoint.unplug()
    assert "the port was lost" in ear.wait(ErrorEvent).message


def test_silence_ends_a_label_of_a_scanner_without_terminator(tmp_path, ear) -> None:
    gun = VirtualScanner(PtyEndpoint(tmp_path / "scanner"), suffix=b"")
    gun.start()
    driver = SerialScanner("scanner", link_to(gun), ear, Framing(suffixes=()))
    driver.open()
    ear.wait(StatusUpdateEvent)
    gun.scan(b"4006381333931")
    assert ear.wait(DataEvent).payload.raw == b"4006381333931"
    driver.close()
    gun.stop()


def test_a_port_is_claimed_so_that_nobody_steals_its_bytes(tmp_path) -> None:
    end = PtyEndpoint(tmp_path / "scanner")
    first = SerialLink(SerialSettings(str(end.path)))
    first.open()
    first.open()
    second = SerialLink(SerialSettings(str(end.path)))
    with pytest.raises(LinkDownError):
        second.open()
    first.close()
    first.close()
    second.open()
    second.close()
    end.unplug()


def test_a_port_that_cannot_be_set_up_is_a_lost_link_not_a_crash(tmp_path) -> None:
    no_port = tmp_path / "file"
    no_port.write_bytes(b"")
    with pytest.raises(LinkDownError):
        SerialLink(SerialSettings(str(no_port))).open()
    end = PtyEndpoint(tmp_path / "scale")
    link = SerialLink(SerialSettings(str(end.path), framing=SerialFraming.SEVEN_EVEN_ONE))
    with suppress(LinkDownError):  # whether a pseudo-terminal minds parity is the kernel's choice
        link.open()
    link.close()
    end.unplug()


def test_a_link_that_is_not_open_says_so(tmp_path) -> None:
    for link in (SerialLink(SerialSettings(str(tmp_path / "no"))), TcpLink("127.0.0.1", 9)):
        with pytest.raises(LinkDownError):
            link.read(1)
        with pytest.raises(LinkDownError):
            link.write(b"x")
        link.close()


def test_writing_to_an_unplugged_port_is_a_lost_link(tmp_path) -> None:
    end = PtyEndpoint(tmp_path / "display")
    link = SerialLink(SerialSettings(str(end.path)))
    link.open()
    end.unplug()
    with pytest.raises(LinkDownError):
        link.write(b"x" * 100)
    with pytest.raises(LinkDownError):
        link.read(10)
    link.close()
    end.send(b"nobody is there")


def test_a_process_that_stood_still_within_a_label_takes_it_for_one_label(tmp_path, ear) -> None:
    """The pause is ours, not the scanner's: a wall clock would make two labels of it."""
    gun = VirtualScanner(PtyEndpoint(tmp_path / "scanner"))
    gun.start()
    stood = threading.Event()

    def stand_still(_direction, data) -> None:
        if data.endswith(b"LOY-00"):
            gun.endpoint.send(b"0123\r")
            stood.wait(0.3)

    link = TracedLink(link_to(gun), stand_still)
    driver = SerialScanner("scanner", link, ear, Framing(tail_ms=200))
    driver.open()
    ear.wait(StatusUpdateEvent)
    gun.endpoint.send(b"LOY-00")
    assert ear.wait(DataEvent).payload.text == "LOY-000123"
    driver.close()
    gun.stop()


def test_several_scanners_of_a_till_are_read_at_once_and_keep_their_labels(tmp_path, ear) -> None:
    guns = {f"gun-{place}": VirtualScanner(PtyEndpoint(tmp_path / f"{place}")) for place in "abc"}
    tables = []
    for name, gun in guns.items():
        gun.start()
        tables.append({"kind": "scanner", "name": name, **gun.endpoint.config()})
    devices = build_devices({"device": tables}, ear)
    devices.open_all()
    ear.wait(StatusUpdateEvent, 3)
    for number in range(20):
        for name, gun in guns.items():
            half = f"{name}/{number}\r".encode()
            gun.endpoint.send(half[:4])
        for name, gun in guns.items():
            gun.endpoint.send(f"{name}/{number}\r".encode()[4:])
    ear.wait(DataEvent, 60)
    devices.close_all()
    for name, gun in guns.items():
        told = [e for e in ear.heard if isinstance(e, DataEvent) and e.device == name]
        assert [e.payload.text for e in told] == [f"{name}/{number}" for number in range(20)]
        assert [e.seq for e in told] == list(range(1, 21))
        gun.stop()

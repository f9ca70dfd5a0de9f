"""Zebra's SSI over a pseudo-terminal: acknowledged, asked again, never doubled."""

import pytest
from device_bench import CALM, until, vectors
from hypothesis import given
from hypothesis import strategies as st

from drivers.contract import DataEvent, ErrorEvent, PowerState, StatusUpdateEvent
from drivers.contract.ssi import (
    ACK,
    CMD_ACK,
    CMD_NAK,
    CONTINUED,
    DECODE_DATA,
    DECODER,
    NAK,
    RETRANSMITTED,
    SCAN_DISABLE,
    SCAN_ENABLE,
    START_DECODE,
    SsiPacket,
    decode_packet,
)
from drivers.fake import PtyEndpoint
from drivers.fake.devices import VirtualSsiScanner
from drivers.registry import build_devices
from drivers.scanner import Frame, SsiFramer, Torn
from drivers.scanner.ssi import CONTINUATION_MS, expanded_upc_e

EAN = b"4006381333931"


def packet(data=b"\x0b" + EAN, status=0, opcode=DECODE_DATA) -> bytes:
    return SsiPacket(opcode, data, DECODER, status).encode()


def fed(*chunks, framer=None):
    framer = framer or SsiFramer()
    found = [item for at, chunk in enumerate(chunks) for item in framer.feed(at, chunk)]
    return found, framer.answers()


def test_our_packets_are_those_of_the_vectors() -> None:
    ours = {
        "cmd_ack": ACK,
        "nak_resend": NAK,
        "scan_enable": SsiPacket(SCAN_ENABLE).encode(),
        "scan_disable": SsiPacket(SCAN_DISABLE).encode(),
        "start_decode": SsiPacket(START_DECODE).encode(),
    }
    rows = [r for r in vectors("device_frames.json")["frames"] if r["model"] == "Zebra SSI"]
    assert {row["id"]: bytes.fromhex(row["hex"]) for row in rows} == ours
    assert decode_packet(ACK) == SsiPacket(CMD_ACK)
    assert decode_packet(NAK) == SsiPacket(CMD_NAK, b"\x01")


def test_a_label_cut_anywhere_is_delivered_once_and_acknowledged() -> None:
    whole = b"\x00" + packet()
    for cut in range(len(whole)):
        assert fed(whole[:cut], whole[cut:]) == ([Frame(b"]E0" + EAN)], [ACK])


def test_glued_packets_are_told_apart() -> None:
    glued = packet() + packet(opcode=CMD_ACK, data=b"") + packet(b"\x0a96385074")
    assert fed(glued) == ([Frame(b"]E0" + EAN), Frame(b"]E496385074")], [ACK, ACK])


@pytest.mark.parametrize(
    ("code_type", "data", "frame"),
    [
        (0x08, b"036000291452", b"]E00036000291452"),
        (0x88, b"03600029145212345", b"]E3003600029145212345"),
        (0x09, b"04252614", b"]E00042100005264"),
        (0x0F, b"0104600439931256", b"]C10104600439931256"),
        (0xC1, b"0104\x1d93", b"]d20104\x1d93"),
        (0x1C, "Привет\r\n".encode(), "]Q1Привет".encode()),
        (0x0B, b"]E0" + EAN, b"]E0" + EAN),
        (0x77, b"any", b"any"),
        (0x09, b"425261", b"425261"),
    ],
)
def test_a_code_type_is_told_as_the_aim_identifier_it_stands_for(code_type, data, frame) -> None:
    assert fed(packet(bytes((code_type,)) + data))[0] == [Frame(frame)]


@pytest.mark.parametrize(
    ("eight", "thirteen"),
    [
        (b"01234505", b"0012000003455"),
        (b"01234531", b"0012300000451"),
        (b"01234543", b"0012340000053"),
        (b"01234572", b"0012345000072"),
    ],
)
def test_a_short_upc_is_told_with_all_its_digits(eight, thirteen) -> None:
    assert expanded_upc_e(eight) == thirteen


def test_a_damaged_packet_is_asked_for_again_and_delivered_once() -> None:
    framer = SsiFramer()
    broken = bytearray(packet())
    broken[7] ^= 1
    found, answers = fed(bytes(broken), framer=framer)
    assert (found, answers) == ([Torn(len(broken), "a packet was damaged")], [NAK])
    assert fed(packet(status=RETRANSMITTED), framer=framer) == ([Frame(b"]E0" + EAN)], [ACK])


def test_a_label_sent_again_because_our_acknowledgement_was_lost_is_not_sold_twice() -> None:
    framer = SsiFramer()
    assert fed(packet(), framer=framer) == ([Frame(b"]E0" + EAN)], [ACK])
    assert fed(packet(status=RETRANSMITTED), framer=framer) == ([], [ACK])
    assert fed(packet(), framer=framer) == ([Frame(b"]E0" + EAN)], [ACK]), "the same goods twice"


def test_noise_behind_a_label_does_not_sell_it_twice_and_a_damaged_twin_is_sold() -> None:
    framer = SsiFramer()
    fed(packet(), framer=framer)
    assert framer.feed(100, b"\x09\x01") == []
    assert framer.idle(200) == [Torn(2, "a packet was cut short")]
    assert framer.feed(300, packet(status=RETRANSMITTED)) == []
    twin = bytearray(packet())
    twin[9] ^= 4
    framer.feed(400, bytes(twin))
    assert framer.feed(500, packet(status=RETRANSMITTED)) == [Frame(b"]E0" + EAN)]


def test_a_packet_cut_short_is_asked_for_again_after_a_silence() -> None:
    framer = SsiFramer()
    assert fed(packet()[:9], framer=framer) == ([], [])
    assert framer.idle(79) == []
    assert framer.idle(100) == [Torn(9, "a packet was cut short")]
    assert framer.answers() == [NAK]
    assert framer.feed(200, packet(status=RETRANSMITTED)) == [Frame(b"]E0" + EAN)]


def test_a_label_of_several_packets_is_joined_or_dropped_whole() -> None:
    first, last = packet(b"\x1c" + b"A" * 200, CONTINUED), packet(b"\x1cEND")
    assert fed(first, last)[0] == [Frame(b"]Q1" + b"A" * 200 + b"END")]
    framer = SsiFramer()
    fed(first, framer=framer)
    assert framer.idle(CONTINUATION_MS) == [Torn(201, "its continuation did not come")]
    parts = [packet(b"\x1c" + bytes((65 + at % 26,)) * 200, CONTINUED) for at in range(30)]
    assert "longer than any label" in {item.reason for item in fed(*parts)[0]}
    assert SsiFramer().reset() is None
    fed(first, framer=framer)
    assert framer.reset() == Torn(201, "the port was lost")


@CALM
@given(st.binary(max_size=300), st.integers(1, 40))
def test_noise_makes_no_label_and_the_next_one_after_silence_is_whole(noise, size) -> None:
    framer = SsiFramer()
    for at in range(0, len(noise), size):
        framer.feed(at, noise[at : at + size])
    framer.idle(10_000)
    assert framer.feed(20_000, packet())[-1:] == [Frame(b"]E0" + EAN)]


@pytest.fixture
def gun(tmp_path):
    scanner = VirtualSsiScanner(PtyEndpoint(tmp_path / "zebra"))
    scanner.start()
    yield scanner
    scanner.stop()


@pytest.fixture
def driver(gun, ear):
    table = {"kind": "scanner", "name": "zebra", "protocol": "ssi", **gun.endpoint.config()}
    devices = build_devices({"device": [table]}, ear)
    devices.open_all()
    ear.wait(StatusUpdateEvent)
    yield devices
    devices.close_all()


def test_a_zebra_on_a_real_line_is_acknowledged_and_its_damaged_label_read_again(
    driver, gun, ear
) -> None:
    gun.scan(EAN)
    event = ear.wait(DataEvent)
    assert (event.payload.text, event.payload.symbology) == (EAN.decode(), "EAN13")
    until(lambda: bytes(gun.received) == ACK)
    gun.damage_next = 1
    gun.scan(b"96385074", 0x0A)
    assert ear.wait(DataEvent, 2).payload.symbology == "EAN8"
    assert "damaged" in ear.wait(ErrorEvent).message
    until(lambda: bytes(gun.received) == ACK + NAK + ACK)
    gun.send_again()
    until(lambda: bytes(gun.received) == ACK + NAK + ACK + ACK)
    gun.scan(b"https://loy.example/c/" + b"a1B2" * 100, 0x1C)
    assert len(ear.wait(DataEvent, 3).payload.text) == 422
    assert driver.scanners["zebra"].health().good_count == 3


def test_a_zebra_pulled_out_comes_back(driver, gun, ear) -> None:
    gun.endpoint.send(packet()[:6])
    gun.endpoint.unplug()
    ear.wait(lambda e: isinstance(e, StatusUpdateEvent) and e.power is PowerState.OFF_OFFLINE)
    gun.endpoint.replug()
    ear.wait(lambda e: isinstance(e, StatusUpdateEvent) and e.power is PowerState.ONLINE, count=2)
    gun.scan(EAN)
    assert ear.wait(DataEvent).payload.text == EAN.decode()

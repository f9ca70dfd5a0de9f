"""Scales: only a stable, positive weight, read several times alike, may be sold by."""

import pytest
from device_bench import Ear, until
from scale_bench import MODELS, Weighing, bench

from drivers.contract import (
    DoneEvent,
    ErrorCode,
    ErrorEvent,
    PowerState,
    StatusUpdateEvent,
)
from drivers.contract.scale import ScaleError, Weight, WeightState
from drivers.fake import PtyEndpoint
from drivers.registry import ConfigError, build_devices
from drivers.scale import NoWeight
from drivers.scale.settling import Settling
from drivers.transport import LinkDownError, ParityLink, SerialFraming, SerialLink, SerialSettings


@pytest.mark.parametrize("dialect", sorted(MODELS))
@pytest.mark.parametrize("tcp", [False, True], ids=["pty", "socket"])
def test_what_lies_at_rest_is_weighed_to_the_gram(tmp_path, dialect, tcp) -> None:
    with bench(tmp_path, dialect, tcp=tcp) as (virtual, scale, _ear):
        for grams in (1, 342, 1250, 14_995):
            virtual.model.put(grams)
            weight = Weighing(scale).weight()
            assert (weight.grams, weight.stable, weight.state) == (grams, True, WeightState.GOOD)
        assert scale.health().good_count == 4


@pytest.mark.parametrize("dialect", sorted(MODELS))
def test_a_weight_in_motion_is_waited_for(tmp_path, dialect) -> None:
    with bench(tmp_path, dialect, poll_ms=10_000) as (virtual, scale, _ear):
        virtual.model.put(768, settle_after=6)
        weighing = Weighing(scale)
        assert weighing.weight().grams == 768
        assert not weighing.progress[0].stable


@pytest.mark.parametrize("dialect", sorted(MODELS))
@pytest.mark.parametrize(
    ("hand", "why"),
    [
        ({"load_g": 0}, ScaleError.EMPTY),
        ({"load_g": 500, "moving": True}, ScaleError.UNSTABLE),
        ({"load_g": 20_000}, ScaleError.OVERWEIGHT),
        ({"load_g": -40}, ScaleError.UNDER_ZERO),
    ],
    ids=["empty", "moving", "overloaded", "below zero"],
)
def test_nothing_is_sold_by_an_empty_moving_overloaded_or_negative_pan(
    tmp_path, dialect, hand, why
) -> None:
    with bench(tmp_path, dialect) as (virtual, scale, _ear):
        virtual.model.put(**hand)
        error = Weighing(scale, timeout_ms=80).error()
        assert (error.code, error.extended) == (ErrorCode.E_EXTENDED, why)


@pytest.mark.parametrize("dialect", sorted(MODELS))
@pytest.mark.parametrize("fault", ["silent", "garbage", "torn", "flipped", "broken"])
def test_an_answer_that_cannot_be_read_is_an_error_and_never_nothing(
    tmp_path, dialect, fault
) -> None:
    patience_ms = 2_000 if fault == "broken" else 120  # the others end in silence
    with bench(tmp_path, dialect, answer_ms=patience_ms) as (virtual, scale, ear):
        virtual.model.put(640)
        virtual.model.fault = fault
        error = Weighing(scale, timeout_ms=300).error()
        assert error.code is ErrorCode.E_EXTENDED
        overloaded = fault == "broken" and dialect.startswith("cas")
        assert error.extended == (ScaleError.OVERWEIGHT if overloaded else ScaleError.UNREADABLE)
        if not overloaded:
            ear.wait(lambda e: getattr(e, "power", None) is PowerState.OFFLINE)
        virtual.model.fault = ""
        assert Weighing(scale).weight().grams == 640
        assert overloaded or scale.health().last_error


def test_a_flipped_bit_on_a_line_of_seven_bits_is_seen_by_its_parity(tmp_path) -> None:
    with bench(tmp_path, "toledo8217", parity=True, framing="7E1", answer_ms=120) as rig:
        virtual, scale, _ear = rig
        virtual.model.put(1234)
        assert Weighing(scale).weight().grams == 1234
        virtual.model.fault = "flipped"
        assert Weighing(scale, timeout_ms=300).error().extended == ScaleError.UNREADABLE
        assert "ff" in (scale.health().last_error or "")


@pytest.mark.parametrize("dialect", ["cas6", "cas6_wide"])
def test_a_cas_scale_of_seven_bits_is_understood_on_a_port_of_eight(tmp_path, dialect) -> None:
    with bench(tmp_path, dialect, parity=True) as (virtual, scale, _ear):
        virtual.model.put(2_718)
        assert Weighing(scale).weight().grams == 2_718


@pytest.mark.parametrize("dialect", sorted(MODELS))
def test_a_scale_unplugged_while_it_weighs_answers_and_comes_back(tmp_path, dialect) -> None:
    with bench(tmp_path, dialect) as (virtual, scale, ear):
        virtual.model.put(900, moving=True)
        weighing = Weighing(scale)
        until(lambda: weighing.progress)
        virtual.endpoint.unplug()
        error = weighing.error()
        assert error.code is ErrorCode.E_OFFLINE
        ear.wait(lambda e: getattr(e, "power", None) is PowerState.OFF_OFFLINE)
        assert Weighing(scale).error().code is ErrorCode.E_OFFLINE
        virtual.model.put(901)
        virtual.endpoint.replug()
        until(lambda: scale.power_state is PowerState.ONLINE)
        assert Weighing(scale).weight().grams == 901


def test_one_weighing_at_a_time_and_it_can_be_cancelled(tmp_path) -> None:
    with bench(tmp_path, "massa100") as (virtual, scale, _ear):
        virtual.model.put(100, moving=True)
        first = Weighing(scale, 600_000)
        until(lambda: first.progress)
        assert Weighing(scale).error().code is ErrorCode.E_BUSY
        first.call.cancel()
        assert first.error().extended == ScaleError.CANCELLED
        virtual.model.put(100)
        assert Weighing(scale).weight().grams == 100


def test_a_scale_that_closes_while_it_weighs_answers(tmp_path) -> None:
    with bench(tmp_path, "cas6") as (virtual, scale, _ear):
        virtual.model.put(100, moving=True)
        weighing = Weighing(scale, 600_000)
        until(lambda: weighing.progress)
        scale.close()
        assert weighing.error().extended == ScaleError.CANCELLED


@pytest.mark.parametrize("dialect", ["massa100", "shtrih_pos2", "toledo8217"])
def test_a_tare_is_taken_off_and_told(tmp_path, dialect) -> None:
    with bench(tmp_path, dialect) as (virtual, scale, _ear):
        reply = Ear()
        virtual.model.put(250)
        scale.set_tare(None, reply)
        reply.wait(DoneEvent)
        virtual.model.put(1_250)
        weight = Weighing(scale).weight()
        assert (weight.grams, weight.net) == (1_000, True)
        scale.set_tare(0, reply)
        reply.wait(DoneEvent, 2)
        assert Weighing(scale).weight().grams == 1_250
        virtual.model.put(20)
        scale.set_zero(reply)
        reply.wait(DoneEvent, 3)
        assert Weighing(scale, 60).error().extended == ScaleError.EMPTY
        virtual.model.put(500, moving=True)
        scale.set_zero(reply)
        scale.set_tare(None, reply)
        assert reply.wait(ErrorEvent, 2).extended == ScaleError.REFUSED


@pytest.mark.parametrize("dialect", ["massa100", "shtrih_pos2"])
def test_a_known_tare_may_be_given_in_grams(tmp_path, dialect) -> None:
    with bench(tmp_path, dialect) as (virtual, scale, _ear):
        reply = Ear()
        scale.set_tare(30, reply)
        reply.wait(DoneEvent)
        virtual.model.put(330)
        weight = Weighing(scale).weight()
        assert (weight.grams, weight.tare_g) == (300, 30)
        virtual.model.put(20_000)
        scale.set_zero(reply)
        assert reply.wait(ErrorEvent).code is ErrorCode.E_ILLEGAL
        scale.set_tare(70_000, reply)
        assert reply.wait(ErrorEvent, 2).extended == ScaleError.REFUSED
        virtual.model.put(200, moving=True)
        scale.set_tare(None, reply)
        assert reply.wait(ErrorEvent, 3).extended == ScaleError.REFUSED


def test_what_a_protocol_cannot_do_is_refused(tmp_path) -> None:
    with bench(tmp_path, "cas6") as (_virtual, scale, _ear):
        reply = Ear()
        scale.set_zero(reply)
        scale.set_tare(None, reply)
        assert reply.wait(ErrorEvent, 2).code is ErrorCode.E_ILLEGAL
    with bench(tmp_path, "toledo8217") as (_virtual, scale, _ear):
        reply = Ear()
        scale.set_tare(55, reply)
        assert reply.wait(ErrorEvent).extended == ScaleError.REFUSED


def test_an_order_to_a_scale_that_went_silent_or_away_is_an_error(tmp_path) -> None:
    with bench(tmp_path, "massa100", answer_ms=120) as (virtual, scale, _ear):
        reply = Ear()
        virtual.model.fault = "silent"
        scale.set_zero(reply)
        assert reply.wait(ErrorEvent).extended == ScaleError.UNREADABLE
        scale.request_status(reply)
        until(lambda: scale.power_state is PowerState.OFFLINE)
        assert reply.wait(StatusUpdateEvent)
        virtual.endpoint.unplug()
        scale.set_zero(reply)
        assert reply.wait(ErrorEvent, 2).code is ErrorCode.E_OFFLINE


def test_a_scale_that_speaks_again_by_itself_is_on_line_again(tmp_path) -> None:
    with bench(tmp_path, "shtrih_pos2", answer_ms=120) as (virtual, scale, ear):
        virtual.model.fault = "silent"
        ear.wait(lambda e: getattr(e, "power", None) is PowerState.OFFLINE)
        virtual.model.fault = ""
        until(lambda: scale.power_state is PowerState.ONLINE)
        reply = Ear()
        scale.request_status(reply)
        assert reply.wait(StatusUpdateEvent).power is PowerState.ONLINE


def test_equal_readings_in_a_row_are_wanted_and_never_fewer_than_two() -> None:
    good = Weight(500, stable=True)
    settling = Settling(1)
    assert [settling.take(good), settling.take(good)] == [False, True]
    settling = Settling(3)
    readings = [good, good, Weight(501, stable=True), good, good]
    assert not any(settling.take(one) for one in readings)
    settling.spoilt()
    assert settling.trouble is ScaleError.UNREADABLE
    assert [settling.take(good) for _ in range(3)] == [False, False, True]


def test_a_weight_survives_its_way_to_the_till() -> None:
    for weight in (
        Weight(None, stable=False, over=True),
        Weight(-5, stable=True, under=True, tare_g=0),
        Weight(1234, stable=True, net=True, tare_g=30),
    ):
        assert Weight.from_json(weight.to_json()) == weight
    with pytest.raises(ValueError, match="whole number"):
        Weight.from_json({"grams": 1.5, "stable": True})


def test_a_wrong_configuration_names_the_key(ear) -> None:
    link = {"driver": "tcp", "host": "127.0.0.1"}
    for keys, word in (
        ({}, "model"),
        ({"model": "kitchen"}, "kitchen"),
        ({"model": "cas6", "password": "0030"}, "password"),
        ({"model": "shtrih_pos2", "password": "30"}, "password"),
    ):
        with pytest.raises(ConfigError, match=word):
            build_devices({"device": [{"kind": "scale", **link, **keys}]}, ear)
    made = {"kind": "scale", "model": "shtrih_pos2", "password": "0031", **link}
    assert build_devices({"device": [made]}, ear).scales["scale"]


def test_a_pseudo_terminal_refuses_seven_bits_and_the_driver_says_so(tmp_path, ear) -> None:
    end = PtyEndpoint(tmp_path / "scale")
    plain = SerialLink(SerialSettings(str(end.path)))
    plain.open()  # a terminal's first change of any setting hides that the others did not take
    plain.close()
    with pytest.raises(LinkDownError, match="does not take these settings"):
        SerialLink(SerialSettings(str(end.path), framing=SerialFraming.SEVEN_EVEN_ONE)).open()
    end.unplug()


def test_odd_parity_is_made_and_checked() -> None:
    class Wire:
        def __init__(self) -> None:
            self.sent = b""

        def write(self, data: bytes) -> None:
            self.sent += data

        def read(self, timeout_ms: int) -> bytes:
            return self.sent + bytes((self.sent[0] ^ 1,))

    wire = Wire()
    link = ParityLink(wire, odd=True)  # type: ignore[arg-type]  half a link is enough here
    link.write(b"W")
    assert wire.sent == b"\x57"
    assert link.read(0) == b"W\xff"


def test_a_shtrih_answer_nobody_fetched_is_let_go_first() -> None:
    from drivers.scale import Line, shtrih

    weight = shtrih.frame(bytes.fromhex("3a001400") + (500).to_bytes(4, "little") + b"\0\0")
    wire = Script([b"", b"\x06", shtrih.frame(b"\x31\x00"), b"", b"\x06" + weight])
    assert shtrih.ShtrihProtocol().read(Line(wire, 30)).grams == 500
    assert wire.sent[1] == b"\x06"
    wire = Script([b"", b"\x15", b"", b"\x06" + shtrih.frame(b"\x31\x00")])
    with pytest.raises(NoWeight, match="0x31"):
        shtrih.ShtrihProtocol().read(Line(wire, 30))


class Script:
    """A link that answers reads from a list, in order."""

    def __init__(self, script: list[bytes]) -> None:
        self.script = script
        self.sent: list[bytes] = []

    def open(self) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""

    def write(self, data: bytes) -> None:
        self.sent.append(data)

    def read(self, timeout_ms: int) -> bytes:
        return self.script.pop(0) if self.script else b""

"""Frames that no simulated hand makes: other units, other lengths, complaints, echoes."""

import struct

import pytest

from drivers.fake import ScaleModel
from drivers.fake.scale_dialects import DIALECTS
from drivers.scale import NoWeight, cas, massa, shtrih, toledo


def block(body: bytes) -> bytes:
    return b"\x01\x02" + body + bytes((cas.block_check(body),)) + b"\x03"


@pytest.mark.parametrize(
    ("body", "grams"),
    [(b"S 01.234kg", 1234), (b"S 0123.4kg", 123_400), (b"S    750 g", 750), (b"S-00.020kg", -20),
     (b"S    7.0 g", 7), (b"S 0000.25kg", 250)],
)  # fmt: skip
def test_cas_scales_tell_kilograms_or_grams(body, grams) -> None:
    weight = cas.weight_of(block(body))
    assert (weight.grams, weight.under) == (grams, grams < 0)


@pytest.mark.parametrize(
    "body",
    [b"S 001234kg", b"S 01.234lb", b"S 01.234oz", b"S    7.5 g", b"S 1.2.34kg", b"S       kg"],
)
def test_a_cas_block_in_another_unit_or_form_is_no_weight(body) -> None:
    with pytest.raises(NoWeight):
        cas.weight_of(block(body))


def test_a_cas_block_with_a_wrong_check_is_not_found() -> None:
    good = block(b"S 01.234kg")
    assert cas.block_of(good + b"\x04") == good
    assert cas.block_of(good[:-2] + b"\x00\x03") is None
    with pytest.raises(NoWeight):
        cas.weight_of(good[:-2] + b"\x00\x03")


@pytest.mark.parametrize(
    ("value", "division", "grams"),
    [
        (12_345, 0, 1234),
        (12_340, 0, 1234),
        (1234, 1, 1234),
        (125, 2, 1250),
        (3, 4, 3000),
        (-19, 0, -1),
    ],
)
def test_massa_divisions_are_cut_to_whole_grams(value, division, grams) -> None:
    body = struct.pack("<BiB3B", massa.ACK_MASSA, value, division, 1, 0, 0)
    weight = massa.weight_of(body)
    assert (weight.grams, weight.tare_g) == (grams, None)


@pytest.mark.parametrize(
    "body",
    [
        b"\x28\x09",
        b"\x28",
        b"\x76abc",
        struct.pack("<BiB3B", 0x24, 5, 9, 1, 0, 0),
        struct.pack("<BiB3B", 0x24, 5, 1, 7, 0, 0),
        struct.pack("<BiB3B", 0x24, 5, 1, 1, 0, 0) + b"\x00",
    ],
)
def test_what_massa_says_that_is_no_weight_is_refused(body) -> None:
    with pytest.raises(NoWeight):
        massa.weight_of(body)


@pytest.mark.parametrize("status", [0x0000, 0x0094, 0x0214, 0x0034, 0x0414])
def test_a_shtrih_channel_that_is_off_or_broken_has_no_weight(status) -> None:
    with pytest.raises(NoWeight):
        shtrih.weight_of(b"\x3a\x00" + struct.pack("<HiH", status, 500, 0))


def test_a_shtrih_answer_without_a_tare_is_read() -> None:
    weight = shtrih.weight_of(b"\x3a\x00" + struct.pack("<Hi", 0x14, 500))
    assert (weight.grams, weight.tare_g) == (500, None)
    with pytest.raises(NoWeight, match="error 7"):
        shtrih.weight_of(b"\x3a\x07")
    with pytest.raises(NoWeight):
        shtrih.weight_of(b"\x31\x00")


def test_a_toledo_status_is_never_a_weight() -> None:
    zero = toledo.weight_of(b"\x02?\x10\r")
    assert (zero.grams, zero.zero, zero.state.value) == (0, True, "zero")
    moving = toledo.weight_of(b"\x02?\x11\r")
    assert (moving.grams, moving.stable) == (None, False)
    for answer in (b"\x02?\x40\r", b"\x02x\r", b"\x02   .250\r"):
        with pytest.raises(NoWeight):
            toledo.weight_of(answer)


def answers(dialect: str, data: bytes) -> bytes:
    model = ScaleModel()
    model.put(20_000)
    return b"".join(DIALECTS[dialect]().feed(data, model))


def test_simulated_scales_complain_as_real_ones() -> None:
    assert massa.body_of(answers("massa100", massa.frame(b"\x75")))[:1] == b"\x76"
    assert massa.body_of(answers("massa100", massa.frame(b"\x99"))) == b"\x28\x07"
    assert massa.body_of(answers("massa100", massa.frame(b"\x23")[:-1] + b"\x55")) == b"\xf0"
    assert massa.body_of(answers("massa100", massa.frame(b"\xa3" + b"\xff" * 4))) == b"\x15"
    assert massa.body_of(answers("massa100", massa.frame(b"\x72"))) == b"\x28\x15"
    assert answers("massa100", b"\xf8\x55\xce\x01") == b""
    assert answers("cas6", b"x") == b""
    assert shtrih.body_of(answers("shtrih_pos2", shtrih.frame(b"\x3a1111"))[1:]) == b"\x3a\x7a"
    for command, error in ((b"\x30", 0x9A), (b"\x31", 0x98), (b"\x32", 0x97), (b"\x77", 0x78)):
        data = b"\xff\xff" if command == b"\x32" else b""
        told = answers("shtrih_pos2", shtrih.frame(command + b"0030" + data))
        assert shtrih.body_of(told[1:]) == command + bytes((error,))
    assert answers("shtrih_pos2", b"\x02\x01\x3a\x00") == b"\x15"
    assert answers("shtrih_pos2", b"\x02\x05\x3a") == b""


def test_the_8217_echoes_between_e_and_f_and_knows_no_other_letters() -> None:
    assert answers("toledo8217", b"Ehello") == bytes.fromhex("02450d68656c6c6f")
    assert answers("toledo8217", b"EaFq") == b"\x02E\ra\x02?\x40\r"
    assert answers("toledo8217", b"TZC") == b""

"""HID reports are read by the device's own descriptor, whatever its makers' order of fields."""

import random

import pytest
from device_bench import CALM
from hypothesis import given
from hypothesis import strategies as st

from drivers.fake.hid_scanner import FlagAt, VirtualHidScanner
from drivers.scanner import Frame, HidPosAssembler, Torn, scan_reports
from drivers.scanner.hid_pos import CONTINUATION_MS, USUAL_DESCRIPTOR
from drivers.scanner.report_descriptor import DescriptorError, input_reports

LONG = b"https://loy.example/c/" + b"a1B2" * 40
MODELS = {
    "usual": VirtualHidScanner(),
    "flag right after the data": VirtualHidScanner(vendor_bytes=0),
    "flag first": VirtualHidScanner(flag=FlagAt.BEFORE_DATA, report_id=4),
    "no report ids": VirtualHidScanner(report_id=0, data_bytes=57),
    "small reports": VirtualHidScanner(data_bytes=8, vendor_bytes=1),
    "no byte count": VirtualHidScanner(counted=False),
}


def assembler_of(model: VirtualHidScanner) -> HidPosAssembler:
    return HidPosAssembler(scan_reports(model.descriptor))


def played(assembler, reports, t_ms=0):
    return [item for report in reports for item in assembler.feed(t_ms, report)]


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
@pytest.mark.parametrize("data", [b"4006381333931", LONG, b"01046\x1d93dGVz"])
def test_a_label_is_read_by_usages_not_by_offsets(model, data) -> None:
    reports = model.reports(data, b"]Q1")
    assert played(assembler_of(model), reports) == [Frame(b"]Q1" + data)]
    assert len(reports[0]) == next(iter(scan_reports(model.descriptor).values())).length


def test_a_scanner_without_a_flag_gives_one_label_a_report() -> None:
    model = VirtualHidScanner(flag=FlagAt.NONE)
    reports = [*model.reports(b"96385074"), *model.reports(b"4006381333931")]
    assert played(assembler_of(model), reports) == [Frame(b"96385074"), Frame(b"4006381333931")]


def test_the_usual_layout_has_64_bytes_with_the_flag_last() -> None:
    layout = scan_reports(USUAL_DESCRIPTOR)[2]
    assert layout.length == 64
    assert layout.continued is not None
    assert layout.continued.bit_offset == 62 * 8


def test_another_scan_means_that_the_one_before_was_cut() -> None:
    model = VirtualHidScanner()
    first, second = model.reports(LONG, b"]Q1"), model.reports(b"4006381333931", b"]E0")
    assert played(assembler_of(model), [first[0], *second]) == [
        Torn(56, "another scan began"),
        Frame(b"]E04006381333931"),
    ]


def test_a_continuation_that_is_overdue_will_not_come_and_its_rest_is_dropped() -> None:
    model = VirtualHidScanner()
    reports = model.reports(LONG, b"]Q1")
    assembler = assembler_of(model)
    assert played(assembler, reports[:1]) == []
    assert assembler.idle(CONTINUATION_MS - 1) == []
    assert assembler.idle(CONTINUATION_MS) == [Torn(56, "its continuation did not come")]
    assert played(assembler, reports[1:], CONTINUATION_MS + 5) == []
    assert played(assembler, model.reports(b"96385074"), CONTINUATION_MS + 9) == [
        Frame(b"96385074")
    ]


def test_a_scan_that_was_skipped_in_vain_lets_the_next_one_through() -> None:
    model = VirtualHidScanner()
    assembler = assembler_of(model)
    assembler.feed(0, model.reports(LONG)[0])
    assembler.idle(CONTINUATION_MS)
    later = 2 * CONTINUATION_MS
    assert played(assembler, model.reports(b"96385074"), later) == [Frame(b"96385074")]


def test_a_report_that_contradicts_its_descriptor_takes_its_scan_with_it() -> None:
    model = VirtualHidScanner()
    whole = model.reports(LONG, b"]Q1")
    assembler = assembler_of(model)
    liar = bytes((2, 200)) + whole[1][2:]
    assert played(assembler, [whole[0], liar, *whole[2:]]) == [
        Torn(120, "a report contradicts its descriptor")
    ]
    assert played(assembler, [whole[0][:20], whole[-1]], 10) == [
        Torn(20, "a report contradicts its descriptor")
    ]
    assert played(assembler, [b"\x02\x08" + bytes(3) + b"1" * 8 + bytes(51)], 20) == [
        Frame(b"1" * 8)
    ]


def test_an_endless_scan_is_dropped_whole() -> None:
    model = VirtualHidScanner()
    more = model.reports(b"A" * 112)[0]
    assembler = assembler_of(model)
    found = played(assembler, [more] * 100)
    assert [item.reason for item in found] == ["longer than any label"]
    assert played(assembler, model.reports(b"1")) == [], "the end of the endless one"
    assert played(assembler, model.reports(b"1")) == [Frame(b"1")]


def test_half_a_scan_is_dropped_on_unplug_and_an_empty_one_is_none() -> None:
    model = VirtualHidScanner()
    assembler = assembler_of(model)
    assembler.feed(0, model.reports(LONG)[0])
    assert assembler.reset() == Torn(56, "the scanner was lost")
    assert assembler.reset() is None
    assert played(assembler, model.reports(b"")) == []
    assert played(assembler, [b"", b"\x09" + bytes(63)]) == [], "no report of a scan"
    assert played(assembler, model.reports(b"96385074")) == [Frame(b"96385074")]


def test_a_keyboard_and_a_mouse_are_no_scanners() -> None:
    mouse = bytes.fromhex("05010902a1010901a10005091901290315002501950375018102950175058101c0c0")
    assert scan_reports(mouse) == {}
    assert input_reports(mouse)[0].bits == 8


def test_data_that_does_not_lie_in_whole_bytes_is_no_layout_we_read() -> None:
    odd = bytes.fromhex("058c0902a1018502091 2a1021500250175079501 09ff8102".replace(" ", ""))
    odd += bytes.fromhex("2501 26ff00 7508 9508 09fe 820201 c0c0")
    assert scan_reports(odd) == {}


def test_long_items_pushed_globals_and_foreign_pages_are_understood() -> None:
    pushed = bytes.fromhex("fe02aa0102 058c 0902 a101 8502 7508 9501")
    pushed += bytes.fromhex("a4 7501 9508 2501 8101 b4")  # eight bits of padding, then as before
    pushed += bytes.fromhex("0b3b000100 8102 9508 09fe 8102 c0")
    layout = scan_reports(pushed)[2]
    assert (layout.data.bit_offset, layout.data.bit_size) == (16, 64)
    assert layout.count is not None
    assert layout.count.bit_offset == 8


@pytest.mark.parametrize(
    "broken",
    ["058c0902a101c0c0", "b4", "05", "8500", "fe", "058c19002aff7f8102", "75ff96ffff8102"],
)
def test_a_descriptor_that_contradicts_itself_is_refused(broken) -> None:
    with pytest.raises(DescriptorError):
        input_reports(bytes.fromhex(broken))


@CALM
@given(st.binary(max_size=80))
def test_no_descriptor_makes_the_reader_fall(noise) -> None:
    try:
        layouts = scan_reports(noise)
    except DescriptorError:
        return
    assembler = HidPosAssembler(layouts)
    for report in (b"", noise, noise * 3):
        assembler.feed(0, report)


@CALM
@given(st.integers(0, 2**32), st.binary(min_size=1, max_size=200))
def test_any_lost_report_loses_its_scan_and_never_changes_one(seed, data) -> None:
    model = VirtualHidScanner(data_bytes=16)
    reports = model.reports(data, b"]d2")
    dropped = random.Random(seed).randrange(len(reports))
    kept = reports[:dropped] + reports[dropped + 1 :]
    after = model.reports(b"4006381333931", b"]E0")
    assembler = assembler_of(model)
    found = [*played(assembler, kept), *assembler.idle(5000), *played(assembler, after, 9000)]
    whole = [item.data for item in found if isinstance(item, Frame)]
    assert whole[-1] == b"]E04006381333931"
    if dropped == len(reports) - 1:
        assert whole[:-1] == []

"""Settings of a typing scanner: from the configuration, and from one scan of the test label."""

import pytest

from drivers.contract import KeyPress, WedgeDecoder, WedgeSettings
from drivers.contract.wedge_setup import (
    TEST_LABEL,
    Separation,
    Trouble,
    calibrated,
    settings_of_table,
    settings_of_tables,
)
from drivers.fake.typist import TAB, Separator, presses, strokes
from drivers.registry import ConfigError, build_devices

F8, F12 = 66, 88


def label_keys(separator=Separator.CTRL_BRACKET, gap_ms=10, end=28):
    return presses(strokes(TEST_LABEL, separator, end), gap_ms=gap_ms)


def scanned(keys, settings) -> list[bytes]:
    decoder = WedgeDecoder(settings)
    return [d.scan.raw for d in map(decoder.press, keys) if d.scan is not None]


@pytest.mark.parametrize(
    ("separator", "told"),
    [
        (Separator.CTRL_BRACKET, Separation.CTRL_BRACKET),
        (Separator.ALT_029, Separation.ALT_NUMBER),
        (Separator.KEY, Separation.KEY),
        (Separator.DROPPED, Separation.LOST),
    ],
)
@pytest.mark.parametrize("gap_ms", [1, 10, 60, 110])
def test_a_calibrated_scanner_is_understood_and_the_separator_s_way_is_told(
    separator, told, gap_ms
) -> None:
    keys = label_keys(separator, gap_ms)
    found = calibrated(keys)
    assert (found.trouble, found.separation) == (None, told)
    expected = TEST_LABEL if told is not Separation.LOST else TEST_LABEL.replace(b"\x1d", b"")
    assert scanned(keys, settings_of_table(found.table)) == [expected]


def test_a_slow_scanner_was_not_understood_before_it_was_calibrated() -> None:
    keys = label_keys(gap_ms=60)
    assert scanned(keys, WedgeSettings()) == []


def test_a_scanner_as_slow_as_a_person_needs_a_prefix_key() -> None:
    slow = label_keys(gap_ms=150)
    assert calibrated(slow).trouble is Trouble.TOO_SLOW
    prefixed = [KeyPress(-150, F12), *slow]
    found = calibrated(prefixed)
    assert found.trouble is None
    assert found.table["prefix_key"] == F12
    assert scanned(prefixed, settings_of_table(found.table)) == [TEST_LABEL]


def test_another_label_or_no_terminator_is_told() -> None:
    assert calibrated([]).trouble is Trouble.NO_TERMINATOR
    assert calibrated(label_keys(end=None)).trouble is Trouble.NO_TERMINATOR
    assert calibrated(presses(strokes(b"4006381333931"))).trouble is Trouble.NOT_THE_LABEL
    assert calibrated(presses(strokes(b""))).trouble is Trouble.NOT_THE_LABEL
    assert calibrated(label_keys(end=TAB)).table["suffix"] == "tab"


def test_several_wedges_of_a_till_share_the_widest_settings() -> None:
    tables = [
        {"kind": "scanner", "driver": "wedge", "max_gap_ms": 90, "gs_keys": [F8]},
        {"kind": "scanner", "driver": "wedge", "mean_gap_ms": 70, "suffix": "tab"},
        {"kind": "scanner", "driver": "wedge", "max_gap_ms": "wide"},
        {"kind": "scanner", "driver": "serial"},
        {"kind": "printer"},
    ]
    found = settings_of_tables(tables)
    assert (found.max_gap_ms, found.mean_gap_ms, found.gs_scan_codes) == (90, 70, {F8})
    assert TAB in found.terminators
    assert settings_of_tables([]) == WedgeSettings()


@pytest.mark.parametrize(
    "wrong",
    [{"max_gap_ms": 0}, {"min_keys": "6"}, {"gs_keys": 66}, {"gs_keys": ["F8"]}, {"suffix": "CR"}],
)
def test_a_wrong_table_is_refused_where_the_devices_are_built(wrong) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        settings_of_table(wrong)
    with pytest.raises(ConfigError):
        build_devices({"device": [{"kind": "scanner", "driver": "wedge", **wrong}]}, lambda e: None)


def test_a_wedge_has_a_place_among_the_devices_whose_state_nobody_knows(ear) -> None:
    table = {"kind": "scanner", "name": "gun", "driver": "wedge", "prefix_key": F12}
    devices = build_devices({"device": [table]}, ear)
    devices.open_all()
    scanner = devices.scanners["gun"]
    scanner.request_status(ear)
    assert ear.heard[-1].power.name == "UNKNOWN"
    assert scanner.health().last_error is None
    devices.close_all()

"""Scanner or person? Every neutral vector, and what the vectors do not ask."""

import pytest
from device_bench import CALM, vectors
from hypothesis import given
from hypothesis import strategies as st

from drivers.contract import KeyPress, WedgeDecoder, WedgeSettings
from drivers.fake.typist import Separator, presses, strokes

ROWS = [row for row in vectors("scan.json")["vectors"] if "keys" in row]
TEXTS = {
    "wedge-netum-nsl5": ["4006381333931"],
    "wedge-ru-layout-alnum": ["LOY-000123"],
    "wedge-gs-ctrl-bracket": ["0104610053149777215d/wuU\x1d93dGVz"],
    "wedge-gs-dropped": ["0104610053149777215d/wuU93dGVz"],
    "wedge-two-scans": ["4006381333931", "5901234123457"],
}
ENTER = 28


def keys_of(row) -> list[KeyPress]:
    return [
        KeyPress(t, code, shift="S" in mods, ctrl="C" in mods, alt="A" in mods)
        for t, code, mods in row["keys"]
    ]


def played(keys, settings=None, end_ms=10_000):
    """The scans, and the keys that reached the field, in order."""
    decoder = WedgeDecoder(settings)
    scans, typed = [], []
    for key in keys:
        decision = decoder.press(key)
        typed += decision.released
        scans += [decision.scan] if decision.scan else []
    typed += decoder.expire(end_ms).released
    return scans, typed


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_keys_become_the_scans_that_were_made_and_no_others(row) -> None:
    scans, typed = played(keys_of(row))
    assert len(scans) == len(row["expect"])
    if row["id"] in TEXTS:
        assert [scan.text for scan in scans] == TEXTS[row["id"]]
    for scan, expected in zip(scans, row["expect"], strict=True):
        assert expected.get("gtin14", "").lstrip("0") in scan.text
    if not row["expect"]:
        assert typed == keys_of(row), "what a person types reaches the field, whole and in order"


def test_digits_typed_before_a_scan_stay_in_the_field() -> None:
    row = next(row for row in ROWS if row["id"] == "wedge-scan-after-typing")
    scans, typed = played(keys_of(row))
    assert [scan.text for scan in scans] == ["4006381333931"]
    assert [key.scan_code for key in typed] == [2, 3]


def burst(codes, gap_ms=8, start_ms=0, **flags):
    return [KeyPress(start_ms + at * gap_ms, code, **flags) for at, code in enumerate(codes)]


def test_a_slow_bluetooth_scanner_is_known_by_its_calibrated_threshold_or_prefix() -> None:
    row = next(row for row in ROWS if row["id"] == "wedge-slow-bt-scanner")
    slow = WedgeSettings(max_gap_ms=100, mean_gap_ms=70)
    assert [scan.text for scan in played(keys_of(row), slow)[0]] == ["4006381333931"]
    prefixed = WedgeSettings(prefix_scan_code=67)
    keys = [KeyPress(0, 67), *(KeyPress(k.t_ms + 60, k.scan_code) for k in keys_of(row))]
    scans, typed = played(keys, prefixed)
    assert [scan.text for scan in scans] == ["4006381333931"]
    assert typed == []


def test_a_prefix_without_a_scan_gives_the_keys_back() -> None:
    settings = WedgeSettings(prefix_scan_code=67)
    keys = [KeyPress(0, 67), KeyPress(10, 2), KeyPress(1000, 3), KeyPress(2000, ENTER)]
    scans, typed = played(keys, settings)
    assert scans == []
    assert [key.scan_code for key in typed] == [2, 3, ENTER]


def test_a_separator_arrives_as_alt_029_or_as_a_programmed_key() -> None:
    alt = [
        *burst([2, 3, 4, 5, 6]),
        *burst([82, 80, 73], start_ms=40, alt=True),
        *burst([7, 8, ENTER], start_ms=64),
    ]
    assert played(alt)[0][0].text == "12345\x1d67"
    at_end = [*burst([2, 3, 4, 5, 6]), *burst([82, 80, 73], start_ms=40, alt=True)]
    assert played([*at_end, KeyPress(64, ENTER)])[0][0].text == "12345\x1d"
    function_key = WedgeSettings(gs_scan_codes=frozenset({66}))
    keys = burst([2, 3, 4, 66, 5, 6, 7, ENTER])
    assert played(keys, function_key)[0][0].text == "123\x1d456"


def test_a_key_no_scanner_sends_ends_the_guessing_at_once() -> None:
    f5, left_shift = 63, 42
    decoder = WedgeDecoder()
    decoder.press(KeyPress(0, 2))
    assert decoder.deadline_ms == 51
    assert [k.scan_code for k in decoder.press(KeyPress(5, f5)).released] == [2, f5]
    assert decoder.deadline_ms is None
    assert decoder.press(KeyPress(6, left_shift)).released == (KeyPress(6, left_shift),)
    shortcut = KeyPress(7, 31, ctrl=True)
    assert decoder.press(shortcut).released == (shortcut,)
    menu = KeyPress(8, 33, alt=True)
    assert decoder.press(menu).released == (menu,)


def test_shift_within_a_burst_is_swallowed_with_the_scan_or_given_back_in_its_place() -> None:
    shift, letters = 42, [38, 24, 21]
    keys = []
    for at, code in enumerate(letters):
        keys.append(KeyPress(at * 16, shift, shift=True))
        keys.append(KeyPress(at * 16 + 8, code, shift=True))
    digits = [KeyPress(48 + at * 8, 2) for at in range(4)]
    scans, typed = played([*keys, *digits, KeyPress(80, ENTER)])
    assert [scan.text for scan in scans] == ["LOY1111"]
    assert typed == keys[:1], "only the first, which came before anything could be guessed"
    assert played(keys) == ([], keys)


def test_an_unknown_scan_code_is_read_by_its_text() -> None:
    keys = [KeyPress(at * 5, 0, text=char) for at, char in enumerate("LOY-001")]
    assert played([*keys, KeyPress(40, ENTER)])[0][0].text == "LOY-001"


def test_an_aim_identifier_typed_by_a_wedge_is_understood() -> None:
    keys = [KeyPress(0, 27), KeyPress(5, 18, shift=True), *burst([11, *[2] * 13, ENTER], 5, 10)]
    scan = played(keys)[0][0]
    assert (scan.aim, scan.symbology, scan.raw) == ("]E0", "EAN13", b"1" * 13)
    assert scan.source == "wedge"


def test_an_endless_burst_is_given_back() -> None:
    settings = WedgeSettings(max_keys=10)
    scans, typed = played(burst([2] * 25), settings)
    assert scans == []
    assert len(typed) == 25


@CALM
@given(
    st.lists(
        st.tuples(st.integers(0, 200), st.sampled_from([2, 3, 30, 57, 28, 15, 63, 42])),
        max_size=40,
    )
)
def test_every_key_is_either_in_a_scan_or_given_back_in_order(steps) -> None:
    keys, now = [], 0
    for gap, code in steps:
        now += gap
        keys.append(KeyPress(now, code))
    decoder = WedgeDecoder()
    given_back, scanned = [], 0
    for key in keys:
        decision = decoder.press(key)
        given_back += decision.released
        scanned += len(decision.scan.text) + 1 if decision.scan else 0
    given_back += decoder.expire(now + 1000).released
    shifts = sum(key.scan_code == 42 for key in keys)
    assert len(keys) - shifts <= len(given_back) + scanned <= len(keys)
    places = {id(key): place for place, key in enumerate(keys)}
    order = [places[id(key)] for key in given_back]
    assert order == sorted(order)


def test_a_clock_that_runs_back_ends_the_guessing() -> None:
    decoder = WedgeDecoder()
    for key in burst([2] * 8, start_ms=4_294_967_200):
        decoder.press(key)
    wrapped = decoder.press(KeyPress(3, ENTER))
    assert wrapped.scan is None
    assert len(wrapped.released) == 9


def test_bytes_above_ascii_come_as_numbers_and_are_read_as_utf_8() -> None:
    for label in ("LOY-000123 Ж", "0104\x1d93dGVz"):
        keys = presses(strokes(label.encode(), Separator.ALT_029))
        scans, typed = played(keys)
        assert [scan.text for scan in scans] == [label]
        assert not [key for key in typed if key.scan_code not in {29, 42, 56}]

"""Phones, GS1 table and clock: the real libraries keep what the Protocols promise."""

import csv
import subprocess
import sys
from datetime import UTC
from pathlib import Path

import pytest

from pos_app.domain.ports import Clock, Gs1Reader, Gs1Reading, IdSource, PhoneBook
from pos_app.gear.clock import SystemClock
from pos_app.gear.gs1 import BiipGs1Reader
from pos_app.gear.ids import Uuid7Source
from pos_app.gear.phones import WorldPhoneBook

PHONES = Path(__file__).parents[1] / "data/vectors/phones.csv"
with PHONES.open(encoding="utf-8", newline="") as rows:
    ROWS = list(csv.DictReader(rows))


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r['raw']} in {r['till_region']}")
def test_phone_is_understood_or_refused(row) -> None:
    expected = row["e164"] if row["valid"] == "1" else None
    assert WorldPhoneBook().parse(row["raw"], row["till_region"]) == expected


def test_a_novel_is_not_a_phone() -> None:
    assert WorldPhoneBook().parse("+7" + "9" * 300, "RU") is None


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("0104600439931256", Gs1Reading((("01", "04600439931256"),))),
        ("10AB\x1d17270101", Gs1Reading((("10", "AB"), ("17", "270101")))),
        ("7007270101270231", Gs1Reading((("7007", "270101270231"),))),
        ("17271301", Gs1Reading((), "AI 17 date")),
        ("17270230", Gs1Reading((), "AI 17 date")),
        ("1727", Gs1Reading((), "AI 17 too short")),
        ("10AB\x1d9", Gs1Reading((("10", "AB"),), "unknown AI at '9'")),
        ("10A B", Gs1Reading((), "AI 10 format")),
        ("", Gs1Reading(())),
    ],
)
def test_gs1_message_is_split_or_the_fault_is_named(text, reading) -> None:
    assert BiipGs1Reader().read(text) == reading


def test_gs1_table_waits_until_the_first_label() -> None:
    script = (
        "import sys; from pos_app.gear.gs1 import BiipGs1Reader as R; r = R(); "
        "assert 'biip' not in sys.modules; r.read('0104600439931256'); assert 'biip' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_clock_reads_utc_and_only_grows() -> None:
    clock = SystemClock()
    assert clock.now_utc().tzinfo is UTC
    assert clock.monotonic_ms() <= clock.monotonic_ms()
    assert clock.boot_id()


def test_boot_has_the_kernels_name_or_the_processs_own(tmp_path) -> None:
    named = tmp_path / "boot_id"
    named.write_text("9b7f\n", encoding="ascii")
    assert SystemClock(named).boot_id() == SystemClock(named).boot_id() == "9b7f"
    nameless = tmp_path / "absent"
    assert SystemClock(nameless).boot_id() != SystemClock(nameless).boot_id()


def test_gear_fits_the_ports() -> None:
    clock: Clock = SystemClock()
    ids: IdSource = Uuid7Source()
    book: PhoneBook = WorldPhoneBook()
    reader: Gs1Reader = BiipGs1Reader()
    assert all((clock, ids, book, reader))

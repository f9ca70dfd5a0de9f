"""Hostile and broken input: a clear message, nothing half-done, nothing lost."""

import hashlib
import json
import sqlite3
import subprocess

import pytest

from pos_app.wiring.commands import command
from pos_app.wiring.console_till import build_console_till
from pos_app.wiring.courier import first_sync
from pos_app.wiring.demo_shop import ShopFailed, head_office, packaged

GARBAGE = (b"\x00\xff\xfe\x80\r", b"\x1b[31m;\r", b"\xd0\r", b"9" * 5000 + b"\r", b"]C1\x1d\x1d\r")


@pytest.fixture(scope="module")
def enrolled(shop):
    counter = shop.counter()
    place = shop.till("till-bad-input", devices=counter.devices)
    first_sync(place.data, place.server)
    return place, counter


def states(till):
    return {(device.state, device.name) for device in till.view().devices}


def test_garbage_from_the_scanner_is_said_and_the_next_good_label_sells(enrolled):
    place, counter = enrolled
    driver = build_console_till(place)
    till = driver.till.terminal
    heard = []
    till.subscribe(heard.append)
    till.sign_on("anna", "1111")
    till.open_session(0)
    scanner = [d for d in till.view().devices if d.kind == "scanner"][0].name
    assert driver.wait_for(lambda: ("ok", scanner) in states(till), 30)
    for garbage in GARBAGE:
        counter.order("scan", hex=garbage.hex())
    counter.scan("2000000000206\r")
    assert driver.wait_for(lambda: till.view().transaction is not None, 20)
    assert len(till.view().transaction.lines) == 1
    refused = [a.refusal.code for a in heard if a.refusal]
    said = ["scan_unreadable", "scan_control_characters", "scan_unreadable", "scan_empty"]
    assert refused == said
    assert [n.code for a in heard for n in a.notices].count("scan_torn") == 1
    till.close()


def test_a_broken_catalogue_names_every_bad_row_and_imports_nothing(shop, tmp_path):
    text = packaged("demo", "catalog.csv").read_text(encoding="utf-8").splitlines()
    text[2] = text[2].replace("8490", "not-a-price")
    text[5] = "2000000000050" + text[5][13:]
    broken = tmp_path / "broken.csv"
    broken.write_text("\n".join([*text[:20], "nonsense"]) + "\n", encoding="utf-8")
    with pytest.raises(ShopFailed) as refusal:
        head_office(shop.data, "import-catalog", str(broken))
    said = str(refusal.value)
    for line in ("3", "6", "21"):
        assert line in said, said
    assert head_office(shop.data, "doctor") == ["the books are right"]


def test_a_programme_with_contradictions_is_refused_with_path_and_reason(shop, tmp_path):
    document = json.loads(packaged("demo", "program.json").read_text(encoding="utf-8"))
    document["version"] = 2
    document["promotions"][1]["pay"] = 3
    document["member_discounts"][0]["by_tier"]["platinum"] = "20"
    file = tmp_path / "program.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(ShopFailed) as refusal:
        head_office(shop.data, "publish-program", str(file))
    assert "promotions[1].pay" in str(refusal.value)
    assert "member_discounts[0]" in str(refusal.value)
    assert "platinum" in str(refusal.value)


def test_a_database_from_the_future_is_refused_and_left_as_it_is(enrolled, tmp_path):
    """Case 42: at the till."""
    place, _ = enrolled
    copy = tmp_path / "till"
    copy.mkdir()
    for name in ("till.db", "till.key"):
        (copy / name).write_bytes((place.data / name).read_bytes())
    with sqlite3.connect(copy / "till.db") as database:
        database.execute("PRAGMA journal_mode=DELETE")
        database.execute("PRAGMA user_version=999")
    database.close()
    before = hashlib.sha256((copy / "till.db").read_bytes()).hexdigest()
    run = subprocess.run(
        command("till", "--console", "--data", str(copy), "--server", place.server),
        input="",
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert run.returncode == 2
    assert "999" in run.stderr
    assert "update the program" in run.stderr
    assert hashlib.sha256((copy / "till.db").read_bytes()).hexdigest() == before


def test_a_second_till_on_the_same_folder_is_refused(enrolled):
    """Case 4."""
    place, _ = enrolled
    driver = build_console_till(place)
    run = subprocess.run(
        command("till", "--console", "--data", str(place.data), "--server", place.server),
        input="",
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    driver.till.terminal.close()
    assert run.returncode == 2
    assert "already runs" in run.stderr

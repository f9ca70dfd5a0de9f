"""A whole day with people who have distinctive names, phones and cards: what is written down beside
the databases (logs of both sides, metrics, bundles for support) names none of them.
"""

import json
import zipfile
from pathlib import Path

import httpx
import pytest

from pos_app.gear.logs import last_lines
from pos_app.wiring.cli import main
from pos_app.wiring.console_till import build_console_till, wait_for_sync
from pos_app.wiring.courier import COURIER_LOG, first_sync
from pos_app.wiring.demo_shop import Shop, Stock, head_office
from sync.wire.messages import HEADER_TRACE

PEOPLE = (
    ("Грозноклюева", "Евлампия", "+79167654301", "2990000054302"),
    ("Zyxwvutski", "Quirinalda", "+79167654318", "2990000054319"),
)
NEW_NAME, NEW_PHONE = "Хризолитова Ю.", "+79261112358"
MAIL, CITY = "quirinalda@example.org", "Верхнезагорбище"
COLUMNS = (
    "id,card_ean,phone,last_name,first_name,patronymic,sex,birth_date,email,city,registered,tier,"
    "sms_consent,email_consent,points"
)


def members_file(folder: Path) -> Path:
    rows = [COLUMNS]
    for number, (last, first, phone, card) in enumerate(PEOPLE, 1):
        rows.append(
            f"{number},{card},{phone},{last},{first},,F,1984-03-09,{MAIL},{CITY},2024-01-01,base,1,1,500"
        )
    path = folder / "members.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def secrets() -> list[str]:
    """Every spelling that must be nowhere."""
    found = [MAIL, CITY, NEW_NAME, NEW_NAME.split()[0], "1984-03-09"]
    for last, first, phone, card in PEOPLE:
        found += [last, first, phone, phone[1:], phone[2:], card]
    return found + [NEW_PHONE, NEW_PHONE[1:], NEW_PHONE[2:]]


def spelled_otherwise(text: str) -> list[str]:
    return [text, json.dumps(text)[1:-1], text.encode("unicode_escape").decode("ascii")]


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    """A shop after its day: (shop, place of the till)."""
    folder = tmp_path_factory.mktemp("day")
    with Shop(folder, Stock(members=members_file(folder))) as shop:
        place = shop.till("till-1")
        first_sync(place.data, place.server)
        driver = build_console_till(place)
        till = driver.till.terminal
        assert till.sign_on("anna", "1111").ok
        assert till.open_session(100_000).ok
        for _last, _first, phone, card in PEOPLE:
            for code in ("2000000000206", "2000000000893", card):
                assert till.type_text(code).ok, code
            driver.wait_for(driver.till.courier.is_quiet, 30)
            assert till.redeem(10).ok
            assert till.pay("cash", 5_000_00).ok
            assert till.type_text("2000000000206").ok
            assert till.type_text(phone).ok
            driver.wait_for(driver.till.courier.is_quiet, 30)
            assert till.pay("cash", 5_000_00).ok
        assert till.type_text("2000000000206").ok
        assert till.type_text("+79169999999").ok in (True, False), "a stranger's phone"
        assert till.enrol(NEW_PHONE, None, NEW_NAME, ("processing",)).ok
        assert till.pay("cash", 5_000_00).ok
        wait_for_sync(driver, 60)
        till.close()
        with httpx.Client(base_url=shop.url) as client:
            client.post(f"/v1/lookup?phone={NEW_PHONE}&name={NEW_NAME}", content=b"x")
            client.get(f"/card/{PEOPLE[0][3]}")
        yield shop, place


def test_a_day_leaves_no_name_phone_or_card_beside_the_databases(day, tmp_path, capsys) -> None:
    shop, place = day
    server_zip, till_zip = tmp_path / "server.zip", tmp_path / "till.zip"
    head_office(shop.data, "bundle", str(server_zip))
    assert main(["support-bundle", str(till_zip), "--data", str(place.data)]) == 0
    places = {
        "server's log": "\n".join(last_lines(shop.data / "server.jsonl", 100_000)),
        "courier's log": "\n".join(last_lines(place.data / COURIER_LOG, 100_000)),
    }
    for path in (server_zip, till_zip):
        with zipfile.ZipFile(path) as archive:
            places |= {f"{path.name} {n}": archive.read(n).decode() for n in archive.namelist()}
    assert "/v1/push" in places["server's log"]
    assert "/v1/push" in places["courier's log"]
    assert "kopilka_inbox_batches 0.0" in places["server.zip metrics.txt"]
    assert places["server.zip doctor.txt"] == ""
    for name, text in places.items():
        for secret in secrets():
            for spelling in spelled_otherwise(secret):
                assert spelling.lower() not in text.lower(), f"{secret} in {name}"


def test_a_batch_has_one_trace_in_both_logs_and_in_the_chain(day) -> None:
    shop, place = day
    logs = {}
    for side, path in (("server", shop.data / "server.jsonl"), ("till", place.data / COURIER_LOG)):
        lines = map(json.loads, last_lines(path, 100_000))
        logs[side] = {line["trace"] for line in lines if line.get("route") == "/v1/push"}
    assert logs["till"], HEADER_TRACE
    assert logs["till"] <= logs["server"]
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(shop.data / "server.db")) as db:
        hashes = {row[0][:16] for row in db.execute("SELECT hash FROM event")}
    assert logs["till"] & hashes, "a batch is called by the hash of its last event"


def test_the_bundles_hold_what_support_asks_for(day, tmp_path) -> None:
    shop, place = day
    head_office(shop.data, "bundle", str(tmp_path / "s.zip"))
    main(["support-bundle", str(tmp_path / "t.zip"), "--data", str(place.data)])
    with zipfile.ZipFile(tmp_path / "s.zip") as archive:
        about, counts, tills = (
            json.loads(archive.read(f"{n}.json")) for n in ("about", "counts", "terminals")
        )
    assert about["schema"] == about["schema_of_program"]
    assert about["engine"].startswith("sqlite 3.")
    assert counts["sale"] == 5
    assert [t["head"] == t["posted_seq"] for t in tills] == [True]
    with zipfile.ZipFile(tmp_path / "t.zip") as archive:
        till, files = (json.loads(archive.read(f"{n}.json")) for n in ("till", "files"))
    assert till["database"] == "sound"
    assert till["chain"]["head"] == till["chain"]["acked"] == tills[0]["head"]
    assert till["terminal"] == tills[0]["id"]
    assert files["till.db"] > 0


def test_a_till_that_does_not_open_is_packed_with_the_reason(tmp_path) -> None:
    out, empty = tmp_path / "t.zip", tmp_path / "empty"
    empty.mkdir()
    assert main(["support-bundle", str(out), "--data", str(empty)]) == 0
    with zipfile.ZipFile(out) as archive:
        assert json.loads(archive.read("till.json")) == {"database": "there is none"}
    (empty / "till.db").write_bytes(b"no database at all" * 100)
    assert main(["support-bundle", str(out), "--data", str(empty)]) == 0
    with zipfile.ZipFile(out) as archive:
        assert json.loads(archive.read("till.json"))["database"] != "sound"

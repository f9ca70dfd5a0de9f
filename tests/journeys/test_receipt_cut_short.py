"""Killed over an open receipt, started again: it is told, comes back with F5 and is paid once."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pos_app.wiring.courier import first_sync
from pos_app.wiring.demo_script import Key
from pos_app.wiring.demo_shop import OPERATORS, Shop, Stock, packaged
from pos_app.wiring.memory import open_memory
from tests.journeys.till_that_is_cut import COUPON

SCRIPT = Path(__file__).with_name("till_that_is_cut.py")


def lines_of(text: str) -> dict[str, str]:
    return {words[0]: " ".join(words[1:]) for words in (line.split() for line in text.splitlines())}


def scanned(place) -> dict[str, str]:
    """What was open when SIGKILL came, a second or so after the last scan."""
    process = subprocess.Popen(
        [sys.executable, str(SCRIPT), str(place.data), place.server, "scan"],
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    with process:
        assert process.stdout is not None
        heard = []
        for line in process.stdout:
            heard.append(line)
            if line.strip() == "kept":
                break
        process.kill()
    assert process.returncode == -9
    return lines_of("".join(heard))


def started(place, point: str) -> tuple[dict[str, str], int]:
    """What the next till said, and how it ended."""
    run = subprocess.run(
        [sys.executable, str(SCRIPT), str(place.data), place.server, point],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert run.returncode in (0, -9), run.stderr
    return lines_of(run.stdout), run.returncode


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """The demo shop with one coupon of a leaflet."""
    folder = tmp_path_factory.mktemp("cut")
    document = json.loads(packaged("demo", "program.json").read_text(encoding="utf-8"))
    codes = [{"code": COUPON}]
    document["coupons"] = [
        {"id": "leaf", "name": {"ru": "Листовка"}, "kind": "code", "use": "multi_use",
         "codes": codes}
    ]  # fmt: skip
    document["promotions"].append(
        {"id": "leaf-5", "name": {"ru": "По листовке"}, "kind": "amount", "amount": "5.00",
         "scope": "transaction", "coupon_needed": "leaf"}
    )  # fmt: skip
    program = folder / "program.json"
    program.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    with Shop(folder, Stock(program=program)) as shop:
        yield shop


@pytest.fixture
def place(shop, request):
    place = shop.till(f"till-{request.node.callspec.id}")
    first_sync(place.data, place.server)
    return place


def documents(place) -> list[str]:
    memory = open_memory(place.data)
    try:
        last = memory.journal.last_document()
        return [last.transaction_id] if last is not None else []
    finally:
        memory.close()


@pytest.mark.parametrize("point", ["record.after_commit", "complete.drawer"])
def test_killed_open_and_again_right_after_the_payment_nothing_is_offered_a_second_time(
    place, point
):
    opened = scanned(place)
    assert opened["told"] == "signed_on"
    killed, status = started(place, point)
    assert (killed["told"], killed["waits"], status) == ("signed_on cut_short", "1", -9)
    (paid,) = documents(place)
    assert paid != opened["open"], "what was cut short goes on under another name"
    again, status = started(place, "none")
    assert (again["told"], again["waits"], status) == ("signed_on", "0", 0)
    assert documents(place) == [paid]


@pytest.mark.parametrize("point", ["record.begin", "record.before_commit"])
def test_killed_before_the_commit_of_its_payment_it_is_offered_again_and_paid_once(place, point):
    scanned(place)
    _, status = started(place, point)
    assert (status, documents(place)) == (-9, [])
    again, status = started(place, "none")
    assert (again["told"], again["waits"], status) == ("signed_on cut_short", "1", 0)
    paid = documents(place)
    assert len(paid) == 1
    assert started(place, "none")[0]["waits"] == "0"
    assert documents(place) == paid


def test_the_window_tells_it_and_f5_brings_back_goods_card_and_coupon(shop, cashier):
    place = shop.till("till-of-the-window")
    first_sync(place.data, place.server)
    opened = scanned(place)
    one = cashier("till-of-the-window")
    hands, desk = one.hands, one.window.desk

    def morning():
        yield lambda: one.window.isVisible() and one.window.entry.hasFocus() and bool(desk.rows)
        yield lambda: hands.view.link.online and one.till.courier.is_quiet()
        hands.write(OPERATORS[0][3])
        hands.press(Key.Key_Return)
        yield lambda: hands.view.operator is not None
        assert "notice.cut_short" in [text.key for text in desk.said.texts]
        assert hands.view.transaction is None
        assert [waits.cut for waits in hands.view.suspended] == [True]
        hands.press(Key.Key_F5)
        assert desk.ask.name == "suspended"
        hands.press(Key.Key_Return)
        yield lambda: hands.view.transaction is not None
        sale = hands.view.transaction
        assert str(sale.total_minor) == opened["total"]
        assert len(sale.lines) == 3
        assert [coupon.applied for coupon in sale.coupons] == [True]
        assert hands.view.member is not None
        hands.press(Key.Key_F8, Key.Key_5, Key.Key_0, Key.Key_0, Key.Key_0, Key.Key_Return)
        yield lambda: hands.view.last_sale is not None
        assert hands.view.suspended == ()
        yield lambda: hands.view.link.unsent == 0

    one.play(morning())
    assert one.till.terminal.station.journal.suspended() == ()
    assert one.till.terminal.station.session.totals.receipts == 1

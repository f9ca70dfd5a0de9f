"""Training in the window, on a real shop: a newcomer sells, the power goes, the shop knows nothing.

Real server, courier and device host. What the trainee did is on paper with its mark, in no book.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pos_app.storage.outbox import Outbox
from pos_app.ui.menu_flows import perform
from pos_app.wiring.console_till import build_console_till
from pos_app.wiring.courier import first_sync
from pos_app.wiring.demo_script import Key, opening
from pos_app.wiring.demo_shop import head_office
from pos_app.wiring.memory import open_memory
from pos_app.wiring.practice import folder_of
from pos_app.wiring.till import Place

SCRIPT = Path(__file__).with_name("till_that_trains.py")
TEA, MEMBER = "2000000000206", "2990000000019"


def test_a_newcomer_trains_in_the_window_and_the_shop_knows_nothing_of_it(cashier, shop):
    one = cashier("till-school")
    one.play(opening(one.hands))
    one.until(lambda: one.till.courier.status().online)
    station = one.till.terminal.station
    one.until(lambda: station.journal.unsent() == 0)
    perform(one.window.desk, "training")
    assert one.window.training.isVisible()
    assert one.till.terminal.station is not station
    assert one.window.desk.ask.name == "open_session"
    one.hands.press(Key.Key_Return)
    papers = len(one.counter.papers())
    one.hands.scan(TEA)
    one.until(lambda: one.hands.lines() == 1)
    one.hands.scan(MEMBER)
    one.until(lambda: one.hands.view.member is not None)
    one.hands.press(Key.Key_F8, Key.Key_Return)
    one.until(lambda: one.hands.view.transaction is None)
    one.until(lambda: len(one.counter.papers()) > papers)
    assert "УЧЕБНЫЙ" in one.counter.papers()[-1]["text"]
    assert folder_of(one.place.data).exists()
    perform(one.window.desk, "training")
    assert not one.window.training.isVisible()
    assert one.till.terminal.station is station
    assert station.journal.last_document() is None
    one.until(lambda: station.journal.unsent() == 0)
    totals = one.ask_courier("settlement", business_on=station.business_on().isoformat())["totals"]
    assert totals.get("receipts", 0) == 0
    assert head_office(shop.data, "doctor") == ["the books are right"]


@pytest.mark.parametrize("point", ["selling", "paid", "closed"])
def test_the_power_goes_within_a_training_and_nothing_of_it_is_in_the_real_books(shop, point):
    place = shop.till(f"till-cut-{point}")
    first_sync(place.data, place.server)
    run = subprocess.run(
        [sys.executable, str(SCRIPT), str(place.data), place.server, point],
        capture_output=True, encoding="utf-8", timeout=180,
    )  # fmt: skip
    assert run.returncode == -9, run.stderr
    said = json.loads(run.stdout)
    assert folder_of(place.data).exists()
    driver = build_console_till(Place(place.data, place.server))
    till = driver.till.terminal
    try:
        assert not till.view().training
        assert till.view().transaction is None
        assert not folder_of(place.data).exists()
        assert till.station.journal.last_document() is None
        assert till.station.journal.suspended() == ()
        assert driver.wait_for(lambda: till.view().link.unsent == 0, 60)
    finally:
        till.close()
    memory = open_memory(place.data)
    kinds = [event.kind for event in Outbox(memory.file).batch(0, 500, 1 << 20)]
    memory.close()
    assert set(kinds) <= {"right_used", "session_opened"}, said
    assert head_office(shop.data, "doctor") == ["the books are right"]

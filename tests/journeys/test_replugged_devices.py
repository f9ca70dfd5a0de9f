"""Each device pulled out in the middle of its job, in the running till, and put back.

Real till, real device host, real ports: the pill says it, the device comes back by itself, nothing
is lost and nothing is done twice. Scales, fiscal registrars and payment terminals have journeys of
their own.
"""

import os
import signal

import pytest

from drivers.config_file import read_config
from pos_app.ui import device_flows
from pos_app.ui.menu_flows import perform
from pos_app.wiring.demo_script import Key, opening

GOODS = ("4600000000015", "2000000000923")


@pytest.fixture
def at_work(cashier):
    def begin(name):
        one = cashier(name)
        one.play(opening(one.hands))
        for device in ("scanner", "printer", "drawer", "display"):
            one.until(lambda d=device: state(one, d) == "ok")
        one.until(lambda: not pill(one))
        return one

    return begin


def state(cashier, name):
    return next(d.state for d in cashier.till.terminal.view().devices if d.name == name)


def pill(cashier):
    shown = cashier.window.top.device
    return shown.accessibleName() if shown.isVisible() else ""


def pull(cashier, name):
    cashier.counter.order("unplug", device=name)
    cashier.until(lambda: state(cashier, name) == "lost")
    assert "нет связи" in pill(cashier)


def put_back(cashier, name):
    cashier.counter.order("replug", device=name)
    cashier.until(lambda: state(cashier, name) in {"ok", "paper_low"})


def scan(cashier, code):
    before = cashier.hands.lines()
    cashier.hands.scan(code)
    cashier.until(lambda: cashier.hands.lines() == before + 1)


def pay(cashier):
    cashier.hands.press(Key.Key_F8, Key.Key_Return)
    cashier.until(lambda: cashier.hands.view.transaction is None)


def print_state(cashier):
    last = cashier.hands.view.last_sale
    return last.print_state if last is not None else ""


def rows_on_display(cashier):
    return " ".join(cashier.counter.order("display")["lines"])


def test_a_scanner_pulled_in_the_middle_of_a_label(at_work) -> None:
    cashier = at_work("pulled-scanner")
    scan(cashier, GOODS[1])
    half = GOODS[1][:7].encode()
    cashier.counter.order("replay", chunks=[[0, half.hex()]], keep_timing=False)
    pull(cashier, "scanner")
    said = [str(one.key) for one in cashier.window.desk.said.texts]
    assert said[0] == "notice.scan_torn", "the cashier is told that half a label came"
    assert cashier.hands.lines() == 1
    put_back(cashier, "scanner")
    cashier.until(lambda: not pill(cashier))
    scan(cashier, "2000000000220")
    assert cashier.hands.lines() == 2, "the half was neither sold nor glued to the next label"
    pay(cashier)


def test_a_printer_pulled_before_it_confirmed_is_asked_about_and_prints_nothing_twice(
    at_work,
) -> None:
    cashier = at_work("pulled-printer")
    papers = len(cashier.counter.papers())
    scan(cashier, GOODS[1])
    cashier.counter.order("fault", mute_barrier=True)
    pay(cashier)
    cashier.until(lambda: len(cashier.counter.papers()) == papers + 1)
    pull(cashier, "printer")
    cashier.until(lambda: print_state(cashier) in {"asked", "interrupted"})
    cashier.counter.order("fault", mute_barrier=False)
    put_back(cashier, "printer")
    scan(cashier, "2000000000220")
    assert len(cashier.counter.papers()) == papers + 1, "nothing is printed again by itself"
    perform(cashier.window.desk, "first_answer")
    pay(cashier)
    cashier.until(lambda: len(cashier.counter.papers()) == papers + 2)
    cashier.until(lambda: print_state(cashier) == "printed")


def test_a_receipt_that_never_began_is_printed_once_when_the_printer_is_back(at_work) -> None:
    cashier = at_work("absent-printer")
    papers = len(cashier.counter.papers())
    pull(cashier, "printer")
    for code in GOODS[1], "2000000000220":
        scan(cashier, code)
        pay(cashier)
    cashier.until(lambda: print_state(cashier) == "failed")
    put_back(cashier, "printer")
    cashier.until(lambda: len(cashier.counter.papers()) == papers + 2)
    cashier.until(lambda: print_state(cashier) == "printed")
    scan(cashier, "2000000000978")
    pay(cashier)
    cashier.until(lambda: len(cashier.counter.papers()) == papers + 3)
    texts = [one["text"] for one in cashier.counter.papers()][papers:]
    assert len(set(texts)) == 3, "three receipts, each once"


def test_a_display_pulled_while_it_shows_comes_back_with_what_it_showed(at_work) -> None:
    cashier = at_work("pulled-display")
    scan(cashier, GOODS[1])
    cashier.until(lambda: rows_on_display(cashier).strip() != "")
    pull(cashier, "display")
    scan(cashier, "2000000000220")
    put_back(cashier, "display")
    scan(cashier, "2000000000978")
    due = cashier.hands.view.transaction.due_minor
    whole = f"{due // 100}"
    cashier.until(lambda: whole in rows_on_display(cashier).replace("\u00a0", "").replace(" ", ""))
    pay(cashier)


def test_a_drawer_whose_printer_is_pulled_is_not_kicked_later_by_itself(at_work) -> None:
    cashier = at_work("pulled-drawer")
    kicks = len(cashier.counter.order("drawer")["kicks"])
    pull(cashier, "printer")
    cashier.until(lambda: state(cashier, "drawer") == "lost")
    scan(cashier, GOODS[1])
    pay(cashier)
    cashier.until(lambda: print_state(cashier) == "failed")
    put_back(cashier, "printer")
    cashier.until(lambda: state(cashier, "drawer") == "ok")
    cashier.until(lambda: print_state(cashier) == "printed")
    assert len(cashier.counter.order("drawer")["kicks"]) == kicks, "no opening out of the blue"
    scan(cashier, GOODS[1])
    pay(cashier)
    cashier.until(lambda: len(cashier.counter.order("drawer")["kicks"]) == kicks + 1)


def test_a_device_host_killed_within_a_job_costs_no_receipt_and_prints_none_twice(at_work) -> None:
    cashier = at_work("killed-host")
    papers = len(cashier.counter.papers())
    scan(cashier, GOODS[1])
    cashier.counter.order("fault", mute_barrier=True)
    pay(cashier)
    cashier.until(lambda: len(cashier.counter.papers()) == papers + 1)
    host = cashier.till.devices._pipe
    os.kill(host.pid, signal.SIGKILL)
    cashier.until(lambda: host.restarts == 1)
    cashier.counter.order("fault", mute_barrier=False)
    cashier.until(lambda: print_state(cashier) == "asked")
    for device in ("scanner", "printer", "drawer", "display"):
        cashier.until(lambda d=device: state(cashier, d) == "ok")
    scan(cashier, "2000000000220")
    perform(cashier.window.desk, "first_answer")
    pay(cashier)
    cashier.until(lambda: print_state(cashier) == "printed")
    assert len(cashier.counter.papers()) == papers + 2
    session = cashier.till.terminal.station.session
    assert session.totals.receipts == 2


def test_a_device_that_hangs_holds_only_itself_up(at_work) -> None:
    cashier = at_work("hanging-printer")
    cashier.counter.order("fault", silent=True)
    for code in (GOODS[1], "2000000000220", "2000000000978"):
        scan(cashier, code)
        pay(cashier)
    scan(cashier, GOODS[1])
    due = f"{cashier.hands.view.transaction.due_minor // 100}"
    cashier.until(lambda: due in rows_on_display(cashier).replace("\u00a0", "").replace(" ", ""))
    cashier.counter.order("fault", silent=False)
    pay(cashier)
    session = cashier.till.terminal.station.session
    assert session.totals.receipts == 4


def test_a_manager_tries_and_changes_devices_between_two_scans(at_work) -> None:
    cashier = at_work("settings")
    desk = cashier.window.desk
    scan(cashier, GOODS[1])
    perform(desk, "devices")
    board = device_flows.board_of(desk)
    cashier.until(lambda: bool(board.settings.tables))
    cashier.until(lambda: any(card.good_count for card in board.cards))
    device_flows.try_device(desk, "scanner")
    heard = []
    cashier.till.devices.request("config", {}, heard.append)
    cashier.until(lambda: bool(heard))  # the host takes requests in turn: it waits for the label
    cashier.hands.scan("]E04006381333931")
    cashier.until(lambda: "scanner" in board.tried)
    assert dict(board.tried["scanner"].text.args)["text"] == "4006381333931"
    assert cashier.hands.lines() == 1, "the tried label was not sold"
    papers = len(cashier.counter.papers())
    for name in ("printer", "display"):
        device_flows.try_device(desk, name)
        cashier.until(lambda n=name: n in board.tried)
        assert board.tried[name].ok
    assert "Копилка" in cashier.counter.papers()[papers]["text"]
    device_flows.edit(desk, "scanner")
    cashier.until(lambda: desk.ask is not None and desk.ask.name == "device_edit")
    name = next(one for one in desk.rows if one.title == "Имя")
    desk.ask.pick(name)
    desk.write("пистолет")
    perform(desk, "submit")
    cashier.until(lambda: desk.ask is not None and desk.ask.name == "device_edit")
    desk.ask.pick(next(one for one in desk.rows if one.title == "Записать"))
    cashier.until(lambda: [c.name for c in board.cards][:1] == ["пистолет"])
    cashier.until(lambda: state(cashier, "пистолет") == "ok")
    kept = read_config(cashier.place.device_path())["device"]
    assert [one["name"] for one in kept] == ["пистолет", *[d["name"] for d in
            cashier.counter.devices["device"][1:]]]  # fmt: skip
    assert desk.page is not None
    scan(cashier, "2000000000220")
    assert desk.page is None, "a scan for the sale brings the sale back"
    assert cashier.hands.lines() == 2
    pay(cashier)

"""Receipts of a real till process on a real socket: killed, switched off, out of paper."""

import json
import subprocess
import time
from pathlib import Path

import pytest

from drivers.fake import VirtualRig
from pos_app.wiring.commands import command
from pos_app.wiring.courier import first_sync
from pos_app.wiring.demo_shop import packaged

PATIENCE_S = 60
MILK, BREAD = "2000000000206", "2000000000893"
FONT = packaged("fonts", "JetBrainsMono-Regular.ttf")


class Process:
    """`kopilka till --console` and its device host; `kill` is the power switch."""

    def __init__(self, place, devices: Path) -> None:
        argv = command("till", "--console", "--data", str(place.data), "--server", place.server)
        self.child = subprocess.Popen(
            [*argv, "--devices", str(devices)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )

    def do(self, what: str, **fields) -> dict:
        self.child.stdin.write(json.dumps({"command": what, **fields}) + "\n")
        self.child.stdin.flush()
        return json.loads(self.child.stdout.readline())

    def ok(self, what: str, **fields) -> dict:
        answer = self.do(what, **fields)
        assert answer["ok"], answer
        return answer["state"]

    def until(self, true) -> dict:
        end = time.monotonic() + PATIENCE_S
        while True:
            state = self.ok("state")
            if true(state):
                return state
            assert time.monotonic() < end, (state["paper"], state["last_sale"], state["devices"])

    def sign_on(self) -> None:
        self.ok("sign_on", operator="anna", pin="1111")
        if self.ok("state")["session"] is None:
            self.ok("open_session", float="1000")
        self.until(lambda s: printer(s) == "ok")

    def sell(self, code: str) -> str:
        self.ok("type", text=code)
        state = self.ok("tender", kind="cash", amount="500")
        if state["transaction"] is not None:
            state = self.ok("complete")
        return state["last_sale"]["receipt_number"]

    def kill(self) -> None:
        self.child.kill()
        self.child.wait()
        for stream in (self.child.stdin, self.child.stdout):
            stream.close()

    def end(self) -> None:
        self.child.stdin.close()
        self.child.stdout.read()
        self.child.stdout.close()
        assert self.child.wait(PATIENCE_S) == 0


def printer(state: dict) -> str:
    return next(one["state"] for one in state["devices"] if one["name"] == "printer")


def paper_is(kind: str):
    return lambda state: state["paper"] is not None and state["paper"]["state"] == kind


def nothing_is_asked(state: dict) -> bool:
    return state["paper"] is None


def all_is_printed(state: dict) -> bool:
    return state["paper"] is None and state["last_sale"]["print_state"] == "printed"


@pytest.fixture
def rig():
    with VirtualRig(font_path=FONT) as counter:
        yield counter


@pytest.fixture
def devices(rig, tmp_path):
    table = next(one for one in rig.config()["device"] if one["kind"] == "printer")
    quick = {"poll_ms": 100, "status_ms": 1_000, "confirm_ms": 4_000, "look_ms": 100}
    path = tmp_path / "devices.json"
    path.write_text(json.dumps({"device": [table | quick]}), encoding="utf-8")
    return path


@pytest.fixture
def place(shop, request):
    place = shop.till(f"paper-{request.node.name.replace('_', '-')[:40]}")
    first_sync(place.data, place.server)
    return place


def papers(rig, number: str) -> list[str]:
    return [paper.text for paper in rig.printer.papers if number in paper.text]


def test_a_till_killed_in_the_middle_of_a_job_asks_and_never_reprints(place, devices, rig) -> None:
    till = Process(place, devices)
    till.sign_on()
    first = till.sell(MILK)
    till.until(lambda s: s["last_sale"]["print_state"] == "printed")
    rig.printer.set_fault(mute_barrier=True)
    second = till.sell(BREAD)
    till.until(lambda _: papers(rig, second))
    till.kill()
    rig.printer.set_fault(mute_barrier=False)

    till = Process(place, devices)
    till.sign_on()
    state = till.until(paper_is("asked"))
    name = state["paper"].pop("name")
    assert state["paper"] == {"state": "asked", "receipt_number": second, "more": 0}
    assert second in name
    assert len(papers(rig, second)) == 1, "nothing was printed by itself"
    till.kill()

    till = Process(place, devices)
    till.sign_on()
    till.until(paper_is("asked"))
    till.ok("print_answer", printed=False)
    till.until(lambda _: len(papers(rig, second)) == 2)
    till.until(nothing_is_asked)
    till.end()
    assert len(papers(rig, first)) == 1
    original, copy = papers(rig, second)
    assert copy.split("\n")[0].strip() == "КОПИЯ"
    assert "КОПИЯ" not in original


def test_paper_that_ends_in_a_receipt_goes_on_with_new_paper_and_nothing_is_doubled(
    place, devices, rig
) -> None:
    till = Process(place, devices)
    till.sign_on()
    rig.printer.set_fault(paper_ends_after_lines=3)
    number = till.sell(MILK)
    state = till.until(paper_is("interrupted"))
    assert (state["paper"]["receipt_number"], state["last_sale"]["print_state"]) == (
        number,
        "interrupted",
    )
    till.until(lambda s: printer(s) == "paper_out")
    assert papers(rig, number) == []
    rig.printer.set_fault(paper="near_end")
    till.until(all_is_printed)
    till.until(lambda s: printer(s) == "paper_low")
    assert len(papers(rig, number)) == 1
    till.end()


def test_paper_that_ends_in_a_receipt_may_be_answered_by_a_copy(place, devices, rig) -> None:
    till = Process(place, devices)
    till.sign_on()
    rig.printer.set_fault(paper_ends_after_lines=3)
    number = till.sell(MILK)
    till.until(paper_is("interrupted"))
    till.ok("print_answer", printed=False)
    till.until(paper_is("failed"))
    rig.printer.set_fault(paper="ok")
    till.until(all_is_printed)
    till.end()
    (only,) = papers(rig, number)
    assert only.count("КОПИЯ") == 1, "the rest of the first one was dropped by the printer"
    assert only.count("ИТОГ") == 1


def test_sales_go_on_while_the_printer_is_off_and_papers_keep_their_order(
    place, devices, rig
) -> None:
    till = Process(place, devices)
    till.sign_on()
    rig.control({"do": "unplug", "device": "printer"})
    till.until(lambda s: printer(s) == "lost")
    numbers = [till.sell(MILK), till.sell(BREAD), till.sell(MILK)]
    state = till.until(lambda s: paper_is("failed")(s) and s["paper"]["more"] == 2)
    assert state["paper"]["receipt_number"] == numbers[0]
    rig.control({"do": "replug", "device": "printer"})
    till.until(all_is_printed)
    till.end()
    printed = [number for paper in rig.printer.papers for number in numbers if number in paper.text]
    assert printed == numbers

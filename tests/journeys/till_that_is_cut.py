"""A till in a process of its own over whose open receipt the power goes: see
test_receipt_cut_short.

Usage: till_that_is_cut.py DATA SERVER scan|POINT. `scan` enters goods, a card and a coupon and
waits to be killed; a POINT takes up what was cut short and dies there while it is paid.
Prints `open ID`, `total MINOR`, `told CODES`, `waits COUNT`, `paid NUMBER`.
"""

import os
import signal
import sys
from pathlib import Path

from pos_app.wiring.console_till import ConsoleTill, build_console_till
from pos_app.wiring.till import Place

GOODS = ("2000000000206", "2000000000893", "2100180010009", "2000000000206")
CARD, COUPON = "2990000000019", "LEAF-77"
PATIENCE_S = 60


def scanned(driver: ConsoleTill) -> None:
    till = driver.till.terminal
    if till.view().session is None:
        assert till.open_session(100_000).ok
    for code in (*GOODS[:2], CARD, *GOODS[2:]):
        assert till.type_text(code).ok, code
    assert till.coupon(COUPON).ok
    driver.wait_for(driver.till.courier.is_quiet, 10)
    print("open", till.view().transaction.id, flush=True)
    print("total", till.view().transaction.total_minor, flush=True)
    journal = till.station.journal
    assert driver.wait_for(lambda: till.station.kept.seen is till.station.open, PATIENCE_S)
    assert journal.suspended()
    print("kept", flush=True)
    driver.wait_for(lambda: False, PATIENCE_S)


def main(data: str, server: str, what: str) -> None:
    armed = []

    def at(name: str) -> None:
        if armed and name == what:
            os.kill(os.getpid(), signal.SIGKILL)

    driver = build_console_till(Place(Path(data), server), at)
    till = driver.till.terminal
    said = till.sign_on("anna", "1111")
    assert said.ok
    print("told", *(one.code for one in said.notices), flush=True)
    waiting = till.view().suspended
    print("waits", len(waiting), flush=True)
    if what == "scan":
        scanned(driver)
        return
    if waiting:
        assert till.resume(waiting[0].id).ok
        armed.append(True)
        answer = till.pay("cash", 5_000_00)
        assert answer.ok, answer
        print("paid", answer.data["receipt_number"], flush=True)
    till.close()


if __name__ == "__main__":
    main(*sys.argv[1:])

"""A till in a process of its own that pays by a real terminal and dies at a named point.

Usage: till_that_pays.py DATA SERVER POINT STEP. STEP `sell` sells one receipt by card; `recover`
starts again, signs on, finishes what a cut has left, and says how it stands. Prints lines
`opened ID`, `paid NUMBER`, `choices A,B`, `receipts N`, `undecided N`, `tenderings N`.
"""

import os
import signal
import sys
from pathlib import Path

from pos_app.wiring.console_till import ConsoleTill, build_console_till
from pos_app.wiring.till import Place

PATIENCE_S = 60


def main(data: str, server: str, point: str, step: str) -> None:
    armed = []

    def at(name: str) -> None:
        if armed and name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    driver = build_console_till(Place(Path(data), server), at)
    till = driver.till.terminal
    try:
        assert till.sign_on("anna", "1111").ok
        if till.view().session is None:
            assert till.open_session(100_000).ok
        if step == "sell":
            armed.append(True)
            sell(driver)
        else:
            recover(driver)
        stand(driver)
    finally:
        till.close()


def sell(driver: ConsoleTill) -> None:
    till = driver.till.terminal
    driver.wait_for(ready(driver), PATIENCE_S)
    for code in ("2000000000206", "2000000000893"):
        assert till.type_text(code).ok, code
    print("opened", till.view().transaction.id, flush=True)
    answer = till.pay("card")
    assert answer.ok, answer
    settled(driver)


def ready(driver: ConsoleTill):
    """The devices are there, the registrar too where there is one."""
    till = driver.till.terminal

    def told() -> bool:
        registrar = till.station.registrar
        there = all(one.state == "ok" for one in till.view().devices)
        return there and (registrar is None or registrar.trouble() is None)

    return told


def settled(driver: ConsoleTill) -> None:
    """Until nothing is waited for any more."""
    till = driver.till.terminal
    driver.wait_for(lambda: till.station.doing is None, PATIENCE_S)


def recover(driver: ConsoleTill) -> None:
    till = driver.till.terminal
    settled(driver)
    for _try in range(5):
        shown = till.view().payment
        if shown is None:
            break
        print("choices", ",".join(shown.choices), flush=True)
        choice = "finish" if "finish" in shown.choices else shown.choices[0]
        driver.wait_for(ready(driver), 20)
        till.payment_choice(choice)
        settled(driver)


def stand(driver: ConsoleTill) -> None:
    till = driver.till.terminal
    last = till.view().last_sale
    print("paid", last.receipt_number if last else "-", flush=True)
    print("receipts", till.station.journal.next_receipt_counter() - 1, flush=True)
    print("undecided", len(till.view().undecided), flush=True)
    print("tenderings", len(till.station.journal.tenderings()), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

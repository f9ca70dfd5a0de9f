"""A till with a registrar in a process of its own that dies at a named point: test_fiscal_day.

Usage: fiscal_till_that_dies.py DATA SERVER DEVICES POINT. Prints `opened ID` before it pays.
"""

import json
import os
import signal
import sys
from pathlib import Path

from pos_app.wiring.console_till import build_console_till
from pos_app.wiring.till import Place

PATIENCE_S = 60


def main(data: str, server: str, devices: str, point: str) -> None:
    armed = []

    def at(name: str) -> None:
        if armed and name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    place = Place(Path(data), server, json.loads(devices))
    driver = build_console_till(place, at)
    till = driver.till.terminal
    assert till.sign_on("anna", "1111").ok
    if till.view().session is None:
        assert till.open_session(100_000).ok
    registrar = till.station.registrar
    assert registrar is not None
    assert driver.wait_for(lambda: registrar.trouble() is None, PATIENCE_S)
    assert till.type_text("2000000000206").ok
    transaction = till.view().transaction
    assert transaction is not None
    print("opened", transaction.id, flush=True)
    armed.append(True)
    till.pay("cash", 5_000_00)
    driver.wait_for(lambda: till.view().transaction is None, PATIENCE_S)
    print("paid", flush=True)
    till.close()


if __name__ == "__main__":
    main(*sys.argv[1:])

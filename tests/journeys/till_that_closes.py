"""A till with registrar and terminal in a process of its own that dies while it ends its day.

Usage: till_that_closes.py DATA SERVER DEVICES POINT. Sells one thing, then ends the day.
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

    driver = build_console_till(Place(Path(data), server, json.loads(devices)), at)
    till = driver.till.terminal
    assert till.sign_on("anna", "1111").ok
    assert till.open_session(100_000).ok
    ready = all_ok(till)
    assert driver.wait_for(ready, PATIENCE_S)
    assert driver.wait_for(lambda: till.station.registrar.trouble() is None, PATIENCE_S)
    assert till.type_text("2000000000206").ok
    assert till.pay("cash", None).ok
    assert driver.wait_for(lambda: till.view().transaction is None, PATIENCE_S)
    assert driver.wait_for(lambda: till.view().link.online, PATIENCE_S)
    armed.append(True)
    assert till.day_begin().ok
    assert till.count_drawer(till.station.session.cash_minor).ok
    assert till.day_choice("count", "close").ok
    driver.wait_for(lambda: till.station.days[-1].settled is not None, PATIENCE_S)
    driver.wait_for(lambda: {s.state.value for s in till.view().day.steps} == {"done"}, PATIENCE_S)
    print("ended", flush=True)
    till.close()


def all_ok(till):
    return lambda: all(one.state == "ok" for one in till.view().devices)


if __name__ == "__main__":
    main(*sys.argv[1:])

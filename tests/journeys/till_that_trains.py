"""A till in a process of its own that trains and dies: see test_training.

Usage: till_that_trains.py DATA SERVER POINT (selling, paid, closed). Prints what it did, as JSON.
"""

import json
import os
import signal
import sys
from pathlib import Path

from pos_app.wiring.console_till import build_console_till
from pos_app.wiring.till import Place


def main(data: str, server: str, point: str) -> None:
    driver = build_console_till(Place(Path(data), server))
    till = driver.till.terminal
    assert till.sign_on("anna", "1111").ok
    assert till.train(True).ok
    assert till.open_session(100_000).ok
    for code in ("2000000000206", "2990000000019"):
        assert till.type_text(code).ok, code
    assert till.redeem("max").ok
    if point != "selling":
        assert till.pay("cash", 5_000_00).ok
    if point == "closed":
        assert till.end_of_day(till.station.session.cash_minor).ok
    driver.work(0.2)
    print(json.dumps({"receipt": point}), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])

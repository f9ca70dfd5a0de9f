"""A till in a process of its own that sells once and dies at a named point: see test_kill_points.

Usage: till_that_dies.py DATA SERVER POINT. Prints `opened ID` and `why WORDS`, then `paid NUMBER`
once the sale is answered. POINT `none` lives.
"""

import json
import os
import signal
import sys
from pathlib import Path

from pos_app.wiring import console_till
from pos_app.wiring.console_till import build_console_till
from pos_app.wiring.till import Place
from resources.words import Words


def why(till, transaction_id: str | None = None) -> str:
    """The whole "why" as a cashier reads it, on one line."""
    words = Words("ru")
    rows = till.explain(transaction_id).data["trace"]
    told = [
        [one.name, one.applied, one.amount_minor, one.places, [words.say(w) for w in one.why]]
        for one in rows
    ]
    return json.dumps(told, ensure_ascii=False)


def main(data: str, server: str, point: str) -> None:
    armed = []

    def at(name: str) -> None:
        if armed and name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    driver = build_console_till(Place(Path(data), server), at)
    till = driver.till.terminal
    assert till.sign_on("anna", "1111").ok
    if till.view().session is None:
        assert till.open_session(100_000).ok
    for code in ("2000000000206", "2000000000893", "2100180010009", "2990000000019"):
        assert till.type_text(code).ok, code
    driver.wait_for(driver.till.courier.is_quiet, 10)
    assert till.redeem(10).ok
    assert till.view().transaction.points_redeemed == 10
    print("opened", till.view().transaction.id, flush=True)
    print("why", why(till), flush=True)
    armed.append(True)
    answer = till.pay("cash", 5_000_00)
    assert answer.ok, answer
    print("paid", answer.data["receipt_number"], flush=True)
    console_till.wait_for_sync(driver, 30)
    till.close()


if __name__ == "__main__":
    main(*sys.argv[1:])

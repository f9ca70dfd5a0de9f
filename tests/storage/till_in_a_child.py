"""A till of its own process: sells, and dies where it was told. Run by the kill tests only."""

import os
import resource
import signal
import sys
from pathlib import Path

from pos_app.workstation.ports import StorageBroken, StorageFull
from tests.storage.builders import KEY, journal_of, open_at, sale_facts


def main() -> None:
    role, path, *rest = sys.argv[1:]
    ROLES[role](Path(path), *rest)


def killed(path: Path, point: str, first: str, at_sale: str) -> None:
    """Sell from number `first` on; kill -9 ourselves at `point` of sale `at_sale`."""
    number = int(first)

    def points(name: str) -> None:
        if name == point and number == int(at_sale):
            os.kill(os.getpid(), signal.SIGKILL)

    journal = journal_of(open_at(path, KEY, points))
    while True:
        journal.record(sale_facts(number, "m1"))
        # What is printed was said to the customer.
        print(number, flush=True)
        number += 1


def busy(path: Path, count: str, group: str) -> None:
    """Sell so many without receipt numbers, beside another process that does the same."""
    journal = journal_of(open_at(path))
    print("ready", flush=True)
    sys.stdin.readline()
    for n in range(int(count)):
        facts = sale_facts(int(group) * 1000 + n)
        journal.record(type(facts)(events=facts.events))
    print("done", flush=True)


def full(path: Path, limit_bytes: str) -> None:
    """Sell until a file may not grow any more; then say so and show that reading goes on."""
    journal = journal_of(open_at(path))
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit_bytes), int(limit_bytes)))
    number = 1
    try:
        while True:
            journal.record(sale_facts(number, lines=20))
            print(number, flush=True)
            number += 1
    except StorageFull as error:
        document = journal.last_document()
        last = document.receipt_number if document else "-"
        print("full", last, journal.next_receipt_counter(), type(error.__cause__).__name__)
    except StorageBroken as error:
        print("broken", error)


ROLES = {"killed": killed, "busy": busy, "full": full}

if __name__ == "__main__":
    main()

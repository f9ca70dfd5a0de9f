"""What if the power goes here? The till is killed at every named point of completing a sale."""

import subprocess
import sys
from pathlib import Path

import pytest

from pos_app.wiring.courier import first_sync
from pos_app.wiring.demo_shop import head_office
from pos_app.wiring.memory import open_memory

SCRIPT = Path(__file__).with_name("till_that_dies.py")
BEFORE = (
    "complete.built",
    "record.begin",
    "record.events",
    "record.allowance",
    "record.session",
    "record.before_commit",
)
AFTER = (
    "record.after_commit",
    "record.sentinel",
    "complete.durable",
    "complete.drawer",
    "complete.printing",
)


@pytest.fixture(scope="module")
def place(shop):
    place = shop.till("till-that-dies")
    first_sync(place.data, place.server)
    return place


def sell(place, point: str) -> tuple[str, str, int]:
    """(transaction id, receipt number or "", exit status) of one run."""
    run = subprocess.run(
        [sys.executable, str(SCRIPT), str(place.data), place.server, point],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    said = dict(line.split(" ", 1) for line in run.stdout.splitlines())
    assert "opened" in said, run.stderr
    return said["opened"], said.get("paid", ""), run.returncode


def allowance_spent(memory) -> int:
    members = {d.member_id for d in [memory.journal.last_document()] if d and d.member_id}
    return sum(a.spent for m in members for a in memory.journal.allowances(m))


@pytest.mark.parametrize("point", BEFORE)
def test_killed_before_the_commit_the_sale_is_absent(place, point):
    """Case 1: before the commit there is no sale."""
    memory = open_memory(place.data)
    receipts, spent = memory.journal.next_receipt_counter(), allowance_spent(memory)
    memory.close()
    transaction, number, status = sell(place, point)
    assert (number, status) == ("", -9)
    memory = open_memory(place.data)
    assert memory.journal.document(transaction) is None
    assert memory.journal.next_receipt_counter() == receipts
    assert allowance_spent(memory) == spent
    memory.close()


@pytest.mark.parametrize("point", AFTER)
def test_killed_after_the_commit_the_sale_is_whole(place, point):
    """Case 1: after the commit there is a whole one."""
    memory = open_memory(place.data)
    receipts = memory.journal.next_receipt_counter()
    memory.close()
    transaction, number, status = sell(place, point)
    assert (number, status) == ("", -9)
    memory = open_memory(place.data)
    document = memory.journal.document(transaction)
    assert document is not None
    assert document.totals.points_redeemed == 10
    assert sum(use.points for use in document.uses) == 10
    assert memory.journal.next_receipt_counter() == receipts + 1
    assert memory.journal.session().totals.receipts == receipts
    memory.close()


def test_what_was_answered_paid_is_there_and_reaches_the_server_once(shop, place):
    """Case 3: paper only for what is durable."""
    transaction, number, status = sell(place, "none")
    assert status == 0
    memory = open_memory(place.data)
    document = memory.journal.document(number)
    assert document is not None
    assert document.transaction_id == transaction
    assert memory.journal.unsent() == 0
    memory.close()
    assert head_office(shop.data, "doctor") == ["the books are right"]

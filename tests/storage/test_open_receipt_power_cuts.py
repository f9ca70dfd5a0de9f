"""What if the power goes while a receipt is open, or is being paid, on a disk that forgets?"""

from dataclasses import replace

import pytest

from pos_app.workstation.ports import SuspendedDraft
from tests.storage.builders import NOON, journal_of, sale_facts, uid
from tests.storage.powered import Disk, cut_at, let_go, powered_till
from tests.storage.test_power_cuts import FAULTS

pytestmark = pytest.mark.usefixtures("untraced")
DRAFT = SuspendedDraft(uid(1, 1), "", NOON, "op1", 1, 1000, b'{"open":true}')
PAYING = replace(sale_facts(1), drop_suspended=uid(1, 1))


def lines_and_paid(disk, folder) -> tuple[int, bool]:
    """Lines of the receipt that is offered (0: none), and whether it was paid."""
    till = powered_till(disk, folder)
    journal = journal_of(till)
    lines = [one.lines for one in journal.suspended()]
    assert len(lines) <= 1
    paid = journal.document(uid(1, 1)) is not None
    till.close()
    return sum(lines), paid


def cut_somewhere(folder, scans: int):
    """(last lines that were kept, said to be paid, what is there) for a cut before each operation
    of so many heart beats and the payment."""
    before = Disk()
    powered_till(before, folder).close()
    before, paid, number = before.copy(), False, 0
    while not paid:
        number += 1
        disk, kept = before.copy(), 0
        disk.fails = cut_at(number)
        till = None
        try:
            till = powered_till(disk, folder)
            journal = journal_of(till)
            for lines in range(1, scans + 1):
                journal.keep_open(replace(DRAFT, lines=lines, body=b'{"open":true}' * lines * 90))
                kept = lines
            journal.record(PAYING)
            paid = True
        except FAULTS:
            pass
        if till is not None:
            let_go(disk, till)
        for luck in ("all", "none", 1, 2):
            if disk.last is not None:
                yield kept, paid, lines_and_paid(disk.last.without_power(luck), folder)


def test_a_power_cut_costs_the_last_beat_at_most_and_never_offers_what_was_paid(tmp_path):
    outcomes = list(cut_somewhere(tmp_path, scans=3))
    for kept, said_paid, (lines, paid) in outcomes:
        assert paid or not said_paid
        assert not (paid and lines), "paid and offered"
        assert paid or kept <= lines <= kept + 1
    assert {paid for _, _, (_, paid) in outcomes} == {True, False}
    assert {lines for _, _, (lines, _) in outcomes} == {0, 1, 2, 3}
    assert len(outcomes) > 60

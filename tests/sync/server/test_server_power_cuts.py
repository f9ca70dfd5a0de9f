"""What if the power goes at the server? The statements of a push, on a disk that forgets.

They are recorded from the real transaction and played again on a simulated disk (see
tests/storage/powered.py): the file is the server's own, the PRAGMAs too.
"""

from contextlib import contextmanager

import apsw
import pytest
import sqlalchemy as sa

from tests.storage.powered import ApswDriver, Disk, Platter, cut_at, let_go
from tests.sync.server.conftest import House

pytestmark = pytest.mark.usefixtures("untraced")
EVENTS = 5


@contextmanager
def recorded(house):
    """Every statement that the server's database is asked meanwhile."""
    said = []

    def hear(_connection, _cursor, statement, parameters, _context, many):
        if not statement.startswith("BEGIN"):
            said.extend((statement, row) for row in (parameters if many else [parameters]))

    engine = house.server.database._engine
    sa.event.listen(engine, "before_cursor_execute", hear)
    yield said
    sa.event.remove(engine, "before_cursor_execute", hear)


def a_push(tmp_path):
    """(the server's file before it, the statements of it)."""
    house = House(str(tmp_path / "server.db"))

    async def story():
        till = await house.till()
        for _ in range(EVENTS):
            till.sell()
        with house.server.database._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        image = (tmp_path / "server.db").read_bytes()
        with recorded(house) as said:
            reply = await till.push()
        assert reply.head == EVENTS
        return image, said

    image, said = house.run(story())
    house.close()
    disk = Disk()
    disk.files["till.db"] = Platter(bytearray(image), bytearray(image))
    return disk, said


def play(disk, said) -> bool:
    """The transaction; whether it was acknowledged."""
    try:
        driver = ApswDriver(disk)
    except apsw.Error:
        return False
    try:
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            driver.execute(f"PRAGMA {pragma}")
        driver.execute("BEGIN IMMEDIATE")
        for statement, parameters in said:
            driver.execute(statement, parameters)
        driver.execute("COMMIT")
    except apsw.Error:
        return False
    finally:
        let_go(disk, driver)
    return True


def found(disk) -> tuple[int, int, int]:
    """(head of the terminal, events, batches in the inbox)."""
    driver = ApswDriver(disk)
    assert driver.execute("PRAGMA quick_check").fetchall() == [("ok",)]
    asked = ("max(head) FROM terminal", "count(*) FROM event", "count(*) FROM inbox")
    numbers = [driver.execute(f"SELECT {what}").fetchall()[0][0] for what in asked]
    driver.close()
    return tuple(numbers)


def test_a_power_cut_at_every_write_of_a_push_keeps_what_was_acknowledged(tmp_path):
    """Cases 2 and 15: a batch is in the inbox with its head and its events, or not at all."""
    before, said = a_push(tmp_path)
    assert any(statement.lstrip().startswith("INSERT INTO inbox") for statement, _ in said)
    number, acknowledged, outcomes = 0, False, set()
    assert play(before.copy(), said), "the statements as they were said"
    while not acknowledged:
        number += 1
        disk = before.copy()
        disk.fails = cut_at(number)
        acknowledged = play(disk, said)
        for luck in ("all", "none", *range(4)):
            there = found(disk.last.without_power(luck))
            assert there in ((0, 0, 0), (EVENTS, EVENTS, 1))
            assert not acknowledged or there == (EVENTS, EVENTS, 1)
            outcomes.add(there)
    assert len(outcomes) == 2
    assert number > 10

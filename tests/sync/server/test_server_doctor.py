"""What the doctor finds: every kind of wrong row is named, and only derived things are mended."""

import pytest
import sqlalchemy as sa

from sync.server.engine import schema as tables
from sync.server.watch import repair
from sync.server.watch.doctor import examine
from tests.sync.server.test_server_process import run

WRONG = "0" * 64


async def sold(house):
    """A member with points, a till with a receipt of hers and one of nobody."""
    till = await house.till()
    anna = till.enrol_member(card="2990000000019")
    till.sell(member=anna, earn=40)
    till.sell()
    await house.push(till)
    return till, anna


async def faults(house, *, deep: bool = False) -> list[str]:
    return await house.read(lambda c: list(examine(c, deep=deep)))


def changed(table, **values):
    return sa.update(tables.metadata.tables[table]).values(**values)


CASES = [
    ("account {anna}: the ledger's sum is not the balance 41", changed("account", balance=41)),
    ("account {anna}: reserves 7, its grants allow", changed("account", reserved=7)),
    ("scope m:", changed("feed_head", total=5)),
    ("terminal {till}, incarnation 1: head 2, 3 events up to 3", changed("terminal", head=2)),
    ("terminal {till}, incarnation 1: the head's hash", changed("terminal", head_hash=WRONG)),
    ("terminal {till}, incarnation 1: safe 9, posted 3, head 3", changed("terminal", safe_head=9)),
    ("terminal {till}: event 1 was passed over", changed("event", outcome="queued")),
    ("terminal {till}: event 1 is parked and nobody is told", changed("event", outcome="parked")),
    ("1 receipts of members, 0 effects of receipts", sa.delete(tables.effect)),
    ("key of ghost: belongs to nobody", changed("member_key", member="ghost")),
    ("totals count 2 receipts, 0 are stored", sa.delete(tables.sale)),
    ("{anna}: belongs to nobody", sa.delete(tables.member)),
]


def in_another_bucket(table):
    """Each row once more, in a bucket that is not its own."""
    columns = [c if c.name != "bucket" else (c + 1) % 256 for c in table.c]
    return table.insert().from_select([c.name for c in table.c], sa.select(*columns))


CASES += [
    ("stands in two buckets", in_another_bucket(tables.sale)),
    ("line ", in_another_bucket(tables.ledger)),
]


@pytest.mark.parametrize(("said", "deed"), CASES, ids=[said for said, _ in CASES])
def test_the_doctor_names_the_row_that_is_wrong(house, said, deed) -> None:
    async def story() -> None:
        till, anna = await sold(house)
        assert await faults(house, deep=True) == []
        await house.write(lambda c: c.execute(deed))
        found = await faults(house)
        wanted = said.format(anna=anna, till=till.terminal)
        assert any(wanted in fault for fault in found), found

    house.run(story())


def test_an_event_that_is_not_what_was_signed_is_found_by_hashing_it_again(house) -> None:
    """Cases 49 and 50, in the server's own tables."""

    async def story() -> None:
        till, _anna = await sold(house)
        second = sa.update(tables.event).where(tables.event.c.seq == 2)
        await house.write(lambda c: c.execute(second.values(hash=WRONG)))
        assert await faults(house) == [], "the short look believes stored hashes"
        name = f"terminal {till.terminal}, incarnation 1"
        assert await faults(house, deep=True) == [f"{name}: event 2 is not what was signed"]
        await house.write(lambda c: c.execute(sa.update(tables.inbox).values(body=b"x")))
        assert await faults(house, deep=True) == [f"{name}: the batch at 1 cannot be read"]
        await house.write(lambda c: c.execute(sa.delete(tables.inbox)))
        assert f"{name}: bodies up to 0, head 3" in await faults(house, deep=True)

    house.run(story())


def test_a_digest_is_counted_again_and_nothing_else_is_touched(house) -> None:
    async def story() -> None:
        await sold(house)
        wrong = (changed("feed_head", total=5, rows_living=9), changed("account", balance=41))
        for deed in wrong:
            await house.write(lambda c, d=deed: c.execute(d))
        mended = await house.write(repair.feed_digests)
        assert all(line.endswith("the digest was counted again") for line in mended)
        assert mended
        assert await house.write(repair.feed_digests) == []
        assert len(await faults(house)) == 1, "a balance is no derived thing"

    house.run(story())


def test_the_command_mends_says_what_and_then_looks_again(tmp_path, capsys) -> None:
    import sqlite3

    where = ["--data", tmp_path / "data"]
    run(capsys, "store", "add", "shop", "--name", "Shop", *where)
    run(capsys, "settings", "set", "greeting", '"hello"', *where)
    with sqlite3.connect(tmp_path / "data/server.db") as db:
        db.execute("UPDATE feed_head SET total = total + 1 WHERE scope LIKE 'settings%'")
    db.close()
    assert run(capsys, "doctor", *where)[0] == 1
    code, said, _ = run(capsys, "doctor", "--repair", *where)
    assert code == 0
    assert said == ("scope settings:shop: the digest was counted again\nthe books are right\n")
    assert run(capsys, "doctor", "--deep", *where)[0] == 0

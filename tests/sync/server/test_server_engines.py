"""The same history on SQLite, PostgreSQL and PostgreSQL in partitions is the same state."""

import logging

import pytest
import sqlalchemy as sa

from sync.server.engine import schema as tables
from sync.server.engine import state_digest
from sync.server.engine.migrations.tables import partitions_of
from sync.server.watch import doctor
from tests.sync.server.conftest import House
from tests.sync.server.history import live, seed

ENGINES = ("sqlite", "postgresql", "partitioned")


def replayed(engine, request, monkeypatch):
    """A house of that engine that has lived the recorded history."""
    folder = request.getfixturevalue("tmp_path")
    # Keys of its own: a file that an earlier test left would hold others than the seed draws.
    monkeypatch.setenv("KOPILKA_SERVER_KEYS", str(folder / f"{engine}.keys"))
    if engine == "sqlite":
        address = str(folder / "server.db")
    else:
        monkeypatch.setenv("KOPILKA_PARTITIONS", "8" if engine == "partitioned" else "1")
        address = request.getfixturevalue("postgres").database()
    with monkeypatch.context() as seeded:
        seed(seeded)
        house = House(address)
        house.run(live(house))
    return house


def test_one_history_is_one_state_on_every_engine(request, monkeypatch, caplog) -> None:
    caplog.set_level(logging.ERROR)
    found = {}
    for engine in ENGINES:
        house = replayed(engine, request, monkeypatch)
        assert house.run(house.read(lambda c: list(doctor.examine(c)))) == []
        cut = house.run(house.read(lambda c: len(partitions_of(c, "sale"))))
        assert cut == (8 if engine == "partitioned" else 0)
        found[engine] = (
            dict((name, (rows, one)) for name, rows, one in house.run(
                house.read(lambda c: list(state_digest.of_tables(c))))),
            house.run(house.read(state_digest.of_state)),
        )  # fmt: skip
        house.close()
    for engine in ENGINES[1:]:
        here, there = found[engine][0], found["sqlite"][0]
        assert {name: one for name, one in here.items() if one != there[name]} == {}, engine
        assert found[engine][1] == found["sqlite"][1]
    rows = {name: count for name, (count, _) in found["sqlite"][0].items()}
    for name in ("event", "sale", "ledger", "account", "member", "allowance", "feed_row",
                 "conflict", "control_total", "effect", "member_redirect"):  # fmt: skip
        assert rows[name] or name == "member_redirect", name


@pytest.mark.parametrize("engine", ["sqlite", "partitioned"])
def test_the_digest_does_not_see_order_and_sees_everything_else(
    engine, request, monkeypatch, caplog
) -> None:
    caplog.set_level(logging.ERROR)
    house = replayed(engine, request, monkeypatch)

    async def story() -> None:
        before = await house.read(state_digest.of_state)
        (one, *_) = await house.rows(tables.ledger)
        mine = sa.and_(tables.ledger.c.bucket == one.bucket, tables.ledger.c.id == one.id)
        await house.write(lambda c: c.execute(sa.delete(tables.ledger).where(mine)))
        assert await house.read(state_digest.of_state) != before
        again = sa.insert(tables.ledger).values(**one._mapping)
        await house.write(lambda c: c.execute(again))
        assert await house.read(state_digest.of_state) == before, "it lies elsewhere now"
        worse = sa.update(tables.ledger).where(mine).values(points=one.points + 1)
        await house.write(lambda c: c.execute(worse))
        assert await house.read(state_digest.of_state) != before
        moved = sa.update(tables.feed_row).values(at=0)
        back = sa.update(tables.ledger).where(mine).values(points=one.points)
        await house.write(lambda c: [c.execute(back), c.execute(moved)])
        assert await house.read(state_digest.of_state) == before, "when is not what"

    house.run(story())
    house.close()

"""What the simulation found in the product, each fault by itself in a few lines."""

from datetime import timedelta

import pytest

from pos_app.storage.outbox import Outbox
from sync.client.errors import HistoryGone
from sync.client.pull import SnapshotNeeded
from sync.server.books.book import Book, Grant
from sync.server.engine.buckets import bucket_of
from sync.server.poster import posting
from sync.server.watch import backup
from tests.storage.builders import identity, open_at
from tests.sync.client import virtual
from tests.sync.client.shop import open_shop
from tests.sync.client.test_sync_with_the_server import _empty


def test_pruned_history_is_told_gone_also_when_a_pull_heard_of_the_older_server_first(
    tmp_path, caplog
):
    """Seed 1019: the till sent what it had left, for ever, into a gap, and told nobody."""

    async def scene():
        async with open_shop(tmp_path) as shop:
            till = await shop.till()
            till.tell(2)
            await till.push.run()
            await shop.backup()
            till.tell(4)
            await till.push.run()
            safe = await shop.server.database.read(backup.heads)
            await shop.write(lambda c: backup.mark_safe(c, safe))
            till.tell(1)
            await till.push.run()
            month = shop.clock.now_utc() + timedelta(days=60)
            assert till.outbox.retention(month) > 0
            await shop.restore()
            till.tell(3)
            mirror = await _empty(till)
            with pytest.raises(SnapshotNeeded):
                await till.pull.run(mirror)
            mirror.close()
            assert till.outbox.position().acked == 2
            with pytest.raises(HistoryGone):
                await till.push.run()
            await till.close()

    virtual.run(scene())


def test_a_roll_back_that_lost_only_a_request_for_a_grant_is_seen(tmp_path):
    """Planted bug want_not_protected: the server may have answered it, and nobody holds it."""
    path = tmp_path / "till.db"
    till = open_at(path)
    Outbox(till).save_identity(identity())
    till.close()
    image = path.read_bytes()
    again = open_at(path)
    Outbox(again).plan_grant("g1", "m1", 100, "identified")
    again.close()
    path.write_bytes(image)
    restored = open_at(path)
    assert restored.sentinel_mismatch()
    restored.close()


def test_voiding_what_a_former_database_held_leaves_the_grants_of_the_present_one(tmp_path):
    """Planted bug void_unscoped."""

    async def scene():
        async with open_shop(tmp_path) as shop:
            till = await shop.till()
            member = shop.enrol_member(till, points=500)
            await till.push.run()
            await shop.settle()
            terminal = till.outbox.identity().terminal_id
            bucket = bucket_of(member)

            def make(connection):
                book = Book(connection, shop.services, bucket)
                book.load([member])
                for number in (1, 2):
                    grant = Grant(f"g{number}", member, terminal, 10, incarnation=number)
                    book.reserve(book.held[member], grant)
                book.flush()

            await shop.write(make)
            life = Grant("", "", terminal, 0, incarnation=2)
            await shop.write(posting._voiding(shop.services, bucket, [member], life))

            def left(connection):
                book = Book(connection, shop.services, bucket)
                book.load([member])
                return {g: book.grants[g].left for g in ("g1", "g2")}

            assert await shop.write(left) == {"g1": 0, "g2": 10}
            await till.close()

    virtual.run(scene())

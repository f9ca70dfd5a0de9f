"""What the simulation found in the product, each fault by itself in a few lines."""

from datetime import timedelta

import pytest

from sync.client.errors import HistoryGone
from sync.client.pull import SnapshotNeeded
from sync.server import backup
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

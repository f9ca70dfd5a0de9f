"""A newer till and an older server: it goes on in the words that the server knows."""

import httpx
import msgspec

from sync.client import errors
from sync.wire.codec import canonical, inflate
from sync.wire.messages import Problem, PullReply, PullRequest
from sync.wire.version import CURRENT
from tests.sync.client import virtual
from tests.sync.client.shop import serving
from tests.sync.client.test_sync_with_the_server import play
from tests.sync.client.wire import connect

OLD = b'{"epoch":"e1","rows":[],"cursor":{},"more":false,"head":0,"safe_head":0,"server_time":""}'
WORDS = {"push": "/v1/push", "reconcile": "/v1/reconcile"}


def test_a_server_of_before_hears_its_own_version_and_missing_fields_are_defaults():
    """Case 40: new till, old server."""
    asked = []

    def old(request):
        said = msgspec.json.decode(inflate(request.content))
        asked.append(said["protocol"])
        if said["protocol"] > 1:
            body = canonical(Problem("protocol", "this server speaks (1,)"))
            return httpx.Response(426, stream=httpx.ByteStream(body))
        return httpx.Response(200, stream=httpx.ByteStream(OLD))

    async def scene():
        connection = connect(old)
        for _ in range(2):
            page = await connection.call("pull", PullRequest(CURRENT, "t", "e1", {}), PullReply)
            assert (page.incarnation, page.machine) == (0, "")

    virtual.run(scene())
    assert asked == [CURRENT, 1, 1], "it is asked once, then remembered"


def test_a_server_that_speaks_nothing_we_know_is_said_plainly():
    """Case 42: a till far too old or new keeps selling and says what must be updated."""

    def strange(_request):
        body = canonical(Problem("protocol", speaks=(77, 78)))
        return httpx.Response(426, stream=httpx.ByteStream(body))

    async def scene():
        connection = connect(strange)
        try:
            await connection.call("pull", PullRequest(CURRENT, "t", "e1", {}), PullReply)
        except errors.Outdated as trouble:
            return trouble.code
        return ""

    assert virtual.run(scene()) == "outdated"


def test_a_server_without_the_reconcile_message_takes_events_all_the_same(tmp_path):
    """Case 40: an older server waits for nobody, and has no such address."""

    async def scene(shop, till):
        till.outbox.set_reconciled_epoch("of another server")
        real = shop.net.server

        class Old(httpx.AsyncBaseTransport):
            async def handle_async_request(self, request):
                if request.url.path == WORDS["reconcile"]:
                    return httpx.Response(404, stream=httpx.ByteStream(b"Not Found"))
                return await real.handle_async_request(request)

        shop.net.server = Old()
        till.tell(3)
        async with serving(till) as (courier, _told):
            answer = await courier.answer("sync", {})
            assert (answer["sent"], answer["unsent"]) == (3, 0)
        shop.net.server = real

    play(tmp_path, scene)


def test_ten_thousand_unsent_events_of_an_older_release_keep_their_bytes_and_arrive(tmp_path):
    """Case 38: the till is upgraded with a full outbox of every body version; hashes unchanged."""
    from pathlib import Path

    from sync.wire.codec import GENESIS, chain_hash
    from tests.sync.client.till import AT

    bodies = sorted((Path(__file__).parents[2] / "data/events").glob("v*/*.json"))

    async def scene(shop, till):
        chain, rows = till.file.chain(), []
        previous = GENESIS
        for n in range(1, 10_001):
            path = bodies[n % len(bodies)]
            kind, version = path.name.split(".")[0], int(path.parent.name[1:])
            event_id, body = till.ids.new_id(), path.read_bytes().strip()
            previous = chain_hash(previous, n, event_id, kind, body)
            place = (chain.incarnation << 40) | n
            rows.append((place, event_id, kind, version, body, previous, int(AT.timestamp())))
        till.file.driver.execute("BEGIN")
        till.file.driver.executemany(
            "INSERT INTO event (place, id, kind, v, body, hash, at_us) VALUES (?,?,?,?,?,?,?)", rows
        )
        till.file.driver.execute("UPDATE chain SET head = 10000, head_hash = ?", (previous,))
        till.file.driver.execute("COMMIT")
        assert await till.push.run() == 10_000
        assert till.outbox.position().acked == 10_000
        assert till.outbox.hash_at(10_000) == previous
        assert len(await shop.events()) == 10_000

    play(tmp_path, scene)

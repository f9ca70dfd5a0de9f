"""The backup of docs/operations.md for PostgreSQL, done as it stands there, by real pg_dump."""

import os

import pytest

from tests.pg import Cluster
from tests.sync.client.test_courier_processes import (
    CourierProcess,
    ServerProcess,
    enrolled_till,
    unsent,
    until,
)


class PostgresServer(ServerProcess):
    """`serve --database`, its keys in the data folder; `address` may change between two lives."""

    def __init__(self, folder, address: str) -> None:
        super().__init__(folder)
        self.address = address
        self.data.mkdir()

    def command(self, *arguments) -> str:
        return super().command(*arguments, "--database", self.address)

    def arguments(self) -> tuple:
        return ("--database", self.address)


def events(cluster: Cluster, address: str) -> list[int]:
    said = cluster.sql("SELECT seq FROM event ORDER BY seq", address.rpartition("/")[2])
    return [int(line) for line in said.split()]


@pytest.fixture
def served(postgres, tmp_path):
    server = PostgresServer(tmp_path, postgres.database())
    server.command("store", "add", "s1", "--name", "Store 1")
    server.command("settings", "set", "taxes", '{"standard": 220000}')
    server.start()
    yield server
    server.kill()


@pytest.fixture
def till(tmp_path, served):
    till = enrolled_till(tmp_path / "till", served)
    yield till
    till.file.close()


def tell(till, count: int) -> None:
    for _ in range(count):
        till.tell()


@pytest.fixture(params=["the same cluster", "another cluster"])
def other(request, postgres):
    """Where the dump is put back."""
    if request.param == "the same cluster":
        yield postgres
        return
    cluster = Cluster(postgres.binaries).start()
    yield cluster
    cluster.stop()


@pytest.mark.slow
def test_a_dump_put_back_is_another_history_and_tills_bring_what_it_lacks(
    postgres, other, served, till, tmp_path
) -> None:
    """Case 19 on PostgreSQL: heads read, dump, heads marked safe, more sales, pg_restore."""
    courier = CourierProcess(till.folder, served.url)
    try:
        tell(till, 10)
        assert courier.ask("sync", wait=True)["unsent"] == 0
        heads = tmp_path / "heads.json"
        heads.write_text(served.command("safe-heads"))
        dump = postgres.dumped(served.address)
        served.command("mark-safe", heads)
        tell(till, 7)
        assert courier.ask("sync", wait=True)["unsent"] == 0
        assert till.outbox.position().safe_head == 10
        served.kill()
        assert events(postgres, served.address) == list(range(1, 18))
        served.address = other.restored(dump)
        assert events(other, served.address) == list(range(1, 11))
        if other is postgres:
            served.command("new-epoch")
        served.start()
        tell(till, 3)
        until("all to be there", lambda: len(events(other, served.address)) == 20)
        assert events(other, served.address) == list(range(1, 21))
        until("everything to be acknowledged", lambda: unsent(till) == 0)
    finally:
        courier.end()
        os.unlink(dump)
    served.kill()
    assert served.command("doctor", "--deep") == "the books are right"

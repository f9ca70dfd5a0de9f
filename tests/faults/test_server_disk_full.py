"""Case 20: the server's disk is full in the middle of a commit; tills keep and bring it all."""

import sys
from pathlib import Path

import httpx
import pytest

from tests.sync.client.test_courier_processes import (
    CourierProcess,
    ServerProcess,
    server,
    server_has,
    till,
    unsent,
    until,
)

__all__ = ["server", "till"]
SMALL = Path(__file__).with_name("small_disk.py")
EVENTS = 1200


class SmallServer(ServerProcess):
    """The same server, but no file of it grows beyond `most` bytes."""

    def __init__(self, other: ServerProcess, most: int) -> None:
        self.data, self.port, self.process = other.data, other.port, None
        self.most = most

    def argv(self) -> list[str]:
        return [sys.executable, str(SMALL), str(self.most)]

    def start(self) -> None:
        import subprocess

        port_file = self.data / "port"
        port_file.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [*self.argv(), "serve", "--data", str(self.data), "--port", str(self.port),
             "--port-file", str(port_file)],
            stderr=subprocess.PIPE,
        )  # fmt: skip
        until("the server to listen", port_file.exists)


@pytest.mark.slow
def test_a_server_whose_disk_is_full_says_so_and_loses_nothing(server, till) -> None:
    """Case 20."""
    till.tell(20)
    courier = CourierProcess(till.folder, server.url)
    try:
        assert courier.ask("sync", wait=True)["unsent"] == 0
        server.kill()
        small = SmallServer(server, (server.data / "server.db").stat().st_size + 64 * 1024)
        small.start()
        till.tell(EVENTS)
        courier.ask("nudge")
        with httpx.Client(base_url=server.url) as client:
            until(
                "the disk to be full",
                lambda: (
                    b"storage" in (small.data / "server.jsonl").read_bytes()
                    or client.get("/readyz").status_code == 503
                ),
            )
        assert unsent(till) > 0
        assert small.process.poll() is None, "a full disk ends no server"
        small.process.terminate()
        said = small.process.communicate(timeout=60)[1].decode()
        assert "Traceback" not in said
        server.start()
        until("everything to be acknowledged", lambda: unsent(till) == 0)
    finally:
        courier.end()
    assert server_has(server) == list(range(1, EVENTS + 21))
    server.kill()
    assert server.command("doctor", "--deep") == "the books are right"

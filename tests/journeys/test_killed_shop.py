"""A demo shop whose own process is killed: nothing of it goes on behind anybody's back."""

import signal
import socket
import subprocess
import sys

from tests.sync.client.test_courier_processes import HOUSE, until

SCRIPT = """
import sys
from pathlib import Path
from tests.demo_shop_once import furnished
with furnished(Path(sys.argv[1])) as shop:
    print(shop.url, flush=True)
    sys.stdin.read()
"""


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def test_a_killed_demo_takes_its_server_along(tmp_path):
    """Two servers on one database is what the next start would make of it."""
    shop = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        cwd=HOUSE,
    )
    with shop:
        port = int(shop.stdout.readline().rpartition(":")[2])
        assert answers(port)
        shop.send_signal(signal.SIGKILL)
        shop.wait()
        until("the server to end with its shop", lambda: not answers(port))

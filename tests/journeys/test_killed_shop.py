"""A demo shop whose own process is killed: nothing of it goes on behind anybody's back."""

import signal
import socket
import subprocess
import sys

import pytest

from pos_app.wiring.commands import courier_command
from tests.demo_shop_once import furnished
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


@pytest.fixture
def ctrl_c_is_heard():
    """A shell's background jobs begin deaf to Ctrl+C, and so would all that they start."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


WINDOW = """
import sys
from pos_app.ui.app import application
from pos_app.ui.background import Ticker
from pos_app.wiring.demo import end_with_ctrl_c
app = application()
end_with_ctrl_c()
ticker = Ticker(lambda: None, 20)
ticker.start()
print("on", flush=True)
sys.exit(app.exec())
"""


@pytest.mark.usefixtures("ctrl_c_is_heard")
def test_ctrl_c_at_the_terminal_closes_the_demo_as_its_cross_does():
    shown = subprocess.Popen(
        [sys.executable, "-c", WINDOW],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        cwd=HOUSE,
    )
    with shown:
        assert shown.stdout.readline().strip() == "on"
        shown.send_signal(signal.SIGINT)
        assert shown.wait(60) == 0
        assert "KeyboardInterrupt" not in shown.stderr.read()


@pytest.mark.usefixtures("ctrl_c_is_heard")
def test_ctrl_c_at_the_terminal_ends_a_courier_without_a_word(tmp_path):
    with furnished(tmp_path / "shop") as shop:
        place = shop.till("till-1")
        courier = subprocess.Popen(
            courier_command(place.data, place.server),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            cwd=HOUSE,
        )
        with courier:
            courier.stdin.write('{"id": 1, "do": "status"}\n')
            courier.stdin.flush()
            assert courier.stdout.readline()
            courier.send_signal(signal.SIGINT)
            assert courier.wait(60) == 0
            assert "Traceback" not in courier.stderr.read()

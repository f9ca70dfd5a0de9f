"""A courier with neighbours that dies at a named point: see test_moves_between_tills.

Usage: courier_that_dies.py DATA SERVER LISTEN PEER POINT. POINT `none` lives.
"""

import os
import signal
import sys
from pathlib import Path

from pos_app.wiring import courier, lan
from pos_app.wiring.lan_place import lan_of
from pos_app.wiring.memory import open_memory


def main(data: str, server: str, listen: str, peer: str, point: str) -> None:
    def at(name: str) -> None:
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    whole_door = lan.Neighbourhood.door
    courier.open_memory = lambda folder: open_memory(folder, at)
    lan.Neighbourhood.door = lambda self: whole_door(self, at)
    courier.run_courier(Path(data), server, lan_of(listen, [peer]))


if __name__ == "__main__":
    main(*sys.argv[1:])

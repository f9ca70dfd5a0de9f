"""`courier_in_a_child.py FOLDER URL`: the courier as a process, as wiring will start it."""

import asyncio
import sys
from pathlib import Path

from pos_app.gear.clock import SystemClock
from sync.client import pipe
from tests.sync.client.till import Till


async def main(folder: Path, url: str) -> None:
    till = Till(folder, None, SystemClock(), url)
    try:
        courier = till.courier(offload=asyncio.to_thread)
        await pipe.run(courier, pipe.reader_of(0), pipe.FileWriter(1))
    finally:
        await till.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))

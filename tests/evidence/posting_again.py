"""What posting costs: receipts a server has posted are posted again from a copy of its folder.

python -m tests.evidence.posting_again build/bench/push/shop/server [--profile FILE]

The folder is what `python -m tests.benchmarks --only push` leaves. Processor time of this process a
receipt, so that a busy machine disturbs little: run it in two checkouts in turn to compare them.
Never asserted by a test: it prints one line.
"""

import argparse
import asyncio
import cProfile
import shutil
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path

from sync.server.server import open_server

MADE = ("effect", "sale", "ledger", "account", "control_total", "allowance")


def unposted(file: Path) -> int:
    """The file as if nothing of its inbox had been posted yet; its receipts."""
    with closing(sqlite3.connect(file)) as raw, raw:
        for table in MADE:
            raw.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own tables
        raw.execute("DELETE FROM feed_row WHERE scope LIKE 't:%'")
        raw.execute("UPDATE event SET outcome = 'queued' WHERE kind = 'transaction_completed'")
        raw.execute("UPDATE inbox SET state = 'queued'")
        return int(raw.execute("SELECT count(*) FROM event WHERE outcome = 'queued'").fetchone()[0])


async def main(folder: Path, profile: Path | None) -> None:
    """Post, and say what it took."""
    with tempfile.TemporaryDirectory(prefix="posting-again-") as name:
        place = Path(name) / "server"
        shutil.copytree(folder, place)
        receipts = unposted(place / "server.db")
        server = await open_server(data=place, inline=True)
        watch = cProfile.Profile()
        began, worked = time.perf_counter(), time.process_time()
        if profile is not None:
            watch.enable()
        await server.poster.drain()
        watch.disable()
        took, cost = time.perf_counter() - began, time.process_time() - worked
        await server.close()
    if profile is not None:
        watch.dump_stats(profile)
    each = 1e6 / max(1, receipts)
    print(f"{receipts} receipts: {cost * each:.0f} us of processor, {took * each:.0f} us of time")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.evidence.posting_again")
    parser.add_argument("folder", type=Path, help="a SQLite server's data folder")
    parser.add_argument("--profile", type=Path, default=None)
    told = parser.parse_args()
    asyncio.run(main(told.folder, told.profile))

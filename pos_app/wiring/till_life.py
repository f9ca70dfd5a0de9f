"""`kopilka till take-over | salvage`: when a till lived twice, or its file is damaged. Never on a
till that runs, never without a copy of what was there.
"""

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path

from pos_app.storage.outbox import Outbox
from pos_app.storage.salvage import Salvaged, salvage, stretches
from pos_app.storage.till_file import open_till
from pos_app.wiring.instance import InstanceLock
from pos_app.wiring.memory import open_memory
from pos_app.wiring.protection import TILL_FILE, database_key
from pos_app.wiring.till_care import obeyed, say, told
from pos_app.workstation.ports import StorageBroken
from sync.translate import WireCodec
from sync.wire.codec import chain_hash

TAKEN_OVER = "till_taken_over"
FRESH = "till-salvaged.db"
COMPANIONS = ("", "-wal", "-shm")


def main(argv: Sequence[str]) -> int:
    """0 done, 1 done but something is lost, 2 refused; said in sentences."""
    return obeyed(_parser(), argv)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kopilka till", description="The life of a closed till.")
    words = parser.add_subparsers(required=True, metavar="COMMAND")
    take = words.add_parser("take-over", help="this machine goes on as the till, the other stops")
    take.set_defaults(run=_take_over)
    take.add_argument("--by", required=True, help="who decides")
    take.add_argument("--reason", required=True)
    save = words.add_parser("salvage", help="read what a damaged till.db still says into a new one")
    save.set_defaults(run=_salvage)
    for command in (take, save):
        command.add_argument("--data", type=Path, required=True)
    return parser


def _take_over(options: argparse.Namespace) -> int:
    lock = InstanceLock(options.data)
    try:
        memory = open_memory(options.data)
        try:
            if memory.journal.identity() is None:
                raise StorageBroken(f"{options.data} is no till: kopilka enrol --code CODE")
            told(memory, TAKEN_OVER, options.by, options.reason)
            incarnation = memory.lives.take_over()
        finally:
            memory.close()
    finally:
        lock.release()
    say(
        f"this machine goes on as incarnation {incarnation}; the other one is fenced as soon as "
        "the server hears of it, and its grants come back when its lease is over"
    )
    return 0


def _salvage(options: argparse.Namespace) -> int:
    lock = InstanceLock(options.data)
    try:
        copy = keep_copy(options.data)
        found = rescue(options.data)
    except StorageBroken as error:
        raise StorageBroken(
            f"nothing can be read any more ({error}); {TILL_FILE} is as it was. The server has all "
            f"that was sent: put {TILL_FILE} aside and enrol again, the till stays the same one"
        ) from error
    finally:
        lock.release()
    say(f"{found.events} events are saved; the damaged file is kept in {copy.name}")
    if not found.lost:
        return 0
    unsent = found.unsent()
    say(f"not readable: events {_words(found.lost)}")
    if not unsent:
        say("the server has all of them: nothing is lost")
        return 0
    say(f"LOST, the server never had them: {_words(unsent)}; compare the papers of the day")
    return 1


def _words(numbers: tuple[int, ...]) -> str:
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in stretches(numbers))


def keep_copy(folder: Path) -> Path:
    """Everything of the damaged database, byte for byte, in a new folder beside it."""
    number = 1
    while (target := folder / f"damaged-{number}").exists():
        number += 1
    target.mkdir()
    for suffix in COMPANIONS:
        path = folder / f"{TILL_FILE}{suffix}"
        if path.exists():
            shutil.copy2(path, target / path.name)
    return target


def rescue(folder: Path) -> Salvaged:
    """Put a fresh database with what can be read in the place of the damaged one.

    Raises StorageBroken when nothing can be read; then nothing was changed.
    """
    damaged, fresh, key = folder / TILL_FILE, folder / FRESH, database_key(folder)
    _remove(fresh)
    till = open_till(fresh, chain_hash, key, sentinel=damaged.with_suffix(".sentinel"))
    try:
        found = salvage(damaged, till, WireCodec(), key)
        if found.text():
            Outbox(till).put("lost", found.text().encode())
    except BaseException:
        till.close()
        _remove(fresh)
        raise
    till.close()
    _remove(damaged)
    fresh.replace(damaged)
    return found


def _remove(path: Path) -> None:
    for suffix in COMPANIONS:
        path.with_name(path.name + suffix).unlink(missing_ok=True)

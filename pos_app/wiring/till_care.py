"""`kopilka till doctor|encrypt|decrypt|unlock`: the files of a closed till. Never a running one's.

Turning encryption off is a deed with a name and a reason: it joins the till's audit chain and
goes to the server before the first byte is written in clear.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pos_app.domain.events import RightUsed
from pos_app.gear.clock import SystemClock
from pos_app.gear.ids import Uuid7Source
from pos_app.storage.connect import connect_damaged, is_plain
from pos_app.wiring import key_file
from pos_app.wiring.instance import AlreadyRunning, InstanceLock
from pos_app.wiring.memory import Memory, open_memory
from pos_app.wiring.protection import (
    OFF,
    ON,
    TILL_FILE,
    Protection,
    database_key,
    decide,
    forget_key,
    keep_key,
    protection_of,
    reconcile,
    where,
)
from pos_app.workstation.ports import Facts, StorageBroken, StorageFull

DECRYPTED, ENCRYPTED = "database_decrypted", "database_encrypted"
WORDS = {
    "keystore": "encrypted; the key lies in the keystore of this system",
    "file": "encrypted; the key lies in till.dbkey (0600), on the same disk: this protects a copied"
    " file, not a stolen disk. Only the encryption of the disk itself does",
    "given": "encrypted; the key is given from outside (KOPILKA_DATABASE_KEY or _FILE)",
    "off": "NOT encrypted: who has the disk reads names and receipts (kopilka till encrypt)",
    "none": "no till here yet; its database will be encrypted",
}


def main(argv: Sequence[str]) -> int:
    """0 done, 1 something is not as it should be, 2 refused; said in sentences."""
    return obeyed(_parser(), argv)


def obeyed(parser: argparse.ArgumentParser, argv: Sequence[str]) -> int:
    """Run what `argv` asks of a closed till; a refusal is a sentence and a 2."""
    options = parser.parse_args(argv)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except (AlreadyRunning, StorageBroken, StorageFull, OSError) as error:
        say(f"kopilka: {error}")
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kopilka till", description="The files of a closed till.")
    words = parser.add_subparsers(required=True, metavar="COMMAND")
    doctor = words.add_parser("doctor", help="what protects the files, and whether they are so")
    doctor.set_defaults(run=_doctor)
    off = words.add_parser("decrypt", help="for support: leave the files readable")
    off.set_defaults(run=lambda o: _switch(o, encrypted=False))
    on = words.add_parser("encrypt", help="encrypt them (again)")
    on.set_defaults(run=lambda o: _switch(o, encrypted=True))
    unlock = words.add_parser("unlock", help="put a key back that the keystore lost; reads stdin")
    unlock.set_defaults(run=_unlock)
    for command in (doctor, off, on, unlock):
        command.add_argument("--data", type=Path, required=True)
    for command in (off, on):
        command.add_argument("--by", required=True, help="who does it")
        command.add_argument("--reason", required=True)
    return parser


def _switch(options: argparse.Namespace, *, encrypted: bool) -> int:
    folder: Path = options.data
    lock = InstanceLock(folder)
    try:
        memory = open_memory(folder)
        try:
            deed = ENCRYPTED if encrypted else DECRYPTED
            told(memory, deed, options.by, options.reason)
        finally:
            memory.close()
        switch(folder, encrypted=encrypted)
    finally:
        lock.release()
    say(WORDS[where(folder)])
    return 0


def switch(folder: Path, *, encrypted: bool) -> None:
    """The one setting, and the files after it. The caller holds the folder's lock."""
    decided = protection_of(folder) or Protection()
    decide(folder, replace(decided, encryption=ON if encrypted else OFF))
    reconcile(folder)
    if not encrypted:
        forget_key(folder)


def told(memory: Memory, action: str, by: str, reason: str) -> None:
    """A line of the audit chain; a folder that is no terminal yet has none."""
    identity = memory.journal.identity()
    if identity is None:
        return
    session = memory.journal.last_session()
    event = RightUsed(
        action=action,
        subject=identity.terminal_id,
        operator_id=by,
        override_by="",
        reason=reason,
        amount_minor=0,
        session_number=session.number if session else 0,
        at=SystemClock().now_utc(),
    )
    memory.journal.record(Facts(events=((Uuid7Source().new_id(), event),)))


def _unlock(options: argparse.Namespace) -> int:
    """The key as head office reads it out: 64 hex digits on standard input, never an argument."""
    folder: Path = options.data
    try:
        key = bytes.fromhex(sys.stdin.readline().strip())
        connect_damaged(folder / TILL_FILE, key).close()
    except (ValueError, StorageBroken):
        say("kopilka: this is not the key of this till; nothing was changed")
        return 2
    lock = InstanceLock(folder)
    try:
        keep_key(folder, key)
    finally:
        lock.release()
    say(WORDS[where(folder)])
    return 0


def _doctor(options: argparse.Namespace) -> int:
    folder: Path = options.data
    say(WORDS[where(folder)])
    faults = list(faults_of(folder))
    for fault in faults:
        say(fault)
    return 1 if faults else 0


def faults_of(folder: Path) -> Iterator[str]:
    """What is not as it was decided, in sentences."""
    protection = protection_of(folder) or Protection()
    wanted_plain = protection.encryption == OFF
    for path in sorted([folder / TILL_FILE, *folder.glob("*.db"), *folder.glob("*.bak")]):
        if path.exists() and is_plain(path) and not wanted_plain:
            yield f"{path.name} is not encrypted; the next start of the till encrypts it"
    if (folder / key_file.NAME).exists() and not (wanted_plain or key_file.is_sealed(folder)):
        yield f"{key_file.NAME} is not sealed; the next start of the till seals it"
    try:
        key = database_key(folder)
        if (folder / TILL_FILE).exists():
            connect_damaged(folder / TILL_FILE, key).close()
    except StorageBroken as error:
        yield str(error)


def say(text: str) -> None:
    """A sentence for whoever typed the command."""
    sys.stderr.write(text + "\n")

"""Whether a data folder is encrypted, and where its key is. Never a key in a command line or a log.

Encryption is on unless somebody turned it off by name. The key is made at the first start and
lies in the keystore of the system; without one, in a file that the disk protects no better than
itself; or it is given from outside. One process reads it for itself: nothing is handed around.
"""

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from pos_app.gear.keystore import (
    KEY_BYTES,
    KeyFile,
    KeyFileRefused,
    Keystore,
    KeystoreSilent,
    Vault,
    keystore_of_the_system,
    write_private,
)
from pos_app.gear.secrets import random_bytes
from pos_app.storage.connect import MIRROR_HMAC, is_plain
from pos_app.storage.conversion import SUFFIX, convert
from pos_app.wiring.key_file import rewrap
from pos_app.workstation.ports import StorageBroken

KEY_VARIABLE = "KOPILKA_DATABASE_KEY"
FILE_VARIABLE = "KOPILKA_DATABASE_KEY_FILE"
PROTECTION_FILE, KEY_FILE, TILL_FILE = "till.protection", "till.dbkey", "till.db"
ON, OFF = "on", "off"
KEYSTORE, OWN_FILE, GIVEN = "keystore", "file", "given"
Points = Callable[[str], None]


class KeyLost(StorageBroken):
    """The database is encrypted and its key is not to be had; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Protection:
    """What was decided for a data folder. `kept`: keystore, file, given (from outside), or "".

    `name` is what the keystore calls the key: one for each folder, no secret.
    """

    encryption: str = ON
    kept: str = ""
    name: str = ""


def protection_of(folder: Path) -> Protection | None:
    """None before the first start. Raises StorageBroken for a file that is not ours."""
    path = folder / PROTECTION_FILE
    try:
        found = json.loads(path.read_bytes())
        protection = Protection(**found)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise StorageBroken(f"{path.name} cannot be read: {error}") from error
    if protection.encryption not in (ON, OFF):
        raise StorageBroken(f'{path.name}: "encryption" is "on" or "off"')
    return protection


def decide(folder: Path, protection: Protection) -> None:
    """Keep the decision."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(asdict(protection), indent=1) + "\n"
    write_private(folder / PROTECTION_FILE, text.encode())


def leave_plain(folder: Path) -> None:
    """A folder whose files anybody may read: demonstrations."""
    if protection_of(folder) is None:
        decide(folder, Protection(OFF))


def database_key(folder: Path) -> bytes | None:
    """The key that `till.db` opens with now, made at the first start; None for a plain file.

    Raises KeyLost.
    """
    till = folder / TILL_FILE
    if is_plain(till):
        return None
    protection = protection_of(folder)
    if not till.exists() and protection is not None and protection.encryption == OFF:
        return None
    return wanted_key(folder, fresh=not till.exists() or not till.stat().st_size)


def wanted_key(folder: Path, *, fresh: bool) -> bytes:
    """The folder's key; with `fresh` a new one is made where there is none. Raises KeyLost."""
    given = _given()
    if given is not None:
        return given
    protection = protection_of(folder)
    try:
        key = _vault(folder, protection).get() if protection and protection.kept else None
    except (KeystoreSilent, KeyFileRefused) as error:
        raise KeyLost(f"{error}; {_way_out(folder)}") from error
    if key is not None:
        return key
    if not fresh:
        raise KeyLost(f"the key of {TILL_FILE} is gone; {_way_out(folder)}")
    return _made(folder)


def keep_key(folder: Path, key: bytes) -> Protection:
    """Put a key where keys of this machine belong; where that is."""
    store = keystore_of_the_system()
    name = (protection_of(folder) or Protection()).name or random_bytes(8).hex()
    kept = Protection(ON, KEYSTORE if store is not None else OWN_FILE, name)
    vault = Keystore(store, name) if store is not None else KeyFile(folder / KEY_FILE)
    try:
        vault.put(key)
    except KeystoreSilent:
        kept = Protection(ON, OWN_FILE, name)
        KeyFile(folder / KEY_FILE).put(key)
    decide(folder, kept)
    return kept


def reconcile(folder: Path, points: Points = lambda _name: None) -> str:
    """Bring the files to what was decided; "encrypted", "decrypted", or "" for nothing to do.

    The caller holds the folder's lock. Raises StorageBusy, StorageFull, StorageBroken, KeyLost.
    """
    for leftover in folder.glob(f"*{SUFFIX}"):
        leftover.unlink()
    till = folder / TILL_FILE
    protection = protection_of(folder)
    off = protection is not None and protection.encryption == OFF
    if not till.exists() or is_plain(till) == off:
        return ""
    key = wanted_key(folder, fresh=not off)
    _convert_all(folder, key, None if off else key, points)
    return "decrypted" if off else "encrypted"


def _convert_all(folder: Path, key: bytes, new: bytes | None, points: Points) -> None:
    """`till.db` last: until it is converted, a repetition begins again and finds the rest done."""
    old = None if new else key
    rewrap(folder, key, sealed=new is not None)
    for path in sorted(folder.glob("mirror-*.db")):
        if is_plain(path) == (new is not None):
            convert(path, old, new, hmac=MIRROR_HMAC)
    for path in sorted(folder.glob(f"{TILL_FILE}.v*.bak")):
        if is_plain(path) == (new is not None):
            convert(path, old, new)
    convert(folder / TILL_FILE, old, new, points=points)


def _given() -> bytes | None:
    """A key from outside: the environment, or a file that it names (a credential of the system)."""
    text = os.environ.get(KEY_VARIABLE, "")
    if text:
        try:
            key = bytes.fromhex(text)
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES:
            raise KeyLost(f"{KEY_VARIABLE} is 64 hex digits")
        return key
    path = os.environ.get(FILE_VARIABLE, "")
    if not path:
        return None
    try:
        key_there = KeyFile(Path(path)).get()
    except KeyFileRefused as error:
        raise KeyLost(str(error)) from error
    if key_there is None:
        raise KeyLost(f"{FILE_VARIABLE} names a file that is not there")
    return key_there


def _vault(folder: Path, protection: Protection) -> Vault:
    if protection.kept == KEYSTORE:
        store = keystore_of_the_system()
        if store is None:
            raise KeystoreSilent("the keystore of this system does not answer")
        return Keystore(store, protection.name)
    return KeyFile(folder / KEY_FILE)


def _made(folder: Path) -> bytes:
    key = random_bytes(KEY_BYTES)
    folder.mkdir(parents=True, exist_ok=True)
    keep_key(folder, key)
    return key


def _way_out(folder: Path) -> str:
    return (
        "head office can read it out of the server (kopilka server till-key), then "
        f"kopilka till unlock --data {folder}; without it the receipts that were not sent are lost"
    )


def forget_key(folder: Path) -> None:
    """The key is needed no more: nothing is encrypted with it."""
    protection = protection_of(folder)
    if protection is not None and protection.kept:
        _vault(folder, protection).forget()


def where(folder: Path) -> str:
    """What protects the folder, as a name: off, given, keystore, file, none (no till yet)."""
    protection = protection_of(folder)
    if protection is not None and protection.encryption == OFF:
        return OFF
    if os.environ.get(KEY_VARIABLE) or os.environ.get(FILE_VARIABLE):
        return GIVEN
    return protection.kept if protection is not None and protection.kept else "none"

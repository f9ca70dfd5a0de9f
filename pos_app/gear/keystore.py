"""Keys of 32 bytes in the store of the operating system, or in a file of their owner. Never logged.

Only stores that keep a secret are taken: Windows' vault, macOS' keychain, a Secret Service and
KWallet. What `keyring` would also offer (nothing at all, a plain file, whatever its own
configuration names) is refused by leaving it out.
"""

import os
import re
import stat
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from pos_app.gear.folders import sync_folder

SERVICE = "kopilka"
KEY_BYTES = 32
_HEX = re.compile(rb"[0-9a-f]{64}")


class KeystoreSilent(Exception):
    """The keystore is there and did not answer (locked, no session); the message says which."""


class KeyFileRefused(Exception):
    """A key file that others may read, that is not ours, or that holds no key."""


class Vault(Protocol):
    """Where a key lies."""

    def get(self) -> bytes | None:
        """The key; None if there is none. Raises KeystoreSilent, KeyFileRefused."""

    def put(self, key: bytes) -> None:
        """Keep it, durably."""

    def forget(self) -> None:
        """Keep it no more."""


class Keystore:
    """One named key in a store of the operating system."""

    def __init__(self, backend: Any, name: str) -> None:
        """`backend`: see `keystore_of_the_system`; `name` is no secret."""
        self._backend = backend
        self._name = name

    def get(self) -> bytes | None:
        """See the Protocol."""
        text = self._asked(lambda: self._backend.get_password(SERVICE, self._name))
        return bytes.fromhex(text) if text else None

    def put(self, key: bytes) -> None:
        """See the Protocol; what was not kept as it was given is an error here, not next time."""
        self._asked(lambda: self._backend.set_password(SERVICE, self._name, key.hex()))
        if self.get() != key:
            raise KeystoreSilent("the keystore did not keep the key")

    def forget(self) -> None:
        """See the Protocol."""
        if self.get() is not None:
            self._asked(lambda: self._backend.delete_password(SERVICE, self._name))

    def _asked(self, question: Callable[[], Any]) -> Any:
        """A store answers with exceptions of its own system's making."""
        try:
            return question()
        except Exception as error:
            raise KeystoreSilent(f"the keystore did not answer: {type(error).__name__}") from error


def keystore_of_the_system(candidates: Sequence[Any] | None = None) -> Any | None:
    """The best store that works here; None on a machine without one."""
    best: tuple[float, Any] | None = None
    for kind in _kinds() if candidates is None else candidates:
        try:
            priority = float(kind.priority) if kind.viable else 0.0
            if priority > 0 and (best is None or priority > best[0]):
                best = (priority, kind())
        except Exception:  # noqa: BLE001, S112 - a store that cannot say what it is, is none
            continue
    return None if best is None else best[1]


def _kinds() -> list[Any]:
    if sys.platform == "win32":
        from keyring.backends.Windows import WinVaultKeyring

        return [WinVaultKeyring]
    if sys.platform == "darwin":
        from keyring.backends.macOS import Keyring as MacKeyring

        return [MacKeyring]
    if not os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return []  # a kiosk without a session: no store can answer, and asking takes time
    from keyring.backends.kwallet import DBusKeyring
    from keyring.backends.libsecret import Keyring as Libsecret
    from keyring.backends.SecretService import Keyring as SecretService

    return [SecretService, Libsecret, DBusKeyring]


class KeyFile:
    """A key in a file that only its owner may read: it is as safe as the disk is."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self) -> bytes | None:
        """See the Protocol."""
        try:
            about = self._path.stat()
            text = self._path.read_bytes().strip()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise KeyFileRefused(f"{self._path.name} cannot be read: {error.strerror}") from error
        if os.name != "nt" and (about.st_uid != os.getuid() or stat.S_IMODE(about.st_mode) & 0o077):
            raise KeyFileRefused(f"{self._path.name} may be read by others: chmod 600 it")
        if not _HEX.fullmatch(text):
            raise KeyFileRefused(f"{self._path.name} holds no key (64 hex digits)")
        return bytes.fromhex(text.decode())

    def put(self, key: bytes) -> None:
        """See the Protocol."""
        write_private(self._path, key.hex().encode() + b"\n")

    def forget(self) -> None:
        """See the Protocol; what stood there is written over first, for what that is worth."""
        if self._path.exists():
            with self._path.open("r+b") as file:
                file.write(bytes(2 * KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            self._path.unlink()


def write_private(path: Path, data: bytes) -> None:
    """A file of the owner alone (0600), whole or not at all, on the disk when this returns."""
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    sync_folder(path.parent)

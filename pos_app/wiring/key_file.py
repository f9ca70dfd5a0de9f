"""The terminal's own Ed25519 key in `till.key`: sealed under the database's key where there is one.

Never in the database: a till whose database is lost must still be able to say who it is.
"""

from pathlib import Path

from pos_app.gear.keystore import write_private
from pos_app.gear.secrets import (
    KeyPair,
    SealBroken,
    derived_key,
    generate_signing_keys,
    unwrap,
    wrap,
)
from pos_app.workstation.ports import StorageBroken

NAME = "till.key"
_MAGIC = b"KPK1"
_PURPOSE = b"kopilka terminal key"


def make(folder: Path, key: bytes | None) -> None:
    """A new pair, readable by its owner only, sealed under `key` unless it is None."""
    folder.mkdir(parents=True, exist_ok=True)
    keys = generate_signing_keys()
    write_private(folder / NAME, _stored(keys.private + keys.public, key))


def is_sealed(folder: Path) -> bool:
    """Whether it takes the database's key to read it."""
    return (folder / NAME).read_bytes().startswith(_MAGIC)


def read(folder: Path, key: bytes | None) -> KeyPair:
    """The pair. Raises StorageBroken when the key does not open it."""
    pair = _opened(folder / NAME, key)
    return KeyPair(pair[:32], pair[32:])


def rewrap(folder: Path, key: bytes, *, sealed: bool) -> None:
    """Seal the file or leave it plain; nothing is done where it is so already."""
    path = folder / NAME
    if path.exists() and is_sealed(folder) != sealed:
        write_private(path, _stored(_opened(path, key), key if sealed else None))


def _opened(path: Path, key: bytes | None) -> bytes:
    data = path.read_bytes()
    if not data.startswith(_MAGIC):
        return data
    try:
        return unwrap(derived_key(key or b"", _PURPOSE), data[len(_MAGIC) :], _MAGIC)
    except SealBroken as error:
        raise StorageBroken(f"{path.name} is sealed under another key than this one") from error


def _stored(pair: bytes, key: bytes | None) -> bytes:
    return pair if key is None else _MAGIC + wrap(derived_key(key, _PURPOSE), pair, _MAGIC)

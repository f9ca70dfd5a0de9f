"""A copy of a server on SQLite while it runs, and the way back. Never half a copy under its name.

A backup is a folder: the database as of one moment, the keys, the epoch and a manifest with
hashes. Whoever has it can read personal data: it is kept like the server itself. What it holds is
marked safe, so that tills may forget it; a head is never called safe before the copy is on the disk
and has been read again.
"""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Connection

from pos_app.gear.folders import sync_folder
from sync.server.engine.epoch_file import EPOCH_FILE
from sync.server.engine.refusal import refuse
from sync.server.engine.schema import terminal
from sync.server.lives.secrets_outside import ERASED_FILE

DATABASE_FILE = "server.db"
KEY_FILE = "server.keys"
MANIFEST = "manifest.json"
PIECE_BYTES = 1024 * 1024
Heads = dict[str, tuple[int, int]]
"""Terminal -> (incarnation, head)."""


class Manifest(Struct):
    """What a backup holds. `files`: name -> SHA-256; `heads`: what of each till is in it."""

    made_at: str
    epoch: str
    files: dict[str, str]
    heads: Heads


def heads(connection: Connection) -> Heads:
    """What is there now; read before a copy begins, it is in the copy."""
    rows = connection.execute(sa.select(terminal.c.id, terminal.c.incarnation, terminal.c.head))
    return {row.id: (row.incarnation, row.head) for row in rows}


def mark_safe(connection: Connection, safe: Mapping[str, tuple[int, int]]) -> int:
    """What was in the copy is safe: tills hear it with their next reply. How many moved."""
    moved = 0
    for terminal_id, (incarnation, head) in safe.items():
        done = connection.execute(
            sa.update(terminal)
            .where(
                terminal.c.id == terminal_id,
                terminal.c.incarnation == incarnation,
                terminal.c.safe_head < head,
                terminal.c.head >= head,
            )
            .values(safe_head=head)
        )
        moved += done.rowcount
    return moved


def make(data: Path, target: Path, made_at: str, *, keys: bool = True) -> Manifest:
    """Copy and verify; the folder appears under its name when all of it is on the disk.

    Without `keys` nobody can read a person in it, and a restore wants the key file first.

    Raises Refusal 409 for a target that exists, 422 for a copy that is not right.
    """
    if target.exists():
        raise refuse(409, "exists", f"{target.name} is there already: a backup replaces nothing")
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True, mode=0o700)
    copy(data / DATABASE_FILE, part / DATABASE_FILE)
    for name in (KEY_FILE, ERASED_FILE, EPOCH_FILE):
        if (data / name).exists() and (keys or name != KEY_FILE):
            _copy_file(data / name, part / name)
    safe, epoch = _inside(part / DATABASE_FILE)
    files = {path.name: sha256(path) for path in sorted(part.iterdir())}
    manifest = Manifest(made_at, epoch, files, safe)
    _write(part / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
    os.replace(part, target)
    sync_folder(target.parent)
    return manifest


def copy(source: Path, target: Path) -> None:
    """The whole database as of one moment, by SQLite's own online backup."""
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as kept:
        live.backup(kept)
        kept.execute("PRAGMA journal_mode=DELETE")
    _to_disk(target)


def put_back(source: Path, data: Path) -> Manifest:
    """The files of a backup into an empty data folder, hashes checked on both sides.

    Raises Refusal 409 for a folder that holds a server, 422 for a backup that is not whole. The
    caller begins a new epoch before anybody is served.
    """
    try:
        manifest = msgspec.json.decode((source / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError) as error:
        raise refuse(422, "no_backup", f"no manifest in {source.name}") from error
    wanted = {name for name in manifest.files if name not in (EPOCH_FILE, ERASED_FILE)}
    if any((data / name).exists() for name in (*wanted, DATABASE_FILE)):
        raise refuse(409, "exists", "a server lives in that folder: restore replaces nothing")
    if KEY_FILE not in manifest.files and not (data / KEY_FILE).exists():
        raise refuse(409, "no_keys", f"the backup holds no keys: put {KEY_FILE} there first")
    check(source, manifest)
    data.mkdir(parents=True, exist_ok=True)
    # A list of erasures that is there already is the newer one: who is on it stays erased.
    wanted |= {ERASED_FILE} & manifest.files.keys() - {p.name for p in data.iterdir()}
    for name in sorted(wanted, reverse=True):
        _copy_file(source / name, data / name)
    check(data, manifest, without={*manifest.files} - wanted)
    return manifest


def check(folder: Path, manifest: Manifest, without: Iterable[str] = ()) -> None:
    """Every file is there and is what it was. Raises Refusal 422."""
    for name, digest in manifest.files.items():
        if name in without:
            continue
        if Path(name).name != name or not (folder / name).is_file():
            raise refuse(422, "no_backup", f"{name} is missing")
        if sha256(folder / name) != digest:
            raise refuse(422, "no_backup", f"{name} is not what was backed up")


def _inside(database: Path) -> tuple[Heads, str]:
    """Heads and epoch of a copy, read from the copy; Refusal 422 if SQLite finds a fault in it."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as found:
        said = found.execute("PRAGMA quick_check(1)").fetchone()[0]
        if said != "ok":
            raise refuse(422, "bad_copy", str(said)[:200])
        rows = found.execute("SELECT id, incarnation, head FROM terminal").fetchall()
        epoch = found.execute("SELECT value FROM meta WHERE name = 'epoch'").fetchone()
    return {row[0]: (row[1], row[2]) for row in rows}, epoch[0] if epoch else ""


def sha256(path: Path) -> str:
    """Of a file's bytes, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            digest.update(piece)
    return digest.hexdigest()


def _copy_file(source: Path, target: Path) -> None:
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as out, source.open("rb") as file:
        shutil.copyfileobj(file, out, PIECE_BYTES)
        out.flush()
        os.fsync(out.fileno())


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    _to_disk(path)


def _to_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())

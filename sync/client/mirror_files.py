"""The generations of the mirror on the disk: satisfies `ports.MirrorFiles`. Never sells from one.

A generation is a name that is never used twice, since no system lets a file be replaced under
its readers safely: the front end follows the number in `till.db`.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from msgspec import to_builtins

from pos_app.gear.folders import sync_folder
from sync.client.mirror_file import Closable, ConnectedMirror
from sync.mirror.people import find_people
from sync.mirror.schema import APPLICATION_ID, create
from sync.wire.version import MIRROR_SCHEMA

_COMPANIONS = ("", "-wal", "-shm", "-journal")


class Generations(Protocol):
    """The number in `till.db`."""

    def mirror_generation(self) -> int:
        """0 before the first."""

    def set_mirror_generation(self, generation: int) -> None:
        """Durable when it returns."""


class MirrorFolder:
    """Files `mirror-<generation>.db` of one folder."""

    def __init__(
        self,
        folder: Path,
        generations: Generations,
        connect: Callable[[Path], Closable],
        broken: tuple[type[Exception], ...],
    ) -> None:
        """`connect` opens a file for writing, `broken` is what it raises for one it cannot."""
        self._folder = folder
        self._generations = generations
        self._connect = connect
        self._broken = broken

    def _path(self, generation: int) -> Path:
        return self._folder / f"mirror-{generation}.db"

    def open(self) -> ConnectedMirror | None:
        """None if there is none, or not one that we can read."""
        path = self._path(self._generations.mirror_generation())
        if not path.exists():
            return None
        connection = self._open_ours(path)
        return None if connection is None else ConnectedMirror(connection)

    def _open_ours(self, path: Path) -> Closable | None:
        try:
            connection = self._connect(path)
        except self._broken:
            return None
        try:
            ours = _is_ours(connection)
        except self._broken:
            ours = False
        if ours:
            return connection
        connection.close()
        return None

    def next_path(self) -> Path:
        """Free of what an earlier attempt left; a stale log beside a new file would spoil it."""
        path = self._path(self._generations.mirror_generation() + 1)
        _remove(path)
        return path

    def create(self, path: Path) -> ConnectedMirror:
        """A new empty mirror at that place."""
        connection = self._connect(path)
        create(connection)
        return ConnectedMirror(connection)

    def check(self, path: Path) -> bool:
        """Opened and ours: that its pages are the server's the hashes have told, and the server
        has read every one of them before it sent them."""
        connection = self._open_ours(path)
        if connection is None:
            return False
        connection.close()
        return True

    def current(self) -> Path:
        """The generation in force, by `till.db`: asked by the thread that has it open."""
        return self._path(self._generations.mirror_generation())

    def intact(self, path: Path | None = None) -> bool:
        """`quick_check` of that file (the generation in force): reads every page, in any thread."""
        connection = self._open_ours(path or self.current())
        if connection is None:
            return False
        try:
            return list(connection.execute("PRAGMA quick_check").fetchall()[0]) == ["ok"]
        except self._broken:
            return False
        finally:
            connection.close()

    def people(self, path: Path, text: str, most: int) -> list[dict[str, str]]:
        """Members of that file by their name; reads every one of them, in any thread."""
        connection = self._open_ours(path) if path.exists() else None
        if connection is None:
            return []
        try:
            return [to_builtins(one) for one in find_people(connection, text, most)]
        finally:
            connection.close()

    def flip(self, path: Path) -> None:
        """The file must be on the disk before the number that points to it is."""
        with path.open("rb+") as file:
            os.fsync(file.fileno())
        sync_folder(self._folder)
        self._generations.set_mirror_generation(int(path.stem.rpartition("-")[2]))

    def sweep(self) -> None:
        """Older generations; a file that somebody still holds (Windows) goes next time."""
        current = self._generations.mirror_generation()
        for path in self._folder.glob("mirror-*.db"):
            number = path.stem.rpartition("-")[2]
            if number.isdigit() and int(number) < current:
                _remove(path)


def _is_ours(connection: Closable) -> bool:
    found = connection.execute("PRAGMA application_id").fetchall()[0][0]
    version = connection.execute("PRAGMA user_version").fetchall()[0][0]
    return bool(found == APPLICATION_ID and version == MIRROR_SCHEMA)


def _remove(path: Path) -> None:
    for companion in _COMPANIONS:
        try:
            path.with_name(path.name + companion).unlink(missing_ok=True)
        except PermissionError:
            return

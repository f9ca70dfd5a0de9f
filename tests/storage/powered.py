"""A disk that loses its power, under the till's own code: SQLite's files in memory, sync by sync.

What was written and not synced when the power goes reaches the disk or not, write by write, whole
or torn at a sector. The driver is apsw instead of sqlcipher3 (one cannot put a file system under
that); everything above it is the product's: its SQL, its PRAGMAs, its transactions.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

import apsw

from pos_app.storage.connect import _pragmas
from pos_app.storage.migrations import migrate
from pos_app.storage.sentinel import Sentinel
from pos_app.storage.till_file import TillFile
from sync.wire.codec import chain_hash

SECTOR = 512
Change = tuple[int, bytes | None]
"""(offset, bytes), or (length, None): cut to that length."""


class PowerIsGone(apsw.IOError):
    """From here on nothing reaches the disk, and nothing is answered."""


@dataclass
class Platter:
    """One file: what is durable, what a reader sees, and what lies between the two."""

    durable: bytearray = field(default_factory=bytearray)
    seen: bytearray = field(default_factory=bytearray)
    pending: list[Change] = field(default_factory=list)

    def change(self, change: Change) -> None:
        apply(self.seen, change)
        self.pending.append(change)

    def sync(self) -> None:
        self.durable = bytearray(self.seen)
        self.pending = []

    def after_the_cut(self, keeps: Callable[[], bool], torn: Callable[[int], int]) -> None:
        """Some of the unsynced writes, each whole or torn."""
        image = self.durable
        for offset, data in self.pending:
            if keeps():
                apply(image, (offset, data[: torn(len(data))] if data is not None else None))
        self.seen, self.pending = bytearray(image), []


def apply(image: bytearray, change: Change) -> None:
    offset, data = change
    if data is None:
        del image[offset:]
        return
    image.extend(bytes(max(0, offset - len(image))))
    image[offset : offset + len(data)] = data


class Disk:
    """All files, and a count of what was asked of them. `fails` may raise at any operation.

    `last`: what was there when somebody last let go of it.
    """

    def __init__(self) -> None:
        self.files: dict[str, Platter] = {}
        self.operations = 0
        self.fails: Callable[[int, str], None] = lambda _number, _what: None
        self.last: Disk | None = None

    def did(self, what: str) -> None:
        self.operations += 1
        self.fails(self.operations, what)

    def frozen(self) -> "Disk":
        """As it is at this instant; whoever closes his files later changes nothing of it."""
        other = Disk()
        for name, one in self.files.items():
            other.files[name] = Platter(
                bytearray(one.durable), bytearray(one.seen), list(one.pending)
            )
        return other

    def copy(self) -> "Disk":
        """The same platters with everything synced, for another attempt."""
        other = Disk()
        for name, platter in self.files.items():
            other.files[name] = Platter(bytearray(platter.seen), bytearray(platter.seen))
        return other

    def without_power(self, seed: int | str) -> "Disk":
        """What is there when the power is back: `all` or `none` of the unsynced, or by dice."""
        dice = random.Random(str(seed))
        keeps = {"all": lambda: True, "none": lambda: False}.get(
            str(seed), lambda: dice.random() < 0.5
        )

        def torn(length: int) -> int:
            whole = isinstance(seed, str) or dice.random() < 0.7
            return length if whole else dice.randrange(length + 1) // SECTOR * SECTOR

        other = Disk()
        for name, platter in self.files.items():
            left = Platter(bytearray(platter.durable), bytearray(), list(platter.pending))
            left.after_the_cut(keeps, torn)
            left.sync()
            other.files[name] = left
        return other


def cut_at(number: int) -> Callable[[int, str], None]:
    """The power goes before that operation, and stays away."""

    def fails(now: int, _what: str) -> None:
        if now >= number:
            raise PowerIsGone("no power")

    return fails


class _File:
    def __init__(self, disk: Disk, name: str, throw_away: bool) -> None:
        self._disk, self._name, self._throw_away = disk, name, throw_away
        self._platter = disk.files.setdefault(name, Platter())

    def xRead(self, amount: int, offset: int) -> bytes:
        self._disk.did("read")
        return bytes(self._platter.seen[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:
        self._disk.did("write")
        self._platter.change((offset, bytes(data)))

    def xTruncate(self, length: int) -> None:
        self._disk.did("write")
        self._platter.change((length, None))

    def xSync(self, _flags: int) -> None:
        try:
            self._disk.did("sync")
        except apsw.IOError as error:
            if not isinstance(error, PowerIsGone):
                # The system says it once and forgets: what was to be synced is clean and lost.
                self._platter.pending = []
            raise
        self._platter.sync()

    def xFileSize(self) -> int:
        return len(self._platter.seen)

    def xClose(self) -> None:
        if self._throw_away:
            self._disk.files.pop(self._name, None)

    def xLock(self, _level: int) -> None:
        """One process."""

    def xUnlock(self, _level: int) -> None:
        """Nobody waits."""

    def xCheckReservedLock(self) -> bool:
        return False

    def xFileControl(self, _op: int, _pointer: int) -> bool:
        return False

    def xSectorSize(self) -> int:
        return SECTOR

    def xDeviceCharacteristics(self) -> int:
        return 0


class _FileSystem(apsw.VFS):
    def __init__(self, name: str, disk: Disk) -> None:
        self._disk = disk
        self._unnamed = 0
        super().__init__(name, "")

    def xOpen(self, name, flags):
        self._unnamed += 1
        text = name.filename() if hasattr(name, "filename") else name or f"t{self._unnamed}"
        flags[1] = flags[0]
        return _File(self._disk, text, bool(flags[0] & apsw.SQLITE_OPEN_DELETEONCLOSE))

    def xDelete(self, name: str, _sync_folder: bool) -> None:
        self._disk.did("write")
        self._disk.files.pop(name, None)

    def xAccess(self, name: str, _flags: int) -> bool:
        return name in self._disk.files

    def xFullPathname(self, name: str) -> str:
        return name


class _Cursor:
    def __init__(self, rows: list, changes: int) -> None:
        self._rows, self.rowcount = rows, changes

    def fetchall(self) -> list:
        return self._rows


class ApswDriver:
    """The Driver of pos_app.storage on apsw."""

    def __init__(self, disk: Disk, name: str = "till.db") -> None:
        vfs = f"powered-{id(disk)}"
        self._file_system = _FileSystem(vfs, disk)
        disk.last = None
        try:
            self._connection = apsw.Connection(name, vfs=vfs)
        except apsw.Error:
            disk.last = disk.frozen()
            raise
        finally:
            self._file_system.unregister()
        try:
            # The log's index lives in memory: a file system of our own has no memory to share.
            list(self._connection.execute("PRAGMA locking_mode=EXCLUSIVE"))
        except apsw.Error:
            let_go(disk, self)
            raise

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction

    def execute(self, sql, parameters=()):
        rows = list(self._connection.execute(sql, tuple(parameters)))
        return _Cursor(rows, self._connection.changes())

    def executemany(self, sql, rows):
        list(self._connection.executemany(sql, [tuple(row) for row in rows]))
        return _Cursor([], self._connection.changes())

    def close(self) -> None:
        self._connection.close(True)


def let_go(disk: Disk, opened: ApswDriver | TillFile) -> None:
    """Close what the cut left open, the sentinel of a till too. `last` is as the cut left it."""
    disk.last = disk.frozen()
    disk.fails = lambda _number, _what: None
    opened.close()


def powered_till(disk: Disk, folder, synchronous: str = "FULL") -> TillFile:
    """The till's own file on that disk, opened as the product opens it."""
    driver = ApswDriver(disk)
    try:
        _pragmas(driver, synchronous)
        migrate(driver, folder / "till.db")
    except BaseException:
        let_go(disk, driver)
        raise
    return TillFile(driver, Sentinel(folder / "till.sentinel"), chain_hash)

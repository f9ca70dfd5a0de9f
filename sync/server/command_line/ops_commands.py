"""Commands of whoever keeps the server running. Never data of the shop, never a table's name.

doctor [--deep] [--repair]        backup DIR          restore DIR --data NEW
safe-heads                        mark-safe FILE      new-epoch
bundle OUT.zip                    openapi
"""

import asyncio
from argparse import ArgumentParser, Namespace
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

import msgspec
from sqlalchemy import Connection

from sync.server.command_line import bundle
from sync.server.engine import epoch_file, keys, state_digest
from sync.server.engine.refusal import refuse
from sync.server.server import Server, open_server
from sync.server.surface import openapi
from sync.server.watch import backup, doctor, repair

Said = tuple[Sequence[str], bool]
LOG_FILE = "server.jsonl"


def add_to(command: Callable[[str, str], ArgumentParser]) -> None:
    """The options of each."""
    look = command("doctor", "check the books; names every row that is wrong")
    look.add_argument("--deep", action="store_true", help="hash every event anew, too")
    look.add_argument("--repair", action="store_true", help="mend what can be derived, only")
    look.add_argument("--digest", action="store_true", help="one number for all that is known")
    copy = command("backup", "a folder with database, keys and epoch, while it runs (SQLite)")
    copy.add_argument("folder", type=Path)
    copy.add_argument("--without-keys", action="store_true", help="keep server.keys elsewhere")
    back = command("restore", "a backup into an empty --data folder; begins a new epoch")
    back.add_argument("folder", type=Path)
    command("safe-heads", "what is there now, as JSON: before a backup by PostgreSQL's tools")
    safe = command("mark-safe", "after it: tills may forget what safe-heads had told")
    safe.add_argument("file", type=Path)
    command("new-epoch", "after a restore by other tools: tills send again what was lost")
    pack = command("bundle", "a zip for support, without personal data")
    pack.add_argument("file", type=Path)
    command("openapi", "the HTTP surface as a document")


async def examine(server: Server, options: Namespace) -> Said:
    """The doctor's sentences; not good when there is one."""
    mended = await server.database.write(repair.feed_digests) if options.repair else []
    master = server.services.keys.profiles
    faults = await server.database.read(
        lambda c: list(doctor.examine(c, deep=options.deep, master=master))
    )
    said = [*mended, *(faults or ["the books are right"])]
    if options.digest:
        said += await server.database.read(_digest)
    return said, not faults


def _digest(connection: Connection) -> list[str]:
    """The same on every engine that has lived the same history."""
    tables = [
        f"{name} {rows} {one}" for name, rows, one in state_digest.of_tables(connection) if rows
    ]
    return [*tables, f"state {state_digest.of_state(connection)}"]


async def back_up(server: Server, options: Namespace) -> Said:
    """Copy, verify, mark safe; says what is in it and who may read it."""
    if options.data is None or options.database:
        return ["PostgreSQL has its own tools: see safe-heads, mark-safe and operations.md"], False
    made_at = server.services.server_time()
    keys_too = not options.without_keys
    made = await asyncio.to_thread(
        backup.make, options.data, options.folder, made_at, keys=keys_too
    )
    moved = await server.database.write(lambda c: backup.mark_safe(c, made.heads))
    return [
        f"{options.folder}: {len(made.heads)} terminals, {', '.join(sorted(made.files))}",
        f"what it holds is safe: {moved} terminals will hear it",
        "it holds the keys: keep it like the server itself"
        if keys_too
        else "it holds no keys: a restore wants server.keys in its place first",
    ], True


async def restore(options: Namespace) -> Said:
    """Files, then a new epoch, before anybody can be served."""
    if options.data is None or options.database:
        raise refuse(422, "no_folder", "restore writes into an empty --data folder")
    made = await asyncio.to_thread(backup.put_back, options.folder, options.data)
    server = await open_server(data=options.data)
    try:
        epoch = await _begin_epoch(server, options)
    finally:
        await server.close()
    events = sum(head for _, head in made.heads.values())
    return [
        f"restored as of {made.made_at}: {len(made.heads)} terminals, {events} events",
        f"epoch {epoch}: at its next contact each till fetches a new mirror, tells which points it"
        " still holds and sends again what came after the backup",
        "no new points are lent until every till was heard or its lease is over; sales go on",
    ], True


async def new_epoch(server: Server, options: Namespace) -> Said:
    """Prints it."""
    return [await _begin_epoch(server, options)], True


async def _begin_epoch(server: Server, options: Namespace) -> str:
    path = (options.data or server.folder) / epoch_file.EPOCH_FILE

    def begin(connection: Connection) -> str:
        epoch = keys.new_epoch(connection)
        # Before the commit: a crash between the two leaves two epochs, and another begins.
        if (marks := epoch_file.read(path)) is not None:
            epoch_file.write(path, epoch_file.Marks(epoch, marks.starts))
        return epoch

    return await server.database.write(begin)


async def safe_heads(server: Server, _options: Namespace) -> Said:
    """JSON: terminal -> [incarnation, head]."""
    found = await server.database.read(backup.heads)
    return [msgspec.json.encode(found).decode()], True


async def mark_safe(server: Server, options: Namespace) -> Said:
    """From a file that safe-heads wrote."""
    try:
        safe = msgspec.json.decode(options.file.read_bytes(), type=backup.Heads)
    except (OSError, msgspec.DecodeError) as error:
        raise refuse(422, "no_heads", f"{options.file.name}: {type(error).__name__}") from error
    moved = await server.database.write(lambda c: backup.mark_safe(c, safe))
    return [f"{moved} terminals will hear it"], True


async def pack(server: Server, options: Namespace) -> Said:
    """Write the zip; names what is in it."""
    log = server.folder / LOG_FILE
    names = await bundle.write(server, options.file, log)
    return [f"{options.file}: {', '.join(names)}"], True


async def document(_options: Namespace) -> Said:
    """The document without the last line feed: printing adds it."""
    return [openapi.text().rstrip("\n")], True


ON_SERVER: Mapping[str, Callable[[Server, Namespace], Awaitable[Said]]] = {
    "doctor": examine,
    "backup": back_up,
    "new-epoch": new_epoch,
    "safe-heads": safe_heads,
    "mark-safe": mark_safe,
    "bundle": pack,
}
ALONE = {"restore": restore, "openapi": document}

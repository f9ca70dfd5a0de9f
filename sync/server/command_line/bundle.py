"""What support needs to see of a server, in one zip. Never personal data, never a key.

Names, phones, cards, receipts, free words of conflicts and values of settings that could hold
anything stay at home; what is there is versions, counts, codes, ids and hashes. Every text goes
through the scrubber of the logs on its way out.
"""

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from pos_app.gear.logs import last_lines
from pos_app.gear.packing import as_json, as_lines, pack, system
from sync.server.engine import migrations
from sync.server.engine.schema import conflict, metadata, setting, terminal
from sync.server.server import Server
from sync.server.surface.ops_http import measured
from sync.server.watch import doctor
from sync.wire.version import CURRENT, MIRROR_SCHEMA, SPOKEN

LOG_LINES = 2000
LIBRARIES = ("kopilka", "sqlalchemy", "asyncpg", "starlette", "uvicorn", "msgspec", "zstandard")
PLAIN_SETTINGS = ("allowances", "velocity", "taxes", "country", "region", "placement", "limits")
"""Settings whose values are numbers and codes."""


async def write(server: Server, target: Path, log: Path) -> list[str]:
    """The zip; names of its files."""
    read = server.database.read
    parts: dict[str, str] = {
        "about.json": as_json(about(server) | await read(schema_of)),
        "counts.json": as_json(await read(counts)),
        "terminals.json": as_json(await read(terminals)),
        "conflicts.json": as_json(await read(conflicts)),
        "settings.json": as_json(await read(settings)),
        "doctor.txt": as_lines(await read(lambda c: list(doctor.examine(c)))),
        "metrics.txt": (await measured(server)).decode(),
        "log.jsonl": as_lines(last_lines(log, LOG_LINES)),
    }
    return pack(target, parts)


def about(server: Server) -> dict[str, Any]:
    """Versions, and how much room is left."""
    return {
        **system(LIBRARIES),
        "sqlite": sqlite3.sqlite_version,
        "protocol": CURRENT,
        "spoken": list(SPOKEN),
        "mirror_schema": MIRROR_SCHEMA,
        "epoch": server.services.epoch,
        "server_time": server.services.server_time(),
        "free_bytes": shutil.disk_usage(server.folder).free,
    }


def schema_of(connection: Connection) -> dict[str, Any]:
    """Engine and migrations."""
    engine = ".".join(map(str, connection.dialect.server_version_info or ()))
    return {
        "engine": f"{connection.dialect.name} {engine}",
        "schema": migrations.revision_of(connection),
        "schema_of_program": migrations.latest(),
    }


def counts(connection: Connection) -> dict[str, int]:
    """Rows per table."""
    return {
        name: int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())
        for name, table in sorted(metadata.tables.items())
    }


def terminals(connection: Connection) -> list[dict[str, Any]]:
    """Where each chain stands; names stay at home."""
    shown = [c for c in terminal.c if c.name not in ("name", "public_key", "bucket", "machine")]
    rows = connection.execute(sa.select(*shown).order_by(terminal.c.store, terminal.c.number))
    return [dict(row._mapping) for row in rows]


def conflicts(connection: Connection) -> dict[str, int]:
    """Kind and state -> lines."""
    rows = connection.execute(
        sa.select(conflict.c.kind, conflict.c.state, sa.func.count()).group_by(
            conflict.c.kind, conflict.c.state
        )
    )
    return {f"{kind} {state}": int(count) for kind, state, count in rows}


def settings(connection: Connection) -> dict[str, Any]:
    """Values of plain settings; of the others only that they are there."""
    rows = connection.execute(sa.select(setting.c.store, setting.c.name, setting.c.value)).all()
    return {
        f"{row.store or 'chain'} {row.name}": (
            msgspec.json.decode(row.value) if row.name in PLAIN_SETTINGS else "set"
        )
        for row in rows
    }

"""`kopilka support-bundle OUT.zip --data DIR`: what support needs to see of a till.

Never personal data, never a key: names, phones, cards and receipts stay in the till. A till whose
database does not open is packed too, with the sentence that says why.
"""

import os
import shutil
from pathlib import Path
from typing import Any

from pos_app.gear.clock import SystemClock
from pos_app.gear.logs import last_lines
from pos_app.gear.packing import as_json, as_lines, pack, system
from pos_app.storage.errors import DatabaseFromTheFuture
from pos_app.storage.figures import chain_of, rows_per_table
from pos_app.wiring.courier import COURIER_LOG
from pos_app.wiring.memory import open_sound
from pos_app.workstation.ports import StorageBroken, StorageFull
from sync.wire.version import CURRENT, MIRROR_SCHEMA

LIBRARIES = ("kopilka", "sqlcipher3", "pyside6-essentials", "httpx", "msgspec", "zstandard")
LOG_LINES = 2000
PREFIX = "KOPILKA_"


def write_bundle(folder: Path, target: Path) -> list[str]:
    """The zip; names of its files."""
    return pack(
        target,
        {
            "about.json": as_json(_about(folder)),
            "till.json": as_json(_till(folder)),
            "files.json": as_json(_files(folder)),
            "log.jsonl": as_lines(last_lines(folder / COURIER_LOG, LOG_LINES)),
        },
    )


def _about(folder: Path) -> dict[str, Any]:
    """Versions, the clock, room on the disk, and which variables are set (never to what)."""
    return {
        **system(LIBRARIES),
        "protocol": CURRENT,
        "mirror_schema": MIRROR_SCHEMA,
        "clock": SystemClock().now_utc().isoformat(),
        "variables": sorted(name for name in os.environ if name.startswith(PREFIX)),
        "free_bytes": shutil.disk_usage(folder).free if folder.is_dir() else None,
    }


def _till(folder: Path) -> dict[str, Any]:
    """Counts and the chain of a database that opens; else the sentence that says why not."""
    if not (folder / "till.db").exists():
        return {"database": "there is none"}
    try:
        memory = open_sound(folder)
    except (StorageBroken, StorageFull, DatabaseFromTheFuture, OSError) as fault:
        return {"database": type(fault).__name__}
    try:
        identity = memory.outbox.identity()
        return {
            "database": "sound",
            "terminal": identity.terminal_id if identity else None,
            "store": identity.store_id if identity else None,
            "chain": chain_of(memory.file),
            "rows": rows_per_table(memory.file),
            "epoch": memory.outbox.epoch(),
            "mirror_generation": memory.outbox.mirror_generation(),
        }
    finally:
        memory.close()


def _files(folder: Path) -> dict[str, int]:
    """Sizes in bytes."""
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return {path.name: path.stat().st_size for path in found if path.is_file()}

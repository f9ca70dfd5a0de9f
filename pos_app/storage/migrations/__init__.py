"""Every step from one schema version to the next, in order. Never rewrites an event's bytes.

A released step is never edited: `tests/museum` keeps one file of every released version.
"""

from collections.abc import Callable
from pathlib import Path

from pos_app.storage.driver import Driver
from pos_app.storage.migrations import v0001, v0002, v0003
from pos_app.storage.places import APPLICATION_ID

STEPS: tuple[Callable[[Driver], None], ...] = (v0001.up, v0002.up, v0003.up)


def migrate(driver: Driver, path: Path) -> None:
    """Bring the file to the newest version; a file with content is copied beside itself first.

    Two processes may start together: the version is looked at again under the write lock.
    """
    version = _version(driver)
    if version >= len(STEPS):
        return
    if version:
        _back_up(driver, path, version)
    driver.execute("BEGIN IMMEDIATE")
    try:
        for number, step in enumerate(STEPS[_version(driver) :], start=_version(driver) + 1):
            step(driver)
            driver.execute(f"PRAGMA user_version={number}")
        driver.execute(f"PRAGMA application_id={APPLICATION_ID}")
        driver.execute("COMMIT")
    except BaseException:
        if driver.in_transaction:
            driver.execute("ROLLBACK")
        raise


def _version(driver: Driver) -> int:
    return int(driver.execute("PRAGMA user_version").fetchall()[0][0])


def _back_up(driver: Driver, path: Path, version: int) -> None:
    """`till.db.v1.bak`, with the same key; an older copy of that version stays as it is."""
    target = path.with_name(f"{path.name}.v{version}.bak")
    if not target.exists():
        part = target.with_name(target.name + ".part")
        part.unlink(missing_ok=True)
        driver.execute("VACUUM INTO ?", (str(part),))
        part.replace(target)

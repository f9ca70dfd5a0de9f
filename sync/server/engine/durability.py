"""May this PostgreSQL be trusted with an acknowledgement: asked at every start. Never changes it.

An acknowledged sale must outlive a power cut and, where there are standbys, the loss of the
primary. A setting that breaks this is refused unless it is allowed by its name
(`--allow fsync=off`, `--allow asynchronous=reports`, or KOPILKA_ALLOW with commas).
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

ALLOW_VARIABLE = "KOPILKA_ALLOW"
STANDBYS_VARIABLE = "KOPILKA_STANDBYS"
PARTITIONS_VARIABLE = "KOPILKA_PARTITIONS"
WAITS_FOR_STANDBY = ("on", "remote_write", "remote_apply")
ON_STANDBYS_DISK = ("on", "remote_apply")
SETTINGS = sa.text(
    "SELECT current_setting('synchronous_standby_names'), current_setting('synchronous_commit')"
)
WITHOUT = {
    "fsync": "a power cut can destroy the whole database",
    "full_page_writes": "a power cut can leave half-written pages",
    "synchronous_commit": "a power cut loses sales that tills were told are safe",
}


class NotDurable(Exception):
    """This database would lose what was acknowledged."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the owner wants of PostgreSQL.

    `allowed`: names of faults to live with. `standbys`: how many he expects, attached at this
    moment or not. `partitions`: into how many the tables by bucket are cut when they are made.
    """

    allowed: frozenset[str] = frozenset()
    standbys: int = 0
    partitions: int = 1


def terms_here(allowed: Iterable[str] = (), standbys: int = 0, partitions: int = 0) -> Terms:
    """What the command line says, else this machine's environment."""
    named = os.environ.get(ALLOW_VARIABLE, "").split(",")
    return Terms(
        frozenset(filter(None, (*allowed, *named))),
        standbys or int(os.environ.get(STANDBYS_VARIABLE, "0")),
        partitions or int(os.environ.get(PARTITIONS_VARIABLE, "1")),
    )


def check(connection: Connection, terms: Terms) -> None:
    """Raises NotDurable with a sentence for each setting that would lose sales; SQLite is ours."""
    if connection.dialect.name != "postgresql":
        return
    if connection.execute(sa.text("SELECT pg_is_in_recovery()")).scalar():
        raise NotDurable("this PostgreSQL is a standby: promote it, or give the primary's address")
    faults = [
        f"{sentence} (allow it by name: --allow {name})"
        for name, sentence in (*_settings(connection), *_standbys(connection, terms.standbys))
        if name not in terms.allowed
    ]
    if faults:
        raise NotDurable("; ".join(faults))


def told_safe(connection: Connection, head: int, marked: int) -> int:
    """Up to which of a till's events it may hear that a copy has them: `marked` by a backup; all
    that is committed where a commit waits for a standby's disk. Never more than `head`."""
    if connection.dialect.name != "postgresql":
        return min(marked, head)
    names, commit = connection.execute(SETTINGS).one()
    return head if names and commit in ON_STANDBYS_DISK else min(marked, head)


def _show(connection: Connection, name: str) -> str:
    return str(connection.execute(sa.text(f"SHOW {name}")).scalar())


def _settings(connection: Connection) -> Iterator[tuple[str, str]]:
    for name, harm in WITHOUT.items():
        if _show(connection, name) == "off":
            yield f"{name}=off", f"PostgreSQL runs with {name}=off: {harm}"


def _standbys(connection: Connection, expected: int) -> Iterator[tuple[str, str]]:
    """Standbys whose promotion would lose acknowledged sales."""
    attached = connection.execute(
        sa.text(
            "SELECT application_name, sync_state FROM pg_stat_replication "
            "WHERE application_name <> 'pg_basebackup' ORDER BY application_name"
        )
    ).all()
    names = _show(connection, "synchronous_standby_names")
    if expected and not names:
        yield (
            "asynchronous=expected",
            f"{expected} standbys are expected, but synchronous_standby_names is empty: "
            "a promotion loses what the primary alone had",
        )
    for name, state in attached:
        if state == "async":
            yield (
                f"asynchronous={name}",
                f"the standby {name} is asynchronous (not among synchronous_standby_names "
                f"'{names}'): its promotion loses acknowledged sales",
            )
    commit = _show(connection, "synchronous_commit")
    if (names or expected) and commit not in (*WAITS_FOR_STANDBY, "off"):
        yield (
            f"synchronous_commit={commit}",
            f"synchronous_commit={commit} does not wait for the standbys: "
            "a promotion loses acknowledged sales",
        )

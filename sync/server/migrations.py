"""Brings a database to this program's schema, step by step. Never touches one from the future."""

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy import Connection

from sync.server.schema import (
    SALE_MEMBER,
    gift_card_entry,
    metadata,
    offer_use,
    referral,
    schema_version,
    shown,
)


class DatabaseFromTheFuture(Exception):
    """A newer program wrote it; this one would damage it."""


def _first(connection: Connection) -> None:
    metadata.create_all(connection)


def _referrals(connection: Connection) -> None:
    """What referrers are owed."""
    referral.create(connection, checkfirst=True)


def _offer_uses(connection: Connection) -> None:
    """What is spent of the budgets of offers."""
    offer_use.create(connection, checkfirst=True)


def _gift_cards(connection: Connection) -> None:
    """Entries of gift cards; a database made today has the table already."""
    gift_card_entry.create(connection, checkfirst=True)


def _shown(connection: Connection) -> None:
    """Coupons and codes of cards, as receipts named them."""
    shown.create(connection, checkfirst=True)


def _sale_member(connection: Connection) -> None:
    """The receipts of a member around a time."""
    SALE_MEMBER.create(connection, checkfirst=True)


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (
    _first,
    _referrals,
    _offer_uses,
    _gift_cards,
    _shown,
    _sale_member,
)
LATEST = len(MIGRATIONS)


def version_of(connection: Connection) -> int:
    """0 for an empty database."""
    if not sa.inspect(connection).has_table("schema_version"):
        return 0
    newest = connection.execute(sa.select(sa.func.max(schema_version.c.version))).scalar()
    return int(newest or 0)


def migrate(connection: Connection, now_us: int) -> int:
    """Apply what is missing; the version before. Raises DatabaseFromTheFuture."""
    if connection.dialect.name == "postgresql":
        # Two processes that start together must not both create tables.
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(7226401)"))
    before = version_of(connection)
    if before > LATEST:
        raise DatabaseFromTheFuture(
            f"the database has schema {before}, this program knows {LATEST}: update the server"
        )
    for number in range(before, LATEST):
        MIGRATIONS[number](connection)
        connection.execute(sa.insert(schema_version).values(version=number + 1, at=now_us))
    return before

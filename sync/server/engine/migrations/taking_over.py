"""Databases of before Alembic: a hand-made table counted their steps. Never runs on any other."""

import sqlalchemy as sa
from sqlalchemy import Connection

HAND_MADE = 6
"""The last step of the hand-made list."""
TAKEN_OVER = 7
"""What programs of that time read, and refuse as a database from the future."""
FIRST = "0001"

counted = sa.table("schema_version", sa.column("version"), sa.column("at"))
LATER_STEPS = {
    2: """CREATE TABLE IF NOT EXISTS referral (bucket SMALLINT NOT NULL, event TEXT NOT NULL,
        activity TEXT DEFAULT '' NOT NULL, referrer TEXT DEFAULT '' NOT NULL,
        sale TEXT DEFAULT '' NOT NULL, state TEXT DEFAULT 'due' NOT NULL,
        PRIMARY KEY (bucket, event));
        CREATE INDEX IF NOT EXISTS referral_state ON referral (state)""",
    3: """CREATE TABLE IF NOT EXISTS offer_use (bucket SMALLINT NOT NULL, terminal TEXT NOT NULL,
        offer TEXT NOT NULL, uses BIGINT DEFAULT 0 NOT NULL,
        PRIMARY KEY (bucket, terminal, offer))""",
    4: """CREATE TABLE IF NOT EXISTS gift_card_entry (bucket SMALLINT NOT NULL, id TEXT NOT NULL,
        card TEXT DEFAULT '' NOT NULL, amount BIGINT DEFAULT 0 NOT NULL,
        business_on TEXT DEFAULT '' NOT NULL, entry TEXT DEFAULT '' NOT NULL,
        PRIMARY KEY (bucket, id));
        CREATE INDEX IF NOT EXISTS gift_card_entry_card ON gift_card_entry (bucket, card)""",
    5: """CREATE TABLE IF NOT EXISTS shown (bucket SMALLINT NOT NULL, key TEXT NOT NULL,
        receipt TEXT NOT NULL, deed TEXT DEFAULT '' NOT NULL,
        PRIMARY KEY (bucket, key, receipt))""",
    6: "CREATE INDEX IF NOT EXISTS sale_member ON sale (bucket, member, at)",
}


def step_of(connection: Connection) -> int:
    """The newest hand-made step; 0 without such a table."""
    if not sa.inspect(connection).has_table("schema_version"):
        return 0
    newest = connection.execute(sa.select(sa.func.max(counted.c.version))).scalar()
    return int(newest or 0)


def is_hand_made(connection: Connection) -> bool:
    """Whether the steps up to now were counted by hand."""
    return 0 < step_of(connection) <= HAND_MADE and not _stamped(connection)


def beyond_hand_made(connection: Connection) -> bool:
    """Whether steps were counted that no program of ours made."""
    return step_of(connection) > (TAKEN_OVER if _stamped(connection) else HAND_MADE)


def _stamped(connection: Connection) -> bool:
    return sa.inspect(connection).has_table("alembic_version")


def take_over(connection: Connection) -> None:
    """Do the steps that are missing, then say `FIRST`: what follows is Alembic's."""
    whole_number = "BIGINT" if connection.dialect.name == "postgresql" else "INTEGER"
    for number in range(step_of(connection) + 1, HAND_MADE + 1):
        for statement in LATER_STEPS[number].split(";"):
            connection.execute(sa.text(statement.replace("BIGINT", whole_number)))
    connection.execute(sa.insert(counted).values(version=TAKEN_OVER, at=0))
    connection.execute(
        sa.text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    )
    stamp = sa.text("INSERT INTO alembic_version VALUES (:revision)")
    connection.execute(stamp, {"revision": FIRST})

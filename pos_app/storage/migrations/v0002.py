"""Schema version 2: moves of allowances between the tills of a store. Never edited once released.

The text is what SQLAlchemy Core made of `schema.py` on the day of the release.
"""

from pos_app.storage.driver import Driver

DDL: tuple[str, ...] = (
    """
    CREATE TABLE move (
        transfer_id TEXT NOT NULL,
        side TEXT NOT NULL,
        member_id TEXT NOT NULL,
        peer TEXT NOT NULL,
        points INTEGER NOT NULL,
        incarnation INTEGER NOT NULL,
        at_us INTEGER NOT NULL,
        proofs BLOB NOT NULL,
        PRIMARY KEY (transfer_id),
        CHECK (side IN ('asked', 'given', 'taken'))
    )
     WITHOUT ROWID
    """,
    """
    CREATE INDEX move_side ON move (side)
    """,
)


def up(driver: Driver) -> None:
    """Create the table."""
    for statement in DDL:
        driver.execute(statement)

"""Schema version 3: fiscal documents and what became of them. Never edited once released.

The text is what SQLAlchemy Core made of `schema.py` on the day of the release.
"""

from pos_app.storage.driver import Driver

DDL: tuple[str, ...] = (
    """
    CREATE TABLE fiscal (
        "key" TEXT NOT NULL,
        n INTEGER NOT NULL,
        transaction_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        state TEXT NOT NULL,
        at_us INTEGER NOT NULL,
        body BLOB NOT NULL,
        result BLOB NOT NULL,
        PRIMARY KEY ("key"),
        CHECK (state IN ('queued', 'sent', 'unknown', 'done', 'not_done', 'issued'))
    )
     WITHOUT ROWID
    """,
    """
    CREATE INDEX fiscal_transaction ON fiscal (transaction_id)
    """,
    """
    CREATE INDEX fiscal_state ON fiscal (state)
    """,
)


def up(driver: Driver) -> None:
    """Create the table."""
    for statement in DDL:
        driver.execute(statement)

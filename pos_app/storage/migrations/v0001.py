"""Schema version 1: the first tables. Never edited once released.

The text is what SQLAlchemy Core made of `schema.py` on the day of the release.
"""

from pos_app.storage.driver import Driver

DDL: tuple[str, ...] = (
    """
    CREATE TABLE allowance (
        grant_id TEXT NOT NULL,
        member_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        asked INTEGER DEFAULT 0 NOT NULL,
        granted INTEGER NOT NULL,
        spent INTEGER DEFAULT 0 NOT NULL,
        returned INTEGER DEFAULT 0 NOT NULL,
        lease_until_us INTEGER,
        posted_seq INTEGER DEFAULT 0 NOT NULL,
        incarnation INTEGER NOT NULL,
        PRIMARY KEY (grant_id),
        CHECK (spent >= 0 AND returned >= 0 AND spent + returned <= granted)
    )
     WITHOUT ROWID
    """,
    """
    CREATE INDEX allowance_member ON allowance (member_id)
    """,
    """
    CREATE TABLE chain (
        one INTEGER NOT NULL CHECK (one = 1),
        incarnation INTEGER NOT NULL,
        head INTEGER NOT NULL,
        head_hash BLOB NOT NULL,
        acked INTEGER NOT NULL,
        safe_head INTEGER NOT NULL,
        pruned INTEGER NOT NULL,
        pruned_hash BLOB NOT NULL,
        receipts INTEGER NOT NULL,
        last_document INTEGER NOT NULL,
        generation INTEGER NOT NULL,
        frozen INTEGER NOT NULL,
        session BLOB,
        PRIMARY KEY (one)
    )
    """,
    """
    CREATE TABLE document_key (
        "key" TEXT NOT NULL,
        place INTEGER NOT NULL,
        PRIMARY KEY ("key")
    )
     WITHOUT ROWID
    """,
    """
    CREATE TABLE event (
        place INTEGER NOT NULL,
        incarnation INTEGER GENERATED ALWAYS AS (place >> 40) VIRTUAL,
        seq INTEGER GENERATED ALWAYS AS (place & 1099511627775) VIRTUAL,
        id TEXT NOT NULL,
        kind TEXT NOT NULL,
        v INTEGER NOT NULL,
        body BLOB NOT NULL,
        hash BLOB NOT NULL,
        at_us INTEGER NOT NULL,
        PRIMARY KEY (place),
        UNIQUE (id)
    )
    """,
    """
    CREATE TABLE local_member (
        member_id TEXT NOT NULL,
        place INTEGER NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (member_id)
    )
     WITHOUT ROWID
    """,
    """
    CREATE TABLE local_member_key (
        kind TEXT NOT NULL,
        "key" TEXT NOT NULL,
        member_id TEXT NOT NULL,
        PRIMARY KEY (kind, "key")
    )
     WITHOUT ROWID
    """,
    """
    CREATE TABLE member_event (
        member_id TEXT NOT NULL,
        place INTEGER NOT NULL,
        business_on TEXT NOT NULL,
        net_minor INTEGER NOT NULL,
        points INTEGER NOT NULL,
        PRIMARY KEY (member_id, place)
    )
     WITHOUT ROWID
    """,
    """
    CREATE TABLE meta (
        k TEXT NOT NULL,
        v BLOB NOT NULL,
        PRIMARY KEY (k)
    )
     WITHOUT ROWID
    """,
    """
    CREATE TABLE print_job (
        job_id TEXT NOT NULL,
        n INTEGER NOT NULL,
        transaction_id TEXT NOT NULL,
        body BLOB NOT NULL,
        state TEXT NOT NULL,
        PRIMARY KEY (job_id)
    )
     WITHOUT ROWID
    """,
    """
    CREATE TABLE return_of (
        original_id TEXT NOT NULL,
        place INTEGER NOT NULL,
        PRIMARY KEY (original_id, place)
    )
     WITHOUT ROWID
    """,
    """
    CREATE TABLE suspended (
        n INTEGER NOT NULL,
        transaction_id TEXT NOT NULL,
        label TEXT NOT NULL,
        at_us INTEGER NOT NULL,
        operator_id TEXT NOT NULL,
        lines INTEGER NOT NULL,
        total_minor INTEGER NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (n),
        UNIQUE (transaction_id)
    )
    """,
    """
    CREATE TABLE tendering (
        transaction_id TEXT NOT NULL,
        at_us INTEGER NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (transaction_id)
    )
     WITHOUT ROWID
    """,
    "INSERT INTO chain VALUES (1, 1, 0, zeroblob(32), 0, 0, 0, zeroblob(32), 0, 0, 0, 0, NULL)",
)


def up(driver: Driver) -> None:
    """An empty file becomes version 1."""
    for statement in DDL:
        driver.execute(statement)

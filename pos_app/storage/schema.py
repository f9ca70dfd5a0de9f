"""The tables of `till.db` as SQLAlchemy Core knows them. Never a query, never a migration.

The event row is the outbox: what is unsent is what lies above `chain.acked`; its `place` is of
`places`. Never imported by a process of a till: see `core`.
Instants are Unix microseconds (`*_us`), days are ISO text, documents are JSON bytes.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

from pos_app.storage.places import SEQ_BITS, SEQ_MASK

TILL = MetaData()

event = Table(
    "event",
    TILL,
    Column("place", Integer, primary_key=True),
    Column("incarnation", Integer, Computed(f"place >> {SEQ_BITS}", persisted=False)),
    Column("seq", Integer, Computed(f"place & {SEQ_MASK}", persisted=False)),
    Column("id", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("v", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("at_us", Integer, nullable=False),
)

# Everything that every sale changes is one row, so one page: the session's running state too.
chain = Table(
    "chain",
    TILL,
    Column("one", Integer, CheckConstraint("one = 1"), primary_key=True),
    Column("incarnation", Integer, nullable=False),
    Column("head", Integer, nullable=False),
    Column("head_hash", LargeBinary, nullable=False),
    Column("acked", Integer, nullable=False),
    Column("safe_head", Integer, nullable=False),
    Column("pruned", Integer, nullable=False),
    Column("pruned_hash", LargeBinary, nullable=False),
    Column("receipts", Integer, nullable=False),
    Column("last_document", Integer, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("frozen", Integer, nullable=False),
    Column("session", LargeBinary),
)

meta = Table(
    "meta",
    TILL,
    Column("k", Text, primary_key=True),
    Column("v", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# Two rows a document, by transaction id and by receipt number: each table or index that a sale
# touches is a page to encrypt and to sync.
document_key = Table(
    "document_key",
    TILL,
    Column("key", Text, primary_key=True),
    Column("place", Integer, nullable=False),
    sqlite_with_rowid=False,
)

return_of = Table(
    "return_of",
    TILL,
    Column("original_id", Text, primary_key=True),
    Column("place", Integer, primary_key=True),
    sqlite_with_rowid=False,
)

member_event = Table(
    "member_event",
    TILL,
    Column("member_id", Text, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("business_on", Text, nullable=False),
    Column("net_minor", Integer, nullable=False),
    Column("points", Integer, nullable=False),
    sqlite_with_rowid=False,
)

allowance = Table(
    "allowance",
    TILL,
    Column("grant_id", Text, primary_key=True),
    Column("member_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("asked", Integer, nullable=False, server_default=text("0")),
    Column("granted", Integer, nullable=False),
    Column("spent", Integer, nullable=False, server_default=text("0")),
    Column("returned", Integer, nullable=False, server_default=text("0")),
    Column("lease_until_us", Integer),
    Column("posted_seq", Integer, nullable=False, server_default=text("0")),
    Column("incarnation", Integer, nullable=False),
    CheckConstraint("spent >= 0 AND returned >= 0 AND spent + returned <= granted"),
    sqlite_with_rowid=False,
)
Index("allowance_member", allowance.c.member_id)

# What was asked of another till of the store, given to one, taken from one. `peer`: its terminal;
# `proofs`: the signed events by which the points came, JSON; `incarnation`: the asker's.
move = Table(
    "move",
    TILL,
    Column("transfer_id", Text, primary_key=True),
    Column("side", Text, nullable=False),
    Column("member_id", Text, nullable=False),
    Column("peer", Text, nullable=False),
    Column("points", Integer, nullable=False),
    Column("incarnation", Integer, nullable=False),
    Column("at_us", Integer, nullable=False),
    Column("proofs", LargeBinary, nullable=False),
    CheckConstraint("side IN ('asked', 'given', 'taken')"),
    sqlite_with_rowid=False,
)
Index("move_side", move.c.side)

suspended = Table(
    "suspended",
    TILL,
    Column("n", Integer, primary_key=True),
    Column("transaction_id", Text, nullable=False, unique=True),
    Column("label", Text, nullable=False),
    Column("at_us", Integer, nullable=False),
    Column("operator_id", Text, nullable=False),
    Column("lines", Integer, nullable=False),
    Column("total_minor", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# Only what is not printed: a printed job leaves.
print_job = Table(
    "print_job",
    TILL,
    Column("job_id", Text, primary_key=True),
    Column("n", Integer, nullable=False),
    Column("transaction_id", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    sqlite_with_rowid=False,
)

tendering = Table(
    "tendering",
    TILL,
    Column("transaction_id", Text, primary_key=True),
    Column("at_us", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# One row an attempt to have a fiscal document: its key is durable before it is sent.
fiscal = Table(
    "fiscal",
    TILL,
    Column("key", Text, primary_key=True),
    Column("n", Integer, nullable=False),
    Column("transaction_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("at_us", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("result", LargeBinary, nullable=False),
    CheckConstraint("state IN ('queued', 'sent', 'unknown', 'done', 'not_done', 'issued')"),
    sqlite_with_rowid=False,
)
Index("fiscal_transaction", fiscal.c.transaction_id)
Index("fiscal_state", fiscal.c.state)

local_member = Table(
    "local_member",
    TILL,
    Column("member_id", Text, primary_key=True),
    Column("place", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

local_member_key = Table(
    "local_member_key",
    TILL,
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("member_id", Text, nullable=False),
    sqlite_with_rowid=False,
)

"""What Core wrote of `core.till_file`. Written by `python -m tests.storage.sql_texts` alone."""

from pos_app.storage.driver import Statement

CHAIN = Statement(
    (
        "SELECT chain.incarnation, chain.head, chain.head_hash, chain.acked, "
        "chain.safe_head, chain.pruned, chain.pruned_hash, chain.receipts, "
        "chain.last_document, chain.generation, chain.frozen, chain.session \n"
        "FROM chain"
    ),
    (),
    {},
)
SAVE = Statement(
    (
        "UPDATE chain SET incarnation=?, head=?, head_hash=?, acked=?, safe_head=?, "
        "pruned=?, pruned_hash=?, receipts=?, last_document=?, generation=?, frozen=?, "
        "session=?"
    ),
    (
        "incarnation",
        "head",
        "head_hash",
        "acked",
        "safe_head",
        "pruned",
        "pruned_hash",
        "receipts",
        "last_document",
        "generation",
        "frozen",
        "session",
    ),
    {},
)
META = Statement(("SELECT meta.v \nFROM meta \nWHERE meta.k = ?"), ("k",), {})
SET_META = Statement(
    ("INSERT INTO meta (k, v) VALUES (?, ?) ON CONFLICT  DO UPDATE SET v = excluded.v"),
    ("k", "v"),
    {},
)
AFTER = Statement(
    (
        "SELECT event.place, event.id, event.kind, event.body \n"
        "FROM event \n"
        "WHERE event.place > ? ORDER BY event.place"
    ),
    ("after",),
    {},
)
MOVES: tuple[Statement, ...] = (
    Statement(
        ("UPDATE event SET place=(event.place + ?) WHERE event.place > ?"),
        ("distance", "after"),
        {},
    ),
    Statement(
        ("UPDATE document_key SET place=(document_key.place + ?) WHERE document_key.place > ?"),
        ("distance", "after"),
        {},
    ),
    Statement(
        ("UPDATE return_of SET place=(return_of.place + ?) WHERE return_of.place > ?"),
        ("distance", "after"),
        {},
    ),
    Statement(
        ("UPDATE member_event SET place=(member_event.place + ?) WHERE member_event.place > ?"),
        ("distance", "after"),
        {},
    ),
    Statement(
        ("UPDATE local_member SET place=(local_member.place + ?) WHERE local_member.place > ?"),
        ("distance", "after"),
        {},
    ),
)
SET_HASH = Statement(("UPDATE event SET hash=? WHERE event.place = ?"), ("new_hash", "at"), {})

"""What Core wrote of `core.outbox`. Written by `python -m tests.storage.sql_texts` alone."""

from pos_app.storage.driver import Statement

BATCH = Statement(
    (
        "SELECT event.place, event.id, event.kind, event.v, event.body, event.hash \n"
        "FROM event \n"
        "WHERE event.place > ? ORDER BY event.place\n"
        " LIMIT ? OFFSET ?"
    ),
    ("after", "max_events", "param_1"),
    {"param_1": 0},
)
HASH = Statement(("SELECT event.hash \nFROM event \nWHERE event.place = ?"), ("at",), {})
KEEP_FROM = Statement(
    ("SELECT min(event.place) AS min_1 \nFROM event \nWHERE event.place > ? AND event.at_us >= ?"),
    ("after", "horizon"),
    {},
)
PRUNE: tuple[Statement, ...] = (
    Statement(
        (
            'DELETE FROM meta WHERE meta.k IN (SELECT ? || document_key."key" AS anon_1 \n'
            "FROM document_key \n"
            "WHERE document_key.place > ? AND document_key.place <= ?)"
        ),
        ("param_1", "above", "up_to"),
        {"param_1": "told."},
    ),
    Statement(
        ("DELETE FROM member_event WHERE member_event.place > ? AND member_event.place <= ?"),
        ("above", "up_to"),
        {},
    ),
    Statement(
        ("DELETE FROM local_member WHERE local_member.place > ? AND local_member.place <= ?"),
        ("above", "up_to"),
        {},
    ),
    Statement(
        ("DELETE FROM document_key WHERE document_key.place > ? AND document_key.place <= ?"),
        ("above", "up_to"),
        {},
    ),
    Statement(
        ("DELETE FROM return_of WHERE return_of.place > ? AND return_of.place <= ?"),
        ("above", "up_to"),
        {},
    ),
    Statement(
        ("DELETE FROM event WHERE event.place > ? AND event.place <= ?"), ("above", "up_to"), {}
    ),
)
ORPHAN_KEYS = Statement(
    (
        "DELETE FROM local_member_key WHERE (local_member_key.member_id NOT IN (SELECT "
        "local_member.member_id \n"
        "FROM local_member))"
    ),
    (),
    {},
)
FORGET_MEMBER = Statement(
    ("DELETE FROM local_member WHERE local_member.member_id = ?"), ("member",), {}
)
OLD_PLACES = Statement(
    (
        "SELECT event.place \n"
        "FROM event \n"
        "WHERE event.place <= ? AND event.at_us < ?\n"
        " LIMIT ? OFFSET ?"
    ),
    ("below", "horizon", "count", "param_1"),
    {"param_1": 0},
)
HELD = Statement(
    (
        "SELECT allowance.grant_id, allowance.member_id, allowance.granted, "
        "allowance.kind, allowance.lease_until_us, allowance.incarnation \n"
        "FROM allowance \n"
        "WHERE allowance.grant_id > ? AND allowance.granted > ? ORDER BY "
        "allowance.grant_id\n"
        " LIMIT ? OFFSET ?"
    ),
    ("after", "granted_1", "count", "param_1"),
    {"granted_1": 0, "param_1": 0},
)
SET_META = Statement(
    ("INSERT INTO meta (k, v) VALUES (?, ?) ON CONFLICT  DO UPDATE SET v = excluded.v"),
    ("k", "v"),
    {},
)

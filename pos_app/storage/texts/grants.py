"""What Core wrote of `core.grants`. Written by `python -m tests.storage.sql_texts` alone."""

from pos_app.storage.driver import Statement

PLAN = Statement(
    (
        "INSERT INTO allowance (grant_id, member_id, kind, asked, granted, incarnation) "
        "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
    ),
    ("grant_id", "member_id", "kind", "asked", "granted", "incarnation"),
    {},
)
PLANNED = Statement(
    (
        "SELECT allowance.grant_id, allowance.member_id, allowance.kind, allowance.asked "
        "\n"
        "FROM allowance \n"
        "WHERE allowance.asked > ? AND allowance.incarnation = (SELECT chain.incarnation "
        "\n"
        "FROM chain) ORDER BY allowance.grant_id"
    ),
    ("asked_1",),
    {"asked_1": 0},
)
FORGET_PLAN = Statement(
    ("UPDATE allowance SET asked=? WHERE allowance.grant_id = ?"), ("asked", "key"), {"asked": 0}
)
APPLY = Statement(
    (
        "INSERT INTO allowance (grant_id, member_id, kind, granted, spent, returned, "
        "lease_until_us, posted_seq, incarnation) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON "
        "CONFLICT  DO UPDATE SET kind = excluded.kind, asked = ?, granted = "
        "max(excluded.granted, max(allowance.spent, excluded.spent) + "
        "max(allowance.returned, excluded.returned)), spent = max(allowance.spent, "
        "excluded.spent), returned = max(allowance.returned, excluded.returned), "
        "lease_until_us = excluded.lease_until_us, posted_seq = max(allowance.posted_seq, "
        "excluded.posted_seq)"
    ),
    (
        "grant_id",
        "member_id",
        "kind",
        "granted",
        "spent",
        "returned",
        "lease_until_us",
        "posted_seq",
        "incarnation",
        "param_1",
    ),
    {"param_1": 0},
)
STORE_GRANT = Statement(
    (
        "INSERT INTO allowance (grant_id, member_id, kind, granted, spent, returned, "
        "lease_until_us, posted_seq, incarnation) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON "
        "CONFLICT  DO UPDATE SET asked = ?, granted = CASE WHEN (allowance.granted = ?) "
        "THEN excluded.granted ELSE allowance.granted END, lease_until_us = CASE WHEN "
        "(allowance.granted = ?) THEN excluded.lease_until_us ELSE "
        "allowance.lease_until_us END"
    ),
    (
        "grant_id",
        "member_id",
        "kind",
        "granted",
        "spent",
        "returned",
        "lease_until_us",
        "posted_seq",
        "incarnation",
        "param_1",
        "granted_1",
        "granted_2",
    ),
    {"param_1": 0, "granted_1": 0, "granted_2": 0},
)
SHRINK = Statement(
    (
        "UPDATE allowance SET asked=?, granted=(allowance.spent + allowance.returned) "
        "WHERE allowance.grant_id = ?"
    ),
    ("asked", "key"),
    {"asked": 0},
)

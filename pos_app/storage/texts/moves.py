"""What Core wrote of `core.moves`. Written by `python -m tests.storage.sql_texts` alone."""

from pos_app.storage.driver import Statement

PUT = Statement(
    (
        "INSERT INTO move (transfer_id, side, member_id, peer, points, incarnation, "
        "at_us, proofs) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT  DO UPDATE SET side = "
        "excluded.side, points = excluded.points, at_us = excluded.at_us, proofs = "
        "excluded.proofs"
    ),
    ("transfer_id", "side", "member_id", "peer", "points", "incarnation", "at_us", "proofs"),
    {},
)
ONE = Statement(
    ("SELECT move.side, move.proofs \nFROM move \nWHERE move.transfer_id = ?"), ("key",), {}
)
PLANNED = Statement(
    (
        "SELECT move.transfer_id, move.member_id, move.points, move.peer, "
        "move.incarnation \n"
        "FROM move \n"
        "WHERE move.side = ? ORDER BY move.transfer_id"
    ),
    ("side_1",),
    {"side_1": "asked"},
)
FORGET = Statement(
    ("DELETE FROM move WHERE move.transfer_id = ? AND move.side = ?"),
    ("key", "side_1"),
    {"side_1": "asked"},
)
OLD = Statement(
    ("DELETE FROM move WHERE move.side != ? AND move.at_us < ?"),
    ("side_1", "horizon"),
    {"side_1": "asked"},
)
IDLE = Statement(
    (
        "SELECT allowance.grant_id, allowance.member_id, (allowance.granted - "
        "allowance.spent) - allowance.returned AS rest \n"
        "FROM allowance LEFT OUTER JOIN move ON move.transfer_id = allowance.grant_id \n"
        "WHERE allowance.kind = ? AND allowance.incarnation = ? AND (allowance.granted - "
        "allowance.spent) - allowance.returned > ? AND (move.at_us IS NULL OR move.at_us "
        "< ?) ORDER BY allowance.member_id, allowance.grant_id"
    ),
    ("kind_1", "incarnation_now", "param_1", "horizon"),
    {"kind_1": "moved", "param_1": 0},
)
KNOWN = Statement(
    (
        "SELECT allowance.granted \n"
        "FROM allowance \n"
        "WHERE allowance.grant_id = ? AND allowance.granted > ?"
    ),
    ("key", "granted_1"),
    {"granted_1": 0},
)
GIVE_AWAY = Statement(
    (
        "UPDATE allowance SET returned=(allowance.returned + ?) WHERE allowance.grant_id "
        "= ? AND allowance.incarnation = ? AND (allowance.granted - allowance.spent) - "
        "allowance.returned >= ?"
    ),
    ("points", "grant", "incarnation_now", "points"),
    {},
)

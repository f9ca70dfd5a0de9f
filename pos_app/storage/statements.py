"""What Core wrote of `core.statements`. Written by `python -m tests.storage.sql_texts` alone."""

from pos_app.storage.driver import Statement

ADD_EVENT = Statement(
    ("INSERT INTO event (place, id, kind, v, body, hash, at_us) VALUES (?, ?, ?, ?, ?, ?, ?)"),
    ("place", "id", "kind", "v", "body", "hash", "at_us"),
    {},
)
ADD_DOCUMENT_KEY = Statement(
    ('INSERT INTO document_key ("key", place) VALUES (?, ?)'), ("key", "place"), {}
)
ADD_RETURN = Statement(
    ("INSERT INTO return_of (original_id, place) VALUES (?, ?)"), ("original_id", "place"), {}
)
ADD_MEMBER_EVENT = Statement(
    (
        "INSERT INTO member_event (member_id, place, business_on, net_minor, points) "
        "VALUES (?, ?, ?, ?, ?)"
    ),
    ("member_id", "place", "business_on", "net_minor", "points"),
    {},
)
SPEND = Statement(
    (
        "UPDATE allowance SET spent=(allowance.spent + ?) WHERE allowance.grant_id = ? "
        "AND allowance.incarnation = ? AND (allowance.granted - allowance.spent) - "
        "allowance.returned >= ?"
    ),
    ("points", "grant", "incarnation_now", "points"),
    {},
)
GIVE_BACK = Statement(
    (
        "UPDATE allowance SET returned=(allowance.returned + ?) WHERE allowance.grant_id "
        "= ? AND allowance.incarnation = ? AND (allowance.granted - allowance.spent) - "
        "allowance.returned >= ?"
    ),
    ("points", "grant", "incarnation_now", "points"),
    {},
)
ALLOWANCES = Statement(
    (
        "SELECT allowance.grant_id, allowance.member_id, allowance.granted, "
        "allowance.spent, allowance.returned, allowance.kind, allowance.lease_until_us \n"
        "FROM allowance \n"
        "WHERE allowance.member_id = ? AND allowance.incarnation = ? AND "
        "allowance.granted > ? ORDER BY allowance.grant_id"
    ),
    ("member_id", "incarnation_now", "granted_1"),
    {"granted_1": 0},
)
IDENTIFIED = Statement(
    (
        "SELECT allowance.grant_id, allowance.member_id, allowance.granted, "
        "allowance.spent, allowance.returned, allowance.kind, allowance.lease_until_us \n"
        "FROM allowance \n"
        "WHERE (allowance.kind = ? OR allowance.kind = ? OR allowance.kind = ?) AND "
        "allowance.incarnation = ? AND allowance.granted > allowance.spent + "
        "allowance.returned ORDER BY allowance.grant_id"
    ),
    ("kind_1", "kind_2", "kind_3", "incarnation_now"),
    {"kind_1": "identified", "kind_2": "recalled", "kind_3": "own"},
)
ADD_OWN = Statement(
    (
        "INSERT INTO allowance (grant_id, member_id, kind, granted, incarnation) VALUES "
        "(?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
    ),
    ("grant_id", "member_id", "kind", "granted", "incarnation"),
    {},
)
ADD_SUSPENDED = Statement(
    (
        "INSERT INTO suspended (transaction_id, label, at_us, operator_id, lines, "
        "total_minor, body) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (transaction_id) DO "
        "UPDATE SET label = excluded.label, at_us = excluded.at_us, operator_id = "
        "excluded.operator_id, lines = excluded.lines, total_minor = "
        "excluded.total_minor, body = excluded.body"
    ),
    ("transaction_id", "label", "at_us", "operator_id", "lines", "total_minor", "body"),
    {},
)
KEEP_OPEN = Statement(
    (
        "INSERT INTO suspended (transaction_id, label, at_us, operator_id, lines, "
        "total_minor, body) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (transaction_id) DO "
        "UPDATE SET at_us = excluded.at_us, operator_id = excluded.operator_id, lines = "
        "excluded.lines, total_minor = excluded.total_minor, body = excluded.body"
    ),
    ("transaction_id", "label", "at_us", "operator_id", "lines", "total_minor", "body"),
    {},
)
IS_COMPLETE = Statement(
    ('SELECT document_key.place \nFROM document_key \nWHERE document_key."key" = ?'), ("key",), {}
)
DROP_SUSPENDED = Statement(
    ("DELETE FROM suspended WHERE suspended.transaction_id = ?"), ("key",), {}
)
SUSPENDED = Statement(
    (
        "SELECT suspended.transaction_id, suspended.label, suspended.at_us, "
        "suspended.operator_id, suspended.lines, suspended.total_minor, suspended.body \n"
        "FROM suspended \n"
        "WHERE suspended.transaction_id != ? ORDER BY suspended.n"
    ),
    ("but",),
    {},
)
ADD_JOB = Statement(
    ("INSERT INTO print_job (job_id, n, transaction_id, body, state) VALUES (?, ?, ?, ?, ?)"),
    ("job_id", "n", "transaction_id", "body", "state"),
    {},
)
JOBS = Statement(
    (
        "SELECT print_job.job_id, print_job.transaction_id, print_job.body, "
        "print_job.state \n"
        "FROM print_job ORDER BY print_job.n"
    ),
    (),
    {},
)
SET_JOB_STATE = Statement(
    ("UPDATE print_job SET state=? WHERE print_job.job_id = ?"), ("to", "key"), {}
)
REPLACE_JOB = Statement(
    ("UPDATE print_job SET job_id=?, body=?, state=? WHERE print_job.job_id = ?"),
    ("new_id", "new_body", "to", "key"),
    {},
)
DROP_JOB = Statement(("DELETE FROM print_job WHERE print_job.job_id = ?"), ("key",), {})
ADD_TENDERING = Statement(
    (
        "INSERT INTO tendering (transaction_id, at_us, body) VALUES (?, ?, ?) ON CONFLICT "
        " DO UPDATE SET at_us = excluded.at_us, body = excluded.body"
    ),
    ("transaction_id", "at_us", "body"),
    {},
)
DROP_TENDERING = Statement(
    ("DELETE FROM tendering WHERE tendering.transaction_id = ?"), ("key",), {}
)
TENDERINGS = Statement(
    (
        "SELECT tendering.transaction_id, tendering.at_us, tendering.body \n"
        "FROM tendering ORDER BY tendering.at_us, tendering.transaction_id"
    ),
    (),
    {},
)
SAVE_MEMBER = Statement(
    (
        "INSERT INTO local_member (member_id, place, body) VALUES (?, ?, ?) ON CONFLICT  "
        "DO UPDATE SET place = excluded.place, body = excluded.body"
    ),
    ("member_id", "place", "body"),
    {},
)
ADD_MEMBER_KEY = Statement(
    (
        'INSERT INTO local_member_key (kind, "key", member_id) VALUES (?, ?, ?) ON '
        "CONFLICT DO NOTHING"
    ),
    ("kind", "key", "member_id"),
    {},
)
MEMBER_BY_ID = Statement(
    ("SELECT local_member.body \nFROM local_member \nWHERE local_member.member_id = ?"),
    ("key",),
    {},
)
MEMBER_BY_KEY = Statement(
    (
        "SELECT local_member.body \n"
        "FROM local_member JOIN local_member_key ON local_member_key.member_id = "
        "local_member.member_id \n"
        'WHERE local_member_key.kind = ? AND local_member_key."key" = ?'
    ),
    ("kind", "key"),
    {},
)
META = Statement(("SELECT meta.v \nFROM meta \nWHERE meta.k = ?"), ("k",), {})
PUT_META = Statement(
    ("INSERT INTO meta (k, v) VALUES (?, ?) ON CONFLICT  DO UPDATE SET v = excluded.v"),
    ("k", "v"),
    {},
)
DOCUMENT = Statement(
    (
        "SELECT event.kind, event.v, event.body \n"
        "FROM event JOIN document_key ON document_key.place = event.place \n"
        'WHERE document_key."key" = ?'
    ),
    ("key",),
    {},
)
LAST_DOCUMENT = Statement(
    (
        "SELECT event.kind, event.v, event.body \n"
        "FROM event JOIN chain ON chain.last_document = event.place"
    ),
    (),
    {},
)
SOLD = Statement(
    (
        "SELECT event.kind, event.v, event.body \n"
        "FROM event \n"
        "WHERE event.kind = ? AND event.at_us BETWEEN ? AND ? ORDER BY event.place"
    ),
    ("kind_1", "since", "until"),
    {"kind_1": "transaction_completed"},
)
RETURNS = Statement(
    (
        "SELECT event.kind, event.v, event.body \n"
        "FROM event JOIN return_of ON return_of.place = event.place \n"
        "WHERE return_of.original_id = ? ORDER BY return_of.place"
    ),
    ("key",),
    {},
)
UNPOSTED = Statement(
    (
        "SELECT event.kind, event.v, event.body \n"
        "FROM chain JOIN member_event ON member_event.place > chain.incarnation * ? + "
        "CASE WHEN (? > chain.head) THEN ? ELSE ? END JOIN event ON event.place = "
        "member_event.place \n"
        "WHERE member_event.member_id = ? AND member_event.points != ? ORDER BY "
        "member_event.place"
    ),
    ("incarnation_1", "posted", "param_1", "posted", "member_id", "points_1"),
    {"incarnation_1": 1099511627776, "param_1": 0, "points_1": 0},
)
UNPOSTED_OF_MEMBER = Statement(
    (
        "SELECT event.kind, event.v, event.body \n"
        "FROM chain JOIN member_event ON member_event.place > chain.incarnation * ? + "
        "CASE WHEN (? > chain.head) THEN ? ELSE ? END JOIN event ON event.place = "
        "member_event.place \n"
        "WHERE member_event.member_id = ? ORDER BY member_event.place"
    ),
    ("incarnation_1", "posted", "param_1", "posted", "member_id"),
    {"incarnation_1": 1099511627776, "param_1": 0},
)
LATEST_OF_MEMBER = Statement(
    (
        "SELECT event.kind, event.v, event.body \n"
        "FROM event \n"
        "WHERE event.place IN (SELECT member_event.place \n"
        "FROM member_event \n"
        "WHERE member_event.member_id = ? ORDER BY member_event.place DESC\n"
        " LIMIT ? OFFSET ?) AND event.at_us >= ? ORDER BY event.place DESC"
    ),
    ("member_id", "param_1", "param_2", "since"),
    {"param_1": 64, "param_2": 0},
)
UNPOSTED_SPEND = Statement(
    (
        "SELECT member_event.business_on, member_event.net_minor \n"
        "FROM chain JOIN member_event ON member_event.place > chain.incarnation * ? + "
        "CASE WHEN (? > chain.head) THEN ? ELSE ? END \n"
        "WHERE member_event.member_id = ? AND member_event.net_minor != ? ORDER BY "
        "member_event.place"
    ),
    ("incarnation_1", "posted", "param_1", "posted", "member_id", "net_minor_1"),
    {"incarnation_1": 1099511627776, "param_1": 0, "net_minor_1": 0},
)

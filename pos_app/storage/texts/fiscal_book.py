"""What Core wrote of `core.fiscal_book`. Written by `python -m tests.storage.sql_texts` alone."""

from pos_app.storage.driver import Statement

PUT = Statement(
    (
        'INSERT INTO fiscal ("key", n, transaction_id, kind, state, at_us, body, result) '
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT  DO UPDATE SET state = "
        "excluded.state, body = excluded.body, result = excluded.result"
    ),
    ("key", "n", "transaction_id", "kind", "state", "at_us", "body", "result"),
    {},
)
NEXT = Statement(
    ("SELECT coalesce(max(fiscal.n), ?) + ? AS anon_1 \nFROM fiscal"),
    ("coalesce_1", "coalesce_2"),
    {"coalesce_1": 0, "coalesce_2": 1},
)
OF = Statement(
    (
        'SELECT fiscal."key", fiscal.transaction_id, fiscal.kind, fiscal.state, '
        "fiscal.at_us, fiscal.body, fiscal.result \n"
        "FROM fiscal \n"
        "WHERE fiscal.transaction_id = ? ORDER BY fiscal.n"
    ),
    ("key",),
    {},
)
OPEN = Statement(
    (
        'SELECT fiscal."key", fiscal.transaction_id, fiscal.kind, fiscal.state, '
        "fiscal.at_us, fiscal.body, fiscal.result \n"
        "FROM fiscal \n"
        "WHERE fiscal.state = ? OR fiscal.state = ? OR fiscal.state = ? ORDER BY fiscal.n"
    ),
    ("state_1", "state_2", "state_3"),
    {"state_1": "queued", "state_2": "sent", "state_3": "unknown"},
)

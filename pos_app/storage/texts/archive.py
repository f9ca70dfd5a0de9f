"""What Core wrote of `core.archive`. Written by `python -m tests.storage.sql_texts` alone."""

from pos_app.storage.driver import Statement

EVENTS = Statement(
    (
        "SELECT event.place, event.kind, event.v, event.body \n"
        "FROM event \n"
        "WHERE event.place > ? ORDER BY event.place\n"
        " LIMIT ? OFFSET ?"
    ),
    ("after", "param_1", "param_2"),
    {"param_1": 500, "param_2": 0},
)
META = Statement(("SELECT meta.v \nFROM meta \nWHERE meta.k = ?"), ("k",), {})

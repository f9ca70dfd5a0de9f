"""A Core statement as SQL text and the order of its parameters. Never executed here."""

from sqlalchemy import ClauseElement, Table, bindparam
from sqlalchemy.dialects.sqlite import Insert, insert
from sqlalchemy.dialects.sqlite.pysqlcipher import SQLiteDialect_pysqlcipher

from pos_app.storage.driver import Statement

DIALECT = SQLiteDialect_pysqlcipher(paramstyle="qmark")


def compiled(clause: ClauseElement) -> Statement:
    """What SQLCipher is told."""
    found = clause.compile(dialect=DIALECT)
    # Core binds constants too (LIMIT 1): they keep their place among the parameters.
    fixed = {name: value for name, value in found.params.items() if value is not None}
    return Statement(str(found), tuple(getattr(found, "positiontup", None) or ()), fixed)


def insert_into(table: Table, *names: str) -> Insert:
    """An INSERT of these columns, each bound by its own name; all columns without names."""
    columns = names or tuple(c.name for c in table.columns if c.computed is None)
    return insert(table).values({name: bindparam(name) for name in columns})

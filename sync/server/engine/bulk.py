"""Many rows in one statement on both engines: rows are bound as a table. Never a loop of inserts.

SQLite reads them with json_each, PostgreSQL with unnest; the text of a statement never depends
on how many rows there are, so it is compiled and prepared once.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Row = Mapping[str, Any]


def _bound_type(column: "sa.Column[Any]") -> sa.types.TypeEngine[Any]:
    kind = column.type
    if isinstance(kind, sa.SmallInteger):
        return sa.SmallInteger()
    return sa.BigInteger() if isinstance(kind, sa.Integer) else sa.Text()


def _bound_table(table: Table, names: tuple[str, ...], dialect: str) -> sa.Subquery:
    kinds = [_bound_type(table.c[name]) for name in names]
    if dialect == "sqlite":
        each = sa.func.json_each(sa.bindparam("rows", type_=sa.Text())).table_valued("value")
        picked = [
            sa.type_coerce(sa.func.json_extract(each.c.value, f"$[{i}]"), kind).label(name)
            for i, (name, kind) in enumerate(zip(names, kinds, strict=True))
        ]
        return sa.select(*picked).select_from(each).where(sa.true()).subquery("bound")
    arrays = [
        sa.cast(sa.bindparam(f"rows_{name}", type_=postgresql.ARRAY(kind)), postgresql.ARRAY(kind))
        for name, kind in zip(names, kinds, strict=True)
    ]
    columns = [sa.column(name, kind) for name, kind in zip(names, kinds, strict=True)]
    unnested = sa.func.unnest(*arrays).table_valued(*columns, name="bound").render_derived()
    return sa.select(*unnested.c).subquery("bound_rows")


def _parameters(names: Sequence[str], rows: Sequence[Row], dialect: str) -> dict[str, Any]:
    if dialect == "sqlite":
        values = [[row[name] for name in names] for row in rows]
        return {"rows": json.dumps(values, ensure_ascii=False, separators=(",", ":"))}
    return {f"rows_{name}": [row[name] for row in rows] for name in names}


@cache
def _insert(table: Table, names: tuple[str, ...], mode: str, back: str, dialect: str) -> sa.Insert:
    insert = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    bound = _bound_table(table, names, dialect)
    chosen = sa.select(*[bound.c[name] for name in names]).where(sa.true())
    statement: Any = insert.from_select(list(names), chosen)
    keys = [column.name for column in table.primary_key.columns]
    if mode == "nothing":
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    elif mode == "replace":
        changes = {name: statement.excluded[name] for name in names if name not in keys}
        statement = statement.on_conflict_do_update(index_elements=keys, set_=changes)
    result: sa.Insert = statement.returning(table.c[back]) if back else statement
    return result


def insert(connection: Connection, table: Table, rows: Sequence[Row], mode: str = "") -> None:
    """Insert rows that all have the same columns.

    `mode`: "" fails on a known key, "nothing" keeps what is there, "replace" takes the new.
    """
    if not rows:
        return
    dialect, names = connection.dialect.name, tuple(rows[0])
    connection.execute(_insert(table, names, mode, "", dialect), _parameters(names, rows, dialect))


def insert_new(connection: Connection, table: Table, rows: Sequence[Row], back: str) -> set[str]:
    """Insert what is not there yet; the `back` column of the rows that were new."""
    if not rows:
        return set()
    dialect, names = connection.dialect.name, tuple(rows[0])
    statement = _insert(table, names, "nothing", back, dialect)
    return set(connection.execute(statement, _parameters(names, rows, dialect)).scalars())


@cache
def _matching(table: Table, columns: tuple[str, ...], dialect: str, lock: bool) -> sa.Select[Any]:
    bound = _bound_table(table, columns, dialect)
    same = sa.and_(*[table.c[name] == bound.c[name] for name in columns])
    found = sa.select(table).select_from(bound.join(table, same))
    if lock and dialect != "sqlite":
        # Whoever locks many rows takes them in one order: no two wait for each other.
        order = [table.c[name] for name in columns]
        return found.order_by(*order).with_for_update(of=table)
    return found


def match(
    connection: Connection,
    table: Table,
    columns: tuple[str, ...],
    keys: Iterable[tuple[Any, ...]],
    lock: bool = False,
) -> tuple[sa.Select[Any], dict[str, Any]]:
    """(statement, parameters) that find the rows whose columns are one of the keys."""
    rows = [dict(zip(columns, key, strict=True)) for key in sorted(set(keys))]
    dialect = connection.dialect.name
    return _matching(table, columns, dialect, lock), _parameters(columns, rows, dialect)


def matching(
    connection: Connection,
    table: Table,
    columns: tuple[str, ...],
    keys: Iterable[tuple[Any, ...]],
    lock: bool = False,
) -> Sequence[Any]:
    """The rows whose columns are one of the keys; `lock` keeps them to the commit."""
    keys = list(keys)
    if not keys:
        return ()
    statement, named = match(connection, table, columns, keys, lock)
    return connection.execute(statement, named).all()


def among(connection: Connection, column: "sa.Column[Any]", values: Iterable[Any]) -> Any:
    """`column IN (values)` with one bound parameter, whatever their number."""
    wanted = sorted(set(values))
    if connection.dialect.name == "sqlite":
        text = json.dumps(wanted, ensure_ascii=False)
        each = sa.func.json_each(sa.bindparam(None, text, type_=sa.Text())).table_valued("value")
        return column.in_(sa.select(each.c.value))
    array = postgresql.ARRAY(_bound_type(column))
    return column == sa.any_(sa.cast(sa.bindparam(None, wanted, type_=array), array))

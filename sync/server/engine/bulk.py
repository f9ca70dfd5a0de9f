"""Many rows in one statement on both engines. Never a loop of inserts, never a text per count.

PostgreSQL takes rows as a table of arrays (`unnest`); SQLite is asked with a table of JSON
(`json_each`) and told row by row inside its driver. The text of a statement never depends on how
many rows there are, so it is compiled and prepared once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Row = Mapping[str, Any]


def _bound_type(column: "sa.Column[Any]") -> sa.types.TypeEngine[Any]:
    kind = column.type
    if isinstance(kind, sa.SmallInteger):
        return sa.SmallInteger()
    return sa.BigInteger() if isinstance(kind, sa.Integer) else sa.Text()


@cache
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
        return {"rows": msgspec.json.encode(values).decode()}
    return {f"rows_{name}": [row[name] for row in rows] for name in names}


def bound(
    connection: Connection, table: Table, names: tuple[str, ...], rows: Iterable[tuple[Any, ...]]
) -> tuple[sa.Subquery, dict[str, Any]]:
    """Rows as a table to join with, and the parameters; `names` are columns of `table`."""
    named = [dict(zip(names, row, strict=True)) for row in rows]
    dialect = connection.dialect.name
    return _bound_table(table, names, dialect), _parameters(names, named, dialect)


def _keys_of(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.primary_key.columns)


@cache
def _insert(table: Table, names: tuple[str, ...], mode: str, back: bool = False) -> sa.Insert:
    rows = _bound_table(table, names, "postgresql")
    chosen = sa.select(*[rows.c[name] for name in names]).where(sa.true())
    statement = postgresql.insert(table).from_select(list(names), chosen)
    resolved: sa.Insert = _resolved(statement, table, names, mode)
    return resolved.returning(*[table.c[name] for name in _keys_of(table)]) if back else resolved


@cache
def _insert_each(
    table: Table, names: tuple[str, ...], mode: str
) -> tuple[str, Callable[[Row], tuple[Any, ...]]]:
    """(text, a row's values in its order): SQLite takes rows one by one in C at a third of the
    price of reading them from JSON."""
    statement = sqlite.insert(table).values({name: sa.bindparam(name) for name in names})
    compiled = _resolved(statement, table, names, mode).compile(dialect=sqlite.dialect())
    return str(compiled), itemgetter(*compiled.positiontup)


def _resolved(statement: Any, table: Table, names: tuple[str, ...], mode: str) -> Any:
    """What happens to a row whose key is known."""
    keys = list(_keys_of(table))
    if mode == "nothing":
        return statement.on_conflict_do_nothing(index_elements=keys)
    if mode == "replace":
        changes = {name: statement.excluded[name] for name in names if name not in keys}
        return statement.on_conflict_do_update(index_elements=keys, set_=changes)
    return statement


def insert(connection: Connection, table: Table, rows: Sequence[Row], mode: str = "") -> None:
    """Insert rows that all have the same columns.

    `mode`: "" fails on a known key, "nothing" keeps what is there, "replace" takes the new.
    """
    if not rows:
        return
    names = tuple(rows[0])
    if connection.dialect.name == "sqlite":
        text, values = _insert_each(table, names, mode)
        connection.exec_driver_sql(text, list(map(values, rows)))
        return
    named = _parameters(names, rows, connection.dialect.name)
    connection.execute(_insert(table, names, mode), named)


def insert_new(connection: Connection, table: Table, rows: Sequence[Row]) -> set[tuple[Any, ...]]:
    """Insert what is not there yet; the primary keys of the rows that were new."""
    if not rows:
        return set()
    names = tuple(rows[0])
    if connection.dialect.name == "sqlite":
        return _insert_new_each(connection, table, rows)
    named = _parameters(names, rows, connection.dialect.name)
    statement = _insert(table, names, "nothing", back=True)
    return {tuple(row) for row in connection.execute(statement, named)}


def _insert_new_each(
    connection: Connection, table: Table, rows: Sequence[Row]
) -> set[tuple[Any, ...]]:
    """Nobody else writes meanwhile: who asks first and then inserts has not missed anything."""
    keys = _keys_of(table)
    places = [tuple(row[name] for name in keys) for row in rows]
    there, named = bound(connection, table, keys, places)
    same = sa.and_(*[table.c[name] == there.c[name] for name in keys])
    known = sa.select(*[table.c[name] for name in keys]).select_from(there.join(table, same))
    found = {tuple(row) for row in connection.execute(known, named)}
    fresh = [row for row, place in zip(rows, places, strict=True) if place not in found]
    insert(connection, table, fresh, "nothing")
    return set(places) - found


def change(connection: Connection, table: Table, keys: Sequence[str], rows: Sequence[Row]) -> None:
    """Set the other columns of the rows that have these `keys`; what is not there stays so."""
    if not rows:
        return
    names = tuple(rows[0])
    if connection.dialect.name == "sqlite":
        told = [name for name in names if name not in keys]
        text = _change_each(table, tuple(keys), tuple(told))
        connection.exec_driver_sql(text, list(map(itemgetter(*told, *keys), rows)))
        return
    named = _parameters(names, rows, connection.dialect.name)
    connection.execute(_change(table, tuple(keys), names), named)


@cache
def _change(table: Table, keys: tuple[str, ...], names: tuple[str, ...]) -> sa.Update:
    new = _bound_table(table, names, "postgresql")
    same = sa.and_(*[table.c[name] == new.c[name] for name in keys])
    told = {name: new.c[name] for name in names if name not in keys}
    return sa.update(table).where(same).values(told)


@cache
def _change_each(table: Table, keys: tuple[str, ...], told: tuple[str, ...]) -> str:
    values = ", ".join(f'"{name}" = ?' for name in told)
    same = " AND ".join(f'"{name}" = ?' for name in keys)
    return f'UPDATE "{table.name}" SET {values} WHERE {same}'  # noqa: S608 - names of our own tables


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
        text = msgspec.json.encode(wanted).decode()
        each = sa.func.json_each(sa.bindparam(None, text, type_=sa.Text())).table_valued("value")
        return column.in_(sa.select(each.c.value))
    array = postgresql.ARRAY(_bound_type(column))
    return column == sa.any_(sa.cast(sa.bindparam(None, wanted, type_=array), array))

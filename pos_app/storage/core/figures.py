"""SQL of `figures` as SQLAlchemy Core writes it. Never imported by a running till: see `core`."""

from sqlalchemy import func, literal_column, select

from pos_app.storage import schema as s
from pos_app.storage.core.compiled import compiled

COUNTS = tuple(
    compiled(select(literal_column(f"'{name}'"), func.count()).select_from(table))
    for name, table in sorted(s.TILL.tables.items())
)

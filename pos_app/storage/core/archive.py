"""SQL of `archive` as SQLAlchemy Core writes it. Never imported by a running till: see `core`."""

from sqlalchemy import bindparam, select

from pos_app.storage import schema as s
from pos_app.storage.archive import PAGE
from pos_app.storage.core.compiled import compiled

EVENTS = compiled(
    select(s.event.c.place, s.event.c.kind, s.event.c.v, s.event.c.body)
    .where(s.event.c.place > bindparam("after"))
    .order_by(s.event.c.place)
    .limit(PAGE)
)
META = compiled(select(s.meta.c.v).where(s.meta.c.k == bindparam("k")))

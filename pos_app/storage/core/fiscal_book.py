"""SQL of `fiscal_book` as SQLAlchemy Core writes it. A till never imports it: see `core`."""

from sqlalchemy import bindparam, func, or_, select

from pos_app.storage import schema as s
from pos_app.storage.core.compiled import compiled, insert_into

_f = s.fiscal.c
_put = insert_into(s.fiscal)
PUT = compiled(
    _put.on_conflict_do_update(
        set_={name: _put.excluded[name] for name in ("state", "body", "result")}
    )
)
NEXT = compiled(select(func.coalesce(func.max(_f.n), 0) + 1))
_ROW = select(_f.key, _f.transaction_id, _f.kind, _f.state, _f.at_us, _f.body, _f.result)
OF = compiled(_ROW.where(_f.transaction_id == bindparam("key")).order_by(_f.n))
_PENDING = or_(_f.state == "queued", _f.state == "sent", _f.state == "unknown")
OPEN = compiled(_ROW.where(_PENDING).order_by(_f.n))

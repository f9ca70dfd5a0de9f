"""SQL of `till_file` as SQLAlchemy Core writes it. Never imported by a running till: see `core`."""

from dataclasses import fields

from sqlalchemy import bindparam, select, update

from pos_app.storage import schema as s
from pos_app.storage.core.compiled import compiled, insert_into
from pos_app.storage.till_file import Chain

_NAMES = tuple(f.name for f in fields(Chain))
CHAIN = compiled(select(*(s.chain.c[name] for name in _NAMES)))
SAVE = compiled(update(s.chain).values({name: bindparam(name) for name in _NAMES}))
META = compiled(select(s.meta.c.v).where(s.meta.c.k == bindparam("k")))
_put = insert_into(s.meta)
SET_META = compiled(_put.on_conflict_do_update(set_={"v": _put.excluded.v}))
AFTER = compiled(
    select(s.event.c.place, s.event.c.id, s.event.c.kind, s.event.c.body)
    .where(s.event.c.place > bindparam("after"))
    .order_by(s.event.c.place)
)
# A dense stretch of the chain moves by one distance, beyond every place there was.
MOVES = tuple(
    compiled(
        update(table)
        .where(table.c.place > bindparam("after"))
        .values(place=table.c.place + bindparam("distance"))
    )
    for table in (s.event, s.document_key, s.return_of, s.member_event, s.local_member)
)
SET_HASH = compiled(
    update(s.event).where(s.event.c.place == bindparam("at")).values(hash=bindparam("new_hash"))
)

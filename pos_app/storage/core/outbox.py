"""SQL of `outbox` as SQLAlchemy Core writes it. Never imported by a running till: see `core`."""

from sqlalchemy import bindparam, delete, func, literal, select

from pos_app.storage import schema as s
from pos_app.storage.core.compiled import compiled, insert_into
from pos_app.storage.recording import TOLD

BATCH = compiled(
    select(
        s.event.c.place, s.event.c.id, s.event.c.kind, s.event.c.v, s.event.c.body, s.event.c.hash
    )
    .where(s.event.c.place > bindparam("after"))
    .order_by(s.event.c.place)
    .limit(bindparam("max_events"))
)
HASH = compiled(select(s.event.c.hash).where(s.event.c.place == bindparam("at")))
KEEP_FROM = compiled(
    select(func.min(s.event.c.place))
    .where(s.event.c.place > bindparam("after"))
    .where(s.event.c.at_us >= bindparam("horizon"))
)
_told = (
    select(literal(TOLD) + s.document_key.c.key)
    .where(s.document_key.c.place > bindparam("above"))
    .where(s.document_key.c.place <= bindparam("up_to"))
)
PRUNE = (
    compiled(delete(s.meta).where(s.meta.c.k.in_(_told))),
    *(
        compiled(
            delete(table)
            .where(table.c.place > bindparam("above"))
            .where(table.c.place <= bindparam("up_to"))
        )
        for table in (s.member_event, s.local_member, s.document_key, s.return_of, s.event)
    ),
)
ORPHAN_KEYS = compiled(
    delete(s.local_member_key).where(
        s.local_member_key.c.member_id.not_in(select(s.local_member.c.member_id))
    )
)
FORGET_MEMBER = compiled(
    delete(s.local_member).where(s.local_member.c.member_id == bindparam("member"))
)
OLD_PLACES = compiled(
    select(s.event.c.place)
    .where(s.event.c.place <= bindparam("below"))
    .where(s.event.c.at_us < bindparam("horizon"))
    .limit(bindparam("count"))
)
_a = s.allowance.c
HELD = compiled(
    select(_a.grant_id, _a.member_id, _a.granted, _a.kind, _a.lease_until_us, _a.incarnation)
    .where(_a.grant_id > bindparam("after"), _a.granted > 0)
    .order_by(_a.grant_id)
    .limit(bindparam("count"))
)
_put = insert_into(s.meta)
SET_META = compiled(_put.on_conflict_do_update(set_={"v": _put.excluded.v}))

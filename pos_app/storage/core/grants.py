"""SQL of `grants` as SQLAlchemy Core writes it. Never imported by a running till: see `core`."""

from sqlalchemy import bindparam, case, func, select, update

from pos_app.storage import schema as s
from pos_app.storage.core.compiled import compiled, insert_into

_a = s.allowance.c
_plan = insert_into(s.allowance, "grant_id", "member_id", "kind", "asked", "granted", "incarnation")
PLAN = compiled(_plan.on_conflict_do_nothing())
PLANNED = compiled(
    select(_a.grant_id, _a.member_id, _a.kind, _a.asked)
    .where(_a.asked > 0)
    .where(_a.incarnation == select(s.chain.c.incarnation).scalar_subquery())
    .order_by(_a.grant_id)
)
FORGET_PLAN = compiled(update(s.allowance).where(_a.grant_id == bindparam("key")).values(asked=0))
_row = insert_into(
    s.allowance,
    *("grant_id", "member_id", "kind", "granted", "spent", "returned"),
    *("lease_until_us", "posted_seq", "incarnation"),
)
_new = _row.excluded
_spent = func.max(_a.spent, _new.spent)
_returned = func.max(_a.returned, _new.returned)
APPLY = compiled(
    _row.on_conflict_do_update(
        set_={
            "asked": 0,
            "granted": func.max(_new.granted, _spent + _returned),
            "spent": _spent,
            "returned": _returned,
            "lease_until_us": _new.lease_until_us,
            "posted_seq": func.max(_a.posted_seq, _new.posted_seq),
            "kind": _new.kind,
        }
    )
)
STORE_GRANT = compiled(
    _row.on_conflict_do_update(
        set_={
            "asked": 0,
            # The feed may have told first, and more: the answer only fills a plan.
            "granted": case((_a.granted == 0, _new.granted), else_=_a.granted),
            "lease_until_us": case((_a.granted == 0, _new.lease_until_us), else_=_a.lease_until_us),
        }
    )
)
SHRINK = compiled(
    update(s.allowance)
    .where(_a.grant_id == bindparam("key"))
    .values(granted=_a.spent + _a.returned, asked=0)
)

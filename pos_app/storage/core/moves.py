"""SQL of `moves` as SQLAlchemy Core writes it. Never imported by a running till: see `core`."""

from sqlalchemy import bindparam, delete, select, update

from pos_app.domain.loyalty.allowance import MOVED
from pos_app.storage import schema as s
from pos_app.storage.core.compiled import compiled, insert_into
from pos_app.storage.moves import ASKED

_m = s.move.c
_put = insert_into(s.move)
PUT = compiled(
    _put.on_conflict_do_update(
        set_={name: _put.excluded[name] for name in ("side", "points", "at_us", "proofs")}
    )
)
ONE = compiled(select(_m.side, _m.proofs).where(_m.transfer_id == bindparam("key")))
PLANNED = compiled(
    select(_m.transfer_id, _m.member_id, _m.points, _m.peer, _m.incarnation)
    .where(_m.side == ASKED)
    .order_by(_m.transfer_id)
)
FORGET = compiled(delete(s.move).where(_m.transfer_id == bindparam("key")).where(_m.side == ASKED))
OLD = compiled(delete(s.move).where(_m.side != ASKED).where(_m.at_us < bindparam("horizon")))
_a = s.allowance.c
IDLE = compiled(
    select(_a.grant_id, _a.member_id, (_a.granted - _a.spent - _a.returned).label("rest"))
    .join(s.move, _m.transfer_id == _a.grant_id, isouter=True)
    .where(_a.kind == MOVED)
    .where(_a.incarnation == bindparam("incarnation_now"))
    .where(_a.granted - _a.spent - _a.returned > 0)
    .where((_m.at_us.is_(None)) | (_m.at_us < bindparam("horizon")))
    .order_by(_a.member_id, _a.grant_id)
)
KNOWN = compiled(select(_a.granted).where(_a.grant_id == bindparam("key")).where(_a.granted > 0))
GIVE_AWAY = compiled(
    update(s.allowance)
    .where(_a.grant_id == bindparam("grant"))
    .where(_a.incarnation == bindparam("incarnation_now"))
    .where(_a.granted - _a.spent - _a.returned >= bindparam("points"))
    .values(returned=_a.returned + bindparam("points"))
)

"""The journal's SQL as SQLAlchemy Core writes it. Never imported by a running till: see `core`."""

from sqlalchemy import bindparam, case, delete, or_, select, update

from pos_app.domain.loyalty.allowance import GOES_BACK
from pos_app.storage import schema as s
from pos_app.storage.core.compiled import compiled, insert_into
from pos_app.storage.places import SEQ_BITS

ADD_EVENT = compiled(insert_into(s.event))
ADD_DOCUMENT_KEY = compiled(insert_into(s.document_key))
ADD_RETURN = compiled(insert_into(s.return_of))
ADD_MEMBER_EVENT = compiled(insert_into(s.member_event))

SPEND = compiled(
    update(s.allowance)
    .where(s.allowance.c.grant_id == bindparam("grant"))
    .where(s.allowance.c.incarnation == bindparam("incarnation_now"))
    .where(
        s.allowance.c.granted - s.allowance.c.spent - s.allowance.c.returned >= bindparam("points")
    )
    .values(spent=s.allowance.c.spent + bindparam("points"))
)
GIVE_BACK = compiled(
    update(s.allowance)
    .where(s.allowance.c.grant_id == bindparam("grant"))
    .where(s.allowance.c.incarnation == bindparam("incarnation_now"))
    .where(
        s.allowance.c.granted - s.allowance.c.spent - s.allowance.c.returned >= bindparam("points")
    )
    .values(returned=s.allowance.c.returned + bindparam("points"))
)
_GRANT = select(
    s.allowance.c.grant_id,
    s.allowance.c.member_id,
    s.allowance.c.granted,
    s.allowance.c.spent,
    s.allowance.c.returned,
    s.allowance.c.kind,
    s.allowance.c.lease_until_us,
)
ALLOWANCES = compiled(
    _GRANT.where(s.allowance.c.member_id == bindparam("member_id"))
    .where(s.allowance.c.incarnation == bindparam("incarnation_now"))
    .where(s.allowance.c.granted > 0)
    .order_by(s.allowance.c.grant_id)
)

IDENTIFIED = compiled(
    _GRANT.where(or_(*(s.allowance.c.kind == kind for kind in GOES_BACK)))
    .where(s.allowance.c.incarnation == bindparam("incarnation_now"))
    .where(s.allowance.c.granted > s.allowance.c.spent + s.allowance.c.returned)
    .order_by(s.allowance.c.grant_id)
)

ADD_OWN = compiled(
    insert_into(
        s.allowance, "grant_id", "member_id", "kind", "granted", "incarnation"
    ).on_conflict_do_nothing()
)

_OF_DRAFT = ("at_us", "operator_id", "lines", "total_minor", "body")
_draft = insert_into(s.suspended, "transaction_id", "label", *_OF_DRAFT)
# One that was open stands there already.
ADD_SUSPENDED = compiled(
    _draft.on_conflict_do_update(
        index_elements=[s.suspended.c.transaction_id],
        set_={name: _draft.excluded[name] for name in ("label", *_OF_DRAFT)},
    )
)
KEEP_OPEN = compiled(
    _draft.on_conflict_do_update(
        index_elements=[s.suspended.c.transaction_id],
        set_={name: _draft.excluded[name] for name in _OF_DRAFT},
    )
)
IS_COMPLETE = compiled(
    select(s.document_key.c.place).where(s.document_key.c.key == bindparam("key"))
)
DROP_SUSPENDED = compiled(
    delete(s.suspended).where(s.suspended.c.transaction_id == bindparam("key"))
)
SUSPENDED = compiled(
    select(
        s.suspended.c.transaction_id,
        s.suspended.c.label,
        s.suspended.c.at_us,
        s.suspended.c.operator_id,
        s.suspended.c.lines,
        s.suspended.c.total_minor,
        s.suspended.c.body,
    )
    .where(s.suspended.c.transaction_id != bindparam("but"))
    .order_by(s.suspended.c.n)
)

ADD_JOB = compiled(insert_into(s.print_job))
JOBS = compiled(
    select(
        s.print_job.c.job_id,
        s.print_job.c.transaction_id,
        s.print_job.c.body,
        s.print_job.c.state,
    ).order_by(s.print_job.c.n)
)
SET_JOB_STATE = compiled(
    update(s.print_job)
    .where(s.print_job.c.job_id == bindparam("key"))
    .values(state=bindparam("to"))
)
REPLACE_JOB = compiled(
    update(s.print_job)
    .where(s.print_job.c.job_id == bindparam("key"))
    .values(job_id=bindparam("new_id"), body=bindparam("new_body"), state=bindparam("to"))
)
DROP_JOB = compiled(delete(s.print_job).where(s.print_job.c.job_id == bindparam("key")))

_tendering = insert_into(s.tendering)
ADD_TENDERING = compiled(
    _tendering.on_conflict_do_update(
        set_={"at_us": _tendering.excluded.at_us, "body": _tendering.excluded.body}
    )
)
DROP_TENDERING = compiled(
    delete(s.tendering).where(s.tendering.c.transaction_id == bindparam("key"))
)
TENDERINGS = compiled(
    select(s.tendering.c.transaction_id, s.tendering.c.at_us, s.tendering.c.body).order_by(
        s.tendering.c.at_us, s.tendering.c.transaction_id
    )
)

_member = insert_into(s.local_member)
SAVE_MEMBER = compiled(
    _member.on_conflict_do_update(
        set_={"body": _member.excluded.body, "place": _member.excluded.place}
    )
)
ADD_MEMBER_KEY = compiled(insert_into(s.local_member_key).on_conflict_do_nothing())
MEMBER_BY_ID = compiled(
    select(s.local_member.c.body).where(s.local_member.c.member_id == bindparam("key"))
)
MEMBER_BY_KEY = compiled(
    select(s.local_member.c.body)
    .join(s.local_member_key, s.local_member_key.c.member_id == s.local_member.c.member_id)
    .where(s.local_member_key.c.kind == bindparam("kind"))
    .where(s.local_member_key.c.key == bindparam("key"))
)

META = compiled(select(s.meta.c.v).where(s.meta.c.k == bindparam("k")))
_meta = insert_into(s.meta)
PUT_META = compiled(_meta.on_conflict_do_update(set_={"v": _meta.excluded.v}))

_EVENT = (s.event.c.kind, s.event.c.v, s.event.c.body)
DOCUMENT = compiled(
    select(*_EVENT)
    .join(s.document_key, s.document_key.c.place == s.event.c.place)
    .where(s.document_key.c.key == bindparam("key"))
)
LAST_DOCUMENT = compiled(select(*_EVENT).join(s.chain, s.chain.c.last_document == s.event.c.place))
SOLD = compiled(
    select(*_EVENT)
    .where(s.event.c.kind == "transaction_completed")
    .where(s.event.c.at_us.between(bindparam("since"), bindparam("until")))
    .order_by(s.event.c.place)
)
RETURNS = compiled(
    select(*_EVENT)
    .join(s.return_of, s.return_of.c.place == s.event.c.place)
    .where(s.return_of.c.original_id == bindparam("key"))
    .order_by(s.return_of.c.place)
)

_place_now = s.chain.c.incarnation * (1 << SEQ_BITS)
# A sequence beyond the head belongs to an earlier incarnation: none of ours is posted then.
_since = _place_now + case((bindparam("posted") > s.chain.c.head, 0), else_=bindparam("posted"))
UNPOSTED = compiled(
    select(*_EVENT)
    .select_from(s.chain)
    .join(s.member_event, s.member_event.c.place > _since)
    .join(s.event, s.event.c.place == s.member_event.c.place)
    .where(s.member_event.c.member_id == bindparam("member_id"))
    .where(s.member_event.c.points != 0)
    .order_by(s.member_event.c.place)
)
UNPOSTED_OF_MEMBER = compiled(
    select(*_EVENT)
    .select_from(s.chain)
    .join(s.member_event, s.member_event.c.place > _since)
    .join(s.event, s.event.c.place == s.member_event.c.place)
    .where(s.member_event.c.member_id == bindparam("member_id"))
    .order_by(s.member_event.c.place)
)
_latest = (
    select(s.member_event.c.place)
    .where(s.member_event.c.member_id == bindparam("member_id"))
    .order_by(s.member_event.c.place.desc())
    .limit(64)
    .scalar_subquery()
)
LATEST_OF_MEMBER = compiled(
    select(*_EVENT)
    .where(s.event.c.place.in_(_latest))
    .where(s.event.c.at_us >= bindparam("since"))
    .order_by(s.event.c.place.desc())
)
UNPOSTED_SPEND = compiled(
    select(s.member_event.c.business_on, s.member_event.c.net_minor)
    .select_from(s.chain)
    .join(s.member_event, s.member_event.c.place > _since)
    .where(s.member_event.c.member_id == bindparam("member_id"))
    .where(s.member_event.c.net_minor != 0)
    .order_by(s.member_event.c.place)
)

"""What the server answers to pull, allowance, look-up and settlement. Never HTTP."""

from typing import Any

import sqlalchemy as sa
from msgspec import Raw
from sqlalchemy import Connection

from pos_app.domain.reporting.plain import to_plain
from sync.server.access.auth import Signed, authenticate, authenticate_once
from sync.server.access.keyring import owner
from sync.server.books.bearers import is_gift_card
from sync.server.books.book import Grant
from sync.server.books.conflicts import open_count, open_overdrawn, open_sums
from sync.server.books.merging import resolve
from sync.server.engine.buckets import common_scopes, member_scope
from sync.server.engine.buckets import terminal_scope as own_scope
from sync.server.engine.durability import told_safe
from sync.server.engine.refusal import Refusal, refuse
from sync.server.engine.services import Services, moment
from sync.server.lives.doubles import former_head
from sync.server.lives.epochs import refresh
from sync.server.poster.outcomes import load_totals
from sync.server.publishing import feed, interest
from sync.server.reports.asked import Asked
from sync.server.reports.period import period_report
from sync.server.rights.allowances import grant_now
from sync.server.sealing.personal import opened, opened_row
from sync.translate.instants import day, instant_text
from sync.translate.till_events import control_totals_doc
from sync.wire.codec import canonical
from sync.wire.events import ControlTotalsDoc
from sync.wire.messages import (
    AllowanceReply,
    AllowanceRequest,
    LookupReply,
    LookupRequest,
    Problem,
    PullReply,
    PullRequest,
    ReportReply,
    ReportRequest,
    SettlementReply,
    SettlementRequest,
)
from sync.wire.version import SPOKEN

PAGE_BYTES_MAX = 4 * 1024 * 1024
KEY_LENGTH_MAX = 128
KEY_KINDS = ("phone", "card", "code", "id")


def hears(connection: Connection, terminal: Any) -> tuple[str, ...]:
    """The scopes a terminal hears, small ones first."""
    members = interest.scopes(connection, terminal.store)
    return (own_scope(terminal.id), *common_scopes(terminal.store), *members)


def pull(
    connection: Connection, services: Services, signed: Signed, request: PullRequest
) -> PullReply:
    """A page of what the terminal has not seen. Raises Refusal 401, 426.

    A cursor of scopes that the terminal no longer hears asks for another mirror: nothing would
    ever tell it that their rows grow old.
    """
    row = authenticate(connection, signed)
    _same_terminal(signed, request.terminal, request.protocol)
    scopes = hears(connection, row)
    epoch = refresh(connection, services)
    foreign = request.epoch not in ("", epoch) or not request.cursor.keys() <= set(scopes)
    page = feed.Page(beyond_horizon=True)
    if not foreign:
        room = min(max(request.max_bytes, 1), PAGE_BYTES_MAX)
        page = feed.read(connection, scopes, request.cursor, room)
    return PullReply(
        epoch=services.epoch,
        rows=tuple(opened_row(services.keys.profiles, one) for one in page.rows),
        cursor=page.cursor,
        more=page.more,
        head=row.head,
        safe_head=told_safe(connection, row.head, row.safe_head),
        server_time=services.server_time(),
        digests=page.digests,
        take_snapshot=page.beyond_horizon,
        incarnation=row.incarnation,
        machine=row.machine,
        former_head=former_head(connection, row, request.incarnation),
    )


def allowance(
    connection: Connection, services: Services, signed: Signed, request: AllowanceRequest
) -> AllowanceReply:
    """Points of a member for this terminal, once per grant id. Raises Refusal 401, 404, 412."""
    row = authenticate_once(connection, signed, services.now_us())
    _same_terminal(signed, request.terminal, request.protocol)
    if request.epoch != refresh(connection, services):
        raise Refusal(412, _about(services, row, "epoch"))
    if request.incarnation and request.incarnation < row.incarnation:
        raise Refusal(410, _about(services, row, "fenced"))
    if request.incarnation > row.incarnation:
        raise Refusal(409, _about(services, row, "unannounced"))
    asked = _wanted(connection, row, request)
    made = grant_now(connection, services, asked, request.business_on)
    if made is None:
        raise refuse(404, "unknown_member")
    return AllowanceReply(
        epoch=services.epoch,
        grant=made.grant_id,
        granted=made.granted,
        lease_until=instant_text(moment(made.lease_until)) if made.lease_until else None,
        server_time=services.server_time(),
    )


def _about(services: Services, row: Any, code: str) -> Problem:
    return Problem(
        code,
        epoch=services.epoch,
        head=row.head,
        head_hash=row.head_hash,
        incarnation=row.incarnation,
        machine=row.machine,
    )


def wanted(
    connection: Connection, services: Services, signed: Signed, request: AllowanceRequest
) -> Grant | None:
    """What a genuine request asks for, before anything is done about it; None: nothing to do."""
    row = authenticate(connection, signed)
    if request.terminal != row.id or request.epoch != services.epoch:
        return None
    return _wanted(connection, row, request)


def _wanted(connection: Connection, row: Any, request: AllowanceRequest) -> Grant:
    if not _plain(request.grant) or not _plain(request.member):
        raise refuse(404, "unknown_member")
    return Grant(
        request.grant,
        resolve(connection, {request.member})[request.member],
        row.id,
        request.points if row.state == "active" else 0,
        kind=request.kind[:20],
        incarnation=row.incarnation,
    )


def lookup(
    connection: Connection, services: Services, signed: Signed, request: LookupRequest
) -> LookupReply:
    """The present row of the member with a key, or of a gift card; or null. Raises Refusal 401."""
    authenticate(connection, signed)
    _same_terminal(signed, request.terminal, request.protocol)
    body = None
    if request.kind == "gift_card" and is_gift_card(request.key) and _plain(request.key):
        body = feed.body_of(connection, member_scope(request.key), "gift_card", request.key)
        return LookupReply(services.epoch, Raw(body or b"null"), services.server_time())
    found = find_member(connection, request.kind, request.key)
    if found is not None:
        body = feed.body_of(connection, member_scope(found), "member", found)
        body = opened(services.keys.profiles, found, body) if body else None
    return LookupReply(services.epoch, Raw(body or b"null"), services.server_time())


def find_member(connection: Connection, kind: str, key: str) -> str | None:
    """A member's id by phone hash, card, code or id, merges followed."""
    if kind not in KEY_KINDS or not _plain(key):
        return None
    member_id = key if kind == "id" else owner(connection, (kind, key))
    return None if member_id is None else resolve(connection, {member_id})[member_id]


def settlement(
    connection: Connection, services: Services, signed: Signed, request: SettlementRequest
) -> SettlementReply:
    """The terminal's control totals of a business day, from posted events. Raises Refusal 401."""
    row = authenticate(connection, signed)
    _same_terminal(signed, request.terminal, request.protocol)
    totals = load_totals(connection, row.id, [request.business_on]).get(request.business_on)
    doc = control_totals_doc(totals) if totals is not None else ControlTotalsDoc()
    owed = open_sums(connection, row.id)
    return SettlementReply(
        epoch=services.epoch,
        totals=Raw(canonical(doc)),
        posted_seq=row.posted_seq,
        head=row.head,
        conflicts=open_count(connection, row.id),
        conflict_points=owed.points,
        conflict_money=owed.money_minor,
        server_time=services.server_time(),
        overdrawn=open_overdrawn(connection, row.id),
    )


def _same_terminal(signed: Signed, terminal_id: str, protocol: int) -> None:
    if protocol not in SPOKEN:
        raise Refusal(426, Problem("protocol", f"this server speaks {SPOKEN}", speaks=SPOKEN))
    if terminal_id != signed.terminal:
        raise refuse(401, "another_terminal")


def _plain(text: str) -> bool:
    return 0 < len(text) <= KEY_LENGTH_MAX and text.isprintable()


def ready(connection: Connection) -> bool:
    """Whether the database answers."""
    return connection.execute(sa.select(sa.literal(1))).scalar_one() == 1


def report(
    connection: Connection, services: Services, signed: Signed, request: ReportRequest
) -> ReportReply:
    """A period's figures: sums, never a person. Who may see them is the till's question.

    Raises Refusal 401, 404 unknown_store, 422 bad_period, 426.
    """
    authenticate(connection, signed)
    _same_terminal(signed, request.terminal, request.protocol)
    try:
        since, until = day(request.since), day(request.until)
    except ValueError as wrong:
        raise refuse(422, "bad_period", str(wrong)) from wrong
    asked = Asked(request.store, since, until, request.language)
    found = to_plain(period_report(connection, services, asked))
    return ReportReply(services.epoch, Raw(canonical(found)), services.server_time())

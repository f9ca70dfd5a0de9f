"""The tables, the same from one SQLite file to a cluster. Never a query.

`bucket` comes first in every primary key: hash(member) mod 256 for what belongs to a member,
hash(terminal) for what belongs to a terminal, REFERENCE for what everybody has. Points and money
are integers, instants UTC microseconds, days ISO text, documents JSON text. No sequences, no
foreign keys, no triggers: order comes from counters that are taken under a row lock. What changes
here is a revision in `migrations/versions/` too; a test compares both.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Index, LargeBinary, MetaData, SmallInteger, Table, Text

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
metadata = MetaData()


def _bucket(name: str = "bucket") -> "Column[int]":
    return Column(name, SmallInteger, primary_key=True, autoincrement=False)


def _key(name: str, kind: Any = None) -> "Column[Any]":
    return Column(name, kind or Text(), primary_key=True, autoincrement=False)


def _text(name: str, default: str = "") -> "Column[str]":
    return Column(name, Text, nullable=False, server_default=sa.text(f"'{default}'"))


def _number(name: str, default: int = 0) -> "Column[int]":
    return Column(name, BIG, nullable=False, server_default=sa.text(str(default)))


# Read by programs of before Alembic, which refuse what it says.
schema_version = Table("schema_version", metadata, _key("version", BIG), _number("at"))
meta = Table("meta", metadata, _key("name"), _text("value"))
store = Table("store", metadata, _key("id"), _text("name"), _number("number"))
terminal = Table(
    "terminal",
    metadata,
    _bucket(),
    _key("id"),
    _text("name"),
    _text("store"),
    _number("number"),
    _text("public_key"),
    _number("incarnation", 1),
    _number("announced", 1),
    _number("announced_at"),
    _number("voided", 1),
    _number("head"),
    _text("head_hash", "0" * 64),
    _number("posted_seq"),
    _number("safe_head"),
    _text("state", "active"),
    _text("machine"),
    _number("moved_at"),
    _text("reconciled"),
    _number("enrolled_at"),
    _number("heard_at"),
    _number("clear_at"),
)
enrolment_code = Table(
    "enrolment_code",
    metadata,
    _key("code_hash"),
    _text("store"),
    _text("name"),
    _number("expires_at"),
    _number("tries_left", 5),
    _text("terminal"),
)
nonce = Table("nonce", metadata, _bucket(), _key("terminal"), _key("nonce"), _number("at"))
Index("nonce_at", nonce.c.at)
inbox = Table(
    "inbox",
    metadata,
    _bucket(),
    _key("terminal"),
    _key("incarnation", BIG),
    _key("first_seq", BIG),
    _number("last_seq"),
    Column("body", LargeBinary, nullable=False),
    _text("signed"),
    _number("received_at"),
    _text("state", "queued"),
)
Index("inbox_queue", inbox.c.state, inbox.c.received_at)
event = Table(
    "event",
    metadata,
    _bucket(),
    _key("terminal"),
    _key("incarnation", BIG),
    _key("seq", BIG),
    _text("id"),
    _text("kind"),
    _number("v", 1),
    _text("hash"),
    _text("body_hash"),
    _text("outcome", "queued"),
    _text("reason"),
)
Index("event_id", event.c.bucket, event.c.id)
effect = Table("effect", metadata, _bucket(), _key("event"), _key("name"), _text("result", "{}"))
sale = Table(
    "sale",
    metadata,
    _bucket(),
    _key("id"),
    _text("kind"),
    _text("store"),
    _text("terminal"),
    _text("receipt"),
    _text("member"),
    _text("business_on"),
    _number("at"),
    _number("net"),
    _number("payable"),
    _text("document"),
)
Index("sale_day", sale.c.business_on, sale.c.store)
Index("sale_member", sale.c.bucket, sale.c.member, sale.c.at)
ledger = Table(
    "ledger",
    metadata,
    _bucket(),
    _key("id"),
    _text("member"),
    _number("pos"),
    _text("kind"),
    _number("points"),
    _number("effect"),
    _text("business_on"),
    _text("entry"),
    _text("takes", "[]"),
)
Index("ledger_member", ledger.c.bucket, ledger.c.member, ledger.c.pos)
account = Table(
    "account",
    metadata,
    _bucket(),
    _key("member"),
    _number("balance"),
    _number("entries"),
    _number("reserved"),
    _text("state", "{}"),
    _text("lapses_on"),
    _text("habits", "{}"),
)
Index("account_lapses", account.c.lapses_on)
member = Table(
    "member",
    metadata,
    _bucket(),
    _key("id"),
    _text("home_store"),
    _text("state", "{}"),
    _text("groups", "[]"),
    _text("profile"),
    _text("profile_key"),
)
Index("member_home", member.c.home_store)
member_key = Table(
    "member_key",
    metadata,
    _bucket("kbucket"),
    _key("kind"),
    _key("key"),
    _text("member"),
)
member_redirect = Table("member_redirect", metadata, _bucket(), _key("old"), _text("new"))
referral = Table(
    "referral",
    metadata,
    _bucket(),
    _key("event"),
    _text("activity"),
    _text("referrer"),
    _text("sale"),
    _text("state", "due"),
)
Index("referral_state", referral.c.state)
offer_use = Table(
    "offer_use", metadata, _bucket(), _key("terminal"), _key("offer"), _number("uses")
)
allowance = Table(
    "allowance",
    metadata,
    _bucket(),
    _key("grant_id"),
    _text("member"),
    _text("terminal"),
    _number("granted"),
    _number("spent"),
    _number("returned"),
    _text("kind", "placed"),
    _number("lease_until"),
    _number("posted_seq"),
    _number("incarnation", 1),
    _number("announced"),
)
Index("allowance_terminal", allowance.c.terminal, allowance.c.incarnation)
Index("allowance_member", allowance.c.bucket, allowance.c.member)
Index("allowance_unannounced", allowance.c.announced, allowance.c.terminal)
gift_card_entry = Table(
    "gift_card_entry",
    metadata,
    _bucket(),
    _key("id"),
    _text("card"),
    _number("amount"),
    _text("business_on"),
    _text("entry"),
)
Index("gift_card_entry_card", gift_card_entry.c.bucket, gift_card_entry.c.card)
bearer = Table(
    "bearer",
    metadata,
    _bucket(),
    _key("owner"),
    _text("kind"),
    _number("balance"),
    _number("reserved"),
    _text("expires_on"),
    _text("state", "{}"),
)
Index("bearer_ends", bearer.c.kind, bearer.c.expires_on)
shown = Table("shown", metadata, _bucket(), _key("key"), _key("receipt"), _text("deed"))
feed_head = Table(
    "feed_head",
    metadata,
    _bucket(),
    _key("scope"),
    _number("seq"),
    _number("rows_living"),
    _number("total"),
    _number("horizon"),
)
feed_row = Table(
    "feed_row",
    metadata,
    _bucket(),
    _key("scope"),
    _key("kind"),
    _key("id"),
    _number("ver"),
    _number("deleted"),
    _number("at"),
    _text("body", "null"),
)
Index("feed_row_ver", feed_row.c.bucket, feed_row.c.scope, feed_row.c.ver)
conflict = Table(
    "conflict",
    metadata,
    _bucket(),
    _key("id"),
    _text("kind"),
    _text("terminal"),
    _text("event"),
    _text("member"),
    _number("points"),
    _number("money"),
    _text("detail"),
    _number("at"),
    _text("state", "open"),
    _text("action"),
    _text("resolved_by"),
    _text("reason"),
    _number("resolved_at"),
)
Index("conflict_open", conflict.c.state, conflict.c.terminal)
reclaim = Table(
    "reclaim",
    metadata,
    _bucket(),
    _key("terminal"),
    _key("asked_at", BIG),
    _text("by"),
    _text("reason"),
    _number("incarnation", 1),
    _number("grants"),
    _number("points"),
    _number("due_at"),
    _number("done_at"),
)
control_total = Table(
    "control_total",
    metadata,
    _bucket(),
    _key("terminal"),
    _key("business_on"),
    _text("totals", "{}"),
)
setting = Table("setting", metadata, _key("store"), _key("name"), _text("value", "null"))
sealed_event = Table(
    "sealed_event", metadata, _bucket(), _key("event"), _text("member"), _text("key")
)
Index("sealed_event_member", sealed_event.c.member)
personal_log = Table(
    "personal_log",
    metadata,
    _bucket(),
    _key("id"),
    _text("member"),
    _text("deed"),
    _text("by"),
    _text("reason"),
    _number("at"),
)
Index("personal_log_member", personal_log.c.bucket, personal_log.c.member)
terminal_secret = Table(
    "terminal_secret",
    metadata,
    _bucket(),
    _key("terminal"),
    _key("name"),
    _text("value"),
    _number("at"),
)

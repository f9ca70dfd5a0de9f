"""The tables of the first version. Never changed once released."""

from alembic import op

from sync.server.engine.migrations.tables import (
    BIG,
    blob,
    bucket,
    create_index,
    create_table,
    key,
    number,
    text,
)

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Everything."""
    _terminals()
    _events()
    _events_more()
    _members()
    _members_more()
    _books()
    _books_more()
    _feed()


def _terminals() -> None:
    create_table("store", key("id"), text("name"), number("number"))
    create_table(
        "terminal",
        bucket(),
        key("id"),
        text("name"),
        text("store"),
        number("number"),
        text("public_key"),
        number("incarnation", 1),
        number("announced", 1),
        number("voided", 1),
        number("head"),
        text("head_hash", "0" * 64),
        number("posted_seq"),
        number("safe_head"),
        text("state", "active"),
        number("enrolled_at"),
    )
    create_table(
        "enrolment_code",
        key("code_hash"),
        text("store"),
        text("name"),
        number("expires_at"),
        number("tries_left", 5),
        text("terminal"),
    )
    create_table("nonce", bucket(), key("terminal"), key("nonce"), number("at"))
    create_index("nonce_at", "nonce", ["at"])


def _events() -> None:
    create_table(
        "inbox",
        bucket(),
        key("terminal"),
        key("incarnation", BIG),
        key("first_seq", BIG),
        number("last_seq"),
        blob("body"),
        text("signed"),
        number("received_at"),
        text("state", "queued"),
    )
    create_index("inbox_queue", "inbox", ["state", "received_at"])
    create_table(
        "event",
        bucket(),
        key("terminal"),
        key("incarnation", BIG),
        key("seq", BIG),
        text("id"),
        text("kind"),
        number("v", 1),
        text("hash"),
        text("body_hash"),
        text("outcome", "queued"),
        text("reason"),
    )
    create_index("event_id", "event", ["bucket", "id"])
    create_table("effect", bucket(), key("event"), key("name"), text("result", "{}"))
    create_table(
        "control_total", bucket(), key("terminal"), key("business_on"), text("totals", "{}")
    )


def _events_more() -> None:
    create_table(
        "conflict",
        bucket(),
        key("id"),
        text("kind"),
        text("terminal"),
        text("event"),
        text("member"),
        number("points"),
        number("money"),
        text("detail"),
        number("at"),
        text("state", "open"),
    )
    create_index("conflict_open", "conflict", ["state", "terminal"])


def _members() -> None:
    create_table(
        "account",
        bucket(),
        key("member"),
        number("balance"),
        number("entries"),
        number("reserved"),
        text("state", "{}"),
        text("lapses_on"),
    )
    create_index("account_lapses", "account", ["lapses_on"])
    create_table(
        "member",
        bucket(),
        key("id"),
        text("home_store"),
        text("state", "{}"),
        text("profile"),
        text("profile_key"),
    )
    create_index("member_home", "member", ["home_store"])
    create_table("member_key", bucket("kbucket"), key("kind"), key("key"), text("member"))
    create_table("member_redirect", bucket(), key("old"), text("new"))


def _members_more() -> None:
    create_table(
        "allowance",
        bucket(),
        key("grant_id"),
        text("member"),
        text("terminal"),
        number("granted"),
        number("spent"),
        number("returned"),
        text("kind", "placed"),
        number("lease_until"),
        number("posted_seq"),
        number("incarnation", 1),
        number("announced"),
    )
    create_index("allowance_member", "allowance", ["bucket", "member"])
    create_index("allowance_terminal", "allowance", ["terminal", "incarnation"])
    create_index("allowance_unannounced", "allowance", ["announced", "terminal"])
    create_table(
        "referral",
        bucket(),
        key("event"),
        text("activity"),
        text("referrer"),
        text("sale"),
        text("state", "due"),
    )
    create_index("referral_state", "referral", ["state"])
    create_table("offer_use", bucket(), key("terminal"), key("offer"), number("uses"))


def _books() -> None:
    create_table(
        "ledger",
        bucket(),
        key("id"),
        text("member"),
        number("pos"),
        text("kind"),
        number("points"),
        number("effect"),
        text("business_on"),
        text("entry"),
        text("takes", "[]"),
    )
    create_index("ledger_member", "ledger", ["bucket", "member", "pos"])
    create_table(
        "sale",
        bucket(),
        key("id"),
        text("kind"),
        text("store"),
        text("terminal"),
        text("receipt"),
        text("member"),
        text("business_on"),
        number("at"),
        number("net"),
        number("payable"),
        text("document"),
    )
    create_index("sale_member", "sale", ["bucket", "member", "at"])


def _books_more() -> None:
    create_table(
        "gift_card_entry",
        bucket(),
        key("id"),
        text("card"),
        number("amount"),
        text("business_on"),
        text("entry"),
    )
    create_index("gift_card_entry_card", "gift_card_entry", ["bucket", "card"])
    create_table("shown", bucket(), key("key"), key("receipt"), text("deed"))


def _feed() -> None:
    create_table("schema_version", key("version", BIG), number("at"))
    # Programs of before Alembic read it, and refuse what they must not open.
    op.execute("INSERT INTO schema_version (version) VALUES (7)")
    create_table("meta", key("name"), text("value"))
    create_table("setting", key("store"), key("name"), text("value", "null"))
    create_table(
        "feed_head",
        bucket(),
        key("scope"),
        number("seq"),
        number("rows_living"),
        number("total"),
        number("horizon"),
    )
    create_table(
        "feed_row",
        bucket(),
        key("scope"),
        key("kind"),
        key("id"),
        number("ver"),
        number("deleted"),
        number("at"),
        text("body", "null"),
    )
    create_index("feed_row_ver", "feed_row", ["bucket", "scope", "ver"])

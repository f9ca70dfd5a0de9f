"""One bucket's members, accounts and grants inside one transaction. Never touches another bucket.

Opening the book locks the bucket's feed head, so that whoever changes a member of the bucket
(posting, grants, edits, expiry) is the only one, up to the commit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Raw
from sqlalchemy import Connection

from pos_app.domain.loyalty.ledger import (
    Account,
    EntryKind,
    PointsEntry,
    PostResult,
    Take,
    apply,
)
from pos_app.domain.loyalty.member import Member
from pos_app.domain.loyalty.owner import is_bearer
from pos_app.domain.loyalty.placement import Habits
from sync.server.books import accounts, bearers, former
from sync.server.books.bearers import Bearer
from sync.server.books.conflicts import Conflict, conflict_rows
from sync.server.books.desk import Desk, OwnDesk
from sync.server.books.grant import Grant as Grant
from sync.server.engine import bulk
from sync.server.engine.buckets import bucket_scope
from sync.server.engine.days import Days
from sync.server.engine.schema import account, allowance, bearer, conflict, effect, ledger, member
from sync.server.engine.services import MICROSECOND, Services
from sync.server.publishing import feed, interest
from sync.server.sealing import personal
from sync.translate import lot_row, member_from_row, member_row
from sync.wire.codec import canonical
from sync.wire.rows import MemberRow

Keys = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Held:
    """A member with the account, as this transaction sees and changes them.

    A gift card or a coupon stands here too, with its `bearer` in the place of an account.
    """

    member: Member
    keys: Keys
    account: Account
    entries: int = 0
    reserved: int = 0
    profile: tuple[str, str] = ("", "")
    deleted: bool = False
    sealed: str = ""
    person: bytes = b""
    habits: Habits = field(default_factory=Habits)
    groups: tuple[str, ...] = ()
    bearer: Bearer | None = None

    @property
    def stores(self) -> tuple[str, ...]:
        """The home store and those visited, as remembered; of a gift card where it was last."""
        if self.bearer is not None:
            return self.bearer.doc.stores
        return (self.member.home_store, *self.habits.visits)


@dataclass(slots=True)
class _Line:
    entry: PointsEntry
    takes: tuple[Take, ...]
    pos: int
    dirty: bool = True


@dataclass
class Book:
    """Load, change, `flush`. What was not loaded is not there."""

    connection: Connection
    services: Services
    bucket: int
    held: dict[str, Held] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    touched_grants: set[str] = field(default_factory=set)
    desk: Desk | None = None
    _lines: dict[str, _Line] = field(default_factory=dict)
    _former: dict[str, tuple[str, tuple[Take, ...]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._desk = self.desk or OwnDesk(self.connection)
        self._desk.lock(self.bucket)

    @property
    def days(self) -> Days:
        """Those of the chain's stores, the same all through the transaction."""
        return self._desk.days(self.services)

    def load(self, members: Iterable[str], entries: Iterable[str] = ()) -> None:
        """Owners (members, gift cards, coupons) with grants; ledger lines of these ids."""
        wanted = {m for m in members if m not in self.held}
        self.load_bearers({owner for owner in wanted if is_bearer(owner)})
        wanted = {owner for owner in wanted if not is_bearer(owner)}
        if wanted:
            self._load_members(wanted)
            self._load_grants(wanted)
        lines = {e for e in entries if e not in self._lines}
        if lines:
            self._load_lines(lines)

    def load_bearers(self, owners: Iterable[str]) -> None:
        """Gift cards and coupons with their grants."""
        wanted = {owner for owner in owners if owner not in self.held}
        if not wanted:
            return
        for one, reserved in bearers.load(self.connection, self.bucket, wanted):
            self._hold(one, reserved)
        self._load_grants(wanted)

    def _hold(self, one: Bearer, reserved: int = 0) -> Held:
        nobody, empty = Member(one.owner, ""), Account(one.owner)
        held = Held(nobody, (), empty, reserved=reserved, bearer=one, groups=one.doc.groups)
        self.held[one.owner] = held
        return held

    def bear(self, one: Bearer) -> Held:
        """A gift card or a coupon that was not there."""
        self.touched.add(one.owner)
        return self._hold(one)

    def _rows(self, table: sa.Table, column: str, values: Iterable[str]) -> Sequence[Any]:
        return self._desk.rows(table, column, self.bucket, values)

    def _load_members(self, wanted: set[str]) -> None:
        states = {row.member: row for row in self._rows(account, "member", wanted)}
        for row in self._rows(member, "id", wanted):
            text = personal.opened(self.services.keys.profiles, row.id, row.state.encode())
            doc = msgspec.json.decode(text, type=MemberRow)
            state = states.get(row.id)
            self.held[row.id] = Held(
                member_from_row(doc),
                doc.keys,
                accounts.account_from_text(row.id, state.state) if state else Account(row.id),
                state.entries if state else 0,
                state.reserved if state else 0,
                (row.profile, row.profile_key),
                sealed=personal.sealed_of(row.state.encode()),
                person=personal.person_of(doc),
                habits=msgspec.json.decode(state.habits, type=Habits) if state else Habits(),
                groups=tuple(msgspec.json.decode(row.groups, type=list[str])),
            )

    def _load_grants(self, members: set[str]) -> None:
        for row in self._rows(allowance, "member", members):
            self.grants[row.grant_id] = Grant(
                row.grant_id,
                row.member,
                row.terminal,
                row.granted,
                row.spent,
                row.returned,
                row.kind,
                row.lease_until,
                row.posted_seq,
                row.incarnation,
            )

    def _load_lines(self, ids: set[str]) -> None:
        for row in self._rows(ledger, "id", ids):
            self._lines[row.id] = _Line(
                accounts.entry_from_text(row.entry),
                accounts.takes_from_text(row.takes),
                row.pos,
                False,
            )

    def add(self, new: Member, keys: Keys, profile: tuple[str, str] = ("", "")) -> Held:
        """A member that was not there."""
        held = Held(new, keys, Account(new.member_id), profile=profile)
        self.held[new.member_id] = held
        self.touched.add(new.member_id)
        return held

    def change(self, held: Held, changed: Member) -> None:
        """The member's new state (points apart).

        Of two states a till takes the later one: `as_of` never goes back with the server's clock.
        """
        before = held.member.as_of
        if before is not None and changed.as_of is not None and changed.as_of < before:
            changed = replace(changed, as_of=before + MICROSECOND)
        held.member = changed
        self.touched.add(changed.member_id)

    def drop(self, held: Held) -> None:
        """The member has become another: the row goes, the account stays, with nothing promised.
        Told to tills though not a point was on it."""
        held.deleted, held.reserved = True, 0
        self.touched.add(held.member.member_id)

    def post(self, held: Held, entry: PointsEntry) -> tuple[PostResult, int]:
        """Append an entry once; (result, points beyond the lots). Its lines must be loaded."""
        known = self._lines.get(entry.entry_id)
        if known is not None:
            same = former.same_fact(known.entry, entry)
            result = PostResult.EXISTS if same else PostResult.EXISTS_WITH_DIFFERENT_CONTENT
            return result, 0
        answered = self._lines.get(entry.reverses or "")
        if answered is not None and answered.entry.member_id != held.member.member_id:
            answered = None  # of an account that is gone, though its bucket is this one
        if answered is None and (taken := self._former_takes(held, entry)):
            return self._post_pieces(held, entry, taken)
        takes = answered.takes if answered else ()
        posting = apply(held.account, entry, takes)
        if answered is not None and takes and entry.kind is EntryKind.REVERSE:
            answered.takes, answered.dirty = posting.left, True
        held.account = posting.account
        held.entries += 1
        self._lines[entry.entry_id] = _Line(entry, posting.takes, held.entries)
        self.touched.add(held.member.member_id)
        return PostResult.POSTED, posting.overdrawn

    def _former_takes(self, held: Held, entry: PointsEntry) -> tuple[Take, ...]:
        """Of a line that was written when the member was another account."""
        if entry.kind is not EntryKind.REVERSE or not entry.reverses or entry.points <= 0:
            return ()
        known = self._former.get(entry.reverses)
        if known is not None:
            return known[1]
        return former.takes_of(self.connection, held.member.member_id, entry.reverses)

    def _post_pieces(
        self, held: Held, entry: PointsEntry, taken: tuple[Take, ...]
    ) -> tuple[PostResult, int]:
        found, left = former.pieces(entry, taken)
        self._former[entry.reverses or ""] = (held.member.member_id, left)
        for piece in found:
            self.post(held, piece)
        return PostResult.POSTED, 0

    def reserve(self, held: Held, grant: Grant) -> None:
        """A new grant, or one that may hold more than before."""
        before = self.grants.get(grant.grant_id)
        held.reserved += grant.left - (before.left if before else 0)
        self.grants[grant.grant_id] = grant
        self._touch_grant(held, grant)

    def use(self, held: Held, grant: Grant, *, spent: int = 0, returned: int = 0) -> None:
        """Points of a grant were spent or came back."""
        before = grant.left
        grant.spent += spent
        grant.returned += returned
        held.reserved += grant.left - before
        self._touch_grant(held, grant)

    def _touch_grant(self, held: Held, grant: Grant) -> None:
        self.touched_grants.add(grant.grant_id)
        self.touched.add(held.member.member_id)

    def grants_of(self, member_id: str) -> list[Grant]:
        """The member's grants at every terminal, oldest id first."""
        found = [g for g in self.grants.values() if g.member == member_id]
        return sorted(found, key=lambda g: g.grant_id)

    def flush(self) -> set[str]:
        """Write what changed and publish it; the terminals whose grants changed."""
        now_us = self.services.now_us()
        lines = [
            accounts.ledger_row(self.bucket, line.pos, line.entry, line.takes)
            for line in self._lines.values()
            if line.dirty
        ]
        self._desk.insert(ledger, lines, "replace")
        left = [former.left_row(owner, key, takes) for key, (owner, takes) in self._former.items()]
        self._desk.insert(effect, left, "replace")
        changed = [self.held[m] for m in sorted(self.touched)]
        touched = [held for held in changed if held.bearer is None]
        rows = {held.member.member_id: self._sealed_row(held) for held in touched}
        heard = {held.member.member_id: held for held in changed if _is_told(held)}
        groups = interest.settle(self._desk.grouped(), heard)
        self._flush_bearers(changed)
        self._desk.insert(account, [self._account_row(h) for h in touched], "replace")
        living = [held for held in touched if not held.deleted]
        self._desk.insert(member, [self._member_row(h, rows) for h in living], "replace")
        self._flush_grants()
        self._drop_merged(touched)
        self._desk.insert(conflict, conflict_rows(self.bucket, self.conflicts, now_us), "nothing")
        changes = [self._published(held, rows) for held in changed if _is_told(held)]
        if changes:
            self._desk.publish(bucket_scope(self.bucket), changes, now_us)
            for scope, told in interest.told(self.bucket, groups, changes):
                self._desk.publish(scope, told, now_us)
        return {self.grants[g].terminal for g in self.touched_grants}

    def _sealed_row(self, held: Held) -> MemberRow:
        """The row without points and without who the member is: that is sealed under the member's
        own key before it meets a table."""
        row = member_row(held.member, held.keys)
        self._seal(held, personal.person_of(row))
        return msgspec.structs.replace(personal.without_person(row), lots=(), debt=0)

    def _seal(self, held: Held, person: bytes) -> None:
        if person == held.person and held.sealed:
            return
        wrapped = bytes.fromhex(held.profile[1]) or personal.wrapped_in(held.sealed)
        master = self.services.keys.profiles
        held.person = person
        held.sealed = personal.seal(master, wrapped, held.member.member_id, person)
        held.profile = (held.profile[0], held.profile[1] or personal.wrapped_in(held.sealed).hex())

    def _flush_grants(self) -> None:
        rows = [self._grant_row(self.grants[g]) for g in sorted(self.touched_grants)]
        self._desk.insert(allowance, rows, "replace")

    def _flush_bearers(self, changed: Iterable[Held]) -> None:
        for held in changed:
            if held.bearer is not None:
                held.bearer.doc.groups = held.groups
                held.bearer.stamp(self.services.now())
        rows = [
            bearers.row_of(self.bucket, held.bearer, held.reserved)
            for held in changed
            if held.bearer is not None
        ]
        self._desk.insert(bearer, rows, "replace")

    def _drop_merged(self, touched: Iterable[Held]) -> None:
        gone = [held.member.member_id for held in touched if held.deleted]
        if gone:
            ours = member.c.bucket == self.bucket
            self.connection.execute(
                sa.delete(member).where(ours, bulk.among(self.connection, member.c.id, gone))
            )

    def _account_row(self, held: Held) -> dict[str, Any]:
        return {
            "bucket": self.bucket,
            "member": held.member.member_id,
            "balance": held.account.balance,
            "entries": held.entries,
            "reserved": held.reserved,
            "state": accounts.account_text(held.account),
            "lapses_on": accounts.lapses_on(held.account),
            "habits": canonical(held.habits).decode() if held.habits.visits else "{}",
        }

    def _member_row(self, held: Held, rows: Mapping[str, MemberRow]) -> dict[str, Any]:
        kept = rows[held.member.member_id]
        return {
            "bucket": self.bucket,
            "id": held.member.member_id,
            "home_store": held.member.home_store,
            "state": personal.sealed_text(kept, held.sealed).decode(),
            "groups": canonical(held.groups).decode(),
            "profile": held.profile[0],
            "profile_key": held.profile[1],
        }

    def _grant_row(self, grant: Grant) -> dict[str, Any]:
        return {
            "bucket": self.bucket,
            "grant_id": grant.grant_id,
            "member": grant.member,
            "terminal": grant.terminal,
            "granted": grant.granted,
            "spent": grant.spent,
            "returned": grant.returned,
            "kind": grant.kind,
            "lease_until": grant.lease_until,
            "posted_seq": grant.posted_seq,
            "incarnation": grant.incarnation,
            "announced": 0,
        }

    def _published(self, held: Held, rows: Mapping[str, MemberRow]) -> feed.Change:
        member_id = held.member.member_id
        if held.bearer is not None:
            return feed.Change("gift_card", member_id, held.bearer.shown())
        if held.deleted or held.member.blocked == personal.ERASED:
            return feed.Change("member", member_id, None)
        lots = tuple([lot_row(lot) for lot in held.account.lots])
        row = msgspec.structs.replace(rows[member_id], lots=lots, debt=held.account.debt)
        return feed.Change("member", member_id, Raw(personal.sealed_text(row, held.sealed)))


def _is_told(held: Held) -> bool:
    """Members and gift cards are rows of the feed; a coupon is told as a setting."""
    return held.bearer is None or held.bearer.is_card

"""The till's facts as the tasks ask for them: the port `Journal` on `till.db`. Never a rule.

A return from `record`, `begin_tendering` or `set_job_state` means that it is on the disk.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from pos_app.domain.document import CompletedTransaction
from pos_app.domain.events import (
    CategoriesChosen,
    Event,
    PointsAdjusted,
    ReceiptCredited,
    TransactionCompleted,
)
from pos_app.domain.loyalty.allowance import Allowance
from pos_app.domain.loyalty.coupon import CouponHistory
from pos_app.domain.loyalty.gift_card import GiftCardEntry
from pos_app.domain.loyalty.lease import Anchor
from pos_app.domain.loyalty.ledger import PointsEntry
from pos_app.domain.loyalty.member import Member
from pos_app.domain.loyalty.tally import TallyEntry
from pos_app.storage import statements as q
from pos_app.storage.anchors import anchor_of
from pos_app.storage.coupons import coupon_history
from pos_app.storage.driver import Statement, without_waiting, write
from pos_app.storage.outbox import read_identity
from pos_app.storage.plain import days_of, from_us, member_of, session_of, to_us
from pos_app.storage.recording import DAYS, TOLD, columns_of, write_facts
from pos_app.storage.till_file import TillFile
from pos_app.workstation.day_record import DayRecord
from pos_app.workstation.ports import (
    EventCodec,
    Facts,
    SessionState,
    StorageBroken,
    StoredJob,
    SuspendedDraft,
    Tendering,
    TerminalIdentity,
)

NEAR = timedelta(days=3)
"""A business day may begin late and end after midnight, in any zone, but not days away."""


class Journal:
    """Satisfies `pos_app.workstation.ports.Journal`; see there for every method."""

    def __init__(self, till: TillFile, codec: EventCodec) -> None:
        self._till = till
        self._driver = till.driver
        self._codec = codec

    def identity(self) -> TerminalIdentity | None:
        """None before enrolment."""
        return read_identity(self._till)

    def session(self) -> SessionState | None:
        """The open session, or None."""
        last = self.last_session()
        return last if last is not None and last.open else None

    def last_session(self) -> SessionState | None:
        """The last session, open or closed."""
        state = self._till.chain().session
        return None if state is None else session_of(state)

    def next_receipt_counter(self) -> int:
        """The number of the next receipt, from 1."""
        return self._till.chain().receipts + 1

    def without_waiting(self) -> AbstractContextManager[None]:
        """NotNow instead of waiting for the courier."""
        return without_waiting(self._driver)

    def record(self, facts: Facts) -> None:
        """One transaction for everything; see the port and `recording.write_facts`."""
        with self._till.protected("record") as chain:
            write_facts(self._till, self._codec, chain, facts)

    def document(self, key: str) -> CompletedTransaction | None:
        """By transaction id or receipt number."""
        found = self._documents(q.DOCUMENT, key=key)
        return found[0] if found else None

    def latest_of_member(self, member_id: str, since: datetime) -> tuple[CompletedTransaction, ...]:
        """The member's newest documents recorded here, newest first; at most 64."""
        return self._documents(q.LATEST_OF_MEMBER, member_id=member_id, since=to_us(since))

    def last_document(self) -> CompletedTransaction | None:
        """The newest completed transaction."""
        found = self._documents(q.LAST_DOCUMENT)
        return found[0] if found else None

    def sold(self, since: date, until: date) -> Iterator[CompletedTransaction]:
        """Of these business days, in order; a day's receipts may be of the night after it."""
        first = datetime.combine(since, time(), UTC) - NEAR
        last = datetime.combine(until, time(), UTC) + NEAR
        rows = q.SOLD.all(self._driver, since=to_us(first), until=to_us(last))
        events = (self._event(kind, version, body) for kind, version, body in rows)
        for event in events:
            if isinstance(event, TransactionCompleted) and (
                since <= event.document.business_on <= until
            ):
                yield event.document

    def returns_of(self, transaction_id: str) -> tuple[CompletedTransaction, ...]:
        """Returns of that sale recorded at this till, in order."""
        return self._documents(q.RETURNS, key=transaction_id)

    def credit_of(self, transaction_id: str) -> ReceiptCredited | None:
        """To whom that receipt of nobody was credited at this till."""
        events = self._events(q.RETURNS, key=transaction_id)
        return next((e for e in events if isinstance(e, ReceiptCredited)), None)

    def local_member(self, kind: str, key: str) -> Member | None:
        """`kind`: phone (hex of HMAC), card, code, id."""
        if kind == "id":
            row = q.MEMBER_BY_ID.one(self._driver, key=key)
        else:
            row = q.MEMBER_BY_KEY.one(self._driver, kind=kind, key=key)
        return None if row is None else member_of(row[0])

    def allowances(self, member_id: str) -> tuple[Allowance, ...]:
        """Grants of this incarnation; none while they are frozen."""
        chain = self._till.chain()
        if chain.frozen:
            return ()
        rows = q.ALLOWANCES.all(
            self._driver, member_id=member_id, incarnation_now=chain.incarnation
        )
        return _allowances(rows)

    def lease_anchor(self) -> Anchor | None:
        """When this till last heard all the server had to say; None before the first time."""
        return anchor_of(self._till)

    def identified(self) -> tuple[Allowance, ...]:
        """Grants that go back when nobody needs them here; none while they are frozen."""
        chain = self._till.chain()
        if chain.frozen:
            return ()
        return _allowances(q.IDENTIFIED.all(self._driver, incarnation_now=chain.incarnation))

    def unposted_cards(self, card_id: str, posted_seq: int) -> tuple[GiftCardEntry, ...]:
        """The gift card's entries in local documents after that sequence number, in order."""
        documents = self._documents(q.UNPOSTED_OF_MEMBER, member_id=card_id, posted=posted_seq)
        return tuple(e for d in documents for e in d.gift_cards if e.card_id == card_id)

    def unposted(self, member_id: str, posted_seq: int) -> tuple[PointsEntry, ...]:
        """The member's entries in local events after that sequence number, in order."""
        events = self._events(q.UNPOSTED, member_id=member_id, posted=posted_seq)
        return tuple(e for one in events for e in _entries(one) if e.member_id == member_id)

    def member_events(self, member_id: str, posted_seq: int = 0) -> tuple[Event, ...]:
        """The member's local events after that sequence number that are no receipts, in order."""
        events = self._events(q.UNPOSTED_OF_MEMBER, member_id=member_id, posted=posted_seq)
        return tuple(e for e in events if not isinstance(e, TransactionCompleted))

    def unposted_spend(self, member_id: str, posted_seq: int) -> tuple[tuple[date, int], ...]:
        """(day of the sale, net amount; negative for a return) after that sequence number."""
        rows = q.UNPOSTED_SPEND.all(self._driver, member_id=member_id, posted=posted_seq)
        return tuple((date.fromisoformat(on), net) for on, net in rows)

    def unposted_tallies(self, member_id: str, posted_seq: int) -> tuple[TallyEntry, ...]:
        """Tallies of the member's own receipts after that sequence number, in order."""
        documents = self._documents(q.UNPOSTED_OF_MEMBER, member_id=member_id, posted=posted_seq)
        return tuple(t for d in documents if d.member_id == member_id for t in d.tallies)

    def unposted_choices(self, member_id: str, posted_seq: int) -> tuple[CategoriesChosen, ...]:
        """The member's choices of categories after that sequence number, in order."""
        events = self._events(q.UNPOSTED_OF_MEMBER, member_id=member_id, posted=posted_seq)
        return tuple(e for e in events if isinstance(e, CategoriesChosen))

    def told(self, transaction_id: str) -> bytes | None:
        """What was kept to explain that receipt."""
        return self._till.meta(f"{TOLD}{transaction_id}")

    def recall(self, name: str) -> bytes | None:
        """What was remembered under that name."""
        return self._till.meta(f"seen.{name}")

    def remember(self, name: str, body: bytes) -> None:
        """What the server last said of something."""
        self._till.set_meta(f"seen.{name}", body)

    def coupon(self, key: str) -> CouponHistory:
        """What receipts of this till did with that code or serial."""
        return coupon_history(self._driver, key)

    def suspended(self, but: str = "") -> tuple[SuspendedDraft, ...]:
        """Oldest first; the body of `but` is not read."""
        return tuple(
            SuspendedDraft(key, label, from_us(at), operator, lines, total, bytes(body))
            for key, label, at, operator, lines, total, body in q.SUSPENDED.all(
                self._driver, but=but
            )
        )

    def keep_open(self, draft: SuspendedDraft) -> None:
        """See the port: neither the chain nor its generation moves for it."""
        with write(self._driver):
            if q.IS_COMPLETE.one(self._driver, key=draft.transaction_id) is not None:
                return  # whoever calls it may have died half way: what is paid is never open again
            q.KEEP_OPEN.run(self._driver, **columns_of(draft))
            self._till.points("open.before_commit")
        self._till.points("open.after_commit")

    def days(self) -> tuple[DayRecord, ...]:
        """Ends of days that go on, oldest first."""
        return days_of(self._till.meta(DAYS))

    def unsent(self) -> int:
        """Events the server has not acknowledged."""
        chain = self._till.chain()
        return chain.head - chain.acked

    def jobs(self) -> tuple[StoredJob, ...]:
        """Print jobs that are not printed, in order."""
        return tuple(
            StoredJob(job, transaction, bytes(body), state)
            for job, transaction, body, state in q.JOBS.all(self._driver)
        )

    def set_job_state(self, job_id: str, state: str) -> None:
        """Remember what became of a print job; a printed one is done with."""
        with write(self._driver):
            if state == "printed":
                q.DROP_JOB.run(self._driver, key=job_id)
            else:
                q.SET_JOB_STATE.run(self._driver, key=job_id, to=state)

    def replace_job(self, job_id: str, new: StoredJob) -> None:
        """Another job in the place of one, in one step."""
        with write(self._driver):
            q.REPLACE_JOB.run(
                self._driver,
                key=job_id,
                new_id=new.job_id,
                new_body=new.body,
                to=new.state,
            )

    def begin_tendering(self, tendering: Tendering) -> None:
        """Durable before the first external effect; the same transaction again replaces it."""
        with self._till.protected("tendering"):
            q.ADD_TENDERING.run(
                self._driver,
                transaction_id=tendering.transaction_id,
                at_us=to_us(tendering.at),
                body=tendering.body,
            )

    def tenderings(self) -> tuple[Tendering, ...]:
        """What a restart has to decide."""
        return tuple(
            Tendering(key, from_us(at), bytes(body))
            for key, at, body in q.TENDERINGS.all(self._driver)
        )

    def sentinel_mismatch(self) -> bool:
        """See `TillFile.sentinel_mismatch`."""
        return self._till.sentinel_mismatch()

    def mirror_generation(self) -> int:
        """Which mirror file is the current one; 0 before the first."""
        return int(self._till.meta("mirror_generation") or b"0")

    def _documents(
        self, statement: Statement, **values: object
    ) -> tuple[CompletedTransaction, ...]:
        events = self._events(statement, **values)
        return tuple(e.document for e in events if isinstance(e, TransactionCompleted))

    def _events(self, statement: Statement, **values: object) -> list[Event]:
        rows = statement.all(self._driver, **values)
        return [self._event(kind, version, body) for kind, version, body in rows]

    def _event(self, kind: str, version: int, body: bytes) -> Event:
        try:
            return self._codec.decode(kind, version, bytes(body))
        except ValueError as error:
            raise StorageBroken(f"a stored event cannot be read: {error}") from error


def _entries(event: Event) -> tuple[PointsEntry, ...]:
    if isinstance(event, TransactionCompleted):
        return event.document.entries
    return (event.entry,) if isinstance(event, PointsAdjusted | ReceiptCredited) else ()


def _allowances(rows: Iterable[Sequence[Any]]) -> tuple[Allowance, ...]:
    return tuple(
        Allowance(grant, owner, granted, spent, returned, kind, _instant(until))
        for grant, owner, granted, spent, returned, kind, until in rows
    )


def _instant(value: int | None) -> datetime | None:
    return None if value is None else from_us(value)

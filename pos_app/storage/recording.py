"""How Facts become rows, inside one transaction that somebody else opened. Never commits."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from pos_app.domain.document import CompletedTransaction, TransactionKind
from pos_app.domain.events import (
    CategoriesChosen,
    Event,
    MembersMerged,
    PointsAdjusted,
    ReceiptCredited,
    TransactionCompleted,
)
from pos_app.domain.loyalty.allowance import OWN, AllowanceUse
from pos_app.storage import statements as q
from pos_app.storage.coupons import mark_coupons
from pos_app.storage.driver import Driver, Statement
from pos_app.storage.errors import AllowanceOverused, GrantsFrozen, ReceiptOutOfOrder
from pos_app.storage.fiscal_book import save_fiscal
from pos_app.storage.plain import to_json, to_us
from pos_app.storage.till_file import Chain, TillFile
from pos_app.workstation.ports import EventCodec, Facts, SuspendedDraft

DAYS = "days"
"""Under this name the records of days that end lie among the small values."""
TOLD = "told."
"""Before a transaction's id: what explains its receipt, for as long as the receipt is here."""


def write_facts(till: TillFile, codec: EventCodec, chain: Chain, facts: Facts) -> None:
    """All parts of the facts, in an order that never matters to a reader.

    Raises AllowanceOverused, GrantsFrozen or ReceiptOutOfOrder; the caller rolls back.
    """
    if facts.receipt_counter is not None:
        _consume_receipt(chain, facts.receipt_counter)
    for event_id, event in facts.events:
        _add_event(till, codec, chain, event_id, event)
        _add_own(till.driver, chain, event)
    till.points("record.events")
    _move_points(till.driver, chain, facts.uses, q.SPEND)
    _move_points(till.driver, chain, facts.returned, q.GIVE_BACK)
    till.points("record.allowance")
    _add_working_state(till.driver, chain, facts)
    _add_beside(till.driver, chain, facts)
    till.points("record.session")
    _add_member(till.driver, chain, facts)
    till.points("record.member")


def _consume_receipt(chain: Chain, counter: int) -> None:
    if counter != chain.receipts + 1:
        raise ReceiptOutOfOrder(f"receipt {counter} after {chain.receipts}")
    chain.receipts = counter


def _add_event(
    till: TillFile, codec: EventCodec, chain: Chain, event_id: str, event: Event
) -> None:
    add_stored(till, codec, chain, (event_id, *codec.encode(event)), event)


def add_stored(
    till: TillFile,
    codec: EventCodec,
    chain: Chain,
    stored: tuple[str, str, int, bytes],
    event: Event,
) -> None:
    """An event and its (id, kind, version, body) become the head of the chain."""
    event_id, kind, version, body = stored
    document = event.document if isinstance(event, TransactionCompleted) else None
    at = document.completed_at if document else event.at  # type: ignore[union-attr]  # only the document has none
    till.link(chain, event_id, kind, body)
    q.ADD_EVENT.run(
        till.driver,
        place=chain.place,
        id=event_id,
        kind=kind,
        v=version,
        body=body,
        hash=chain.head_hash,
        at_us=to_us(at),
    )
    for member_id, entries, day in _told_of(event):
        q.ADD_MEMBER_EVENT.run(
            till.driver,
            member_id=member_id,
            place=chain.place,
            business_on=day.isoformat(),
            net_minor=0,
            points=entries,
        )
    if isinstance(event, ReceiptCredited):
        # Beside its returns: whoever asks for the one wants the other.
        q.ADD_RETURN.run(till.driver, original_id=event.receipt_id, place=chain.place)
    if document is not None:
        chain.last_document = chain.place
        _index_document(till.driver, codec, chain.place, document)
        mark_coupons(till.driver, document)


def _told_of(event: Event) -> list[tuple[str, int, date]]:
    """(member, number of entries of the ledger, business day) of an event that is no receipt."""
    if isinstance(event, CategoriesChosen):
        return [(event.member_id, 0, event.business_on)]
    if isinstance(event, PointsAdjusted | ReceiptCredited):
        return [(event.member_id, 1, event.entry.business_on)]
    if isinstance(event, MembersMerged):
        return [(one, 0, event.business_on) for one in (event.kept_id, event.gone_id)]
    return []


def _index_document(
    driver: Driver, codec: EventCodec, place: int, document: CompletedTransaction
) -> None:
    for key in (document.transaction_id, document.receipt_number):
        q.ADD_DOCUMENT_KEY.run(driver, key=key, place=place)
    if document.original_id is not None:
        q.ADD_RETURN.run(driver, original_id=document.original_id, place=place)
    members = {entry.member_id for entry in document.entries}
    if document.member_id is not None:
        members.add(document.member_id)
    # A gift card's own entries are found like a member's.
    members |= {entry.card_id for entry in document.gift_cards}
    for member_id in sorted(members):
        own = member_id == document.member_id
        q.ADD_MEMBER_EVENT.run(
            driver,
            member_id=member_id,
            place=place,
            business_on=_spent_on(driver, codec, document).isoformat(),
            net_minor=_net_minor(document) if own else 0,
            points=sum(e.member_id == member_id for e in document.entries),
        )


def _spent_on(driver: Driver, codec: EventCodec, document: CompletedTransaction) -> date:
    """A return lowers the spend of the day of its sale, where this till still knows it."""
    row = q.DOCUMENT.one(driver, key=document.original_id) if document.original_id else None
    sold = codec.decode(row[0], row[1], bytes(row[2])) if row is not None else None
    if isinstance(sold, TransactionCompleted):
        return sold.document.business_on
    return document.business_on


def _net_minor(document: CompletedTransaction) -> int:
    net = document.spend_minor
    return -abs(net) if document.kind is TransactionKind.RETURN else net


def _add_own(driver: Driver, chain: Chain, event: Event) -> None:
    """What a receipt earned in the dark is this till's to spend; not after another incarnation."""
    if not isinstance(event, TransactionCompleted) or event.document.own is None:
        return
    own, owner = event.document.own, event.document.member_id
    if chain.frozen or own.incarnation != chain.incarnation:
        return
    for use in own.uses:
        q.ADD_OWN.run(
            driver,
            grant_id=use.grant_id,
            member_id=owner,
            kind=OWN,
            granted=use.points,
            incarnation=chain.incarnation,
        )


def _move_points(
    driver: Driver, chain: Chain, uses: Iterable[AllowanceUse], statement: Statement
) -> None:
    for use in uses:
        if chain.frozen:
            raise GrantsFrozen("the grants of this till wait for the server")
        changed = statement.run(
            driver, grant=use.grant_id, points=use.points, incarnation_now=chain.incarnation
        )
        if use.points <= 0 or changed != 1:
            raise AllowanceOverused(f"grant {use.grant_id} cannot give {use.points}")


def _add_working_state(driver: Driver, chain: Chain, facts: Facts) -> None:
    if facts.session is not None:
        chain.session = to_json(facts.session)
    if facts.drop_suspended is not None:
        q.DROP_SUSPENDED.run(driver, key=facts.drop_suspended)
    if facts.drop_tendering is not None:
        q.DROP_TENDERING.run(driver, key=facts.drop_tendering)
    for row in facts.fiscal:
        save_fiscal(driver, row)
    if facts.days is not None:
        q.PUT_META.run(driver, k=DAYS, v=to_json(facts.days))


def _add_beside(driver: Driver, chain: Chain, facts: Facts) -> None:
    """What explains the receipt, what is put aside, what is printed."""
    if facts.told is not None:
        q.PUT_META.run(driver, k=f"{TOLD}{facts.told[0]}", v=facts.told[1])
    if facts.suspend is not None:
        q.ADD_SUSPENDED.run(driver, **columns_of(facts.suspend))
    if facts.print_job is not None:
        job = facts.print_job
        q.ADD_JOB.run(
            driver,
            job_id=job.job_id,
            n=chain.place,
            transaction_id=job.transaction_id,
            body=job.body,
            state=job.state,
        )


def columns_of(draft: SuspendedDraft) -> dict[str, Any]:
    """A suspended draft as its row has it."""
    return {
        "transaction_id": draft.transaction_id,
        "label": draft.label,
        "at_us": to_us(draft.at),
        "operator_id": draft.operator_id,
        "lines": draft.lines,
        "total_minor": draft.total_minor,
        "body": draft.body,
    }


def _add_member(driver: Driver, chain: Chain, facts: Facts) -> None:
    """A key that another local member has stays with that one: the first is found."""
    if facts.local_member is None:
        return
    member, keys = facts.local_member
    q.SAVE_MEMBER.run(driver, member_id=member.member_id, place=chain.place, body=to_json(member))
    q.ADD_MEMBER_KEY.many(
        driver, [{"kind": kind, "key": key, "member_id": member.member_id} for kind, key in keys]
    )

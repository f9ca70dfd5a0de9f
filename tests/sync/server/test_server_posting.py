"""Posting: a completed transaction is never refused, never doubled; poison waits alone."""

import json
from dataclasses import replace
from datetime import date

import pytest

from pos_app.domain.document import TransactionKind
from pos_app.domain.events import (
    AllowanceReturned,
    CashMoved,
    RightUsed,
    SessionOpened,
    TransactionCompleted,
)
from pos_app.domain.loyalty.allowance import AllowanceUse
from pos_app.domain.loyalty.ledger import EntryKind
from pos_app.domain.tender import Tender, TenderKind
from sync.server.engine.schema import account, allowance, conflict, event, ledger, sale
from sync.server.poster import applying, posting
from sync.server.watch.doctor import examine
from sync.wire.codec import decode
from sync.wire.events import ControlTotalsDoc
from sync.wire.rows import AllowanceRow, MemberRow, OutcomeRow
from tests.sync.server.posted import healthy, posting_event, rows_of
from tests.sync.server.till import DAY, NOON


def test_a_sale_earns_redeems_and_counts(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(phone=b"p" * 16)
        till.sell(member=anna, earn=50, net=500_00)
        till.sell(member=anna, redeem=20, earn=3, net=100_00)
        await house.push(till)
        shown = (await rows_of(till, "member", MemberRow))[anna]
        assert sum(lot.points for lot in shown.lots) == 33
        assert shown.spend_by_month == {"2026-11": 600_00}
        assert shown.lifetime_spend == 600_00
        assert shown.posted == {till.terminal: 3}
        assert shown.keys == (("phone", (b"p" * 16).hex()),)
        assert await house.rows(conflict) == []
        await healthy(house)

    house.run(story())


def test_every_event_gets_an_outcome_in_its_terminals_own_scope(house) -> None:
    async def story() -> None:
        till, other = await house.till(), await house.till()
        till.sell()
        await house.push(till)
        outcomes = await rows_of(till, "outcome", OutcomeRow)
        assert [(o.seq, o.outcome) for o in outcomes.values()] == [(1, "posted")]
        assert await rows_of(other, "outcome", OutcomeRow) == {}

    house.run(story())


def test_a_crash_between_buckets_posts_the_rest_once(house, monkeypatch) -> None:
    async def story() -> None:
        till = await house.till()
        members = [till.enrol_member(card=f"299000000{n:04d}") for n in range(5)]
        for one in members:
            till.sell(member=one, earn=10)
        await till.push()
        real, calls = posting.post_many, []

        def crashing(connection, services, parts, around=None):
            calls.append(sorted(parts))
            if len(calls) == 3:
                raise RuntimeError("power cut")
            return real(connection, services, parts, around)

        monkeypatch.setattr(applying, "PARTS_A_TRANSACTION", 1)
        monkeypatch.setattr(posting, "post_many", crashing)
        with pytest.raises(RuntimeError):
            await house.post()
        assert len(calls) == 3
        monkeypatch.setattr(posting, "post_many", real)
        await house.post()
        assert [row.balance for row in await house.rows(account)] == [10] * 5
        assert {row.outcome for row in await house.rows(event)} == {"posted"}
        await healthy(house)

    house.run(story())


def test_an_overdraft_stands_as_debt_with_its_money_effect(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        till.sell(member=anna, earn=10)
        till.sell(member=anna, redeem=25, unsecured=15)
        await house.push(till)
        (row,) = await house.rows(account)
        assert row.balance == -15
        (line,) = await house.rows(conflict)
        assert (line.kind, line.points, line.money) == ("overdraft", 15, 15_00)
        till.sell(member=anna, earn=20)
        await house.push(till, 4)
        (row,) = await house.rows(account)
        assert row.balance == 5
        await healthy(house)

    house.run(story())


def test_an_entry_with_a_known_id_and_other_points_is_an_alarm_not_an_overwrite(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        first = till.sell(member=anna, earn=10)
        again = till.document(member=anna, earn=99)
        twin = replace(again.entries[0], entry_id=first.entries[0].entry_id)
        till.record(posting_event(replace(again, entries=(twin,))))
        same = till.document(member=anna)
        till.record(posting_event(replace(same, entries=first.entries)))
        await house.push(till)
        (row,) = await house.rows(account)
        assert row.balance == 10
        assert [c.kind for c in await house.rows(conflict)] == ["exists_with_different_content"]

    house.run(story())


def test_a_return_gives_points_back_and_takes_turnover_from_the_sales_month(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        till.sell(member=anna, earn=100, net=1000_00, on=date(2026, 10, 1))
        bought = till.sell(member=anna, redeem=30, earn=7, net=100_00, on=date(2026, 10, 30))
        back = till.document(member=anna, net=100_00)
        redeemed, earned = bought.entries
        entries = (
            till.entry(anna, EntryKind.REVERSE, 30, reverses=redeemed.entry_id),
            till.entry(anna, EntryKind.REVERSE, -7, reverses=earned.entry_id),
        )
        till.record(
            posting_event(
                replace(
                    back,
                    kind=TransactionKind.RETURN,
                    original_id=bought.transaction_id,
                    entries=entries,
                    tenders=(Tender(TenderKind.CASH, -70_00),),
                )
            )
        )
        await house.push(till)
        (row,) = await house.rows(account)
        assert row.balance == 100
        shown = (await rows_of(till, "member", MemberRow))[anna]
        assert shown.spend_by_month == {"2026-10": 1000_00}
        totals = decode(ControlTotalsDoc, bytes((await till.settlement()).totals))
        assert (totals.returns, totals.returned) == (1, 100_00)
        await healthy(house)

    house.run(story())


def test_control_totals_are_what_the_till_counted(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        till.sell(member=anna, earn=10, net=100_00)
        till.sell(net=50_00)
        till.sell(training=True)
        till.record(CashMoved("pickup", 70_00, "bank", 1, DAY, "op", NOON))
        till.record(RightUsed("void_transaction", "t", "op", "", "", 9_00, 1, NOON))
        till.record(RightUsed("no_sale", "", "op", "", "", 0, 1, NOON))
        till.record(RightUsed("reprint", "", "op", "", "", 0, 1, NOON))
        await house.push(till)
        reply = await till.settlement()
        totals = decode(ControlTotalsDoc, bytes(reply.totals))
        assert (totals.receipts, totals.sales, totals.earned) == (2, 150_00, 10)
        assert totals.by_tender == {"cash": 150_00}
        assert (totals.pickup, totals.voids, totals.void_amount, totals.no_sales) == (
            70_00, 1, 9_00, 1,
        )  # fmt: skip
        assert (reply.posted_seq, reply.head, reply.conflicts) == (8, 8, 0)
        empty = await till.settlement(date(2020, 1, 1))
        assert decode(ControlTotalsDoc, bytes(empty.totals)) == ControlTotalsDoc()
        await healthy(house)

    house.run(story())


def test_spent_and_returned_points_of_a_grant_are_not_reserved_any_more(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        till.sell(member=anna, earn=100)
        await house.push(till)
        (grant,) = (await rows_of(till, "allowance", AllowanceRow)).values()
        assert (grant.granted, grant.spent) == (100, 0)
        till.sell(member=anna, redeem=40, uses=(AllowanceUse(grant.grant, 40),))
        till.record(AllowanceReturned(anna, (AllowanceUse(grant.grant, 10),), NOON))
        till.record(AllowanceReturned("nobody", (AllowanceUse("g", 1),), NOON))
        till.sell(member=anna, redeem=1, uses=(AllowanceUse("unheard-of", 1),))
        await house.push(till, 3)
        rows = {row.grant_id: row for row in await house.rows(allowance)}
        assert (rows[grant.grant].spent, rows[grant.grant].returned) == (40, 10)
        assert rows[grant.grant].posted_seq == 4
        kinds = sorted(line.kind for line in await house.rows(conflict))
        assert kinds == ["unknown_grant", "unknown_member"]
        told = await rows_of(till, "allowance", AllowanceRow)
        assert told[grant.grant].spent == 40
        await healthy(house)

    house.run(story())


def test_a_cloned_grant_that_is_spent_twice_is_shown_with_what_it_cost(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        till.sell(member=anna, earn=100)
        await house.push(till)
        (grant,) = (await rows_of(till, "allowance", AllowanceRow)).values()
        for _ in range(2):
            till.sell(member=anna, redeem=80, uses=(AllowanceUse(grant.grant, 80),))
        await house.push(till, 3)
        overspent = await house.rows(conflict, conflict.c.kind == "allowance_overspent")
        assert [(line.points, line.money) for line in overspent] == [(60, 60_00)]
        assert len(await house.rows(ledger)) == 3
        await healthy(house)

    house.run(story())


def test_a_right_used_counts_in_the_day_of_its_session_across_batches(house) -> None:
    async def story() -> None:
        till = await house.till()
        for n, day in enumerate((DAY, date(2026, 11, 23))):
            till.record(SessionOpened(n + 1, day, "op", 0, NOON))
            await house.push(till, len(till.chain))
            till.record(RightUsed("no_sale", "", "op", "", "", 0, n + 1, NOON))
            await house.push(till, len(till.chain))
        for day in (DAY, date(2026, 11, 23)):
            totals = decode(ControlTotalsDoc, bytes((await till.settlement(day)).totals))
            assert totals.no_sales == 1

    house.run(story())


def test_points_given_to_a_friend_are_posted_in_the_friends_bucket(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        boris = till.enrol_member(card="2990000000026")
        document = till.document(member=anna, earn=10)
        gifts = tuple(
            till.entry(friend, EntryKind.TRANSFER, 5, available_on=DAY)
            for friend in (boris, "friend-of-nobody")
        )
        till.record(posting_event(replace(document, entries=(*document.entries, *gifts))))
        await house.push(till)
        rows = {row.member: row.balance for row in await house.rows(account)}
        assert rows == {anna: 10, boris: 5, "friend-of-nobody": 5}
        assert len(await house.rows(sale)) == 1
        await healthy(house)

    house.run(story())


def test_a_receipt_under_two_ids_of_events_is_counted_once_and_shown(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        documents = [till.sell(member=anna, earn=40), till.sell()]
        for document in documents:
            till.record(TransactionCompleted(document))
        await house.push(till)
        for document in documents:
            till.record(TransactionCompleted(document))
        await house.push(till, 6)
        assert len(await house.rows(sale)) == 2
        totals = json.loads(bytes((await till.settlement()).totals))
        assert (totals["receipts"], totals["earned"]) == (2, 40)
        twice = [c for c in await house.rows(conflict) if c.kind == "document_twice"]
        assert len(twice) == 4
        assert await house.read(lambda c: list(examine(c))) == []

    house.run(story())

"""Posting: a completed transaction is never refused, never doubled; poison waits alone."""

import asyncio
import json
import logging
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
from sync.server.engine.schema import account, allowance, conflict, event, ledger, member, sale
from sync.server.poster import applying, posting
from sync.server.watch.doctor import examine
from sync.wire.codec import decode
from sync.wire.events import ControlTotalsDoc
from sync.wire.rows import AllowanceRow, MemberRow, OutcomeRow
from tests.sync.server.till import DAY, NOON


async def rows_of(till, kind, struct):
    rows = await till.pull_all()
    return {row.id: decode(struct, bytes(row.body)) for row in rows if row.kind == kind}


async def healthy(house) -> None:
    assert await house.read(lambda c: list(examine(c))) == []


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


def test_poison_is_parked_with_a_reason_and_the_rest_is_posted(house, caplog) -> None:
    """Case 14: at the server."""

    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        till.sell(member=anna, earn=1)
        till.record_raw("love_letter", 1, b'{"dear":"server"}')
        till.record_raw("cash_moved", 1, b'{"kind":1}')
        huge = till.document(member=anna, earn=2)
        entries = (replace(huge.entries[0], points=10**18),)
        till.record(posting_event(replace(huge, entries=entries)))
        till.sell(member=anna, earn=4)
        await house.push(till)
        outcomes = {row.seq: row.outcome for row in await house.rows(event)}
        assert [outcomes[n] for n in range(1, 7)] == [
            "posted", "posted", "parked", "parked", "parked", "posted",
        ]  # fmt: skip
        (row,) = await house.rows(account)
        assert row.balance == 5
        parked = await house.rows(conflict, conflict.c.kind == "parked")
        assert len(parked) == 3
        assert all(line.detail for line in parked)
        await healthy(house)

    house.run(story())
    assert caplog.text.count("event parked") == 3


def posting_event(document):
    from pos_app.domain.events import TransactionCompleted

    return TransactionCompleted(document)


def test_an_event_that_breaks_in_its_bucket_is_parked_alone(house, caplog, monkeypatch) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        bad = till.sell(member=anna, earn=1)
        till.sell(member=anna, earn=2)
        real = applying.apply_part

        def breaking(book, part, around):
            if part.event == bad.transaction_id:
                raise ValueError("broken in the middle")
            return real(book, part, around)

        monkeypatch.setattr(applying, "apply_part", breaking)
        await house.push(till)
        assert [row.outcome for row in await house.rows(event)] == ["posted", "parked", "posted"]
        (row,) = await house.rows(account)
        assert row.balance == 2

    house.run(story())
    assert "event parked" in caplog.text


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


def test_a_guest_card_is_matched_when_its_owner_is_known(house) -> None:
    async def story() -> None:
        one, other = await house.till(), await house.till()
        anna = one.enrol_member(card="2990000000019")
        await house.push(one)
        guest = other.document(earn=7, member="2990000000019")
        other.record(posting_event(replace(guest, member_id=None, member_code="2990000000019")))
        nobody = other.document(net=50_00)
        other.record(posting_event(replace(nobody, member_code="2990000000026")))
        await house.push(other)
        (row,) = await house.rows(account)
        assert (row.member, row.balance) == (anna, 7)
        (line,) = await house.rows(conflict)
        assert (line.kind, line.money) == ("unknown_code", 50_00)
        assert len(await house.rows(sale)) == 2

    house.run(story())


def test_a_sale_of_a_member_nobody_enrolled_stands_and_is_shown(house) -> None:
    async def story() -> None:
        till = await house.till()
        till.sell(member="stranger", earn=5)
        await house.push(till)
        (row,) = await house.rows(account)
        assert (row.member, row.balance) == ("stranger", 5)
        assert [c.kind for c in await house.rows(conflict)] == ["unknown_member"]
        await healthy(house)

    house.run(story())


def test_a_member_enrolled_at_two_tills_becomes_one_with_both_histories(house) -> None:
    """Case 33: merged."""

    async def story() -> None:
        one, other = await house.till(), await house.till()
        anna = one.enrol_member(phone=b"p" * 16, card="2990000000019")
        twin = other.enrol_member(phone=b"p" * 16, card="2990000000026")
        one.sell(member=anna, earn=10, net=100_00)
        other.sell(member=twin, earn=5, net=50_00)
        await house.push(one)
        await house.push(other)
        (row,) = await house.rows(member)
        assert row.id == anna
        shown = (await rows_of(one, "member", MemberRow))[anna]
        assert sum(lot.points for lot in shown.lots) == 15
        assert shown.lifetime_spend == 150_00
        assert shown.posted == {one.terminal: 2, other.terminal: 2}
        assert {key for _, key in shown.keys} == {
            (b"p" * 16).hex(), "2990000000019", "2990000000026",
        }  # fmt: skip
        await healthy(house)

    house.run(story())


def test_sales_that_came_before_their_enrolment_are_carried_over_with_their_grants(house) -> None:
    async def story() -> None:
        one, other = await house.till(), await house.till()
        anna = one.enrol_member(phone=b"p" * 16)
        one.sell(member=anna, earn=10)
        await house.push(one)
        other.sell(member="twin", earn=30)
        other.sell(member="twin", redeem=35)
        other.sell(member="twin", earn=8)
        await house.push(other)
        await other.allowance("grant-1", "twin", 2)
        other.enrol_member(member="twin", phone=b"p" * 16)
        other.sell(member="twin", earn=1)
        await house.push(other, 4)
        rows = {row.member: row for row in await house.rows(account)}
        assert rows["twin"].balance == 0
        assert rows[anna].balance == 10 + 30 - 35 + 8 + 1
        assert {row.member for row in await house.rows(allowance)} <= {anna}
        assert await house.rows(member, member.c.id == "twin") == []
        found = await one.lookup("id", "twin")
        assert decode(MemberRow, bytes(found.member)).id == anna
        await healthy(house)

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


def test_implausible_facts_wait_for_a_person(house, caplog) -> None:
    async def story() -> None:
        till = await house.till()
        plain = till.document()
        twin = till.entry("m", EntryKind.EARN, 1)
        for odd in (
            replace(plain, terminal_id="another"),
            replace(plain, uses=(AllowanceUse("g", 0),)),
            replace(plain, entries=(twin, twin)),
            replace(plain, receipt_number="a\0b"),
        ):
            till.record(posting_event(odd))
        till.record(CashMoved("stolen", 1, "", 1, DAY, "op", NOON))
        till.record(RightUsed("x", "", "op", "", "", 10**16, 1, NOON))
        till.enrol_member(card="c" * 300)
        await house.push(till)
        assert {row.outcome for row in await house.rows(event)} == {"parked"}
        assert await house.rows(sale) == []

    house.run(story())
    assert logging.WARNING in {record.levelno for record in caplog.records}


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


def test_an_enrolment_keeps_its_profile_for_the_server_alone(house) -> None:
    from pos_app.gear.secrets import seal
    from sync.server.sealing import profiles

    async def story() -> None:
        till = await house.till()
        keys = house.services.keys
        sealed = seal(keys.sealing_public, b'{"phone":"+79990000000"}')
        anna = till.enrol_member(phone=b"a" * 16, sealed_profile=sealed)
        till.enrol_member(phone=b"b" * 16, sealed_profile=b"nonsense")
        await house.push(till)
        (row,) = await house.rows(member, member.c.id == anna)
        opened = profiles.decrypt(keys.profiles, anna, (row.profile, row.profile_key))
        assert opened == b'{"phone":"+79990000000","consents":"processing"}'
        assert [c.kind for c in await house.rows(conflict)] == ["sealed_profile_unreadable"]

    house.run(story())


def test_a_card_of_another_member_stays_with_its_owner_and_is_shown(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(phone=b"a" * 16, card="2990000000019")
        boris = till.enrol_member(phone=b"b" * 16, card="2990000000019")
        nameless = till.enrol_member()
        card_only = till.enrol_member(card="2990000000026")
        await house.push(till)
        found = await till.lookup("card", "2990000000019")
        assert decode(MemberRow, bytes(found.member)).id == anna
        (line,) = await house.rows(conflict)
        assert (line.kind, line.member) == ("card_taken", boris)
        assert {row.id for row in await house.rows(member)} == {anna, boris, nameless, card_only}
        await healthy(house)

    house.run(story())


def test_a_broken_enrolment_is_parked_alone(house, caplog, monkeypatch) -> None:
    async def story() -> None:
        till = await house.till()
        till.enrol_member(phone=b"a" * 16)
        till.sell()

        async def broken(*_):
            raise ValueError("broken")

        monkeypatch.setattr(posting, "enrol_members", broken)
        await house.push(till)
        assert [row.outcome for row in await house.rows(event)] == ["parked", "posted"]

    house.run(story())
    assert "event parked" in caplog.text


def test_a_poster_outlives_a_lost_database(house, caplog, monkeypatch) -> None:
    monkeypatch.setattr(posting, "RETRY_S", 0.0)

    async def story() -> None:
        till = await house.till()
        poster, calls = house.server.poster, []
        real = poster.drain

        async def flaky():
            calls.append(1)
            if len(calls) < 3:
                raise OSError("gone")
            return await real()

        monkeypatch.setattr(poster, "drain", flaky)
        till.sell()
        await till.push()
        running = asyncio.ensure_future(poster.run())
        while not await house.rows(event, event.c.outcome == "posted"):
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait([running])

    house.run(asyncio.wait_for(story(), 30))
    assert caplog.text.count("tried again: OSError") == 2


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


def test_a_nul_in_any_text_is_parked_on_both_engines(house, caplog) -> None:
    async def story() -> None:
        till = await house.till()
        for kind, body in (
            ("allowance_returned", b'{"at":"2026-11-22T09:30:15+00:00","uses":[{"grant":"g",'
             b'"member":"\\u0000","points":1}]}'),
            ("unknown_code_seen", b'{"code":"\\u0000"}'),
        ):  # fmt: skip
            till.record_raw(kind, 1, body)
        till.sell()
        await house.push(till)
        assert [e.outcome for e in await house.rows(event)] == ["parked", "parked", "posted"]

    house.run(story())

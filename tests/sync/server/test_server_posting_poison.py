"""What cannot be posted waits for a person; what is behind it goes on."""

import asyncio
import logging
from dataclasses import replace

import pytest
from sqlalchemy.exc import DataError, DBAPIError

from pos_app.domain.events import (
    CashMoved,
    RightUsed,
)
from pos_app.domain.loyalty.allowance import AllowanceUse
from pos_app.domain.loyalty.ledger import EntryKind
from sync.server.engine.schema import account, conflict, event, sale
from sync.server.poster import applying, outcomes, posting
from sync.server.poster.faults import described, of_an_event
from tests.sync.server.posted import healthy, posting_event
from tests.sync.server.till import DAY, NOON


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


BEYOND = 2**70
"""No column takes it: asyncpg refuses it before anything is sent, SQLite while it binds."""


@pytest.mark.parametrize("whose", ["a member's", "nobody's"])
def test_a_value_that_the_database_cannot_take_parks_its_event_and_never_stops_the_poster(
    house, caplog, monkeypatch, whose
) -> None:
    till = house.run(house.till())
    member = till.enrol_member(card="2990000000019") if whose == "a member's" else None
    first, poison, last = (till.sell(net=net, member=member) for net in (1_00, 6_66, 2_00))
    right = outcomes.sale_row

    def row(bucket, document, *more):
        made = right(bucket, document, *more)
        return made | {"net": BEYOND} if document.totals.net_minor == 6_66 else made

    monkeypatch.setattr(applying, "sale_row", row)
    monkeypatch.setattr(outcomes, "sale_row", row)
    house.run(house.push(till))
    found = {row.id: row for row in house.run(house.rows(event))}
    kinds = {one: found[one.transaction_id].outcome for one in (first, poison, last)}
    assert list(kinds.values()) == ["posted", "parked", "posted"]
    assert str(BEYOND) not in found[poison.transaction_id].reason
    assert "event parked" in caplog.text


def test_a_lost_connection_is_no_fault_of_an_event():
    lost = DBAPIError("SELECT 1", {}, ConnectionResetError("gone"))
    assert not of_an_event(lost)
    assert of_an_event(DataError("INSERT", {}, Exception("22003")))
    assert described(DataError("INSERT", {"phone": "7"}, Exception())).endswith("such value")

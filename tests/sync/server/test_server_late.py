"""What comes late: receipts of rules that have changed, and of a day that is closed already."""

import json

import msgspec

from pos_app.domain.events import ControlTotals, DayClosed, SessionClosed
from pos_app.domain.loyalty.program import load
from sync.server.engine.schema import account, conflict, sale
from sync.server.settings import reference
from sync.wire.events import ControlTotalsDoc
from tests.sync.server.till import DAY, NOON


def program(version: int, percent: str) -> bytes:
    return json.dumps(
        {
            "schema": 1,
            "program": "club",
            "version": version,
            "valid_from": "2026-01-01T00:00:00Z",
            "currency": {"code": "RUB", "minor_digits": 2},
            "earn": {"rules": [{"id": "base", "percent": percent}], "expires_after_days": 90},
        }
    ).encode()


def test_a_receipt_of_the_rules_before_is_posted_as_it_was_printed(house) -> None:
    """Case 34: five per cent were promised on paper; that the programme gives one now is no
    reason to take four back, and the receipt names the version it was priced by."""

    async def story() -> None:
        await house.write(reference.publish_program, house.services, program(1, "5"))
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        ref = load(program(1, "5")).ref
        till.sell(member=anna, earn=5, program=ref)
        await house.write(reference.publish_program, house.services, program(2, "1"))
        await house.push(till)
        (row,) = await house.rows(account)
        assert row.balance == 5
        (kept,) = await house.rows(sale)
        document = msgspec.json.decode(kept.document)
        named = document["program"]
        assert (named["version"], named["hash"]) == (1, ref.content_hash)
        assert await house.rows(conflict) == []

    house.run(story())


def test_a_day_closed_in_the_dark_settles_when_its_receipts_have_come(house) -> None:
    """Case 37: the day's end does not wait for the link, and the totals agree afterwards."""

    async def story() -> None:
        till = await house.till()
        for _ in range(3):
            till.sell()
        totals = ControlTotals(receipts=3, by_tender=(("cash", 300_00),))
        till.record(SessionClosed(1, DAY, "op", 300_00, 300_00, totals, NOON))
        till.record(DayClosed(DAY, "op", totals, NOON))
        await till.push(1, 2)
        await house.post()
        early = await till.settlement()
        assert (early.posted_seq, early.head) == (2, 2)
        await house.push(till, 3)
        late = await till.settlement()
        assert (late.posted_seq, late.head, late.conflicts) == (5, 5, 0)
        told = msgspec.json.decode(late.totals, type=ControlTotalsDoc)
        assert told.receipts == 3
        assert dict(told.by_tender)["cash"] == 300_00

    house.run(story())

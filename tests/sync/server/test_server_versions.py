"""Old and new together: versions of the protocol, unknown fields, too much at once."""

import logging

import msgspec
import pytest
import zstandard

from sync.server.access.limits import PushLimit
from sync.server.engine.schema import conflict, event, inbox, sale, terminal
from sync.server.poster import intake
from sync.wire.codec import canonical, unpack
from sync.wire.messages import PATHS, PullReply, PushRequest
from sync.wire.version import CURRENT, SPOKEN, VERSIONS
from tests.sync.server.till import Refused

DEAD = [v.number for v in VERSIONS if v.number not in SPOKEN]


def test_the_table_of_versions_has_a_date_and_a_reason_for_each() -> None:
    """Case 40: the last three are spoken."""
    assert [v.number for v in VERSIONS] == list(range(1, CURRENT + 1))
    assert [v.since_on for v in VERSIONS] == sorted(v.since_on for v in VERSIONS)
    assert all(len(v.reason) > 20 for v in VERSIONS)
    assert tuple(range(max(1, CURRENT - 2), CURRENT + 1)) == SPOKEN


@pytest.mark.parametrize("protocol", SPOKEN)
def test_a_till_of_every_spoken_version_works_a_day(house, protocol) -> None:
    """Case 40: old till, new server; fields of later versions are simply not there."""

    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        till.sell(member=anna, earn=100)
        batch = msgspec.structs.replace(till.batch(), protocol=protocol)
        if protocol == 1:
            batch = OldPush(**{f: getattr(batch, f) for f in OldPush.__struct_fields__})
        assert (await till.ask("push", batch)).head == 2
        await house.post()
        page = await till.ask("pull", OldPull(protocol, till.terminal, till.epoch, {}))
        assert {row.kind for row in page.rows} >= {"outcome", "member"}
        asked = await till.ask(
            "allowance", OldAllowance(protocol, till.terminal, till.epoch, "g1", anna, 10)
        )
        assert asked.grant == "g1"
        (row,) = await house.rows(terminal)
        assert (row.incarnation, row.machine) == (1, "")

    house.run(story())


class OldPush(msgspec.Struct):
    """As version 1 had it."""

    protocol: int
    terminal: str
    incarnation: int
    epoch: str
    previous_hash: str
    events: tuple
    anchor_ms: int = 0


class OldPull(msgspec.Struct):
    """As version 1 had it."""

    protocol: int
    terminal: str
    epoch: str
    cursor: dict
    max_bytes: int = 1_048_576
    wait_ms: int = 0


class OldAllowance(msgspec.Struct):
    """As version 1 had it."""

    protocol: int
    terminal: str
    epoch: str
    grant: str
    member: str
    points: int
    kind: str = "identified"


@pytest.mark.parametrize("step", ["push", "pull", "allowance", "lookup", "settlement", "reconcile"])
def test_a_version_that_is_not_spoken_is_told_which_ones_are(house, step) -> None:
    """Cases 40 and 42: refused with a clear word."""

    async def story() -> None:
        till = await house.till()
        whole = {
            "protocol": CURRENT + 1, "terminal": till.terminal, "epoch": till.epoch,
            "incarnation": 1, "previous_hash": "0" * 64, "events": [], "cursor": {},
            "grant": "g", "member": "m", "points": 1, "kind": "card", "key": "1",
            "business_on": "2026-11-22", "grants": [], "last": True,
        }  # fmt: skip
        body = zstandard.compress(canonical(whole))
        response = await till.send(step, body, till.signed(PATHS[step], body))
        said = msgspec.json.decode(response.content)
        assert response.status_code == 426
        assert tuple(said["speaks"]) == SPOKEN

    house.run(story())


def test_fields_of_the_future_are_kept_as_they_came(house) -> None:
    """Case 41: an event of a newer till with a field nobody here knows is posted, and its bytes,
    hash and all, stay what they were; a newer server's fields do not trouble a till."""

    async def story() -> None:
        till = await house.till()
        till.sell()
        body = msgspec.json.decode(till.chain[-1].body)
        body["loyalty_moon_phase"] = {"of": "2031"}
        del till.chain[-1]
        envelope = till.record_raw("transaction_completed", 1, canonical(body))
        request = msgspec.json.decode(canonical(till.batch()))
        request["colour"] = "blue"
        packed = zstandard.compress(canonical(request))
        response = await till.send("push", packed, till.signed(PATHS["push"], packed))
        assert response.status_code == 200
        await house.post()
        assert len(await house.rows(sale)) == 1
        (row,) = await house.rows(event)
        assert (row.outcome, row.hash) == ("posted", envelope.hash)
        (kept,) = await house.rows(inbox)
        assert unpack(PushRequest, kept.body).events[0].body == envelope.body
        assert b"loyalty_moon_phase" in zstandard.decompress(kept.body)

    house.run(story())
    page = PullReply("e", (), {}, False, 0, 0, "")
    newer = msgspec.json.decode(canonical(page)) | {"tides": [1, 2]}
    assert msgspec.json.decode(canonical(newer), type=PullReply) == page


def test_an_inbox_that_is_too_deep_asks_tills_to_come_later(house, monkeypatch) -> None:
    """Case 11: 429 and Retry-After; nothing is lost, what was taken stays."""

    async def story() -> None:
        monkeypatch.setattr(intake, "INBOX_DEEP", 2)
        till = await house.till()
        for _ in range(3):
            till.sell()
        await till.push(1, 1)
        await till.push(2, 2)
        with pytest.raises(Refused) as refused:
            await till.push(3, 3)
        assert (refused.value.status, refused.value.problem.code) == (429, "inbox_deep")
        assert refused.value.headers["retry-after"] == "15"
        assert (await till.push(1, 2)).head == 2, "a repetition costs nothing"
        await house.post()
        assert (await till.push(3, 3)).head == 3

    house.run(story())


def test_a_terminal_that_is_too_eager_is_slowed_down_and_others_are_not() -> None:
    """Case 11: 429."""
    limit = PushLimit(burst=3, a_second=2)
    for _ in range(3):
        assert limit.wait_s("eager", 0) == 0
        limit.accepted("eager", 0)
    assert limit.wait_s("eager", 0) == 1
    assert limit.wait_s("other", 0) == 0
    assert limit.wait_s("eager", 1000) == 0
    limit.accepted("eager", 1000)
    limit.accepted("eager", 1000)
    assert limit.wait_s("eager", 1000) == 1
    for n in range(10_001):
        limit.accepted(f"till-{n}", 2000)
    assert limit.wait_s("eager", 2000) == 0


def test_a_loop_gone_wild_hears_429(house, caplog) -> None:
    """Case 11: 429."""
    caplog.set_level(logging.WARNING)

    async def story() -> None:
        till = await house.till()
        till.sell()
        with pytest.raises(Refused) as refused:
            for _ in range(400):
                await till.push()
        assert (refused.value.status, refused.value.headers["retry-after"]) == (429, "1")
        assert await house.rows(conflict) == []

    house.run(story())

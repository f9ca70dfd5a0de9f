"""Push: what is acknowledged is durable, once, in order; what does not fit is said and shown."""

import pytest

from pos_app.gear.secrets import Ed25519Verifier
from sync.server.schema import account, event, ledger, sale
from sync.wire.codec import ack_text
from tests.sync.server.till import Refused


def test_the_same_batch_twice_changes_nothing(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(phone=b"p" * 16)
        till.sell(member=anna, earn=50)
        first = await till.push()
        await house.post()
        before = [await house.rows(t) for t in (ledger, account, sale, event)]
        second = await till.push()
        await house.post()
        assert second == first
        assert [await house.rows(t) for t in (ledger, account, sale, event)] == before
        assert before[1][0].balance == 50

    house.run(story())


def test_an_acknowledgement_is_signed_by_the_server(house) -> None:
    async def story() -> None:
        till = await house.till()
        till.sell()
        reply = await till.push()
        assert (reply.head, reply.head_hash) == (1, till.chain[0].hash)
        text = ack_text(till.terminal, 1, reply.head, reply.head_hash)
        verifier = Ed25519Verifier(bytes.fromhex(till.identity.server_key))
        assert verifier.verify(text, bytes.fromhex(reply.signature))

    house.run(story())


def test_a_gap_is_told_with_the_head(house) -> None:
    async def story() -> None:
        till = await house.till()
        for _ in range(3):
            till.sell()
        await till.push(1, 1)
        with pytest.raises(Refused) as refused:
            await till.push(3)
        assert (refused.value.status, refused.value.problem.head) == (409, 1)
        assert (await till.push(2)).head == 3

    house.run(story())

"""Enrolment: a code is good once, for a quarter of an hour, for who proves a key."""

from datetime import timedelta

import pytest

from sync.server.access import enrolment
from sync.server.engine.refusal import Refusal
from sync.server.engine.schema import terminal
from sync.server.settings import reference
from sync.wire.messages import EnrolRequest
from tests.sync.server.till import Refused, Till


def test_a_code_makes_a_terminal_and_tells_it_everything_it_needs(house) -> None:
    async def story() -> None:
        await house.write(reference.name_chain, "Chain")
        till = Till(house.client, 1)
        reply = await till.enrol((await house.code()).lower().upper(), "Front")
        assert (reply.store, reply.store_name, reply.terminal_name) == ("shop", "Shop", "Front")
        assert reply.receipt_prefix == "0101"
        assert reply.epoch == house.services.epoch
        assert bytes.fromhex(reply.pepper) == house.services.keys.pepper
        second = await house.till()
        assert second.identity.receipt_prefix == "0102"

    house.run(story())


def test_a_lost_reply_and_the_same_code_and_key_give_the_same_terminal(house) -> None:
    async def story() -> None:
        till, code = Till(house.client, 1), await house.code()
        first = await till.enrol(code)
        assert await till.enrol(code) == first
        assert len(await house.rows(terminal)) == 1

    house.run(story())


def test_a_used_code_is_worth_nothing_to_another_key(house) -> None:
    async def story() -> None:
        code = await house.code()
        await Till(house.client, 1).enrol(code)
        with pytest.raises(Refused) as refused:
            await Till(house.client, 2).enrol(code)
        assert (refused.value.status, refused.value.problem.code) == (401, "wrong_code")

    house.run(story())


def test_five_wrong_tries_close_every_open_code(house) -> None:
    async def story() -> None:
        code = await house.code()
        for _ in range(5):
            with pytest.raises(Refused):
                await Till(house.client, 2).enrol("WRONGONE")
        with pytest.raises(Refused):
            await Till(house.client, 1).enrol(code)
        await Till(house.client, 1).enrol(await house.code())

    house.run(story())


def test_a_code_ends_after_fifteen_minutes(house) -> None:
    async def story() -> None:
        code = await house.code()
        house.clock.at += timedelta(minutes=15, seconds=1)
        with pytest.raises(Refused):
            await Till(house.client, 1).enrol(code)

    house.run(story())


@pytest.mark.parametrize("proof", ["00" * 64, "no hex"])
def test_a_key_that_is_not_proven_is_refused(house, proof) -> None:
    async def story() -> None:
        till, code = Till(house.client, 1), await house.code()
        for key in (till.keys.public.hex(), "00ff", "no hex"):
            with pytest.raises(Refused) as refused:
                await till.ask("enrol", EnrolRequest(1, code, key, proof, "x"))
            assert refused.value.status == 401

    house.run(story())


def test_a_code_is_for_a_store_that_exists(house) -> None:
    async def story() -> None:
        with pytest.raises(Refusal):
            await house.write(enrolment.new_code, house.services, "moon", "")

    house.run(story())


def test_a_revoked_terminal_is_nobody(house) -> None:
    """Case 52: its requests."""

    async def story() -> None:
        till = await house.till()
        assert await house.write(reference.revoke_terminal, till.terminal)
        assert not await house.write(reference.revoke_terminal, "nobody")
        with pytest.raises(Refused) as refused:
            await till.pull()
        assert refused.value.problem.code == "revoked"

    house.run(story())

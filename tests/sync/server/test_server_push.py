"""Push: what is acknowledged is durable, once, in order; what does not fit is said and shown."""

import logging
from dataclasses import replace

import msgspec
import pytest

from pos_app.domain.events import TransactionCompleted
from pos_app.gear.secrets import Ed25519Verifier
from sync.server.engine.buckets import member_scope
from sync.server.engine.schema import account, conflict, event, inbox, ledger, nonce, sale
from sync.server.publishing.feed import body_of
from sync.translate import WireCodec
from sync.wire.codec import ack_text, pack
from sync.wire.messages import PATHS, EventEnvelope
from sync.wire.rows import MemberRow
from tests.sync.server.till import Refused


def test_the_same_batch_twice_changes_nothing(house) -> None:
    """Case 8: at once."""

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


def test_a_lost_reply_and_a_retry_with_more_are_one_chain(house) -> None:
    """Case 9: batches that overlap."""

    async def story() -> None:
        till = await house.till()
        till.sell()
        await till.push()  # the till never hears the reply
        till.sell()
        assert (await till.push(1)).head == 2
        await house.post()
        assert len(await house.rows(sale)) == 2

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


def test_an_empty_batch_asks_for_the_head(house) -> None:
    async def story() -> None:
        till = await house.till()
        till.sell()
        await till.push()
        reply = await till.ask("push", replace_events(till.batch(), ()))
        assert reply.head == 1

    house.run(story())


def replace_events(batch, events):
    import msgspec

    return msgspec.structs.replace(batch, events=tuple(events))


def test_a_tampered_body_alarms_and_nothing_is_taken(house, caplog) -> None:
    async def story() -> None:
        till = await house.till()
        till.sell()
        told = till.batch()
        lie = told.events[0].body.replace("10000", "99999")
        assert lie != told.events[0].body
        forged = EventEnvelope(
            1, told.events[0].id, told.events[0].kind, 1, lie, told.events[0].hash
        )
        with pytest.raises(Refused) as refused:
            await till.ask("push", replace_events(told, [forged]))
        assert (refused.value.status, refused.value.problem.code) == (422, "tampered")
        assert await house.rows(event) == []
        (line,) = await house.rows(conflict)
        assert (line.kind, line.terminal) == ("tampered", till.terminal)

    with caplog.at_level(logging.WARNING):
        house.run(story())
    assert "tampered" in caplog.text


def test_a_cloned_disk_forks_and_is_told_so(house, caplog) -> None:
    """Case 26: at the server."""

    async def story() -> None:
        till = await house.till()
        till.sell()
        await till.push()
        till.chain.clear()
        till.sell(net=1)
        with pytest.raises(Refused) as refused:
            await till.push()
        assert (refused.value.status, refused.value.problem.code) == (422, "fork")
        till.sell()
        with pytest.raises(Refused) as refused:
            await till.push(2)
        assert refused.value.problem.code == "fork"
        assert {row.kind for row in await house.rows(conflict)} == {"fork"}

    house.run(story())
    assert "fork" in caplog.text


def test_a_known_id_with_another_body_alarms(house, caplog) -> None:
    """Case 21."""

    async def story() -> None:
        till = await house.till()
        document = till.sell()
        await till.push()
        other = TransactionCompleted(replace(document, reason="other"))
        kind, version, body = WireCodec().encode(other)
        till.record_raw(kind, version, body, document.transaction_id)
        with pytest.raises(Refused) as refused:
            await till.push(2)
        assert refused.value.problem.code == "exists_with_different_content"
        assert [row.kind for row in await house.rows(conflict)] == ["exists_with_different_content"]

    house.run(story())
    assert "exists_with_different_content" in caplog.text


def test_a_batch_out_of_order_is_refused(house, caplog) -> None:
    async def story() -> None:
        till = await house.till()
        till.sell()
        till.sell()
        batch = till.batch()
        with pytest.raises(Refused) as refused:
            await till.ask("push", replace_events(batch, reversed(batch.events)))
        assert refused.value.problem.code == "disorder"

    house.run(story())
    assert "disorder" in caplog.text


def test_another_epoch_is_told_before_anything_is_read(house) -> None:
    async def story() -> None:
        till = await house.till()
        till.sell()
        right, till.epoch = till.epoch, "ffff"
        with pytest.raises(Refused) as refused:
            await till.push()
        assert (refused.value.status, refused.value.problem.epoch) == (412, right)
        assert await house.rows(event) == []

    house.run(story())


def test_a_fenced_incarnation_is_kept_for_a_person_and_never_applied(house, caplog) -> None:
    async def story() -> None:
        till = await house.till()
        till.sell()
        await house.push(till)
        old = list(till.chain)
        till.chain.clear()
        till.incarnation = 2
        till.sell()
        await house.push(till)
        till.chain, till.incarnation = old, 1
        till.sell()
        with pytest.raises(Refused) as refused:
            await till.push()
        assert (refused.value.status, refused.value.problem.incarnation) == (410, 2)
        await house.post()
        assert len(await house.rows(sale)) == 2
        kept = await house.rows(inbox, inbox.c.state == "fenced")
        assert len(kept) == 1
        assert [row.kind for row in await house.rows(conflict)] == ["fenced"]

    house.run(story())
    assert "fenced" in caplog.text


def test_a_restored_till_sends_its_survivors_again_and_nothing_is_doubled(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        first = till.sell(member=anna, earn=10)
        till.sell(member=anna, earn=5)
        await house.push(till)
        survivors = till.chain[:2]
        till.chain, till.incarnation = [], 2
        for envelope in survivors:
            till.record_raw(envelope.kind, 1, envelope.body.encode(), envelope.id)
        till.sell(member=anna, earn=7)
        await house.push(till)
        (row,) = await house.rows(account)
        assert row.balance == 22
        outcomes = {(r.incarnation, r.seq): r.outcome for r in await house.rows(event)}
        assert outcomes[2, 1] == outcomes[2, 2] == "exists"
        assert outcomes[2, 3] == "posted"
        assert first.transaction_id in {r.id for r in await house.rows(sale)}

    house.run(story())


def test_what_a_restored_till_tells_again_is_known_by_its_new_number(house) -> None:
    """Case 26: else the till, which adds what the row does not contain, would show points twice."""

    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        for _ in range(4):
            till.sell(member=anna, earn=10)
        await house.push(till)
        assert (await _member(house, anna)).posted == {till.terminal: 5}
        survivors = till.chain[:3]
        till.chain, till.incarnation = [], 2
        for envelope in survivors:
            till.record_raw(envelope.kind, 1, envelope.body.encode(), envelope.id)
        await house.push(till)
        row = await _member(house, anna)
        assert row.posted == {till.terminal: 3}
        assert sum(lot.points for lot in row.lots) == 40
        await house.post()
        assert (await _member(house, anna)).posted == {till.terminal: 3}

    house.run(story())


async def _member(house, member_id) -> MemberRow:
    body = await house.read(body_of, member_scope(member_id), "member", member_id)
    return msgspec.json.decode(body, type=MemberRow)


def test_who_did_not_sign_is_nobody(house) -> None:
    async def story() -> None:
        till = await house.till()
        till.sell()
        body = pack(till.batch())
        good = till.signed(PATHS["push"], body)
        for header, value, code in (
            ("x-kopilka-signature", "00" * 64, "bad_signature"),
            ("x-kopilka-signature", "no hex", "bad_signature"),
            ("x-kopilka-time", "2020-01-01T00:00:00+00:00", "bad_signature"),
            ("x-kopilka-terminal", "somebody", "unknown_terminal"),
            ("x-kopilka-nonce", "short", "unknown_terminal"),
        ):
            with pytest.raises(Refused) as refused:
                await till.ask("push", till.batch(), {**good, header: value})
            assert (refused.value.status, refused.value.problem.code) == (401, code)
        assert await house.rows(nonce) == []

    house.run(story())


def test_a_request_is_good_once(house) -> None:
    async def story() -> None:
        till = await house.till()
        till.sell()
        for step, message in (("push", till.batch()), ("settlement", None)):
            if message is None:
                from sync.wire.messages import SettlementRequest

                message = SettlementRequest(1, till.terminal, "2026-11-22")
            headers = till.signed(PATHS[step], pack(message))
            await till.ask(step, message, headers)
            with pytest.raises(Refused) as refused:
                await till.ask(step, message, headers)
            assert refused.value.problem.code == "replayed"

    house.run(story())


def test_one_till_cannot_speak_for_another(house) -> None:
    """Case 51."""

    async def story() -> None:
        one, other = await house.till(), await house.till()
        other.sell()
        with pytest.raises(Refused) as refused:
            await one.ask("push", other.batch())
        assert refused.value.problem.code == "another_terminal"

    house.run(story())


def test_garbage_and_floods_are_refused(house) -> None:
    async def story() -> None:
        till = await house.till()
        for body in (b"garbage", pack({"a": 1}), b""):
            response = await till.send("push", body, till.signed(PATHS["push"], body))
            assert response.status_code == 400
        flood = b"\0" * (4 * 1024 * 1024 + 1)
        response = await till.send("push", flood, till.signed(PATHS["push"], flood))
        assert response.status_code == 413
        till.sell()
        batch = till.batch()
        with pytest.raises(Refused) as refused:
            await till.ask("push", replace_events(batch, batch.events * 501))
        assert refused.value.status == 413
        odd = replace_events(batch, [msgspec_replace(batch.events[0], id="a\0b")])
        with pytest.raises(Refused) as refused:
            await till.ask("push", odd)
        assert refused.value.problem.code == "garbled"
        beyond = msgspec_replace(batch.events[0], seq=2**63)
        for wrong in (replace_events(batch, [beyond]), msgspec_replace(batch, incarnation=2**64)):
            with pytest.raises(Refused) as refused:
                await till.ask("push", wrong)
            assert (refused.value.status, refused.value.problem.code) == (400, "garbled")
        with pytest.raises(Refused) as refused:
            await till.ask("push", msgspec_replace(batch, protocol=99))
        assert refused.value.status == 426

    house.run(story())


def msgspec_replace(struct, **more):
    import msgspec

    return msgspec.structs.replace(struct, **more)

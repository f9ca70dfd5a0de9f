"""A known event that comes with another body: its till's queue waits for a person, and goes on."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from pos_app.domain.events import TransactionCompleted
from sync.client.errors import Tampered
from sync.server.engine import schema
from sync.server.engine.buckets import bucket_of
from sync.server.engine.refusal import Refusal
from sync.server.engine.schema import conflict, sale
from sync.server.poster import second_body
from sync.server.server import open_server
from sync.server.watch.doctor import examine
from sync.translate import WireCodec
from tests.sync.client import virtual
from tests.sync.client.shop import open_shop
from tests.sync.server.test_server_process import run
from tests.sync.server.till import Refused


def test_a_known_event_with_another_body_is_kept_by_a_persons_word_and_the_queue_goes_on(
    house, caplog
):
    """Case 21: the first body stays, the second is evidence with the money it differs by."""

    async def story() -> None:
        till = await house.till()
        document = till.sell(net=100_00)
        await house.push(till)
        totals = replace(document.totals, payable_minor=130_00)
        kind, version, body = WireCodec().encode(
            TransactionCompleted(replace(document, totals=totals))
        )
        second = till.record_raw(kind, version, body, document.transaction_id)
        behind = till.sell(net=5_00)
        with pytest.raises(Refused):
            await till.push(2)
        place = (till.terminal, document.transaction_id)
        with pytest.raises(Refusal, match="unknown_event"):
            await house.write(second_body.allow, house.services, (till.terminal, "none"), "anna")
        said = await house.write(second_body.allow, house.services, place, "anna", "seen the paper")
        assert said == "transaction_completed, posted"
        assert (await till.push(2)).head == 3
        await house.post()
        await till.push(2)

        assert [(row.id, row.net) for row in await house.rows(sale)] == [
            (document.transaction_id, 100_00),
            (behind.transaction_id, 5_00),
        ]
        (line,) = await house.rows(conflict)
        assert (line.kind, line.money, line.state) == (second_body.SECOND, 30_00, "open")
        assert "kept, by anna" in line.detail
        assert await house.read(lambda c: list(examine(c, deep=True))) == []
        rows = {row.id: bytes(row.body) for row in await till.pull_all() if row.kind == "outcome"}
        assert second_body.SECOND.encode() in rows[second.id]

    house.run(story())


def test_a_second_body_that_is_no_receipt_is_kept_too(house, caplog) -> None:
    async def story() -> None:
        till = await house.till()
        till.record_raw("cash_moved", 1, b"{}", "one")
        await house.push(till)
        till.record_raw("cash_moved", 1, b'{"other": 1}', "one")
        await house.write(second_body.allow, house.services, (till.terminal, "one"), "anna")
        assert (await till.push(2)).head == 2
        await house.post()
        lines = {row.kind: row.money for row in await house.rows(conflict)}
        assert lines == {"parked": 0, second_body.SECOND: 0}

    house.run(story())


def test_a_couriers_queue_goes_on_after_the_word_of_a_person(tmp_path, caplog) -> None:
    async def scene() -> None:
        async with open_shop(tmp_path) as shop:
            till = await shop.till()
            till.tell(1)
            await till.push.run()
            till.tell(2)
            (_, first), (_, second) = [(row[0], row[1]) for row in till.outbox.batch(0, 2, 1 << 20)]
            known = schema.event.c.id == first
            other = {"id": second, "body_hash": "of something else"}
            await shop.write(
                lambda c: c.execute(sa.update(schema.event).where(known).values(other))
            )
            for _ in range(2):
                with pytest.raises(Tampered):
                    await till.push.run()
            terminal = till.outbox.identity().terminal_id
            await shop.write(
                lambda c: second_body.allow(c, shop.services, (terminal, second), "anna")
            )
            assert await till.push.run() == 2
            position = till.outbox.position()
            assert position.acked == position.head == 3
            await till.close()

    virtual.run(scene())


def test_the_command_shows_what_is_known_and_keeps_the_second_body(tmp_path, capsys) -> None:
    place = ("--terminal", "none", "--event", "e", "--data", tmp_path)
    code, _, said = run(capsys, "resolve-event", *place)
    assert (code, said.split()[0]) == (1, "unknown_terminal")

    async def known() -> None:
        server = await open_server(data=tmp_path, inline=True)
        row = {"bucket": bucket_of("t"), "id": "t"}
        stored = {"bucket": bucket_of("t"), "terminal": "t", "incarnation": 1, "seq": 1, "id": "e"}
        await server.database.write(lambda c: c.execute(sa.insert(schema.terminal).values(row)))
        await server.database.write(lambda c: c.execute(sa.insert(schema.event).values(stored)))
        await server.close()

    virtual.run(known())
    place = ("--terminal", "t", "--event", "e", "--data", tmp_path)
    code, said, _ = run(capsys, "resolve-event", *place)
    assert (code, "nothing was changed" in said) == (0, True)
    code, said, _ = run(capsys, "resolve-event", *place, "--by", "anna")
    assert (code, "kept as evidence" in said) == (0, True)

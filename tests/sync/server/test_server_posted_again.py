"""What was parked is tried again by somebody's word: posted and signed off, or parked as before."""

import pytest

from sync.server.command_line.cli import main
from sync.server.engine.refusal import Refusal
from sync.server.engine.schema import account, conflict, event, sale
from sync.server.office.parked import post_again
from tests.sync.server.posted import healthy
from tests.sync.server.test_server_manual import merged

CARRY_IN = "sync.server.poster.effects.carry_in"


def poison(*_anything, **_more):
    raise OverflowError("too much")


async def parked_merge(house, monkeypatch, caplog):
    """Two members whose merge met a fault, and a sale behind it; the line's id."""
    till = await house.till()
    anna, anya = till.enrol_member(card="2990000000019"), till.enrol_member(card="2990000000026")
    till.sell(member=anya, earn=30)
    till.record(merged(anna, anya))
    till.sell(member=anya, earn=1)
    with monkeypatch.context() as patch:
        patch.setattr(CARRY_IN, poison)
        await house.push(till)
    assert "event parked" in caplog.text
    caplog.clear()
    (line,) = await house.rows(conflict)
    assert line.kind == "parked"
    return till, anna, anya, line.id


async def outcomes(house) -> list[str]:
    return [row.outcome for row in await house.rows(event)]


def test_a_parked_event_whose_cause_is_gone_is_posted_and_its_line_signed_off(
    house, monkeypatch, caplog
) -> None:
    async def story() -> None:
        till, anna, anya, line = await parked_merge(house, monkeypatch, caplog)
        assert await post_again(house.server, line, "Olga") == (True, "")
        assert {row.member: row.balance for row in await house.rows(account)} == {anna: 31, anya: 0}
        (signed,) = await house.rows(conflict)
        told = (signed.state, signed.action, signed.resolved_by, signed.reason)
        assert told == ("signed_off", "note", "Olga", "posted again")
        assert set(await outcomes(house)) == {"posted"}
        assert len(await house.rows(sale)) == 2
        with pytest.raises(Refusal, match="signed_off"):
            await post_again(house.server, line, "Olga")
        await till.push(len(till.chain))
        await house.post()
        await healthy(house)

    house.run(story())


def test_an_event_that_is_still_poison_stays_parked_and_its_line_open(
    house, monkeypatch, caplog
) -> None:
    async def story() -> None:
        _till, _anna, anya, line = await parked_merge(house, monkeypatch, caplog)
        with monkeypatch.context() as patch:
            patch.setattr(CARRY_IN, poison)
            posted, why = await post_again(house.server, line, "Olga")
        assert "event parked" in caplog.text
        caplog.clear()
        assert (posted, why) == (False, "OverflowError: too much")
        (still,) = await house.rows(conflict)
        assert (still.id, still.state) == (line, "open")
        assert {row.member: row.balance for row in await house.rows(account)}[anya] == 31
        await healthy(house)

    house.run(story())


def test_only_an_open_line_of_a_parked_event_is_tried_again_and_only_by_a_name(
    house, monkeypatch, caplog
) -> None:
    async def story() -> None:
        till, anna, _anya, line = await parked_merge(house, monkeypatch, caplog)
        till.sell(member=anna, redeem=50)
        await house.push(till, len(till.chain))
        other = next(row.id for row in await house.rows(conflict) if row.kind != "parked")
        for asked, by, code in ((other, "Olga", "not_parked"), ("nothing", "Olga", "unknown")):
            with pytest.raises(Refusal, match=code):
                await post_again(house.server, asked, by)
        with pytest.raises(Refusal, match="no_decision"):
            await post_again(house.server, line, " ")
        assert (await outcomes(house)).count("parked") == 1

    house.run(story())


def test_the_command_says_what_became_of_it(house, monkeypatch, caplog, capsys) -> None:
    *_rest, line = house.run(parked_merge(house, monkeypatch, caplog))
    order = ["post-again", line, "--by", "Olga", "--database", house.address]
    with monkeypatch.context() as patch:
        patch.setattr(CARRY_IN, poison)
        assert main(order) == 1
    assert "still parked: OverflowError: too much" in capsys.readouterr().err
    caplog.clear()
    assert main(order) == 0
    assert capsys.readouterr().out == "posted, signed off\n"

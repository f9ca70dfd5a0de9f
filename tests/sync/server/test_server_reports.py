"""A manager's report of a period: what the server makes of posted receipts."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from pos_app.domain.document import TransactionKind
from pos_app.domain.events import ControlTotals, SessionClosed
from pos_app.domain.reporting.folding import PeriodFold
from pos_app.domain.reporting.period_report import OfflineFigures, PeriodReport
from pos_app.domain.reporting.plain import from_plain, to_plain
from pos_app.domain.reporting.receipt_facts import facts_of
from sync.server.command_line.cli import main
from sync.server.settings import reference
from sync.wire.messages import ReportRequest
from sync.wire.version import CURRENT
from tests.sync.server.conftest import House
from tests.sync.server.till import DAY, NOON, Refused


async def asked(till, since=DAY, until=DAY, store="shop", language="en"):
    day = (since.isoformat(), until.isoformat())
    message = ReportRequest(CURRENT, till.terminal, store, *day, language)
    reply = await till.ask("report", message)
    return from_plain(PeriodReport, json.loads(bytes(reply.report)))


async def a_shop(house):
    """Anna buys twice and brings one back, a stranger buys; yesterday she bought once."""
    till = await house.till()
    anna = till.enrol_member(card="2990000000017", phone=bytes([1]) * 32)
    till.sell(member=anna, net=80_00, earn=8, on=DAY - timedelta(days=1))
    first = till.sell(member=anna, net=100_00, earn=10)
    till.sell(member=anna, net=50_00, earn=5)
    till.sell(net=30_00)
    till.sell(kind=TransactionKind.RETURN, member=anna, original_id=first.transaction_id,
              net=40_00)  # fmt: skip
    await till.push()
    await house.post()
    return till


def test_a_day_of_a_store_is_its_posted_receipts_and_its_members(address):
    house = House(address)

    async def story():
        till = await a_shop(house)
        found = await asked(till)
        sums = found.sums
        assert (sums.receipts, sums.returns) == (3, 1)
        assert (sums.sales_minor, sums.returns_minor) == (180_00, 40_00)
        assert (sums.identified_receipts, sums.identified_minor) == (2, 110_00)
        assert found.whole
        assert sum(hour.receipts for hour in found.hours) == 3
        who = found.members
        assert (who.members, who.active, who.visits) == (1, 1, 2)
        assert who.points > 0
        assert found.program.control_from == found.program.control_to == DAY - timedelta(days=1)
        assert found.program.control_net_minor == 80_00
        assert found.program.profit_minor is None, "nobody has said what the margin is"
        assert found.rfm == (), "RFM is of the chain"
        await house.write(reference.set_setting, house.services, "margin_ppm", 300_000)
        assert (await asked(till)).program.profit_minor == 9_00

    house.run(story())
    house.close()


def test_the_chain_has_rfm_and_other_stores_have_only_their_own_receipts(address):
    house = House(address)

    async def story():
        till = await a_shop(house)
        await house.write(reference.add_store, house.services, "second", "Second")
        chain = await asked(till, store="")
        assert sum(cell.members for cell in chain.rfm) == 1
        assert sum(cell.net_minor for cell in chain.rfm) == 190_00, "both days, less the return"
        other = await asked(till, store="second")
        assert (other.sums.receipts, other.members.members) == (0, 0)

    house.run(story())
    house.close()


def test_the_offline_value_of_a_day_is_how_long_it_was_dark_what_went_on_and_what_it_cost(address):
    house = House(address)

    async def story():
        till = await house.till()
        anna = till.enrol_member(card="2990000000017", phone=bytes([1]) * 32)
        till.sell(member=anna, net=100_00, earn=10, offline=True)
        till.sell(member=anna, net=50_00, redeem=4, offline=True)
        till.sell(net=10_00)
        totals = ControlTotals(receipts=3, dark_seconds=11_400)
        till.record(SessionClosed(1, DAY, "op", 0, 0, totals, NOON))
        await till.push()
        await house.post()
        told = (await asked(till)).offline
        assert (told.receipts, told.points_earned, told.points_redeemed) == (2, 10, 4)
        assert (told.seconds, told.overdrawn) == (11_400, 0)
        assert (await asked(till, since=DAY + timedelta(1), until=DAY + timedelta(1))).offline == (
            OfflineFigures(seconds=0, overdrawn=0)
        )

    house.run(story())
    house.close()


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"store": "nowhere"}, 404),
        ({"since": DAY + timedelta(days=1)}, 422),
        ({"since": DAY - timedelta(days=500)}, 422),
    ],
)
def test_a_report_of_nowhere_of_no_days_or_of_too_many_is_refused(address, changes, status):
    house = House(address)

    async def story():
        till = await house.till()
        with pytest.raises(Refused) as refused:
            await asked(till, **changes)
        assert refused.value.status == status

    house.run(story())
    house.close()


def test_the_server_and_a_till_make_the_same_figures_of_the_same_receipts(tmp_path):
    house = House(str(tmp_path / "server.db"))

    async def story():
        till = await house.till()
        documents = [till.sell(net=10_00 * n, offline=n > 3) for n in range(1, 6)]
        documents.append(till.sell(training=True))
        await till.push()
        await house.post()
        fold = PeriodFold()
        for one in documents:
            if not one.training:
                local = one.completed_at + timedelta(hours=3)
                fold.add(facts_of(one, local.replace(tzinfo=None)))
        ours = fold.report("shop", DAY, DAY, True)
        theirs = await asked(till)
        only_there = replace(theirs.offline, seconds=None, overdrawn=None)
        bare = replace(theirs, members=None, program=None, offline=only_there)
        assert bare == ours
        assert ours.offline.receipts == 2

    house.run(story())
    house.close()


def test_what_travels_is_what_was_told():
    empty = PeriodFold().report("shop", date(2026, 1, 1), date(2026, 1, 31), whole=False)
    assert from_plain(PeriodReport, to_plain(empty)) == empty
    newer = to_plain(empty) | {"something_new": 1}
    assert from_plain(PeriodReport, newer) == empty


@pytest.mark.parametrize(
    "wrong",
    [{}, [], None, {"store_id": 3}, {"since": "soon"}, {"sums": {"receipts": "many"}},
     {"whole": 1}, {"tenders": [["cash"]]}],
)  # fmt: skip
def test_what_is_no_report_is_no_report(wrong):
    plain = to_plain(PeriodFold().report("", date(2026, 1, 1), date(2026, 1, 1), whole=True))
    with pytest.raises(ValueError):
        from_plain(PeriodReport, plain | wrong if isinstance(wrong, dict) and wrong else wrong)


def test_head_office_has_it_as_json(tmp_path, capsys):
    place = ["--data", str(tmp_path)]
    assert main(["store", "add", "shop", "--name", "Shop", *place]) == 0
    capsys.readouterr()
    days = ["--from", "2026-01-01", "--until", "2026-01-31"]
    assert main(["report", *days, "--store", "shop", *place]) == 0
    assert '"receipts": 0' in capsys.readouterr().out
    assert main(["report", *days, "--store", "nowhere", *place]) == 1

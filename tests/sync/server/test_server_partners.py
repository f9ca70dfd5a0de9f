"""The settlement with a partner comes from posted receipts, returns and all."""

import json
from datetime import date

import pytest

from pos_app.domain.document import TransactionKind
from pos_app.domain.loyalty.tally import TallyEntry
from sync.server.command_line.cli import main
from sync.server.engine.refusal import Refusal
from sync.server.office.partner_report import partner_report, report_lines
from sync.server.settings import reference
from tests.sync.server.till import DAY

PARTNER = {
    "id": "bank",
    "cards": [{"from": "7000", "to": "7099"}],
    "settlement": {"commission": "1.5", "point_price": "0.80"},
}
PROGRAM = json.dumps(
    {
        "schema": 1,
        "program": "club",
        "version": 1,
        "valid_from": "2026-01-01T00:00:00Z",
        "currency": {"code": "RUB", "minor_digits": 2},
        "partners": {"list": [PARTNER]},
    }
).encode()
MARK = (TallyEntry("partner/bank", "2026-11", 1),)


def test_marked_receipts_of_the_span_are_settled(house) -> None:
    async def story() -> None:
        await house.write(reference.publish_program, house.services, PROGRAM)
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        till.sell(member=anna, net=1000_00, earn=10, tallies=MARK)
        till.sell(member=anna, net=500_00, earn=5)
        till.sell(member=anna, net=100_00, tallies=MARK, on=date(2026, 12, 1))
        till.sell(member=anna, net=200_00, kind=TransactionKind.RETURN, tallies=MARK)
        # Somebody without an account at the partner's counter: kept with the terminal.
        till.sell(net=50_00, tallies=MARK)
        await house.push(till)
        span = (date(2026, 11, 1), date(2026, 11, 30))
        found = await house.read(partner_report, house.services, "bank", *span)
        assert (found.receipts, found.returns, found.net_minor) == (2, 1, 850_00)
        assert report_lines(found) == [
            "bank 2026-11-01 2026-11-30",
            "receipts 2",
            "returns 1",
            "points_earned 10",
            "points_redeemed 0",
            "net 850.00",
            "commission 12.75",
            "points_price 8.00",
            "owed 20.75",
        ]
        with pytest.raises(Refusal):
            await house.read(partner_report, house.services, "shop", DAY, DAY)

    house.run(story())


def test_head_office_asks_on_the_command_line(tmp_path, capsys) -> None:
    file = tmp_path / "club.json"
    file.write_bytes(PROGRAM)
    data = str(tmp_path / "data")
    assert main(["publish-program", str(file), "--data", data]) == 0
    span = ["--from", "2026-11-01", "--until", "2026-11-30"]
    capsys.readouterr()
    assert main(["partner-report", "bank", *span, "--data", data]) == 0
    assert "owed 0.00" in capsys.readouterr().out
    assert main(["partner-report", "nobody", *span, "--data", data]) == 1

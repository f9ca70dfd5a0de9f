"""Cash in a shop without small coins, and goods brought back without a fault of theirs."""

import pytest

from tests.workstation.tills import (
    CARDS,
    CHEESE,
    MILK,
    PROGRAM,
    STRANGE_CARD,
    ok,
    paper,
    program_row,
    refusal,
)


def under(bench, **parts):
    """A programme with these parts takes over at once."""
    bench.mirrors(program_row(900, {**PROGRAM, "version": 2, **parts}))
    return bench


@pytest.fixture
def rounding(senior):
    return under(senior, cash_rounding="1.00")


def test_cash_is_rounded_down_on_screen_on_paper_and_in_the_drawer(rounding) -> None:
    rounding.scan(MILK)  # 89.90
    sale = rounding.sale
    assert (sale.total_minor, sale.due_minor, sale.cash_due_minor) == (89_90, 89_90, 89_00)
    assert sale.round_notes_minor[0] == 90_00
    before = rounding.memory.journal.session().cash_minor
    ok(rounding.till.pay("cash"))
    document = rounding.documents()[0]
    assert (document.totals.rounding_minor, document.totals.due_minor) == (-90, 89_00)
    assert rounding.memory.journal.session().cash_minor == before + 89_00
    assert rounding.view.last_sale.total_minor == 89_00
    words = rounding.till.station.gear.voice("ru").text("receipt.rounding")
    assert f"{words} | " in paper(rounding.devices.jobs[0])


def test_change_is_counted_from_the_rounded_amount(rounding) -> None:
    rounding.scan(MILK)
    ok(rounding.till.tender("cash", 50_00))
    assert (rounding.sale.due_minor, rounding.sale.cash_due_minor) == (39_00, 39_00)
    assert (rounding.sale.total_minor, rounding.sale.rounding_minor) == (89_00, -90)
    answer = ok(rounding.till.pay("cash", 50_00))
    assert answer.data["change_due_minor"] == 11_00


def test_a_card_pays_every_kopeck_and_takes_the_rounding_back(rounding) -> None:
    rounding.scan(MILK)
    ok(rounding.till.tender("cash", 50_00))
    assert refusal(rounding.till.tender("card", 39_91)) == "card_overpaid"
    ok(rounding.till.pay("card"))
    document = rounding.documents()[0]
    assert document.totals.rounding_minor == 0
    assert [t.amount_minor for t in document.tenders] == [50_00, 39_90]


def test_a_card_alone_is_never_rounded(rounding) -> None:
    rounding.scan(MILK)
    ok(rounding.till.pay("card"))
    assert rounding.documents()[0].totals.rounding_minor == 0


def test_rounded_cash_comes_back_as_it_was_paid(rounding) -> None:
    rounding.scan(MILK, MILK)
    ok(rounding.till.pay("cash"))
    for refund in (90_00, 89_00):
        ok(rounding.till.return_sale("A000001", [(1, "1")], reason="defect"))
        assert (rounding.sale.total_minor, rounding.sale.cash_due_minor) == (refund, refund)
        ok(rounding.till.pay("cash"))
        assert rounding.documents()[-1].tenders[0].amount_minor == -refund


@pytest.mark.parametrize(("reason", "withheld"), [("not_suitable", 1), ("defect", 0)])
def test_points_already_spent_lower_the_refund_of_goods_without_a_fault(
    senior, reason: str, withheld: int
) -> None:
    redeem = {**PROGRAM["redeem"], "confirm_above": 0, "max_share": "100"}
    earn = {**PROGRAM["earn"], "vesting_days": 0}
    under(senior, goodwill_return_deducts=True, redeem=redeem, earn=earn)
    senior.grant("anna", 2000)
    senior.scan(*[CHEESE] * 6, CARDS["anna"])
    ok(senior.till.pay("cash"))
    earned = senior.documents()[0].totals.points_earned
    assert earned
    senior.scan(CHEESE, CHEESE, CHEESE, CHEESE, CARDS["anna"])
    ok(senior.till.redeem("max"))
    ok(senior.till.pay("cash"))
    left = 1250 + sum(e.points for d in senior.documents() for e in d.entries)
    assert left < earned
    ok(senior.till.return_sale("A000001", reason=reason))
    ok(senior.till.pay("cash"))
    document = senior.documents()[-1]
    assert document.withheld_points == withheld * max(earned - max(left, 0), 0)
    assert document.tenders[0].amount_minor == -(
        document.totals.due_minor - document.withheld_minor
    )


def test_a_stranger_owes_no_points(senior) -> None:
    under(senior, goodwill_return_deducts=True)
    for scans in ((MILK,), (MILK, STRANGE_CARD)):
        senior.scan(*scans)
        ok(senior.till.pay("cash"))
        number = senior.documents()[-1].receipt_number
        ok(senior.till.return_sale(number, reason="not_suitable"))
        ok(senior.till.pay("cash"))
        assert senior.documents()[-1].withheld_minor == 0

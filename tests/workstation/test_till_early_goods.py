"""Goods that are not for everybody yet: who may buy them, and from which day."""

from datetime import date

import pytest

from tests.workstation.test_till_regulated import ADVENT, PACK, ROWS, RUSSIA, at, program
from tests.workstation.tills import (
    CARDS,
    MILK,
    STRANGE_CARD,
    Bench,
    member_id,
    member_row,
    notices,
    ok,
    program_row,
    refusal,
)


@pytest.fixture
def law(tmp_path):
    """A till under Russian law at noon of the 20th of November 2026."""
    made = Bench(tmp_path, regulation=RUSSIA)
    made.mirrors(*ROWS)
    yield made
    made.close()


EARLY = {
    "id": "advent",
    "name": {"ru": "Адвент"},
    "goods": {"categories": ["Новинки"]},
    "tiers": ["silver"],
    "from": "2026-11-20",
    "open_to_all": "2026-12-01",
}


@pytest.fixture
def early(law):
    """A till where sweets are for silver until December."""
    law.mirrors(program_row(2000, program(early_access=[EARLY])))
    return law


def test_without_a_card_the_line_stands_and_the_payment_waits(early):
    early.open_shift()
    assert notices(early.scan(ADVENT)) == ["item_added", "early_show_card"]
    assert [note.key for note in early.sale.lines[0].notes] == ["note.early"]
    ok(early.scan(MILK))
    answer = early.till.pay("cash")
    assert refusal(answer) == "early_show_card"
    assert answer.refusal.text.args["who"] == ("Серебро",)
    ok(early.scan(CARDS["tanya"]))
    ok(early.till.pay("cash"))


def test_the_card_of_somebody_else_after_the_line_stops_the_payment(early):
    early.open_shift()
    early.scan(ADVENT, CARDS["anna"])
    answer = early.till.pay("cash")
    assert refusal(answer) == "early_others"
    assert answer.refusal.text.args["open"] == date(2026, 12, 1)


def test_before_the_line_the_card_decides_at_once(early):
    early.open_shift()
    early.scan(CARDS["anna"])
    assert refusal(early.scan(ADVENT)) == "early_others"
    ok(early.scan(CARDS["tanya"]))
    assert notices(early.scan(ADVENT)) == ["item_added"]


def test_a_card_that_only_the_server_knows_stands_in_the_lowest_tier(early):
    early.open_shift()
    early.scan(STRANGE_CARD)
    assert refusal(early.scan(ADVENT)) == "early_others"


def test_once_money_has_moved_early_goods_stop_nothing(early):
    early.mirrors(member_row("tanya", 5000, 100, tier="silver"))
    early.open_shift()
    early.scan(ADVENT, CARDS["tanya"])
    ok(early.till.tender("card", 10_00))
    early.mirrors(member_row("tanya", 5001, 100, tier="base"))
    early.till.link_changed(True)
    ok(early.till.pay("cash"))


@pytest.mark.parametrize(
    ("day", "answer"),
    [("2026-11-19", "early_not_yet"), ("2026-11-30", "early_others"), ("2026-12-01", "")],
)
def test_both_sides_of_its_days(early, day, answer):
    at(early, f"{day}T12:00").open_shift()
    early.scan(CARDS["anna"])
    found = early.scan(ADVENT)
    assert (refusal(found) if answer else notices(found)) == (answer or ["item_added"])


def test_before_its_first_day_no_card_can_open_it(early):
    at(early, "2026-11-19T12:00").open_shift()
    assert refusal(early.scan(ADVENT)) == "early_not_yet"
    early.scan(CARDS["tanya"])
    assert refusal(early.scan(ADVENT)) == "early_not_yet"


def test_tobacco_adds_nothing_to_what_a_member_has_spent_nor_does_its_return(law):
    law.open_shift("maria")
    law.scan(MILK, PACK, CARDS["anna"])
    ok(law.till.confirm("age", "seen"))
    number = ok(law.till.pay("cash")).data["receipt_number"]
    sold = law.documents()[-1]
    assert (sold.totals.net_minor, sold.spend_minor) == (308_90, 89_90)
    assert spent(law) == 89_90
    ok(law.till.return_sale(number, [(2, "1")]))
    ok(law.till.complete())
    assert spent(law) == 89_90
    ok(law.till.return_sale(number, [(1, "1")]))
    ok(law.till.complete())
    assert spent(law) == 0


def spent(bench: Bench) -> int:
    return sum(net for _, net in bench.memory.journal.unposted_spend(member_id("anna"), 0))

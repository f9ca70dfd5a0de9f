"""What a return without a receipt may be, said before anything is scanned."""

import pytest

from pos_app.domain.money import Money
from tests.workstation.test_till_bare_returns import told
from tests.workstation.test_till_price_check import with_rules
from tests.workstation.tills import BREAD, CARDS, CHEESE, MILK, ok, refusal


def terms(bench):
    return {one.key: dict(one.args) for one in bench.sale.returning.terms}


def test_limits_price_and_money_are_told_before_the_first_scan(manager) -> None:
    told(manager, per_return=200_00, per_till_day=250_00, days=14)
    ok(manager.till.return_goods("defect"))
    assert manager.sale.lines == ()
    said = terms(manager)
    assert said["bare.limit"] == {"most": Money(200_00)}
    assert said["bare.left_today"] == {"left": Money(250_00)}
    assert said["bare.price"] == {"n": 14}
    assert [one.key for one in said["bare.money"]["kinds"]] == ["bare.by_cash"]
    assert "bare.barred" in said


def test_what_was_paid_out_today_is_off_what_is_left(manager) -> None:
    told(manager, per_return=200_00, per_till_day=250_00)
    ok(manager.till.return_goods("defect"))
    ok(manager.scan(MILK, MILK))
    ok(manager.till.complete())
    ok(manager.till.return_goods("defect"))
    assert terms(manager)["bare.left_today"]["left"] == Money(70_20)
    ok(manager.scan(BREAD))
    assert terms(manager)["bare.left_today"]["left"] == Money(70_20)


@pytest.mark.parametrize(
    ("limits", "why"),
    [({"per_return": 0}, "bare_limit"), ({"per_till_day": 0}, "bare_day_limit")],
)
def test_where_nothing_may_be_paid_out_none_is_opened(manager, limits, why) -> None:
    told(manager, **limits)
    assert refusal(manager.till.return_goods("defect")) == why
    assert manager.view.transaction is None
    assert manager.audit("return_bare") == []


def test_of_days_that_are_not_looked_back_on_the_price_is_todays(manager) -> None:
    told(manager, days=0)
    ok(manager.till.return_goods("defect"))
    assert "bare.price_today" in terms(manager)


def test_a_return_by_receipt_has_no_such_terms(manager) -> None:
    sold = manager.sold(MILK)
    ok(manager.till.return_sale(sold.receipt_number, reason="defect"))
    assert manager.sale.returning.terms == ()


def test_no_unit_brings_more_than_anybody_with_a_card_pays_for_it_now(manager) -> None:
    club = {"id": "club", "name": {"ru": "Клубная цена"}, "kind": "fixed", "percent": "7"}
    with_rules(manager, member_discounts=[club])
    with_card = ok(manager.till.price_check(CHEESE)).data["price"].with_card.amount_minor
    assert with_card == 930_00
    ok(manager.till.return_goods("defect"))
    ok(manager.scan(CHEESE))
    assert manager.sale.due_minor == with_card
    ok(manager.till.complete())
    assert manager.documents()[-1].totals.due_minor == 930_00


def test_whose_card_lay_there_before_changes_nothing_of_the_price(manager) -> None:
    manager.scan(CARDS["anna"])
    ok(manager.till.return_goods("defect"))
    ok(manager.scan(CHEESE))
    assert manager.sale.due_minor == 1000_00

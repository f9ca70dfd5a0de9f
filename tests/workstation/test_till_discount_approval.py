"""Who may allow a discount is told before any PIN; more than all of them may, at once."""

import pytest

from resources.words import Words
from tests.sync.mirror.feeds import row
from tests.workstation.tills import CHEESE, MARIA, MILK, PINS, ok, refusal

PETR = ("petr", PINS["petr"])


def approvers(answer):
    return [(one.id, one.limit_ppm, one.enough) for one in answer.data["approvers"]]


def words(answer):
    return Words("ru").say(answer.refusal.text).replace("\u202f", " ").replace("\xa0", " ")


def test_a_cashier_is_told_who_may_allow_that_much_before_any_pin(shop):
    shop.scan(CHEESE)
    answer = shop.till.discount(1, percent="15")
    assert refusal(answer) == "needs_override"
    assert approvers(answer) == [("maria", 500_000, True), ("petr", 100_000, False)]
    answer = shop.till.discount(1, percent="5")
    assert approvers(answer) == [("petr", 100_000, True), ("maria", 500_000, True)]
    assert shop.audit("override_failed") == []


def test_a_senior_beyond_their_own_limit_may_ask_somebody_with_more(senior):
    senior.scan(CHEESE)
    answer = senior.till.discount(1, percent="15")
    assert refusal(answer) == "discount_limit"
    assert approvers(answer)[0] == ("maria", 500_000, True)
    ok(senior.till.discount(1, percent="15", override=MARIA))
    (given,) = senior.audit("discount")
    assert (given.operator_id, given.override_by) == ("petr", "maria")
    assert senior.sale.total_minor == 850_00
    ok(senior.till.pay("cash"))


@pytest.mark.parametrize(
    "wanted", [{"percent": "50.01"}, {"percent": "90"}, {"amount_minor": 500_01}]
)
def test_more_than_anybody_may_is_refused_at_once_with_the_most(shop, wanted):
    shop.scan(CHEESE)
    for override in (None, MARIA, PETR, ("maria", "wrong")):
        answer = shop.till.discount(1, override=override, **wanted)
        assert refusal(answer) == "discount_above_all"
        assert words(answer) == "Больше 50 % (500,00 ₽) не может разрешить никто"
        assert "approvers" not in answer.data
    assert shop.audit("override_failed") == []
    assert shop.sale.total_minor == 1000_00


def test_it_is_refused_before_a_reason_is_asked_for(shop):
    body = {"name": "discount_reason", "value": "required"}
    shop.mirrors(shop.newer(lambda ver: row("chain", ver, "setting", "discount_reason", body)))
    shop.scan(CHEESE)
    assert refusal(shop.till.discount(1, percent="60")) == "discount_above_all"
    assert refusal(shop.till.discount(1, percent="20")) == "reason_needed"
    assert refusal(shop.till.discount(1, percent="20", reason="waited")) == "needs_override"


def test_an_approver_whose_limit_is_short_is_told_so_though_the_pin_is_right(shop):
    shop.scan(CHEESE)
    answer = shop.till.discount(1, percent="15", override=PETR)
    assert refusal(answer) == "approver_limit"
    assert words(answer) == "Petr: разрешает не больше 10 %"
    assert shop.sale.total_minor == 1000_00


def test_an_amount_is_held_against_the_limit_of_its_line_and_of_the_whole(shop):
    shop.scan(CHEESE, MILK)
    near = shop.till.discount(1, amount_minor=100_00)
    assert approvers(near)[0] == ("petr", 100_000, True)
    more = shop.till.discount(1, amount_minor=100_01)
    assert approvers(more) == [("maria", 500_000, True), ("petr", 100_000, False)]
    whole = shop.till.discount(None, amount_minor=108_99)
    assert approvers(whole)[0] == ("petr", 100_000, True)


def test_taking_a_discount_back_asks_for_the_right_and_for_no_limit(shop):
    shop.scan(CHEESE)
    ok(shop.till.discount(1, percent="40", override=MARIA))
    answer = shop.till.discount(1, percent="0")
    assert refusal(answer) == "needs_override"
    assert "approvers" not in answer.data
    ok(shop.till.discount(1, percent="0", override=PETR))
    assert shop.sale.total_minor == 1000_00

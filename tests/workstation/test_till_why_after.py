"""Why it cost so is the same after payment, by the lines as seen; a hand discount is named."""

from pos_app.domain.rights import Right
from tests.sync.mirror.feeds import row
from tests.workstation.tills import BREAD, CARDS, CHEESE, MARIA, MILK, SWEETS, ok, paper, refusal


def trace(shop, receipt=None):
    return ok(shop.till.explain(receipt)).data["trace"]


def test_a_closed_receipt_tells_what_the_open_one_told_points_and_all(shop):
    shop.scan(MILK, CARDS["anna"], SWEETS)
    before = trace(shop)
    assert any(one.applied and not one.amount_minor for one in before)
    number = ok(shop.till.pay("cash")).data["receipt_number"]
    assert trace(shop, number) == before
    shop.scan(MILK)
    assert trace(shop, number) == before


def test_lines_have_the_numbers_of_the_screen_though_one_was_voided(shop):
    shop.scan(MILK, SWEETS, SWEETS, SWEETS)
    ok(shop.till.void_line(1, override=MARIA))
    (line,) = shop.sale.lines
    (one,) = [one for one in trace(shop) if one.rule_id == "sweets-3-for-2"]
    assert (one.lines, one.places) == ((line.line,), (1,))
    assert line.line != 1
    number = ok(shop.till.pay("cash")).data["receipt_number"]
    for _ in range(2):
        shop.restart()
        (one,) = [one for one in trace(shop, number) if one.rule_id == "sweets-3-for-2"]
        assert one.places == (1,)


def test_a_discount_by_hand_has_a_name_on_the_line_in_why_and_on_paper(manager):
    manager.scan(CHEESE)
    ok(manager.till.discount(1, percent="10"))
    (given,) = manager.sale.lines[0].discounts
    assert given.name == "Скидка кассира"
    assert str(given.why.args["reason"]) == "Скидка кассира"
    assert [one.name for one in trace(manager) if one.rule_id == "goodwill"] == ["Скидка кассира"]
    ok(manager.till.pay("cash"))
    assert "Скидка кассира" in paper(manager.devices.jobs[-1])


def test_a_reason_is_read_in_words_and_kept_as_it_was_given(manager):
    manager.scan(CHEESE, BREAD)
    ok(manager.till.discount(1, percent="10", reason="damaged"))
    ok(manager.till.discount(2, percent="10", reason="пролили кофе"))
    first, second = (one.discounts[-1].name for one in manager.sale.lines)
    assert first == "Скидка кассира: Повреждена упаковка"
    assert second == "Скидка кассира: пролили кофе"
    assert [one.reason for one in manager.audit("discount")] == ["damaged", "пролили кофе"]


def test_a_shop_that_wants_a_reason_gives_nothing_without_one(manager):
    body = {"name": "discount_reason", "value": "required"}
    manager.mirrors(
        manager.newer(lambda ver: row("chain", ver, "setting", "discount_reason", body))
    )
    manager.scan(CHEESE)
    assert refusal(manager.till.discount(1, percent="10")) == "reason_needed"
    ok(manager.till.discount(1, percent="10", reason="waited"))
    ok(manager.till.discount(1, percent="0"))


def test_who_may_allow_it_are_those_with_the_right(shop):
    everybody = dict(ok(shop.till.operators()).data["operators"])
    may = dict(ok(shop.till.operators(Right.DISCOUNT.value)).data["operators"])
    assert may
    assert set(may) < set(everybody)
    assert shop.view.operator.id not in may

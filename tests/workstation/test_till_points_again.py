"""Points chosen on a receipt that is put aside are chosen again when it is taken up."""

from tests.workstation.test_till_cut_short import beat, cut, told
from tests.workstation.tills import BREAD, CARDS, CHEESE, MILK, member_id, notices, ok


def spending(shop, points=160, kind="placed"):
    """Anna's cheese with `points` chosen; what is left to pay."""
    shop.courier.online = kind == "identified"
    shop.scan(CHEESE, CHEESE, CARDS["anna"])
    shop.grant("anna", points, kind=kind)
    shop.till.link_changed(True)
    if shop.courier.online:
        shop.courier.answers("identify", member={"id": member_id("anna")}, allowance={})
    assert notices(shop.till.redeem(points)) == []
    assert shop.sale.points_redeemed == points
    return shop.sale.due_minor


def again(shop):
    return shop.till.resume(shop.view.suspended[0].id)


def test_points_that_were_chosen_are_chosen_again_and_the_sum_is_as_it_was(shop):
    due = spending(shop)
    ok(shop.till.suspend())
    shop.scan(MILK)
    ok(shop.till.pay("cash"))
    assert notices(again(shop)) == ["resumed", "points_again"]
    assert (shop.sale.points_redeemed, shop.sale.due_minor) == (160, due)
    ok(shop.till.pay("cash"))
    assert shop.documents()[-1].totals.points_redeemed == 160


def test_the_list_of_what_waits_shows_what_is_to_be_paid(shop):
    due = spending(shop)
    ok(shop.till.suspend())
    assert shop.view.suspended[0].total_minor == due
    shop.restart()
    told(shop)
    assert shop.view.suspended[0].total_minor == due


def test_a_right_that_was_let_go_is_asked_for_and_counts_when_it_comes(shop):
    due = spending(shop, kind="identified")
    ok(shop.till.suspend())
    assert all(one.left == 0 for one in shop.memory.journal.allowances(member_id("anna")))
    assert notices(again(shop)) == ["resumed", "points_asked_again"]
    assert shop.sale.points_redeemed == 0
    asked = shop.courier.asked[-1].fields
    assert (asked["key"], asked["want_points"]) == (member_id("anna"), balance(shop))
    shop.grant("anna", 160, "g2", kind="identified")
    heard = listen(shop)
    shop.courier.answers("identify", member={"id": member_id("anna")}, allowance={"granted": 160})
    assert heard == ["points_again"]
    assert (shop.sale.points_redeemed, shop.sale.due_minor) == (160, due)


def test_where_fewer_are_free_fewer_pay_and_that_is_said(shop):
    due = spending(shop, kind="identified")
    ok(shop.till.suspend())
    ok(again(shop))
    shop.grant("anna", 60, "g2", kind="identified")
    heard = listen(shop)
    shop.courier.answers("identify", member={"id": member_id("anna")}, allowance={"granted": 60})
    assert heard == ["points_fewer"]
    assert (shop.sale.points_redeemed, shop.sale.due_minor) == (60, due + 100_00)


def test_without_a_link_what_is_not_here_is_said_to_be_fewer(shop):
    due = spending(shop, kind="identified")
    ok(shop.till.suspend())
    shop.courier.online = False
    shop.till.link_changed(False)
    assert notices(again(shop)) == ["resumed", "points_fewer"]
    assert shop.sale.due_minor == due + 160_00


def test_an_answer_after_another_choice_changes_nothing_and_says_nothing(shop):
    spending(shop, kind="identified")
    ok(shop.till.suspend())
    ok(again(shop))
    ok(shop.till.redeem(0))
    shop.grant("anna", 160, "g2", kind="identified")
    heard = listen(shop)
    shop.courier.answers("identify", member={"id": member_id("anna")}, allowance={"granted": 160})
    assert heard == []
    assert shop.sale.points_redeemed == 0


def test_a_receipt_without_points_says_nothing_of_them(shop):
    shop.scan(BREAD, CARDS["anna"])
    ok(shop.till.suspend())
    assert notices(again(shop)) == ["resumed"]


def test_a_receipt_that_was_cut_short_chooses_them_again_too(shop):
    due = spending(shop)
    beat(shop)
    cut(shop)
    told(shop)
    assert "points_again" in notices(again(shop))
    assert (shop.sale.points_redeemed, shop.sale.due_minor) == (160, due)


def balance(shop):
    known = shop.till.station.known
    return known.account.available(shop.till.station.business_on())


def listen(shop):
    heard = []
    shop.till.subscribe(lambda answer: heard.extend(notices(answer)))
    return heard

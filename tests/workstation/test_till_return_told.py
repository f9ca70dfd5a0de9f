"""What a closed return says of its money: the drawer's share, and each other way."""

from tests.workstation.test_till_gift_cards import CODE, answered, rules
from tests.workstation.tills import BREAD, CARDS, CHEESE, MILK, UNKNOWN, ok, refusal


def ways(view):
    last = view.last_sale
    return last.drawer_minor, [(one.kind, one.amount_minor, one.label) for one in last.ways]


def paid_two_ways(bench):
    """A cheese: 300.00 by gift card, the rest in cash."""
    rules(bench)
    bench.courier.online = True
    bench.scan(CHEESE)
    bench.scan(CODE)
    answered(bench, 300_00, balance=300_00)
    ok(bench.till.pay("gift_card"))
    ok(bench.till.pay("cash"))
    return bench.documents()[-1]


def test_only_what_leaves_the_drawer_is_the_drawers(senior):
    sold = paid_two_ways(senior)
    back = ok(senior.till.return_sums(sold.receipt_number, [(1, "1")])).data["back"]
    assert [(one.kind, one.amount_minor) for one in back.ways] == [
        ("cash", 700_00),
        ("gift_card", 300_00),
    ]
    ok(senior.till.return_sale(sold.receipt_number, reason="defect"))
    ok(senior.till.complete())
    drawer, [(kind, minor, label)] = ways(senior.view)
    assert (drawer, kind, minor) == (700_00, "gift_card", 300_00)
    assert label.startswith("··")


def test_the_sums_of_chosen_lines_name_the_goods_with_so_much_as_comes_back(senior):
    senior.scan(CHEESE, MILK, MILK)
    ok(senior.till.pay("cash"))
    number = senior.documents()[-1].receipt_number
    (line,) = ok(senior.till.return_sums(number, [(2, "1")])).data["lines"]
    opened = ok(senior.till.return_sale(number, [(2, "1")], "defect"))
    assert opened.ok and (line.name, line.quantity.value) == ("Молоко 1 л", 1)
    (shown,) = senior.sale.lines
    assert (line.amount_minor, line.quantity) == (shown.amount_minor, shown.quantity)


def test_what_a_card_had_paid_leaves_the_drawer_alone(senior):
    senior.scan(MILK, BREAD)
    ok(senior.till.pay("card"))
    ok(senior.till.return_sale(senior.documents()[-1].receipt_number, reason="defect"))
    total = senior.sale.total_minor
    ok(senior.till.complete())
    assert ways(senior.view) == (0, [("card", total, "")])


def test_while_it_is_open_it_says_what_will_leave_the_drawer(senior):
    sold = paid_two_ways(senior)
    ok(senior.till.return_sale(sold.receipt_number, reason="defect"))
    assert (senior.sale.due_minor, senior.sale.returning.drawer_minor) == (1000_00, 700_00)
    ok(senior.till.complete())
    assert senior.view.last_sale.drawer_minor == 700_00
    assert senior.documents()[-1].tenders[0].amount_minor == -700_00


def test_an_open_return_of_what_points_and_a_card_paid_leaves_the_drawer_alone(senior):
    senior.grant("anna", 300)
    senior.scan(CHEESE, CARDS["anna"])
    ok(senior.till.redeem(100))
    ok(senior.till.pay("card"))
    ok(senior.till.return_sale(senior.documents()[-1].receipt_number, reason="defect"))
    assert senior.sale.returning.drawer_minor == 0
    assert [(one.kind, one.amount_minor) for one in senior.sale.refunds] == [("card", -900_00)]
    ok(senior.till.complete())
    assert ways(senior.view) == (0, [("card", 900_00, "")])


def test_an_exchange_says_before_it_is_paid_what_goes_to_the_card_by_hand(senior):
    senior.scan(CHEESE)
    ok(senior.till.pay("card"))
    ok(senior.till.exchange(senior.documents()[-1].receipt_number, None, "defect"))
    senior.scan(MILK)
    swap = senior.sale.exchange
    assert (swap.back_minor, swap.out_minor) == (1000_00, 910_10)
    assert [(one.kind, one.amount_minor) for one in swap.apart] == [("card", -910_10)]
    ok(senior.till.complete())
    assert ways(senior.view) == (0, [("card", 910_10, "")])


def test_a_closed_exchange_in_cash_has_its_change_and_no_other_way(senior):
    sold = senior.sold(CHEESE)
    ok(senior.till.exchange(sold.receipt_number, None, "defect"))
    senior.scan(MILK)
    ok(senior.till.complete())
    assert senior.view.last_sale.change_due_minor == 910_10
    assert ways(senior.view) == (0, [])


def test_after_a_restart_it_says_the_same(senior):
    sold = paid_two_ways(senior)
    ok(senior.till.return_sale(sold.receipt_number, reason="defect"))
    ok(senior.till.complete())
    before = ways(senior.view)
    senior.restart()
    assert ways(senior.view) == before


def test_with_a_return_open_no_other_receipt_is_shown_to_be_marked(senior):
    first, second = senior.sold(MILK), senior.sold(BREAD)
    ok(senior.till.return_sale(first.receipt_number, reason="defect"))
    assert refusal(senior.till.find_receipt(second.receipt_number)) == "return_first"
    ok(senior.till.void_transaction("mistake"))
    ok(senior.till.exchange(first.receipt_number, None, "defect"))
    assert refusal(senior.till.find_receipt(second.receipt_number)) == "exchange_first"
    ok(senior.till.void_transaction("mistake"))
    ok(senior.till.find_receipt(second.receipt_number))


def test_a_code_that_nobody_knows_beside_a_return_advises_no_dead_key(senior):
    sold = senior.sold(MILK)
    ok(senior.till.return_sale(sold.receipt_number, reason="defect"))
    assert refusal(senior.scan(UNKNOWN)) == "return_is_open"


def test_an_exchange_tells_what_goes_off_the_account_before_and_after(senior):
    senior.scan(CARDS["anna"], CHEESE)
    ok(senior.till.pay("cash"))
    sold = senior.documents()[-1]
    earned = sold.totals.points_earned
    assert earned > 0
    ok(senior.till.exchange(sold.receipt_number, None, "not_suitable"))
    senior.scan(MILK)
    swap = senior.sale.exchange
    assert (swap.points_given, swap.points_taken) == (0, earned)
    ok(senior.till.complete())
    last = senior.view.last_sale
    assert (last.kind, last.points_given, last.points_taken) == ("sale", 0, earned)

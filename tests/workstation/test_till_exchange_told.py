"""An exchange says which way its money goes; the member of it was not looked for by digits."""

from tests.workstation.payment_till import PayingBench
from tests.workstation.tills import CARDS, MILK, SWEETS, notices, ok


def test_what_a_terminal_gives_back_by_itself_is_said_before_and_after(tmp_path):
    till = PayingBench(tmp_path).open_shift("petr")
    till.scan(MILK)
    ok(till.till.pay("card"))
    sold = till.documents()[-1]
    answer = till.till.exchange(sold.receipt_number, None, "defect")
    assert notices(answer) == ["exchange_open", "exchange_apart_card"]
    assert answer.notices[1].text.args["amount"].minor == 89_90
    till.scan(SWEETS)
    swap = till.sale.exchange
    assert [(one.kind, one.amount_minor) for one in swap.apart] == [("card", -89_90)]
    told = []
    till.till.subscribe(lambda one: told.extend(n.code for n in one.notices))
    told += [n.code for n in ok(till.till.pay("card")).notices]
    assert "refunded_card" in told
    till.close()


def test_what_pays_for_the_new_goods_goes_nowhere_apart(senior):
    sold = senior.sold(MILK)
    answer = senior.till.exchange(sold.receipt_number, None, "defect")
    assert notices(answer) == ["exchange_open"]
    assert senior.sale.exchange.apart == ()


def test_the_member_of_the_exchanged_receipt_was_not_found_by_four_digits(senior):
    sold = senior.sold(MILK, CARDS["anna"])
    ok(senior.till.exchange(sold.receipt_number, None, "defect"))
    senior.scan(SWEETS)
    assert senior.view.member.redeem_limit.key == "limit.of_receipt"

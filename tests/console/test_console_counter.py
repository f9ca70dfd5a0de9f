"""Goods that come back without a receipt or for others, and a change of cashier, as commands."""

from tests.workstation.tills import CHEESE, MILK


def test_goods_come_back_without_a_receipt_for_a_reason(shift):
    assert shift.refused("return", without_receipt=True) == "reason_wanted"
    shift.do("return", without_receipt=True, reason="defect")
    shift.do("scan", data=MILK)
    shift.do("complete")
    assert shift.do("x_report")["data"]["report"]["returns"] == 1


def test_goods_are_exchanged_for_one_difference(shift):
    shift.do("scan", data=CHEESE)
    number = shift.do("tender", kind="cash", amount="1000.00") and shift.do("complete")
    number = number["data"]["receipt_number"]
    answer = shift.do("return", receipt=number, exchange=True, reason="not_suitable")
    assert answer["state"]["transaction"]["exchange"]["back"] == "1000.00"
    shift.do("scan", data=MILK)
    done = shift.do("complete")
    assert done["data"]["change_due"] == "910.10"
    report = shift.do("x_report")["data"]["report"]
    assert (report["receipts"], report["returns"]) == (2, 1)


def test_another_cashier_takes_over(shift):
    shift.do("scan", data=MILK)
    assert shift.refused("swap", operator="petr", pin="0") == "wrong_pin"
    answer = shift.do("swap", operator="petr", pin="2222")
    assert answer["state"]["operator"]["id"] == "petr"
    assert len(answer["state"]["suspended"]) == 1

"""Chips with their reasons, a change of cashier within a receipt, prices asked by the way."""

from dataclasses import replace

import pytest

from pos_app.domain.loyalty.coupon import PresentedCoupon
from pos_app.workstation.ports import DeviceState
from tests.workstation.tills import (
    BREAD,
    CARDS,
    MILK,
    PROGRAM,
    Bench,
    member_id,
    notices,
    ok,
    program_row,
    refusal,
)


def test_a_coupon_says_what_it_saves_or_why_it_does_nothing(shop):
    shop.scan(MILK)
    ok(shop.till.coupon("AUTUMN-7"))
    (chip,) = shop.sale.coupons
    assert (chip.name, chip.counts, chip.applied, chip.saves_minor) == ("Осенний", True, False, 0)
    words = shop.till.station.gear.voice("ru")
    assert words.say(chip.why_not)
    shop.scan(BREAD)
    (chip,) = shop.sale.coupons
    assert (chip.applied, chip.saves_minor, chip.why_not) == (True, 5_00, None)
    ok(shop.till.remove_coupon(chip.id))
    assert shop.sale.coupons == ()


def test_a_coupon_of_no_promotion_says_so(shop):
    idle = {"id": "idle", "name": {"ru": "Пустой", "en": "Idle"}, "kind": "code",
            "use": "multi_use", "codes": [{"code": "IDLE"}]}  # fmt: skip
    coupons = [*PROGRAM["coupons"], idle]
    shop.mirrors(program_row(3000, {**PROGRAM, "version": 2, "coupons": coupons}))
    shop.scan(MILK)
    ok(shop.till.coupon("IDLE"))
    (chip,) = shop.sale.coupons
    assert chip.why_not.key == "coupon.opens_nothing"


def test_another_cashier_takes_over_and_the_open_receipt_waits(shop):
    shop.scan(CARDS["anna"], MILK, BREAD)
    session = shop.view.session.number
    assert refusal(shop.till.swap("petr", "0000")) == "wrong_pin"
    assert len(shop.sale.lines) == 2
    answer = shop.till.swap("petr", "2222")
    assert notices(answer) == ["signed_on", "put_aside"]
    assert (shop.view.operator.id, shop.view.session.number) == ("petr", session)
    assert shop.sale is None
    (waiting,) = shop.view.suspended
    assert (waiting.label, waiting.lines) == ("Ivan", 2)
    shop.sold(MILK)
    assert shop.documents()[-1].operator_id == "petr"
    ok(shop.till.resume(waiting.id))
    assert (len(shop.sale.lines), shop.view.member.id) == (
        2,
        member_id("anna"),
    )
    assert [one.subject for one in shop.audit("signed_off")] == ["ivan"]


def test_nobody_leaves_money_on_the_way_to_somebody_else(senior):
    sold = senior.sold(MILK)
    senior.scan(MILK)
    ok(senior.till.tender("cash", 10_00))
    assert refusal(senior.till.swap("ivan", "1111")) == "tenders_taken"
    ok(senior.till.pay("cash"))
    ok(senior.till.return_sale(sold.receipt_number, reason="defect"))
    assert refusal(senior.till.swap("ivan", "1111")) == "return_is_open"
    assert senior.view.operator.id == "petr"


def test_between_receipts_it_is_only_another_name(bench):
    assert refusal(bench.till.swap("petr", "2222")) == "sign_on_first"
    bench.open_shift()
    assert notices(bench.till.swap("petr", "2222")) == ["signed_on"]
    assert bench.view.suspended == ()


def test_a_price_is_told_by_the_way_and_the_receipt_stays_as_it_is(shop):
    shop.scan(MILK)
    before = shop.sale
    for text, price in ((BREAD, 45_00), ("102", 30_00), ("]E0" + BREAD, 45_00)):
        assert ok(shop.till.price_check(text)).data["item"].unit_price_minor == price
    assert refusal(shop.till.price_check("4609999999990")) == "unknown_code"
    assert shop.sale == before


@pytest.fixture
def choosing(tmp_path):
    cashback = {"choice": {"categories": ["Хлеб", "Молочное", "Сладкое"], "count": 2,
                           "rules": ["chosen"], "once_a_month": True}}  # fmt: skip
    earn = {**PROGRAM["earn"], "rules": [*PROGRAM["earn"]["rules"], {
        "id": "chosen", "name": {"ru": "Любимое", "en": "Chosen"}, "percent": "10"}]}  # fmt: skip
    made = Bench(tmp_path)
    made.mirrors(program_row(3000, {**PROGRAM, "version": 2, "cashback": cashback, "earn": earn}))
    yield made.open_shift()
    made.close()


def test_the_panel_has_what_can_be_chosen_this_month(choosing):
    choosing.scan(CARDS["anna"], MILK)
    choice = choosing.view.member.choice
    assert (choice.offered, choice.count) == (("Хлеб", "Молочное", "Сладкое"), 2)
    assert (choice.chosen, choice.fixed) == ((), False)
    before = choosing.sale.points_earned
    ok(choosing.till.choose_categories(["Молочное", "Хлеб"]))
    choice = choosing.view.member.choice
    assert (choice.chosen, choice.fixed) == (("Молочное", "Хлеб"), True)
    assert choosing.sale.points_earned > before


def test_a_device_that_goes_and_comes_back_is_said_once_each(shop):
    def news(*states):
        shop.heard.clear()
        shop.devices.what = tuple(DeviceState(name, kind, state) for name, kind, state in states)
        shop.till.devices_changed()
        return [n.code for answer in shop.heard for n in answer.notices]

    printer = ("printer", "printer", "ok")
    assert news(printer, ("front", "scanner", "lost")) == ["device_lost"]
    assert news(printer, ("front", "scanner", "lost")) == []
    assert news(printer, ("front", "scanner", "unknown")) == []
    assert news(printer, ("front", "scanner", "ok")) == ["device_back"]
    assert news(printer) == []
    ok(shop.scan(MILK))


def test_a_coupon_of_somebody_else_waits_for_its_member(shop):
    shop.scan(BREAD)
    station = shop.till.station
    own = PresentedCoupon("own", "own/1", "own-1", member_id("anna"))
    station.open = replace(station.open, coupons=(own,))
    (chip,) = shop.sale.coupons
    assert (chip.counts, chip.applied, chip.why_not.key) == (
        False,
        False,
        "coupon.waits_for_member",
    )

"""Everything that the demo shows a visitor can be done with the codes it shows."""

import json

import pytest

from pos_app.wiring.appearance import Appearance, remembered
from pos_app.wiring.demo_shop import head_office, packaged
from pos_app.wiring.demo_stock import shop_to_try, speak
from tests.journeys.clerks import Clerk

ANITA, NIKOLAI = "2990000000019", "2990000000026"
BREAD, CLUB = "2000000000244", "2000000009001"


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    running = shop_to_try(tmp_path_factory.mktemp("shop"), "en")
    with running:
        speak(running, "till-1", "en")
        yield running


@pytest.fixture(scope="module")
def clerk(shop):
    sitting = Clerk(shop, "till-1")
    yield sitting
    sitting.till.close()


@pytest.fixture(autouse=True)
def _nothing_left_over(clerk):
    yield
    if clerk.sale is not None:
        clerk.till.void_transaction("mistake")


def of_the(department: str) -> str:
    rows = packaged("demo", "catalog.csv").read_text("utf-8").splitlines()
    return next(row.split(",")[0] for row in rows if department in row)


SAUSAGE = of_the("Мясная гастрономия")


def codes() -> list[str]:
    groups = json.loads(packaged("demo", "try.json").read_text("utf-8"))
    return [row["scan"] for group in groups for row in group["rows"] if "scan" in row]


def test_every_code_on_the_sheet_is_something_the_till_knows(clerk) -> None:
    strange = {"4607001234562"}
    for code in codes():
        answer = clerk.till.scan(code.encode())
        assert answer.ok or code in strange, (code, answer.refusal)
        clerk.until(lambda: clerk.view.gift_card is None or not clerk.view.gift_card.asking)
        if clerk.sale is not None:
            clerk.done(clerk.till.void_transaction("mistake"))
    assert clerk.view.operator.name == "Anna"
    assert clerk.view.operator.language == "en"


def test_a_leaflet_takes_ten_per_cent_and_one_for_a_review_is_used_once(clerk) -> None:
    clerk.buys(BREAD)
    before = clerk.sale.due_minor
    clerk.done(clerk.till.coupon("SPRING10"))
    assert clerk.sale.due_minor == before * 9 // 10
    clerk.paid()
    for code, taken in (("OK001", True), ("OK001", False)):
        clerk.buys(SAUSAGE, SAUSAGE)
        clerk.till.coupon(code)
        clerk.driver.wait_for(lambda: bool(clerk.sale.coupons), 3)
        assert bool(clerk.sale.coupons) is taken
        clerk.paid()
        clerk.sync()


def test_a_blank_gift_card_is_sold_and_pays(clerk) -> None:
    clerk.done(clerk.till.sell_gift_card("GIFT-0001", 500_00))
    clerk.paid()
    clerk.sync()
    clerk.buys(SAUSAGE)
    clerk.done(clerk.till.gift_card("GIFT-0001"))
    clerk.until(lambda: not clerk.view.gift_card.asking)
    assert clerk.view.gift_card.balance_minor == 500_00
    clerk.done(clerk.till.tender("gift_card"))
    clerk.paid()


def test_a_member_has_an_offer_of_her_own_rewards_for_points_and_may_join_the_club(clerk) -> None:
    clerk.buys(SAUSAGE, BREAD).may_redeem(ANITA)
    named = {one.discounts[0].rule_id for one in clerk.sale.lines if one.discounts}
    assert "your-delicatessen" in named
    assert {one.id for one in clerk.view.rewards} >= {"bread-for-points", "minus-20-for-points"}
    clerk.done(clerk.till.claim("bread-for-points"))
    assert clerk.sale.lines[1].amount_minor == 0
    clerk.paid()
    clerk.shows(NIKOLAI)
    clerk.buys(CLUB)
    clerk.paid()
    clerk.sync()
    clerk.until(lambda: clerk.member_now(NIKOLAI) is not None)
    clerk.shows(NIKOLAI)
    assert clerk.view.member.tier_name == "Gold"


def test_a_large_receipt_prints_a_coupon_for_the_next_visit(clerk) -> None:
    clerk.buys(*[SAUSAGE] * 12)
    sold = clerk.paid()
    assert [use.coupon_id for use in sold.coupons] == ["come-again"]


def test_a_shop_of_an_earlier_release_is_renewed_and_speaks_what_is_asked_for(tmp_path) -> None:
    folder = tmp_path / "shop"
    with shop_to_try(folder, "ru") as old:
        speak(old, "till-1", "ru")
        place = old.till("till-1")
    (folder / "stock").write_text("of an earlier release")
    with shop_to_try(folder, "en") as again:
        speak(again, "till-1", "en")
        assert remembered(place.data, "ru", Appearance()).language == "en"
        head_office(again.data, "doctor")
    assert (folder / "stock").read_text() != "of an earlier release"

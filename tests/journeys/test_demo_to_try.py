"""Everything that the demo shows a visitor can be done with the codes it shows."""

import csv
import io
import json
import re
from dataclasses import replace

import pytest

from pos_app.wiring.appearance import Appearance, remembered
from pos_app.wiring.demo_shop import head_office, packaged
from pos_app.wiring.demo_stock import catalogue_to_try, program_to_try, shop_to_try, speak
from pos_app.wiring.latin_names import SPELT, latin, members_in
from sync.server.settings.catalog import read_catalog
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


def goods(language: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(catalogue_to_try(language))))


def test_every_thing_and_department_of_the_shop_has_an_english_name_of_its_own() -> None:
    russian, english = goods("ru"), goods("en")
    for one, other in zip(russian, english, strict=True):
        assert re.search("[А-я]", one["name"]) and not re.search("[А-я]", other["name"])
        assert not re.search("[А-я]", other["department"])
        assert {**other, "name": "", "department": ""} == {**one, "name": "", "department": ""}
    assert len({one["name"] for one in english}) == len(english)
    departments = [len({one["department"] for one in shop}) for shop in (russian, english)]
    assert departments[0] == departments[1], "no two of them fall into one"


def test_the_law_knows_the_goods_by_either_name() -> None:
    """What is regulated, and how much of it is in a bottle, is read from names."""
    shops = [read_catalog(catalogue_to_try(one).encode()) for one in ("ru", "en")]
    (russian, faults), (english, others) = shops
    assert not faults + others
    for one, other in zip(russian, english, strict=True):
        assert replace(other, name=one.name, categories=one.categories) == one
    classes = {one.regulated for one in english}
    assert {"vodka", "cognac", "wine", "sparkling", "cigarettes", "beer"} <= classes


def test_the_programme_is_the_same_whatever_language_the_goods_are_in() -> None:
    """A shop that changes its language publishes nothing anew: a version never changes."""
    named = json.dumps(program_to_try(), ensure_ascii=False)
    assert '["Чай и кофе", "Tea and coffee"]' in named
    assert '"Gift cards", "Программы", "Programmes"]' in named


def test_goods_are_found_sold_and_explained_in_english(clerk) -> None:
    found = [one.name for one in clerk.till.find_items("wheat bread").data["items"]]
    assert found == ["Wheat bread, sliced 400 g"]
    clerk.buys(BREAD, SAUSAGE).shows(ANITA)
    shown = str([(one.name, one.discounts) for one in clerk.sale.lines])
    assert "Bread for members" in shown
    assert not re.search("[А-я]", shown)
    sold = clerk.paid()
    assert not re.search("[А-я]", str([line.name for line in sold.lines]))


def test_people_of_the_english_shop_have_latin_names_and_the_same_points(clerk) -> None:
    clerk.buys(BREAD).shows(ANITA)
    member = clerk.view.member
    assert (member.display_name, member.points) == ("Anita K.", 1250)
    packed = packaged("demo", "members.csv").read_text("utf-8")
    russian, english = (
        list(csv.DictReader(io.StringIO(members_in(one, packed)))) for one in ("ru", "en")
    )
    assert not re.search("[А-яЁё]", str(english))
    bare = [{name: one[name] for name in one if name not in SPELT} for one in russian]
    assert bare == [{name: one[name] for name in one if name not in SPELT} for one in english]
    assert [latin(one) for one in ("Дмитрий", "Семён", "Щукина", "Нью-Йорк")] == [
        "Dmitry", "Semyon", "Shchukina", "Nyu-Iork",
    ]  # fmt: skip


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
        clerk = Clerk(again, "till-1")
        try:
            assert [one.name for one in clerk.till.find_items("bananas").data["items"]] == [
                "Bananas"
            ]
            assert clerk.member_now(ANITA).display_name == "Anita K."
        finally:
            clerk.till.close()
    assert (folder / "stock").read_text() != "of an earlier release"

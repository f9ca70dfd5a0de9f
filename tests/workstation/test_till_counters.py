"""Stamps, chosen categories, caps, offers, draws: counted at the till, with or without a link."""

from typing import Any

import pytest

from pos_app.domain.events import CategoriesChosen
from pos_app.domain.loyalty.tally import added
from resources.words import Words
from sync.wire.rows import ChosenRow
from tests.sync.mirror.feeds import row
from tests.workstation.test_till_full_disk import Disk
from tests.workstation.tills import (
    BREAD,
    CARDS,
    MILK,
    PROGRAM,
    STRANGE_CARD,
    SWEETS,
    TOBACCO,
    Bench,
    member_id,
    member_row,
    notices,
    ok,
    paper,
    program_row,
    refusal,
)

FREE: dict[str, Any] = {
    "id": "free-milk",
    "name": {"ru": "Молоко в подарок"},
    "kind": "percent",
    "percent": "100",
    "max_units": 1,
    "goods": {"categories": ["Молочное"]},
    "when": {"segments": ["stamps/milk"]},
}
OFFERED: dict[str, Any] = {
    "id": "bread-for-anna",
    "name": {"ru": "Хлеб для Анны"},
    "kind": "percent",
    "percent": "50",
    "goods": {"categories": ["Хлеб"]},
    "when": {"segments": ["offer/bread"]},
}
COUNTERS: dict[str, Any] = {
    **PROGRAM,
    "version": 2,
    "valid_from": "2026-02-01T00:00:00+03:00",
    "promotions": [FREE, OFFERED],
    "earn": {
        "rules": [
            {"id": "base-earn", "percent": "5"},
            {"id": "favourite", "percent": "10"},
        ],
        "vesting_days": 1,
        "expires_after_days": 365,
    },
    "cashback": {
        "caps": [{"id": "month", "name": {"ru": "Кешбэк"}, "points": 12, "period": "month"}],
        "choice": {
            "categories": ["Молочное", "Хлеб", "Сладкое"],
            "count": 2,
            "rules": ["favourite"],
        },
    },
    "stamps": {
        "cards": [
            {
                "id": "milk",
                "name": {"ru": "Молочная"},
                "kind": "units",
                "needed": 3,
                "reward": "free-milk",
                "goods": {"categories": ["Молочное"]},
            }
        ]
    },
    "offers": {
        "list": [
            {
                "id": "bread",
                "name": {"ru": "Хлеб вполцены"},
                "members": [member_id("anna")],
                "uses": 1,
                "period": "day",
                "budget": 100,
            }
        ]
    },
    "draws": {"list": [{"id": "car", "name": {"ru": "Машина"}, "per": "100.00"}]},
}


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def frail(tmp_path, disk: Disk):
    made = Bench(tmp_path, disk).open_shift()
    yield made
    disk.fails = None
    made.close()


@pytest.fixture
def club(shop: Bench) -> Bench:
    shop.mirrors(program_row(14, COUNTERS))
    return shop


def on_the_way(shop: Bench) -> list[str]:
    words = Words("ru")
    return [words.say(one) for one in shop.view.member.on_the_way]


def tallies(shop: Bench) -> dict[tuple[str, str], int]:
    """What all documents of this till come to."""
    return added({}, (entry for document in shop.documents() for entry in document.tallies))


def buy(shop: Bench, *codes: str, who: str = "anna") -> Any:
    ok(shop.till.member("card", CARDS[who]))
    return shop.sold(*codes)


def choose(shop: Bench, *categories: str, month: str = "") -> Any:
    return shop.till.choose_categories(categories, month)


def test_a_sale_counts_visits_stamps_points_under_caps_and_entries_of_draws(club: Bench):
    document = buy(club, MILK, MILK, SWEETS)
    found = {(t.tally, t.period): t.amount for t in document.tallies}
    assert found == {
        ("visits", ""): 1,
        ("visits", "2026-11"): 1,
        ("earned/month", "2026-11"): document.totals.points_earned,
        ("stamps/milk", ""): 2,
        ("draw/car", ""): 2,
    }


def test_nobody_and_barred_goods_are_not_counted(club: Bench):
    assert club.sold(MILK).tallies == ()
    ok(club.till.member("card", CARDS["anna"]))
    club.scan(TOBACCO)
    ok(club.till.confirm("age", "seen"))
    ok(club.till.pay("cash", None))
    assert {t.tally for t in club.documents()[-1].tallies} == {"visits"}


def test_the_third_milk_fills_the_card_and_the_fourth_is_free_with_no_link(club: Bench):
    buy(club, MILK, MILK, MILK)
    ok(club.till.member("card", CARDS["anna"]))
    assert "«Молочная»: собрано 3 из 3 — награда ваша" in on_the_way(club)
    free = club.sold(MILK, MILK)
    assert free.totals.discount_minor == 89_90
    assert tallies(club)["stamps/milk", ""] == 3 + 1 - 3
    ok(club.till.member("card", CARDS["anna"]))
    assert "«Молочная»: 1 из 3, осталось 2" in on_the_way(club)


def test_a_return_in_parts_closes_every_tally_to_nothing(manager: Bench):
    manager.mirrors(program_row(14, COUNTERS))
    sold = buy(manager, MILK, MILK, MILK, BREAD)
    assert len(tallies(manager)) == 6
    for line, quantity in ((1, "1"), (2, "1"), (1, "2")):
        ok(manager.till.return_sale(sold.receipt_number, [(line, quantity)], "defect"))
        ok(manager.till.complete())
    assert tallies(manager) == {}


def test_a_personal_offer_is_used_once_a_day(club: Bench):
    ok(club.till.member("card", CARDS["anna"]))
    assert "Личное предложение: Хлеб вполцены, осталось 1" in on_the_way(club)
    assert [Words("ru").say(one) for one in club.view.offers] == [
        "Личное предложение: Хлеб вполцены, осталось 1"
    ]
    assert club.sold(BREAD).totals.discount_minor == 22_50
    assert buy(club, BREAD).totals.discount_minor == 0
    assert buy(club, BREAD, who="gleb").totals.discount_minor == 0
    club.clock.move(days=1)
    assert tallies(club)["uses/offer/bread", "2026-11-20"] == 1


def test_an_offer_whose_budget_is_spent_is_closed(club: Bench):
    club.mirrors(setting(15, "offers_spent", {"bread": 100}))
    assert buy(club, BREAD).totals.discount_minor == 0


def setting(ver: int, name: str, value: Any) -> Any:
    return row("chain", ver, "setting", name, {"name": name, "value": value})


def test_chosen_categories_earn_more_at_once_and_travel_as_an_event(club: Bench):
    ok(club.till.member("card", CARDS["anna"]))
    club.scan(BREAD)
    before = club.sale.points_earned
    assert notices(choose(club, "Хлеб", "Молочное", "Хлеб")) == ["chosen"]
    assert club.sale.points_earned > before
    (event,) = club.events(CategoriesChosen)
    assert (event.member_id, event.month, event.categories) == (
        member_id("anna"), "2026-11", ("Хлеб", "Молочное"),
    )  # fmt: skip
    assert (event.store_id, event.operator_id) == ("s1", "ivan")
    assert "Категории на 2026-11: Молочное, Хлеб" in on_the_way(club)
    club.restart()
    ok(club.till.sign_on("ivan", "1111"))
    ok(club.till.member("card", CARDS["anna"]))
    assert "Категории на 2026-11: Молочное, Хлеб" in on_the_way(club)


def test_nothing_chosen_means_no_favourite_category(club: Bench):
    ok(club.till.member("card", CARDS["anna"]))
    club.scan(MILK)
    assert club.sale.points_earned == 4
    assert "Категории этого месяца не выбраны: можно 2" in on_the_way(club)
    ok(club.till.remove_member())
    ok(club.till.member("card", STRANGE_CARD))
    assert club.sale.points_earned == 4


@pytest.mark.parametrize(
    ("categories", "month", "code"),
    [
        (("Рыба",), "", "choice_unknown"),
        ((), "", "choice_count"),
        (("Молочное", "Хлеб", "Сладкое"), "", "choice_count"),
        (("Молочное",), "2026-10", "choice_month"),
        (("Молочное",), "2027-01", "choice_month"),
    ],
)
def test_a_choice_that_cannot_be_is_refused_with_its_reason(club: Bench, categories, month, code):
    ok(club.till.member("card", CARDS["anna"]))
    assert refusal(choose(club, *categories, month=month)) == code
    assert club.events(CategoriesChosen) == []


def test_the_next_month_can_be_chosen_and_the_last_choice_wins(club: Bench):
    ok(club.till.member("card", CARDS["anna"]))
    ok(choose(club, "Хлеб", month="2026-12"))
    ok(choose(club, "Хлеб"))
    club.clock.move(seconds=1)
    ok(choose(club, "Сладкое"))
    assert "Категории на 2026-11: Сладкое" in on_the_way(club)


def test_a_choice_needs_a_member_a_programme_with_one_and_somebody_at_the_till(bench: Bench):
    assert refusal(choose(bench, "Хлеб")) == "sign_on_first"
    shop = bench.open_shift()
    assert refusal(choose(shop, "Хлеб")) == "choice_no_member"
    ok(shop.till.member("card", CARDS["anna"]))
    assert refusal(choose(shop, "Хлеб")) == "choice_none"


def test_once_a_month_is_once_a_month_but_the_same_again_is_no_change(shop: Bench):
    choice = {**COUNTERS["cashback"]["choice"], "once_a_month": True}
    document = {**COUNTERS, "cashback": {"choice": choice}}
    shop.mirrors(program_row(14, document))
    ok(shop.till.member("card", CARDS["anna"]))
    ok(choose(shop, "Хлеб"))
    assert refusal(choose(shop, "Сладкое")) == "choice_once"
    ok(choose(shop, "Хлеб"))


def test_the_mirrors_choice_and_tallies_count_with_the_tills_own(club: Bench):
    earlier = "2026-11-01T10:00:00+00:00"
    club.mirrors(
        member_row(
            "anna",
            50,
            tallies={"stamps/milk": {"": 2}, "earned/month": {"2026-11": 10, "2026-10": 5}},
            choices={"2026-11": ChosenRow(("Сладкое",), earlier)},
        )
    )
    ok(club.till.member("card", CARDS["anna"]))
    assert "Категории на 2026-11: Сладкое" in on_the_way(club)
    assert "«Кешбэк»: можно получить ещё 2 балла" in on_the_way(club)
    club.scan(SWEETS)
    assert club.sale.points_earned == 2
    ok(club.till.pay("cash", None))
    buy(club, MILK)
    ok(club.till.member("card", CARDS["anna"]))
    assert "«Молочная»: собрано 3 из 3 — награда ваша" in on_the_way(club)
    assert "«Кешбэк»: можно получить ещё 0 баллов" in on_the_way(club)


def test_the_paper_says_what_is_on_the_way_after_this_receipt(club: Bench):
    buy(club, MILK, SWEETS)
    words = paper(club.devices.jobs[-1])
    assert "«Молочная»: 1 из 3, осталось 2" in words
    assert "Розыгрыш «Машина»: билетов 1" in words
    assert "«Кешбэк»: до 9 баллов (не больше 12 баллов за период)" in words
    club.courier.online = True
    buy(club, BREAD)
    words = paper(club.devices.jobs[-1])
    assert "не больше" not in words
    assert "«Кешбэк»: можно получить ещё" in words
    ok(club.till.reprint(club.documents()[0].receipt_number))
    assert "Молочная" not in paper(club.devices.jobs[-1])


def test_a_promotion_limited_to_once_a_day_is_given_once_a_day(shop: Bench):
    once = {
        "id": "bread-once",
        "kind": "percent",
        "percent": "50",
        "goods": {"categories": ["Хлеб"]},
        "when": {"members_only": True},
        "limits": {"per_member": 1, "period": "day"},
    }
    shop.mirrors(program_row(14, {**COUNTERS, "promotions": [FREE, OFFERED, once]}))
    assert buy(shop, BREAD, who="gleb").totals.discount_minor == 22_50
    assert tallies(shop)["uses/bread-once", "2026-11-20"] == 1
    assert buy(shop, BREAD, who="gleb").totals.discount_minor == 0
    assert buy(shop, BREAD, who="dina").totals.discount_minor == 22_50


def test_a_choice_that_the_disk_refuses_is_no_choice(frail: Bench, disk: Disk):
    frail.mirrors(program_row(14, COUNTERS))
    ok(frail.till.member("card", CARDS["anna"]))
    disk.fails = "record"
    assert refusal(choose(frail, "Хлеб")) == "storage_full"
    disk.fails = None
    assert "Категории этого месяца не выбраны: можно 2" in on_the_way(frail)


def test_a_programme_that_counts_nothing_has_nothing_on_the_way(shop: Bench):
    ok(shop.till.member("card", CARDS["anna"]))
    assert on_the_way(shop) == []
    over = {"id": "o", "per": "1.00", "until": "2026-11-19"}
    card = {"id": "c", "kind": "receipts", "needed": 2, "until": "2026-11-19"}
    old = {**PROGRAM, "version": 3, "valid_from": "2026-03-01T00:00:00+03:00"}
    old |= {"draws": {"list": [over]}, "stamps": {"cards": [card]}}
    shop.mirrors(program_row(15, old))
    shop.clock.move(minutes=1)
    ok(shop.till.remove_member())
    ok(shop.till.member("card", CARDS["anna"]))
    assert on_the_way(shop) == []

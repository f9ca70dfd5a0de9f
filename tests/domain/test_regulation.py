"""The law of a day at a counter: floors, hours, ages, ceilings, bars; and a document whole."""

import json
from datetime import date, datetime, time
from itertools import combinations

import pytest

from pos_app.domain.errors import RegulationRefused
from pos_app.domain.item import ALL_BARRED, Bars
from pos_app.domain.pricing.basket import Goodwill, Wish
from pos_app.domain.quantity import Unit
from pos_app.domain.read_regulation import load_regulation
from pos_app.domain.regulation import UNREGULATED, Regulation, Where, price_refused
from resources import names, read_text
from tests.builders import a_customer, a_line, a_program, a_promotion, an_item, priced

RUSSIA = load_regulation(read_text("regulations", "ru.json"))
HERE = Where("s1")
LAST_OF_2025, FIRST_OF_2026 = date(2025, 12, 31), date(2026, 1, 1)
TODAY = date(2026, 11, 20)


def bottle(regulated: str = "vodka", price: int = 449_00, ml: int = 500, **fields):
    return an_item("bottle", price, regulated=regulated, volume_ml=ml, **fields)


def a_law(**parts) -> Regulation:
    classes = [{"id": "drinks"}, {"id": "rum", "under": "drinks", "name": {"en": "Rum"}}]
    return load_regulation(json.dumps({"country": "XX", "classes": classes, **parts}))


def a_rule(*classes: str, since: str = "2026-01-01", **fields):
    return {"classes": list(classes or ("drinks",)), "since": since, "source": "act", **fields}


def faults(**parts) -> list[str]:
    with pytest.raises(RegulationRefused) as refused:
        a_law(**parts)
    return [str(fault) for fault in refused.value.faults]


# --- the shipped documents -------------------------------------------------------------------


@pytest.mark.parametrize("name", names("regulations", ".json"))
def test_every_shipped_document_is_whole(name: str) -> None:
    assert load_regulation(read_text("regulations", f"{name}.json")).version == 1


def test_every_figure_of_the_shipped_document_names_its_source() -> None:
    rules = (
        *RUSSIA.ages,
        *RUSSIA.hours,
        *RUSSIA.lowest_prices,
        *RUSSIA.printed_ceilings,
        *RUSSIA.barred,
    )
    assert len(rules) >= 15
    assert all(len(rule.scope.source) > 8 for rule in rules)


@pytest.mark.parametrize(
    ("regulated", "ml", "on", "floor"),
    [
        ("vodka", 500, LAST_OF_2025, 349_00),
        ("vodka", 500, FIRST_OF_2026, 409_00),
        ("vodka", 250, FIRST_OF_2026, 204_50),
        ("vodka", 700, FIRST_OF_2026, 572_60),
        ("vodka", 1000, FIRST_OF_2026, 818_00),
        ("vodka", 333, FIRST_OF_2026, 272_40),  # 272.394: no kopeck below the law
        ("cognac", 500, LAST_OF_2025, 651_00),
        ("cognac", 500, FIRST_OF_2026, 755_00),
        ("whisky_aged", 500, FIRST_OF_2026, 755_00),
        ("brandy", 500, LAST_OF_2025, 472_00),
        ("brandy", 500, FIRST_OF_2026, 605_00),
        ("sparkling", 750, FIRST_OF_2026, 239_00),
        ("cigarettes", 0, LAST_OF_2025, 0),
        ("cigarettes", 0, FIRST_OF_2026, 153_00),
        ("wine", 750, FIRST_OF_2026, 0),
        ("", 500, FIRST_OF_2026, 0),
    ],
)
def test_the_floor_of_a_day_follows_class_and_volume(regulated, ml, on, floor) -> None:
    assert RUSSIA.floor_minor(bottle(regulated, ml=ml), on, HERE) == floor


def test_a_floor_of_drinks_on_tap_is_that_of_a_litre() -> None:
    tap = bottle(ml=0, unit=Unit.MILLILITRE)
    assert RUSSIA.on_line(tap, TODAY, HERE).floor_minor == 818_00


@pytest.mark.parametrize(
    ("regulated", "on", "years"),
    [
        ("vodka", TODAY, 18),
        ("beer", TODAY, 18),
        ("cigarettes", TODAY, 18),
        ("energy", date(2025, 2, 28), 0),
        ("energy", date(2025, 3, 1), 18),
        ("milk", TODAY, 0),
    ],
)
def test_the_age_of_a_day(regulated, on, years) -> None:
    assert RUSSIA.age_limit(regulated, on, HERE) == years


@pytest.mark.parametrize(
    ("at", "sold"),
    [("07:59", False), ("08:00", True), ("22:59", True), ("23:00", False), ("00:00", False)],
)
@pytest.mark.parametrize("regulated", ["vodka", "beer", "sparkling"])
def test_alcohol_is_sold_from_eight_to_twenty_three(regulated, at, sold) -> None:
    moment = datetime.combine(TODAY, time.fromisoformat(at))
    why = RUSSIA.not_now(regulated, moment, HERE, "ru")
    assert (why is None) is sold
    if why is not None:
        assert (why.key, why.args["since"], why.args["until"]) == (
            "regulated.hours",
            "08:00",
            "23:00",
        )


def test_other_goods_have_no_hours() -> None:
    midnight = datetime.combine(TODAY, time.min)
    for regulated in ("", "cigarettes", "energy", "milk"):
        assert RUSSIA.not_now(regulated, midnight, HERE, "ru") is None


# --- on a line -------------------------------------------------------------------------------


def test_a_bottle_on_a_line_has_its_floor_its_age_and_is_no_gift() -> None:
    found = RUSSIA.on_line(bottle(), TODAY, HERE)
    assert (found.floor_minor, found.age_limit, found.bars) == (409_00, 18, Bars(gift=True))
    assert RUSSIA.on_line(bottle(""), TODAY, HERE) == bottle("")


def test_the_catalogue_may_be_stricter_than_the_law_and_never_laxer() -> None:
    strict = RUSSIA.on_line(bottle(floor_minor=430_00, age_limit=21), TODAY, HERE)
    assert (strict.floor_minor, strict.age_limit) == (430_00, 21)
    assert RUSSIA.on_line(bottle(floor_minor=349_00), TODAY, HERE).floor_minor == 409_00


def test_a_bottle_of_unknown_volume_is_sold_and_never_reduced() -> None:
    unknown = RUSSIA.on_line(bottle(ml=0), TODAY, HERE)
    assert unknown.floor_minor == 0
    assert unknown.bars == Bars(reduction=True, points=True, gift=True)
    result = everything(a_line(unknown))
    assert result.totals.payable_minor == 449_00
    assert [note.key for note in result.lines[0].notes] == ["note.regulated.by_law"]


@pytest.mark.parametrize("regulated", ["tobacco", "cigarettes", "nicotine"])
@pytest.mark.parametrize("law", [RUSSIA, UNREGULATED], ids=["russia", "no document"])
def test_tobacco_is_barred_from_everything_in_any_country(regulated, law) -> None:
    assert law.on_line(bottle(regulated), TODAY, HERE).bars == ALL_BARRED
    assert bottle(regulated).bars == ALL_BARRED


def test_the_printed_price_is_the_ceiling_where_the_law_says_so() -> None:
    pack = an_item("pack", 219_00, regulated="cigarettes", ceiling_minor=219_00)
    on_line = RUSSIA.on_line(pack, TODAY, HERE)
    assert price_refused(on_line, 219_00) is None
    assert str(price_refused(on_line, 219_01)).startswith("regulated.above_ceiling")
    assert UNREGULATED.on_line(pack, TODAY, HERE).ceiling_minor == 0


@pytest.mark.parametrize(("price", "refused"), [(408_99, True), (409_00, False)])
def test_a_price_below_the_floor_is_refused(price, refused) -> None:
    why = price_refused(RUSSIA.on_line(bottle(), TODAY, HERE), price)
    assert (why is not None) is refused
    if why is not None:
        assert why.key == "regulated.below_floor"
        assert why.args["floor"].minor == 409_00


# --- every kind of reduction -----------------------------------------------------------------

PROMOTIONS = {
    "percent": a_promotion("percent", "percent", percent="10", stacking="compound"),
    "amount": a_promotion("amount", "amount", amount="60.00", stacking="compound"),
    "fixed": a_promotion("fixed_price", "fixed", price="1.00", stacking="compound"),
    "free": a_promotion("buy_n_pay_m", "free", buy=2, pay=1, stacking="compound"),
    "bundle": a_promotion("bundle", "bundle", buy=2, price="2.00", stacking="compound"),
    "threshold": a_promotion("threshold", "threshold", threshold="1.00", percent="50"),
    "coupon": a_promotion("percent", "coupon", percent="30", coupon_needed="c"),
}
OTHERS = ("member", "line goodwill", "receipt goodwill", "points")
KINDS = (*PROMOTIONS, *OTHERS)


def reduced(line, kinds):
    """The line under these reductions."""
    program = a_program(
        promotions=[PROMOTIONS[kind] for kind in PROMOTIONS if kind in kinds],
        coupons=[{"id": "c", "kind": "code", "codes": [{"code": "C-1"}]}],
        member_discounts=[{"id": "card", "kind": "fixed", "percent": "40"}]
        if "member" in kinds
        else [],
        redeem={"max_share": "100"},
    )
    goodwill = Goodwill(percent_ppm=900_000)
    return priced(
        program,
        a_line(line.item, line.quantity.value, goodwill=goodwill)
        if "line goodwill" in kinds
        else line,
        customer=a_customer(),
        coupons=frozenset({"c"}),
        goodwill=goodwill if "receipt goodwill" in kinds else None,
        wish=Wish(5000, 5000) if "points" in kinds else Wish(),
    )


def everything(line):
    return reduced(line, KINDS)


SOME = [*combinations(KINDS, 1), *combinations(KINDS, 2), KINDS]


@pytest.mark.parametrize("kinds", SOME, ids="+".join)
@pytest.mark.parametrize(
    ("regulated", "price", "on", "floor"),
    [
        ("vodka", 449_00, FIRST_OF_2026, 409_00),
        ("vodka", 449_00, LAST_OF_2025, 349_00),
        ("cognac", 799_00, FIRST_OF_2026, 755_00),
    ],
)
def test_no_reduction_alone_or_together_takes_a_bottle_below_its_floor(
    kinds, regulated, price, on, floor
) -> None:
    item = RUSSIA.on_line(bottle(regulated, price), on, HERE)
    for count in (1, 2, 3):
        totals = reduced(a_line(item, count), kinds).totals
        assert totals.payable_minor >= count * floor
    if kinds == KINDS:
        assert totals.payable_minor == count * floor


def test_vodka_at_449_less_ten_percent_is_404_10_without_the_law_and_409_with_it() -> None:
    assert reduced(a_line(bottle()), ("percent",)).totals.net_minor == 404_10
    with_law = reduced(a_line(RUSSIA.on_line(bottle(), FIRST_OF_2026, HERE)), ("percent",))
    assert with_law.totals.net_minor == 409_00
    assert [note.key for note in with_law.lines[0].notes] == ["note.floor"]


def test_cigarettes_take_no_reduction_earn_nothing_and_open_nothing() -> None:
    pack = RUSSIA.on_line(bottle("cigarettes", 219_00), TODAY, HERE)
    assert everything(a_line(pack, 3)).totals.payable_minor == 3 * 219_00
    program = a_program(
        promotions=[
            a_promotion("threshold", "t", threshold="200.00", amount="50.00"),
            a_promotion("gift", "g", item="pack", units=1, goods={"items": ["bottle"]}),
        ],
        earn={"rules": [{"id": "e", "percent": "5"}]},
    )
    lines = (a_line(pack, 3), a_line("milk", 2, 89_90, line=2))
    result = priced(program, *lines, customer=a_customer())
    assert result.totals.discount_minor == 0
    assert result.totals.points_earned == 8
    assert result.gifts == ()
    assert [hint.args["missing"].minor for hint in result.hints] == [20_20]


def test_a_class_may_be_barred_of_one_thing_only() -> None:
    law = a_law(barred=[a_rule("rum", forbids=["earning"])])
    rum = law.on_line(an_item("rum", 100_00, regulated="rum"), TODAY, HERE)
    assert rum.bars == Bars(earning=True)
    program = a_program(
        promotions=[a_promotion("percent", percent="10")],
        earn={"rules": [{"id": "e", "percent": "10"}]},
    )
    totals = priced(program, a_line(rum), customer=a_customer()).totals
    assert (totals.net_minor, totals.points_earned) == (90_00, 0)


# --- a document that nobody could follow ------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        ({"schema": 2}, "schema: this release reads schema 1"),
        ({"agse": []}, "agse: is not known here"),
        ({"classes": [{"id": "a"}, {"id": "a"}]}, "classes[1].id: 'a' is used twice"),
        ({"classes": [{"id": "a", "under": "b"}]}, "classes[0].under: there is no class 'b' above"),
        ({"ages": [a_rule("gin", years=18)]}, "ages[0].classes: there is no class 'gin'"),
        ({"ages": [a_rule(years=18, classes=[])]}, "ages[0].classes: name at least one class"),
        ({"ages": [a_rule(years=0)]}, "ages[0].years: a whole number from 1 to 120 is wanted"),
        ({"ages": [a_rule(years=18, source="")]}, "ages[0].source: a text is wanted"),
        ({"ages": [a_rule(years=18, until="2025-01-01")]}, "ages[0].until: ends before it begins"),
        ({"ages": [{"classes": ["rum"], "years": 18, "source": "x"}]}, "ages[0].since: is needed"),
        (
            {"ages": [a_rule(years=18, stores=["s"], regions=["r"])]},
            "ages[0].regions: name stores or regions, not both",
        ),
        (
            {"ages": [a_rule(years=18), a_rule("drinks", "rum", years=20)]},
            "ages[1].classes: 'drinks' is told twice since 2026-01-01",
        ),
        ({"hours": [a_rule(**{"from": "08:00"})]}, "hours[0].from: from and to are needed"),
        (
            {"hours": [a_rule(**{"from": "08:00", "to": "08:00"})]},
            "hours[0].to: is the hour it begins",
        ),
        ({"forbidden_days": [a_rule()]}, "forbidden_days[0].dates: name a day"),
        ({"forbidden_days": [a_rule(yearly=["31-12"])]}, "forbidden_days[0].yearly: a day is want"),
        ({"forbidden_days": [a_rule(dates=["x"])]}, "forbidden_days[0].dates: a date is wanted"),
        ({"lowest_prices": [a_rule(price="0")]}, "lowest_prices[0].price: more than 0 is wanted"),
        ({"barred": [a_rule(forbids=["joy"])]}, "barred[0].forbids: one of reduction"),
    ],
)
def test_a_fault_is_named_with_its_path(parts, fault) -> None:
    assert [one for one in faults(**parts) if one.startswith(fault)]


def test_days_add_up_and_hours_of_other_weekdays_are_no_second_word() -> None:
    hours = [a_rule(**{"from": "08:00", "to": "23:00", "weekdays": [day]}) for day in range(1, 8)]
    days = [a_rule(yearly=["09-01"]), a_rule(yearly=["06-01"])]
    assert len(a_law(hours=hours, forbidden_days=days).hours) == 7
    again = [*hours, a_rule(**{"from": "09:00", "to": "22:00", "weekdays": [7]})]
    assert faults(hours=again) == ["hours[7].classes: 'drinks' is told twice since 2026-01-01"]


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(RegulationRefused, match="is not JSON"):
        load_regulation("{")


def test_all_faults_are_found_at_once() -> None:
    assert len(faults(ages=[a_rule("gin", years=0)], hours=[a_rule()])) >= 3
    assert len(faults(schema=3)) == 1

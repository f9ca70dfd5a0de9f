"""Which rule of a regulation binds, by class, place, day and hour."""

from datetime import date, datetime

from pos_app.domain.regulation import Where
from tests.domain.test_regulation import HERE, a_law, a_rule


def test_the_nearest_class_binds_then_the_store_then_the_region_then_the_newest() -> None:
    law = a_law(
        ages=[
            a_rule(years=16),
            a_rule("rum", years=18),
            a_rule("rum", years=19, since="2026-06-01"),
            a_rule("rum", years=20, regions=["north"]),
            a_rule("rum", years=21, stores=["s9"]),
        ]
    )

    def years(on: str, where: Where = HERE, name: str = "rum") -> int:
        return law.age_limit(name, date.fromisoformat(on), where)

    assert years("2025-12-31") == 0
    assert years("2026-01-01", name="drinks") == 16
    assert [years("2026-05-31"), years("2026-06-01")] == [18, 19]
    assert years("2026-06-01", Where("s1", "north")) == 20
    assert years("2026-06-01", Where("s9", "north")) == 21
    assert years("2026-06-01", Where("s1", "south")) == 19


def test_a_rule_ends_with_its_last_day() -> None:
    law = a_law(ages=[a_rule(years=18, until="2026-02-28")])
    assert law.age_limit("drinks", date(2026, 2, 28), HERE) == 18
    assert law.age_limit("drinks", date(2026, 3, 1), HERE) == 0


def test_weekdays_bind_before_all_days_and_a_region_before_both() -> None:
    law = a_law(
        hours=[
            a_rule(**{"from": "08:00", "to": "23:00"}),
            a_rule(**{"from": "10:00", "to": "20:00", "weekdays": [6, 7]}),
            a_rule(**{"from": "12:00", "to": "15:00", "regions": ["north"]}),
        ]
    )

    def sold(at: str, region: str = "") -> bool:
        moment = datetime.fromisoformat(at)
        return law.not_now("rum", moment, Where("s1", region), "en") is None

    friday, saturday = "2026-11-20", "2026-11-21"
    assert [sold(f"{friday}T{t}") for t in ("08:00", "22:59")] == [True, True]
    assert [sold(f"{saturday}T{t}") for t in ("09:59", "10:00", "19:59", "20:00")] == [
        False,
        True,
        True,
        False,
    ]
    assert [sold(f"{saturday}T{t}", "north") for t in ("11:59", "12:00", "15:00")] == [
        False,
        True,
        False,
    ]


def test_hours_may_pass_midnight_and_belong_to_the_day_they_began() -> None:
    law = a_law(
        hours=[
            a_rule(**{"from": "10:00", "to": "02:00", "weekdays": [5]}),
            a_rule(**{"from": "10:00", "to": "22:00", "weekdays": [6]}),
        ]
    )

    def sold(at: str) -> bool:
        return law.not_now("rum", datetime.fromisoformat(at), HERE, "en") is None

    found = {at: sold(at) for at in ("2026-11-20T23:59", "2026-11-21T01:59", "2026-11-21T02:00")}
    assert list(found.values()) == [True, True, False]
    assert sold("2026-11-20T01:00") is False
    assert sold("2026-11-22T01:00") is True, "no rule for Sunday"


def test_a_forbidden_day_says_when_it_is_sold_again() -> None:
    law = a_law(
        forbidden_days=[
            a_rule(yearly=["09-01"]),
            a_rule("rum", dates=["2026-09-02"]),
            a_rule("rum", yearly=["12-31"], regions=["north"]),
        ]
    )
    noon = datetime(2026, 9, 1, 12)
    why = law.not_now("rum", noon, HERE, "en")
    assert why is not None
    assert (why.key, why.args["name"]) == ("regulated.forbidden_day", "Rum")
    assert why.args["again"] == date(2026, 9, 3)
    drinks = law.not_now("drinks", noon, HERE, "en")
    assert drinks is not None
    assert drinks.args["again"] == date(2026, 9, 2)
    assert law.not_now("drinks", datetime(2026, 9, 2, 12), HERE, "en") is None
    eve = datetime(2026, 12, 31, 12)
    assert law.not_now("rum", eve, HERE, "en") is None
    assert law.not_now("rum", eve, Where("s1", "north"), "en") is not None


def test_a_class_without_a_name_is_said_by_its_id() -> None:
    assert a_law().name("drinks", "ru") == "drinks"
    assert a_law().name("rum", "ru") == "Rum"
    assert a_law().name("tea", "ru") == "tea"

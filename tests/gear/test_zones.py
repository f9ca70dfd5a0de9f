"""A zone by its name, alike at till and server; whatever the name, there is a day."""

import logging
import zoneinfo
from datetime import UTC, datetime

import pytest

from pos_app.gear import zones
from pos_app.gear.zones import is_known_zone, zone_of

EVENING = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nothing_remembered():
    zones._named.cache_clear()
    yield
    zones._named.cache_clear()


@pytest.mark.parametrize("nothing", [None, "", 0, 3, []])
def test_what_names_no_zone_is_the_default(nothing) -> None:
    assert str(zone_of(nothing)) == "Europe/Moscow"


def test_a_zone_is_the_one_that_is_named() -> None:
    assert EVENING.astimezone(zone_of("America/New_York")).hour == 17


@pytest.mark.parametrize("wrong", ["Europe/Mosow", "Europe", "../passwd"])
def test_a_zone_that_is_unknown_here_is_told_once_and_the_default_taken(wrong, caplog) -> None:
    with caplog.at_level(logging.WARNING):
        assert [str(zone_of(wrong)) for _ in range(3)] == ["Europe/Moscow"] * 3
    (line,) = caplog.records
    assert wrong in line.getMessage()
    caplog.clear()


def test_without_a_database_of_zones_moscow_is_where_it_is(monkeypatch, caplog) -> None:
    def none(name):
        raise zoneinfo.ZoneInfoNotFoundError(name)

    monkeypatch.setattr(zones, "ZoneInfo", none)
    assert EVENING.astimezone(zone_of("Asia/Tokyo")).isoformat() == "2026-11-23T01:30:00+03:00"
    assert len(caplog.records) == 2
    caplog.clear()


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("Asia/Vladivostok", True),
        ("UTC", True),
        ("Mars/Base", False),
        ("localtime", False),
        (3, False),
    ],
)
def test_only_a_zone_that_means_the_same_everywhere_may_be_set(name, known) -> None:
    assert is_known_zone(name) is known

"""A member by the beginnings of the words of a name, among all that a mirror holds."""

import pytest

from sync.mirror.apply import apply_page
from sync.mirror.people import find_people
from tests.sync.mirror.feeds import fresh, gone, member, page, row

NAMES = ("Анна Королёва", "Анна Павлова", "Пётр Аннин", "", "Maria S.")


@pytest.fixture
def mirror():
    connection = fresh()
    rows = [member(n, n, display_name=name) for n, name in enumerate(NAMES, 1)]
    apply_page(connection, page(*rows, row("store:s1", 90, "member", "odd", "no member at all")))
    yield connection
    connection.close()


def names(found):
    return [one.display_name for one in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("анн", ["Анна Королёва", "Анна Павлова", "Пётр Аннин"]),
        ("королева", ["Анна Королёва"]),
        ("павл АННА", ["Анна Павлова"]),
        ("аннa", []),
        ("mar", ["Maria S."]),
        ("а", []),
        ("", []),
        ("нна", []),
    ],
)
def test_words_are_found_by_their_beginnings_in_any_order(mirror, text, expected):
    assert names(find_people(mirror, text, 20)) == expected


def test_no_more_than_wanted_and_nobody_who_is_gone(mirror):
    assert len(find_people(mirror, "анн", 2)) == 2
    apply_page(mirror, page(gone("store:s1", 91, "member", member(1, 1).id)))
    assert names(find_people(mirror, "анна", 20)) == ["Анна Павлова"]


def test_each_member_is_found_once_in_whatever_scopes_and_pages(mirror, monkeypatch):
    monkeypatch.setattr("sync.mirror.people.PAGE", 2)
    apply_page(mirror, page(member(2, 5, "guests", display_name="Анна Павлова")))
    found = find_people(mirror, "павлова", 20)
    assert len(found) == 1
    assert found[0].phone_last4 == "0002"


def test_a_mirror_without_members_has_nobody():
    connection = fresh()
    assert find_people(connection, "анна", 20) == []
    connection.close()

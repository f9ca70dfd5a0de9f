"""Identifiers: RFC 9562 bits, and an order that no clock can break."""

from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_app.domain.ids import MonotonicUuid7, entity_id, unix_ms_of, uuid7
from pos_app.gear.ids import Uuid7Source


def test_example_of_the_standard() -> None:
    made = uuid7(0x017F22E279B0, 0xCC3, 0x18C4DC0C0C07398F)
    assert str(made) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert unix_ms_of(made) == 0x017F22E279B0


@pytest.mark.parametrize("numbers", [(1 << 48, 0, 0), (0, 1 << 12, 0), (0, 0, 1 << 62), (-1, 0, 0)])
def test_number_too_big_for_its_field_is_refused(numbers) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        uuid7(*numbers)


@settings(derandomize=True, deadline=None)
@given(st.lists(st.integers(0, 1 << 40), min_size=2, max_size=50))
def test_identifiers_grow_whatever_the_clock_does(readings: list[int]) -> None:
    clock = iter(readings)
    source = MonotonicUuid7(lambda: next(clock), lambda bits: (1 << bits) - 1)
    made = [source.next() for _ in readings]
    assert all(a < b for a, b in pairwise(made))


def test_full_millisecond_borrows_the_next() -> None:
    source = MonotonicUuid7(lambda: 7, lambda bits: (1 << bits) - 1)
    source.next()
    source._last_random = (1 << 74) - 1  # white box: nobody draws so many identifiers
    assert unix_ms_of(UUID(source.next())) == 8
    assert unix_ms_of(UUID(source.next())) == 8


def test_only_version_7_comes_in_and_in_one_spelling() -> None:
    assert entity_id("017F22E279B07CC398C4DC0C0C07398F") == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
    for text in ("00000000-0000-4000-8000-000000000000", "not an id"):
        with pytest.raises(ValueError, match=r"version 7|badly formed"):
            entity_id(text)


def test_system_source_makes_growing_version_7() -> None:
    source = Uuid7Source()
    made = [source.new_id() for _ in range(1000)]
    assert made == sorted(set(made))
    assert UUID(made[0]).version == 7

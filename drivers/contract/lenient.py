"""Reads one field of a JSON object.

Never guesses: an absent field is None or a default, a wrong one raises ValueError.
"""

from collections.abc import Mapping


def flag(data: Mapping[str, object], key: str) -> bool | None:
    """True, False, or None when the field is absent or null; ValueError for anything else."""
    value = data.get(key)
    if value is None or isinstance(value, bool):
        return value
    raise ValueError(f"{key} is not true or false")


def word_of(data: Mapping[str, object], key: str) -> str | None:
    """A string, or None when the field is absent or null; ValueError for anything else."""
    value = data.get(key)
    if value is None or isinstance(value, str):
        return value
    raise ValueError(f"{key} is not a string")


def text_of(data: Mapping[str, object], key: str) -> str:
    """A string that must be there; ValueError otherwise."""
    value = data.get(key)
    if isinstance(value, str):
        return value
    raise ValueError(f"{key} is not a string")


def number_of(data: Mapping[str, object], key: str, default: int = 0) -> int:
    """A whole number, `default` when absent; ValueError for anything else, booleans included."""
    value = data.get(key, default)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError(f"{key} is not a whole number")


def count_of(data: Mapping[str, object], key: str) -> int | None:
    """A whole number, or None when the field is absent or null; ValueError for anything else."""
    return None if data.get(key) is None else number_of(data, key)


def objects_of(data: Mapping[str, object], key: str) -> list[dict[str, object]]:
    """A list of objects; ValueError otherwise."""
    value = data.get(key)
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        return value
    raise ValueError(f"{key} is not a list of objects")


def object_of(data: Mapping[str, object], key: str) -> dict[str, object]:
    """An object; ValueError otherwise."""
    value = data.get(key)
    if isinstance(value, dict):
        return value
    raise ValueError(f"{key} is not an object")

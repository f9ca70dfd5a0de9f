"""Frozen dataclasses as plain values and back: what travels as JSON. Never guesses a missing field.

For values of ints, texts, bools, days, None, tuples and other such dataclasses.
"""

from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

_T = TypeVar("_T")


def to_plain(value: Any) -> Any:
    """Dictionaries, lists, ISO days and what JSON has itself."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: to_plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple):
        return [to_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def from_plain(kind: type[_T], value: Any) -> _T:
    """The reverse. A field that is not there takes its default, one nobody knows is left out:
    another release may have made it. Raises ValueError for anything else that does not fit."""
    made = _made(kind, value)
    if not isinstance(made, kind):
        raise ValueError(f"not a {kind.__name__}")  # noqa: TRY004 - data from outside
    return made


def _made(kind: Any, value: Any) -> Any:
    if is_dataclass(kind):
        return _dataclass(kind, value)
    origin = get_origin(kind)
    if origin is tuple:
        return _tuple(get_args(kind), value)
    if origin is UnionType:
        return _optional(get_args(kind), value)
    if kind is date:
        return date.fromisoformat(_checked(str, value))
    return _checked(kind, value)


def _optional(kinds: tuple[Any, ...], value: Any) -> Any:
    if value is None and NoneType in kinds:
        return None
    return _made(next(one for one in kinds if one is not NoneType), value)


def _tuple(kinds: tuple[Any, ...], value: Any) -> tuple[Any, ...]:
    listed = _checked(list, value)
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(_made(kinds[0], one) for one in listed)
    if len(listed) != len(kinds):
        raise ValueError(f"{len(kinds)} values are wanted, {len(listed)} came")
    return tuple(_made(kind, one) for kind, one in zip(kinds, listed, strict=True))


def _dataclass(kind: Any, value: Any) -> Any:
    given, hints = _checked(dict, value), get_type_hints(kind)
    known = [one for one in fields(kind) if one.init]
    missing = [one.name for one in known if one.name not in given and _needed(one)]
    if missing:
        raise ValueError(f"{kind.__name__}: {', '.join(missing)} missing")
    return kind(**{o.name: _made(hints[o.name], given[o.name]) for o in known if o.name in given})


def _needed(one: Any) -> bool:
    return one.default is MISSING and one.default_factory is MISSING


def _checked(kind: type[_T], value: Any) -> _T:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ValueError(f"{kind.__name__} is wanted, {value!r} came")
    return value

"""Dataclasses whose methods are written when they are called. Never another class than plain
Python's: the text is that of `dataclasses`, written by its own functions.

Only where those private functions are the ones that this was measured on; a test runs thirty
things on eight kinds of classes both ways.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

FEW = 24
"""Objects of a class that are made without a text of `__init__`: compiling one costs as much as
making two hundred objects, and most classes of a till are made once."""
LATE = ("_repr_fn", "_cmp_fn", "_hash_fn")
Write = Callable[[], Callable[..., Any]]


def write_methods_when_called() -> None:
    """From now on, once: six methods a class times four hundred classes are a quarter of all
    imports, and most are never called.
    """
    own = [getattr(dataclasses, name, None) for name in (*LATE, "_init_fn", "_frozen_get_del_attr")]
    if None in own or hasattr(dataclasses._init_fn, "later"):  # type: ignore[attr-defined]  # private
        return
    for name in LATE:
        setattr(dataclasses, name, _when_called(name, getattr(dataclasses, name)))
    dataclasses._frozen_get_del_attr = _frozen(  # type: ignore[attr-defined]  # private
        dataclasses._frozen_get_del_attr  # type: ignore[attr-defined]  # private
    )
    dataclasses._init_fn = _makers(dataclasses._init_fn)  # type: ignore[attr-defined]  # private


def _when_called(writer: str, written: Callable[..., Any]) -> Callable[..., Any]:
    called = {"_repr_fn": "__repr__", "_hash_fn": "__hash__"}.get(writer)

    def write_later(*about: Any, **named: Any) -> Callable[..., Any]:
        return _later(called or about[0], lambda: written(*about, **named))

    return write_later


def _frozen(written: Callable[..., Any]) -> Callable[..., Any]:
    def write_later(*about: Any) -> tuple[Callable[..., Any], ...]:
        return (
            _later("__setattr__", lambda: written(*about)[0]),
            _later("__delattr__", lambda: written(*about)[1]),
        )

    return write_later


def _makers(written: Callable[..., Any]) -> Callable[..., Any]:
    """`_init_fn` that writes no text for the first few objects."""

    def write_later(
        fields: Sequence[Any], std: Sequence[Any], kw_only: Sequence[Any], *about: Any
    ) -> Callable[..., Any]:
        def write() -> Callable[..., Any]:
            return written(fields, std, kw_only, *about)  # type: ignore[no-any-return]  # a function

        if not _in_order(std):
            return write()  # raises what plain Python raises
        frozen, has_post_init, _self, _globals, slots = about
        return _later("__init__", write, _Maker(fields, std, frozen, has_post_init, slots).make)

    write_later.later = True  # type: ignore[attr-defined]  # a second call finds it
    return write_later


def _in_order(std: Sequence[Any]) -> bool:
    """No field without a default follows one that has it."""
    seen = False
    for f in std:
        if not f.init:
            continue
        if f.default is not dataclasses.MISSING or f.default_factory is not dataclasses.MISSING:
            seen = True
        elif seen:
            return False
    return True


class _Maker:
    """What `__init__` would do, done field by field."""

    def __init__(
        self,
        fields: Sequence[Any],
        std: Sequence[Any],
        frozen: bool,
        has_post_init: bool,
        slots: bool,
    ) -> None:
        self._fields, self._std = fields, std
        self._put = object.__setattr__ if frozen else setattr
        self._has_post_init, self._slots = has_post_init, slots
        self._names: list[str] | None = None
        self._inits: set[str] = set()
        self._needed: set[str] = set()

    def make(self, made: Any, args: tuple[Any, ...], named: Mapping[str, Any]) -> bool:
        """False, with nothing done, for what the real one must judge."""
        names = self._names
        if names is None:
            names = self._names = self._learn()
        if len(args) > len(names):
            return False
        given = {**dict(zip(names, args, strict=False)), **named}
        if len(given) != len(args) + len(named) or not (
            self._needed <= given.keys() <= self._inits
        ):
            return False
        self._fill(made, given)
        return True

    def _learn(self) -> list[str]:
        missing = dataclasses.MISSING
        inits = [f for f in self._fields if f.init]
        self._inits = {f.name for f in inits}
        plain = all(f._field_type is dataclasses._FIELD for f in self._fields)  # type: ignore[attr-defined]  # private
        needed = {f.name for f in inits if f.default is missing and f.default_factory is missing}
        self._needed = needed if plain else {""}  # an InitVar: never ours
        return [f.name for f in self._std if f.init]

    def _fill(self, made: Any, given: Mapping[str, Any]) -> None:
        missing, put = dataclasses.MISSING, self._put
        for f in self._fields:
            name = f.name
            if name in given:
                put(made, name, given[name])
            elif f.default_factory is not missing:
                put(made, name, f.default_factory())
            elif f.init or (self._slots and f.default is not missing):
                put(made, name, f.default)
        if self._has_post_init:
            made.__post_init__()


def _later(
    name: str,
    write: Write,
    instead: Callable[[Any, tuple[Any, ...], Mapping[str, Any]], bool] | None = None,
) -> Callable[..., Any]:
    """Stands in for a method, then puts the real one in its place: at the first call, or when
    `instead` has stood in for it a few times (or will not)."""
    real: Callable[..., Any] | None = None
    left = FEW if instead is not None else 0

    def method(*args: Any, **named: Any) -> Any:
        nonlocal real, left
        if left and instead is not None and args:
            left -= 1
            if instead(args[0], args[1:], named):
                return None
        if real is None:
            real = write()
            real.__qualname__ = method.__qualname__
            for owner in type(args[0]).__mro__:
                if owner.__dict__.get(name) is method:
                    setattr(owner, name, real)
        return real(*args, **named)

    method.__name__ = name
    return method

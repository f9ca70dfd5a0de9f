"""What makes every process of the program start sooner. Never changes what a line of it does.

Called once by the entry point, before anything else is imported; each step says what it saves and
is left out where the library or Python is another than the one it was measured on.
"""

import builtins
import dataclasses
import gc
import sys
from collections.abc import Callable
from typing import Any

LOADING = 200_000
"""Young objects before a collection while modules are loaded: what they make stays."""
RUNNING = gc.get_threshold()
WITHOUT = ("httpx._main",)
"""Command lines of libraries: httpx falls back by itself when its own one (click, rich, pygments)
cannot be imported, as it is in the packaged program."""


def begin() -> None:
    """Before the first import of the program's own modules."""
    gc.set_threshold(LOADING)
    for name in WITHOUT:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # Python's "not to be found"
    if sys.version_info < (3, 13):  # later ones build all methods of a class in one go
        write_methods_when_called()


def loaded() -> None:
    """After the imports of a process that runs for long: they are never looked through again.

    Only after `begin`, and once: whoever calls a command inside a process of their own (a test)
    keeps their collector as it is.
    """
    if gc.get_threshold()[0] != LOADING:
        return
    gc.freeze()
    gc.set_threshold(*RUNNING)


def plain_imports() -> None:
    """After the first import of Qt: PySide6 reads the source of every module imported after it.

    It looks for the word PySide6, for `from __feature__ import`, which nothing here uses; in the
    packaged program there is no source to read and nothing is found either.
    """
    own = getattr(builtins, "__orig_import__", None)
    if own is not None:
        builtins.__import__ = own


def write_methods_when_called() -> None:
    """Dataclasses compile `__init__`, `__eq__` and the like when they are first called.

    The text is the one of `dataclasses`, written by its own function; six methods a class times
    four hundred classes are a quarter of all imports, and most are never called.
    """
    written: Callable[..., Any] | None = getattr(dataclasses, "_create_fn", None)
    if written is None or getattr(written, "later", False):
        return

    def create_later(name: str, args: Any, body: Any, **around: Any) -> Callable[..., Any]:
        return _later(name, lambda: written(name, args, body, **around))

    create_later.later = True  # type: ignore[attr-defined]  # a second call finds it
    dataclasses._create_fn = create_later  # type: ignore[attr-defined]  # see `written`


def _later(name: str, write: Callable[[], Callable[..., Any]]) -> Callable[..., Any]:
    """Stands in for a method until its first call, then puts the real one in its place."""
    real: Callable[..., Any] | None = None

    def method(*args: Any, **named: Any) -> Any:
        nonlocal real
        if real is None:
            real = write()
            real.__qualname__ = method.__qualname__
            for owner in type(args[0]).__mro__:
                if owner.__dict__.get(name) is method:
                    setattr(owner, name, real)
        return real(*args, **named)

    method.__name__ = name
    return method

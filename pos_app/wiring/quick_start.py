"""What makes every process of the program start sooner. Never changes what a line of it does.

Called once by the entry point, before anything else is imported; each step says what it saves and
is left out where the library or Python is another than the one it was measured on.
"""

import builtins
import gc
import sys

from pos_app.wiring import quick_finder, quick_qt
from pos_app.wiring.quick_classes import write_methods_when_called

LOADING = 200_000
"""Young objects before a collection while modules are loaded: what they make stays."""
RUNNING = (5_000, 10, 10)
"""Of the process that runs: Python's own 700 looks through the young objects five times in one
scan of a long receipt, and through all that is not frozen, 3 ms, in every thirtieth."""
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
    quick_qt.expect()
    quick_finder.look_first()


def loaded() -> None:
    """After the imports of a process that runs for long: they are never looked through again.

    Only after `begin`, and once: whoever calls a command inside a process of their own (a test)
    keeps their collector as it is.
    """
    if gc.get_threshold()[0] != LOADING:
        return
    quick_qt.imported()
    gc.freeze()
    gc.set_threshold(*RUNNING)


def plain_imports() -> None:
    """After the first import of Qt: PySide6 reads the source of every module imported after it.

    It looks for the word PySide6, for `from __feature__ import`, which nothing here uses; in the
    packaged program there is no source to read and nothing is found either.
    """
    quick_qt.imported()
    own = getattr(builtins, "__orig_import__", None)
    if own is not None:
        builtins.__import__ = own

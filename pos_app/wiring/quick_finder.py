"""Finds the program's own modules with one look at each folder. Never another module than Python's.

Python asks the disk five times for each of four hundred and fifty modules; a folder of the program
is listed once here, and bytecode that fits its source is read as it is. Whatever is not as usual
(no bytecode, an older one, one checked by hash, a packaged program) is left to Python.
"""

import _imp
import marshal
import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import MAGIC_NUMBER, cache_from_source
from types import CodeType, ModuleType

OWN = frozenset({"pos_app", "drivers", "sync", "resources"})
BACKPORTS, CONTENT_WITHOUT = "typing_extensions", "msgspec._utils"
"""msgspec takes three names from there, or the same three from `typing` where it is not installed:
then nobody at a till loads it. The server's libraries find it as ever."""
HEAD_BYTES = 16
"""Magic number, flags, time and size of the source: PEP 552."""
MOST_BYTES = 1 << 20
BY_TIME = MAGIC_NUMBER + bytes(4)


def look_first() -> None:
    """Before the first module of the program; once."""
    ours = any(isinstance(finder, OwnModules) for finder in sys.meta_path)
    if ours or getattr(sys, "frozen", False) or sys.version_info < (3, 11):
        return
    tag = cache_from_source("x.py")
    if os.path.dirname(tag) == "__pycache__":  # else bytecode lies elsewhere, or is not wanted
        sys.meta_path.insert(0, OwnModules(tag.partition("x.")[2]))


class OwnModules:
    """A finder that knows the folders of the program's packages."""

    def __init__(self, ending: str) -> None:
        self._ending = ending
        self._listed: dict[str, frozenset[str]] = {}

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """None for what is not the program's, or not where it is expected."""
        if name == BACKPORTS and _is_loading(CONTENT_WITHOUT):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        if path is None or len(path) != 1 or name.partition(".")[0] not in OWN:
            return None
        folder, tail = path[0], name.rpartition(".")[2]
        if f"{tail}.py" in self._files(folder):
            return self._spec(name, folder, tail)
        inside = f"{folder}{os.sep}{tail}"
        if tail in self._files(folder) and "__init__.py" in self._files(inside):
            spec = self._spec(name, inside, "__init__")
            spec.submodule_search_locations = [inside]
            return spec
        return None

    def _files(self, folder: str) -> frozenset[str]:
        found = self._listed.get(folder)
        if found is None:
            try:
                found = frozenset(os.listdir(folder))
            except OSError:
                found = frozenset()
            self._listed[folder] = found
        return found

    def _spec(self, name: str, folder: str, stem: str) -> ModuleSpec:
        source = f"{folder}{os.sep}{stem}.py"
        cached = f"{folder}{os.sep}__pycache__{os.sep}{stem}.{self._ending}"
        spec = ModuleSpec(name, _Loader(name, source, cached), origin=source)
        spec.has_location = True
        spec.cached = cached
        return spec


class _Loader(SourceFileLoader):
    """Python's own, which reads bytecode that fits without asking who wrote it."""

    def __init__(self, name: str, path: str, cached: str) -> None:
        super().__init__(name, path)
        self._cached = cached

    def get_code(self, fullname: str) -> CodeType | None:
        """As Python's, which is asked whenever the bytecode is not plainly that of the source."""
        try:
            data = _whole(self._cached)
            about = os.stat(self.path)
        except OSError:
            return super().get_code(fullname)
        wanted = BY_TIME + _four(int(about.st_mtime)) + _four(about.st_size)
        if data[:HEAD_BYTES] != wanted:
            return super().get_code(fullname)
        code: CodeType = marshal.loads(memoryview(data)[HEAD_BYTES:])
        _imp._fix_co_filename(code, self.path)  # type: ignore[attr-defined]  # as importlib does
        return code


def _is_loading(name: str) -> bool:
    spec = getattr(sys.modules.get(name), "__spec__", None)
    return bool(getattr(spec, "_initializing", False))


def _whole(path: str) -> bytes:
    """Its bytes, but none of a file that is longer than any bytecode here."""
    file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        data = os.read(file, MOST_BYTES)
    finally:
        os.close(file)
    return data if len(data) < MOST_BYTES else b""


def _four(number: int) -> bytes:
    return (number & 0xFFFFFFFF).to_bytes(4, "little")

"""What PySide6 makes while it is loaded, made sooner. Never imports Qt, never changes a class.

Its enumerations (two hundred of them, 2 500 members) are what the library `enum` builds, member by
member with a class changed twice for each; its signatures bring a writer of type stubs and three
big patterns that only a wrong argument or a developer needs. Python 3.11 alone, as measured.
"""

import builtins
import enum
import re
import sys
from collections.abc import Callable, Sequence
from typing import Any

LATE = frozenset(
    f"shibokensupport/signature/{name}.py"
    for name in ("lib/pyi_generator", "lib/enum_sig", "layout", "errorhandler")
)
"""Compiled from source at each start and called when an argument is wrong, or never."""
PARSER = "shibokensupport.signature.parser"
MEASURED = (3, 11)
PLAIN = (enum.Enum, enum.IntEnum, enum.Flag, enum.IntFlag)
STAND_IN = """
def __getattr__(name):
    if name[:2] == "__":
        raise AttributeError(name)
    from pos_app.wiring import quick_qt
    return quick_qt.fetched({filename!r}, globals(), name)
"""
_compile_text, _compile_pattern = compile, re.compile
_sources: dict[str, Any] = {}


def expect() -> None:
    """Before the first import of Qt; `imported` comes after it."""
    if sys.version_info[:2] != MEASURED:
        return
    builtins.compile = _text_unless_late
    re.compile = _pattern_unless_late
    maker: Any = enum.EnumType
    if not hasattr(maker._create_, "quick"):
        maker._create_ = _creator(maker._create_)


def imported() -> None:
    """From now on everything is compiled at once again, but for what Qt has left for later."""
    builtins.compile, re.compile = _compile_text, _compile_pattern


def _text_unless_late(source: Any, filename: Any, *about: Any, **named: Any) -> Any:
    if filename in LATE:
        _sources[filename] = source
        source = STAND_IN.format(filename=filename)
    return _compile_text(source, filename, *about, **named)


def fetched(filename: str, namespace: dict[str, Any], name: str) -> Any:
    """Somebody wants a name of a module of Qt's that was left for later: it is made now."""
    source = _sources.pop(filename, None)
    if source is not None:
        namespace.pop("__getattr__", None)
        exec(_compile_text(source, filename, "exec"), namespace)
    if name in namespace:
        return namespace[name]
    raise AttributeError(name)


class _LatePattern:
    """A pattern that is compiled when somebody looks for it."""

    def __init__(self, *about: Any, **named: Any) -> None:
        self._make: Callable[[], Any] = lambda: _compile_pattern(*about, **named)

    def finditer(self, *about: Any, **named: Any) -> Any:
        """See re.Pattern."""
        return self._made().finditer(*about, **named)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._made(), name)

    def _made(self) -> Any:
        self.__dict__["_found"] = found = self.__dict__.get("_found") or self._make()
        return found


def _pattern_unless_late(*about: Any, **named: Any) -> Any:
    caller = sys._getframe(1).f_globals.get("__name__")
    return _LatePattern(*about, **named) if caller == PARSER else _compile_pattern(*about, **named)


def _creator(create: Callable[..., Any]) -> Callable[..., Any]:
    """`EnumType._create_`, which builds the empty class as ever and fills it in one go."""

    def create_quickly(
        cls: Any, class_name: str, names: Any, *, module: str | None = None, **about: Any
    ) -> Any:
        about["module"] = module or _caller()
        usual = about.get("type") is None and about.get("start", 1) == 1
        if not (usual and about["module"] and _ordinary(cls, names)):
            return create(cls, class_name, names, **about)
        made = _empty(create, cls, class_name, about)
        _fill(made, names, is_flag=issubclass(cls, enum.Flag))
        return made

    create_quickly.quick = True  # type: ignore[attr-defined]  # a second call finds it
    return create_quickly


_patterns: dict[Any, dict[str, Any]] = {}
OWN = ("_member_names_", "_member_map_", "_value2member_map_", "_unhashable_values_")
"""Lists and tables that each class has for itself."""


def _empty(create: Callable[..., Any], cls: Any, class_name: str, about: dict[str, Any]) -> Any:
    """The class without members: the first of a kind by enum itself, the others like it."""
    pattern = _patterns.get((cls, about.get("boundary")))
    if pattern is None:
        made = create(cls, class_name, (), **about)
        _patterns[cls, about.get("boundary")] = {**vars(made)}
        return made
    inside = {**pattern, "__module__": about["module"]}
    inside["__qualname__"] = about.get("qualname") or class_name
    for name in OWN:
        inside[name] = type(pattern[name])()
    made = type.__new__(enum.EnumType, class_name, (cls,), inside)
    type.__setattr__(made, "__new__", enum.Enum.__new__)  # as enum puts it, not as a static method
    return made


def _caller() -> str | None:
    """The module that wants the class, where `_create_` itself would look for it."""
    name: str | None = sys._getframe(3).f_globals.get("__name__")
    return name


def _taken(cls: type) -> frozenset[str]:
    return frozenset(name for base in cls.__mro__ for name in vars(base))


TAKEN = {cls: _taken(cls) for cls in PLAIN}
"""Names that mean something to the class already: enum itself judges them."""


def _ordinary(cls: Any, names: Any) -> bool:
    """Pairs of a plain name, none twice, and a whole number."""
    taken = TAKEN.get(cls)
    if taken is None or type(names) not in (list, tuple):
        return False
    seen = set()
    for pair in names:
        if type(pair) is not tuple or len(pair) != 2:
            return False
        name, value = pair
        if type(value) is not int or type(name) is not str or name in taken or name[:1] == "_":
            return False
        seen.add(name)
    return len(seen) == len(names) and not seen & {"mro", ""}


def _fill(made: Any, names: Sequence[tuple[str, int]], *, is_flag: bool) -> None:
    """What `_proto_member.__set_name__` does for each member, without undoing the class."""
    put = type.__setattr__
    by_name, by_value, order = made._member_map_, made._value2member_map_, made._member_names_
    new, with_value, mask, singles = made._new_member_, made._use_args_, 0, 0
    for name, value in names:
        is_single = value != 0 and not value & (value - 1)
        if is_flag:
            mask |= value
            singles |= value if is_single else 0
        member = by_value.get(value)
        if member is None:
            member = new(made, value) if with_value else new(made)
            member._value_, member._name_ = value, name
            member.__objclass__, member._sort_order_ = made, len(order)
            by_value[value] = member
            if is_single or not is_flag:
                order.append(name)
        put(made, name, member)
        by_name[name] = member
    if is_flag:
        put(made, "_flag_mask_", mask)
        put(made, "_singles_mask_", singles)
        put(made, "_all_bits_", 2 ** mask.bit_length() - 1)
        values = [member._value_ for member in made]
        if values != sorted(values):
            made._iter_member_ = made._iter_member_by_def_

"""What Qt brings with it sooner is what it brings anyway: enumerations, refusals, signatures.

Each case runs in a process of its own: Qt is loaded once in one.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
QUICK = "from pos_app.wiring import quick_start\nquick_start.begin()\n"
ENUMS = """
import enum, json, re, sys
slow = enum.EnumType._create_
from pos_app.wiring import quick_qt
quick_qt.expect()
quick = enum.EnumType._create_
import PySide6.QtCore, PySide6.QtGui, PySide6.QtWidgets
quick_qt.imported()

def member(m, of):
    return type(m) is of, m._value_, m._name_, m._sort_order_, m.__objclass__ is of, hash(m)

def made(act):
    try:
        found = act()
        return repr(found), str(found), format(found, ""), list(found) if is_flag(found) else ""
    except Exception as error:
        return f"{type(error).__name__}: {error}"

def is_flag(one):
    return isinstance(one, enum.Flag)

def looked(of):
    facts = {}
    for name, value in vars(of).items():
        if name in of.__members__:
            value = member(value, of)
        elif name == "_member_map_":
            value = [(n, member(m, of)) for n, m in value.items()]
        elif name == "_value2member_map_":
            value = [(n, m._name_) for n, m in value.items()]
        elif name in ("__dict__", "__weakref__"):
            value = ""
        facts[name] = re.sub("0x[0-9a-f]+", "", repr(value))
    few = list(of.__members__.values())[:5]
    facts["of it"] = repr((list(of), len(of), sorted(dir(of)), [
        made(act) for a in few for b in few
        for act in (lambda: a, lambda: a | b, lambda: ~a, lambda: a & b, lambda: of(a.value),
                    lambda: of[a.name], lambda: of(12345), lambda: a ^ b, lambda: a == b)
    ]))
    return facts

KINDS = (enum.Enum, enum.IntEnum, enum.Flag, enum.IntFlag)
found, seen = [], 0
for module in (PySide6.QtCore, PySide6.QtGui, PySide6.QtWidgets):
    classes = [one for one in (getattr(module, n) for n in dir(module)) if isinstance(one, type)]
    for owner in [module, *classes]:
        for name, one in list(vars(owner).items()):
            if isinstance(one, enum.EnumMeta) and one.__bases__[0] in KINDS:
                pairs = [(n, m._value_) for n, m in one.__members__.items()]
                found.append((one.__bases__[0], name, pairs, getattr(one, "_boundary_", None)))
for kind in KINDS:
    found += [
        (kind, "Doubled", [("a", 1), ("b", 1), ("both", 3), ("c", 2)], None),
        (kind, "Turned", [("c", 4), ("a", 1), ("zero", 0), ("all", 7)], None),
        (kind, "Below", [("low", -1), ("high", 1 << 40)], None),
        (kind, "Empty", [], None),
        (kind, "Named", [("name", 1), ("value", 2), ("real", 3)], None),
        (kind, "Twice", [("a", 1), ("a", 2)], None),
        (kind, "Hidden", [("_x", 1), ("__y", 2), ("mro", 3)], None),
        (kind, "Words", [("a", "x"), ("b", True)], None),
    ]
different = []
for kind, name, pairs, boundary in found:
    both = []
    for create in (slow, quick):
        try:
            one = create(kind, name, pairs, module="m", qualname=f"Q.{name}", boundary=boundary)
            both.append(looked(one))
        except Exception as error:
            both.append(f"{type(error).__name__}: {error}")
    seen += quick_qt._ordinary(kind, pairs)
    if both[0] != both[1]:
        different.append((kind.__name__, name))
Later = enum.Enum("Later", "a b", start=5)
print(json.dumps([len(found), seen, different, Later.__module__, [m.value for m in Later]]))
"""
SAID = """
from PySide6.QtCore import QPoint, QSize, Qt, QObject
try:
    quick_start.plain_imports()
except NameError:
    pass
from PySide6.QtWidgets import QLabel

def refused(act):
    try:
        return repr(act())
    except Exception as error:
        return f"{type(error).__name__}: {error}"

print(refused(lambda: QPoint("x", 1)))
print(refused(lambda: QSize(1, 2).scaled()))
print(refused(lambda: QObject(wrong=1)))
from shibokensupport.signature import get_signature
print(get_signature(QPoint), get_signature(QPoint.setX), QObject.__init__.__doc__)
from shibokensupport.signature.lib.enum_sig import ExactEnumerator
from shibokensupport.signature.lib import pyi_generator
print(ExactEnumerator.__name__, pyi_generator.Formatter.__name__)
print(refused(lambda: pyi_generator.nothing), pyi_generator.__name__)
print(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, Qt.Key(0x41), Qt.Key.__module__)
"""
pytestmark = pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="as measured")


def said(script: str) -> list[str]:
    """What a process of its own prints, line by line."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        cwd=HOUSE,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=True,
    )
    return done.stdout.splitlines()


def test_every_enumeration_of_qt_is_the_one_that_python_would_have_made() -> None:
    found, seen, different, module, values = json.loads(said(ENUMS)[-1])
    assert different == []
    assert found > 230
    assert seen > 200, "and most of them were made the quick way"
    assert (module, values) == ("__main__", [5, 6])


def test_what_qt_left_for_later_is_there_when_somebody_wants_it() -> None:
    plain = said(SAID)
    assert said(QUICK + SAID) == plain
    assert any("TypeError" in line for line in plain)


def test_compiling_is_as_always_once_qt_is_here() -> None:
    same = said(
        "import builtins, re\nown = builtins.compile, re.compile\n"
        + QUICK
        + "import PySide6.QtCore\n"
        "quick_start.plain_imports()\nprint((builtins.compile, re.compile) == own)"
    )
    assert same == ["True"]


def test_a_process_without_qt_compiles_as_always_when_it_is_loaded() -> None:
    same = said(
        "import builtins, re\nown = builtins.compile, re.compile\n" + QUICK + "import json\n"
        "quick_start.loaded()\nprint((builtins.compile, re.compile) == own)"
    )
    assert same == ["True"]

"""A quick start changes nothing: classes, collections and imports are those of plain Python.

Each case runs in a process of its own, because what is started quickly is a process.
"""

import gc
import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pos_app.wiring import quick_start

HOUSE = Path(__file__).parents[2]

CLASSES = '''
import copy, pickle, sys
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, replace, astuple

@dataclass(frozen=True, slots=True, order=True)
class Price:
    """Frozen, ordered."""
    minor: int
    unit: str = "pcs"
    tags: tuple[str, ...] = field(default=(), compare=False)

@dataclass(frozen=True, slots=True)
class Dear(Price):
    """A heir with a step after its making."""
    why: dict = field(default_factory=dict, hash=False)
    def __post_init__(self):
        if self.minor < 0:
            raise ValueError("negative")

@dataclass
class Shelf:
    """Open, recursive, keyword only at the end."""
    inside: list = field(default_factory=list)
    label: str = field(default="-", kw_only=True)

class Plain(Shelf):
    """No dataclass of its own."""

@dataclass(eq=False)
class Itself:
    """Equal to itself only."""
    n: int = 0

@dataclass(unsafe_hash=True)
class Counted:
    """Hashed by hand."""
    n: int

def refused(act):
    try:
        return repr(act())
    except Exception as error:
        return f"{type(error).__name__}: {error}"

one, two = Price(5), Price(7, "kg", ("a",))
shelf = Shelf([one], label="x")
shelf.inside.append(shelf)
same = Itself()
said = [
    repr(one), one == Price(5), one == two, one < two, sorted([two, one]),
    hash(one) == hash(Price(5)), {one: 1}[Price(5)], refused(lambda: setattr(one, "minor", 6)),
    refused(lambda: delattr(one, "minor")),
    refused(lambda: setattr(one, "other", 6)), replace(two, minor=9), asdict(two), astuple(two),
    copy.copy(two) == two, copy.deepcopy(two) == two, pickle.loads(pickle.dumps(two)) == two,
    repr(Dear(1, why={"a": 1})), refused(lambda: Dear(-1)), refused(lambda: Price()),
    refused(lambda: Price(1, 2, 3, 4)), refused(lambda: Price(minor=1, wrong=2)),
    Dear(1) == Price(1), repr(shelf), Shelf([1]) == Shelf([1]),
    Shelf([1]) == Plain([1]), Plain(label="y").label,
    refused(lambda: hash(Shelf())), refused(lambda: Shelf([], "no")), same == Itself(),
    same == same,
    len({same, Itself()}), hash(Counted(3)) == hash(Counted(3)), Price.__init__.__qualname__,
    Price.__eq__.__qualname__, Dear.__init__.__qualname__, Price.__match_args__,
    [f.name for f in fields(Dear)], refused(lambda: one < 3), Price.__hash__ is Dear.__hash__,
]
print("\\n".join(map(repr, said)))
'''
MAKERS = '''
from dataclasses import InitVar, dataclass, field, fields

@dataclass(frozen=True, slots=True)
class Fixed:
    """Defaults, factories and what no caller gives."""
    code: str
    many: list = field(default_factory=list)
    left: int = field(default=3, init=False)
    made: dict = field(default_factory=dict, init=False)
    self: int = 0

@dataclass
class Loose:
    """A default that no caller gives stays the class's; a bare one is not there."""
    minor: int
    left: int = field(default=3, init=False)
    bare: int = field(init=False)
    why: str = field(default="-", kw_only=True)
    where: str = field(kw_only=True)

@dataclass
class Told:
    """Something for the step after its making alone."""
    n: int
    twice: InitVar[bool] = False
    def __post_init__(self, twice):
        self.n *= 2 if twice else 1

@dataclass
class Strict:
    """Refuses after it is filled."""
    n: int
    def __post_init__(self):
        self.seen = self.n
        if self.n % 7 == 3:
            raise ValueError(self.n)

@dataclass
class Heir(Strict):
    """An heir that calls what it inherits."""
    name: str = "x"
    def __init__(self, n):
        super().__init__(n)
        self.name = "heir"

class Wide(Loose):
    """No dataclass of its own."""

def refused(act):
    try:
        made = act()
        return repr(made), sorted(vars(made).items()) if hasattr(made, "__dict__") else ""
    except Exception as error:
        return f"{type(error).__name__}: {error}"

for n in range(40):
    print(refused(lambda: Fixed("a")), refused(lambda: Fixed("a", [n], n)))
    print(refused(lambda: Fixed(code="a", self=n)), Fixed("a").many is Fixed("a").many)
    print(refused(lambda: Loose(n, where="w")), refused(lambda: vars(Wide(n, why="", where="w"))))
    print(refused(lambda: Told(n, True)), refused(lambda: Told(n=n)), refused(lambda: Strict(n)))
    print(refused(lambda: Heir(n)))
    if n in (0, 1, 39):
        print(refused(lambda: Fixed()), refused(lambda: Fixed("a", [], 1, 2)))
        print(refused(lambda: Fixed("a", code="b")), refused(lambda: Fixed("a", left=1)))
        print(refused(lambda: Loose(n)), refused(lambda: Loose(n, "y", where="w")))
        print(refused(lambda: Strict(1, wrong=2)), refused(lambda: Strict()))
print([f.name for f in fields(Fixed)], Fixed.__init__.__qualname__, Fixed.__match_args__)
def odd():
    @dataclass
    class Odd:
        one: int = 0
        two: str
print(refused(odd))
'''
QUICK = "from pos_app.wiring import quick_start\nquick_start.begin()\n"


def said(script: str, *arguments: str) -> list[str]:
    """What a process of its own prints, line by line."""
    argv = [sys.executable, "-W", "error", "-c", script, *arguments]
    done = subprocess.run(argv, cwd=HOUSE, capture_output=True, encoding="utf-8", check=True)
    return done.stdout.splitlines()


def told(script: str) -> Any:
    """The one line of JSON that a process of its own prints."""
    return json.loads(said(script)[-1])


def test_a_class_whose_methods_are_written_when_called_is_the_class_of_plain_python() -> None:
    plain = said(CLASSES)
    assert said(QUICK + CLASSES) == plain
    assert len(plain) > 30


def test_objects_made_without_a_text_of_init_are_those_of_plain_python() -> None:
    plain = said(MAKERS)
    assert said(QUICK + MAKERS) == plain
    assert len(plain) > 200


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="builds a class in one go by itself")
def test_a_method_is_in_its_place_after_its_first_call_and_not_before() -> None:
    found = told(
        QUICK + "import json\n"
        "from pos_app.wiring.quick_classes import FEW\n"
        "from pos_app.domain.sentence import Sentence, say\n"
        "def here(): return [Sentence.__dict__[n].__module__ for n in ('__init__', '__eq__')]\n"
        "before = here(); one = say('a'); made = here(); one == say('b'); compared = here()\n"
        "many = [say('c') for _ in range(FEW)]\n"
        "print(json.dumps([before, made, compared, here()]))"
    )
    quick, sentence = "pos_app.wiring.quick_classes", "pos_app.domain.sentence"
    assert found == [[quick, quick], [quick, quick], [quick, sentence], [sentence, sentence]]


def test_beginning_twice_is_beginning_once() -> None:
    assert told(
        "import dataclasses, json\n" + QUICK + "first = dataclasses._init_fn\n"
        "quick_start.begin()\nprint(json.dumps(dataclasses._init_fn is first))"
    )


def test_collections_come_back_rarer_once_a_process_is_loaded() -> None:
    """A scan is not held up by them; what they may leave lying about stays bounded."""
    before, loading, after, frozen = told(
        "import gc, json\nbefore = gc.get_threshold()\n" + QUICK + "loading = gc.get_threshold()\n"
        "quick_start.loaded()\n"
        "print(json.dumps([before, loading, gc.get_threshold(), gc.get_freeze_count()]))"
    )
    assert before[0] < after[0] < loading[0]
    assert math.prod(after) <= 1_000_000, "objects between two looks at everything"
    assert frozen > 0


def test_a_library_that_has_a_command_line_does_not_bring_it() -> None:
    brought = told(
        QUICK + "import json, sys\nimport httpx\n"
        "names = {n.split('.')[0] for n in sys.modules}\n"
        "client = httpx.Client(trust_env=False); client.close()\n"
        "print(json.dumps(sorted(names & {'rich', 'click', 'pygments'})))"
    )
    assert brought == []


def test_qt_does_not_read_the_source_of_what_is_imported_after_it() -> None:
    read = told(
        QUICK + "import json, linecache\n"
        "import PySide6.QtCore\nquick_start.plain_imports()\n"
        "import pos_app.workstation.terminal\n"
        "print(json.dumps(list(linecache.cache)))"
    )
    assert [path for path in read if "pos_app" in path] == []


def test_imports_without_qt_are_left_as_they_are() -> None:
    assert told(
        QUICK + "import builtins, json\nown = builtins.__import__\n"
        "quick_start.plain_imports()\nprint(json.dumps(builtins.__import__ is own))"
    )


def test_a_command_called_inside_another_process_freezes_nothing_of_it() -> None:
    before = gc.get_freeze_count()
    quick_start.loaded()
    assert gc.get_freeze_count() == before

"""A module of the program is found sooner and is the module that Python would have found."""

import json
import os
import pkgutil
import py_compile
import subprocess
import sys
from importlib.machinery import PathFinder
from importlib.util import cache_from_source, module_from_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import pos_app
import resources
from pos_app.wiring.quick_finder import OwnModules

HOUSE = Path(__file__).parents[2]
QUICK = "from pos_app.wiring import quick_start\nquick_start.begin()\n"


def finder() -> OwnModules:
    return OwnModules(cache_from_source("x.py").partition("x.")[2])


def loaded(folder: Path, name: str = "pos_app.some") -> ModuleType:
    spec = finder().find_spec(name, [str(folder)])
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def written(folder: Path, text: str, at: int = 1_000_000_000) -> Path:
    path = folder / "some.py"
    path.write_text(text, encoding="utf-8")
    os.utime(path, (at, at))
    return path


def told(script: str) -> Any:
    argv = [sys.executable, "-W", "error", "-c", script]
    done = subprocess.run(argv, cwd=HOUSE, stdout=subprocess.PIPE, encoding="utf-8", check=True)
    return json.loads(done.stdout.splitlines()[-1])


def test_every_module_is_where_python_finds_it() -> None:
    quick, seen = finder(), 0
    for package in (pos_app, resources):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            path = [str(vars(found.module_finder)["path"])]
            ours, plain = quick.find_spec(found.name, path), PathFinder.find_spec(found.name, path)
            assert ours is not None
            assert plain is not None
            for fact in ("name", "origin", "cached", "has_location", "submodule_search_locations"):
                assert getattr(ours, fact) == getattr(plain, fact), (found.name, fact)
            seen += 1
    assert seen > 300


def test_what_is_not_the_programs_is_left_to_python(tmp_path: Path) -> None:
    quick = finder()
    assert quick.find_spec("json.decoder", [str(tmp_path)]) is None
    assert quick.find_spec("pos_app") is None
    assert quick.find_spec("pos_app.missing", [str(tmp_path)]) is None
    assert quick.find_spec("pos_app.missing", [str(tmp_path / "nowhere")]) is None
    assert quick.find_spec("pos_app.some", [str(tmp_path), str(tmp_path)]) is None
    (tmp_path / "bare").mkdir()
    assert quick.find_spec("pos_app.bare", [str(tmp_path)]) is None, "a folder of no package"


def test_bytecode_of_the_source_is_taken(tmp_path: Path) -> None:
    py_compile.compile(str(written(tmp_path, "said = 'old'\n")))
    written(tmp_path, "said = 'new'\n")  # of the same length and time: nobody can tell
    module = loaded(tmp_path)
    assert module.said == "old"
    assert module.__file__ == str(tmp_path / "some.py")


def test_an_edited_source_is_compiled_anew(tmp_path: Path) -> None:
    py_compile.compile(str(written(tmp_path, "said = 'old'\n")))
    written(tmp_path, "said = 'newer'\n")
    assert loaded(tmp_path).said == "newer"
    py_compile.compile(str(written(tmp_path, "said = 'old'\n")))
    written(tmp_path, "said = 'new'\n", at=1_000_000_009)
    assert loaded(tmp_path).said == "new"


def test_a_source_without_bytecode_or_with_a_broken_one_is_compiled(tmp_path: Path) -> None:
    path = written(tmp_path, "said = 'first'\n")
    assert loaded(tmp_path).said == "first"
    cached = Path(cache_from_source(str(path)))
    cached.parent.mkdir(exist_ok=True)
    cached.write_bytes(b"no bytecode")
    assert loaded(tmp_path).said == "first"


def test_errors_show_the_line_of_the_source(tmp_path: Path) -> None:
    written(tmp_path, "def broken():\n    raise ValueError\n")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    py_compile.compile(
        str(tmp_path / "some.py"), cache_from_source(str(elsewhere / "some.py")), dfile="x.py"
    )
    (tmp_path / "some.py").rename(elsewhere / "some.py")
    assert loaded(elsewhere).broken.__code__.co_filename == str(elsewhere / "some.py")


def test_a_package_says_where_its_modules_are(tmp_path: Path) -> None:
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "__init__.py").write_text("inside = True\n", encoding="utf-8")
    module = loaded(tmp_path, "pos_app.room")
    assert list(module.__path__) == [str(tmp_path / "room")]
    assert module.inside


def test_it_looks_first_and_once_and_backports_are_there_for_who_needs_them() -> None:
    before, after, others = told(
        QUICK + "quick_start.begin()\nimport json, sys\n"
        "from pos_app.wiring.quick_finder import OwnModules\n"
        "import msgspec, msgspec.json\n"
        "assert msgspec.json.decode(b'[1]', type=list[int]) == [1]\n"
        "before = 'typing_extensions' in sys.modules\nimport typing_extensions\n"
        "print(json.dumps([before, 'typing_extensions' in sys.modules,"
        " [isinstance(f, OwnModules) for f in sys.meta_path].count(True)]))"
    )
    assert (before, after, others) == (False, True, 1)

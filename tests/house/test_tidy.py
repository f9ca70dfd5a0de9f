"""The house inspects itself: what import-linter and ruff cannot see.

Each rule names its reason, so a red test teaches.
"""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
ROOMS = ("pos_app", "drivers", "sync", "resources")
PLAIN_ROOMS = ("pos_app/domain", "pos_app/workstation", "drivers/contract")
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 40
OWN = {"pos_app", "drivers", "sync"}


def python_files(*places: str) -> list[Path]:
    found: list[Path] = []
    for place in places:
        root = HOUSE / place
        found += [root] if root.is_file() else sorted(root.rglob("*.py"))
    return found


def named(path: Path) -> str:
    return str(path.relative_to(HOUSE))


def functions(tree: ast.AST) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [n for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))]


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines without the docstring: prose is free, logic is rationed."""
    first = function.body[0]
    prose = first.end_lineno - first.lineno + 1 if ast.get_docstring(function) else 0
    return function.end_lineno - function.lineno + 1 - prose


@pytest.mark.parametrize("path", python_files(*ROOMS), ids=named)
def test_file_and_functions_fit_on_a_screen(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= FILE_LINES_MAX, "split the file along its nouns"
    long = [
        f"{f.name}:{f.lineno}"
        for f in functions(ast.parse(text))
        if body_lines(f) > FUNCTION_LINES_MAX
    ]
    assert not long, f"push ifs up and loops down: {long}"


def test_a_file_of_tests_has_one_subject_and_fits_too() -> None:
    long = {named(p): n for p in python_files("tests") if (n := lines_of(p)) > FILE_LINES_MAX}
    assert not long, f"split them by subject: {long}"


def lines_of(path: Path) -> int:
    return path.read_text(encoding="utf-8").count("\n")


@pytest.mark.parametrize("path", python_files(*PLAIN_ROOMS), ids=named)
def test_rules_use_the_standard_library_and_no_binary_floats(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant):
            assert not isinstance(node.value, float), f"{node.lineno}: money is counted in integers"
        if isinstance(node, ast.Name):
            assert node.id != "float", f"{node.lineno}: no float in the rules"
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for name in names:
            top = name.split(".")[0]
            assert top in OWN or top in sys.stdlib_module_names, f"{top} is not plain Python"


def test_the_rules_import_with_qt_and_databases_absent() -> None:
    modules = [
        ".".join(p.relative_to(HOUSE).with_suffix("").parts).removesuffix(".__init__")
        for p in python_files("pos_app/domain", "pos_app/workstation")
    ]
    script = (
        "import sys, importlib\n"
        "for m in ('PySide6','sqlalchemy','sqlite3','_sqlite3','sqlcipher3','httpx','serial'):\n"
        "    sys.modules[m] = None\n"
        f"for m in {modules!r}: importlib.import_module(m)\n"
    )
    subprocess.run([sys.executable, "-c", script], cwd=HOUSE, check=True)


def test_every_room_is_drawn_on_the_plan() -> None:
    """A new folder must take its place in the layers contract before it may exist."""
    config = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = config["tool"]["importlinter"]["contracts"]
    layers = next(c["layers"] for c in contracts if c["type"] == "layers")
    plan = {room.strip() for layer in layers for room in layer.split("|")}
    built = {
        f"{root}.{child.stem}"
        for root in sorted(OWN)
        for child in (HOUSE / root).iterdir()
        if (child.is_dir() and (child / "__init__.py").exists())
        or (child.suffix == ".py" and child.name != "__init__.py")
    }
    assert built <= plan, f"not on the plan: {sorted(built - plan)}"


def test_the_application_package_is_empty_for_good() -> None:
    assert (HOUSE / "pos_app/__init__.py").read_text(encoding="utf-8").strip() == ""


def test_nothing_names_a_machine_or_a_registry() -> None:
    """A lock with an address installs only where that address answers."""
    text = (HOUSE / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index-url" not in text
    assert "--find-links" not in text

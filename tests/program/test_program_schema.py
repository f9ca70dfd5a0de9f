"""The JSON Schema of the program document is what the reading code asks for, and nothing else."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_app.domain.errors import ProgramRefused
from pos_app.domain.loyalty.program import load
from pos_app.domain.reading import Reader
from pos_app.domain.schema import program_schema, program_schema_text, schema_of
from tests.json_schema import broken

ROOT = Path(__file__).parents[2]
SCHEMA = program_schema()
EVERYTHING = json.loads((ROOT / "tests/data/program/everything.json").read_text(encoding="utf-8"))
DEMO = json.loads((ROOT / "resources/demo/program.json").read_text(encoding="utf-8"))


def a_document(**parts):
    return {"program": "p", "version": 1, "valid_from": "2026-01-01T00:00:00Z", **parts}


def test_the_checked_in_schema_is_what_the_code_says_now() -> None:
    """`kopilka program schema > resources/program.schema.json` writes it anew."""
    kept = (ROOT / "resources/program.schema.json").read_text(encoding="utf-8")
    assert kept == program_schema_text()


@pytest.mark.parametrize("document", [DEMO, EVERYTHING], ids=["demo", "everything"])
def test_a_good_program_fits(document) -> None:
    assert broken(SCHEMA, document) == []


def everything(schema, path=""):
    """Every field of the schema with its own schema."""
    for key, inner in schema.get("properties", {}).items():
        yield f"{path}.{key}", inner
        yield from everything(inner, f"{path}.{key}") if isinstance(inner, dict) else ()
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from everything(schema[key], f"{path}[]")
    for name, inner in schema.get("$defs", {}).items():
        yield from everything(inner, f"#{name}")


def test_every_field_says_what_it_wants() -> None:
    """A field that is only looked at raw has no type: the reader has a question for every kind."""
    bare = [path for path, inner in everything(SCHEMA) if not set(inner) - {"default"}]
    assert bare == []


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        (a_document(promotion=[]), "$.promotion: has no place here"),
        (a_document(version=0), "$.version: is below 1"),
        (a_document(currency={"code": "RUB", "minor_digits": 5}), "$.currency.minor_digits: is ab"),
        ({}, "$.program: is missing"),
        (a_document(promotions={}), "$.promotions: is no array"),
        (a_document(cash_rounding="-"), "$.cash_rounding: '-' is not of the pattern"),
        (a_document(redeem={"max_share": "101"}), "$.redeem.max_share: '101' is not of"),
        (a_document(earn={"base": "gross"}), "$.earn.base: 'gross' is none of"),
    ],
)
def test_what_the_reader_refuses_by_its_shape_the_schema_refuses(document, fault: str) -> None:
    assert any(one.startswith(fault) for one in broken(SCHEMA, document))


def read_shape(doc: Reader) -> None:
    kind = doc.choice("kind", ("point", "circle", "text"))
    if kind == "circle":
        doc.integer("radius", least=1, most=9)
    if kind == "text":
        doc.text("words")
        doc.text("font", "")
    if doc.has("at"):
        doc.instant("at")
    doc.integers("marks", 1, 7)
    doc.optional_integer("layer", 3)
    {name: held.flag(name, False) for name, held in doc.mapping("flags")}
    doc.finish()


SHAPES = schema_of(read_shape)


@pytest.mark.parametrize(
    "good",
    [
        {"kind": "point"},
        {"kind": "point", "at": "2026-01-01T00:00:00Z", "marks": [1, 7], "layer": None},
        {"kind": "circle", "radius": 9, "layer": 0, "flags": {"a": True}},
        {"kind": "text", "words": "x", "font": ""},
    ],
)
def test_the_schema_follows_the_branches_of_the_reader(good) -> None:
    assert broken(SHAPES, good) == []


@pytest.mark.parametrize(
    "bad",
    [
        {"kind": "point", "radius": 1},
        {"kind": "circle"},
        {"kind": "circle", "radius": 10},
        {"kind": "text", "words": ""},
        {"kind": "text", "words": "x", "marks": [8]},
        {"kind": "point", "flags": {"a": 1}},
        {"kind": "point", "colour": "red"},
        {"kind": "square"},
        {},
    ],
)
def test_the_schema_refuses_what_no_branch_asks_for(bad) -> None:
    assert broken(SHAPES, bad)


def test_a_document_that_holds_itself_is_said_to_have_no_flat_schema() -> None:
    def read_tree(doc: Reader) -> None:
        for one in doc.children("branches"):
            read_tree(one)

    with pytest.raises(RecursionError):
        schema_of(read_tree)


def parts_of(value, path=()):
    yield path
    if not isinstance(value, (dict, list)):
        return
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield from parts_of(inner, (*path, key))


PATHS = [path for path in parts_of(EVERYTHING) if path]
VALUES = (
    st.sampled_from(["", "0", "5", "12.50", ",5", " 7 ", "+3", "100", "100.0", "x", "2026-03-01"])
    | st.none()
    | st.booleans()
    | st.integers(-1, 100)
    | st.lists(st.sampled_from(["a", "", 1, 7]), max_size=2)
    | st.dictionaries(st.sampled_from(["id", "from", "items", "percent"]), st.just("5"), max_size=2)
)


@settings(max_examples=400)
@given(st.sampled_from(PATHS), VALUES)
def test_what_the_reader_takes_the_schema_takes_too(path, value) -> None:
    document = json.loads(json.dumps(EVERYTHING))
    holder = document
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    try:
        load(json.dumps(document))
    except ProgramRefused:
        return
    assert broken(SCHEMA, document) == []

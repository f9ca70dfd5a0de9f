"""The written reference of the program document: complete, and every example is a good one."""

import json
import re
from pathlib import Path

import pytest

from pos_app.domain.basket_document import read_basket
from pos_app.domain.loyalty.program import load
from pos_app.domain.money import RUB
from pos_app.domain.reading import Reader
from pos_app.domain.schema import program_schema
from pos_app.wiring.past_receipts import receipts_of_csv
from tests.json_schema import broken

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/program.md").read_text(encoding="utf-8")
BASE = {
    "program": "p",
    "version": 1,
    "valid_from": "2026-01-01T00:00:00Z",
    "currency": {"code": "RUB"},
}
SCHEMA = program_schema()


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("block", blocks("json"), ids=lambda text: text[:40])
def test_an_example_of_a_section_is_a_good_document(block: str) -> None:
    document = {**BASE, **json.loads(block)}
    load(json.dumps(document))
    assert broken(SCHEMA, document) == []


def test_every_section_of_the_document_is_described() -> None:
    sections = {
        name
        for name, inner in SCHEMA["properties"].items()
        if inner.get("type") in ("object", "array") and name not in ("name", "currency")
    }
    described = set(re.findall(r"^## `(\w+)`", TEXT, re.MULTILINE))
    assert sections == described
    simple = set(SCHEMA["properties"]) - sections
    assert [name for name in sorted(simple) if f'"{name}"' not in TEXT] == []


def test_every_kind_of_benefit_and_of_earn_rule_has_an_example() -> None:
    kinds = set()
    for name in ("promotions", "earn"):
        section = SCHEMA["properties"][name]
        rule = section["items"] if name == "promotions" else section["properties"]["rules"]["items"]
        kind = rule["properties"]["kind"]
        for shape in kind.get("anyOf", [kind]):
            kinds |= set(shape["enum"])
    kinds -= {"money"}
    assert [kind for kind in sorted(kinds) if f'"kind": "{kind}"' not in TEXT] == []


def test_the_example_of_a_basket_is_read_without_a_fault() -> None:
    (block,) = blocks("json basket")
    faults = []
    basket = read_basket(Reader(json.loads(block), "", faults), 2, {})
    assert faults == []
    assert [line.list_minor for line in basket.lines] == [179_80, 44_43, 449_00]


def test_the_example_of_past_receipts_is_read_without_a_fault() -> None:
    (block,) = blocks("csv")
    past = receipts_of_csv(block.encode(), RUB, lambda code: None)
    assert past.faults == []
    assert [(one.receipt, one.net_minor) for one in past.receipts] == [
        ("1001", 214_43),
        ("1002", 89_90),
    ]

"""Goods not for everybody yet: who goes first, from when, and what is said to the others."""

from datetime import date

import pytest

from pos_app.domain.errors import ProgramRefused
from pos_app.domain.mechanics.early_access import Caller, closed_for, refusal
from tests.builders import a_program, an_item

TIERS = {"list": [{"id": "base"}, {"id": "gold", "from": "20000.00"}]}
ADVENT = {
    "id": "advent",
    "name": {"en": "Advent sweets"},
    "goods": {"categories": ["advent"]},
    "tiers": ["gold"],
    "from": "2026-11-15",
    "open_to_all": "2026-12-01",
}
CELLAR = {"id": "cellar", "goods": {"items": ["port"]}, "segments": ["friends"]}
SWEETS, PORT = an_item("sweets", categories=("advent",)), an_item("port")
WORDS = {"gold": "Gold"}
GOLD, BASE = Caller("gold"), Caller("base")


def said(item, on: str, caller: Caller | None, *sections) -> str:
    program = a_program(tiers=TIERS, early_access=list(sections or (ADVENT, CELLAR)))
    closed = closed_for(program.early_access, item, 100_00, date.fromisoformat(on))
    why = refusal(closed, caller, item.item_id, WORDS)
    return str(why) if why else ""


@pytest.mark.parametrize("caller", [GOLD, BASE, None], ids=["gold", "base", "nobody"])
def test_before_its_first_day_nobody_has_it(caller) -> None:
    assert said(SWEETS, "2026-11-14", caller).startswith("early.not_yet(name=sweets, since=2026")


def test_from_its_first_day_the_tier_that_goes_first_has_it() -> None:
    assert said(SWEETS, "2026-11-15", GOLD) == ""
    why = said(SWEETS, "2026-11-30", BASE)
    assert why == "early.others(name=sweets, who=('Gold',), open=2026-12-01)"
    assert said(SWEETS, "2026-11-30", None) == "early.show_card(name=sweets, who=('Gold',))"


@pytest.mark.parametrize("caller", [GOLD, BASE, None], ids=["gold", "base", "nobody"])
def test_from_the_day_it_opens_everybody_has_it(caller) -> None:
    assert said(SWEETS, "2026-12-01", caller) == ""


def test_a_closed_sale_never_opens() -> None:
    assert said(PORT, "2030-01-01", BASE) == "early.closed(name=port, who=('friends',))"
    assert said(PORT, "2030-01-01", Caller("base", frozenset({"friends"}))) == ""
    assert said(an_item("milk"), "2030-01-01", None) == ""


def test_one_of_several_rules_is_enough() -> None:
    staff = {**ADVENT, "id": "staff", "tiers": [], "segments": ["staff"], "from": "2026-11-01"}
    worker = Caller("base", frozenset({"staff"}))
    assert said(SWEETS, "2026-11-10", worker, ADVENT, staff) == ""
    assert "early.others" in said(SWEETS, "2026-11-10", GOLD, ADVENT, staff)
    assert said(SWEETS, "2026-11-20", GOLD, ADVENT, staff) == ""


def test_it_is_called_by_its_name_else_by_its_id() -> None:
    advent, cellar = a_program(tiers=TIERS, early_access=[ADVENT, CELLAR]).early_access
    assert (advent.name("ru"), cellar.name("ru")) == ("Advent sweets", "cellar")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"tiers": []}, r"early_access\[0\].tiers: who goes first"),
        ({"tiers": ["platinum"]}, r"early_access\[0\]: there is no tier 'platinum'"),
        ({"goods": {}}, r"early_access\[0\].goods: the whole shop is no early access"),
        ({"open_to_all": "2026-11-15"}, r"early_access\[0\].open_to_all: nobody goes first"),
        ({"opens": "2026-12-01"}, r"early_access\[0\].opens: is not known here"),
    ],
)
def test_what_nobody_could_explain_is_refused(change, fault) -> None:
    with pytest.raises(ProgramRefused, match=fault):
        a_program(tiers=TIERS, early_access=[{**ADVENT, **change}])
    with pytest.raises(ProgramRefused, match="is used twice"):
        a_program(tiers=TIERS, early_access=[ADVENT, ADVENT])

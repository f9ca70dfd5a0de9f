"""The member's rule sheet: nothing of a programme is forgotten, in both languages."""

import json
from dataclasses import MISSING, fields, is_dataclass, replace
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from pos_app.domain.document import Step
from pos_app.domain.loyalty.program import Program, load
from pos_app.domain.mechanics.earn import EARN_BASES, EarnRule
from pos_app.domain.mechanics.tiers import MEASURES
from pos_app.domain.promotion.benefit import Benefit
from pos_app.domain.promotion.condition import KINDS
from pos_app.domain.sheet.benefits import BENEFITS, CONDITIONS
from pos_app.domain.sheet.points import EARNS
from pos_app.domain.sheet.rule_sheet import CHAPTERS, HEADING, NOT_FOR_MEMBERS, WITHIN, rule_sheet
from pos_app.wiring.program_pages import sheet_page
from resources.words import LANGUAGES, Words
from resources.words.catalogue import entries

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests/data/program"
DEMO = load((ROOT / "resources/demo/program.json").read_bytes())
EVERYTHING = load((DATA / "everything.json").read_bytes())


def page(program: Program, language: str, on: date | None = None) -> str:
    sheet = rule_sheet(program, language, on)
    return "\n".join(sheet_page(sheet, Words(language))) + "\n"


def a_program(**parts) -> Program:
    document = {"program": "p", "version": 1, "valid_from": "2026-01-01T00:00:00Z"}
    return load(json.dumps({**document, "currency": {"code": "RUB"}, **parts}))


def test_every_field_of_a_program_is_on_the_sheet_or_said_not_to_be_for_members() -> None:
    """A new mechanic needs a chapter in `rule_sheet.py`, or a reason to be left out."""
    told = {*CHAPTERS, *HEADING, *WITHIN, *NOT_FOR_MEMBERS}
    assert {one.name for one in fields(Program)} == told
    assert set(WITHIN.values()) <= set(CHAPTERS)
    assert all(reason for reason in (*HEADING.values(), *NOT_FOR_MEMBERS.values()))


def test_every_shape_of_a_benefit_and_of_a_condition_can_be_said() -> None:
    assert set(BENEFITS) == set(get_args(Benefit))
    assert set(CONDITIONS) == set(KINDS)


def test_every_kind_of_earn_rule_can_be_said() -> None:
    kinds = {rule.kind for rule in EVERYTHING.earn.rules}
    assert kinds == set(EARNS), "tests/data/program/everything.json has a rule of every kind"
    assert EarnRule("x", {}).kind in EARNS


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sheet_of_the_demo_program_is_the_checked_in_page(language: str) -> None:
    """`kopilka program sheet FILE --language ru > docs/sheets/demo.ru.md` writes it anew."""
    kept = (ROOT / f"docs/sheets/demo.{language}.md").read_text(encoding="utf-8")
    assert page(DEMO, language) == kept


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sheet_of_a_program_with_everything_is_the_checked_in_page(language: str) -> None:
    kept = (DATA / f"everything.{language}.md").read_text(encoding="utf-8")
    assert page(EVERYTHING, language) == kept


def test_the_program_with_everything_fills_every_section() -> None:
    """So that a new section must be written into it, and its words are seen."""
    empty = [one.name for one in fields(Program) if not getattr(EVERYTHING, one.name)]
    default = [
        one.name
        for one in fields(Program)
        if one.default is not None and getattr(EVERYTHING, one.name) == one.default
    ]
    assert empty == []
    assert default == []


NOT_TOLD = {
    "CodeRange": {"code", "prefix", "digits", "check", "least", "most"},  # codes are not published
    "Coupon": {"codes", "offline"},
    "Condition": {"base"},  # which of our amounts is compared
    "Earn": {"rounding"},
    "GiftCards": {"sellers"},
    "Offer": {"members", "segments"},  # whose it is, each member sees at the till
    "OrderedGroup": {"least", "pairing", "pick", "spread"},  # how the best units are found
    "RoleGroup": {"pick"},
    "Partner": {"commission_ppm", "point_price_minor"},  # between the shop and the partner
    "Promotion": {"stage", "group", "priority", "preempt"},  # the order of the calculation
    "Reduction": {"on_list"},
    "Redeem": {"chip_step", "excess", "start"},  # what the till proposes
    "Reward": {"item_id", "coupon_id"},  # its name says it
    "Tiers": {"grace_days"},  # excludes grace_periods; see the test of grace in days
    "Program": set(NOT_FOR_MEMBERS),
}
"""Fields that change nothing on the sheet, by class, with the reason."""
NOT_FOR_MEMBERS_AT_ALL = {"Policies", "Segment", "RfmCondition", "ProfileCondition", "Range"}


def default_of(field):
    if field.default_factory is not MISSING:
        return field.default_factory()
    return field.default


def told_fields(rules):
    return [f for f in fields(rules) if f.init and default_of(f) is not MISSING]


def parts(value):
    """Every dataclass within a program."""
    if is_dataclass(value):
        yield value
        for one in fields(value):
            yield from parts(getattr(value, one.name))
    elif isinstance(value, tuple):
        for one in value:
            yield from parts(one)


def variants(value):
    """(class, field, the whole with that field back at its default) of every field that is set."""
    if is_dataclass(value):
        for one in told_fields(value):
            default = default_of(one)
            if getattr(value, one.name) != default:
                yield type(value).__name__, one.name, replace(value, **{one.name: default})
        for one in fields(value):
            for kind, name, new in variants(getattr(value, one.name)) if one.init else ():
                yield kind, name, replace(value, **{one.name: new})
    elif isinstance(value, tuple):
        for index, one in enumerate(value):
            for kind, name, new in variants(one):
                yield kind, name, (*value[:index], new, *value[index + 1 :])


def test_every_field_of_every_mechanic_changes_the_sheet_or_is_said_not_to() -> None:
    """So that a new field of a mechanic cannot be forgotten either."""
    whole = page(EVERYTHING, "en")
    wanted = {(type(p).__name__, f.name) for p in parts(EVERYTHING) for f in told_fields(p)}
    told, seen = set(), set()
    for kind, name, program in variants(EVERYTHING):
        seen.add((kind, name))
        if page(program, "en") != whole:
            told.add((kind, name))
    silent = {(kind, name) for kind, names in NOT_TOLD.items() for name in names}
    silent |= {pair for pair in wanted if pair[0] in NOT_FOR_MEMBERS_AT_ALL}
    assert sorted(wanted - seen - silent) == [], "write it into tests/data/program/everything.json"
    assert sorted(wanted - told - silent) == [], "say it on the sheet, or why not in NOT_TOLD"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_of_a_sheet_lacks_words_or_arguments(language: str) -> None:
    words = Words(language)
    for program in (DEMO, EVERYTHING):
        sheet = rule_sheet(program, language)
        said = [sheet.title, sheet.since]
        for chapter in sheet.chapters:
            said += [chapter.title, *(sentence for line in chapter.lines for sentence in line)]
        while said:
            sentence = said.pop()
            assert words.knows(sentence.key), sentence
            assert "…" not in words.say(sentence), sentence
            inner = [a for a in sentence.args.values() if hasattr(a, "key")]
            listed = [a for arg in sentence.args.values() if isinstance(arg, tuple) for a in arg]
            said += [*inner, *(a for a in listed if hasattr(a, "key"))]


def test_keys_that_are_put_together_have_words() -> None:
    known = entries("ru")
    wanted = [f"sheet.earn_base.{base}" for base in EARN_BASES]
    wanted += [f"program.step.{step.value}" for step in Step]
    wanted += [f"sheet.chapter.{name}" for name in CHAPTERS]
    wanted += [f"sheet.weekday.{day}" for day in range(1, 8)]
    assert [key for key in wanted if key not in known] == []


@pytest.mark.parametrize("measure", MEASURES)
def test_tiers_by_every_measure_can_be_said(measure: str) -> None:
    second = {"id": "b"} if measure == "granted" else {"id": "b", "from": "100"}
    if measure not in ("spend", "granted"):
        second["from"] = 100
    program = a_program(tiers={"by": measure, "list": [{"id": "a"}, second]})
    said = page(program, "en")
    assert "“b”" in said
    assert "…" not in said


def test_what_has_ended_is_left_out_of_todays_sheet() -> None:
    whole, today = page(EVERYTHING, "en"), page(EVERYTHING, "en", date(2026, 6, 1))
    for gone in ("Long ago", "Friends more: by tier", "“Old”", "“Spring”: say"):
        assert gone in whole
        assert gone not in today
    assert "Members:" in today


def test_an_empty_program_says_only_what_is_true_of_any_shop() -> None:
    sheet = rule_sheet(a_program(), "en")
    assert [chapter.title.key for chapter in sheet.chapters] == ["sheet.chapter.return_policy"]
    assert page(a_program(), "ru").startswith("# p: правила")


def test_points_that_can_be_spent_at_once_and_a_day_later() -> None:
    rules = {"rules": [{"id": "e", "percent": "5"}], "expires_after_days": None}
    at_once = a_program(earn={**rules, "vesting_days": 0})
    assert "Points can be spent at once." in page(at_once, "en")
    next_day = replace(at_once, earn=replace(at_once.earn, vesting_days=1))
    assert "the day after the purchase" in page(next_day, "en")


def test_a_grace_in_days_and_a_cumulative_discount_above_its_borders() -> None:
    program = a_program(
        tiers={"downgrade": {"grace_days": 30}, "list": [{"id": "a"}, {"id": "b", "from": "1"}]},
        member_discounts=[
            {"id": "d", "kind": "cumulative", "steps": [{"above": "10000.00", "percent": "10"}]}
        ],
    )
    said = page(program, "en")
    assert "not before 30 days more" in said
    assert "10% after purchases above ₽10,000" in said


def test_stamps_draws_offers_and_memberships_that_have_ended_are_left_out() -> None:
    until = {"until": "2026-05-31"}
    stamps = {
        "cards": [{"id": "s", "name": {"en": "S-card"}, "kind": "receipts", "needed": 2, **until}]
    }
    program = a_program(
        stamps=stamps,
        draws={"list": [{"id": "d", "name": {"en": "D-draw"}, "per": "100.00", **until}]},
        memberships=[{"id": "m", "name": {"en": "M-club"}, "items": ["x"], "until": "2026-05-31"}],
    )
    before, after = (page(program, "en", date(2026, month, 31)) for month in (5, 7))
    assert [one in before for one in ("S-card", "D-draw", "M-club")] == [True, True, True]
    assert [one in after for one in ("S-card", "D-draw", "M-club")] == [False, False, False]


def test_which_rule_of_earning_wins_and_that_categories_must_be_chosen() -> None:
    rules = [{"id": "a", "name": {"en": "A"}, "percent": "1"}, {"id": "b", "percent": "5"}]
    choice = {"categories": ["Tea", "Fish"], "count": 1, "rules": ["b"]}
    program = a_program(earn={"rules": rules}, cashback={"choice": choice})
    said = page(program, "en")
    assert "the one that gives most counts" in said
    assert "in the categories you have chosen" in said
    assert "a purchase of ₽1,000 earns 10 points" in said.replace("\u00a0", " ")
    assert "their points add up" in page(a_program(earn={"rules": rules, "combine": "sum"}), "en")


def test_items_stand_with_their_names_where_they_are_known() -> None:
    promotion = {"id": "p", "kind": "percent", "percent": "5", "goods": {"items": ["17", "18"]}}
    sheet = rule_sheet(a_program(promotions=[promotion]), "en", items={"17": "Kettle"})
    assert "items: Kettle, 18" in "\n".join(sheet_page(sheet, Words("en")))


def test_a_gift_that_no_catalogue_has_is_called_unknown_by_whoever_knows_names() -> None:
    gift = {"id": "g", "kind": "gift", "item": "17", "units": 1}
    program = a_program(promotions=[gift])

    def told(**names: str) -> str:
        return "\n".join(sheet_page(rule_sheet(program, "en", items=names), Words("en")))

    assert "unknown item 17" in told(**{"18": "Pan"})
    assert "Kettle" in told(**{"17": "Kettle"})
    assert "unknown" not in told() and "17" in told(), "nobody here knows a name"


def test_one_of_so_many_units_at_a_lower_price() -> None:
    same = {"units": 1, "goods": {"categories": ["Juice"]}}
    promotion = {"id": "p", "kind": "buy_get", "buy": same, "get": {**same, "percent": "50"}}
    assert "one of every 2: 50% off" in page(a_program(promotions=[promotion]), "en")

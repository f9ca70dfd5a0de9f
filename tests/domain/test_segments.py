"""Segments: read from the program, judged from facts, explained in words."""

import json
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.errors import ProgramRefused
from pos_app.domain.loyalty.member import Member
from pos_app.domain.loyalty.program import load
from pos_app.domain.loyalty.rfm import RfmBounds, RfmScores, bounds_told
from pos_app.domain.loyalty.segment import (
    Facts,
    Known,
    explain,
    facts_of,
    last_visit,
    offline,
    scored,
    segments_of,
)
from pos_app.domain.loyalty.standing import Receipt, counted, history_of, status
from pos_app.domain.loyalty.tally import TallyEntry
from pos_app.domain.loyalty.turnover import History
from pos_app.domain.mechanics.segments import PRESETS, SLEEPING, VIP, Segment
from pos_app.domain.money import Currency, Money
from resources.words import LANGUAGES, Words
from tests.builders import a_document

TODAY = date(2026, 11, 22)
EUR = Currency("EUR", 2)
BOUNDS = RfmBounds(
    TODAY,
    recency=tuple(map(Fraction, (7, 14, 30, 90))),
    frequency=tuple(map(Fraction, (1, 3, 6, 12))),
    monetary=tuple(map(Fraction, (500_00, 1000_00, 5000_00, 20000_00))),
)
EVERYTHING = {
    "id": "chosen",
    "name": {"en": "The chosen"},
    "rfm": {
        "recency": {"least": 3},
        "frequency": {"least": 2, "most": 4},
        "money": {"most": 4},
        "map": "map_25",
        "names": ["Loyal Customers", "Potential Loyalist"],
    },
    "profile": [
        {"field": "city", "in": ["Tver", "Torzhok"]},
        {"field": "sex", "equals": "F"},
    ],
    "tiers": ["gold"],
    "days_since_visit": {"least": 2, "most": 30},
    "receipts": {"least": 3, "most": 10},
    "spend": {"period": "year", "least": "1000.00", "most": "5000.00"},
}
CHOSEN = Facts(
    on=TODAY,
    scores=RfmScores(4, 3, 4),
    tier_id="gold",
    last_visit_on=TODAY - timedelta(days=10),
    receipts=5,
    spend_minor={"year": 4000_00},
    profile={"city": " TVER ", "sex": "F"},
)


def document(*segments: Any) -> dict[str, Any]:
    tiers = {"list": [{"id": "base"}, {"id": "gold", "from": "100.00"}]}
    return a_document(segments={"list": list(segments)}, tiers=tiers)


def read(*segments: Any) -> tuple[Segment, ...]:
    return load(json.dumps(document(*segments))).segments


def faults_of(*segments: Any) -> list[str]:
    with pytest.raises(ProgramRefused) as refused:
        read(*segments)
    return [str(fault) for fault in refused.value.faults]


def segment(**conditions: Any) -> dict[str, Any]:
    return {"id": "s", **conditions}


def test_a_member_who_meets_every_condition_is_in() -> None:
    (rule,) = read(EVERYTHING)
    assert segments_of([rule], CHOSEN) == {"chosen"}
    verdict = explain(rule, CHOSEN, "en")
    assert verdict.inside
    assert (verdict.why.key, verdict.why.args["name"]) == ("segment.inside", "The chosen")
    assert len(verdict.checks) == 13
    assert all(check.holds for check in verdict.checks)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"scores": None}, "segment.unscored"),
        ({"scores": RfmScores(2, 3, 4)}, "segment.recency"),
        ({"scores": RfmScores(4, 1, 4)}, "segment.frequency"),
        ({"scores": RfmScores(4, 5, 4)}, "segment.frequency"),
        ({"scores": RfmScores(4, 3, 5)}, "segment.money"),
        ({"scores": RfmScores(3, 2, 1)}, "segment.map"),
        ({"tier_id": "base"}, "segment.tier"),
        ({"tier_id": ""}, "segment.tier"),
        ({"last_visit_on": None}, "segment.never"),
        ({"last_visit_on": TODAY - timedelta(days=1)}, "segment.days_from"),
        ({"last_visit_on": TODAY - timedelta(days=31)}, "segment.days_to"),
        ({"last_visit_on": TODAY + timedelta(days=1)}, "segment.days_from"),
        ({"receipts": 2}, "segment.receipts_from"),
        ({"receipts": 11}, "segment.receipts_to"),
        ({"spend_minor": {"year": 999_99}}, "segment.spend_from"),
        ({"spend_minor": {"month": 4000_00}}, "segment.spend_from"),
        ({"spend_minor": {"year": 5000_01}}, "segment.spend_to"),
        ({"profile": {"sex": "F"}}, "segment.profile_unknown"),
        ({"profile": {"city": "Pskov", "sex": "F"}}, "segment.profile_differs"),
    ],
)
def test_one_condition_that_fails_keeps_a_member_out_and_is_the_reason(change, key) -> None:
    (rule,) = read(EVERYTHING)
    facts = replace(CHOSEN, **change)
    assert segments_of([rule], facts) == frozenset()
    verdict = explain(rule, facts)
    assert not verdict.inside
    assert verdict.why.key == key


@pytest.mark.parametrize(
    "change",
    [
        {"last_visit_on": TODAY - timedelta(days=2)},
        {"last_visit_on": TODAY - timedelta(days=30)},
        {"receipts": 3},
        {"receipts": 10},
        {"spend_minor": {"year": 1000_00}},
        {"spend_minor": {"year": 5000_00}},
    ],
)
def test_both_ends_of_a_range_belong_to_it(change) -> None:
    assert segments_of(read(EVERYTHING), replace(CHOSEN, **change)) == {"chosen"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_can_be_said(language: str) -> None:
    (rule,) = read(EVERYTHING)
    empty = Facts(TODAY, currency=EUR)
    for facts in (CHOSEN, empty):
        for check in (*explain(rule, CHOSEN).checks, *explain(rule, facts, language).checks):
            assert "{" not in Words(language).say(check.said)
    said = [Words("en").say(one.said) for one in explain(rule, CHOSEN).checks]
    assert "Recency score 4, wanted 3 to 5" in said
    assert "10 days since the last purchase, wanted 30 at most" in said
    words = " ".join(said)
    assert "TVER" not in words, "the profile stays unsaid"


@pytest.mark.parametrize(
    ("conditions", "inside", "checks"),
    [
        ({"rfm": {"names": ["Champions"]}}, RfmScores(5, 5, 5), 1),
        ({"rfm": {"money": {"least": 4}}}, RfmScores(1, 1, 4), 1),
        ({"spend": {"most": "10.00"}}, None, 1),
        ({"receipts": {"most": 0}}, None, 1),
        ({"days_since_visit": {"most": 3}, "tiers": ["gold"]}, None, 2),
    ],
)
def test_a_segment_asks_for_nothing_that_it_does_not_name(conditions, inside, checks) -> None:
    (rule,) = read(segment(**conditions))
    facts = Facts(TODAY, inside, "gold", last_visit_on=TODAY)
    verdict = explain(rule, facts)
    assert (verdict.inside, len(verdict.checks)) == (True, checks)


def test_amounts_are_said_in_the_money_of_the_programme() -> None:
    (rule,) = read(segment(spend={"least": "10.00"}))
    why = explain(rule, Facts(TODAY, currency=EUR)).why
    assert why.args["least"] == Money(10_00, EUR)


@pytest.mark.parametrize(
    ("scores", "found"),
    [
        ((5, 5, 5), {"vip"}),
        ((4, 4, 4), {"vip"}),
        ((3, 4, 4), set()),
        ((4, 3, 4), {"potential_loyalist"}),
        ((4, 4, 3), set()),
        ((5, 2, 1), {"potential_loyalist"}),
        ((5, 1, 5), set()),
        ((2, 2, 1), {"sleeping"}),
        ((1, 5, 5), {"sleeping"}),
        ((3, 5, 5), set()),
        ((1, 1, 5), set()),
    ],
)
def test_the_ready_made_segments_have_these_borders(scores, found) -> None:
    rules = read({"preset": "vip"}, {"preset": "potential_loyalist"}, {"preset": "sleeping"})
    assert segments_of(rules, Facts(TODAY, RfmScores(*scores))) == found


@given(st.tuples(*[st.integers(1, 5)] * 3))
def test_nobody_is_in_two_ready_made_segments(scores) -> None:
    assert len(segments_of(PRESETS.values(), Facts(TODAY, RfmScores(*scores)))) <= 1


def test_a_ready_made_segment_may_have_another_name_and_id() -> None:
    assert read({"preset": "sleeping"}) == (SLEEPING,)
    (renamed,) = read({"preset": "vip", "id": "best", "name": {"en": "Best"}})
    assert (renamed.segment_id, renamed.name("ru"), renamed.rfm) == ("best", "Best", VIP.rfm)
    assert SLEEPING.name("ru") == "Спящий"


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"id": "s"}, "segments.list[0]: says nothing"),
        ({"name": {}}, "segments.list[0].id: is missing"),
        ({"preset": "gods"}, "segments.list[0].preset: one of vip, potential_loyalist, sleeping"),
        (
            {"preset": "vip", "receipts": {"least": 1}},
            "segments.list[0].receipts: 'vip' is whole: write a segment of your own instead",
        ),
        (segment(receipts={"least": 5, "most": 4}), ".receipts.most: is less than least"),
        (segment(spend={"least": "5", "most": "4"}), ".spend.most: is less than least"),
        (segment(spend={"least": "5", "period": "week"}), ".spend.period: one of month, quarter"),
        (segment(spend={"period": "year"}), "segments.list[0]: says nothing"),
        (segment(rfm={"recency": {"least": 0}}), ".recency.least: a whole number from 1 to 5"),
        (segment(rfm={"recency": {"most": 6}}), ".recency.most: a whole number from 1 to 5"),
        (segment(rfm={"recency": {"over": 2}}), ".rfm.recency.over: is not known here"),
        (segment(rfm={"names": ["Gods"]}), ".rfm.names: map_125 calls nobody 'Gods'"),
        (
            segment(rfm={"map": "map_25", "names": ["Promising"], "money": {"least": 5}}),
            ".rfm.names: no member with these scores is called 'Promising'",
        ),
        (
            segment(rfm={"names": ["Champions"], "recency": {"most": 2}}),
            ".rfm.names: no member with these scores is called 'Champions'",
        ),
        (segment(tiers=["gods"]), "segments.list[0]: there is no tier 'gods'"),
        (segment(days_since_visit={"most": 9999}), "days_since_visit.most: a whole number from 0"),
        (
            segment(receipts={"most": 0}, days_since_visit={"least": 9}),
            ".receipts.most: who has bought nothing has no last visit and no scores",
        ),
        (
            segment(receipts={"most": 0}, rfm={"recency": {"least": 2}}),
            ".receipts.most: who has bought nothing has no last visit and no scores",
        ),
        (
            segment(receipts={"most": 0}, spend={"least": "0.01"}),
            ".receipts.most: who has bought nothing has spent nothing",
        ),
        (segment(profile=[{"field": "city"}]), ".profile[0]: either equals or in is needed"),
        (
            segment(profile=[{"field": "city", "equals": "A", "in": ["B"]}]),
            ".profile[0]: either equals or in is needed",
        ),
        (
            segment(profile=[{"field": "f", "equals": "A"}, {"field": "f", "equals": "B"}]),
            ".profile: 'f' is asked for twice: one list of values is wanted",
        ),
        (segment(receipts={"least": 1}, moon="full"), "segments.list[0].moon: is not known here"),
        ({"preset": "vip", "id": "membership:x"}, ".id: an id without : and / is wanted"),
        ({"preset": "vip", "id": "offer/x"}, ".id: an id without : and / is wanted"),
    ],
)
def test_a_segment_that_nobody_could_explain_is_refused(wrong, fault) -> None:
    found = faults_of(wrong)
    assert any(fault in one for one in found), found


def test_an_id_stands_for_one_segment() -> None:
    assert "segments.list[1].id: 'vip' is used twice" in faults_of(
        {"preset": "vip"}, {"preset": "vip"}
    )


def test_a_programme_without_segments_has_none() -> None:
    program = load(json.dumps(a_document()))
    assert program.segments == ()
    assert not list(counted(program, Receipt(TODAY, 100_00, 0)))


# --- offline, from a mirror


def visits(*periods: str) -> dict[tuple[str, str], int]:
    return {("visits", period): 1 for period in periods}


@pytest.mark.parametrize(
    ("periods", "day"),
    [
        ((), None),
        (("", "2026-10", "2026-10-05"), date(2026, 10, 5)),
        (("2026-09", "2026-10", "2026-09-05"), date(2026, 10, 31)),
        (("2025-12",), date(2025, 12, 31)),
        (("2026-11",), TODAY),
        (("2026-11", "2026-11-22", "2026-11-20"), TODAY),
        (("2026-12-01",), None),
    ],
)
def test_the_last_visit_is_a_counted_day_or_the_end_of_its_month(periods, day) -> None:
    assert last_visit({**visits(*periods), ("uses/x", "2026-11-22"): 1}, TODAY) == day


def test_a_visit_that_was_returned_whole_is_none() -> None:
    assert last_visit({("visits", "2026-11-01"): 0, ("visits", "2026-10-01"): 1}, TODAY) == date(
        2026, 10, 1
    )


def test_a_till_judges_a_member_with_no_network() -> None:
    program = load(json.dumps(document({"preset": "vip"}, segment(receipts={"least": 15}))))
    tallies = {("visits", ""): 14, ("visits", "2026-11"): 2, ("visits", "2026-11-21"): 1}
    member = Member(
        "m1",
        "",
        lifetime_spend_minor=30_000_00,
        spend_by_month={"2026-11": 30_000_00},
        tallies=tallies,
        segments=frozenset({"from elsewhere"}),
    )
    told = bounds_told(json.loads(BOUNDS.to_json()))
    found = status(program, member, history_of(member), TODAY, told)
    assert found.segments == {"vip", "from elsewhere"}
    unscored = status(program, member, history_of(member), TODAY, bounds_told(None))
    assert unscored.segments == {"from elsewhere"}, "bounds that cannot be read stop no sale"


def test_what_only_the_server_knows_is_left_to_the_server() -> None:
    rules = read(segment(profile=[{"field": "city", "equals": "Tver"}]), {"preset": "vip"})
    assert [rule.segment_id for rule in offline(rules)] == ["vip"]


def test_days_of_visits_are_counted_where_a_segment_asks_for_them() -> None:
    asked = load(json.dumps(document(segment(days_since_visit={"least": 30}))))
    assert TallyEntry("visits", "2026-11-22", 1) in counted(asked, Receipt(TODAY, 100_00, 0))
    unasked = load(json.dumps(document(segment(receipts={"least": 3}))))
    assert not list(counted(unasked, Receipt(TODAY, 100_00, 0)))


def test_facts_hold_spend_by_every_period_of_whole_months() -> None:
    history = History({"2026-11": 100, "2026-01": 10, "2025-12": 1}, 1111)
    facts = facts_of(history, TODAY, Known(tier_id="gold"))
    assert facts.spend_minor == {
        "month": 100,
        "quarter": 100,
        "year": 110,
        "rolling_12_months": 111,
        "lifetime": 1111,
    }
    assert (facts.scores, facts.last_visit_on, facts.tier_id) == (None, None, "gold")


def test_a_member_without_a_purchase_has_no_scores() -> None:
    assert scored(BOUNDS, receipts=0, spend_minor=0, last=TODAY, on=TODAY) is None
    assert scored(BOUNDS, receipts=1, spend_minor=0, last=None, on=TODAY) is None
    found = scored(BOUNDS, receipts=2, spend_minor=500_01, last=TODAY - timedelta(8), on=TODAY)
    assert found == RfmScores(4, 2, 2)

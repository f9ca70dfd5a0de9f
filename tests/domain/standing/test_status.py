"""Where a member stands: tiers, memberships, segments, entitlements, and the words for them."""

from datetime import date

import pytest

from pos_app.domain.benefits import entitled, entitlements_of, evidence_wanted, tier_brings
from pos_app.domain.errors import ProgramRefused
from pos_app.domain.loyalty.membership import SoldPiece
from pos_app.domain.loyalty.standing import (
    Receipt,
    counted,
    history_of,
    progress,
    spend_by_period,
    status,
)
from pos_app.domain.loyalty.tally import TallyEntry
from pos_app.domain.loyalty.turnover import History, with_own
from pos_app.domain.money import RUB
from resources.words import Words
from tests.builders import TODAY, a_context, a_customer, a_member, a_program, an_entry

LIST = [
    {"id": "base", "name": {"en": "Member"}, "from": "0"},
    {"id": "silver", "name": {"en": "Silver"}, "from": "5000.00"},
    {"id": "gold", "name": {"en": "Gold"}, "from": "20000.00"},
]
PLUS = {"id": "plus", "items": ["plus-card"], "days": 365, "tier": "silver"}
RUNS = {("membership/plus", "2026-11-01+"): 365}


def club(measure: str = "spend", memberships=(PLUS,), **tiers):
    rows = LIST
    if measure != "spend":
        rows = [{"id": "base"}, {"id": "silver", "from": 5}, {"id": "gold", "from": 9}]
    if measure == "granted":
        rows = [{"id": "base"}, {"id": "silver"}, {"id": "gold"}]
    return a_program(tiers={"by": measure, "list": rows, **tiers}, memberships=list(memberships))


def test_own_unsent_receipts_raise_a_member_with_no_network() -> None:
    member = a_member(tier_id="base", spend_by_month={"2026-11": 4000_00})
    program, history = club(), history_of(member)
    assert status(program, member, history, TODAY).tier_id == "base"
    own = with_own(history, [(TODAY, 1000_00)])
    assert status(program, member, own, TODAY).tier_id == "silver"


def test_a_membership_gives_its_tier_and_its_segment_while_it_runs() -> None:
    member, history = a_member(segments=frozenset({"vip"})), History(tallies=RUNS)
    now = status(club(), member, history, TODAY)
    assert now.tier_id == "silver"
    assert now.standing.until == date(2027, 10, 31)
    assert (now.standing.next_tier.tier_id, now.standing.needs) == ("gold", 20_000_00)
    assert now.segments >= {"vip", "membership:plus"}
    assert now.memberships == {"plus": date(2027, 10, 31)}
    over = status(club(), member, history, date(2027, 11, 1))
    assert (over.tier_id, dict(over.memberships)) == ("base", {})


def test_a_membership_never_lowers_a_tier_and_need_not_have_one() -> None:
    rich = History({"2026-11": 20_000_00}, tallies=RUNS)
    assert status(club(), a_member(), rich, TODAY).tier_id == "gold"
    top = status(
        club(memberships=[PLUS | {"tier": "gold"}]), a_member(), History(tallies=RUNS), TODAY
    )
    assert (top.tier_id, top.standing.next_tier) == ("gold", None)
    plain = {"id": "plus", "items": ["x"], "days": 365}
    none = status(a_program(memberships=[plain]), a_member(), History(tallies=RUNS), TODAY)
    assert (none.tier_id, set(none.memberships)) == ("", {"plus"})
    granted = status(club("granted"), a_member(), History(tallies=RUNS), TODAY)
    assert (granted.tier_id, granted.standing.next_tier) == ("silver", None)


SAID = [
    ("spend", History({"2026-11": 4000_00}), "1,000.00"),
    ("visits", History(tallies={("visits", "2026-11"): 4}), "1 visit to go until silver"),
    ("points_earned", History(tallies={("earned/", ""): 3}), "2 points to go until silver"),
    ("points_balance", History(points=2), "3 points to go until silver"),
    ("months_in_row", History({"2026-11": 1}), "4 more months in a row"),
]


@pytest.mark.parametrize(("measure", "history", "said"), SAID)
def test_the_way_to_the_next_tier_is_a_sentence_in_its_own_measure(measure, history, said) -> None:
    stand = status(club(measure), a_member(), history, TODAY).standing
    sentence = progress(stand, RUB, "en")
    assert sentence is not None
    assert said in Words("en").say(sentence)
    assert Words("ru").say(sentence)


def test_at_the_top_there_is_nothing_more_to_say() -> None:
    top = status(club(), a_member(), History({"2026-11": 99_999_00}), TODAY).standing
    assert progress(top, RUB, "en") is None


def test_a_history_is_what_the_member_carries() -> None:
    entry = an_entry("earn", 30)
    member = a_member(lifetime_spend_minor=5, tallies={("visits", ""): 2}, debt=4)
    found = history_of(member)
    assert (found.points, found.lifetime_minor, found.tallies) == (-4, 5, {("visits", ""): 2})
    assert history_of(member, points=entry.points).points == 30


def test_a_receipt_counts_only_what_the_programme_asks_for() -> None:
    sold = Receipt(TODAY, 100_00, 7, (SoldPiece(1, "plus-card", 1),))
    assert list(counted(a_program(), sold)) == []
    days = {"period": "rolling_days", "rolling_days": 30}
    assert list(counted(club(**days, memberships=()), sold)) == [
        TallyEntry("spend", "2026-11-20", 100_00)
    ]
    assert list(counted(club("visits", **days, memberships=()), sold)) == [
        TallyEntry("visits", "2026-11-20", 1)
    ]
    assert list(counted(club("points_earned"), sold)) == [
        TallyEntry("earned/", "", 7),
        TallyEntry("membership/plus", "2026-11-20+", 365, (1,)),
    ]
    steps = [{"above": "0", "percent": "5"}]
    rolling = {"id": "d", "kind": "cumulative", "steps": steps, **days}
    asked = a_program(member_discounts=[rolling])
    assert list(counted(asked, sold)) == [TallyEntry("spend", "2026-11-20", 100_00)]
    spend = spend_by_period(asked, History(tallies={("spend", "2026-11-20"): 9}), TODAY)
    assert (spend["rolling_30_days"], spend["month"]) == (9, 0)


ENTITLED = [
    {
        "id": "manager",
        "name": {"en": "Manager on call"},
        "details": {"en": "dial 22"},
        "when": {"tiers": ["gold"]},
    },
    {"id": "delivery", "name": {"en": "Delivery"}, "when": {"segments": ["membership:plus"]}},
]


def with_entitlements(**more):
    return a_program(tiers={"list": LIST}, memberships=[PLUS], entitlements=ENTITLED, **more)


def test_entitlements_are_those_of_the_tier_and_of_what_was_bought() -> None:
    program = with_entitlements()
    gold = a_context(customer=a_customer(tier_id="gold"))
    assert [one.entitlement_id for one in entitlements_of(program, gold)] == ["manager"]
    plus = a_context(customer=a_customer(segments=frozenset({"membership:plus"})))
    assert [one.entitlement_id for one in entitlements_of(program, plus)] == ["delivery"]
    assert entitlements_of(program, a_context()) == ()
    both = a_customer(tier_id="gold", segments=frozenset({"membership:plus"}))
    said = [Words("en").say(one) for one in entitled(program, a_context(customer=both))]
    assert said == ["Has a right to: Manager on call (dial 22)", "Has a right to: Delivery"]
    manager = program.entitlements[0]
    assert (manager.name("ru"), manager.detail("ru")) == ("Manager on call", "dial 22")


def test_an_entitlement_needs_a_name_and_a_tier_that_is_there() -> None:
    with pytest.raises(ProgramRefused, match="it is all that people see"):
        a_program(entitlements=[{"id": "x"}])
    with pytest.raises(ProgramRefused, match="there is no tier 'ruby'"):
        a_program(entitlements=[{"id": "x", "name": {"en": "X"}, "when": {"tiers": ["ruby"]}}])


def test_a_paper_is_asked_for_only_from_those_whose_discount_is_open() -> None:
    social = {
        "id": "pensioner",
        "kind": "fixed",
        "percent": "7",
        "evidence": {"en": "a pension card"},
        "when": {"segments": ["pensioner"], "from_time": "09:00", "until_time": "13:00"},
    }
    program = a_program(member_discounts=[social])
    old = a_customer(segments=frozenset({"pensioner"}))
    assert [d.discount_id for d in evidence_wanted(program, a_context(customer=old))] == [
        "pensioner"
    ]
    afternoon = a_context(customer=old, local=a_context().local.replace(hour=13))
    assert evidence_wanted(program, afternoon) == ()
    assert evidence_wanted(program, a_context(customer=a_customer())) == ()
    assert evidence_wanted(program, a_context()) == ()


def test_all_that_a_tier_brings_is_said() -> None:
    program = with_entitlements(
        earn={"rules": [{"id": "e", "percent": "1", "by_tier": {"gold": {"percent": "3"}}}]},
        member_discounts=[{"id": "d", "kind": "tier", "by_tier": {"gold": "10"}}],
        promotions=[
            {
                "id": "p",
                "kind": "percent",
                "percent": "5",
                "when": {"tiers": ["gold"]},
            }
        ],
    )
    said = [Words("en").say(one) for one in tier_brings(program, "gold", "en")]
    assert len(said) == 4
    assert said[0].startswith("e: 3 points for every")
    assert said[1:] == [
        "d: 10% off",
        "Offer of this tier: p",
        "Privilege: Manager on call",
    ]
    assert tier_brings(program, "base", "en") == ()

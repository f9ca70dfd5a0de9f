"""Points for a gift card, an item or a coupon, within what is there, and back while unused."""

from datetime import UTC, date, datetime

import pytest

from pos_app.domain.errors import RuleError
from pos_app.domain.loyalty.exchange import (
    Exchange,
    Purse,
    exchange_entry,
    offered,
    undo_entry,
    why_not,
)
from pos_app.domain.loyalty.ledger import Cause, EntryKind, PointsEntry, fold
from pos_app.domain.loyalty.tally import TallyEntry, added
from pos_app.domain.mechanics.counting import Days
from pos_app.domain.mechanics.rewards import Reward
from resources.words import Words
from tests.domain.counting import faults

ON = date(2026, 3, 5)
AT = datetime(2026, 3, 5, 12, tzinfo=UTC)
CARD = Reward("card", {"en": "Card"}, 500, "gift_card", value_minor=500_00)
CUP = Reward("cup", {}, 300, "item", item_id="cup", tiers=frozenset({"gold"}))
OLD = Reward("old", {}, 1, "coupon", coupon_id="c", days=Days(None, date(2026, 3, 4)))
ONCE = Reward("once", {}, 100, "coupon", coupon_id="c", per_member=1, period="month")
TIERS = {"list": [{"id": "base", "from": "0"}]}


def purse(most=500, tier="gold", taken=0) -> Purse:
    return Purse("anna", tier, most, {("reward/once", "2026-03"): taken})


@pytest.mark.parametrize(
    ("reward", "held", "why"),
    [
        (CARD, purse(500), None),
        (CARD, purse(499), "500 points needed, 499 points there"),
        (CARD, purse(-20), "500 points needed, 0 points there"),
        (CUP, purse(tier="base"), "This reward is for another tier"),
        (OLD, purse(), "This reward is not given now"),
        (ONCE, purse(taken=1), "This reward is taken already: 1 allowed"),
        (ONCE, purse(taken=0), None),
    ],
)
def test_a_reward_is_taken_within_its_terms_and_what_is_there(reward, held, why) -> None:
    found = why_not(reward, held, ON)
    assert (Words("en").say(found) if found else None) == why


def test_the_price_list_shows_what_can_be_taken_the_cheapest_first() -> None:
    assert offered([CARD, CUP, OLD, ONCE], purse(), ON) == (ONCE, CUP, CARD)


def exchange(reward=CARD) -> Exchange:
    return Exchange("x1", reward, "anna", ON, AT, "ivan")


def earned(points=700) -> PointsEntry:
    cause = Cause("transaction", "t1")
    return PointsEntry(
        "e1", "anna", EntryKind.EARN, points, AT, ON, cause, available_on=ON,
        expires_on=date(2026, 12, 31),
    )  # fmt: skip


def test_an_exchange_takes_its_points_and_gives_them_back_to_their_lots() -> None:
    paid = exchange_entry(exchange(), purse(), "e2")
    assert (paid.kind, paid.points) == (EntryKind.REDEEM, -500)
    assert paid.cause == Cause("exchange", "x1", "ivan", "card")
    account = fold("anna", [earned(), paid])
    assert account.balance == 200
    back = undo_entry(paid, "e3", AT, ON, is_used=False)
    assert fold("anna", [earned(), paid, back]) == fold("anna", [earned()])


def test_an_exchange_that_cannot_be_is_no_entry() -> None:
    with pytest.raises(RuleError, match=r"reward\.points"):
        exchange_entry(exchange(), purse(1), "e2")
    with pytest.raises(RuleError, match="another member"):
        exchange_entry(exchange(), Purse("boris", "gold", 900, {}), "e2")


def test_a_used_reward_and_a_plain_redemption_are_not_undone() -> None:
    paid = exchange_entry(exchange(), purse(), "e2")
    with pytest.raises(RuleError, match="is used"):
        undo_entry(paid, "e3", AT, ON, is_used=True)
    with pytest.raises(RuleError, match="no reward"):
        undo_entry(earned(), "e3", AT, ON, is_used=False)


def test_taking_and_undoing_leaves_no_count_behind() -> None:
    one = exchange(ONCE)
    assert one.tally == TallyEntry("reward/once", "2026-03", 1)
    assert added({}, [one.tally, one.tally_back]) == {}


@pytest.mark.parametrize(
    ("reward", "found"),
    [
        ({"kind": "gift_card"}, {".value": "is needed for a reward of kind gift_card"}),
        ({"kind": "item", "item": "cup", "value": "1.00"},
         {".value": "means nothing for a reward of kind item"}),
        ({"kind": "coupon", "coupon": "c", "period": "day"},
         {".period": "means nothing without per_member"}),
        ({"kind": "coupon", "coupon": "c", "tiers": ["gold"]},
         {".tiers": "there is no tier 'gold'"}),
    ],
)  # fmt: skip
def test_a_reward_nobody_can_explain_is_refused(reward, found) -> None:
    document = {"list": [{"id": "r", "points": 100, **reward}]}
    assert faults(tiers=TIERS, rewards=document) == {
        f"rewards.list[0]{path}": reason for path, reason in found.items()
    }


def test_names_fall_back() -> None:
    assert (CARD.name("ru"), CUP.name("ru")) == ("Card", "cup")

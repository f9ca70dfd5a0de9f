"""Partners and what is settled with them; activities and their limits."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from pos_app.domain.document import CompletedTransaction, Totals, TransactionKind
from pos_app.domain.errors import ProgramRefused
from pos_app.domain.loyalty.activity import (
    Occasion,
    counted,
    entry,
    limit_reached,
    not_as_friend,
    not_for,
    referrals_of,
    referred,
)
from pos_app.domain.loyalty.ledger import EntryKind
from pos_app.domain.loyalty.tally import TallyEntry, added
from pos_app.domain.mechanics.partners import CardRange, Partner, partners_shown
from pos_app.domain.money import RUB
from pos_app.domain.partner_settlement import settle
from tests.builders import TODAY, a_member, a_program, an_entry

BANK = Partner(
    "bank",
    {"en": "Bank"},
    (CardRange("7000", "7099"),),
    frozenset({"autumn"}),
    commission_ppm=15_000,
    point_price_minor=80,
)


@pytest.mark.parametrize(
    ("card", "coupons", "shown"),
    [
        ("7000", (), True),
        ("7099", (), True),
        ("6999", (), False),
        ("7100", (), False),
        ("70001", (), False),
        ("", (), False),
        ("", ("spring", "autumn"), True),
    ],
)
def test_a_partner_is_shown_by_a_card_of_its_range_or_its_coupon(card, coupons, shown) -> None:
    assert bool(partners_shown([BANK], card, coupons)) is shown
    assert (BANK.segment, BANK.name("ru")) == ("partner:bank", "Bank")


def receipt(number: int, net: int, earned: int = 0, **fields) -> CompletedTransaction:
    marked = (TallyEntry("partner/bank", "2026-11", net),)
    entries = (an_entry("earn", earned, entry_id=f"e{number}"),) if earned else ()
    plain = CompletedTransaction(
        transaction_id=f"t{number}",
        kind=TransactionKind.SALE,
        receipt_number=str(number),
        store_id="s",
        terminal_id="t",
        session_number=1,
        business_on=TODAY,
        completed_at=datetime(2026, 11, 20, tzinfo=UTC),
        operator_id="op",
        currency=RUB,
        lines=(),
        totals=Totals(net, 0, net, 0, 0, net, 0, earned),
        tenders=(),
        change_minor=0,
        entries=entries,
        tallies=marked,
    )
    return replace(plain, **fields)


def back(number: int, net: int, taken: int) -> CompletedTransaction:
    entries = (an_entry("reverse", -taken, entry_id=f"r{number}"),)
    return receipt(number, net, kind=TransactionKind.RETURN, entries=entries)


def test_the_settlement_is_of_the_partners_receipts_in_the_span_less_returns() -> None:
    found = settle(
        BANK,
        [
            receipt(1, 1000_00, 10),
            receipt(1, 1000_00, 10),
            receipt(2, 333_33, 3),
            back(3, 333_33, 3),
            receipt(4, 50_00, tallies=()),
            receipt(5, 50_00, training=True),
            receipt(6, 50_00, business_on=date(2026, 12, 1)),
        ],
        date(2026, 11, 1),
        date(2026, 11, 30),
    )
    assert (found.receipts, found.returns, found.net_minor) == (2, 1, 1000_00)
    assert (found.points_earned, found.points_redeemed) == (10, 0)
    assert (found.commission_minor, found.points_minor, found.owed_minor) == (15_00, 8_00, 23_00)


def test_a_span_with_more_returned_than_sold_is_owed_the_other_way() -> None:
    november = (date(2026, 11, 1), date(2026, 11, 30))
    found = settle(BANK, [back(1, 100_00, 5)], *november)
    assert (found.net_minor, found.owed_minor) == (-100_00, -1_50 - 4_00)
    assert settle(BANK, [], *november).owed_minor == 0


def test_commission_is_rounded_once_on_the_whole_span() -> None:
    november = (date(2026, 11, 1), date(2026, 11, 30))
    many = [receipt(number, 33) for number in range(100)]
    assert settle(BANK, many, *november).commission_minor == 50


def one(**fields) -> dict:
    return {"id": "bank", "cards": [{"from": "7000", "to": "7099"}]} | fields


REFUSED = [
    ([one(cards=[])], "nobody could show it"),
    ([one(cards=[{"from": "70", "to": "7099"}])], "as many digits as from"),
    ([one(cards=[{"from": "7099", "to": "7000"}])], "not below it"),
    ([one(cards=[{"from": "70a0", "to": "7099"}])], "a card number"),
    ([one(), one(id="shop", cards=[{"from": "7099", "to": "7200"}])], "belong to 'bank'"),
    ([one(coupons=["x"])], "there is no coupon 'x'"),
    ([one(), one(cards=[{"from": "1", "to": "2"}])], "used twice"),
]


@pytest.mark.parametrize(("partners", "reason"), REFUSED)
def test_partners_that_nobody_can_explain_are_refused(partners, reason) -> None:
    with pytest.raises(ProgramRefused, match=reason):
        a_program(partners={"list": partners})


def test_a_rule_for_a_partner_that_is_not_there_is_refused() -> None:
    rule = {"id": "r", "percent": "1", "when": {"segments": ["partner:bank"]}}
    assert a_program(partners={"list": [one()]}, earn={"rules": [rule]}).partners[0].cards
    with pytest.raises(ProgramRefused, match="there is no 'partner:bank'"):
        a_program(earn={"rules": [rule]})


REVIEW = {"id": "review", "kind": "review", "points": 50, "limit": {"times": 2, "per": "month"}}


def activity(**fields):
    return a_program(activities=[REVIEW | fields]).activities[0]


def test_an_activity_gives_a_lot_with_its_own_days() -> None:
    slow = activity(vesting_days=2, expires_after_days=30, name={"en": "Review"})
    moment = Occasion("e", "event", "m1", datetime(2026, 11, 20, tzinfo=UTC), TODAY)
    made = entry(slow, slow.points, moment)
    assert (made.kind, made.points, made.cause.kind) == (EntryKind.EARN, 50, "event")
    assert (made.cause.id, made.cause.reason) == ("event", "review")
    assert (made.available_on, made.expires_on) == (date(2026, 11, 22), date(2026, 12, 20))
    assert entry(activity(expires_after_days=None), 1, moment).expires_on is None
    assert (slow.name("ru"), activity().name("en")) == ("Review", "review")


def test_the_limit_counts_in_its_period() -> None:
    rule, tallies = activity(), {}
    for _ in range(2):
        assert limit_reached(rule, tallies, TODAY) is None
        tallies = added(tallies, [counted(rule, TODAY)])
    reached = limit_reached(rule, tallies, TODAY)
    assert reached is not None
    assert dict(reached.args) == {"done": 2, "most": 2}
    assert limit_reached(rule, tallies, date(2026, 12, 1)) is None


def test_who_is_blocked_or_not_confirmed_earns_nothing() -> None:
    assert not_for(a_member()) is None
    assert not_for(a_member(confirmed=False)) is not None
    assert not_for(a_member(blocked="fraud")) is not None


def test_a_friend_carries_the_mark_of_one_referrer_until_the_first_purchase() -> None:
    friend = activity(kind="referral", id="friend", friend_points=100)
    marked = added({}, [referred(friend, "anna")])
    assert referrals_of([friend, activity()], marked) == ((friend, "anna"),)
    assert referrals_of([activity()], marked) == ()
    assert referrals_of([friend], {("visits", ""): 1}) == ()
    again = not_as_friend(a_member(tallies=marked), "clara")
    assert again is not None
    assert again.key == "activity.referred_already"
    assert not_as_friend(a_member(), "clara") is None
    assert not_as_friend(a_member(), "m1") is not None
    assert not_as_friend(a_member(lifetime_spend_minor=1), "clara") is not None
    assert not_as_friend(a_member(tallies={("visits", ""): 1}), "clara") is not None


WRONG = [
    ({"points": 0}, "gives nothing to anybody"),
    ({"kind": "profile"}, "filled in once"),
    ({"friend_points": 5}, "there is no friend"),
    ({"min_purchase": "5"}, "there is no friend"),
    ({"vesting_days": 9, "expires_after_days": 9}, "would end before"),
    ({"limit": {"per": "month"}}, "limit.times"),
    ({"limit": {"times": 1, "per": "hour"}}, "one of day, week"),
]


@pytest.mark.parametrize(("fields", "reason"), WRONG)
def test_an_activity_that_nobody_can_explain_is_refused(fields, reason) -> None:
    with pytest.raises(ProgramRefused, match=reason):
        activity(**fields)

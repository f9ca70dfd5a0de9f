"""Rewards for points at the till: listed, claimed, paid from the allowance, undone by a return."""

from typing import Any

import pytest

from pos_app.domain.loyalty.ledger import EntryKind
from pos_app.workstation.chip_view import ClaimedView
from tests.workstation.tills import (
    BREAD,
    CARDS,
    CHEESE,
    MILK,
    PROGRAM,
    STRANGE_CARD,
    member_row,
    notices,
    ok,
    program_row,
    refusal,
)

CHEESE_OFF: dict[str, Any] = {
    "id": "cheese-300",
    "name": {"ru": "Сыр за баллы", "en": "Cheese for points"},
    "kind": "amount",
    "amount": "300.00",
    "goods": {"items": ["item8"]},
    "claim": True,
    "cost_points": 200,
}
MILK_GIFT: dict[str, Any] = {
    "id": "milk-gift",
    "name": {"ru": "Молоко в подарок", "en": "Milk for free"},
    "kind": "gift",
    "item": "item1",
    "claim": True,
    "cost_points": 200,
    "limits": {"per_receipt": 1},
}
FREE: dict[str, Any] = {
    "id": "bread-free",
    "name": {"ru": "Хлеб со скидкой", "en": "Bread off"},
    "kind": "percent",
    "percent": "10",
    "goods": {"categories": ["Хлеб"]},
    "claim": True,
}
REWARDS = [CHEESE_OFF, MILK_GIFT]


def programme(*promotions, version=2, **fields):
    promotions = [*PROGRAM["promotions"], *(promotions or REWARDS)]
    return {**PROGRAM, "version": version, "promotions": promotions, **fields}


def opened(till, points=500, who="anna", document=None):
    """A till whose programme has rewards, Anna's points granted, cheese and her card scanned."""
    till.mirrors(program_row(3000, document or programme()))
    till.clock.move(minutes=1)
    if points:
        till.grant(who, points)
    till.scan(CHEESE, CARDS[who])
    return till


@pytest.fixture
def anna(shop):
    return opened(shop)


def listed(till):
    return [(one.id, one.claimed, one.times) for one in till.view.rewards]


def why_not(till, number=0):
    why = till.view.rewards[number].why_not
    return why.key if why else None


def said(answer):
    assert answer.refusal is not None
    return answer.refusal.code, answer.refusal.text.key


def test_the_member_s_rewards_are_listed_with_their_cost(anna):
    one, two = anna.view.rewards
    assert (one.id, one.name, one.points, one.claimed, one.why_not) == (
        "cheese-300",
        "Сыр за баллы",
        200,
        False,
        None,
    )
    assert two.id == "milk-gift"


def test_nobody_s_receipt_lists_no_reward_for_points(shop):
    assert shop.view.rewards == ()
    opened(shop, document=programme())
    ok(shop.till.remove_member())
    assert shop.view.rewards == ()
    assert refusal(shop.till.claim("cheese-300")) == "reward_no_member"


def test_a_claimed_reward_takes_its_points_with_the_sale(anna):
    assert notices(anna.till.claim("cheese-300")) == ["reward_claimed"]
    assert listed(anna) == [("cheese-300", True, 1), ("milk-gift", False, 0)]
    assert (anna.sale.total_minor, anna.sale.points_redeemed) == (700_00, 200)
    assert anna.view.member.chips[0].chosen
    assert anna.sale.claimed == (ClaimedView("cheese-300", "Сыр за баллы", 200, 300_00),)
    ok(anna.till.pay("cash"))
    document = anna.documents()[-1]
    assert document.totals.points_redeemed == 200
    spent = [e.points for e in document.entries if e.kind is EntryKind.REDEEM]
    assert spent == [-200]
    assert [(use.grant_id, use.points) for use in document.uses] == [("g1", 200)]
    assert document.unsecured == 0
    anna.scan(CHEESE, CARDS["anna"])
    assert (anna.view.member.points, anna.view.member.allowance) == (1050, 300)


def test_a_reward_may_be_named_by_its_number(anna):
    assert refusal(anna.till.claim("3")) == "reward_unknown"
    assert refusal(anna.till.claim("0")) == "reward_unknown"
    assert refusal(anna.till.claim("9" * 5000)) == "reward_unknown"
    ok(anna.till.claim(" 1 "))
    assert notices(anna.till.unclaim("1")) == ["reward_removed"]
    assert listed(anna)[0] == ("cheese-300", False, 0)


def test_a_reward_nobody_knows_is_refused(anna):
    assert refusal(anna.till.claim("helicopter")) == "reward_unknown"
    assert refusal(anna.till.claim("sweets-3-for-2")) == "reward_unknown"
    assert refusal(anna.till.unclaim("helicopter")) == "reward_not_claimed"
    assert refusal(anna.till.unclaim("cheese-300")) == "reward_not_claimed"


def test_the_same_reward_is_claimed_once_and_comes_back_by_undo(anna):
    ok(anna.till.claim("cheese-300"))
    assert refusal(anna.till.claim("cheese-300")) == "reward_here_already"
    ok(anna.till.unclaim("cheese-300"))
    assert anna.sale.total_minor == 1000_00
    ok(anna.till.undo())
    assert listed(anna)[0] == ("cheese-300", True, 1)


def test_nobody_signed_on_claims_nothing(bench):
    assert refusal(bench.till.claim("cheese-300")) == "sign_on_first"
    assert refusal(bench.till.unclaim("cheese-300")) == "reward_not_claimed"


def test_a_reward_before_the_first_scan_asks_for_the_member(shop):
    shop.mirrors(program_row(3000, programme()))
    shop.clock.move(minutes=1)
    assert refusal(shop.till.claim("cheese-300")) == "reward_no_member"
    assert shop.sale is None


def test_money_taken_leaves_the_rewards_as_they_are(anna):
    ok(anna.till.claim("cheese-300"))
    ok(anna.till.tender("cash", 10_00, ""))
    assert refusal(anna.till.claim("milk-gift")) == "tenders_taken"
    assert refusal(anna.till.unclaim("cheese-300")) == "tenders_taken"


def test_what_the_till_may_not_spend_offline_buys_no_reward(shop):
    opened(shop, 199)
    assert said(shop.till.claim("cheese-300")) == ("reward_points", "reward.allowance")
    assert why_not(shop) == "reward.allowance"
    shop.grant("anna", 1, "g2")
    shop.scan(CARDS["anna"])
    ok(shop.till.claim("cheese-300"))


def test_what_one_reward_costs_is_not_there_for_another(shop):
    opened(shop, 350)
    ok(shop.till.claim("cheese-300"))
    assert why_not(shop, 1) == "reward.allowance"
    assert refusal(shop.till.claim("milk-gift")) == "reward_points"


def test_too_small_a_balance_says_what_is_there(shop):
    opened(shop, 500, "gleb")
    answer = shop.till.claim("cheese-300")
    assert said(answer) == ("reward_points", "reward.points")
    assert {k: v.value for k, v in answer.refusal.text.args.items()} == {"have": 50, "needed": 200}


@pytest.mark.parametrize(("who", "why"), [("vera", "blocked"), ("boris", "unconfirmed")])
def test_a_member_who_may_spend_nothing_hears_why(shop, who, why):
    opened(shop, 500, who)
    assert said(shop.till.claim("cheese-300")) == ("reward_points", f"limit.{why}")


def test_a_card_that_only_the_server_knows_claims_nothing(shop):
    opened(shop, 0)
    ok(shop.till.remove_member())
    shop.scan(STRANGE_CARD)
    assert refusal(shop.till.claim("cheese-300")) == "reward_no_member"
    assert why_not(shop) == "reward.no_member"


def test_a_reward_without_its_goods_waits_for_them(anna):
    ok(anna.till.claim("cheese-300"))
    ok(anna.till.undo())
    anna.scan(BREAD)
    ok(anna.till.set_quantity(1, "2"))
    only_bread = [line.line for line in anna.sale.lines if line.code == CHEESE]
    ok(anna.till.void_line(only_bread[0], "", ("petr", "2222")))
    assert said(anna.till.claim("cheese-300")) == ("reward_not_now", "reward.no_goods")
    assert why_not(anna) == "reward.no_goods"


def test_a_reward_whose_goods_leave_takes_no_points(anna):
    anna.scan(BREAD)
    ok(anna.till.claim("cheese-300"))
    ok(anna.till.void_line(1, "", ("petr", "2222")))
    assert listed(anna)[0] == ("cheese-300", True, 0)
    assert why_not(anna) == "reward.no_goods"
    ok(anna.till.pay("cash"))
    assert anna.documents()[-1].totals.points_redeemed == 0


def test_a_reward_that_is_closed_is_not_listed_and_says_so(shop):
    closed = {**CHEESE_OFF, "when": {"tiers": ["silver"]}}
    opened(shop, document=programme(closed))
    assert shop.view.rewards == ()
    assert said(shop.till.claim("cheese-300")) == ("reward_not_now", "why.other_tier")


def test_a_condition_of_a_reward_is_told(shop):
    rich = {**CHEESE_OFF, "conditions": [{"kind": "amount", "from": "5000.00"}]}
    opened(shop, document=programme(rich))
    assert said(shop.till.claim("cheese-300")) == ("reward_not_now", "why.missing")


def test_a_reward_that_a_better_offer_beats_is_not_sold(shop):
    better = {**CHEESE_OFF, "id": "half", "kind": "percent", "percent": "50", "claim": False}
    better = {k: v for k, v in better.items() if k not in ("amount", "cost_points")}
    opened(shop, document=programme(better, CHEESE_OFF))
    assert said(shop.till.claim("cheese-300")) == ("reward_not_now", "reward.not_now")


def test_a_second_reward_never_takes_the_place_of_the_first(shop):
    dearer = {**CHEESE_OFF, "id": "cheese-400", "amount": "400.00"}
    opened(shop, document=programme(CHEESE_OFF, dearer))
    ok(shop.till.claim("cheese-300"))
    assert said(shop.till.claim("cheese-400")) == ("reward_not_now", "reward.instead")
    assert shop.sale.points_redeemed == 200


def test_a_gift_is_claimed_as_a_reward(anna):
    ok(anna.till.claim("milk-gift"))
    assert listed(anna)[1] == ("milk-gift", True, 1)
    assert (anna.sale.total_minor, anna.sale.points_redeemed) == (1000_00, 200)


def test_a_gift_without_a_limit_is_given_as_often_as_the_points_allow(shop):
    endless = {k: v for k, v in MILK_GIFT.items() if k != "limits"}
    opened(shop, document=programme(endless))
    answer = ok(shop.till.claim("milk-gift"))
    assert dict(answer.notices[0].text.args)["points"].value == 400
    assert listed(shop) == [("milk-gift", True, 2)]


def test_a_gift_that_the_law_bars_takes_no_points(shop):
    tobacco = {**MILK_GIFT, "item": "item5"}
    opened(shop, document=programme(tobacco))
    assert said(shop.till.claim("milk-gift")) == ("reward_not_now", "reward.not_now")


def test_a_reward_that_costs_nothing_is_anybody_s(shop):
    opened(shop, 0, document=programme(FREE))
    ok(shop.till.remove_member())
    shop.scan(BREAD)
    assert notices(shop.till.claim("bread-free")) == ["reward_free"]
    assert shop.sale.discount_total_minor == 4_50
    shop.scan(CARDS["gleb"])
    assert shop.sale.discount_total_minor == 4_50
    ok(shop.till.pay("cash"))
    assert shop.documents()[-1].totals.points_redeemed == 0


def test_nobody_pays_for_the_reward_of_another(anna):
    ok(anna.till.claim("cheese-300"))
    anna.grant("tanya", 100, "g3")
    ok(anna.till.remove_member())
    assert anna.sale.points_redeemed == 0
    anna.mirrors(member_row("tanya", 4000, 900, tier="base"))
    anna.grant("tanya", 500, "g4")
    anna.scan(CARDS["tanya"])
    assert listed(anna)[0] == ("cheese-300", False, 0)
    assert anna.sale.points_redeemed == 0
    ok(anna.till.claim("cheese-300"))
    assert len(anna.till.station.open.claims) == 1
    assert anna.sale.points_redeemed == 200


def test_points_as_money_make_room_for_a_reward_and_that_is_said(shop):
    opened(shop, 300)
    ok(shop.till.redeem("max"))
    assert shop.sale.points_redeemed == 300
    assert notices(shop.till.claim("cheese-300")) == ["reward_claimed", "points_cut"]
    assert (shop.sale.points_redeemed, shop.sale.points_redeemed_minor) == (300, 100_00)
    assert [c.points for c in shop.view.member.chips if c.chosen] == [100]


def test_a_dear_reward_asks_for_the_member_s_yes(shop):
    opened(shop, 700, document=programme({**CHEESE_OFF, "cost_points": 600}))
    ok(shop.till.claim("cheese-300"))
    assert shop.view.demand.kind == "pin"
    assert refusal(shop.till.pay("cash")) == "confirm_first"
    ok(shop.till.confirm("pin", "4821"))
    ok(shop.till.pay("cash"))


def test_an_allowance_that_went_meanwhile_completes_nothing(shop):
    opened(shop, 0)
    shop.grant("anna", 200, until=shop.clock.now.replace(hour=13))
    shop.scan(CARDS["anna"])
    ok(shop.till.claim("cheese-300"))
    shop.clock.move(hours=2)
    assert refusal(shop.till.pay("cash")) == "allowance_gone"
    assert shop.sale.points_redeemed == 0


def test_the_receipt_s_own_points_pay_where_the_programme_says_so(shop):
    opened(shop, 170, document=programme(policies={"claim_points": "with_this_receipt"}))
    ok(shop.till.claim("cheese-300"))
    ok(shop.till.pay("cash"))
    document = shop.documents()[-1]
    assert (document.totals.points_redeemed, document.unsecured) == (200, 30)
    assert sum(use.points for use in document.uses) == 170


def test_a_suspended_receipt_keeps_its_rewards(anna):
    ok(anna.till.claim("cheese-300"))
    ok(anna.till.suspend("bread"))
    ok(anna.till.resume(anna.view.suspended[0].id))
    assert listed(anna)[0] == ("cheese-300", True, 1)
    assert anna.sale.total_minor == 700_00


def test_a_reward_that_ended_while_suspended_is_gone_and_said(anna):
    ok(anna.till.claim("cheese-300"))
    ok(anna.till.claim("milk-gift"))
    ok(anna.till.suspend("long"))
    anna.mirrors(program_row(3001, programme(MILK_GIFT, version=3)))
    anna.clock.move(minutes=1)
    assert "reward_gone" in notices(anna.till.resume(anna.view.suspended[0].id))
    assert listed(anna) == [("milk-gift", True, 1)]


def test_a_return_gives_the_reward_s_points_back(manager):
    opened(manager)
    ok(manager.till.claim("cheese-300"))
    number = ok(manager.till.pay("cash")).data["receipt_number"]
    ok(manager.till.return_sale(number))
    assert manager.view.rewards == ()
    assert refusal(manager.till.claim("cheese-300")) == "return_is_open"
    ok(manager.till.complete())
    back = manager.documents()[-1]
    assert back.totals.points_redeemed == 200
    assert 200 in [e.points for e in back.entries]


def test_milk_alone_has_no_reward_when_the_programme_has_none(shop):
    shop.scan(MILK, CARDS["anna"])
    assert shop.view.rewards == ()


def test_a_database_that_died_lists_no_rewards_and_the_screen_stays(anna):
    anna.memory.file.driver.close()
    assert anna.view.rewards == ()
    assert anna.sale.total_minor == 1000_00
    assert refusal(anna.till.claim("cheese-300")) == "storage_broken"


def test_a_reward_that_is_beaten_later_takes_no_points(shop):
    half = {"id": "half", "name": CHEESE_OFF["name"], "kind": "percent", "percent": "50"}
    half |= {"goods": {"items": ["item8"]}, "coupon_needed": "autumn"}
    opened(shop, document=programme(half, CHEESE_OFF))
    ok(shop.till.claim("cheese-300"))
    ok(shop.till.coupon("AUTUMN-7"))
    assert (shop.sale.total_minor, shop.sale.points_redeemed) == (500_00, 0)
    assert listed(shop) == [("cheese-300", True, 0)]
    assert why_not(shop) == "reward.not_now"
    ok(shop.till.remove_coupon("autumn"))
    assert (shop.sale.total_minor, shop.sale.points_redeemed) == (700_00, 200)

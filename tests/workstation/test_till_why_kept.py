"""A past receipt says why as the open one did: after a restart, a year later, under other rules."""

import copy
import json

import pytest

from resources.words import Words
from tests.sync.mirror.feeds import gone
from tests.workstation.test_till_counters import COUNTERS
from tests.workstation.tills import (
    APPLES_PLU,
    BREAD,
    CARDS,
    CHEESE,
    MARIA,
    MILK,
    PINS,
    PROGRAM,
    SWEETS,
    goods,
    member_row,
    ok,
    paper,
    program_row,
)

EARN = {
    "rules": [
        {
            "id": "base-earn",
            "name": {"ru": "Баллы", "en": "Points"},
            "percent": "5",
            "by_tier": {"silver": {"percent": "10"}, "gold": {"percent": "15"}},
        },
        {
            "id": "gold-tea",
            "name": {"ru": "Чай для золотых", "en": "Tea for gold"},
            "by_tier": {"gold": {"points": 30, "per": "100.00"}},
            "goods": {"categories": ["Молочное"]},
        },
        {
            "id": "twice",
            "name": {"ru": "Двойные", "en": "Double"},
            "kind": "multiplier",
            "multiplier": "2",
        },
    ],
    "vesting_days": 1,
}
TIERS = {
    "period": "rolling_12_months",
    "list": [
        {"id": "base", "name": {"ru": "Участник", "en": "Member"}, "from": "0"},
        {"id": "silver", "name": {"ru": "Серебро", "en": "Silver"}, "from": "5000.00"},
        {"id": "gold", "name": {"ru": "Золото", "en": "Gold"}, "from": "50000.00"},
    ],
}


def in_force(shop, version=2, **sections):
    document = copy.deepcopy({**PROGRAM, "version": version, **sections})
    shop.mirrors(shop.newer(lambda ver: program_row(ver, document)))


def trace(shop, receipt=None):
    return ok(shop.till.explain(receipt)).data["trace"]


def said(rows, language="ru"):
    words = Words(language)
    return {row.rule_id: " · ".join(words.say(one) for one in row.why) for row in rows}


def paid(shop, how="cash"):
    return ok(shop.till.pay(how)).data["receipt_number"]


def a_rich_receipt(shop):
    """Discounts, points given and taken, a hand discount, a coupon, a gift and goods by weight."""
    shop.grant("tanya", 100)
    shop.scan(SWEETS, SWEETS, SWEETS, MILK, CHEESE, CARDS["tanya"])
    ok(shop.till.type_text("0.5*"))
    shop.till.type_text(APPLES_PLU)
    ok(shop.till.coupon("AUTUMN-7"))
    shop.scan(BREAD)
    ok(shop.till.discount(2, percent="3", reason="waited", override=MARIA))
    ok(shop.till.redeem("max"))
    assert shop.sale.points_redeemed


def test_a_receipt_says_the_same_after_payment_after_a_restart_and_behind_others(shop):
    a_rich_receipt(shop)
    before = trace(shop)
    assert {"sweets-3-for-2", "tier-discount", "base-earn", "goodwill", "redeemed"} <= {
        row.rule_id for row in before if row.applied
    }
    assert any(not row.applied for row in before)
    number = paid(shop)
    assert trace(shop, number) == before
    shop.restart()
    assert trace(shop, number) == before
    ok(shop.till.sign_on("ivan", PINS["ivan"]))
    shop.sold(MILK)
    shop.scan(BREAD)
    assert trace(shop, number) == before
    assert trace(shop, ok(shop.till.explain(number)).data["receipt_number"]) == before


def test_with_nothing_open_the_last_receipt_is_explained_after_a_restart_too(shop):
    shop.scan(SWEETS, SWEETS, SWEETS)
    before, number = trace(shop), paid(shop)
    shop.restart()
    answer = ok(shop.till.explain())
    assert (answer.data["trace"], answer.data["receipt_number"]) == (before, number)


def test_rules_member_and_goods_that_changed_since_change_no_reason(shop):
    a_rich_receipt(shop)
    before, number = trace(shop), paid(shop)
    in_force(shop, promotions=[], member_discounts=[], earn={}, coupons=[])
    shop.mirrors(
        shop.newer(lambda ver: member_row("tanya", ver, 7, tier="base")),
        shop.newer(lambda ver: goods(ver, SWEETS, "Другое", 1_00, "Хлеб", discountable=False)),
    )
    shop.clock.move(days=40)
    assert trace(shop, number) == before
    shop.restart()
    assert trace(shop, number) == before


def test_it_is_told_in_the_language_of_whoever_asks(shop):
    shop.scan(SWEETS, SWEETS, SWEETS, CARDS["tanya"])
    number = paid(shop)
    shop.till.station.operator = None
    shop.till.station.settings = type(shop.till.station.settings)(
        tax=shop.till.station.settings.tax, language="en"
    )
    names = {row.rule_id: row.name for row in trace(shop, number)}
    assert names["sweets-3-for-2"] == "Sweets: 3 for 2"
    assert names["tier-discount"] == "Tier discount"


@pytest.mark.parametrize(
    ("tier", "own", "tea"),
    [
        ("base", "", "баллов не даёт"),
        ("silver", "Уровень «Серебро»: ×2", "баллов не даёт"),
        ("gold", "Уровень «Золото»: ×3", "Для уровня «Золото»"),
    ],
)
def test_the_rank_of_the_tier_and_its_multiplier_are_in_the_why(bench, tier, own, tea):
    in_force(bench, tiers=TIERS, earn={**EARN, "combine": "sum", "rules": EARN["rules"][:2]})
    bench.mirrors(bench.newer(lambda ver: member_row("anna", ver, 0, tier=tier)))
    bench.open_shift()
    bench.scan(MILK, CARDS["anna"])
    before = said(trace(bench))
    assert own in before["base-earn"]
    assert bool(own) == ("Уровень" in before["base-earn"])
    assert tea in before["gold-tea"]
    number = paid(bench)
    bench.restart()
    assert said(trace(bench, number)) == before


def test_a_multiplier_for_all_and_a_tier_that_has_no_rate_are_told(bench):
    in_force(bench, tiers=TIERS, earn=EARN)
    bench.open_shift()
    bench.scan(SWEETS, CARDS["anna"])
    number = paid(bench)
    bench.restart()
    told = said(trace(bench, number))
    assert told["twice"] == "Умножает баллы: ×2"
    assert told["tier-discount"] == "На этом уровне не действует"


def test_the_limit_that_bound_the_points_is_told_and_what_points_paid(shop):
    shop.grant("anna", 1250)
    shop.scan(CHEESE, CARDS["anna"])
    (open_limit,) = [row for row in trace(shop) if row.rule_id == "redeemed"]
    assert not open_limit.applied
    assert "30" in said([open_limit])["redeemed"]
    ok(shop.till.redeem("max"))
    number = paid(shop)
    shop.restart()
    (row,) = [row for row in trace(shop, number) if row.rule_id == "redeemed"]
    assert (row.applied, row.amount_minor, row.places) == (True, 300_00, (1,))
    assert "Списано: 300 баллов" in said([row])["redeemed"]


def test_a_cap_that_cut_the_points_and_what_was_counted_are_told_as_before(bench):
    bench.mirrors(program_row(14, COUNTERS))
    bench.open_shift()
    bench.scan(CHEESE, BREAD, CARDS["anna"])
    before = trace(bench)
    (cut,) = [row for row in before if row.rule_id == "cut"]
    assert "Кешбэк" in said([cut])["cut"]
    number = paid(bench)
    bench.restart()
    assert trace(bench, number) == before


def test_where_the_rules_of_then_are_gone_it_says_so_and_tells_what_the_receipt_keeps(shop):
    shop.scan(SWEETS, SWEETS, SWEETS, CARDS["tanya"])
    number = paid(shop)
    in_force(shop, promotions=[])
    shop.mirrors(shop.newer(lambda ver: gone("chain", ver, "program", "small@1")))
    shop.restart()
    rows = trace(shop, number)
    assert [row.rule_id for row in rows] == ["sweets-3-for-2", "points", "rules"]
    assert "Программы версии 1 на этой кассе больше нет" in said(rows)["rules"]
    assert not rows[-1].applied


@pytest.mark.parametrize("body", [None, b"{}", b"no json", b'{"wish":[0,0,""],"at":"today"}'])
def test_what_was_not_kept_or_cannot_be_read_is_not_made_up(shop, body):
    shop.scan(SWEETS, SWEETS, SWEETS)
    number = paid(shop)
    document = shop.memory.journal.document(number)
    if body is None:
        shop.memory.outbox._till.driver.execute("DELETE FROM meta WHERE k LIKE 'told.%'")
    else:
        shop.memory.outbox.put(f"told.{document.transaction_id}", body)
    rows = trace(shop, number)
    assert [row.rule_id for row in rows] == ["sweets-3-for-2", "rules"]
    assert "не сохранено" in said(rows)["rules"]


def test_a_price_that_is_not_the_documents_explains_nothing(shop):
    shop.scan(SWEETS, SWEETS, SWEETS)
    number = paid(shop)
    key = f"told.{shop.memory.journal.document(number).transaction_id}"
    told = json.loads(shop.memory.journal.told(key.removeprefix("told.")))
    told["lines"]["1"]["not"] = ["discountable"]
    shop.memory.outbox.put(key, json.dumps(told).encode())
    assert [row.rule_id for row in trace(shop, number)] == ["sweets-3-for-2", "rules"]


def test_a_return_tells_what_it_gave_back_as_before(senior):
    document = senior.sold(SWEETS, SWEETS, SWEETS)
    ok(senior.till.return_sale(document.receipt_number, reason="defect"))
    number = ok(senior.till.complete()).data["receipt_number"]
    assert [row.rule_id for row in trace(senior, number)] == ["sweets-3-for-2"]


def test_the_why_of_an_open_return_is_that_of_its_receipt(senior):
    document = senior.sold(CARDS["anna"], SWEETS, SWEETS, SWEETS)
    rows = trace(senior, document.receipt_number)
    ok(senior.till.return_sale(document.receipt_number, reason="defect"))
    answer = ok(senior.till.explain())
    assert answer.data["trace"] == rows
    assert answer.data["receipt_number"] == document.receipt_number
    assert any(row.applied for row in rows)


def test_what_is_kept_names_nobody_and_goes_with_the_receipt(shop):
    document = shop.sold(MILK, CARDS["anna"])
    body = shop.memory.journal.told(document.transaction_id)
    assert body is not None
    for personal in (document.member_id, "Anna", CARDS["anna"], "1234567"):
        assert personal.encode() not in body
    assert len(body) < 500
    assert paper(shop.devices.jobs[-1])
    outbox = shop.memory.outbox
    head = len(shop.events())
    assert outbox.ack(head, head)
    shop.clock.move(days=4000)
    while outbox.retention(shop.clock.now):
        pass
    assert shop.memory.journal.document(document.transaction_id) is None
    assert shop.memory.journal.told(document.transaction_id) is None

"""Points as chips: what may be spent, what binds it, and what a new programme changes."""

from datetime import timedelta

import pytest

from pos_app.domain.document import TransactionKind
from pos_app.domain.events import AllowanceReturned
from tests.sync.mirror.feeds import gone
from tests.workstation.test_till_members import chips
from tests.workstation.test_till_selling import assert_sums_agree
from tests.workstation.tills import (
    BREAD,
    CARDS,
    CHEESE,
    MILK,
    NOON,
    PROGRAM,
    STRANGE_PHONE,
    TOBACCO,
    Bench,
    member_id,
    member_row,
    notices,
    ok,
    program_row,
    refusal,
)


def chosen(view) -> list[str]:
    return [chip.kind for chip in view.member.chips if chip.chosen]


def test_points_are_chips_and_never_more_than_the_allowance(shop):
    shop.scan(CHEESE, CARDS["anna"])
    assert shop.view.member.redeem_limit.key == "limit.allowance"
    assert not shop.view.member.may_redeem
    assert notices(shop.till.redeem(100)) == ["points_cut"]
    assert shop.sale.points_redeemed == 0
    shop.grant("anna", 250)
    shop.till.link_changed(True)
    assert chips(shop.view) == {"none": 0, "suggested": 200, "half": 120, "max": 250}
    assert chosen(shop.view) == ["none"]
    assert notices(shop.till.redeem("max")) == []
    assert chosen(shop.view) == ["max"]
    assert notices(shop.till.redeem(251)) == ["points_cut"]
    assert shop.sale.points_redeemed == 250
    ok(shop.till.redeem(30))
    assert chosen(shop.view) == ["custom"]
    assert shop.sale.total_minor == 970_00
    assert_sums_agree(shop.view)
    ok(shop.till.redeem(0))
    assert shop.sale.total_minor == 1000_00


@pytest.mark.parametrize(
    ("granted", "kinds"),
    [
        (250, {"none": 0, "suggested": 200, "half": 120, "max": 250}),
        (200, {"none": 0, "suggested": 200, "half": 100, "max": 200}),
        (90, {"none": 0, "half": 40, "max": 90}),
    ],
)
def test_whatever_may_be_spent_what_means_max_is_offered_under_its_name(shop, granted, kinds):
    shop.grant("anna", granted)
    shop.scan(CHEESE, CARDS["anna"])
    assert chips(shop.view) == kinds
    ok(shop.till.redeem("max"))
    assert sum(one.chosen for one in shop.view.member.chips) == 1


def test_before_the_first_line_no_share_of_nothing_is_told(shop):
    shop.grant("anna", 1250)
    shop.scan(CARDS["anna"])
    assert shop.view.member.redeem_limit is None


def test_the_share_of_the_receipt_binds_and_max_does_not_move_while_choosing(shop):
    shop.grant("anna", 1250)
    shop.scan(CHEESE, CARDS["anna"])
    limit = shop.view.member.redeem_limit
    assert limit.key == "limit.share"
    ok(shop.till.redeem(100))
    assert max(chips(shop.view).values()) == 300
    assert shop.view.member.redeem_limit == limit
    assert shop.sale.points_earned == 45


def test_steps_cut_and_what_is_no_number_is_refused(shop):
    shop.grant("anna", 1250)
    shop.scan(CHEESE, CARDS["anna"])
    assert notices(shop.till.redeem(15)) == ["points_cut"]
    assert shop.sale.points_redeemed == 10
    for points in (-1, "x", "1.5"):
        assert refusal(shop.till.redeem(points)) == "bad_points"
    ok(shop.till.redeem("20"))
    assert shop.sale.points_redeemed == 20


def test_points_shrink_with_the_receipt_and_the_chips_say_so(shop):
    shop.grant("anna", 1250)
    shop.scan(CHEESE, CHEESE, CARDS["anna"])
    ok(shop.till.redeem("max"))
    assert shop.sale.points_redeemed == 600
    ok(shop.till.set_quantity(1, "1"))
    assert shop.sale.points_redeemed == 300
    assert [c.points for c in shop.view.member.chips if c.chosen] == [300]


def test_points_do_not_pay_for_tobacco(shop):
    shop.grant("anna", 1250)
    shop.scan(TOBACCO, CARDS["anna"])
    assert chips(shop.view) == {"none": 0}
    assert shop.sale.points_earned == 0


def test_points_are_settled_before_the_money(shop):
    shop.grant("anna", 1250)
    shop.scan(CHEESE, CARDS["anna"])
    ok(shop.till.tender("cash", 1_00))
    assert refusal(shop.till.redeem(10)) == "tenders_taken"
    assert refusal(shop.till.remove_member()) == "tenders_taken"


def test_redeemed_points_leave_the_allowance_in_the_commit_of_the_sale(shop):
    shop.grant("anna", 100, "g1")
    shop.grant("anna", 250, "g2", until=NOON + timedelta(hours=1))
    shop.scan(CHEESE, CARDS["anna"])
    ok(shop.till.redeem(300))
    ok(shop.till.pay("cash"))
    document = shop.documents()[0]
    assert {use.grant_id: use.points for use in document.uses} == {"g2": 250, "g1": 50}
    assert document.unsecured == 0
    assert [e.kind.value for e in document.entries] == ["redeem", "earn"]
    left = {a.grant_id: a.left for a in shop.memory.journal.allowances(member_id("anna"))}
    assert left == {"g1": 50, "g2": 0}
    assert shop.events(AllowanceReturned) == []
    shop.scan(CHEESE, CARDS["anna"])
    member = shop.view.member
    assert (member.points, member.pending, member.allowance) == (950, 35, 50)
    assert_sums_agree(shop.view)


def test_an_allowance_that_ended_meanwhile_is_never_overspent(shop):
    shop.grant("anna", 250, until=NOON + timedelta(minutes=5))
    shop.scan(CHEESE, CARDS["anna"])
    ok(shop.till.redeem("max"))
    ok(shop.till.tender("cash", 750_00))
    shop.clock.move(minutes=6)
    assert refusal(shop.till.complete()) == "allowance_gone"
    assert shop.sale.points_redeemed == 0
    assert shop.sale.due_minor == 250_00
    ok(shop.till.tender("cash", 250_00))
    ok(shop.till.complete())
    assert shop.documents()[0].uses == ()


def test_a_refresh_of_the_mirror_reaches_the_open_receipt(shop):
    shop.scan(CHEESE, CARDS["anna"])
    shop.mirrors(member_row("anna", 900, 1250, tier="silver"))
    shop.till.link_changed(False)
    assert shop.view.member.tier_id == "base"
    shop.till.link_changed(True)
    assert (shop.view.member.tier_id, shop.sale.total_minor) == ("silver", 950_00)
    ok(shop.till.tender("cash", 1_00))
    shop.mirrors(member_row("anna", 901, 1250))
    shop.till.link_changed(True)
    assert shop.sale.total_minor == 950_00
    assert ok(shop.till.void_tender(0))
    shop.till.link_changed(True)
    assert shop.sale.total_minor == 1000_00


def test_spend_of_this_till_counts_in_its_own_period(tmp_path):
    bench = Bench(tmp_path)
    by_month = {**PROGRAM, "version": 2, "tiers": {**PROGRAM["tiers"], "period": "month"}}
    bench.mirrors(program_row(800, by_month))
    bench.open_shift()
    bench.sold(CHEESE, CARDS["anna"], cash=5000_00)
    bench.scan(CARDS["anna"])
    assert bench.view.member.next_tier_needs_minor == 4000_00
    assert bench.view.member.next_tier_name == "Серебро"
    ok(bench.till.void_transaction())
    ok(bench.till.sign_on("petr", "2222"))
    ok(bench.till.end_of_day(0, "not_found"))
    bench.clock.move(days=14)
    ok(bench.till.open_session(0))
    bench.scan(CARDS["anna"])
    assert bench.view.member.next_tier_needs_minor == 5000_00
    bench.close()


def test_the_panel_without_a_member_says_what_a_card_would_give(shop):
    shop.scan(CHEESE)
    shop.rest()
    assert shop.sale.teaser.points == 50
    ok(shop.scan(CARDS["anna"]))
    assert shop.sale.teaser is None
    ok(shop.till.remove_member())
    shop.scan(BREAD)
    shop.rest()
    assert shop.sale.teaser.points == 52


def test_points_that_end_soon_are_shown(shop):
    shop.scan(CARDS["anna"])
    assert [(e.points, e.on.isoformat()) for e in shop.view.member.expiring] == [
        (1250, "2026-12-31")
    ]


def test_a_member_of_no_tier_has_the_lowest(shop):
    shop.mirrors(member_row("anna", 900, tier=""))
    shop.scan(CARDS["anna"])
    assert shop.view.member.tier_id == "base"


def test_without_a_programme_the_till_still_sells(tmp_path):
    bench = Bench(tmp_path)
    bench.mirrors(gone("chain", 900, "program", "small@1"))
    bench.open_shift()
    bench.scan(MILK, CARDS["anna"])
    assert bench.sale.total_minor == 89_90
    assert bench.view.member.tier_id == ""
    ok(bench.till.remove_member())
    bench.rest()
    assert bench.sale.teaser is None
    ok(bench.till.enrol(STRANGE_PHONE))
    ok(bench.till.pay("cash"))
    assert bench.documents()[0].program.program_id == "none"
    bench.close()


def test_a_programme_of_a_newer_release_leaves_the_old_one_in_force(shop):
    shop.scan(CHEESE, CARDS["tanya"])
    shop.mirrors(program_row(900, {**PROGRAM, "version": 2, "schema": 99}))
    shop.clock.move(minutes=1)
    shop.scan(CHEESE)
    assert shop.sale.total_minor == 1900_00
    shop.restart()
    ok(shop.till.sign_on("ivan", "1111"))
    shop.scan(CHEESE, CARDS["tanya"])
    assert shop.sale.total_minor == 1000_00


def test_a_receipt_names_the_programme_that_made_its_prices(shop):
    shop.mirrors(
        program_row(900, {**PROGRAM, "version": 2, "valid_from": "2026-11-20T15:01:00+03:00"})
    )
    shop.scan(CHEESE)
    shop.clock.move(minutes=2)
    assert shop.view.transaction.total_minor == 1000_00
    ok(shop.till.pay("cash"))
    assert shop.documents()[0].program.version == 1
    shop.sold(CHEESE)
    assert shop.documents()[1].program.version == 2
    assert shop.documents()[1].kind is TransactionKind.SALE

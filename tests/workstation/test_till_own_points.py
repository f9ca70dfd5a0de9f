"""Points earned in the dark are spent at the same till in the dark: they are its own until the link
is back, and then they go back to everybody."""

from pos_app.domain.events import AllowanceReturned, TransactionCompleted
from pos_app.domain.loyalty.allowance import OWN, AllowanceUse, OwnRights, own_rights
from tests.workstation.tills import CARDS, CHEESE, MILK, PROGRAM, member_id, ok, program_row


def at_once(bench):
    """A programme whose points can be spent on the day they are earned."""
    earn = {**PROGRAM["earn"], "vesting_days": 0}
    bench.mirrors(program_row(900, {**PROGRAM, "version": 2, "earn": earn}))


def buy(bench, *codes, redeem: str = ""):
    bench.scan(*codes, CARDS["anna"])
    if redeem:
        ok(bench.till.redeem(redeem))
    ok(bench.till.pay("cash", 5000_00))
    return bench.documents()[-1]


def own(bench):
    return [g for g in bench.memory.journal.allowances(member_id("anna")) if g.kind == OWN]


def test_what_a_receipt_earned_in_the_dark_pays_for_the_next_one_at_this_till(shop):
    """Case 31: no grant lies here, and the link is gone."""
    at_once(shop)
    first = buy(shop, CHEESE, CHEESE)
    (entry,) = first.entries
    assert entry.points > 0
    assert [(u.grant_id, u.points) for u in first.own.uses] == [(entry.entry_id, entry.points)]
    assert [(g.left, g.lease_until) for g in own(shop)] == [(entry.points, None)]
    second = buy(shop, MILK, CHEESE, redeem="max")
    assert second.totals.points_redeemed == sum(u.points for u in second.uses) > 0
    assert {u.grant_id for u in second.uses} == {entry.entry_id}
    assert second.unsecured == second.risked == 0


def test_points_of_tomorrow_are_nobodys_today(shop):
    document = buy(shop, CHEESE)
    assert document.entries
    assert document.own is None


def test_with_a_link_nothing_is_kept(shop):
    at_once(shop)
    shop.courier.online = True
    document = buy(shop, CHEESE)
    assert document.entries
    assert document.own is None
    assert own(shop) == []


def test_when_the_link_is_back_what_is_left_goes_back(shop):
    at_once(shop)
    document = buy(shop, CHEESE)
    shop.till.station.courier.online = True
    ok(shop.scan(MILK))
    ok(shop.till.pay("cash", 5000_00))
    said = [e for e in shop.events() if isinstance(e, AllowanceReturned)]
    assert [u.grant_id for one in said for u in one.uses] == [document.entries[0].entry_id]
    assert [g.left for g in own(shop)] == [0]


def test_a_return_takes_the_right_with_the_points_in_one_commit(senior):
    at_once(senior)
    document = buy(senior, CHEESE)
    assert own(senior)[0].left
    ok(senior.till.return_sale(document.receipt_number, reason="defect"))
    ok(senior.till.pay("cash"))
    kinds = [type(e) for e in senior.events()][-2:]
    assert kinds == [AllowanceReturned, TransactionCompleted]
    assert [g.left for g in own(senior)] == [0]


def test_a_rolled_back_till_keeps_nothing_of_its_own(shop):
    at_once(shop)
    buy(shop, CHEESE)
    shop.memory.outbox.new_incarnation()
    assert own(shop) == []
    buy(shop, CHEESE)
    assert own(shop) == []


def test_what_is_earned_repays_a_debt_before_it_can_be_spent():
    earned = [AllowanceUse("a", 30), AllowanceUse("b", 30)]
    kept = own_rights(earned, 40, 1)
    assert kept == OwnRights(1, (AllowanceUse("b", 20),))
    assert own_rights(earned, 60, 1) is None
    assert own_rights(earned, 0, 0) is None

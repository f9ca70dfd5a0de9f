"""What a cashier may not do is done once by the PIN of somebody who may, under that name."""

import pytest

from pos_app.domain.events import DayClosed, SessionClosed
from pos_app.domain.rights import Right
from tests.sync.mirror.feeds import gone
from tests.workstation.tills import CARDS, MARIA, MILK, PINS, member_id, notices, ok, refusal

ANNA = member_id("anna")
PETR = ("petr", PINS["petr"])


def lent(bench):
    operator = bench.view.operator
    return operator.lent, Right.SEE_MEMBERS.value in operator.rights


def test_a_cashier_looks_at_one_member_by_a_managers_pin_and_stays_signed_on(shop):
    assert refusal(shop.till.lend_right("see_members")) == "needs_override"
    assert notices(shop.till.lend_right("see_members", MARIA)) == ["right_lent"]
    assert lent(shop) == (True, True)
    assert len(ok(shop.till.find_members(CARDS["anna"])).data["found_members"]) == 1
    ok(shop.till.member_card(ANNA))
    assert shop.view.operator.id == "ivan"
    ok(shop.till.give_right_back())
    assert lent(shop) == (False, False)
    assert refusal(shop.till.member_card(ANNA)) == "senior_only"
    for action in ("see_members", "see_member"):
        (used,) = shop.audit(action)
        assert (used.operator_id, used.override_by) == ("ivan", "maria")


def test_what_was_lent_for_one_thing_is_not_lent_for_another(shop):
    ok(shop.till.lend_right("see_members", MARIA))
    assert refusal(shop.till.conflicts()) == "senior_only"
    assert refusal(shop.till.end_of_day(0)) == "senior_only"
    assert refusal(shop.till.adjust_points(ANNA, 10, "apology")) == "needs_override"
    ok(shop.till.lend_right("close_day", PETR))
    assert refusal(shop.till.find_members(CARDS["anna"])) == "senior_only"


def test_a_day_is_closed_at_the_cashiers_till_by_a_seniors_pin(shop):
    ok(shop.till.lend_right("close_day", PETR))
    ok(shop.till.end_of_day(shop.till.station.session.cash_minor))
    assert shop.audit("close_day")[0].override_by == "petr"
    (session,), (day,) = shop.events(SessionClosed), shop.events(DayClosed)
    assert (session.operator_id, day.operator_id) == ("ivan", "petr")
    petr = next(o for o in shop.till.station.mirror.operators() if o.operator_id == "petr")
    assert shop.till.station.days[-1].operator == petr.name
    assert (shop.view.session, shop.view.operator.id) == (None, "ivan")
    assert not shop.view.operator.lent


@pytest.mark.parametrize("override", [("maria", "0000"), PETR, ("ivan", PINS["ivan"])])
def test_nothing_is_lent_by_a_wrong_pin_or_by_whoever_may_not(shop, override):
    wanted = "wrong_pin" if override[1] == "0000" else "override_lacks_right"
    assert refusal(shop.till.lend_right("see_members", override)) == wanted
    assert lent(shop) == (False, False)
    assert shop.audit("see_members") == []


@pytest.mark.parametrize("ends", ["sale", "swap", "sign_off"])
def test_a_lent_right_ends_with_a_receipt_and_with_whoever_leaves(shop, ends):
    ok(shop.till.lend_right("see_members", MARIA))
    if ends == "sale":
        shop.scan(MILK)
        ok(shop.till.pay("cash"))
    elif ends == "swap":
        ok(shop.till.swap("petr", PINS["petr"]))
    else:
        ok(shop.till.sign_off())
        ok(shop.till.sign_on("ivan", PINS["ivan"]))
    assert lent(shop) == (False, False)


def test_who_has_the_right_is_lent_nothing(manager):
    assert notices(manager.till.lend_right("see_members")) == []
    assert lent(manager) == (False, True)
    assert manager.audit("see_members") == []


@pytest.mark.parametrize("name", ["sell", "discount", "", "nonsense"])
def test_only_what_takes_no_override_is_lent(shop, name):
    assert refusal(shop.till.lend_right(name, MARIA)) == "senior_only"


def test_where_nobody_has_the_right_no_pin_is_asked(shop):
    shop.mirrors(gone("store:s1", 3000, "operator", "maria"))
    assert refusal(shop.till.lend_right("see_members")) == "senior_only"
    assert refusal(shop.till.lend_right("close_day")) == "needs_override"


def test_what_is_done_by_ones_own_right_names_nobody_who_lent_another(shop):
    shop.scan(MILK)
    ok(shop.till.pay("cash"))
    ok(shop.till.swap("petr", PINS["petr"]))
    ok(shop.till.lend_right("see_members", MARIA))
    ok(shop.till.reprint(None))
    (copy,) = shop.audit("reprint")
    assert (copy.operator_id, copy.override_by) == ("petr", "")

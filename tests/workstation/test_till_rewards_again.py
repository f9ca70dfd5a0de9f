"""A reward for points on a receipt that is taken up again waits until its points are asked for."""

import pytest

from tests.workstation.test_till_points_again import again, listen
from tests.workstation.test_till_rewards import listed, opened
from tests.workstation.tills import member_id, notices, ok

ANNA = member_id("anna")


@pytest.fixture
def aside(shop):
    """Anna's cheese with its reward put aside; what gave her points is let go."""
    shop.courier.online = True
    opened(shop, points=0)
    arrives(shop, 200, "g1")
    ok(shop.till.claim("cheese-300"))
    assert shop.sale.total_minor == 700_00
    ok(shop.till.suspend())
    assert all(one.left == 0 for one in shop.memory.journal.allowances(ANNA))
    return shop


def arrives(shop, points, name):
    if points:
        shop.grant("anna", points, name, kind="identified")
    shop.courier.answers("identify", member={"id": ANNA}, allowance={"granted": points})
    shop.till.link_changed(True)


def test_it_is_given_when_the_points_are_free_again(aside):
    said = notices(again(aside))
    assert "reward_waits" in said
    assert "reward_gone" not in said
    assert (listed(aside)[0], aside.sale.total_minor) == (("cheese-300", True, 0), 1000_00)
    heard = listen(aside)
    arrives(aside, 200, "g2")
    assert heard[0] == "reward_claimed"
    assert (listed(aside)[0], aside.sale.total_minor) == (("cheese-300", True, 1), 700_00)
    ok(aside.till.pay("cash"))
    assert aside.documents()[-1].totals.points_redeemed == 200


def test_it_is_gone_when_another_till_has_spent_them(aside):
    ok(again(aside))
    heard = listen(aside)
    arrives(aside, 0, "g2")
    assert heard[0] == "reward_gone"
    assert listed(aside)[0][:2] == ("cheese-300", False)
    assert aside.sale.total_minor == 1000_00


def test_with_no_link_it_is_gone_at_once(aside):
    aside.courier.online = False
    aside.till.link_changed(False)
    assert "reward_gone" in notices(again(aside))


@pytest.mark.parametrize("meanwhile", ["paid", "unclaimed", "another member"])
def test_an_answer_that_comes_too_late_says_nothing_of_it(aside, meanwhile):
    ok(again(aside))
    if meanwhile == "paid":
        ok(aside.till.tender("cash", 100_00))
    elif meanwhile == "unclaimed":
        ok(aside.till.unclaim("cheese-300"))
    else:
        ok(aside.till.remove_member())
    heard = listen(aside)
    arrives(aside, 200, "g2")
    assert not [one for one in heard if one.startswith("reward")]

"""With a link a limit is the server's word, not the dark's; more is asked for when it is wanted."""

from tests.workstation.tills import CARDS, CHEESE, member_id, ok


def held(shop):
    """Anna's card with a link; the server gives a part of her points."""
    shop.courier.online = True
    shop.scan(CHEESE, CARDS["anna"])
    points = shop.till.station.known.account.available(shop.till.station.business_on())
    shop.grant("anna", 10, kind="identified")
    shop.courier.answers("identify", member={"id": member_id("anna")}, allowance={"granted": 10})
    assert points > 10
    return points


def test_the_limit_names_the_server_and_not_a_lost_link(shop):
    held(shop)
    assert shop.view.member.redeem_limit.key == "limit.held"
    shop.courier.online = False
    ok(shop.till.redeem(0))
    assert shop.view.member.redeem_limit.key == "limit.allowance"


def test_more_than_was_given_is_asked_for_again_and_counts_when_it_comes(shop):
    held(shop)
    before = len(shop.courier.asked)
    ok(shop.till.redeem(10))
    assert len(shop.courier.asked) == before
    ok(shop.till.redeem(20))
    assert len(shop.courier.asked) == before + 1
    assert shop.courier.asked[-1].fields["want_points"] == 10
    shop.grant("anna", 30, "g2", kind="identified")
    shop.courier.answers("identify", member={"id": member_id("anna")}, allowance={"granted": 30})
    assert shop.view.member.allowance == 40

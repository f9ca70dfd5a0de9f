"""How long a till honours grants, what it gives back when asked, and what it may risk."""

from datetime import timedelta

from pos_app.domain.events import AllowanceReturned
from pos_app.domain.loyalty.lease import Anchor
from tests.sync.mirror.feeds import row
from tests.workstation.tills import CARDS, CHEESE, NOON, member_id, ok


def setting(bench, name, value) -> None:
    body = {"name": name, "value": value}
    bench.mirrors(bench.newer(lambda ver: row("chain", ver, "setting", name, body)))


def heard(bench, **more) -> None:
    clock = bench.clock
    anchor = Anchor(clock.now, clock.monotonic_ms(), clock.boot_id(), clock.now)
    bench.memory.outbox.heard(anchor)


def spent(bench, points="max", name="anna"):
    """A sale of cheese with so many points; its document."""
    bench.scan(CHEESE, CARDS[name])
    ok(bench.till.redeem(points))
    ok(bench.till.pay("cash"))
    return bench.documents()[-1]


def test_a_placed_grant_lasts_for_the_owners_hours_after_the_last_word_of_the_server(shop) -> None:
    shop.grant("anna", 100)
    heard(shop)
    setting(shop, "allowance.placement", {"lease_hours": 2})
    shop.clock.move(hours=1)
    assert spent(shop, 40).totals.points_redeemed == 40
    shop.clock.move(hours=1)
    assert spent(shop).totals.points_redeemed == 0
    shop.clock.move(minutes=20)
    heard(shop)
    assert spent(shop).totals.points_redeemed == 60


def test_turning_the_clock_back_makes_no_lease_longer(shop) -> None:
    """Case 28: the monotonic clock counts; after another boot an earlier wall is not believed."""
    shop.grant("anna", 100, until=NOON + timedelta(hours=3))
    heard(shop)
    started = shop.clock.monotonic_ms()
    shop.clock.monotonic_ms = lambda: started + 4 * 3_600_000
    shop.clock.move(hours=-5)
    assert spent(shop).totals.points_redeemed == 0
    shop.clock.boot_id = lambda: "another"
    shop.clock.monotonic_ms = lambda: 5
    assert spent(shop).totals.points_redeemed == 0
    shop.clock.now = NOON + timedelta(hours=1)
    assert spent(shop).totals.points_redeemed == 100


def test_a_clock_that_runs_ahead_of_the_servers_ends_no_lease_early(shop) -> None:
    shop.grant("anna", 100, until=NOON + timedelta(hours=3))
    heard(shop)
    began = shop.clock.monotonic_ms()
    shop.clock.move(days=400)
    shop.clock.monotonic_ms = lambda: began + 3_600_000
    assert spent(shop).totals.points_redeemed == 100


def told(bench, kind: str, name: str = "anna", points: int = 100) -> None:
    """The feed brought the grant's row, and the courier says so."""
    bench.memory.outbox.apply_rows([("g1", member_id(name), points, kind, (0, 0, None, 0), 0)])
    bench.till.link_changed(True)


def test_points_that_the_server_asks_back_go_at_once(shop) -> None:
    shop.grant("anna", 100)
    told(shop, "placed")
    assert shop.events(AllowanceReturned) == []
    told(shop, "recalled")
    (back,) = shop.events(AllowanceReturned)
    assert [(use.grant_id, use.points) for use in back.uses] == [("g1", 100)]
    told(shop, "recalled")
    assert len(shop.events(AllowanceReturned)) == 1


def test_points_of_the_member_on_the_receipt_are_given_back_after_it(shop) -> None:
    shop.grant("anna", 100)
    shop.scan(CHEESE, CARDS["anna"])
    ok(shop.till.redeem(30))
    told(shop, "recalled")
    assert shop.events(AllowanceReturned) == []
    ok(shop.till.pay("cash"))
    (back,) = shop.events(AllowanceReturned)
    assert [(use.grant_id, use.points) for use in back.uses] == [("g1", 70)]


def test_somebody_elses_points_go_while_a_receipt_is_open_and_what_was_asked_for_stays(
    shop,
) -> None:
    shop.grant("anna", 100)
    shop.grant("boris", 50, "g2", "identified")
    shop.scan(CHEESE)
    told(shop, "recalled")
    (back,) = shop.events(AllowanceReturned)
    assert back.member_id == member_id("anna")
    ok(shop.till.void_transaction())
    shop.till.link_changed(True)
    assert [e.member_id for e in shop.events(AllowanceReturned)][1:] == [member_id("boris")]


def test_a_till_that_crashed_with_a_member_on_the_screen_gives_back_when_it_starts(shop) -> None:
    shop.grant("anna", 100, "g1", "identified")
    shop.scan(CHEESE, CARDS["anna"])
    shop.restart()
    (back,) = shop.events(AllowanceReturned)
    assert [(use.grant_id, use.points) for use in back.uses] == [("g1", 100)]


RISK = {"per_card": 50, "per_till_day": 70}


def test_by_default_nothing_is_risked(shop) -> None:
    document = spent(shop)
    assert (document.totals.points_redeemed, document.risked) == (0, 0)


def test_a_dark_till_gives_no_more_than_the_owner_risks_and_the_receipt_says_so(shop) -> None:
    """Case 29: the blind limit per card and outage, and per till and day."""
    setting(shop, "allowance.risk", RISK)
    shop.grant("anna", 20)
    first = spent(shop)
    assert (first.totals.points_redeemed, first.unsecured, first.risked) == (70, 50, 50)
    assert sum(use.points for use in first.uses) == 20
    assert spent(shop).totals.points_redeemed == 0, "the card has had it"
    other = spent(shop, name="tanya")
    assert (other.totals.points_redeemed, other.risked) == (20, 20), "and so has the till"
    assert spent(shop, name="gleb").risked == 0
    assert shop.till.station.session.day_totals.risked == 70


def test_when_the_server_has_heard_of_it_the_card_may_be_risked_again(shop) -> None:
    setting(shop, "allowance.risk", {"per_card": 50, "per_till_day": 500})
    assert spent(shop).risked == 50
    shop.clock.move(hours=1)
    shop.mirrors(as_of=(NOON + timedelta(minutes=59)).isoformat())
    assert spent(shop).risked == 50


def test_with_a_link_nothing_is_risked(shop) -> None:
    setting(shop, "allowance.risk", RISK)
    shop.courier.online = True
    assert spent(shop).risked == 0


def test_a_risk_that_is_gone_by_the_time_of_payment_is_not_taken(shop) -> None:
    setting(shop, "allowance.risk", RISK)
    shop.scan(CHEESE, CARDS["anna"])
    ok(shop.till.redeem("max"))
    shop.courier.online = True
    answer = shop.till.pay("cash")
    assert answer.refusal is not None
    assert answer.refusal.code == "allowance_gone"

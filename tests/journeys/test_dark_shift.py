"""A whole shift with the cable out, from boot to Z; then the cable is back.

The server is not running at all while the till works: boot, sign-on, sale to a member, points,
coupon, card, return, a receipt put aside, cash in and out, count, Z. With the server back all is
sent exactly once, by itself, and both sides' totals are equal.
"""

import json

import pytest

from pos_app.wiring.console_till import build_console_till
from pos_app.wiring.courier import first_sync
from pos_app.wiring.demo_shop import Shop, Stock, head_office, packaged

MEMBER = "2990000000019"
TEA, MILK = "2000000000206", "2000000000893"
COUPON = "LEAF-77"
PATIENCE_S = 60


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """The demo shop with one coupon of a leaflet that many may use."""
    folder = tmp_path_factory.mktemp("dark")
    document = json.loads(packaged("demo", "program.json").read_text(encoding="utf-8"))
    document["coupons"] = [
        {"id": "leaf", "name": {"ru": "Листовка"}, "kind": "code", "use": "multi_use",
         "codes": [{"code": COUPON}]}
    ]  # fmt: skip
    document["promotions"].append(
        {"id": "leaf-5", "name": {"ru": "По листовке"}, "kind": "amount", "amount": "5.00",
         "scope": "transaction", "coupon_needed": "leaf"}
    )  # fmt: skip
    program = folder / "program.json"
    program.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    with Shop(folder, Stock(program=program)) as shop:
        yield shop


class Counter:
    """A till with every simulated device, and patience."""

    def __init__(self, place) -> None:
        self.place = place
        self.driver = build_console_till(place)
        self.till = self.driver.till.terminal
        self.heard = []
        self.till.subscribe(self.heard.append)

    @property
    def view(self):
        return self.till.view()

    def until(self, ready) -> None:
        codes = [n.code for answer in self.heard for n in answer.notices]
        assert self.driver.wait_for(ready, PATIENCE_S), codes

    def ok(self, answer):
        assert answer.ok, answer.refusal
        return answer

    def document(self):
        return self.till.station.journal.last_document()

    def paid(self, kind="cash", amount=None):
        before = self.till.station.session.totals.receipts
        self.ok(self.till.pay(kind, amount))
        self.until(lambda: self.till.station.session.totals.receipts > before)
        return self.document()

    def close(self) -> None:
        self.till.close()


def test_a_whole_shift_without_the_server_closes_and_is_sent_once_when_the_cable_is_back(shop):
    devices = shop.counter("", ("card",)).devices
    place = shop.till("till-dark", devices=devices)
    first_sync(place.data, place.server)
    port = int(shop.url.rpartition(":")[2])
    shop.stop_server()
    counter = Counter(place)
    try:
        work_in_the_dark(counter)
        shop.start_server(port)
        the_cable_is_back(counter, shop)
    finally:
        counter.close()
    assert head_office(shop.data, "doctor") == ["the books are right"]


def work_in_the_dark(counter) -> None:
    till = counter.till
    counter.until(lambda: all(one.state == "ok" for one in counter.view.devices))
    assert not counter.view.link.online
    counter.ok(till.sign_on("anna", "1111"))
    counter.ok(till.open_session(1000_00))

    # A member earns, spends within the allowance, brings a coupon.
    counter.ok(till.type_text(TEA))
    counter.ok(till.type_text(f"4*{MILK}"))
    counter.ok(till.scan(MEMBER.encode(), "]E0"))
    assert counter.view.member.allowance > 0
    counter.ok(till.coupon(COUPON))
    counter.ok(till.redeem("max"))
    first = counter.paid("cash", 5000_00)
    assert first.totals.points_redeemed > 0
    assert first.totals.points_earned > 0
    assert first.unsecured == 0
    assert [use.deed for use in first.coupons] == ["used"]

    # One by card, one back, one put aside and taken up again, money in and out.
    counter.ok(till.type_text(TEA))
    second = counter.paid("card")
    assert second.tenders[0].kind.value == "card"
    counter.ok(till.return_sale(first.receipt_number, [(1, "1")], "not_suitable"))
    counter.ok(till.complete())
    counter.until(lambda: till.station.session.totals.returns == 1)
    counter.ok(till.type_text(MILK))
    counter.ok(till.suspend("бабушка"))
    counter.ok(till.cash_movement("paid_in", 500_00, "change_brought"))
    counter.ok(till.cash_movement("paid_out", 100_00, "courier"))
    counter.ok(till.type_text(TEA))
    counter.paid()
    counter.ok(till.resume(counter.view.suspended[0].id))
    counter.paid()
    close_the_day(counter)


def close_the_day(counter) -> None:
    """Step by step; what cannot be done without the server says so and keeps nobody."""
    till = counter.till
    cash = till.station.session.cash_minor
    counter.ok(till.day_begin())
    assert counter.view.day.next.name == "count"
    counter.ok(till.count_drawer(cash - 1_00))
    assert counter.view.day.next.choices == ("count_again", "close_differs")
    counter.ok(till.day_choice("count", "count_again"))
    counter.ok(till.count_drawer(cash))
    counter.ok(till.day_choice("count", "close"))
    counter.until(lambda: states(counter)["paper"] == states(counter)["terminal:card"] == "done")
    assert states(counter) == {
        "receipts": "done", "count": "done", "terminal:card": "done", "paper": "done",
        "send": "cannot", "settle": "cannot", "conflicts": "waits",
    }  # fmt: skip
    totals = till.station.days[-1].totals
    assert (totals.receipts, totals.returns, totals.dark_receipts) == (4, 1, 5)
    assert totals.dark_redeemed == totals.points_redeemed > 0
    assert counter.view.day.value.key == "day.value_unsaid"
    counter.ok(till.day_leave())
    counter.ok(till.sign_off())


def states(counter) -> dict:
    return {step.name: step.state.value for step in counter.view.day.steps}


def the_cable_is_back(counter, shop) -> None:
    """Nobody presses anything; who comes in the morning hears how it went."""
    till = counter.till
    counter.until(lambda: counter.view.link.online)
    counter.until(lambda: counter.view.link.unsent == 0)
    counter.until(lambda: till.station.days[-1].settled is not None)
    day = till.station.days[-1]
    assert (day.settled.differences, day.settled.overdrawn) == ((), 0)
    heard = counter.ok(till.sign_on("anna", "1111"))
    assert [one.code for one in heard.notices] == ["signed_on", "day_agreed"]
    counter.ok(till.day_begin())
    counter.until(lambda: set(states(counter).values()) == {"done"})
    assert counter.view.day.value.key == "day.value"

    # Each event is there once, and the server's day is the till's, dark hours too.
    on = day.business_on.isoformat()
    report = json.loads(
        "".join(head_office(shop.data, "report", "--from", on, "--until", on, "--store", "s1"))
    )
    assert report["sums"]["receipts"] == day.totals.receipts
    assert dict(report["tenders"]) == {k: v for k, v in day.totals.by_tender if v}
    offline = report["offline"]
    assert offline["receipts"] == day.totals.dark_receipts
    assert offline["points_redeemed"] == day.totals.dark_redeemed
    assert (offline["seconds"], offline["overdrawn"]) == (day.totals.dark_seconds, 0)

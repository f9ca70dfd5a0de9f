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
        the_cable_is_back(counter)
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
    counter.ok(counter.till.end_of_day(counter.till.station.session.cash_minor))


def the_cable_is_back(counter) -> None:
    """Nobody presses anything."""
    counter.until(lambda: counter.view.link.online)
    counter.until(lambda: counter.view.link.unsent == 0)

"""With the link up, points that lie at one till come to the till where the member stands.

Real tills, real couriers, a real server: it asks the first till to give back, the second one waits
a moment and redeems all of it.
"""

import pytest

from pos_app.wiring.console_till import build_console_till, wait_for_sync
from pos_app.wiring.courier import first_sync
from pos_app.wiring.demo_shop import head_office
from tests.demo_shop_once import furnished

CARD = "2990000000019"
GOODS = ("2000000000206", "2000000000893", "2100180010009")
DEADLINE_S = 60


@pytest.fixture
def shop(tmp_path):
    with furnished(tmp_path / "shop") as shop:
        yield shop


class Counter:
    """A till with a cashier."""

    def __init__(self, shop, name) -> None:
        self.place = shop.till(name)
        first_sync(self.place.data, self.place.server)
        self.driver = build_console_till(self.place)
        self.till = self.driver.till.terminal
        assert self.till.sign_on("anna", "1111").ok
        assert self.till.open_session(0).ok

    def sync(self) -> None:
        assert "error" not in wait_for_sync(self.driver, DEADLINE_S).data["sync"]
        self.driver.work(0.2)

    @property
    def allowance(self) -> int:
        return self.till.view().member.allowance

    def left(self, member_id) -> int:
        return sum(a.left for a in self.till.station.journal.allowances(member_id))

    def scan(self) -> None:
        for code in (*GOODS, CARD):
            assert self.till.type_text(code).ok, code


def test_a_member_redeems_at_one_till_what_lay_at_the_other(shop) -> None:
    """Part of case 29: moved by the server, the sum of rights is never more than the balance."""
    first, second = Counter(shop, "front"), Counter(shop, "back")
    tills = (first, second)
    try:
        for one in tills:
            one.sync()
        first.scan()
        member_id = first.till.station.open.member.member_id
        assert first.driver.wait_for(lambda: first.allowance > 0, DEADLINE_S)
        assert first.till.pay("cash", 5_000_00).ok
        for _round in range(3):
            for one in tills:
                one.sync()
        holder = max(tills, key=lambda one: one.left(member_id))
        other = second if holder is first else first
        lay = holder.left(member_id)
        assert lay > 100

        other.scan()

        def there() -> bool:
            holder.driver.work(0.01)
            return other.allowance >= lay

        assert other.driver.wait_for(there, DEADLINE_S), (other.allowance, lay)
        assert other.till.redeem("max").ok
        assert other.till.pay("cash", 5_000_00).ok
        document = other.till.station.journal.last_document()
        assert document.totals.points_redeemed > 0
        assert document.unsecured == 0
        for _round in range(2):
            for one in tills:
                one.sync()
    finally:
        for one in tills:
            one.till.close()
    assert head_office(shop.data, "doctor") == ["the books are right"]
    lines = head_office(shop.data, "conflicts", "--open")
    assert {line.split()[2].partition("_")[0] for line in lines} <= {"velocity"}

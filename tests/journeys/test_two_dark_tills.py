"""Two tills, the cable out at both: one member, one gift card, one coupon, and nothing overdrawn.

Real tills, real couriers, a real server. What one till was granted while it had a link it may
spend in the dark; the other says plainly why it may not.
"""

import json

import pytest

from pos_app.wiring.console_till import build_console_till, wait_for_sync
from pos_app.wiring.courier import first_sync
from pos_app.wiring.demo_shop import Shop, Stock, head_office, packaged

MEMBER = "2990000000019"
MILK = "2000000000206"
GIFT, COUPON = "K1G:WINTER-0001-7731", "LEAF-77"
PATIENCE_S = 30


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """The demo shop; it sells gift cards of 1000.00 and has one coupon of one use."""
    folder = tmp_path_factory.mktemp("shop")
    document = json.loads(packaged("demo", "program.json").read_text(encoding="utf-8"))
    document["gift_cards"] = {"denominations": [{"amount": "1000.00"}], "days": 365}
    document["coupons"] = [
        {"id": "leaf", "name": {"ru": "Листовка"}, "kind": "code", "codes": [{"code": COUPON}]}
    ]
    document["promotions"].append(
        {"id": "leaf-5", "name": {"ru": "По листовке"}, "kind": "amount", "amount": "5.00",
         "scope": "transaction", "coupon_needed": "leaf"}
    )  # fmt: skip
    program = folder / "program.json"
    program.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    with Shop(folder, Stock(program=program)) as shop:
        yield shop


class Counter:
    """One till of the shop, with a cashier at it."""

    def __init__(self, shop, name, operator) -> None:
        self.place = shop.till(name)
        first_sync(self.place.data, self.place.server)
        self.sit(operator)

    def sit(self, operator) -> None:
        """A process of this till, signed on; the session of before goes on."""
        self.driver = build_console_till(self.place)
        self.till = self.driver.till.terminal
        assert self.till.sign_on(operator, "1111").ok
        if self.till.view().session is None:
            assert self.till.open_session(0).ok
        self.sync()

    def sync(self) -> None:
        """Everything there is goes and comes, what follows from it too."""
        for _round in range(3):
            answer = wait_for_sync(self.driver, PATIENCE_S)
            assert "error" not in answer.data["sync"], answer
            self.driver.work(0.2)

    def until(self, ready) -> None:
        assert self.driver.wait_for(ready, PATIENCE_S)

    def cable(self, *, plugged: bool) -> None:
        self.till.link(plugged)
        self.until(lambda: self.driver.till.courier.status().online == plugged)

    def buys_milk(self, times: int) -> None:
        for _ in range(times):
            assert self.till.type_text(MILK).ok

    def shows_card(self) -> int:
        """The card is scanned; what this till may take from it."""
        assert self.till.scan(GIFT.encode()).ok
        self.until(lambda: not self.till.view().gift_card.asking)
        return self.till.view().gift_card.allowance_minor

    def paid(self):
        """The rest in cash; the document."""
        answer = self.till.pay("cash")
        assert answer.ok, answer.refusal
        return self.till.station.journal.last_document()

    def leave(self) -> None:
        self.till.close()


@pytest.fixture
def tills(shop):
    found = [Counter(shop, "till-front", "anna"), Counter(shop, "till-back", "anna")]
    yield found
    for one in found:
        one.leave()


def card_now(shop) -> tuple[str, list[str]]:
    state, *entries = head_office(shop.data, "gift-card", "show", GIFT)
    return state, entries


def test_two_dark_tills_overdraw_no_member_no_gift_card_and_no_coupon(shop, tills):
    """Cases 29, 36: whoever was granted it spends it."""
    front, back = tills
    assert front.till.sell_gift_card(GIFT).ok
    front.paid()
    front.sync()
    back.sync()
    assert card_now(shop)[0].startswith("gift card ··7731: 1000.00, until")

    # The front till asks for card and coupon while it has a link; then both cables are out.
    front.buys_milk(4)
    assert front.shows_card() == 1000_00
    assert front.till.coupon(COUPON).ok
    front.until(lambda: front.till.view().transaction.coupons)
    back.sync()
    for one in tills:
        one.cable(plugged=False)

    # The back till knows the card and its money, and may not touch either.
    back.buys_milk(4)
    assert back.shows_card() == 0
    assert back.till.view().gift_card.balance_minor == 1000_00
    assert back.till.tender("gift_card").refusal.code == "gift_allowance"
    assert back.till.coupon(COUPON).refusal.code == "coupon_needs_link"

    redeemed = 0
    for one in tills:
        assert one.till.scan(MEMBER.encode(), "]E0").ok
        assert one.till.redeem("max").ok
        if one is front:
            assert one.till.tender("gift_card", 200_00).ok
        document = one.paid()
        redeemed += document.totals.points_redeemed
        assert document.unsecured == 0
        if one is front:
            assert [use.deed for use in document.coupons] == ["used"]
            assert [entry.amount_minor for entry in document.gift_cards] == [-200_00]

    # A second receipt at the front: the card pays again from what it was granted, the coupon not.
    front.buys_milk(1)
    assert front.till.coupon(COUPON).refusal.code == "coupon_used"
    front.paid()

    for one in tills:
        one.cable(plugged=True)
        one.sync()
    assert head_office(shop.data, "doctor") == ["the books are right"]
    # Two receipts of one member within minutes are unusual; nothing was overdrawn.
    lines = head_office(shop.data, "conflicts", "--open")
    assert {line.split()[2].partition("_")[0] for line in lines} <= {"velocity"}
    state, entries = card_now(shop)
    assert state.startswith("gift card ··7731: 800.00, until")
    assert len(entries) == 2
    assert redeemed > 0

    # With the link the back till gets what the front has given back.
    back.buys_milk(4)
    assert back.shows_card() == 800_00
    assert back.till.coupon(COUPON).refusal.code == "coupon_used"
    assert back.till.tender("gift_card", 100_00).ok
    back.paid()
    back.sync()
    assert card_now(shop)[0].startswith("gift card ··7731: 700.00, until")


def test_a_till_that_dies_with_the_card_in_hand_gives_it_back_and_no_more(shop, tills):
    """Case 36: the money is there again, once."""
    front, back = tills
    before = card_now(shop)[0].split(",")[0]
    front.buys_milk(2)
    whole = front.shows_card()
    assert front.till.tender("gift_card", 50_00).ok
    assert back.shows_card() == 0
    # The process ends with the payment on the screen and nothing on the disk; another one sits.
    front.leave()
    front.sit("anna")
    assert front.till.view().transaction is None
    back.sync()
    assert card_now(shop)[0].split(",")[0] == before
    assert back.till.gift_card("").ok
    back.buys_milk(2)
    assert back.shows_card() == whole
    assert back.till.void_transaction("").ok or back.till.pay("cash").ok
    back.sync()
    assert head_office(shop.data, "doctor") == ["the books are right"]

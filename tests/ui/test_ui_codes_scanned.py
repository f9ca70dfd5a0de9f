"""A code that is asked for may be typed, come from any scanner, or be pressed: one answer."""

import pytest

from pos_app.domain.tender import TenderKind
from pos_app.ui import control_flows
from pos_app.ui.menu_flows import perform
from pos_app.ui.wedge import WedgeFilter
from tests.ui.test_ui_gift_card_sold import selling_cards
from tests.ui.test_ui_wedge_and_children import burst
from tests.workstation.test_till_gift_cards import CODE, granted, mirrored
from tests.workstation.tills import CARDS, MILK, UNKNOWN, Bench

PLAIN = CODE.removeprefix("K1G:")
COUPON = "AUTUMN-7"


class Counter:
    """A till, its window, and every way in which a code gets there."""

    def __init__(self, till, window):
        self.till, self.window, self.desk = till, window, window.desk

    def typed(self, code):
        """By a hand: a key in a fifth of a second."""
        self.wedge(code, 200)

    def serial(self, code):
        self.till.till.scanned(code.encode(), None)

    def marked(self, code):
        self.till.till.scanned(f"]C0{code}".encode(), None)

    def wedge(self, code, gap_ms=4):
        burst(self.window, f"{code}\r", codes=False, gap_ms=gap_ms)

    def wedge_10_ms(self, code):
        self.wedge(code, 10)

    def wedge_25_ms(self, code):
        self.wedge(code, 25)


WAYS = ("typed", "serial", "marked", "wedge", "wedge_10_ms", "wedge_25_ms")
by_every_way = pytest.mark.parametrize("way", WAYS)
by_a_scanner = pytest.mark.parametrize("way", ["serial", "wedge"])


def heard_at(till, open_till, qapp):
    """A real till behind its window, which hears a scanner that types."""
    window = open_till(till.till)
    heard = WedgeFilter(lambda data, aim: control_flows.scan(window.desk, data, aim), parent=window)
    heard.follow(qapp, window)
    yield Counter(till, window)
    heard.leave(qapp)
    open_till.end(window)
    till.close()


@pytest.fixture
def counter(tmp_path, open_till, qapp):
    till = selling_cards(Bench(tmp_path)).open_shift()
    till.scan(MILK)
    yield from heard_at(till, open_till, qapp)


@by_every_way
@pytest.mark.parametrize("code", [PLAIN, CODE])
def test_a_gift_card_asked_for_by_f12_pays_at_once_however_its_code_comes(counter, way, code):
    mirrored(counter.till)
    granted(counter.till, 1000_00)
    perform(counter.desk, "gift_card")
    getattr(counter, way)(code)
    assert counter.desk.view.transaction is None
    assert counter.desk.view.last_sale.total_minor == 89_90
    (document,) = counter.till.documents()
    assert [one.kind for one in document.tenders] == [TenderKind.GIFT_CARD]


@by_every_way
@pytest.mark.parametrize("code", [PLAIN, CODE])
def test_a_card_that_is_sold_is_asked_for_its_amount_however_its_code_comes(counter, way, code):
    perform(counter.desk, "sell_gift_card")
    getattr(counter, way)(code)
    assert counter.desk.ask.name == "gift_card_amount"
    assert counter.desk.view.gift_card.number == "··7731"


@by_every_way
@pytest.mark.parametrize("code", [COUPON, f"K1C:{COUPON}"])
def test_a_coupon_asked_for_by_f4_is_on_the_receipt_however_its_code_comes(counter, way, code):
    perform(counter.desk, "coupon")
    getattr(counter, way)(code)
    assert [one.id for one in counter.desk.view.transaction.coupons] == ["autumn"]
    assert counter.desk.ask is None


@by_every_way
def test_a_coupon_nobody_knows_is_told_and_the_question_stays(counter, way):
    perform(counter.desk, "coupon")
    getattr(counter, way)("WINTER-77")
    assert counter.desk.said.texts[0].key == "coupon.unknown"
    assert counter.desk.ask.name == "coupon"


@by_a_scanner
def test_what_was_half_typed_is_no_part_of_a_code_that_is_scanned(counter, way):
    perform(counter.desk, "coupon")
    counter.desk.write("AU")
    getattr(counter, way)("WINTER-77")
    assert (counter.desk.typed, counter.window.entry.text()) == ("", "")


@by_a_scanner
@pytest.mark.parametrize("asked", ["gift_card", "coupon", "sell_gift_card"])
@pytest.mark.parametrize("code", [MILK, UNKNOWN])
def test_goods_are_goods_and_end_the_question_for_a_code(counter, way, asked, code):
    perform(counter.desk, asked)
    getattr(counter, way)(code)
    lines = counter.desk.view.transaction.lines
    sold = sum(one.quantity.value for one in lines)
    assert sold == (2 if code == MILK else 1)
    assert counter.desk.ask is None
    assert counter.desk.view.gift_card is None


@by_a_scanner
@pytest.mark.parametrize("asked", ["gift_card", "coupon"])
def test_a_members_card_is_a_members_card(counter, way, asked):
    perform(counter.desk, asked)
    getattr(counter, way)(CARDS["anna"])
    assert counter.desk.view.member is not None
    assert counter.desk.ask is None

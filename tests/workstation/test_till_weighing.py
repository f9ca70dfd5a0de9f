"""Weighing at the till: the scale is asked, and what it says is sold once, exactly."""

from dataclasses import replace

import pytest

from pos_app.domain.events import RightUsed
from pos_app.domain.quantity import grams
from pos_app.workstation import weighing
from pos_app.workstation.scale_port import NoScale, Pan, Weighed
from tests.sync.mirror.feeds import row
from tests.workstation.tills import APPLES_PLU, MARIA, MILK, Bench, ean, goods, notices, refusal


class RecordedScale:
    """The scale as a till sees it: a test answers."""

    def __init__(self) -> None:
        self.now = "ok"
        self.asked: list[tuple] = []
        self.cancelled = 0
        self.tares: list[tuple] = []

    def state(self) -> str:
        return self.now

    def weigh(self, on_pan, on_answer) -> None:
        self.asked.append((on_pan, on_answer))

    def cancel(self) -> None:
        self.cancelled += 1

    def tare(self, grams, on_answer) -> None:
        self.tares.append((grams, on_answer))

    def shows(self, state: str, weight_g: int | None = None) -> None:
        self.asked[-1][0](Pan(state, weight_g))

    def answers(self, weight_g: int = 0, trouble: str = "") -> None:
        self.asked[-1][1](Weighed(weight_g, trouble))


@pytest.fixture
def scale(shop: Bench):
    one = RecordedScale()
    shop.till.station.scale = one
    return one


def demand(shop: Bench) -> str:
    shown = shop.till.view().demand
    return shown.text.key if shown else ""


def manual_weight(shop: Bench, rule: str) -> None:
    body = {"name": "manual_weight", "value": rule}
    shop.mirrors(shop.newer(lambda ver: row("chain", ver, "setting", "manual_weight", body)))


def beat(shop: Bench) -> None:
    weighing.tick(shop.till.station)


def test_goods_by_weight_wait_for_the_scale_and_are_sold_to_the_gram(shop, scale) -> None:
    answer = shop.till.type_text(APPLES_PLU)
    assert answer.ok
    assert shop.till.view().transaction is None
    assert shop.till.view().demand.kind == "weighing"
    assert demand(shop) == "demand.weighing_waiting"
    scale.shows("moving", 330)
    assert demand(shop) == "demand.weighing_shown"
    assert shop.till.view().demand.text.args["weight"] == grams(330)
    scale.shows("resting", 342)
    scale.answers(342)
    line = shop.till.view().transaction.lines[0]
    assert (line.quantity, line.unit_price_minor, line.list_minor) == (grams(342), 12000, 4104)
    assert demand(shop) == ""


@pytest.mark.parametrize(("weight_g", "amount"), [(1, 12), (4, 48), (37, 444), (999, 11988)])
def test_the_amount_is_rounded_half_up_to_the_kopeck(shop, scale, weight_g, amount) -> None:
    shop.till.add_item("item9")
    scale.answers(weight_g)
    assert shop.till.view().transaction.lines[0].list_minor == amount


def test_an_answer_is_taken_once_and_never_for_another_weighing(shop, scale) -> None:
    shop.till.type_text(APPLES_PLU)
    scale.answers(500)
    scale.answers(500)
    assert len(shop.till.view().transaction.lines) == 1
    shop.till.type_text(APPLES_PLU)
    late = scale.asked[-1][1]
    shop.till.cancel_weighing()
    late(Weighed(700))
    scale.asked[-1][0](Pan("moving", 3))
    shop.till.type_text(APPLES_PLU)
    late(Weighed(700))
    assert [one.quantity for one in shop.till.view().transaction.lines] == [grams(500)]
    scale.answers(300)
    assert [one.quantity.value for one in shop.till.view().transaction.lines] == [500, 300]


def test_other_goods_are_scanned_while_the_scale_is_waited_for(shop, scale) -> None:
    shop.till.type_text(APPLES_PLU)
    shop.till.scan(MILK.encode())
    assert demand(shop) == "demand.weighing_waiting"
    scale.answers(200)
    assert len(shop.till.view().transaction.lines) == 2


def test_a_cancelled_weighing_sells_nothing(shop, scale) -> None:
    shop.till.type_text(APPLES_PLU)
    assert notices(shop.till.cancel_weighing()) == ["weighing_cancelled"]
    assert (scale.cancelled, demand(shop)) == (1, "")
    assert refusal(shop.till.cancel_weighing()) == "nothing_weighed"
    scale.answers(trouble="cancelled")
    assert shop.till.view().transaction is None


@pytest.mark.parametrize("trouble", ["moving", "over", "under", "unreadable", "empty"])
def test_trouble_on_the_pan_is_shown_and_the_scale_is_asked_again(shop, scale, trouble) -> None:
    shop.till.type_text(APPLES_PLU)
    scale.shows("empty")
    scale.answers(trouble=trouble)
    assert demand(shop) == f"demand.weighing_{trouble}"
    beat(shop)
    assert len(scale.asked) == 2
    scale.answers(250)
    assert shop.till.view().transaction.lines[0].quantity == grams(250)


def test_a_busy_scale_is_asked_again_with_the_next_beat(shop, scale) -> None:
    shop.till.type_text(APPLES_PLU)
    scale.answers(trouble="busy")
    assert demand(shop) == "demand.weighing_waiting"
    beat(shop)
    beat(shop)
    assert len(scale.asked) == 2


def test_a_lost_scale_is_said_and_weighing_goes_on_when_it_is_back(shop, scale) -> None:
    heard = []
    shop.till.subscribe(heard.append)
    shop.till.type_text(APPLES_PLU)
    scale.now = "lost"
    scale.answers(trouble="lost")
    assert notices(heard[-1]) == ["scale_lost"]
    assert demand(shop) == "demand.weighing_lost"
    beat(shop)
    assert len(scale.asked) == 1
    scale.now = "ok"
    beat(shop)
    assert len(scale.asked) == 2
    scale.answers(1_000)
    assert shop.till.view().transaction.lines[0].list_minor == 12000


def test_a_scale_that_is_lost_from_the_beginning_is_waited_for(shop, scale) -> None:
    scale.now = "unknown"
    assert notices(shop.till.type_text(APPLES_PLU)) == ["scale_lost"]
    assert (demand(shop), scale.asked) == ("demand.weighing_lost", [])


def test_a_scale_that_refuses_ends_the_weighing_in_words(shop, scale) -> None:
    heard = []
    shop.till.subscribe(heard.append)
    shop.till.type_text(APPLES_PLU)
    scale.answers(trouble="refused")
    assert heard[-1].refusal.code == "scale_refused"
    assert demand(shop) == ""


def test_other_goods_on_the_scale_take_the_place_of_those_that_waited(shop, scale) -> None:
    shop.till.type_text(APPLES_PLU)
    pears = replace(shop.till.station.weighing.item, item_id="pears", name="Груши")
    answer = weighing.begin(shop.till.station, pears, lambda q, e: None)
    assert notices(answer) == ["weighing_dropped"]
    assert scale.cancelled == 1


def test_the_packing_is_taken_off_and_nothing_is_sold_below_it(shop, scale) -> None:
    shop.till.type_text(APPLES_PLU)
    one = shop.till.station.weighing
    boxed = replace(one.item, extra={"tare_g": "20"})
    shop.till.station.weighing = replace(one, item=boxed)
    scale.answers(520)
    assert shop.till.view().transaction.lines[0].quantity == grams(500)
    heard = []
    shop.till.subscribe(heard.append)
    shop.till.type_text(APPLES_PLU)
    shop.till.station.weighing = replace(shop.till.station.weighing, item=boxed)
    scale.answers(20)
    assert heard[-1].refusal.code == "lighter_than_its_tare"


def test_a_weight_is_typed_only_with_the_right_where_there_is_a_scale(shop, scale) -> None:
    assert refusal(shop.till.type_text(f"0.5*{APPLES_PLU}")) == "needs_override"
    shop.till.type_text(APPLES_PLU)
    assert refusal(shop.till.weigh_by_hand("0.5")) == "needs_override"
    assert shop.till.weigh_by_hand("0.5", MARIA).ok
    assert shop.till.view().transaction.lines[0].quantity == grams(500)
    assert demand(shop) == ""
    used = [event for event in shop.events(RightUsed) if event.action == "weigh_by_hand"]
    assert [(one.subject, one.override_by) for one in used] == [("item9 x 0.5", "maria")]
    assert refusal(shop.till.set_quantity(1, "0.7")) == "needs_override"


def test_the_shop_may_forbid_or_free_weights_typed_by_hand(shop, scale) -> None:
    manual_weight(shop, "never")
    shop.till.type_text(APPLES_PLU)
    assert refusal(shop.till.weigh_by_hand("0.5", MARIA)) == "no_manual_weight"
    manual_weight(shop, "always")
    assert shop.till.weigh_by_hand("0.5").ok


def test_a_weight_that_is_no_weight_is_refused(shop, scale) -> None:
    assert refusal(shop.till.weigh_by_hand("1")) == "nothing_weighed"
    shop.till.type_text(APPLES_PLU)
    for text in ("", "x", "0", "-1", "0.0001"):
        assert refusal(shop.till.weigh_by_hand(text, MARIA)) == "bad_quantity"


def test_what_ends_the_receipt_ends_the_weighing(shop, scale) -> None:
    shop.till.scan(MILK.encode())
    shop.till.type_text(APPLES_PLU)
    shop.till.void_transaction("mistake", MARIA)
    assert demand(shop) == ""
    scale.answers(500)
    assert shop.till.view().transaction is None


def test_a_weight_that_comes_after_the_money_is_not_sold(shop, scale) -> None:
    heard = []
    shop.till.subscribe(heard.append)
    shop.till.scan(MILK.encode())
    shop.till.type_text(APPLES_PLU)
    shop.till.tender("cash", 10_00)
    scale.answers(500)
    assert heard[-1].refusal.code == "tenders_taken"
    assert len(shop.till.view().transaction.lines) == 1
    assert refusal(shop.till.type_text(APPLES_PLU)) == "tenders_taken"


def test_goods_without_a_price_are_not_weighed(shop, scale) -> None:
    shop.till.type_text(APPLES_PLU)
    free = replace(shop.till.station.weighing.item, prices=())
    assert refusal(weighing.begin(shop.till.station, free, lambda q, e: None)) == "no_price"


def test_the_tare_is_the_scale_s_own(shop, scale) -> None:
    heard = []
    shop.till.subscribe(heard.append)
    for weight_g, done, code in (
        (None, True, "scale_tared"),
        (0, True, "tare_cleared"),
        (30, False, "scale_refused"),
    ):
        assert shop.till.tare(weight_g).ok
        scale.tares[-1][1](done)
        assert notices(heard[-1]) == [code]
    scale.now = "lost"
    assert refusal(shop.till.tare()) == "scale_lost"


def test_a_till_without_a_scale_wants_the_weight_typed(shop) -> None:
    assert refusal(shop.till.type_text(APPLES_PLU)) == "weigh_first"
    assert shop.till.type_text(f"0.5*{APPLES_PLU}").ok
    none, told, tared = NoScale(), [], []
    none.weigh(lambda _pan: None, told.append)
    none.tare(0, tared.append)
    none.cancel()
    assert (none.state(), told, tared) == ("none", [Weighed(trouble="lost")], [False])


def test_a_price_label_sells_at_its_price_and_one_without_a_price_is_refused(senior) -> None:
    assert refusal(senior.scan(ean("250010200000"))) == "label_without_price"
    senior.scan(ean("250010204500"), ean("250010104104"))
    bun, apples = senior.sale.lines
    assert (bun.amount_minor, apples.amount_minor) == (45_00, 41_04)
    senior.till.pay("cash", None)
    document = senior.memory.journal.last_document()
    assert document.totals.payable_minor == 86_04
    assert senior.till.return_sale(document.receipt_number, None, "defect").ok
    assert senior.till.pay("cash", None).ok
    returned = senior.memory.journal.last_document()
    assert (returned.kind.value, returned.totals.payable_minor) == ("return", 86_04)


def test_goods_by_volume_are_not_put_on_the_scale(shop, scale) -> None:
    shop.mirrors(goods(20, "", "Масло на розлив", 300_00, "Прочее", unit="ml", plu="120"))
    assert refusal(shop.till.type_text("120")) == "weigh_first"
    assert shop.till.type_text("0.25*120").ok
    assert scale.asked == []

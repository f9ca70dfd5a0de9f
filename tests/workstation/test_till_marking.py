"""Marking codes at the till: asked while scanning goes on, refused ones make no line."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from drivers.fake.fiscal import VirtualFiscal
from drivers.fake.marking import VirtualMarking
from pos_app.workstation.answer import Answer, Part
from pos_app.workstation.ports import DeviceState, StorageFull
from tests.workstation.fiscal_till import FiscalTill
from tests.workstation.test_till_fiscal import paid, papers
from tests.workstation.tills import BREAD, MILK, UNKNOWN, goods, notices, ok, refusal

WATER = "4601234567893"


def code(serial: str) -> str:
    return f"01{WATER.zfill(14)}21{serial}\x1d93abcd"


@pytest.fixture
def services() -> Iterator[VirtualMarking]:
    with VirtualMarking() as made:
        yield made


@pytest.fixture
def till(tmp_path, services) -> Iterator[FiscalTill]:
    with VirtualFiscal() as fiscal:
        table = {"name": "cz", "kind": "marking", **services.config(), "online_ms": 400}
        made = FiscalTill(tmp_path, fiscal, (table,))
        made.mirrors(goods(30, WATER, "Вода 1 л", 60_00, "Вода", marking="water"))
        made.begun()
        yield made
        made.close()


def scan(till: FiscalTill, serial: str):
    return till.till.scan(code(serial).encode(), "]d2")


def judged(till: FiscalTill) -> None:
    till.until(lambda: not till.till.station.fiscal.asking)


def names(till: FiscalTill) -> list[tuple[str, str]]:
    sale = till.sale
    return [(line.name, line.quantity.decimal()) for line in sale.lines] if sale else []


def test_a_code_is_asked_while_other_goods_are_scanned(till, services) -> None:
    services.delay_ms = 150
    assert notices(scan(till, "a1")) == ["mark_checking"]
    ok(till.scan(BREAD))
    assert names(till) == [("Хлеб ржаной", "1")]
    assert refusal(till.till.pay("cash", None)) == "fiscal_marks_waiting"
    judged(till)
    assert names(till) == [("Хлеб ржаной", "1"), ("Вода 1 л", "1")]
    paid(till)
    (paper,) = papers(till, "sell")
    (position,) = [one for one in paper.task["items"] if one["name"] == "Вода 1 л"]
    assert position["paymentObject"] == "commodityWithMarking"
    (industry,) = position["industryInfo"]
    assert (industry["fois"], industry["number"]) == ("030", "1944")
    assert industry["industryAttribute"] == "UUID=req-1&Time=1763640000000"


@pytest.mark.parametrize("refused", [False, True])
def test_a_code_that_is_asked_is_marked_on_the_receipt_until_its_verdict(till, services, refused):
    services.delay_ms = 150
    services.codes[code("a1")] = {"sold": True} if refused else {}
    ok(scan(till, "a1"))
    assert till.view.asking == ("Вода 1 л",)
    ok(till.scan(BREAD))
    assert till.view.asking == ("Вода 1 л",)
    judged(till)
    assert till.view.asking == ()
    assert (("Вода 1 л", "1") in names(till)) is not refused


def test_two_pieces_are_two_positions_with_their_own_codes(till) -> None:
    for serial in ("a1", "b2"):
        ok(scan(till, serial))
        judged(till)
    assert names(till) == [("Вода 1 л", "2")]
    paid(till)
    (paper,) = papers(till, "sell")
    assert len({one["imcParams"]["imc"] for one in paper.task["items"] if "imcParams" in one}) == 2


@pytest.mark.parametrize(
    ("says", "why"),
    [({"found": False}, "mark.not_found"), ({"verified": False}, "mark.not_verified"),
     ({"valid": False}, "mark.not_verified"), ({"sold": True}, "mark.sold"),
     ({"isBlocked": True, "message": "приостановлено"}, "mark.blocked"),
     ({"expireDate": "2025-01-01T00:00:00+00:00"}, "mark.expired"),
     ({"grayZone": True}, "mark.grey_zone"), ({"realizable": False}, "mark.not_realizable"),
     ({"errorCode": 3, "message": "?"}, "mark.blocked")],
)  # fmt: skip
def test_a_refused_code_makes_no_line_and_says_why(till, services, says, why) -> None:
    services.codes[code("a1")] = says
    ok(till.scan(MILK))
    ok(scan(till, "a1"))
    judged(till)
    assert names(till) == [("Молоко 1 л", "1")]
    (said,) = [n for a in till.heard for n in a.notices if n.code == "mark_refused"]
    assert said.text.args["why"].key == why
    paid(till)


@pytest.mark.parametrize("fault", [{"online_away": True}, {"delay_ms": 1500}])
def test_the_local_module_answers_where_the_line_does_not(till, services, fault) -> None:
    for name, value in fault.items():
        setattr(services, name, value)
    ok(scan(till, "a1"))
    judged(till)
    assert names(till) == [("Вода 1 л", "1")]
    assert [who for who, _ in services.asked][:2] == ["online", "local"]
    services.delay_ms = 0
    paid(till)
    (paper,) = papers(till, "sell")
    details = paper.task["items"][0]["industryInfo"][0]["industryAttribute"]
    assert details.startswith("UUID=local-")
    assert details.endswith("&Inst=inst-1&Ver=7")


@pytest.mark.parametrize("fault", ["nonsense", "both away"])
def test_a_code_that_nobody_could_judge_is_not_sold(till, services, fault) -> None:
    services.nonsense = fault == "nonsense"
    services.online_away = services.local_away = fault == "both away"
    ok(scan(till, "a1"))
    judged(till)
    (said,) = [n for a in till.heard for n in a.notices if n.code == "mark_refused"]
    assert said.text.args["why"].key == "mark.nobody"
    services.nonsense = services.online_away = services.local_away = False
    ok(scan(till, "a1"))
    judged(till)
    assert names(till) == [("Вода 1 л", "1")]


@pytest.mark.parametrize("ends", ["nobody answers", "the device host dies"])
def test_a_verdict_always_comes_and_the_rest_of_the_receipt_is_paid_then(till, services, ends):
    ok(till.scan(BREAD))
    if ends == "nobody answers":
        services.online_away = services.local_away = True
    else:
        services.delay_ms = 300
    ok(scan(till, "a1"))
    refused = till.till.pay("cash", None)
    assert refusal(refused) == "fiscal_marks_waiting"
    if ends == "the device host dies":
        till.link.host.on_host_lost()
    judged(till)
    assert names(till) == [("Хлеб ржаной", "1")]
    if ends == "nobody answers":
        paid(till)


def test_the_same_code_is_sold_once_and_again_after_its_line_was_voided(till, services) -> None:
    services.delay_ms = 100
    ok(scan(till, "a1"))
    assert refusal(scan(till, "a1")) == "mark_waiting"
    judged(till)
    assert refusal(scan(till, "a1")) == "mark_twice"
    ok(till.till.void_line(1))
    ok(scan(till, "a1"))
    judged(till)
    assert names(till) == [("Вода 1 л", "1")]
    paid(till)


def test_marked_goods_are_not_sold_without_their_code(till) -> None:
    assert refusal(till.scan(WATER)) == "mark_not_here"
    assert refusal(till.till.add_item("item30")) == "mark_not_here"
    ok(till.till.add_item("item1"))
    ok(scan(till, "a1"))
    judged(till)
    assert refusal(till.till.set_quantity(2, "2")) == "mark_not_here"
    ok(till.till.set_quantity(2, "1"))
    ok(till.till.set_quantity(1, "3"))
    assert refusal(till.till.set_quantity(2, "x")) == "bad_quantity"


def test_a_code_of_unknown_goods_is_said_to_be_unknown(till) -> None:
    strange = f"01{UNKNOWN.zfill(14)}21x\x1d93abcd"
    assert refusal(till.till.scan(strange.encode(), "]d2")) == "unknown_code"


def test_no_code_is_asked_once_money_was_taken(till, services) -> None:
    ok(till.scan(MILK))
    ok(till.till.tender("cash", 10_00))
    assert refusal(scan(till, "a1")) == "tenders_taken"
    assert services.asked == []


def test_a_disk_that_takes_no_code_takes_no_line(till) -> None:
    class Full:
        """A disk without room."""

        def __init__(self, book) -> None:
            self.of, self.open = book.of, book.open

        def save(self, *rows) -> None:
            raise StorageFull

    heard: list[Answer] = []
    till.till.subscribe(heard.append)
    ok(scan(till, "a1"))
    till.till.station.fiscal.book = Full(till.till.station.fiscal.book)
    judged(till)
    assert names(till) == []
    assert till.view.asking == ()
    (told,) = [one for one in heard if one.refusal is not None]
    assert Part.TRANSACTION in told.changed, "the mark of what was asked goes from the screen"
    assert "storage_full" in till.codes_heard()


def test_a_receipt_that_is_gone_gets_no_late_line(till, services) -> None:
    services.delay_ms = 150
    ok(scan(till, "a1"))
    ok(till.till.void_transaction())
    judged(till)
    assert names(till) == []


def test_a_code_goes_back_with_its_piece(till) -> None:
    for serial in ("a1", "b2"):
        ok(scan(till, serial))
        judged(till)
    sale = paid(till)
    ok(till.till.sign_off())
    ok(till.till.sign_on("petr", "2222"))
    for number in (2, 3):
        ok(till.till.return_sale(sale.receipt_number, [(1, "1")], "not_suitable"))
        ok(till.till.complete())
        till.until(lambda want=number: len(till.documents()) == want)
        back = papers(till, "sellReturn")[-1].task["items"][0]
        assert back["imcParams"]["itemEstimatedStatus"] == "itemPieceReturn"
    assert till.fiscal.storage.marks_sold == set()


def test_codes_survive_the_power_while_their_receipt_waits(till) -> None:
    ok(scan(till, "a1"))
    judged(till)
    ok(till.till.suspend())
    till.restart()
    till.until(lambda: till.seen().shift == "open")
    ok(till.till.sign_on("ivan", "1111"))
    (waiting,) = till.view.suspended
    ok(till.till.resume(waiting.id))
    assert refusal(scan(till, "a1")) == "mark_twice"
    till.ready()
    paid(till)
    assert "imcParams" in papers(till, "sell")[0].task["items"][0]


def test_a_modules_end_is_shown_in_the_stores_time(shop):
    until = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
    shop.devices.what = (*shop.devices.what, DeviceState("marking", "marking", "ok", until))
    shown = shop.view.devices[-1]
    assert (shown.until, shown.until.utcoffset()) == (until, timedelta(hours=3))
    assert shop.view.devices[0].until is None

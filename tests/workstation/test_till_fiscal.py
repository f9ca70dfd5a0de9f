"""No fiscal document, no paid receipt: a till with its registrar, everything real but the pipe."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from drivers.fake.fiscal import VirtualFiscal
from pos_app.domain.document import CompletedTransaction
from pos_app.domain.tender import TenderKind
from tests.workstation import test_till_gift_cards as gift_cards
from tests.workstation.fiscal_till import FiscalTill
from tests.workstation.tills import BREAD, CARDS, CHEESE, MARIA, MILK, notices, ok, refusal


@pytest.fixture
def fiscal() -> Iterator[VirtualFiscal]:
    with VirtualFiscal() as made:
        yield made


@pytest.fixture
def till(tmp_path, fiscal) -> Iterator[FiscalTill]:
    made = FiscalTill(tmp_path, fiscal)
    yield made
    made.close()


def paid(till: FiscalTill, kind: str = "cash", amount: int | None = None) -> CompletedTransaction:
    """Pays and waits for the document of the sale."""
    before = len(till.documents())
    ok(till.till.pay(kind, amount))
    till.until(lambda: len(till.documents()) > before)
    return till.documents()[-1]


def papers(till: FiscalTill, kind: str) -> list:
    return [paper for paper in till.fiscal.storage.papers if paper.kind == kind]


# --- the day ------------------------------------------------------------------------------------


def test_a_session_opens_the_shift_and_puts_its_float_into_the_registrar(till) -> None:
    till.begun()
    assert till.kinds() == ["openShift"]
    assert till.fiscal.storage.cash == 1000
    assert till.fiscal.storage.papers[0].task["operator"] == {
        "name": "Ivan",
        "vatin": "770123456789",
    }


def test_a_sale_is_paid_when_its_document_is_registered(till) -> None:
    till.begun()
    till.scan(MILK, MILK, BREAD)
    document = paid(till)
    (paper,) = papers(till, "sell")
    assert int(paper.total * 100) == document.totals.due_minor
    (row,) = [r for r in till.till.station.fiscal.book.of(document.transaction_id)]
    assert row.state == "issued"
    assert b'"document_number": 2' in row.result


def test_points_and_discounts_are_off_the_price_and_on_the_paper(till) -> None:
    till.begun()
    till.grant("anna", 1000)
    till.scan(CARDS["anna"], CHEESE)
    ok(till.till.redeem(200))
    document = paid(till)
    (paper,) = papers(till, "sell")
    assert int(paper.total * 100) == document.totals.due_minor == 800_00
    assert paper.task["items"][0]["price"] == 800
    assert "Баллами 200" in paper.text
    assert "Списано 200" in paper.text


def test_x_cash_and_z_reach_the_registrar_and_the_next_day_begins(till) -> None:
    till.begun("petr")
    ok(till.till.cash_movement("paid_in", 500_00, "размен"))
    ok(till.till.cash_movement("paid_out", 100_00, "курьер"))
    till.until(lambda: till.fiscal.storage.cash == 1400)
    ok(till.till.x_report())
    till.until(lambda: any(text.startswith("X report") for text in till.fiscal.storage.printed))
    ok(till.till.end_of_day(1400_00))
    till.until(lambda: till.kinds()[-1] == "closeShift")
    till.until(lambda: till.seen().shift == "closed")
    till.clock.move(days=1)
    ok(till.till.open_session(1000_00))
    till.until(lambda: till.kinds()[-1] == "openShift")
    till.until(lambda: not till.errands())


def test_a_return_is_registered_at_the_rate_of_its_sale(till) -> None:
    till.begun("petr")
    till.scan(CHEESE)
    sale = paid(till)
    ok(till.till.return_sale(sale.receipt_number, reason="not_suitable"))
    before = len(till.documents())
    ok(till.till.complete())
    till.until(lambda: len(till.documents()) > before)
    (back,) = papers(till, "sellReturn")
    assert back.total == 1000
    assert back.task["items"][0]["tax"] == {"type": "vat22"}


# --- what makes payment wait ----------------------------------------------------------------------


def test_without_a_registrar_in_reach_scanning_goes_on_and_payment_waits(till, fiscal) -> None:
    till.begun()
    fiscal.unplug()
    till.until(lambda: till.trouble() == "fiscal.unreachable")
    ok(till.scan(MILK))
    assert notices(till.till.pay("cash", None)) == ["payment_awaits_registrar"]
    ok(till.scan(BREAD))
    assert len(till.sale.lines) == 2
    assert till.documents() == []
    fiscal.replug()
    till.ready()
    assert paid(till).totals.due_minor == 134_90
    assert len(papers(till, "sell")) == 1


def test_a_shift_of_more_than_a_day_must_end_first(till, fiscal) -> None:
    till.begun("maria")
    fiscal.set_fault(skip=timedelta(hours=25))
    till.until(lambda: till.trouble() == "fiscal.shift_expired")
    till.scan(MILK)
    assert refusal(till.till.pay("cash", None)) == "fiscal_shift_expired"
    ok(till.till.close_shift())
    till.until(lambda: "closeShift" in till.kinds())
    till.until(lambda: till.kinds().count("openShift") == 2 or till.trouble() is None)
    till.ready()
    paid(till)


@pytest.mark.parametrize(
    ("fault", "why"),
    [({"fn_lost": True}, "fiscal.storage_lost"), ({"paper_out": True}, "fiscal.no_paper"),
     ({"cover_open": True}, "fiscal.cover_open")],
)  # fmt: skip
def test_each_trouble_of_the_registrar_is_said_and_passes(till, fiscal, fault, why) -> None:
    till.begun()
    fiscal.set_fault(**fault)
    till.until(lambda: till.trouble() == why)
    till.scan(MILK)
    assert refusal(till.till.pay("cash", None)) == why.replace(".", "_")
    fiscal.set_fault(**dict.fromkeys(fault, False))
    till.ready()
    paid(till)


def test_a_full_storage_gives_the_receipt_back_and_keeps_payment_waiting(till, fiscal) -> None:
    till.begun()
    fiscal.set_fault(fn_full=True)
    till.scan(MILK)
    till.till.pay("cash", None)
    till.until(lambda: till.trouble() == "fiscal.storage_full")
    assert till.documents() == []
    assert papers(till, "sell") == []


def test_without_a_registrar_nothing_is_fiscal(bench) -> None:
    bench.open_shift("maria")
    for answer in (
        bench.till.open_shift(),
        bench.till.close_shift(),
        bench.till.go_on_printing(),
        bench.till.fiscal_copy(),
    ):
        assert refusal(answer) == "no_registrar"
    assert refusal(bench.till.electronic_receipt("a@b.ru")) == "no_registrar"
    document = bench.sold(MILK)
    answer = bench.till.fiscal_correction(document.receipt_number, "ККТ сломана")
    assert refusal(answer) == "no_registrar"


def test_a_till_in_training_registers_nothing(tmp_path, fiscal) -> None:
    till = FiscalTill(tmp_path, fiscal, training=True)
    till.open_shift()
    till.until(lambda: till.seen().shift == "closed")
    document = till.sold(MILK)
    assert document.training
    assert till.kinds() == []
    till.close()


# --- nobody answers -------------------------------------------------------------------------------


def test_an_answer_that_was_lost_is_looked_up_and_not_sent_again(till, fiscal) -> None:
    till.begun()
    till.scan(MILK)
    fiscal.set_fault(lose_answers=1)
    paid(till)
    assert len(papers(till, "sell")) == 1


def test_a_till_that_died_after_sending_finds_its_document(till, fiscal) -> None:
    till.begun()
    till.scan(MILK)
    fiscal.set_fault(hold=True)
    till.till.pay("cash", None)
    (row,) = [r for r in till.till.station.fiscal.book.open() if r.kind == "sale"]
    assert row.state == "sent"
    till.until(lambda: fiscal.status_of(row.key) == "inProgress")
    till.pipe.close()
    fiscal.set_fault(hold=False)
    till.restart()
    till.until(lambda: till.seen().shift == "open")
    desk = till.till.station.registrar
    answers: list = []
    desk.look_up(None, row.transaction_id, answers.append)  # type: ignore[union-attr]  # wired
    till.until(lambda: answers)
    assert answers[0].state == "issued"
    assert answers[0].receipt["document_number"] == 2
    assert len(papers(till, "sell")) == 1


# --- electronic receipts, corrections, copies -----------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "tag"),
    [("anna@example.org", "anna@example.org"), ("8 (916) 123-45-67", "+79161234567"),
     ("+995 555 12 34 56", "+995555123456"), ("9161234567", "+79161234567")],
)  # fmt: skip
def test_the_buyers_address_is_asked_before_payment_and_goes_to_the_registrar_only(
    till, typed: str, tag: str
) -> None:
    till.begun()
    till.scan(MILK)
    assert notices(till.till.electronic_receipt(typed)) == ["receipt_electronic"]
    document = paid(till)
    (paper,) = papers(till, "sell")
    assert paper.task["clientInfo"] == {"emailOrPhone": tag}
    assert paper.task["electronically"] is True
    rows = till.till.station.fiscal.book.of(document.transaction_id)
    assert all(tag.encode() not in row.body for row in rows)


def test_what_is_no_address_is_refused_and_none_takes_it_back(till) -> None:
    till.begun()
    assert refusal(till.till.electronic_receipt("a@b.ru")) == "nothing_open"
    till.scan(MILK)
    for wrong in ("anna", "anna@", "@b.ru", "a b@c.ru", "123", "anna@localhost", "8916abc4567"):
        assert refusal(till.till.electronic_receipt(wrong)) == "bad_address"
    ok(till.till.electronic_receipt("a@b.ru"))
    assert notices(till.till.electronic_receipt("")) == ["receipt_on_paper"]
    ok(till.till.tender("cash", 10_00))
    assert refusal(till.till.electronic_receipt("a@b.ru")) == "address_before_payment"


def test_an_address_survives_the_power_and_an_abandoned_one_does_not(till) -> None:
    till.begun()
    till.scan(MILK)
    ok(till.till.electronic_receipt("a@b.ru"))
    (draft,) = [r for r in till.till.station.fiscal.book.open() if r.kind == "draft"]
    assert b"a@b.ru" in draft.body
    till.restart()
    assert [row.body for row in till.till.station.fiscal.book.open()] == [draft.body]
    ok(till.till.sign_on("ivan", "1111"))
    ok(till.till.resume(till.view.suspended[0].id))
    ok(till.till.void_transaction("mistake", MARIA))
    till.restart()
    assert all(row.kind != "draft" for row in till.till.station.fiscal.book.open())
    (row,) = till.till.station.fiscal.book.of(draft.transaction_id)
    assert b"a@b.ru" not in row.body


def test_a_receipt_without_a_document_is_corrected_once_with_a_reason(till, fiscal) -> None:
    till.begun("maria")
    registrar = till.till.station.registrar
    till.till.station.registrar = None  # the registrar was not configured on that day
    document = till.sold(MILK, BREAD)
    till.till.station.registrar = registrar
    number = document.receipt_number
    assert refusal(till.till.fiscal_correction(number, " ")) == "reason_wanted"
    assert refusal(till.till.fiscal_correction("A999999", "x")) == "unknown_receipt"
    ok(till.till.fiscal_correction(number, "ККТ не было", "12-07/1", MARIA))
    assert refusal(till.till.fiscal_correction(number, "ещё раз")) == "has_fiscal_document"
    till.until(lambda: papers(till, "sellCorrection"))
    (paper,) = papers(till, "sellCorrection")
    assert paper.task["correctionBaseNumber"] == "12-07/1"
    assert int(paper.total * 100) == document.totals.due_minor
    assert till.audit("fiscal_correction")[0].reason == "ККТ не было"


def test_a_copy_comes_from_the_storage(till, fiscal) -> None:
    till.begun()
    assert refusal(till.till.fiscal_copy()) == "no_fiscal_document"
    till.scan(MILK)
    paid(till)
    ok(till.till.fiscal_copy())
    till.until(lambda: "fiscal_printed" in till.said())
    assert fiscal.storage.printed[-1].startswith("COPY")
    fiscal.set_fault(paper_out=True)
    ok(till.till.fiscal_copy())
    till.until(lambda: "fiscal_not_printed" in till.said())


def test_an_errand_waits_for_a_registrar_that_is_away(till, fiscal) -> None:
    till.begun("petr")
    fiscal.unplug()
    till.until(lambda: till.trouble() == "fiscal.unreachable")
    ok(till.till.cash_movement("paid_in", 500_00, "размен"))
    assert till.errands() == ["cash_in"]
    fiscal.replug()
    till.until(lambda: not till.errands())
    assert fiscal.storage.cash == 1500


def test_an_errand_that_can_never_be_done_is_said_once(till, fiscal) -> None:
    till.begun("petr")
    fiscal.storage.cash = fiscal.storage.cash * 0
    ok(till.till.cash_movement("paid_out", 100_00, "курьер"))
    till.until(lambda: "fiscal_refused" in till.said())
    till.until(lambda: not till.errands())
    assert till.said().count("fiscal_refused") == 1


def test_tender_kinds_reach_their_tags(till) -> None:
    till.begun()
    till.scan(CHEESE)
    ok(till.till.tender("card", 300_00))
    document = paid(till)
    assert {t.kind for t in document.tenders} == {TenderKind.CARD, TenderKind.CASH}
    (paper,) = papers(till, "sell")
    sums = {one["type"]: one["sum"] for one in paper.task["payments"]}
    assert sums == {"cash": 700, "electronically": 300}


def test_the_pill_says_what_the_registrar_has(till, fiscal) -> None:
    till.begun()
    (device,) = till.link.states()
    assert device.state == "ok"
    fiscal.set_fault(skip=timedelta(hours=25))
    till.until(lambda: till.link.states()[0].state == "fiscal_shift_expired")
    fiscal.unplug()
    till.until(lambda: till.link.states()[0].state == "lost")


def test_a_gift_card_is_an_advance_when_sold_and_prepaid_when_it_pays(till) -> None:
    till.begun()
    gift_cards.rules(till)
    ok(till.till.sell_gift_card(gift_cards.CODE, 500_00))
    paid(till)
    (sold,) = papers(till, "sell")
    (position,) = sold.task["items"]
    assert (position["paymentMethod"], position["paymentObject"]) == ("advance", "payment")
    assert position["tax"] == {"type": "vat122"}
    gift_cards.mirrored(till, 1000_00, gift_cards.OTHER)
    gift_cards.granted(till, 1000_00, gift_cards.OTHER)
    till.scan(CHEESE, MILK)
    ok(till.till.tender("gift_card", None, gift_cards.OTHER))
    paid(till)
    paper = papers(till, "sell")[-1]
    sums = {one["type"]: float(one["sum"]) for one in paper.task["payments"]}
    assert sums == {"prepaid": 1000.0, "cash": 89.9}

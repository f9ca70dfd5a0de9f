"""What a registrar's answer may do to a receipt besides being registered."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from drivers.contract import DoneEvent, ErrorCode, ErrorEvent, Outcome, ResultEvent
from drivers.fake.fiscal import VirtualFiscal
from pos_app.domain.fiscal.shape import Cashier, FiscalDocument, FiscalKind, TaxSystem
from pos_app.domain.fiscal.stored import decode_document, encode_document
from pos_app.domain.tender import Tender, TenderKind
from pos_app.wiring.fiscal_link import answer_of
from pos_app.wiring.fiscal_place import LOOK_MS, shop_of
from pos_app.wiring.marking_link import verdict_of
from pos_app.workstation.fiscal_counter import FiscalShop
from pos_app.workstation.fiscal_desk import FiscalDesk
from pos_app.workstation.fiscal_port import FiscalOutcome, NoBook, NoRegistrar
from pos_app.workstation.marking_port import NoMarking
from pos_app.workstation.ports import StorageFull
from tests.workstation.fiscal_till import FiscalTill
from tests.workstation.test_till_fiscal import paid, papers
from tests.workstation.tills import CHEESE, MILK, ok, refusal


@pytest.fixture
def fiscal() -> Iterator[VirtualFiscal]:
    with VirtualFiscal() as made:
        yield made


@pytest.fixture
def till(tmp_path, fiscal) -> Iterator[FiscalTill]:
    made = FiscalTill(tmp_path, fiscal)
    yield made
    made.close()


def told(till: FiscalTill, what: str, document: Any, key: str) -> Any:
    """What the desk answers to `issue` or `look_up`."""
    answers: list[Any] = []
    getattr(FiscalDesk(till.till.station), what)(document, key, answers.append)
    till.until(lambda: answers)
    return answers[0]


def copied(till: FiscalTill) -> Any:
    """A document like one that was sold, under a transaction of its own."""
    till.begun()
    till.scan(CHEESE)
    return replace(paid(till), transaction_id=till.till.station.new_id())


# --- the desk -----------------------------------------------------------------------------------


def test_issuing_twice_is_one_document_and_another_receipt_is_a_persons_matter(till) -> None:
    till.begun()
    till.scan(CHEESE)
    document = paid(till)
    again = told(till, "issue", document, document.transaction_id)
    assert (again.state, again.receipt["document_number"]) == ("issued", 2)
    other = replace(document, tenders=(Tender(TenderKind.CARD, 1000_00),))
    asked = told(till, "issue", other, document.transaction_id)
    assert (asked.state, asked.why.key) == ("unknown", "fiscal.other_document")
    assert len(papers(till, "sell")) == 1


def test_an_attempt_that_was_never_seen_is_followed_by_another(till) -> None:
    document = copied(till)
    key = document.transaction_id
    assert told(till, "look_up", document, key).state == "not_issued"
    body = encode_document(FiscalDocument(FiscalKind.SALE, Cashier("x")))
    (row,) = till.till.station.fiscal.book.of(till.documents()[0].transaction_id)
    sent = replace(row, key=till.till.station.new_id(), transaction_id=key, state="sent", body=body)
    till.till.station.fiscal.book.save(sent)
    assert told(till, "issue", document, key).state == "issued"
    rows = till.till.station.fiscal.book.of(key)
    assert [row.state for row in rows] == ["not_done", "done"]
    assert told(till, "look_up", document, key).state == "issued"


def test_what_the_format_cannot_say_is_final(till) -> None:
    document = copied(till)
    old = replace(document.lines[0], tax_rate_ppm=180_000)
    odd = replace(document, lines=(old,), business_on=date(2018, 5, 1))
    answer = told(till, "issue", odd, document.transaction_id)
    assert (answer.state, answer.final) == ("not_issued", True)
    nameless = replace(document, lines=(replace(document.lines[0], name=""),))
    answer = told(till, "issue", nameless, document.transaction_id)
    assert (answer.state, answer.final) == ("not_issued", True)
    assert answer.why.key == "fiscal.bad_document"


def test_a_registrar_that_is_away_issues_nothing(till, fiscal) -> None:
    document = copied(till)
    fiscal.unplug()
    till.until(lambda: till.trouble() == "fiscal.unreachable")
    answer = told(till, "issue", document, document.transaction_id)
    assert (answer.state, answer.final) == ("not_issued", False)
    assert till.till.station.fiscal.book.of(document.transaction_id) == ()


def test_what_cannot_be_kept_is_not_sent(till) -> None:
    document = copied(till)

    class Full(NoBook):
        """A disk without room."""

        def save(self, *rows: Any) -> None:
            raise StorageFull

    till.till.station.fiscal.book = Full()
    answer = told(till, "issue", document, document.transaction_id)
    assert (answer.state, answer.why.key) == ("not_issued", "refused.storage_full")
    assert len(papers(till, "sell")) == 1


def test_paper_that_ends_in_the_middle_goes_on_and_the_receipt_is_paid(till, fiscal) -> None:
    till.begun()
    till.scan(MILK)
    fiscal.set_fault(paper_out=True)
    till.till.pay("cash", None)
    till.until(lambda: till.till.station.doing is None and papers(till, "sell"))
    assert till.documents() == []
    fiscal.set_fault(paper_out=False)
    ok(till.till.go_on_printing())
    till.until(lambda: "fiscal_printed" in till.said())
    ok(till.till.payment_choice("ask_again"))
    till.until(lambda: till.documents())
    assert len(papers(till, "sell")) == 1


def test_a_till_without_a_registrar_issues_nothing_and_says_so(bench) -> None:
    desk = FiscalDesk(bench.till.station)
    assert not desk.configured()
    assert desk.trouble() is None
    answers: list[Any] = []
    desk.issue(None, "t", answers.append)  # type: ignore[arg-type]  # nothing looks at it
    assert answers[0].state == "issued"
    assert answers[0].receipt == {}


# --- errands --------------------------------------------------------------------------------------


def test_an_errand_nobody_answered_is_looked_up(tmp_path, fiscal) -> None:
    till = FiscalTill(tmp_path, fiscal)
    till.pipe.close()
    till.keys |= {"answer_ms": 200, "http_ms": 400}
    till.restart()
    till.begun()
    fiscal.set_fault(hold=True)
    ok(till.till.x_report())
    till.until(lambda: [r for r in till.till.station.fiscal.book.open() if r.state == "unknown"])
    fiscal.set_fault(hold=False)
    till.until(lambda: not till.errands())
    assert sum(text.startswith("X report") for text in fiscal.storage.printed) == 1
    till.close()


def test_a_disk_without_room_begins_no_correction_and_no_copy(till) -> None:
    till.begun("maria")
    till.scan(MILK)
    paid(till)
    registrar, till.till.station.registrar = till.till.station.registrar, None
    plain = till.sold(CHEESE)
    till.till.station.registrar = registrar
    till.till.station.fiscal.shop = FiscalShop()
    answer = till.till.fiscal_correction(plain.receipt_number, "ККТ не было")
    assert refusal(answer) == "refused_fiscal_vat_unknown"
    till.till.station.fiscal.shop = shop_of({"tax_system": "patent"})
    first = till.documents()[0].receipt_number

    def full(_facts: Any) -> None:
        raise StorageFull

    till.till.station.journal.record = full  # type: ignore[method-assign]  # the disk
    assert refusal(till.till.fiscal_correction(plain.receipt_number, "x")) == "storage_full"
    assert refusal(till.till.fiscal_copy(first)) == "storage_full"
    assert papers(till, "sellCorrection") == []


def test_a_cashier_without_the_right_closes_no_shift(till) -> None:
    till.begun("ivan")
    assert refusal(till.till.close_shift()) == "senior_only"


def test_a_colleague_lends_a_cashier_the_right_to_close_a_shift(till) -> None:
    """A shift of more than 24 hours must end before anybody pays: nobody stands before it alone."""
    till.begun("ivan")
    ok(till.till.lend_right("close_day", ("maria", "3333")))
    ok(till.till.close_shift())


# --- the link -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "outcome", "why"),
    [
        (ResultEvent("kkt", {"record": {"number": "x"}}), "unknown", "fiscal.unknown"),
        (ResultEvent("kkt", {}), "done", None),
        (DoneEvent(), "unknown", "fiscal.unknown"),
        (
            ErrorEvent("kkt", ErrorCode.E_OFFLINE, "gone", outcome=Outcome.UNKNOWN),
            "unknown",
            "fiscal.unreachable",
        ),
        (
            ErrorEvent("kkt", ErrorCode.E_EXTENDED, "?", extended=999),
            "not_done",
            "fiscal.unreachable",
        ),
        (
            ErrorEvent("kkt", ErrorCode.E_EXTENDED, "no name", extended=310),
            "not_done",
            "fiscal.bad_document",
        ),
    ],
)
def test_what_cannot_be_read_is_nobodys_to_guess(event, outcome: str, why: str | None) -> None:
    answer = answer_of("key", event)
    assert answer.outcome is FiscalOutcome(outcome)
    assert (answer.trouble.key if answer.trouble else None) == why


def test_a_verdict_that_cannot_be_read_was_nobodys() -> None:
    for event in (DoneEvent(), ResultEvent("cz", {"allowed": True})):
        verdict = verdict_of(event)
        assert not verdict.allowed
        assert verdict.why is not None
        assert verdict.why.key == "mark.nobody"
    expired = {"allowed": False, "source": "online", "why": "expired", "words": "soon"}
    said = verdict_of(ResultEvent("cz", expired)).why
    assert said is not None
    assert said.args["on"] == "soon"


def test_without_devices_every_question_has_its_answer(bench) -> None:
    document = FiscalDocument(FiscalKind.X_REPORT, Cashier("x"))
    answers: list[Any] = []
    nobody = NoRegistrar()
    nobody.register(document, "a", answers.append)
    nobody.recover("b", answers.append)
    nobody.reprint(1, "c", answers.append)
    nobody.go_on("d", answers.append)
    assert [one.outcome for one in answers] == [FiscalOutcome.NOT_DONE] * 4
    assert [one.key for one in answers] == ["a", "b", "c", "d"]
    states: list[Any] = []
    nobody.ask_state(states.append)
    assert states == [nobody.state()]
    NoMarking().check(b"x", answers.append)
    assert answers[-1].allowed
    assert decode_document(encode_document(document)) == document


def test_a_link_whose_device_was_taken_away_answers_at_once(till) -> None:
    till.until(lambda: till.seen().shift == "closed")
    link, marking = till.till.station.fiscal.registrar, till.till.station.fiscal.marking
    states: list[Any] = []
    link.ask_state(states.append)
    till.until(lambda: states)
    assert states[0].storage_number
    till.link.use({})
    document, answers = FiscalDocument(FiscalKind.X_REPORT, Cashier("x")), []
    link.register(document, "a", answers.append)
    link.recover("b", answers.append)
    link.ask_state(answers.append)
    marking.check(b"x", answers.append)
    outcomes = [one.outcome.value for one in answers[:2]]
    assert outcomes == ["not_done", "unknown"]
    assert answers[2].shift.value == "unknown"
    assert answers[3].allowed
    till.pump()
    assert till.till.station.registrar is None


def test_another_setting_of_the_shop_holds_from_the_next_transaction(till) -> None:
    till.ready().open_shift()
    station = till.till.station
    till.scan(MILK)
    till.fiscal_setting = {"tax_system": "patent", "paper_too": True}
    for _ in range(2 * LOOK_MS // 20):
        till.now_ms += 20
        till.tick(till.now_ms)
    assert station.fiscal.shop.tax_system is TaxSystem.GENERAL, "not within a transaction"
    paid(till)
    till.now_ms += LOOK_MS
    till.tick(till.now_ms)
    assert station.fiscal.shop.tax_system is TaxSystem.PATENT
    assert station.fiscal.shop.paper_too

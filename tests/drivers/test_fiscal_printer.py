"""The registrar's driver at its simulator: one document a key, whatever gets lost."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from drivers.contract import (
    ErrorCode,
    ErrorEvent,
    Event,
    Outcome,
    PowerState,
    ResultEvent,
)
from drivers.contract.fiscal import (
    FiscalError,
    FiscalLine,
    FiscalRecord,
    FiscalTask,
    record_of,
)
from tests.drivers.device_bench import until
from tests.drivers.fiscal_bench import FAST, MILK, Bench, a_bench, a_job, a_key


@pytest.fixture
def bench() -> Iterator[Bench]:
    with a_bench() as made:
        yield made


def done(event: object) -> FiscalRecord:
    assert isinstance(event, ResultEvent), event
    record = record_of(event.payload)
    assert record is not None
    return record


def failed(event: object, outcome: Outcome, why: FiscalError) -> ErrorEvent:
    assert isinstance(event, ErrorEvent), event
    assert (event.outcome, FiscalError(event.extended)) == (outcome, why), event
    return event


# --- a day -------------------------------------------------------------------------------------


def test_a_day_of_documents_is_numbered_signed_and_printed(bench: Bench) -> None:
    assert done(bench.open_shift()).number == 1
    sale = done(bench.register(a_job(notes=("Спасибо!",))))
    assert (sale.number, sale.shift, sale.receipt) == (2, 1, 1)
    assert len(sale.sign) == 10
    assert done(bench.register(a_job(FiscalTask.RETURN))).number == 3
    assert bench.register(a_job(FiscalTask.CASH_IN, cash_minor=500_00)) is not None
    assert bench.register(a_job(FiscalTask.CASH_OUT, cash_minor=100_00)) is not None
    x_report = bench.register(a_job(FiscalTask.X_REPORT))
    assert isinstance(x_report, ResultEvent)
    assert record_of(x_report.payload) is None
    assert bench.fiscal.storage.cash == Decimal("400.00")
    assert done(bench.register(a_job(FiscalTask.CLOSE_SHIFT))).number == 4
    assert bench.state().shift == "closed"
    kinds = [paper.kind for paper in bench.fiscal.storage.papers]
    assert kinds == ["openShift", "sell", "sellReturn", "closeShift"]
    assert "Молоко: 89.9 x 2.0 = 179.8 vat22 fullPayment" in bench.fiscal.storage.papers[1].text
    assert bench.printer.health().good_count == 7


def test_the_format_reaches_the_registrar_tag_by_tag(bench: Bench) -> None:
    bench.open_shift()
    marked = replace(
        MILK,
        quantity_milli=1000,
        amount_minor=89_90,
        subject=33,
        mark=b"0104600000000000215a\x1d93abcd",
        mark_state=1,
        industry=("030", "21.11.2023", "1944", "UUID=1&Time=2"),
        notes=("Скидка 10%",),
    )
    advance = FiscalLine("Подарочная карта", 500_00, 1000, 500_00, 12, 0, 10, 3)
    weight = FiscalLine("Яблоки", 149_90, 342, 51_27, 2, 11, 1, 4)
    job = a_job(
        lines=(marked, advance, weight),
        cash_minor=41_17,
        electronic_minor=500_00,
        prepaid_minor=100_00,
        buyer="anna@example.org",
        taxation=2,
    )
    done(bench.register(job))
    task = bench.fiscal.storage.papers[-1].task
    assert task["operator"] == {"name": "Орлова", "vatin": "770123456789"}
    assert task["taxationType"] == "usnIncome"
    assert task["clientInfo"] == {"emailOrPhone": "anna@example.org"}
    first = task["items"][0]
    assert first["infoDiscountAmount"] == 20
    assert first["imcParams"]["imc"] == "MDEwNDYwMDAwMDAwMDAwMDIxNWEdOTNhYmNk"
    assert first["industryInfo"][0]["industryAttribute"] == "UUID=1&Time=2"
    assert task["items"][1]["text"] == "Скидка 10%"
    assert task["items"][2]["paymentMethod"] == "advance"
    assert task["items"][3]["measurementUnit"] == "kilogram"
    kinds = [one["type"] for one in task["payments"]]
    assert kinds == ["cash", "electronically", "prepaid"]
    assert not any(b"anna@" in note for note in bench.notes)


def test_a_correction_says_what_it_corrects_and_by_whose_order(bench: Bench) -> None:
    bench.open_shift()
    own = a_job(FiscalTask.CORRECTION_SALE, corrected=("2026.11.01", ""))
    done(bench.register(own))
    assert bench.fiscal.storage.papers[-1].task["correctionType"] == "self"
    ordered = a_job(FiscalTask.CORRECTION_RETURN, corrected=("2026.11.01", "12"), by_order=True)
    done(bench.register(ordered))
    assert bench.fiscal.storage.papers[-1].task["correctionBaseNumber"] == "12"


def test_a_copy_registers_nothing(bench: Bench) -> None:
    bench.open_shift()
    number = done(bench.register(a_job())).number
    assert isinstance(bench.register(a_job(FiscalTask.COPY, number=number)), ResultEvent)
    assert bench.fiscal.storage.printed[-1].startswith("COPY")
    assert len(bench.fiscal.storage.papers) == number
    missing = bench.register(a_job(FiscalTask.COPY, number=99))
    failed(missing, Outcome.NOT_DONE, FiscalError.FAULT)


# --- the key -----------------------------------------------------------------------------------


def test_the_same_key_again_answers_as_the_first_time(bench: Bench) -> None:
    bench.open_shift()
    job = a_job()
    first = done(bench.register(job))
    assert done(bench.register(job)) == first
    assert done(bench.recover(job.key)) == first
    assert len(bench.fiscal.storage.papers) == 2


@pytest.mark.parametrize("fault", ["lose_answers", "lose_requests"])
@pytest.mark.parametrize("count", [1, 2])
def test_a_lost_request_or_answer_makes_one_document_or_none(
    bench: Bench, fault: str, count: int
) -> None:
    bench.open_shift()
    bench.state()
    bench.fiscal.set_fault(**{fault: count})
    job = a_job()
    event = bench.register(job)
    if isinstance(event, ErrorEvent):
        failed(event, Outcome.UNKNOWN, FiscalError.UNREACHABLE)
        event = bench.recover(job.key)
    if isinstance(event, ErrorEvent):
        assert (fault, event.code) == ("lose_requests", ErrorCode.E_NOEXIST)
        assert event.outcome is Outcome.NOT_DONE
        event = bench.register(a_job())
    done(event)
    assert sum(paper.kind == "sell" for paper in bench.fiscal.storage.papers) == 1


def test_a_server_that_goes_with_a_document_in_its_queue_has_it_all_the_same(bench: Bench) -> None:
    """Nobody reaches it any more, and still a second document would be one too many."""
    bench.open_shift()
    bench.state()
    bench.fiscal.set_fault(hold=True)
    job, answers = a_job(), list[Event]()
    bench.printer.register(job, answers.append)
    until(lambda: bench.fiscal.status_of(job.key) == "inProgress")
    bench.fiscal.unplug()
    until(lambda: answers)
    failed(answers[0], Outcome.UNKNOWN, FiscalError.UNREACHABLE)


def test_a_key_that_was_never_seen_is_surely_not_registered(bench: Bench) -> None:
    event = failed(bench.recover(a_key()), Outcome.NOT_DONE, FiscalError.NONE)
    assert event.code is ErrorCode.E_NOEXIST


def test_an_answer_that_does_not_come_in_time_is_unknown_and_found_later() -> None:
    with a_bench(replace(FAST, answer_ms=150)) as bench:
        bench.open_shift()
        bench.state()
        bench.fiscal.set_fault(hold=True)
        job = a_job()
        failed(bench.register(job), Outcome.UNKNOWN, FiscalError.BUSY)
        bench.fiscal.set_fault(hold=False)
        assert done(eventually_done(bench, job.key)).number == 2
        assert len(bench.fiscal.storage.papers) == 2


def eventually_done(bench: Bench, key: str) -> object:
    for _ in range(50):
        event = bench.recover(key)
        if isinstance(event, ResultEvent):
            return event
    raise AssertionError("never done")


def test_a_server_that_starts_again_has_not_forgotten_what_it_was_told(bench: Bench) -> None:
    bench.open_shift()
    job = a_job()
    first = done(bench.register(job))
    bench.fiscal.unplug()
    failed(bench.register(a_job()), Outcome.NOT_DONE, FiscalError.UNREACHABLE)
    failed(bench.recover(job.key), Outcome.UNKNOWN, FiscalError.UNREACHABLE)
    assert bench.printer.power_state is PowerState.OFF_OFFLINE
    bench.fiscal.replug()
    assert done(bench.recover(job.key)) == first


def test_a_document_that_a_restart_interrupted_is_nobodys_to_repeat(bench: Bench) -> None:
    bench.open_shift()
    bench.state()
    bench.fiscal.set_fault(hold=True)
    job = a_job()
    asked: list[object] = []
    bench.printer.register(job, asked.append)
    while bench.fiscal.status_of(job.key) != "inProgress":
        pass
    bench.fiscal.unplug()
    bench.fiscal.replug()
    failed(bench.recover(job.key), Outcome.UNKNOWN, FiscalError.FAULT)
    assert len(asked) == 1


def test_closing_the_till_answers_a_document_under_way_as_unknown() -> None:
    with a_bench() as bench:
        bench.open_shift()
        bench.state()
        bench.fiscal.set_fault(hold=True)
        job, asked = a_job(), []
        bench.printer.register(job, asked.append)
        while bench.fiscal.status_of(job.key) != "inProgress":
            pass
        bench.printer.close()
        failed(asked[0], Outcome.UNKNOWN, FiscalError.BUSY)


# --- what a registrar refuses -------------------------------------------------------------------


def test_a_closed_shift_and_one_of_more_than_a_day_refuse_receipts(bench: Bench) -> None:
    failed(bench.register(a_job()), Outcome.NOT_DONE, FiscalError.SHIFT_CLOSED)
    bench.open_shift()
    failed(bench.open_shift(), Outcome.NOT_DONE, FiscalError.SHIFT_OPEN)
    bench.fiscal.set_fault(skip=timedelta(hours=24))
    failed(bench.register(a_job()), Outcome.NOT_DONE, FiscalError.SHIFT_EXPIRED)
    assert bench.state().trouble is FiscalError.SHIFT_EXPIRED
    done(bench.register(a_job(FiscalTask.CLOSE_SHIFT)))
    done(bench.open_shift())
    done(bench.register(a_job()))


def test_a_full_storage_and_one_that_is_gone_are_said(bench: Bench) -> None:
    bench.open_shift()
    bench.fiscal.set_fault(fn_full=True)
    failed(bench.register(a_job()), Outcome.NOT_DONE, FiscalError.STORAGE_FULL)
    assert bench.state().trouble is FiscalError.STORAGE_FULL
    bench.fiscal.set_fault(fn_full=False, fn_lost=True)
    failed(bench.register(a_job()), Outcome.NOT_DONE, FiscalError.STORAGE_LOST)
    assert bench.state().trouble is FiscalError.STORAGE_LOST
    bench.fiscal.set_fault(fn_lost=False)
    done(bench.register(a_job()))
    assert bench.state().trouble is FiscalError.NONE


def test_thirty_days_without_the_tax_office_stop_it(bench: Bench) -> None:
    bench.fiscal.set_fault(ofd_away=True)
    bench.open_shift()
    done(bench.register(a_job()))
    assert bench.state().unsent == 2
    bench.fiscal.set_fault(skip=timedelta(days=30))
    done(bench.register(a_job(FiscalTask.CLOSE_SHIFT)))
    state = bench.state()
    assert (state.trouble, state.unsent) == (FiscalError.UNSENT_TOO_LONG, 3)
    failed(bench.open_shift(), Outcome.NOT_DONE, FiscalError.UNSENT_TOO_LONG)
    bench.fiscal.set_fault(ofd_away=False)
    assert bench.state().trouble is FiscalError.UNSENT_TOO_LONG  # until a document is taken
    done(bench.open_shift())
    assert bench.state().trouble is FiscalError.NONE


def test_paper_that_ends_in_the_middle_is_unknown_until_printing_goes_on(bench: Bench) -> None:
    bench.open_shift()
    bench.fiscal.set_fault(paper_out=True)
    assert bench.state().trouble is FiscalError.NO_PAPER
    job = a_job()
    failed(bench.register(job), Outcome.UNKNOWN, FiscalError.NO_PAPER)
    failed(bench.recover(job.key), Outcome.UNKNOWN, FiscalError.NO_PAPER)
    assert bench.state().trouble is FiscalError.BLOCKED
    failed(bench.register(a_job()), Outcome.NOT_DONE, FiscalError.BLOCKED)
    failed(bench.register(a_job(FiscalTask.GO_ON)), Outcome.UNKNOWN, FiscalError.NO_PAPER)
    bench.fiscal.set_fault(paper_out=False)
    assert isinstance(bench.register(a_job(FiscalTask.GO_ON)), ResultEvent)
    assert done(bench.recover(job.key)).number == 2
    assert len(bench.fiscal.storage.papers) == 2
    assert bench.fiscal.storage.printed[-1].startswith("sell N2")


def test_an_open_cover_is_said(bench: Bench) -> None:
    bench.open_shift()
    bench.fiscal.set_fault(cover_open=True)
    assert bench.state().trouble is FiscalError.COVER_OPEN
    failed(bench.register(a_job()), Outcome.UNKNOWN, FiscalError.COVER_OPEN)


def test_a_blocked_queue_gives_our_document_back(bench: Bench) -> None:
    bench.open_shift()
    bench.fiscal.set_fault(blocked_by="someone-elses")
    job = a_job()
    event = failed(bench.register(job), Outcome.NOT_DONE, FiscalError.BLOCKED)
    assert "someone-elses" in event.message
    bench.fiscal.set_fault(blocked_by="")
    failed(bench.recover(job.key), Outcome.NOT_DONE, FiscalError.BLOCKED)
    assert len(bench.fiscal.storage.papers) == 1


BAD = {
    "the sum of a line": {"lines": (replace(MILK, amount_minor=179_81),)},
    "not paid": {"cash_minor": 100_00},
    "too much by card": {"electronic_minor": 180_00},
    "a buyer without an address": {"buyer": "Анна"},
    "electronic for nobody": {"paper": False},
    "a mark without goods": {"lines": (replace(MILK, mark=b"x", mark_state=1),)},
    "marked goods without a mark": {"lines": (replace(MILK, subject=33),)},
    "a name of nothing": {"lines": (replace(MILK, name=""),)},
    "nothing": {"lines": (), "cash_minor": 0},
    "nobody": {"operator": ""},
    "half a permission": {
        "lines": (
            replace(
                MILK,
                subject=33,
                quantity_milli=1000,
                amount_minor=89_90,
                mark=b"x",
                mark_state=1,
                industry=("", "", "", ""),
            ),
        )
    },
    "two pieces with one mark": {"lines": (replace(MILK, subject=33, mark=b"x", mark_state=1),)},
}


@pytest.mark.parametrize("name", BAD)
def test_what_a_real_one_refuses_is_refused_and_not_registered(bench: Bench, name: str) -> None:
    bench.open_shift()
    event = bench.register(a_job(**BAD[name]))
    assert isinstance(event, ErrorEvent)
    assert event.outcome is Outcome.NOT_DONE
    assert len(bench.fiscal.storage.papers) == 1


def test_a_word_the_driver_does_not_have_never_leaves_the_till(bench: Bench) -> None:
    for wrong in ({"vat": 99}, {"measure": 255}, {"subject": 99}, {"method": 9}):
        job = a_job(lines=(replace(MILK, **wrong),))
        failed(bench.register(job), Outcome.NOT_DONE, FiscalError.BAD_DOCUMENT)
        assert job.key not in bench.fiscal.seen


def test_no_vat_of_tomorrow_and_no_money_that_is_not_there(bench: Bench) -> None:
    bench.open_shift()
    poor = bench.register(a_job(FiscalTask.RETURN))
    failed(poor, Outcome.NOT_DONE, FiscalError.FAULT)
    over = bench.register(a_job(FiscalTask.CASH_OUT, cash_minor=1))
    failed(over, Outcome.NOT_DONE, FiscalError.FAULT)
    bench.fiscal.set_fault(skip=timedelta(days=-365))
    bench.fiscal.storage.opened_at = bench.fiscal.storage.now()
    failed(bench.register(a_job()), Outcome.NOT_DONE, FiscalError.BAD_DOCUMENT)


def test_one_code_is_sold_once_and_comes_back_once(bench: Bench) -> None:
    bench.open_shift()
    marked = replace(
        MILK, quantity_milli=1000, amount_minor=89_90, subject=33, mark=b"code", mark_state=1
    )
    done(bench.register(a_job(lines=(marked,))))
    failed(bench.register(a_job(lines=(marked,))), Outcome.NOT_DONE, FiscalError.MARKING)
    done(bench.register(a_job(FiscalTask.RETURN, lines=(replace(marked, mark_state=3),))))
    done(bench.register(a_job(lines=(marked,))))


def test_the_server_refuses_what_is_no_request(bench: Bench) -> None:
    assert bench.fiscal.post(b"{")[0] == 400
    assert bench.fiscal.delete("nobody")[0] == 404
    bench.open_shift()
    assert bench.fiscal.delete(bench.fiscal.seen[0])[0] == 409
    with pytest.raises(ValueError, match="no such fault"):
        bench.fiscal.set_fault(rain=True)
    strange = a_key()
    bench.fiscal.post(f'{{"uuid": "{strange}", "request": [{{"type": "dance"}}]}}'.encode())
    failed(bench.recover(strange), Outcome.NOT_DONE, FiscalError.BAD_DOCUMENT)

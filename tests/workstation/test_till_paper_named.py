"""Whoever is asked whether a paper printed is told which: whose receipt, how much, when."""

from datetime import timedelta

import pytest

from resources.words import Words
from tests.workstation.test_till_day_end import Day
from tests.workstation.tills import MARIA, MILK, ok


@pytest.fixture
def day(tmp_path):
    made = Day(tmp_path)
    yield made
    made.bench.close()


def asked_of_the_last(day):
    """Nobody knows whether the newest paper is there; what is said of it."""
    day.till.printed(day.bench.devices.jobs[-1].job_id, "asked")
    return said(day)


def said(day, language="ru"):
    return Words(language).say(day.bench.view.paper.name).replace("\xa0", " ")


def test_a_receipt_is_named_by_its_number_its_sum_and_its_time(day):
    day.bench.scan(MILK)
    ok(day.till.pay("cash"))
    told = asked_of_the_last(day)
    time = Words("ru").format(day.till.station.local())
    assert told == f"чек A000001 (89,90 ₽, {time})"


def test_one_of_another_day_is_named_with_its_day(day):
    day.bench.scan(MILK)
    ok(day.till.pay("cash"))
    at = day.till.station.local()
    asked_of_the_last(day)
    day.bench.clock.move(days=1)
    day.again()
    words = Words("en")
    assert words.format(at, "day").replace("\xa0", " ") in said(day, "en")
    assert day.till.station.local().date() - at.date() == timedelta(days=1)


def test_a_return_says_that_it_is_one(day):
    day.bench.scan(MILK)
    ok(day.till.pay("cash"))
    ok(day.till.return_sale(day.bench.documents()[-1].receipt_number))
    ok(day.till.complete())
    assert asked_of_the_last(day).startswith("чек возврата A000002 (89,90 ₽")


def test_a_copy_and_a_report_are_named_by_what_stands_at_their_head(day):
    day.bench.scan(MILK)
    ok(day.till.pay("cash"))
    ok(day.till.reprint())
    at = f"{day.till.station.local():%d.%m.%Y %H:%M}"
    voice = day.till.station.gear.voice("ru")
    head = f"{voice.text('receipt.copy')} · {voice.text('receipt.sale', number='A000001')}"
    assert asked_of_the_last(day) == f"документ «{head} · {at}»"
    ok(day.till.print_answer(True))
    ok(day.till.x_report())
    assert asked_of_the_last(day) == f"документ «{voice.text('report.title_x')} · {at}»"


def test_the_slip_of_a_terminal_is_named_as_one_and_not_by_a_line_of_its_figures(day):
    day.bench.scan(MILK)
    ok(day.till.day_begin())
    day.choose("receipts", "put_aside")
    day.choose("receipts", "leave_them")
    day.count()
    day.choose("count", "close")
    slip = next(job for job in day.bench.devices.jobs if "БАНК" in str(job.elements[0]))
    day.till.printed(slip.job_id, "asked")
    assert said(day) == "слип банковского терминала"
    assert said(day, "en") == "the card terminal's slip"


def test_the_step_of_the_day_names_the_paper_that_is_before_its_own(day):
    day.bench.scan(MILK)
    ok(day.till.pay("cash"))
    told = asked_of_the_last(day)
    ok(day.till.day_begin())
    day.count(1089_90)
    day.choose("count", "close")
    day.till.printed(day.bench.devices.jobs[-1].job_id, "asked")
    z = day.till.station.days[-1].paper
    day.till.printed(z, "asked")
    step = day.step("paper")
    assert step.text.key == "day.paper_behind"
    assert (
        Words("ru").say(step.text).replace("\xa0", " ")
        == f"Перед ним ждёт {told}. Напечатался ли он?"
    )
    day.choose("paper", "printed")
    assert day.step("paper").text.key == "day.paper_asked"
    ok(day.till.sign_on(*MARIA))

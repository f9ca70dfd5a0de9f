"""Papers of a till: what a person must decide, what leaves in order, labels and cards."""

import pytest

from drivers.contract import Barcode, JobError, OpenDrawer, PrintJob, QRCode, Symbology, Text
from pos_app.workstation import printing
from pos_app.workstation.answer import Part
from pos_app.workstation.labels import (
    CardFace,
    LabelPaper,
    PriceFace,
    member_card_job,
    price_label_job,
)
from pos_app.workstation.ports import DeviceState
from tests.workstation.tills import BREAD, MILK, notices, ok, paper, refusal


def printer_is(shop, state):
    shop.devices.what = (DeviceState("printer", "printer", state),)
    shop.till.devices_changed()


def sold_without_printer(shop, *codes):
    printer_is(shop, "lost")
    jobs = []
    for code in codes:
        shop.sold(code)
        jobs.append(shop.devices.jobs[-1])
        shop.till.printed(jobs[-1].job_id, "failed")
    return jobs


def test_what_the_printer_never_began_leaves_in_order_when_it_is_back(shop) -> None:
    jobs = sold_without_printer(shop, MILK, BREAD)
    assert shop.view.paper.state == "failed"
    assert (shop.view.paper.receipt_number, shop.view.paper.more) == ("A000001", 1)
    shop.devices.jobs.clear()
    printer_is(shop, "ok")
    assert shop.devices.jobs == jobs
    assert shop.heard[-1].changed == frozenset({Part.DEVICES, Part.LAST_SALE})
    assert shop.view.paper is None


def test_a_new_receipt_leaves_behind_those_that_wait(shop) -> None:
    jobs = sold_without_printer(shop, MILK)
    shop.devices.what = (DeviceState("printer", "printer", "paper_low"),)
    shop.devices.jobs.clear()
    shop.sold(BREAD)
    assert shop.devices.jobs[0] == jobs[0]
    assert "A000002" in paper(shop.devices.jobs[1])


def test_a_receipt_of_long_ago_is_not_printed_by_itself_in_the_morning(shop) -> None:
    (job,) = sold_without_printer(shop, MILK)
    shop.devices.jobs.clear()
    shop.clock.move(minutes=11)
    printer_is(shop, "ok")
    assert shop.devices.jobs == []
    assert shop.view.paper.state == "failed"
    ok(shop.till.print_answer(False))
    assert shop.devices.jobs == [job], "unmarked: it surely never began"


def test_all_that_never_began_leaves_at_one_answer_and_what_may_be_on_paper_stays(shop) -> None:
    first, second, third = sold_without_printer(shop, MILK, BREAD, MILK)
    shop.till.printed(second.job_id, "asked")
    shop.devices.jobs.clear()
    ok(shop.till.print_answer(False))
    assert shop.devices.jobs == [first, third]
    assert (shop.view.paper.state, shop.view.paper.receipt_number) == ("asked", "A000002")


def test_a_paper_that_no_printer_can_print_is_told_and_does_not_try_again_by_itself(shop) -> None:
    shop.sold(MILK)
    shop.till.printed(shop.devices.jobs[0].job_id, "unprintable")
    assert shop.codes_heard() == ["print_unprintable"]
    shop.devices.jobs.clear()
    printer_is(shop, "ok")
    assert shop.devices.jobs == []
    assert shop.view.last_sale.print_state == "failed"
    ok(shop.till.print_answer(False))
    assert len(shop.devices.jobs) == 1


def test_the_question_outlives_the_next_scan_and_names_no_receipt_for_a_report(shop) -> None:
    ok(shop.till.x_report())
    shop.till.printed(shop.devices.jobs[0].job_id, "interrupted")
    shop.scan(MILK)
    assert shop.view.last_sale is None
    assert (shop.view.paper.state, shop.view.paper.receipt_number) == ("interrupted", "")
    ok(shop.till.print_answer(False))
    again = shop.devices.jobs[1]
    assert again.replaces == shop.devices.jobs[0].job_id
    assert paper(again).startswith("КОПИЯ")


def test_a_copy_opens_no_drawer(shop) -> None:
    ok(
        printing.print_paper(
            shop.till.station, lambda one: PrintJob(one, (OpenDrawer(), Text("x")))
        )
    )
    shop.till.printed(shop.devices.jobs[0].job_id, "asked")
    ok(shop.till.print_answer(False))
    assert shop.devices.jobs[1].elements[1:] == (Text("x"),)


def test_paper_that_runs_low_is_said_once(shop) -> None:
    for state in ("paper_low", "paper_low", "paper_out", "ok", "paper_low"):
        printer_is(shop, state)
    assert shop.codes_heard() == ["paper_low", "paper_out", "paper_low"]
    shop.devices.what = ()
    shop.till.devices_changed()
    assert shop.codes_heard() == ["paper_low", "paper_out", "paper_low"]


def test_a_full_disk_keeps_the_question_and_the_paper(shop) -> None:
    shop.sold(MILK)
    shop.till.printed(shop.devices.jobs[0].job_id, "asked")
    driver = shop.memory.file.driver
    driver.execute("PRAGMA query_only=1")
    assert refusal(shop.till.print_answer(False)) == "storage_full"
    assert shop.view.paper.state == "asked"
    assert refusal(label_printed(shop)) in ("storage_full", "storage_broken")
    driver.execute("PRAGMA query_only=0")
    ok(shop.till.print_answer(False))
    assert len(shop.devices.jobs) == 2


def test_a_dead_database_asks_about_paper_without_its_number(bench) -> None:
    bench.open_shift()
    bench.sold(MILK)
    bench.sold(BREAD)
    bench.till.printed(bench.devices.jobs[0].job_id, "failed")
    bench.memory.file.driver.close()
    assert (bench.view.paper.state, bench.view.paper.receipt_number) == ("failed", "")
    bench.till.devices_changed()
    assert len(bench.devices.jobs) == 2


# --- labels and cards --------------------------------------------------------------------------


def label_printed(shop):
    face = PriceFace("Сыр", "219,90 ₽", "4006381333931", "за 1 шт", "249,90 ₽", "22.11.2026")
    return printing.print_paper(shop.till.station, lambda one: price_label_job(face, one))


def test_a_label_goes_through_the_queue_like_every_paper(shop) -> None:
    assert notices(label_printed(shop)) == ["sent_to_printer"]
    (job,) = shop.devices.jobs
    (label,) = job.elements
    assert (job.columns, label.height_dots, label.gap_dots) == (32, 320, 16)
    assert Barcode(Symbology.EAN13, "4006381333931", 64) in label.elements
    shop.restart()
    assert (shop.view.paper.state, shop.view.paper.receipt_number) == ("asked", "")


def test_a_label_that_cannot_be_laid_out_and_a_till_without_a_printer_refuse(shop) -> None:
    wrong = PriceFace("Сыр", "1 ₽", "4006381333932")
    built = printing.print_paper(shop.till.station, lambda one: price_label_job(wrong, one))
    assert refusal(built) == "unprintable"
    shop.devices.what = ()
    assert refusal(label_printed(shop)) == "no_printer"


def test_a_long_name_is_cut_to_two_lines_and_plain_faces_have_no_code() -> None:
    job = price_label_job(PriceFace("ы" * 200, "1 ₽"), "j", LabelPaper(24, 30, 0))
    (label,) = job.elements
    assert label.elements[0].text == "ы" * 47 + "…"
    assert len(label.elements) == 2
    assert label.height_dots == 240


@pytest.mark.parametrize(
    ("symbology", "code", "element"),
    [
        (None, "https://loy.example/c/1", QRCode("https://loy.example/c/1", 8)),
        (Symbology.EAN13, "2100180010009", Barcode(Symbology.EAN13, "2100180010009", 96)),
        (Symbology.CODE128, "9900001", Barcode(Symbology.CODE128, "9900001", 96)),
    ],
)
def test_a_card_carries_its_code_in_any_of_three_forms(symbology, code, element) -> None:
    job = member_card_job(CardFace("КАРТА", code, symbology, "№ 1", ("Анна",)), "j")
    assert element in job.elements
    assert Text("КАРТА") not in job.elements
    assert [one.text for one in job.elements if isinstance(one, Text)] == ["КАРТА", "№ 1", "Анна"]
    with pytest.raises(JobError):
        member_card_job(CardFace("КАРТА", "ю", Symbology.CODE128), "j")

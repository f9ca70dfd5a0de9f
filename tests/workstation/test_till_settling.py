"""Money, paper, returns: what was answered "paid" is on the disk before the answer."""

import sqlite3
from datetime import date

import pytest

from tests.workstation.tills import (
    BREAD,
    CARDS,
    CHEESE,
    MILK,
    STRANGE_CARD,
    SWEETS,
    TOBACCO,
    VODKA,
    Bench,
    notices,
    ok,
    paper,
    refusal,
)


def test_cash_gives_change_and_the_drawer_opens_once(shop):
    shop.scan(MILK)
    assert shop.sale.round_notes_minor == (90_00, 100_00, 500_00, 1000_00, 5000_00)
    answer = ok(shop.till.pay("cash", 100_00))
    assert notices(answer) == ["completed"]
    assert answer.data["receipt_number"] == "A000001"
    assert answer.data["change_due_minor"] == 10_10
    assert shop.devices.drawer == 1
    session = shop.memory.journal.session()
    assert session.cash_minor == 1000_00 + 89_90
    assert dict(session.totals.by_tender) == {"cash": 89_90}
    assert shop.courier.nudges > 0


def test_exact_cash_is_one_gesture(shop):
    shop.scan(MILK)
    assert ok(shop.till.pay("cash")).data["change_due_minor"] == 0


def test_a_card_pays_what_is_due_and_never_more(shop):
    shop.scan(MILK)
    assert refusal(shop.till.tender("card", 89_91)) == "card_overpaid"
    assert ok(shop.till.pay("card"))
    assert shop.devices.drawer == 0
    assert dict(shop.memory.journal.session().totals.by_tender) == {"card": 89_90}


def test_cash_and_card_add_up(shop):
    shop.scan(CHEESE)
    assert ok(shop.till.pay("cash", 300_00)).data == {}
    ok(shop.till.tender("cash", 100_00))
    assert (shop.sale.phase, shop.sale.due_minor) == ("tendering", 600_00)
    ok(shop.till.tender("card", 500_00, "ref-1"))
    assert refusal(shop.till.complete()) == "not_paid"
    assert [(t.kind, t.amount_minor) for t in shop.sale.tenders] == [
        ("cash", 400_00),
        ("card", 500_00),
    ]
    assert refusal(shop.till.void_tender(5)) == "no_tender"
    ok(shop.till.tender("cash", 200_00))
    assert shop.sale.change_due_minor == 100_00
    assert refusal(shop.till.tender("cash")) == "nothing_due"
    assert ok(shop.till.complete()).data["change_due_minor"] == 100_00


def test_a_tender_that_cannot_be_is_refused(shop):
    assert refusal(shop.till.pay("cash")) == "nothing_to_pay"
    assert refusal(shop.till.void_tender(0)) == "no_tender"
    shop.scan(MILK)
    for amount in (0, -5, 10**15):
        assert refusal(shop.till.tender("cash", amount)) == "bad_amount"
    assert refusal(shop.till.tender("gift_card", 1)) == "gift_card_which"
    assert refusal(shop.till.tender("shells", 1)) == "tender_not_here"
    assert refusal(shop.till.pay("shells")) == "tender_not_here"
    assert shop.sale.tenders == ()


def test_a_receipt_that_points_and_goodwill_made_free_is_completed_without_a_tender(manager):
    manager.scan(BREAD)
    ok(manager.till.discount(1, percent="50"))
    ok(manager.till.void_line(1))
    assert refusal(manager.till.complete()) == "nothing_to_pay"


def test_the_age_question_waits_for_payment_and_not_for_scanning(shop):
    assert refusal(shop.till.confirm("age", "seen")) == "nothing_open"
    shop.scan(VODKA)
    demand = shop.view.demand
    assert (demand.kind, demand.text.args["years"]) == ("age", 18)
    assert notices(shop.scan(MILK)) == ["item_added"]
    assert refusal(shop.till.pay("cash")) == "age_first"
    assert refusal(shop.till.confirm("age", "perhaps")) == "bad_answer"
    assert refusal(shop.till.confirm("pin", "1")) == "no_member"
    ok(shop.till.confirm("age", "document"))
    shop.scan(TOBACCO)
    assert shop.view.demand is None
    ok(shop.till.pay("cash"))
    checked = shop.audit("age_checked")
    document = shop.documents()[0]
    assert [(e.reason, e.subject) for e in checked] == [("document", document.transaction_id)]
    assert document.age_answer == "document"


def test_refused_the_bottle_leaves_the_receipt_and_the_audit_chain_says_why(shop):
    shop.scan(MILK, VODKA, TOBACCO)
    assert notices(shop.till.confirm("age", "refused")) == ["age_refused"]
    assert [line.item_id for line in shop.sale.lines] == ["item1"]
    assert shop.view.demand is None
    out = [(e.subject, e.reason, e.amount_minor) for e in shop.audit("age_refused")]
    assert out == [("item4 x 1", "18+", 500_00), ("item5 x 1", "18+", 200_00)]
    ok(shop.till.pay("cash"))
    assert shop.audit("age_checked") == []
    assert shop.documents()[0].age_answer == "refused"


def test_a_completed_sale_is_on_the_disk_before_the_answer(bench):
    bench.open_shift()
    bench.scan(MILK)
    seen = []

    def look(answer):
        seen.append(answer)

    bench.till.subscribe(look)
    answer = ok(bench.till.pay("cash"))
    other = sqlite3.connect(f"file:{bench.folder}/till.db?mode=ro", uri=True)
    found = other.execute(
        "SELECT count(*) FROM document_key WHERE key = ?", (answer.data["receipt_number"],)
    ).fetchone()
    other.close()
    assert found == (1,)


def test_the_drawer_waits_for_the_disk(tmp_path):
    steps = []
    bench = Bench(tmp_path, crash_point=lambda name: steps.append((name, bench.devices.drawer)))
    bench.open_shift()
    bench.sold(MILK)
    assert steps == [
        ("complete.built", 0),
        ("complete.durable", 0),
        ("complete.drawer", 1),
        ("complete.printing", 1),
    ]
    bench.close()


# --- the last sale and its paper --------------------------------------------------------------


def test_the_last_sale_stays_until_the_next_scan(shop):
    shop.sold(MILK, cash=100_00)
    last = shop.view.last_sale
    assert (last.receipt_number, last.change_due_minor, last.print_state) == (
        "A000001",
        10_10,
        "queued",
    )
    shop.till.printed(shop.devices.jobs[0].job_id, "printed")
    assert shop.view.last_sale.print_state == "printed"
    assert shop.heard[-1].notices == ()
    shop.scan(BREAD)
    assert shop.view.last_sale is None


def test_a_receipt_nobody_saw_is_asked_about_and_printed_on_request(shop):
    shop.sold(MILK)
    job = shop.devices.jobs[0]
    shop.till.printed(job.job_id, "asked")
    assert shop.codes_heard() == ["print_asked"]
    assert shop.view.last_sale.print_state == "asked"
    ok(shop.till.print_answer(False))
    again = shop.devices.jobs[1]
    assert again.replaces == job.job_id != again.job_id
    assert again.elements[1:] == job.elements
    assert "КОПИЯ" in paper(again)
    assert shop.view.last_sale.print_state == "queued"
    shop.till.printed(job.job_id, "printed")
    assert shop.view.last_sale.print_state == "queued", "the first one is given up"
    shop.till.printed(again.job_id, "asked")
    ok(shop.till.print_answer(False))
    third = shop.devices.jobs[2]
    assert (third.replaces, paper(third).count("КОПИЯ")) == (again.job_id, 1)
    shop.till.printed(third.job_id, "failed")
    assert shop.codes_heard() == ["print_asked", "print_asked", "print_failed"]
    ok(shop.till.print_answer(True))
    assert shop.view.last_sale.print_state == "printed"
    assert refusal(shop.till.print_answer(True)) == "nothing_to_print"
    assert shop.memory.journal.jobs() == ()


def test_a_job_that_never_left_is_printed_at_the_next_start(tmp_path):
    class Cut(BaseException):
        pass

    def cut(name):
        if name == "complete.drawer":
            raise Cut

    bench = Bench(tmp_path, crash_point=cut).open_shift()
    bench.scan(MILK)
    with pytest.raises(Cut):
        bench.till.pay("cash")
    assert bench.devices.jobs == []
    bench.restart()
    assert len(bench.devices.jobs) == 1
    assert bench.memory.journal.next_receipt_counter() == 2
    assert bench.devices.ready == 1
    bench.close()


def test_a_job_that_may_have_been_printed_is_asked_about_and_never_reprinted_by_itself(shop):
    shop.sold(MILK)
    shop.sold(BREAD)
    for _ in range(2):
        shop.restart()
        assert shop.devices.jobs == []
        last = shop.view.last_sale
        assert (last.receipt_number, last.print_state) == ("A000002", "asked"), (
            "the newest is shown"
        )
        assert (shop.view.paper.receipt_number, shop.view.paper.more) == ("A000001", 1)
    ok(shop.till.print_answer(True))
    ok(shop.till.print_answer(False))
    assert [paper(j).count("Хлеб") for j in shop.devices.jobs] == [1]


def test_a_copy_is_marked_as_one(shop):
    assert refusal(shop.till.reprint()) == "unknown_receipt"
    shop.scan(MILK, CARDS["anna"])
    ok(shop.till.pay("cash"))
    shop.sold(BREAD)
    first = paper(shop.devices.jobs[0])
    assert notices(shop.till.reprint()) == ["copy_printed"]
    assert "Хлеб" in paper(shop.devices.jobs[-1])
    shop.scan(CARDS["anna"])
    ok(shop.till.reprint("A000001"))
    copy = paper(shop.devices.jobs[-1])
    mark = shop.till.station.gear.voice("ru").text("receipt.copy")
    assert mark in copy
    assert mark not in first
    balance = shop.till.station.gear.voice("ru").text("receipt.available")
    assert balance in first
    assert balance not in copy
    assert refusal(shop.till.reprint("A000999")) == "unknown_receipt"


def test_a_till_without_a_printer_queues_nothing(shop):
    shop.devices.what = ()
    shop.sold(MILK)
    assert shop.view.last_sale.print_state == "none"
    assert refusal(shop.till.reprint()) == "no_printer"
    ok(shop.till.x_report())
    ok(shop.till.close_session(0, "not_found"))
    assert shop.memory.journal.jobs() == ()
    assert shop.devices.jobs == []


def _russian(text: str) -> bool:
    return any("а" <= letter.lower() <= "я" for letter in text)


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_receipt_says_everything_in_both_languages(tmp_path, language):
    bench = Bench(tmp_path, language=language, slogan="Ваш магазин", training=False).open_shift()
    bench.grant("tanya", 100)
    bench.scan(SWEETS, SWEETS, SWEETS, CHEESE, CARDS["tanya"])
    ok(bench.till.redeem("max"))
    ok(bench.till.tender("card", 100_00))
    ok(bench.till.pay("cash", 2000_00))
    text = paper(bench.devices.jobs[0])
    voice = bench.till.station.gear.voice(language)
    for key in ("list_total", "discount", "total", "change", "line_points", "earned", "available"):
        assert voice.text(f"receipt.{key}") in text, key
    assert "Конфеты «Мишка»" in text
    assert "Ваш магазин" in text
    assert "QR K1R:A000001" in text
    promotion = "Сладости: 3 по цене 2"
    assert promotion in text  # the operator's language made the prices
    assert voice.text("tender.cash") in text
    assert voice.text("tender.card") in text
    assert "22" in voice.text("receipt.tax", percent="22")
    assert voice.text("receipt.tax", percent="22") in text
    assert _russian(text)
    document = bench.documents()[0]
    assert document.totals.points_redeemed == 100
    assert f"| {document.totals.points_earned}" in text
    assert f"{voice.text('receipt.available')} | 0" in text
    tomorrow = voice.text("receipt.coming", on=date(2026, 11, 21))
    assert f"{tomorrow} | {document.totals.points_earned}" in text
    bench.close()


def test_training_is_marked_on_the_paper_and_counts_nothing(tmp_path):
    bench = Bench(tmp_path, training=True).open_shift()
    bench.sold(MILK)
    mark = bench.till.station.gear.voice("ru").text("receipt.training")
    assert mark in paper(bench.devices.jobs[0])
    assert bench.view.training
    assert bench.memory.journal.session().totals.receipts == 0
    bench.close()


def test_a_guest_card_is_named_on_the_paper(shop):
    shop.scan(MILK, STRANGE_CARD)
    ok(shop.till.pay("cash"))
    assert shop.till.station.gear.voice("ru").text("receipt.guest_card") in paper(
        shop.devices.jobs[0]
    )

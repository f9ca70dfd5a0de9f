"""Training: everything is pressed, and nothing real moves."""

import pytest

from pos_app.storage.outbox import Outbox
from pos_app.wiring.practice import folder_of, forget, practice
from tests.workstation.payment_till import PayingBench
from tests.workstation.tills import CARDS, MARIA, MILK, SWEETS, notices, ok, paper, refusal


class School(PayingBench):
    """A till whose training books are the shipped ones."""

    def start(self) -> None:
        super().start()
        self.till.begin_training = practice(self.folder)

    def real(self):
        """(head of the chain, receipts, members' entries) of the real books."""
        position = Outbox(self.memory.file).position()
        return position.head, self.memory.journal.next_receipt_counter()

    def begin(self, who=MARIA):
        ok(self.till.sign_on(*who))
        return ok(self.till.train(True))


@pytest.fixture
def school(tmp_path):
    made = School(tmp_path)
    yield made
    made.close()


def test_training_is_begun_and_ended_by_right_and_both_are_in_the_real_audit_chain(school):
    ok(school.till.sign_on("ivan", "1111"))
    assert refusal(school.till.train(True)) == "needs_override"
    assert notices(school.till.train(True, override=MARIA)) == ["training_begun"]
    assert school.view.training
    assert school.view.operator.id == "ivan"
    assert refusal(school.till.train(True)) == "no_training"
    assert refusal(school.till.train(False)) == "needs_override"
    assert notices(school.till.train(False, override=MARIA)) == ["training_ended"]
    assert not school.view.training
    assert refusal(school.till.train(False)) == "no_training"
    used = [(e.action, e.override_by) for e in school.audit("training_begun")]
    used += [(e.action, e.override_by) for e in school.audit("training_ended")]
    assert used == [("training_begun", "maria"), ("training_ended", "maria")]


def test_a_whole_day_of_training_leaves_the_real_books_as_they_were(school):
    school.begin()
    before = school.real()
    ok(school.till.open_session(500_00))
    school.scan(MILK, SWEETS)
    ok(school.till.member("card", CARDS["anna"]))
    assert school.view.member.allowance == 1250
    ok(school.till.redeem("max"))
    ok(school.till.pay("cash", 500_00))
    school.scan(MILK)
    ok(school.till.pay("card"))
    sold = school.till.station.journal.last_document()
    assert sold.training
    assert sold.receipt_number.startswith("T-")
    ok(school.till.return_sale(sold.receipt_number, reason="defect"))
    ok(school.till.complete())
    ok(school.till.cash_movement("paid_in", 100_00, "change_brought"))
    ok(school.till.no_sale("give_change"))
    ok(school.till.enrol("+79990001122"))
    ok(school.till.void_transaction("training"))
    report = ok(school.till.end_of_day(school.till.station.session.cash_minor)).data["report"]
    assert (report.receipts, report.returns, report.voids) == (2, 1, 1)
    assert (report.points_redeemed > 0, report.paid_in_minor) == (True, 100_00)
    taken = dict(report.by_tender)
    assert taken["cash"] + taken["card"] == report.sales_minor - report.returns_minor
    assert report.expected_minor == 500_00 + 100_00 + taken["cash"]
    assert school.real() == before
    assert school.bank.orders == [], "no terminal was asked"
    assert school.devices.drawer == 0, "no drawer opened"
    assert school.courier.asked == [], "no message left"
    assert school.courier.nudges == 1, "only for the right that was used"
    ok(school.till.train(False))
    assert school.view.session is None
    assert school.view.last_sale is None
    ok(school.till.open_session(0))
    school.scan(MILK)
    ok(school.till.member("card", CARDS["anna"]))
    assert school.view.member.points == 1250, "hers are all there"
    assert school.view.member.allowance == 0


def test_training_is_marked_on_every_paper_the_screen_and_the_customers_display(school):
    school.begin()
    ok(school.till.open_session(0))
    school.scan(MILK)
    ok(school.till.pay("cash"))
    ok(school.till.x_report())
    mark = school.till.station.gear.voice("ru").text("receipt.training")
    assert len(school.devices.jobs) == 2
    assert all(mark in paper(job) for job in school.devices.jobs)
    school.till.station.devices.display(("СКИДКИ", "КАЖДЫЙ ДЕНЬ"))
    assert school.devices.rows[-1] == ("СКИДКИ", mark)
    assert school.view.training


def test_the_day_of_a_training_settles_with_itself_and_waits_for_nobody(school):
    school.begin()
    ok(school.till.open_session(0))
    ok(school.till.day_begin())
    ok(school.till.count_drawer(0))
    ok(school.till.day_choice("count", "close"))
    for job in school.devices.jobs:
        school.till.printed(job.job_id, "printed")
    assert {step.state.value for step in school.view.day.steps} == {"done"}


def test_a_cut_of_the_power_ends_the_training_and_its_books_are_gone(school):
    school.begin()
    ok(school.till.open_session(0))
    school.scan(MILK)
    ok(school.till.pay("cash"))
    before = school.real()
    assert folder_of(school.folder).exists()
    school.memory.close()
    school.mirror.close()
    assert forget(school.folder)
    school.start()
    assert not school.view.training
    assert school.real() == before
    assert not forget(school.folder)
    ok(school.till.sign_on(*MARIA))
    assert school.view.session is None


def test_a_receipt_is_finished_before_training_begins_or_ends(school):
    assert refusal(school.till.train(True)) == "sign_on_first"
    ok(school.till.sign_on(*MARIA))
    ok(school.till.open_session(0))
    school.scan(MILK)
    assert refusal(school.till.train(True)) == "finish_first"
    ok(school.till.pay("cash"))
    ok(school.till.train(True))
    ok(school.till.open_session(0))
    school.scan(MILK)
    assert refusal(school.till.train(False)) == "finish_first"
    ok(school.till.void_transaction())
    ok(school.till.train(False))
    assert school.view.session is not None, "the real session goes on"


def test_what_comes_for_the_real_till_meanwhile_reaches_the_real_till(school):
    ok(school.till.sign_on(*MARIA))
    ok(school.till.open_session(0))
    school.scan(MILK)
    ok(school.till.pay("cash"))
    job = school.devices.jobs[-1]
    ok(school.till.train(True))
    school.till.printed(job.job_id, "printed")
    assert school.memory.journal.jobs() == ()
    school.courier.online = True
    school.till.link_changed(True)
    assert school.till._books.session.dark_since is None
    school.till.devices_changed()
    school.till.tick()
    assert school.view.training


def test_devices_are_cared_for_on_the_real_till_and_none_that_takes_money_is_seen(school):
    school.begin()
    assert [one.kind for one in school.view.devices] == ["printer"]
    told = []
    assert school.till.station.devices.request("config", {}, told.append) == 0
    school.till.station.devices.cancel(0)
    school.till.station.devices.ready_for_scan()
    assert "error" in told[0]


def test_a_till_that_was_started_for_training_trains_before_anybody_signs_on(tmp_path):
    school = School(tmp_path)
    school.till.train_from_the_start()
    assert school.view.training
    ok(school.till.sign_on(*MARIA))
    ok(school.till.train(False))
    assert school.view.operator is None, "the real till waits for its cashier"
    assert [e.subject for e in school.audit("training_begun")] == ["start"]
    school.close()


def test_a_till_without_training_books_has_none(tmp_path):
    bench = PayingBench(tmp_path)
    ok(bench.till.sign_on(*MARIA))
    assert refusal(bench.till.train(True)) == "no_training"
    bench.close()

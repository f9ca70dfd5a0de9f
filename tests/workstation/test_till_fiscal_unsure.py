"""Money at the registrar of which nobody will ever know: a person says what became of it."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from drivers.fake.fiscal import VirtualFiscal
from pos_app.domain.money import Money
from tests.workstation.fiscal_till import FiscalTill
from tests.workstation.test_till_fiscal import paid, papers
from tests.workstation.tills import CHEESE, MARIA, MILK, notices, ok, refusal

WHY = "по бумаге ККТ"


@pytest.fixture
def fiscal() -> Iterator[VirtualFiscal]:
    with VirtualFiscal() as made:
        yield made


class Unsure(FiscalTill):
    """Its registrar loses its power over an errand."""

    def loses(self, kind: str = "paid_in", who: str = "maria") -> str:
        """500 are put into the drawer, or taken; the errand's key, when the till lists it."""
        if not self.kinds():
            self.begun(who)
        self.fiscal.set_fault(hold="documents")
        ok(self.till.cash_movement(kind, 500_00, "размен", MARIA))
        return self.cut()

    def cut(self) -> str:
        (row,) = [one for one in self.till.station.fiscal.book.open() if one.kind != "draft"]
        self.until(lambda: self.fiscal.status_of(row.key) == "inProgress")
        self.fiscal.unplug()
        self.until(lambda: self.seen().shift == "unknown")
        self.fiscal.replug()
        self.until(lambda: "errand_unsure" in self.said())
        return row.key

    def listed(self) -> list[Any]:
        return list(ok(self.till.unsure_errands()).data["errands"])

    def says(self, decision: str, reason: str = WHY) -> Any:
        (one,) = self.listed()
        return self.till.decide_errand(one.key, decision, reason)

    @property
    def drawer_minor(self) -> int:
        return int(self.fiscal.storage.cash * 100)

    def z(self) -> None:
        """The business day ends with what should be in the drawer."""
        ok(self.till.day_begin())
        ok(self.till.count_drawer(self.till.station.session.cash_minor))
        ok(self.till.day_choice("count", "close"))

    def step(self, name: str) -> Any:
        return next(one for one in self.view.day.steps if one.name == name)


@pytest.fixture
def till(tmp_path, fiscal) -> Iterator[Unsure]:
    made = Unsure(tmp_path, fiscal)
    yield made
    fiscal.set_fault(hold=False)
    made.close()


# --- the end of the day ---------------------------------------------------------------------------


def test_z_waits_for_a_word_on_money_the_registrar_lost_and_goes_on_after_it(till) -> None:
    till.loses()
    till.z()
    step = till.step("fiscal")
    assert (step.state.value, step.choices) == ("needs_you", ("errands",))
    assert step.details[0].args["amount"] == Money(500_00)
    assert "closeShift" not in till.kinds()
    assert notices(till.says("was_not_done")) == ["errand_decided"]
    till.until(lambda: "closeShift" in till.kinds() and not till.errands())
    assert sum(text.startswith("cashIn 500") for text in till.fiscal.storage.printed) == 1
    assert till.step("fiscal").state.value == "done"
    (told,) = till.audit("fiscal_errand")
    assert (told.operator_id, told.reason, told.amount_minor) == (MARIA[0], WHY, 500_00)
    assert told.subject.startswith("cash_in was_not_done ")


def test_what_was_done_is_not_done_again_and_z_goes_on(till) -> None:
    till.loses()
    till.fiscal.storage.cash += 500  # the registrar had counted it before its power went
    till.z()
    ok(till.says("was_done"))
    till.until(lambda: "closeShift" in till.kinds() and not till.errands())
    assert not any(text.startswith("cashIn 500") for text in till.fiscal.storage.printed)


def test_it_is_told_before_the_drawer_is_counted(till) -> None:
    till.loses("paid_out")
    ok(till.till.day_begin())
    assert till.step("fiscal").choices == ("errands",)
    assert till.view.day.next.name == "count"


# --- what is known --------------------------------------------------------------------------------


def test_the_list_says_what_the_registrar_counts_and_what_it_would_with_the_money(till) -> None:
    till.loses()
    till.scan(MILK)
    paid(till)
    till.until(lambda: till.till.station.fiscal.registrar.state().cash_minor == 1089_90)
    (one,) = till.listed()
    assert (one.kind, one.amount_minor, one.said.key) == ("cash_in", 500_00, "fiscal.fault")
    assert one.at == till.till.station.local()
    counts, would = one.evidence
    assert counts.args["cash"] == Money(1089_90)
    assert (would.args["done"], would.args["not_done"]) == (Money(1589_90), Money(1089_90))
    assert one.choices == ("was_done", "was_not_done")


def test_a_drawer_that_gave_is_counted_the_other_way(till) -> None:
    till.loses("paid_out")
    (one,) = till.listed()
    assert one.kind == "cash_out"
    would = one.evidence[1]
    assert (would.args["done"], would.args["not_done"]) == (Money(500_00), Money(1000_00))


def test_a_registrar_that_can_tell_after_all_is_believed_without_a_word(till, fiscal) -> None:
    key = till.loses()
    with fiscal._lock:
        fiscal._rows[key]["status"] = "ready"
    till.until(lambda: not till.errands())
    assert till.listed() == []
    assert refusal(till.till.decide_errand(key, "was_done", WHY)) == "no_such_errand"


def test_a_registrar_that_is_still_at_it_cannot_be_said_not_to_have_done_it(
    tmp_path, fiscal
) -> None:
    till = Unsure(tmp_path, fiscal)
    till.pipe.close()
    till.keys |= {"answer_ms": 200, "http_ms": 400}
    till.restart()
    till.begun("maria")
    fiscal.set_fault(hold=True)
    ok(till.till.cash_movement("paid_in", 500_00, "размен"))
    till.until(lambda: till.listed())
    (one,) = till.listed()
    assert (one.said.key, one.choices) == ("fiscal.busy", ("was_done",))
    assert refusal(till.says("was_not_done")) == "errand_still_busy"
    fiscal.set_fault(hold=False)
    till.until(lambda: not till.errands())
    assert till.drawer_minor == 1500_00
    till.close()


# --- who may, and how -----------------------------------------------------------------------------


def test_a_word_needs_the_right_and_a_reason_and_somebody_else_may_give_both(till) -> None:
    till.loses(who="ivan")
    (one,) = till.listed()
    decide = till.till.decide_errand
    assert refusal(decide(one.key, "was_done", "")) == "reason_needed"
    assert refusal(decide(one.key, "was_done", "x" * 301)) == "reason_needed"
    assert refusal(decide(one.key, "maybe", WHY)) == "no_such_errand"
    assert refusal(decide(one.key, "was_done", WHY)) == "needs_override"
    assert refusal(decide(one.key, "was_done", WHY, (MARIA[0], "0"))) == "wrong_pin"
    ok(decide(one.key, "was_done", WHY, MARIA))
    (told,) = till.audit("fiscal_errand")
    assert (told.operator_id, told.override_by) == ("ivan", MARIA[0])


def test_nobody_who_has_not_signed_on_sees_the_list(till) -> None:
    till.until(lambda: till.seen().shift == "closed")
    assert refusal(till.till.unsure_errands()) == "sign_on_first"


def test_a_till_without_a_registrar_has_no_such_list(shop) -> None:
    assert refusal(shop.till.unsure_errands()) == "no_registrar"
    assert refusal(shop.till.decide_errand("x", "was_done", WHY)) == "no_registrar"


# --- never twice ----------------------------------------------------------------------------------


def test_a_word_that_it_was_not_done_is_nothing_against_a_registrar_that_did_it(
    till, fiscal
) -> None:
    key = till.loses()
    fiscal.unplug()
    till.until(lambda: till.seen().shift == "unknown")
    ok(till.says("was_not_done"))
    assert till.listed() == []
    with fiscal._lock:
        fiscal._rows[key]["status"] = "ready"
    fiscal.storage.cash += 500
    fiscal.replug()
    till.until(lambda: not till.errands())
    assert till.drawer_minor == 1500_00
    assert not any(text.startswith("cashIn 500") for text in fiscal.storage.printed)


def test_the_word_is_on_the_disk_before_anything_goes_out(till, fiscal) -> None:
    till.loses()
    fiscal.unplug()
    till.until(lambda: till.seen().shift == "unknown")
    ok(till.says("was_not_done"))
    till.restart()
    fiscal.replug()
    till.until(lambda: not till.errands())
    assert till.drawer_minor == 1500_00
    assert sum(text.startswith("cashIn 500") for text in fiscal.storage.printed) == 1


def test_a_word_that_it_was_done_outlives_the_power_and_is_not_asked_again(till, fiscal) -> None:
    till.loses()
    fiscal.storage.cash += 500
    fiscal.unplug()
    till.until(lambda: till.seen().shift == "unknown")
    ok(till.says("was_done"))
    till.restart()
    fiscal.replug()
    till.ready()
    assert (till.errands(), till.drawer_minor) == ([], 1500_00)


def test_a_late_answer_changes_no_word(till) -> None:
    key = till.loses()
    station = till.till.station
    station.fiscal.registrar.recover(key, lambda _answer: None)
    till.until(lambda: station.fiscal.busy == key)
    ok(till.says("was_done"))
    till.until(lambda: station.fiscal.busy == "")
    assert till.errands() == []


# --- corrections, and receipts --------------------------------------------------------------------


def corrected(till: Unsure) -> str:
    """A correction over which the registrar lost its power; its receipt."""
    till.begun("maria")
    registrar, till.till.station.registrar = till.till.station.registrar, None
    plain = till.sold(CHEESE)
    till.till.station.registrar = registrar
    till.fiscal.set_fault(hold="documents")
    ok(till.till.fiscal_correction(plain.receipt_number, "ККТ не было"))
    till.cut()
    return str(plain.receipt_number)


def test_a_correction_that_was_not_done_is_never_sent_again_by_itself(till) -> None:
    number = corrected(till)
    (one,) = till.listed()
    assert one.evidence[0].key == "errand.last_document"
    ok(till.says("was_not_done"))
    till.until(lambda: not till.errands())
    assert papers(till, "sellCorrection") == []
    ok(till.till.fiscal_correction(number, "ККТ не было"))  # a person orders it anew
    till.until(lambda: papers(till, "sellCorrection"))


def test_a_correction_that_was_done_has_its_document(till) -> None:
    number = corrected(till)
    ok(till.says("was_done"))
    assert refusal(till.till.fiscal_correction(number, "x")) == "has_fiscal_document"


def test_a_receipt_that_nobody_knows_of_is_no_errand(till, fiscal) -> None:
    till.begun("maria")
    till.scan(MILK)
    fiscal.set_fault(hold=True)
    ok(till.till.pay("cash"))
    (row,) = [one for one in till.till.station.fiscal.book.open() if one.kind == "sale"]
    till.until(lambda: fiscal.status_of(row.key) == "inProgress")
    fiscal.unplug()
    till.until(lambda: till.till.station.doing is None)
    fiscal.replug()
    assert till.listed() == []
    assert refusal(till.till.decide_errand(row.key, "was_not_done", WHY)) == "no_such_errand"


# --- the next morning -----------------------------------------------------------------------------


def test_a_shift_that_cannot_open_behind_it_says_what_to_decide_first(till, fiscal) -> None:
    till.loses()
    fiscal.storage.opened_at, fiscal.storage.cash = None, Decimal(0)  # somebody closed it by hand
    till.until(lambda: till.trouble() == "fiscal.unsure_first")
    till.scan(MILK)
    assert refusal(till.till.pay("cash")) == "fiscal_unsure_first"
    ok(till.says("was_done"))
    till.until(lambda: till.trouble() is None)
    paid(till)

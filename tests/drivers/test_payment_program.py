"""A vendor's program as a real child process, read by its files."""

import os

import pytest
from payment_bench import Bench, order

from drivers.contract.payment import PaymentDo, PaymentOutcome
from drivers.fake import vendor_program
from drivers.payment_terminal import ProgramAdapter, ProgramSettings

APPROVED, DECLINED = PaymentOutcome.APPROVED, PaymentOutcome.DECLINED
UNKNOWN = PaymentOutcome.UNKNOWN
pytestmark = pytest.mark.skipif(os.name != "posix", reason="the simulator is started by a shebang")
ARGUMENTS = {
    PaymentDo.PURCHASE: ("1", "{amount}"),
    PaymentDo.REFUND: ("3", "{amount}", "", "", "{reference}"),
    PaymentDo.REVERSAL: ("8", "{amount}", "", "", "{reference}"),
    PaymentDo.SETTLE: ("7",),
}


class Vendor:
    def __init__(self, tmp_path, **more) -> None:
        self.folder = tmp_path / "sber"
        self.program = vendor_program.install(self.folder)
        settings = ProgramSettings(self.program, self.folder, ARGUMENTS, **{"hung_ms": 500, **more})
        self.bench = Bench(lambda: ProgramAdapter(settings), tmp_path / "eft.jsonl")

    def mode(self, word: str, **more) -> None:
        vendor_program.adjust(self.folder, mode=word, **more)

    @property
    def net_minor(self) -> int:
        return vendor_program.net_minor(self.folder)


@pytest.fixture
def vendor(tmp_path):
    one = Vendor(tmp_path, hung_ms=20_000)
    yield one
    one.bench.close()


@pytest.fixture
def hasty(tmp_path):
    one = Vendor(tmp_path)
    yield one
    (one.folder / "go").touch()
    one.bench.close()


def test_an_approval_brings_its_slip_in_cyrillic_and_a_masked_card(vendor):
    result = vendor.bench.pay(order(1234_50))
    assert (result.outcome, result.amount_minor) == (APPROVED, 1234_50)
    assert (result.reference, result.auth_code) == ("000000000001", "123456")
    assert (result.card, result.terminal_id) == ("*1111", "10000001")
    assert result.slip == ("СБЕРБАНК", "КАРТА *1111", "СУММА 1234.50", "ОДОБРЕНО")
    assert vendor.net_minor == 1234_50


@pytest.mark.parametrize(("mode", "reason"), [("decline", "declined"), ("cancel", "cancelled")])
def test_a_refusal_is_read_from_the_result_file(vendor, mode, reason):
    vendor.mode(mode)
    result = vendor.bench.pay(order(100))
    assert (result.outcome, result.reason) == (DECLINED, reason)
    assert vendor.net_minor == 0


def test_refund_reversal_and_settlement_have_command_lines_of_their_own(vendor):
    paid = vendor.bench.pay(order(900))
    back = order(400, PaymentDo.REFUND, reference=paid.reference)
    assert vendor.bench.pay(back).outcome is APPROVED
    rest = order(500, PaymentDo.REVERSAL, reference=paid.reference)
    assert vendor.bench.pay(rest).outcome is APPROVED
    assert vendor.net_minor == 0


def test_an_approval_that_was_never_written_is_unknown_and_stays_so(vendor):
    vendor.mode("crash_after")
    one = order(100)
    assert vendor.bench.pay(one).outcome is UNKNOWN
    vendor.mode("approve")
    assert vendor.bench.look(one).outcome is UNKNOWN
    assert vendor.bench.pay(one).outcome is UNKNOWN
    assert vendor.net_minor == 100


def test_the_file_of_an_earlier_order_is_never_taken_for_this_one(vendor):
    first = order(100)
    assert vendor.bench.pay(first).outcome is APPROVED
    vendor.mode("crash_after")
    assert vendor.bench.pay(order(100)).outcome is UNKNOWN
    assert not (vendor.folder / "e").exists()
    assert (vendor.folder / f"e.{first.key}").exists()


def test_a_program_that_hangs_is_unknown_not_started_again_and_read_when_it_ends(hasty):
    hasty.mode("hang")
    one, other = order(100), order(200)
    assert hasty.bench.pay(one).reason == "hung"
    assert hasty.bench.look(one).reason == "busy"
    assert hasty.bench.pay(other).reason == "busy"
    assert hasty.bench.again().look(one).reason == "busy"
    (hasty.folder / "go").touch()
    pid = int((hasty.folder / "running.pid").read_text())
    _ended(pid)
    assert hasty.bench.look(one).outcome is APPROVED
    assert hasty.net_minor == 100


def _ended(pid: int) -> None:
    try:
        os.waitpid(pid, 0)
    except ChildProcessError:
        return


def test_a_till_that_ends_leaves_the_program_to_its_customer(vendor):
    vendor.mode("hang")
    one = order(100)
    vendor.bench.start(one).until_stage("sent")
    assert vendor.bench.again().look(one).outcome is UNKNOWN
    (vendor.folder / "go").touch()
    _ended(int((vendor.folder / "running.pid").read_text()))
    assert vendor.bench.look(one).outcome is APPROVED
    assert vendor.net_minor == 100


def test_garbage_in_the_result_file_is_never_an_approval(vendor):
    vendor.mode("garbage")
    assert vendor.bench.pay(order(100)).outcome is UNKNOWN


def test_an_exit_code_that_contradicts_the_file_makes_it_unknown(tmp_path):
    codes = {0: "approved", 1: "declined"}
    vendor = Vendor(tmp_path, hung_ms=20_000, exit_codes=codes)
    vendor.mode("lie")
    assert vendor.bench.pay(order(100)).reason == "mismatch"
    vendor.mode("approve")
    assert vendor.bench.pay(order(100)).outcome is APPROVED
    vendor.bench.close()


def test_an_absent_program_was_surely_not_begun(vendor):
    vendor.program.unlink()
    assert vendor.bench.pay(order(100)).reason == "offline"


def test_a_program_that_cannot_be_started_was_surely_not_begun(vendor):
    vendor.program.chmod(0o600)
    if os.access(vendor.program, os.X_OK):
        pytest.skip("this user may start anything")
    assert vendor.bench.pay(order(100)).reason == "offline"


def test_a_strange_template_is_refused_before_anything_begins(tmp_path):
    vendor = Vendor(tmp_path)
    bad = ProgramSettings(vendor.program, vendor.folder, {PaymentDo.PURCHASE: ("{pan}",)})
    bench = Bench(lambda: ProgramAdapter(bad), None)
    assert bench.pay(order(100)).reason == "refused"
    assert bench.pay(order(100, PaymentDo.REFUND)).reason == "refused"
    bench.close()
    vendor.bench.close()

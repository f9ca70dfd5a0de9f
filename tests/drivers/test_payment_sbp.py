"""An acquirer of the fast payment system over real HTTP."""

import pytest
from payment_bench import Bench, order

from drivers.contract.payment import PaymentDo, PaymentOutcome
from drivers.fake.sbp_acquirer import SbpAcquirer
from drivers.payment_terminal import SbpAdapter, SbpSettings

APPROVED, DECLINED = PaymentOutcome.APPROVED, PaymentOutcome.DECLINED
UNKNOWN = PaymentOutcome.UNKNOWN


@pytest.fixture
def acquirer():
    with SbpAcquirer(token="secret") as one:
        yield one


def bench_of(acquirer, tmp_path, **more):
    settings = SbpSettings(
        acquirer.url, "secret", **{"pay_ms": 20_000, "poll_ms": 20, "answer_ms": 5_000, **more}
    )
    return Bench(lambda: SbpAdapter(settings), tmp_path / "sbp.jsonl")


@pytest.fixture
def bench(acquirer, tmp_path):
    one = bench_of(acquirer, tmp_path)
    yield one
    one.close()


@pytest.fixture
def hasty(acquirer, tmp_path):
    one = bench_of(acquirer, tmp_path, pay_ms=300)
    yield one
    one.close()


def test_the_customer_scans_the_code_and_pays(bench, acquirer):
    one = order(777_00)
    asked = bench.start(one)
    result = asked.result
    assert (result.outcome, result.reference) == (APPROVED, f"trx-{one.key}")
    codes = [told["qr"] for told in asked.progress if told["stage"] == "qr_shown"]
    assert codes[0].startswith("https://qr.nspk.ru/AS")
    assert acquirer.net_minor == 777_00


def test_a_customer_who_refuses_is_declined(bench, acquirer):
    acquirer.faults.customer = "refuses"
    assert bench.pay(order(100)).reason == "declined"


def test_when_the_time_is_over_the_code_is_cancelled(hasty, acquirer):
    acquirer.faults.customer = "waits"
    result = hasty.pay(order(100))
    assert (result.outcome, result.reason) == (DECLINED, "cancelled")
    acquirer.customer_pays()
    assert acquirer.net_minor == 0


def test_a_timeout_whose_cancel_is_lost_is_unknown_and_asked_later(hasty, acquirer):
    acquirer.faults.customer = "waits"
    one = order(100)
    asked = hasty.start(one).until_stage("qr_shown")
    acquirer.faults.lose = 10**6
    assert asked.result.reason == "timeout"
    acquirer.faults.lose = 0
    assert hasty.look(one).reason == "cancelled"


def test_an_order_without_a_code_is_stopped_and_says_so(bench, acquirer):
    acquirer.faults.customer, acquirer.faults.codeless = "waits", True
    told = bench.pay(order(100))
    assert (told.outcome, told.reason) == (DECLINED, "no_code")
    assert [one.status for one in acquirer.codes.values()] == ["CANCELLED"]
    assert acquirer.net_minor == 0


def test_a_customer_who_paid_in_the_moment_of_the_cancel_has_paid(bench, acquirer):
    acquirer.faults.customer = "waits"
    one = order(100)
    asked = bench.start(one).until_stage("qr_shown")
    acquirer.customer_pays()
    asked.call.cancel()
    assert asked.result.outcome is APPROVED
    assert acquirer.net_minor == 100


def test_a_cashier_cancels_while_the_code_is_shown(bench, acquirer):
    acquirer.faults.customer = "waits"
    asked = bench.start(order(100)).until_stage("qr_shown")
    asked.call.cancel()
    assert asked.result.reason == "cancelled"
    assert [one.status for one in acquirer.codes.values()] == ["CANCELLED"]


def test_a_lost_answer_to_the_code_is_unknown_and_found_by_our_key(bench, acquirer):
    acquirer.faults.lose, acquirer.faults.lose_at = 1, "/qr"
    one = order(100)
    assert bench.pay(one).outcome is UNKNOWN
    acquirer.customer_pays()
    assert bench.look(one).outcome is APPROVED
    assert acquirer.net_minor == 100
    assert len(acquirer.codes) == 1


def test_an_order_that_the_acquirer_never_saw_is_not_begun(bench, acquirer):
    acquirer.faults.status, acquirer.faults.status_times = 503, 1
    one = order(100)
    assert bench.pay(one).outcome is UNKNOWN
    assert bench.look(one).reason == "not_begun"


def test_lost_polls_are_asked_again(bench, acquirer):
    acquirer.faults.customer = "waits"
    asked = bench.start(order(100)).until_stage("qr_shown")
    acquirer.faults.lose, acquirer.faults.customer = 2, "pays"
    assert asked.result.outcome is APPROVED
    assert "busy" in asked.stages()


def test_another_amount_than_ordered_is_never_approved(bench, acquirer):
    acquirer.faults.shift_minor = -1
    assert bench.pay(order(100)).reason == "mismatch"


def test_nonsense_is_never_an_approval(bench, acquirer):
    acquirer.faults.garbage = True
    one = order(100)
    assert bench.pay(one).outcome is UNKNOWN
    assert bench.look(one).outcome is UNKNOWN


def test_a_wrong_token_is_a_refusal_and_is_told_nowhere(acquirer, tmp_path):
    settings = SbpSettings(acquirer.url, "wrong-secret")
    bench = Bench(lambda: SbpAdapter(settings), tmp_path / "sbp.jsonl")
    assert bench.pay(order(100)).reason == "refused"
    assert "wrong-secret" not in repr(settings)
    bench.close()
    assert all(b"wrong-secret" not in path.read_bytes() for path in tmp_path.rglob("*.jsonl"))


def test_no_acquirer_is_unknown_for_nothing_is_surely_not_sent(acquirer, tmp_path):
    bench = bench_of(acquirer, tmp_path)
    acquirer.stop()
    assert bench.pay(order(100)).outcome is UNKNOWN
    bench.close()
    acquirer.start = lambda: acquirer
    acquirer.stop = lambda: None


def test_a_refund_is_once_by_its_key_and_a_part_is_possible(bench, acquirer):
    paid = bench.pay(order(900))
    back = order(400, PaymentDo.REFUND, reference=paid.reference)
    acquirer.faults.lose, acquirer.faults.lose_at = 1, "/refunds"
    assert bench.pay(back).outcome is UNKNOWN
    assert bench.look(back).outcome is APPROVED
    assert bench.pay(order(900, PaymentDo.REFUND, reference=paid.reference)).outcome is APPROVED
    assert acquirer.net_minor == -400


def test_a_refund_of_nothing_is_not_begun(bench, acquirer):
    assert bench.pay(order(1, PaymentDo.REFUND)).reason == "refused"
    assert bench.pay(order(1, PaymentDo.REVERSAL, reference="trx-none")).reason == "refused"
    assert bench.pay(order(0, PaymentDo.SETTLE)).outcome is APPROVED


def test_an_acquirer_with_words_of_its_own(tmp_path):
    with SbpAcquirer() as acquirer:
        statuses = {"ACCEPTED": "paid", "NEW": "waiting"}
        bench = bench_of(acquirer, tmp_path, statuses=statuses, fields={"qr_id": "qrcId"})
        assert bench.pay(order(100)).outcome is APPROVED
        acquirer.faults.customer = "refuses"
        assert bench.pay(order(100)).outcome is UNKNOWN
        bench.close()

"""A terminal that no cable reaches: the cashier reads its slip."""

import pytest
from payment_bench import Bench, order

from drivers.contract.payment import PaymentDo, PaymentOutcome
from drivers.payment_terminal import ManualAdapter


@pytest.fixture
def bench(tmp_path):
    adapter = ManualAdapter()
    one = Bench(lambda: adapter, tmp_path / "manual.jsonl")
    yield one
    one.close()


def test_the_number_of_the_slip_is_the_reference(bench):
    one = order(100)
    asked = bench.start(one).until_stage("slip_wanted")
    assert not bench.device.confirm("another", "1")
    assert bench.device.confirm(one.key, " 4111111111111111 ")
    assert not bench.device.confirm(one.key, "2")
    assert (asked.result.amount_minor, asked.result.reference) == (100, "*1111")
    assert bench.look(one) == asked.result


def test_nothing_taken_is_declined(bench):
    one = order(100)
    asked = bench.start(one).until_stage("slip_wanted")
    assert bench.device.confirm(one.key, None)
    assert (asked.result.outcome, asked.result.amount_minor) == (PaymentOutcome.DECLINED, 0)


def test_a_cancelled_order_was_not_typed_into_the_terminal(bench):
    asked = bench.start(order(100)).until_stage("slip_wanted")
    asked.call.cancel()
    assert asked.result.reason == "cancelled"


def test_a_till_that_ends_leaves_the_question_to_a_person(bench):
    one = order(100)
    bench.start(one).until_stage("slip_wanted")
    assert bench.again().look(one).reason == "ask_person"


def test_its_day_needs_no_settlement(bench):
    assert bench.pay(order(0, PaymentDo.SETTLE)).outcome is PaymentOutcome.APPROVED

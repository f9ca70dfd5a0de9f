"""A ZVT terminal over a real socket and a real pseudo-terminal."""

import time

import pytest
from payment_bench import HASTY, Bench, order, zvt

from drivers.contract import PowerState
from drivers.contract.payment import PaymentDo, PaymentOutcome
from drivers.fake.endpoints import PtyEndpoint
from drivers.fake.zvt_terminal import ZvtTerminal
from drivers.fake.zvt_wire import SerialLine
from drivers.payment_terminal import SerialFraming, SocketFraming, ZvtAdapter, ZvtSettings
from drivers.transport import SerialLink, SerialSettings, TcpLink

APPROVED, DECLINED = PaymentOutcome.APPROVED, PaymentOutcome.DECLINED
UNKNOWN = PaymentOutcome.UNKNOWN
MESSAGES_OF_A_PAYMENT = 7


@pytest.fixture
def terminal():
    with ZvtTerminal() as one:
        yield one


@pytest.fixture
def bench(terminal, tmp_path):
    one = zvt(terminal.endpoint.port, tmp_path / "eft.jsonl")
    yield one
    one.close()


def test_a_purchase_is_approved_with_its_slip_and_a_masked_card(bench, terminal):
    asked = bench.start(order(1234_00))
    result = asked.result
    assert (result.outcome, result.amount_minor) == (APPROVED, 1234_00)
    assert (result.card, result.reference, result.terminal_id) == ("*1111", "0101", "60099914")
    assert result.slip == ("CARD *1111", "THANK YOU")
    assert terminal.net_minor == 1234_00
    assert {"sent", "card_wanted", "bank_asked"} <= set(asked.stages())


def test_a_second_purchase_is_another_one(bench, terminal):
    assert bench.pay(order(100)).outcome is bench.pay(order(100)).outcome is APPROVED
    assert [one.amount_minor for one in terminal.bank] == [100, 100]


def test_the_same_key_is_never_carried_out_twice(bench, terminal):
    one = order(500)
    assert bench.pay(one) == bench.pay(one) == bench.again().pay(one) == bench.look(one)
    assert terminal.net_minor == 500


def test_a_key_for_another_amount_is_refused(bench, terminal):
    one = order(500)
    bench.pay(one)
    asked = bench.start(order(600, key=one.key))
    assert asked.error.code == 110
    assert terminal.net_minor == 500


@pytest.mark.parametrize(
    ("customer", "reason"), [("is_declined", "declined"), ("cancels", "cancelled")]
)
@pytest.mark.parametrize("status_less", [False, True])
def test_what_the_terminal_refuses_is_declined(bench, terminal, customer, reason, status_less):
    terminal.faults.customer, terminal.faults.status_less = customer, status_less
    result = bench.pay(order(100))
    assert (result.outcome, result.reason) == (DECLINED, reason)
    assert terminal.net_minor == 0


def test_an_approval_without_status_information_is_unknown_and_then_found(bench, terminal):
    terminal.faults.status_less = True
    one = order(100)
    assert bench.pay(one).outcome is UNKNOWN
    assert bench.look(one).outcome is APPROVED
    assert terminal.net_minor == 100


def test_another_amount_than_ordered_is_never_approved(bench, terminal):
    terminal.faults.shift_minor = 1
    one = order(100)
    assert bench.pay(one).reason == "mismatch"
    assert bench.look(one).reason == "mismatch"


def test_a_status_told_twice_is_one_payment(bench, terminal):
    terminal.faults.twice = True
    assert bench.pay(order(100)).outcome is APPROVED
    assert terminal.net_minor == 100


@pytest.mark.parametrize("after_cut", ["finish", "give_up"])
@pytest.mark.parametrize("message", range(1, MESSAGES_OF_A_PAYMENT + 1))
def test_a_line_cut_at_any_message_is_unknown_until_it_is_asked(
    bench, terminal, message, after_cut
):
    assert bench.pay(order(300)).outcome is APPROVED
    terminal.faults.cut_before, terminal.faults.after_cut = message, after_cut
    one = order(700)
    first = bench.pay(one)
    assert first.outcome is UNKNOWN
    charged = terminal.net_minor - 300
    assert charged in (0, 700)
    assert bench.look(one).outcome is (APPROVED if charged else DECLINED)
    assert bench.look(one).is_final
    assert bench.pay(one).outcome is (APPROVED if charged else DECLINED)
    assert terminal.net_minor - 300 == charged
    assert bench.pay(order(50)).outcome is APPROVED


def test_a_customer_who_takes_long_is_looked_up_as_busy_and_then_found(bench, terminal):
    terminal.faults.customer = "waits"
    one = order(100)
    assert bench.pay(one).reason == "lost"
    assert bench.look(one).reason == "busy"
    terminal.present_card()
    assert bench.look(one).outcome is APPROVED
    assert terminal.net_minor == 100


def test_a_cashier_cancels_while_the_terminal_waits(bench, terminal):
    terminal.faults.customer = "waits"
    asked = bench.start(order(100)).until_stage("card_wanted")
    asked.call.cancel()
    assert (asked.result.outcome, asked.result.reason) == (DECLINED, "cancelled")
    assert "06b0" in terminal.commands
    assert terminal.net_minor == 0


def test_a_till_that_ends_cancels_what_waits_and_keeps_the_answer(bench, terminal):
    terminal.faults.customer = "waits"
    one = order(100)
    bench.start(one).until_stage("card_wanted")
    assert bench.again().look(one).reason == "cancelled"
    assert terminal.net_minor == 0


def test_a_key_that_was_never_begun_is_surely_not_charged(bench, terminal):
    assert bench.look(order(100)).reason == "not_begun"
    assert terminal.commands.count("0620") == 0


def test_without_a_journal_a_strange_key_is_for_a_person(terminal):
    one = zvt(terminal.endpoint.port, None)
    assert one.look(order(100)).outcome is UNKNOWN
    one.close()


def test_a_busy_terminal_is_not_begun(bench, terminal):
    terminal.faults.busy = 99
    result = bench.pay(order(100))
    assert (result.outcome, result.reason) == (DECLINED, "busy")


def test_a_silent_terminal_is_offline_before_and_unknown_after_an_order(bench, terminal):
    assert bench.pay(order(100)).outcome is APPROVED
    terminal.faults.mute = True
    one = order(200)
    assert bench.pay(one).outcome is UNKNOWN
    assert bench.look(one).reason == "offline"
    assert bench.pay(order(300)).reason == "offline"
    terminal.faults.mute = False
    assert bench.look(one).reason == "not_begun"


def test_a_pulled_cable_in_the_middle_of_a_purchase(bench, terminal):
    terminal.faults.customer = "waits"
    one = order(100)
    asked = bench.start(one).until_stage("card_wanted")
    terminal.endpoint.unplug()
    assert asked.result.outcome is UNKNOWN
    assert bench.look(one).reason == "offline"
    terminal.present_card()
    terminal.endpoint.replug()
    assert bench.look(one).outcome is APPROVED
    assert terminal.net_minor == 100


def test_its_state_follows_the_cable(bench, terminal):
    assert bench.pay(order(100)).outcome is APPROVED
    terminal.endpoint.unplug()
    assert bench.pay(order(100)).reason in ("lost", "offline")
    assert bench.pay(order(100)).reason == "offline"
    assert bench.device.power_state is PowerState.OFF_OFFLINE
    terminal.endpoint.replug()
    assert bench.pay(order(100)).outcome is APPROVED
    assert terminal.net_minor == 200


def test_a_purchase_is_reversed_once(bench, terminal):
    paid = bench.pay(order(900))
    back = order(900, PaymentDo.REVERSAL, reference=paid.reference)
    assert bench.pay(back).outcome is APPROVED
    again = order(900, PaymentDo.REVERSAL, reference=paid.reference)
    assert bench.pay(again).reason == "already"
    assert terminal.net_minor == 0


def test_a_refund_gives_back_and_a_settlement_closes(bench, terminal):
    bench.pay(order(900))
    assert bench.pay(order(400, PaymentDo.REFUND)).outcome is APPROVED
    assert terminal.net_minor == 500
    closed = bench.pay(order(0, PaymentDo.SETTLE))
    assert (closed.outcome, closed.slip) == (APPROVED, ("TOTAL 500",))


def test_a_reversal_without_a_receipt_number_is_not_begun(bench, terminal):
    assert bench.pay(order(1, PaymentDo.REVERSAL, reference="RRN")).reason == "refused"


def test_no_file_ever_holds_the_card(bench, terminal, tmp_path):
    bench.pay(order(100))
    bench.close()
    for path in tmp_path.rglob("*"):
        assert b"411111" not in path.read_bytes()


def test_over_a_serial_port_with_check_sums(tmp_path):
    endpoint = PtyEndpoint(tmp_path / "ttyZVT")
    terminal = ZvtTerminal(endpoint, SerialLine).start()
    link = SerialSettings(str(endpoint.path))
    bench = Bench(
        lambda: ZvtAdapter(SerialLink(link), SerialFraming(), ZvtSettings(timings=HASTY)),
        tmp_path / "eft.jsonl",
    )
    assert bench.pay(order(1610_16)).outcome is APPROVED
    paid = bench.pay(order(10_10))
    assert bench.pay(order(0, PaymentDo.REVERSAL, reference=paid.reference)).outcome is APPROVED
    assert terminal.net_minor == 1610_16
    bench.close()
    terminal.stop()


def test_a_terminal_that_was_switched_off_is_found_again_by_itself(bench, terminal):
    states = bench.states
    _until(lambda: [one.power for one in states][-1:] == [PowerState.ONLINE])
    terminal.endpoint.unplug()
    _until(lambda: states[-1].power is PowerState.OFF_OFFLINE)
    assert bench.look(order(1)).reason == "not_begun"
    terminal.endpoint.replug()
    _until(lambda: states[-1].power is PowerState.ONLINE)
    assert bench.device.health().power is PowerState.ONLINE


def test_its_state_is_told_when_asked_and_a_slip_is_not_wanted(bench):
    told = []
    bench.device.request_status(told.append)
    assert told[0].device == "eft"
    assert not bench.device.confirm("key", "1")


def test_an_order_cancelled_before_its_turn_is_not_begun(bench, terminal):
    terminal.faults.customer = "waits"
    first = bench.start(order(100)).until_stage("card_wanted")
    second = bench.start(order(200))
    second.call.cancel()
    terminal.present_card()
    assert first.result.outcome is APPROVED
    assert second.result.reason == "cancelled"
    assert terminal.net_minor == 100


def test_a_journal_that_another_host_still_has_begins_nothing(terminal, tmp_path):
    path = tmp_path / "eft.jsonl"
    first, one = zvt(terminal.endpoint.port, path), order(100)
    assert first.pay(one).outcome is APPROVED
    second = zvt(terminal.endpoint.port, path)
    assert second.pay(order(100)).reason == "journal"
    assert second.look(one).reason == "busy"
    first.close()
    assert second.look(one).outcome is APPROVED
    second.close()


def test_a_defect_in_an_adapter_is_unknown_not_lost(terminal, tmp_path, caplog):
    class Broken(ZvtAdapter):
        def carry_out(self, order, notes, watch):
            raise RuntimeError("a defect")

    settings = ZvtSettings(timings=HASTY)
    link = TcpLink("127.0.0.1", terminal.endpoint.port)
    bench = Bench(lambda: Broken(link, SocketFraming(), settings), tmp_path / "eft.jsonl")
    assert bench.pay(order(100)).outcome is UNKNOWN
    assert "a defect" in caplog.text
    bench.close()


def _until(ready) -> None:
    end = time.monotonic() + 20
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.01)

"""Masking, journals, builders and requests of payment terminals."""

import io
import json
import os

import pytest
from payment_bench import IDS, order

from drivers.contract import DeviceKind, ErrorCode, ErrorEvent, Outcome
from drivers.contract.payment import (
    PaymentDo,
    PaymentOrder,
    PaymentOutcome,
    PaymentResult,
    mask_card,
    mask_pans,
)
from drivers.fake.zvt_terminal import ZvtTerminal
from drivers.host.process import Host
from drivers.payment_terminal import PaymentJournal
from drivers.payment_terminal.zvt_apdu import Apdu, ZvtError, bcd, first_apdu, status_of
from drivers.registry import ConfigError, build_devices
from drivers.remote.payment import looked_up, result_of

APPROVED, UNKNOWN = PaymentOutcome.APPROVED, PaymentOutcome.UNKNOWN


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("КАРТА 4111111111111111", "КАРТА *1111"),
        ("4111 1111 1111 1111 ОК", "*1111 ОК"),
        ("2200-0000-0000-0004", "*0004"),
        ("RRN 000000000001", "RRN 000000000001"),
        ("10-4111111111111111", "10-*1111"),
        ("10 4111 1111 1111 1111", "10 *1111"),
        ("4111111111111112", "4111111111111112"),
        ("trx-4111111111111111", "trx-*1111"),
        ("A4111111111111111", "A4111111111111111"),
    ],
)
def test_a_card_number_is_masked_wherever_it_stands(text, shown):
    assert mask_pans(text) == shown


def test_a_masked_number_stays_masked():
    assert mask_card("411111******1111") == mask_card("*1111") == "*1111"
    assert mask_card("") == mask_card("****") == ""


def test_a_result_reads_back_without_a_card():
    result = PaymentResult(APPROVED, 5, "4111111111111111", slip=("4111111111111111",))
    again = PaymentResult.from_json(json.loads(json.dumps(result.to_json())))
    assert (again.reference, again.slip, again.is_final) == ("*1111", ("*1111",), True)


@pytest.mark.parametrize(
    "change",
    [
        {"amount_minor": -1},
        {"amount_minor": "5"},
        {"key": ""},
        {"currency": "RUB"},
        {"do": "steal"},
    ],
)
def test_an_order_that_makes_no_sense_is_refused(change):
    with pytest.raises(ValueError):
        PaymentOrder.from_json({**order(5).to_json(), **change})


# --- ZVT


def test_a_long_message_has_a_long_length():
    long = Apdu((0x06, 0xD3), b"x" * 300)
    assert long.to_bytes()[:5] == bytes.fromhex("06d3ff2c01")
    assert first_apdu(long.to_bytes()) == (long, 305)
    assert first_apdu(long.to_bytes()[:4]) is None
    with pytest.raises(ZvtError):
        first_apdu(b"\x06\xd3\xff\xff\xff")


def test_an_amount_that_does_not_fit_is_refused():
    with pytest.raises(ZvtError):
        bcd(10**12, 12)
    with pytest.raises(ZvtError):
        bcd(-1, 12)


@pytest.mark.parametrize(
    ("data", "unread"),
    [
        ("2700" + "fe01", "fe01"),
        ("2700" + "22f1", "22f1"),
        ("2700" + "0603414243" + "0b000001", ""),
        ("2700" + "068103414243", ""),
        ("2700" + "06820003414243", ""),
        ("2700" + "0683", "0683"),
        ("2700" + "3cf0f0f241420b000001", ""),
        ("2700" + "04", "04"),
    ],
)
def test_fields_are_read_as_far_as_their_lengths_are_right(data, unread):
    status = status_of(bytes.fromhex(data))
    assert (status.result_code, status.unread.hex()) == (0, unread)


def test_a_field_told_twice_differently_says_nothing():
    assert status_of(bytes.fromhex("27002705")).result_code is None


def test_what_is_no_decimal_is_not_known():
    status = status_of(bytes.fromhex("04aa000000000049064387ffff29ffffffff"))
    assert (status.amount_minor, status.receipt_no, status.terminal_id) == (None, "", "")


# --- journals


def test_a_torn_last_line_is_left_out(tmp_path):
    path = tmp_path / "eft.jsonl"
    journal = PaymentJournal(path, 1)
    assert journal.open() and journal.open()
    one = order(5)
    journal.begin(one, {"a": 1})
    journal.end(one.key, PaymentResult(UNKNOWN))
    journal.end(one.key, PaymentResult(APPROVED, 5))
    journal.end(one.key, PaymentResult(UNKNOWN))
    journal.close()
    path.write_bytes(path.read_bytes() + b'{"ended": "' + one.key.encode())
    again = PaymentJournal(path, 9**13)
    again.open()
    assert again.result(one.key).outcome is APPROVED
    assert again.begun(one.key).notes == {"a": 1}
    assert again.born_at_ms == 1
    again.close()


def test_a_long_journal_is_shortened_and_no_longer_knows_what_is_new(tmp_path):
    path = tmp_path / "eft.jsonl"
    journal = PaymentJournal(path, 1)
    journal.open()
    keys = [IDS.new_id() for _ in range(1100)]
    for key in keys:
        journal.begin(order(5, key=key), {})
        journal.end(key, PaymentResult(APPROVED, 5))
    journal.close()
    again = PaymentJournal(path, 1)
    again.open()
    again.close()
    short = PaymentJournal(path, 1)
    short.open()
    assert len(path.read_text().splitlines()) == 1001
    assert short.begun(keys[0]) is None
    assert not short.surely_new(keys[0])
    assert short.begun(keys[-1]) is not None
    assert short.surely_new(IDS.new_id())
    assert not short.surely_new("not a key")
    short.close()


@pytest.mark.skipif(os.name != "posix", reason="a file lock of POSIX")
def test_a_journal_belongs_to_one_process(tmp_path):
    first, second = (PaymentJournal(tmp_path / "eft.jsonl", 1) for _ in range(2))
    assert first.open()
    assert not second.open()
    first.close()
    assert second.open()
    second.close()


# --- built from a configuration, asked through the host


@pytest.mark.parametrize(
    "table",
    [
        {"driver": "telepathy"},
        {"driver": "zvt", "host": "h", "password": "12"},
        {"driver": "zvt", "host": "h", "currency": "RUB"},
        {"driver": "sbp", "url": "ftp://x"},
        {"driver": "sbp", "url": "http://x", "token_file": "/nowhere/token"},
        {"driver": "program", "program": "p", "shape": "inpas"},
        {"driver": "program", "program": "p", "encoding": "klingon"},
        {"driver": "program", "program": "p", "arguments": {"steal": []}},
        {"driver": "program", "program": "p", "approved": ["yes"]},
        {"driver": "program", "program": "p", "exit_codes": {"x": "approved"}},
        {"driver": "manual", "wire": 1},
    ],
)
def test_a_wrong_table_is_refused_in_words(table):
    with pytest.raises(ConfigError):
        build_devices({"device": [{"kind": "payment", **table}]}, lambda _event: None)


@pytest.mark.parametrize(
    "table",
    [
        {"driver": "zvt", "host": "h"},
        {"driver": "zvt", "serial": True, "port": "/dev/ttyZVT"},
        {"driver": "sbp", "url": "https://acquirer.example/v1"},
        {"driver": "program", "program": "sb_pilot"},
        {"driver": "program", "program": "dc", "shape": "inpas", "arguments": {"purchase": ["1"]}},
        {"driver": "manual"},
    ],
)
def test_every_driver_is_built_from_its_table(table):
    devices = build_devices({"device": [{"kind": "payment", **table}]}, lambda _event: None)
    assert [one.kind for one in devices.all()] == [DeviceKind.PAYMENT]


class Pipe(io.StringIO):
    """The host's output, as lines already read."""

    def lines(self) -> list[dict]:
        return [json.loads(line) for line in self.getvalue().splitlines()]


def test_the_host_hands_on_orders_and_slips(tmp_path):
    out = Pipe()
    with ZvtTerminal() as terminal:
        tables = [
            {"kind": "payment", "name": "eft", "driver": "zvt", "host": "127.0.0.1",
             "port": terminal.endpoint.port},
            {"kind": "payment", "name": "by hand", "driver": "manual"},
        ]  # fmt: skip
        host = Host({"device": tables}, out, path=tmp_path / "devices.json")
        host.open_all()
        one = order(100)
        asked = {"do": "payment", "device": "eft", "order": one.to_json()}
        host.take(json.dumps({"id": 1, **asked}))
        _until(out, lambda: any(line.get("id") == 1 and "payload" in line and
                                line["event"] == "result" for line in out.lines()))  # fmt: skip
        host.take(json.dumps({"id": 2, **asked, "do": "payment_result"}))
        host.take(json.dumps({"id": 3, **asked, "order": {"key": ""}}))
        confirm = {"do": "payment_confirm", "device": "by hand", "key": "k", "reference": "7"}
        host.take(json.dumps({"id": 4, **confirm}))
        _until(out, lambda: {2, 3, 4} <= {line.get("id") for line in out.lines()})
        host.close_all()
    by_id = {
        line["id"]: line for line in out.lines() if line.get("event") != "progress" and "id" in line
    }
    assert by_id[1]["payload"]["outcome"] == by_id[2]["payload"]["outcome"] == "approved"
    assert by_id[3]["code"] == by_id[4]["code"] == ErrorCode.E_ILLEGAL
    assert (tmp_path / "payment-eft.jsonl").exists()
    assert terminal.net_minor == 100


def _until(out: Pipe, ready) -> None:
    import time

    end = time.monotonic() + 20
    while not ready():
        assert time.monotonic() < end, out.getvalue()
        time.sleep(0.01)


def test_an_answer_that_nobody_gave_is_unknown_and_a_refusal_is_none():
    gone = ErrorEvent("eft", ErrorCode.E_OFFLINE, "gone", outcome=Outcome.UNKNOWN)
    never = ErrorEvent("eft", ErrorCode.E_OFFLINE, "gone", outcome=Outcome.NOT_DONE)
    assert result_of(gone).outcome is UNKNOWN
    assert result_of(never).outcome is PaymentOutcome.DECLINED
    assert looked_up(never).outcome is looked_up(gone).outcome is UNKNOWN


def test_a_settlement_is_an_order_without_money():
    assert order(0, PaymentDo.SETTLE).to_json()["do"] == "settle"

"""What is wrong with a device's table, in the words of the person who typed it; changes at once."""

import json

import pytest
from device_bench import until

from drivers.contract import DeviceKind, ErrorEvent, event_from_json, event_to_json
from drivers.host import Host
from drivers.registry import fields_of_table
from pos_app.domain.tender import TenderKind
from pos_app.wiring.device_link import DeviceLink
from pos_app.wiring.payment_link import PaymentLink
from pos_app.workstation.device_care import fault_of
from resources.words import Words

GUN = {"kind": "scanner", "name": "gun", "driver": "serial", "port": "/dev/gun"}
PAPER = {"kind": "printer", "name": "paper", "driver": "tcp", "host": "127.0.0.1"}
MONEY = {"kind": "drawer", "name": "money", "printer": "paper"}
EFT = {"kind": "payment", "name": "eft", "driver": "zvt", "host": "127.0.0.1"}
SBP = {"kind": "payment", "name": "sbp", "driver": "sbp", "url": "http://x"}
BANK = {"kind": "payment", "name": "bank", "driver": "program", "program": "/x"}
SCALE = {"kind": "scale", "name": "scale", "model": "cas6", "driver": "tcp", "host": "x"}

WRONG = {
    "missing": {**GUN, "driver": "tcp"},
    "no_text": {**PAPER, "host": 5},
    "no_number": {**GUN, "baud": "fast"},
    "no_flag": {**GUN, "rtscts": 1},
    "no_list": {**PAPER, "code_pages": "59 cp866"},
    "none_of": {**GUN, "kind": "toaster"},
    "none_of driver": {**PAPER, "driver": "pigeon"},
    "unknown_key": {**GUN, "bawd": 9600},
    "no_hex": {**GUN, "prefix_hex": "zz"},
    "no_port": {**GUN, "port": "usb:1"},
    "drawer_driver": {**MONEY, "driver": "air"},
    "no_printer": {**MONEY, "printer": "none"},
    "printer_misfit": {**MONEY, "printer": "torn"},
    "no_pin": {**MONEY, "pin": 7},
    "scale_password": {**SCALE, "password": "12"},
    "terminal_password": {**EFT, "password": "12"},
    "no_currency": {**EFT, "currency": "RUB"},
    "no_url": {**SBP, "url": "ftp://x"},
    "no_token_file": {**SBP, "token_file": "/no/such/file"},
    "no_encoding": {**BANK, "encoding": "cp0"},
    "no_encoding scanner": {**GUN, "encoding": "cp0"},
    "no_number codes": {**BANK, "approved": ["x"]},
    "marking_url": {"kind": "marking", "name": "gis"},
    "code_pages": {**PAPER, "code_pages": ["nonsense"]},
    "no_font": {**PAPER, "font": "/no/such/font"},
    "which_keyboard": {"kind": "scanner", "name": "gun", "driver": "evdev"},
    "formats": {"kind": "scanner", "name": "gun", "driver": "camera", "formats": ["runes"]},
    "key_codes": {"kind": "scanner", "name": "g", "driver": "wedge", "gs_keys": ["x"]},
}


@pytest.mark.parametrize("word", WRONG)
@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_fault_of_a_table_has_words_in_both_languages(word, language) -> None:
    found = fields_of_table(WRONG[word], [PAPER, {**PAPER, "name": "torn", "hots": "x"}])
    assert found["words"]["word"] == word.split()[0]
    sentence = fault_of(found["fault"], found)
    words = Words(language)
    assert words.knows(sentence.key)
    said = words.say(sentence)
    assert str(WRONG[word]["name"]) in said
    assert "{" not in said


def test_a_refused_configuration_is_said_in_russian_as_far_as_it_has_words(tmp_path) -> None:
    lines: list[str] = []

    class Out:
        def write(self, text) -> int:
            lines.append(text)
            return len(text)

        def flush(self) -> None:
            pass

    host = Host({"device": []}, Out(), path=tmp_path / "devices.toml")
    host.take(json.dumps({"id": 1, "do": "configure", "tables": [WRONG["unknown_key"]]}))
    event = event_from_json(json.loads(lines[-1]))
    assert isinstance(event, ErrorEvent)
    assert event_from_json(event_to_json(event)) == event
    reply = {"error": event.message, "words": dict(event.words)}
    assert Words("ru").say(fault_of(event.message, reply)) == (
        "gun: ключ bawd никто не читает. Описка?"
    )
    assert Words("ru").say(fault_of("what has no words", {})) == "what has no words"
    blocked = Host({"device": []}, Out(), path=tmp_path / "devices.toml" / "x" / "devices.toml")
    (tmp_path / "devices.toml").write_text("")
    blocked.take(json.dumps({"id": 2, "do": "configure", "tables": [GUN]}))
    assert json.loads(lines[-1])["words"]["word"] == "no_file"


class Pipe:
    restarts = 0

    def send_line(self, line) -> None:
        self.sent = json.loads(line)


def test_a_terminal_s_other_tender_holds_at_once() -> None:
    tables = [dict(EFT), dict(SBP)]
    names = {"eft": "payment", "sbp": "payment"}
    devices = DeviceLink(Pipe(), names)
    payments = PaymentLink(devices, lambda: tables, lambda _key, _result: None)
    assert payments.terminal(TenderKind.CARD) == "eft"
    assert payments.terminal(TenderKind.QR) == "sbp"
    tables[:] = [{**EFT, "tender": "qr"}, {**SBP, "tender": "card"}]
    number = devices.request("configure", {"tables": tables}, lambda _reply: None)
    said = {"id": number, "event": "result", "device": "", "payload": {"changed": []}}
    devices.on_line(json.dumps({**said, "job_id": ""}))
    until(lambda: payments.terminal(TenderKind.CARD) == "sbp")
    assert payments.terminal(TenderKind.QR) == "eft"
    assert devices.first(DeviceKind.PAYMENT) == "eft"

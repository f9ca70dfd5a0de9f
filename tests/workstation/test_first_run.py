"""The first start of a till as its hands see it: every page, every mistake, every cut."""

import pytest

from pos_app.workstation.first_pages import Known, Step
from pos_app.workstation.first_run import AGAIN_MS, Setup, server_url

CHOICES = {"payload": {"choices": ["17 cp866", "59 cp1251", "none"]}}
PORT = {"driver": "file", "port": "/dev/usb/lp0", "about": "lp0"}


class Hands:
    """Answers when it is told to."""

    def __init__(self, tables=(), ports=(PORT,)) -> None:
        self.asked, self.devices, self.kept = [], [], {}
        self.tables, self.ports, self.died = list(tables), list(ports), 0

    def restarts(self):
        return self.died

    def ask(self, do, fields, on_reply):
        self.asked.append((do, fields, on_reply))

    def device(self, do, fields, on_reply, deadline_ms=10_000):
        self.devices.append((do, fields, on_reply))

    def new_id(self):
        return "job"

    def font_path(self):
        return "/fonts/mono.ttf"

    def remember(self, **what):
        self.kept |= what

    def reply(self, **said):
        self.asked[-1][2](said)

    def device_reply(self, **said):
        self.devices[-1][2](said)

    def config(self):
        self.device_reply(payload={"device": self.tables, "ports": self.ports, "kinds": []})


def at_code(hands) -> Setup:
    setup = Setup(hands, Known("ru", "http://10.0.0.1:8765"))
    setup.submit()
    return setup


def at_printer(hands) -> Setup:
    setup = Setup(hands, Known("ru", "http://10.0.0.1", "Магазин", "Касса 1", is_loaded=True))
    hands.config()
    return setup


def said(setup) -> str:
    sentence = setup.view().said
    return sentence.key if sentence is not None else ""


def test_the_whole_way_by_enter_from_language_to_ready() -> None:
    hands, done = Hands(), []
    setup = Setup(hands, Known(server="http://127.0.0.1:8765"))
    setup.on_done = lambda: done.append(True)
    assert setup.view().step is Step.LANGUAGE
    setup.choose(1)
    assert hands.kept == {"language": "en"}
    assert (setup.view().step, setup.view().typed) == (Step.SERVER, "http://127.0.0.1:8765")
    setup.write("kopilka.example.ru")
    setup.submit()
    assert setup.view().server == "https://kopilka.example.ru"
    setup.write("abcd-2345")
    setup.submit()
    assert hands.asked[-1][:2] == (
        "enrol", {"server": "https://kopilka.example.ru", "code": "ABCD2345"}
    )  # fmt: skip
    assert setup.view().is_busy
    assert hands.kept["is_finished"] is False, "durable before the server knows the till"
    hands.reply(store="Магазин", till="Касса 1")
    assert hands.kept == {
        "language": "en", "server": "https://kopilka.example.ru", "is_finished": False
    }  # fmt: skip
    assert setup.view().step is Step.LOADING
    setup.heard({"event": "progress", "here": 4, "whole": 8})
    assert (setup.view().progress.here, setup.view().progress.whole) == (4, 8)
    hands.reply(operators=2)
    hands.config()
    assert setup.view().step is Step.PRINTER
    setup.choose(0)
    assert hands.devices[-1][:2] == (
        "configure",
        {"tables": [{"kind": "printer", "name": "printer", "driver": "file",
                     "path": "/dev/usb/lp0"}]},
    )  # fmt: skip
    hands.device_reply(payload={})
    assert hands.devices[-1][:2] == ("code_page_strip", {"device": "printer", "job_id": "job"})
    hands.device_reply(payload={})
    hands.device_reply(**CHOICES)
    assert [one.title for one in setup.view().choices[:2]] == ["17 cp866", "59 cp1251"]
    setup.choose(1)
    assert hands.devices[-1][1]["tables"][0]["code_pages"] == ["59 cp1251"]
    hands.device_reply(payload={})
    assert setup.view().step is Step.READY
    setup.submit()
    assert hands.kept["is_finished"] is True
    assert done == [True]


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("192.168.1.5:8765", "http://192.168.1.5:8765"),
        ("localhost:1", "http://localhost:1"),
        (" https://a.example/ ", "https://a.example"),
        ("shop.example:99", "https://shop.example:99"),
        ("", None),
        ("ftp://a", None),
        ("a b", None),
        ("http://", None),
        ("http://a:99999", None),
        ("http://a:0", None),
        ("http://[", None),
    ],
)
def test_an_address_is_a_url_or_nothing(text, url) -> None:
    assert server_url(text) == url


def test_a_wrong_address_is_said_until_another_is_typed() -> None:
    setup = Setup(Hands(), Known("ru"))
    setup.write("no address")
    setup.submit()
    assert (said(setup), setup.view().is_wrong) == ("first.wrong_address", True)
    setup.write("10.0.0.1")
    assert said(setup) == ""


def test_a_code_of_another_length_is_not_sent() -> None:
    hands = Hands()
    setup = at_code(hands)
    setup.write("ABC")
    setup.submit()
    assert said(setup) == "first.code_length"
    assert not hands.asked


@pytest.mark.parametrize(
    ("error", "key"),
    [
        ("not_admitted", "first.enrol.not_admitted"),
        ("lost", "first.enrol.lost"),
        ("strange", "first.enrol.other"),
    ],
)
def test_what_the_server_refuses_is_a_sentence_and_the_code_can_be_mended(error, key) -> None:
    hands = Hands()
    setup = at_code(hands)
    setup.write("ABCD2345")
    setup.submit()
    setup.submit()
    setup.back()
    assert len(hands.asked) == 1
    hands.reply(error=error, detail="why")
    assert (said(setup), setup.view().step, setup.view().typed) == (key, Step.CODE, "ABCD2345")
    setup.submit()
    assert len(hands.asked) == 2


def test_esc_goes_back_as_far_as_nothing_is_done() -> None:
    setup = at_code(Hands())
    assert setup.can_go_back()
    setup.back()
    assert (setup.view().step, setup.view().typed) == (Step.SERVER, "http://10.0.0.1:8765")
    setup.back()
    assert setup.view().step is Step.LANGUAGE
    setup.back()
    setup.choose(7)
    setup.submit()
    assert setup.view().step is Step.LANGUAGE
    assert not setup.can_go_back()


def test_a_helper_that_dies_is_asked_the_same_again_and_its_late_answer_is_nobodys() -> None:
    hands = Hands()
    setup = at_code(hands)
    setup.write("ABCD2345")
    setup.submit()
    late = hands.asked[-1][2]
    hands.died = 1
    setup.tick(0)
    setup.tick(1)
    assert [do for do, *_ in hands.asked] == ["enrol", "enrol"]
    hands.reply(store="s", till="t")
    late({"error": "lost"})
    assert setup.view().step is Step.LOADING
    hands.died = 2
    setup.tick(2)
    assert [do for do, *_ in hands.asked] == ["enrol", "enrol", "load", "load"]


def test_loading_that_was_cut_goes_on_by_itself_and_keeps_its_bar() -> None:
    hands = Hands()
    setup = Setup(hands, Known("en", "http://10.0.0.1", "Shop", "Till"))
    assert (setup.view().step, setup.view().store) == (Step.LOADING, "Shop")
    setup.heard({"event": "progress", "here": 5, "whole": 9})
    hands.reply(error="lost")
    assert (said(setup), setup.view().is_wrong) == ("first.load.lost", True)
    setup.tick(1000)
    setup.tick(1000 + AGAIN_MS - 1)
    assert len(hands.asked) == 1
    setup.tick(1000 + AGAIN_MS)
    assert len(hands.asked) == 2
    assert setup.view().progress.here == 5
    hands.reply(operators=0)
    assert said(setup) == "first.no_operators"
    setup.submit()
    assert len(hands.asked) == 3
    hands.reply(operators=1)
    assert setup.view().step is Step.PRINTER
    setup.heard({"event": "progress", "here": 9, "whole": 9})
    assert setup.view().progress is None


def test_a_till_without_a_printer_is_ready_too() -> None:
    setup = at_printer(Hands(ports=()))
    keys = [one.key for one in setup.view().choices]
    assert keys == ["first.printer_network", "first.printer_later"]
    setup.choose(1)
    assert setup.view().step is Step.READY
    setup.choose(0)
    assert setup.view().step is Step.READY


def test_a_printer_of_the_network_is_typed() -> None:
    hands = Hands(tables=[{"kind": "drawer", "name": "drawer"}], ports=())
    setup = at_printer(hands)
    setup.choose(0)
    assert setup.view().step is Step.ADDRESS
    for wrong in ("", "a b", "10.0.0.5:x", "10.0.0.5:70000"):
        setup.write(wrong)
        setup.submit()
        assert said(setup) == "first.wrong_printer"
    setup.write("10.0.0.5")
    setup.submit()
    drawer, printer = hands.devices[-1][1]["tables"]
    assert drawer["kind"] == "drawer"
    assert printer == {
        "kind": "printer", "name": "printer", "driver": "tcp", "host": "10.0.0.5", "port": 9100
    }  # fmt: skip
    hands.device_reply(error="device 'printer': no")
    assert said(setup) == "first.printer_wrong"
    setup.back()
    assert hands.devices[-1][0] == "config"


def test_a_printer_that_is_off_is_said_and_can_be_tried_again() -> None:
    hands = Hands(tables=[{"kind": "printer", "name": "paper", "host": "10.0.0.5"}])
    setup = at_printer(hands)
    assert setup.view().choices[0].detail == "paper 10.0.0.5"
    setup.choose(0)
    assert hands.devices[-1][:2] == ("code_page_strip", {"device": "paper", "job_id": "job"})
    hands.device_reply(error="the device does not answer")
    assert (said(setup), setup.view().step) == ("first.printer_silent", Step.PRINTER)
    setup.choose(0)
    hands.device_reply(payload={})
    hands.device_reply(error="gone")
    assert said(setup) == "first.printer_silent"


def test_a_printer_none_of_whose_lines_can_be_read_draws_them_in_our_font() -> None:
    hands = Hands(tables=[{"kind": "printer", "name": "paper"}, {"kind": "drawer"}])
    setup = at_printer(hands)
    setup.choose(0)
    hands.device_reply(payload={})
    hands.device_reply(**CHOICES)
    setup.choose(3)
    assert hands.devices[-1][0] == "code_page_strip"
    hands.device_reply(payload={})
    hands.device_reply(**CHOICES)
    setup.choose(2)
    table = hands.devices[-1][1]["tables"][0]
    assert (table["code_pages"], table["font"]) == (["none"], "/fonts/mono.ttf")
    hands.device_reply(error="disk full")
    assert said(setup) == "first.printer_wrong"


def test_a_device_host_that_does_not_answer_leaves_the_way_without_a_printer() -> None:
    hands = Hands()
    setup = Setup(hands, Known("ru", "http://10.0.0.1", "Магазин", "Касса 1", is_loaded=True))
    hands.device_reply(error="timeout")
    assert said(setup) == "first.devices_silent"
    setup.choose(1)
    assert setup.view().step is Step.READY

"""The till's end of the device host: states, late truths, and the care of devices by request."""

import json

import pytest

from drivers.contract import DeviceKind, ErrorCode
from pos_app.wiring.device_link import DeviceLink


class Host:
    """A pipe whose far end the test plays."""

    restarts = 0

    def __init__(self) -> None:
        self.sent: list[dict] = []

    def send_line(self, line: str) -> None:
        self.sent.append(json.loads(line))

    def close(self) -> None:
        """Nothing to close."""


class Ears:
    def __init__(self) -> None:
        self.heard: list[tuple] = []

    def __getattr__(self, name):
        return lambda *args: self.heard.append((name, *args))


@pytest.fixture
def host():
    return Host()


@pytest.fixture
def link(host):
    made = DeviceLink(host, {"scanner": "scanner", "printer": "printer", "card": "payment"})
    made.ears = Ears()
    return made


def say(link, **event):
    link.on_line(json.dumps(event))


def states(link):
    return {one.name: one.state for one in link.states()}


def an_error(**changes):
    error = {
        "event": "error",
        "device": "printer",
        "code": int(ErrorCode.E_FAILURE),
        "message": "m",
    }
    return {**error, "locus": "output", "outcome": "not_done", **changes}


def test_a_device_with_wrong_settings_is_neither_well_nor_unknown(link) -> None:
    assert states(link)["scanner"] == "unknown"
    say(link, event="status", device="scanner", power=2000, state={"misfit": "port is missing"})
    assert states(link)["scanner"] == "misfit"
    say(link, event="status", device="scanner", power=2001)
    assert states(link)["scanner"] == "ok"
    assert ("devices_changed",) in link.ears.heard


def test_a_torn_scan_and_an_unreadable_file_are_two_things(link) -> None:
    say(link, **an_error(device="scanner", locus="input"))
    say(link, **an_error(device="", locus="input"))
    assert link.ears.heard == [("trouble", "scan_torn"), ("trouble", "devices_unreadable")]


def test_late_ends_of_jobs_are_the_printer_s_only(link) -> None:
    others = []
    link.listen(others.append)
    say(link, **an_error(device="card", job_id="payment-key", outcome="unknown"))
    assert link.ears.heard == []
    assert others[0].job_id == "payment-key", "the adapter of its kind hears it"
    say(link, event="output_complete", device="printer", job_id="job")
    say(link, **an_error(job_id="job-2", outcome="unknown"))
    assert link.ears.heard == [("printed", "job", "printed"), ("printed", "job-2", "asked")]


def test_a_question_is_answered_as_a_plain_object(link, host) -> None:
    replies = []
    number = link.request("check", {"device": "scanner", "level": "external"}, replies.append)
    wanted = {"id": number, "do": "check", "device": "scanner", "level": "external"}
    assert host.sent == [wanted]
    say(link, id=number, event="result", device="scanner", payload={"text": "1"}, job_id="")
    assert replies[0]["payload"] == {"text": "1"}
    number = link.request("config", {}, replies.append)
    link.cancel(number)
    say(link, id=number, **an_error(device="", message="no"))
    assert replies[1] == {"error": "no", "outcome": "not_done"}


def test_devices_are_renamed_only_when_the_host_took_the_settings(link, host) -> None:
    tables = [{"kind": "scanner", "name": "gun"}]
    number = link.request("configure", {"tables": tables}, lambda _reply: None)
    say(link, id=number, **an_error(device="", message="port is missing"))
    assert list(states(link)) == ["scanner", "printer", "card"]
    number = link.request("configure", {"tables": tables}, lambda _reply: None)
    say(link, id=number, event="result", device="", payload={"changed": ["gun"]}, job_id="")
    assert states(link) == {"gun": "unknown"}
    assert link.first(DeviceKind.PRINTER) is None

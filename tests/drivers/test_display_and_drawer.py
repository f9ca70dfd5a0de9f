"""The customer's two lines in every dialect, and the drawer on its printer."""

import io
import json

import pytest
from device_bench import Ear, until, vectors

from drivers.cash_drawer import Polarity
from drivers.config_file import read_config, write_config
from drivers.contract import (
    DoneEvent,
    ErrorCode,
    ErrorEvent,
    Outcome,
    OutputCompleteEvent,
    PowerState,
    StatusUpdateEvent,
)
from drivers.fake import PtyEndpoint, ScreenModel, VirtualRig
from drivers.host import Host
from drivers.line_display import DIALECTS, TwoLineDisplay
from drivers.line_display.dialects import line_bytes
from drivers.registry import build_devices
from drivers.transport import LinkDownError, LiveCall, SerialLink, SerialSettings

FRAMES = [row for row in vectors("device_frames.json")["frames"] if row["device"] == "display"]


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_both_lines_are_shown_in_every_dialect(name) -> None:
    dialect, screen = DIALECTS[name], ScreenModel()
    screen.feed(dialect.start_in("cp866"))
    lines = ("ИТОГО         170,81", "Баллы +17 ёж".ljust(20))
    for byte in dialect.show((line_bytes(lines[0]), line_bytes(lines[1]))):
        screen.feed(bytes((byte,)))
    assert screen.lines == lines
    screen.feed(dialect.clear)
    assert screen.lines == (" " * 20, " " * 20)


@pytest.mark.parametrize("name", ["epson", "aures"])
def test_the_other_cyrillic_page_is_chosen_by_its_own_number(name) -> None:
    dialect, screen = DIALECTS[name], ScreenModel()
    screen.feed(dialect.start_in("cp1251"))
    text = line_bytes("Чай №5 — ёж", "cp1251")
    screen.feed(dialect.show((text, text)))
    assert screen.lines[1].rstrip() == "Чай №5 - ёж"


@pytest.mark.parametrize("row", FRAMES, ids=lambda row: row["model"][:7] + row["id"])
def test_documented_frames_are_understood_by_the_screen(row) -> None:
    screen = ScreenModel()
    screen.feed(bytes.fromhex(row["hex"]) + b"!")
    if "text" in row:
        assert screen.lines[0] == row["text"]
    assert any("!" in line for line in screen.lines)


def test_documented_frames_are_what_the_driver_sends() -> None:
    frames = {(row["model"][:6], row["id"]): row["hex"] for row in FRAMES}
    shown = DIALECTS["cd5220"].show((line_bytes("ИТОГО         170,81"), line_bytes("")))
    assert bytes.fromhex(frames["CD5220", "line1"]) in shown
    assert DIALECTS["cd5220"].start.hex() == frames["CD5220", "init"]
    assert DIALECTS["dsp800"].clear.hex() == frames["DSP800", "clear"]
    assert DIALECTS["dsp800"].start.hex() == frames["DSP800", "init"]
    assert bytes.fromhex(frames["Epson ", "cursor_off"]) in DIALECTS["epson"].start


def test_signs_the_display_lacks_are_replaced_and_long_text_is_cut() -> None:
    assert line_bytes("«Чай» — 5₽").decode("cp866") == '"Чай" - 5р'.ljust(20)
    assert line_bytes("я" * 30).decode("cp866") == "я" * 20
    assert line_bytes("a\x1b@b\u00a0").decode("cp866") == "a @b".ljust(20)


@pytest.mark.parametrize("model", sorted(DIALECTS))
def test_the_display_shows_again_after_it_was_unplugged(ear, model) -> None:
    with VirtualRig(display_model=model) as rig:
        devices = build_devices({"device": rig.config()["device"][3:]}, ear)
        devices.open_all()
        display = devices.displays["display"]
        reply = Ear()
        display.display_lines(("ИТОГО", "1,00"), reply)
        assert reply.wait(DoneEvent) == DoneEvent("display")
        until(lambda: rig.screen.lines == ("ИТОГО".ljust(20), "1,00".ljust(20)))
        rig.control({"do": "unplug", "device": "display"})
        ear.wait(lambda e: isinstance(e, StatusUpdateEvent) and e.power is PowerState.OFF_OFFLINE)
        display.display_lines(("ПОТЕРЯНО",), reply)
        lost = reply.wait(ErrorEvent)
        assert (lost.code, lost.outcome) == (ErrorCode.E_OFFLINE, Outcome.NOT_DONE)
        rig.screen.feed(b"\x0c")
        rig.control({"do": "replug", "device": "display"})
        until(lambda: rig.screen.lines == ("ИТОГО".ljust(20), "1,00".ljust(20)))
        display.clear_text(reply)
        reply.wait(DoneEvent, 2)
        until(lambda: rig.screen.lines == (" " * 20, " " * 20))
        display.request_status(reply)
        assert reply.wait(StatusUpdateEvent).power is PowerState.ONLINE
        health = display.health()
        assert (health.good_count, health.error_count) == (2, 1)
        devices.close_all()
        display.clear_text(reply)
        assert reply.wait(ErrorEvent, 2).outcome is Outcome.NOT_DONE


def test_the_drawer_opens_and_says_so(devices, rig, ear) -> None:
    drawer = devices.drawers["drawer"]
    reply = Ear()
    drawer.open_drawer(reply)
    assert reply.wait(OutputCompleteEvent) == OutputCompleteEvent("drawer")
    assert rig.printer.kicks == [0]
    until(lambda: drawer.drawer_opened is True)
    rig.printer.close_drawer()
    until(lambda: drawer.drawer_opened is False)
    told = [e.drawer_opened for e in ear.heard if getattr(e, "device", "") == "drawer"]
    assert told[-2:] == [True, False]
    drawer.request_status(reply)
    assert reply.wait(StatusUpdateEvent).drawer_opened is False
    assert drawer.health().good_count == 1


def test_the_drawer_opens_even_when_the_paper_is_out(devices, rig) -> None:
    rig.printer.set_fault(paper="end")
    reply = Ear()
    devices.drawers["drawer"].open_drawer(reply)
    reply.wait(OutputCompleteEvent)
    assert rig.printer.drawer_opened


def test_a_drawer_on_a_silent_printer_is_not_said_to_be_open(hasty_devices, rig, ear) -> None:
    until(lambda: hasty_devices.printers["printer"].power_state is PowerState.ONLINE)
    rig.printer.set_fault(silent=True)
    reply = Ear()
    hasty_devices.drawers["drawer"].open_drawer(reply)
    answer = reply.wait(ErrorEvent)
    assert (answer.device, answer.outcome) == ("drawer", Outcome.NOT_DONE)
    assert rig.printer.kicks == []
    assert hasty_devices.drawers["drawer"].drawer_opened is None
    hasty_devices.drawers["drawer"].calibrate(True, reply)
    assert reply.wait(ErrorEvent, 2).code is ErrorCode.E_NOHARDWARE
    assert hasty_devices.drawers["drawer"].health().error_count == 1


def test_a_drawer_is_unknown_until_it_was_seen_open_and_closed(rig, ear) -> None:
    config = rig.config()
    del config["device"][2]["open_high"]
    config["device"][1]["poll_ms"] = 50
    devices = build_devices(config, ear)
    devices.open_all()
    drawer = devices.drawers["drawer"]
    reply = Ear()
    drawer.open_drawer(reply)
    reply.wait(OutputCompleteEvent)
    drawer.calibrate(True, reply)
    reply.wait(DoneEvent)
    assert drawer.drawer_opened is None
    rig.printer.close_drawer()
    drawer.calibrate(False, reply)
    reply.wait(DoneEvent, 2)
    assert drawer.polarity == Polarity(open_high=True, closed_high=False)
    until(lambda: drawer.drawer_opened is False)
    devices.close_all()


def test_a_drawer_whose_level_never_changes_has_no_sensor() -> None:
    polarity = Polarity().learn(True, True).learn(False, True)
    assert polarity.is_open(True) is None
    assert Polarity.known(False).is_open(False) is True
    assert Polarity.known(None).is_open(True) is None
    assert Polarity.known(True).is_open(None) is None


def test_a_screen_understands_its_other_page_and_ignores_what_it_does_not_know() -> None:
    screen = ScreenModel()
    screen.feed(b"\x1bt\x0f" + "Чай".encode("cp1251") + b"\x1b\x7f\x18\x1f\x40\x1b")
    assert screen.lines[0].rstrip() == "Чай"
    screen.feed(b"@\x04\x01P")
    assert screen.lines[0].strip() == ""
    assert len(screen.history) == 2


def test_a_display_that_goes_while_it_is_written_to_answers_unknown(tmp_path) -> None:
    ear, reply = Ear(), Ear()
    end = PtyEndpoint(tmp_path / "display")
    link = SerialLink(SerialSettings(str(end.path)))
    display = TwoLineDisplay("display", link, ear, DIALECTS["epson"])
    link.open()
    end.unplug()
    with pytest.raises(LinkDownError):
        display._show(link, b"text", reply)
    assert reply.wait(ErrorEvent).outcome is Outcome.UNKNOWN
    assert display.health().error_count == 1


def _drawer(rig, ear, **keys):
    config = rig.config()
    config["device"][1]["poll_ms"] = 20
    config["device"][2] |= keys
    devices = build_devices(config, ear)
    devices.open_all()
    drawer = devices.drawers["drawer"]
    until(lambda: drawer.drawer_opened is False)
    return devices, drawer


def _open(drawer) -> None:
    drawer.open_drawer(Ear())
    until(lambda: drawer.drawer_opened is True)


def test_whoever_waits_for_the_drawer_is_told_when_it_closes(rig, ear) -> None:
    devices, drawer = _drawer(rig, ear)
    answers = Ear()
    drawer.wait_closed(60_000, LiveCall("drawer", answers))
    assert answers.wait(DoneEvent) == DoneEvent("drawer")
    _open(drawer)
    drawer.wait_closed(60_000, LiveCall("drawer", answers))
    drawer.wait_closed(1, LiveCall("drawer", answers))
    assert answers.wait(ErrorEvent).code is ErrorCode.E_TIMEOUT
    unwanted = LiveCall("drawer", answers)
    drawer.wait_closed(60_000, unwanted)
    unwanted.cancel()
    assert answers.wait(ErrorEvent, 2).code is ErrorCode.E_TIMEOUT
    assert len(answers.heard) == 3
    rig.printer.close_drawer()
    answers.wait(DoneEvent, 2)
    _open(drawer)
    drawer.wait_closed(60_000, LiveCall("drawer", answers))
    devices.close_all()
    assert answers.wait(ErrorEvent, 3).code is ErrorCode.E_CLOSED


def test_a_drawer_that_cannot_tell_is_not_waited_for(rig, ear) -> None:
    config = rig.config()
    del config["device"][2]["open_high"]
    devices = build_devices(config, ear)
    answers = Ear()
    devices.drawers["drawer"].wait_closed(60_000, LiveCall("drawer", answers))
    assert answers.wait(ErrorEvent).code is ErrorCode.E_NOHARDWARE


def test_a_drawer_left_open_is_told_of_once(rig, ear) -> None:
    devices, drawer = _drawer(rig, ear, warn_open_ms=30)
    _open(drawer)

    def warned(event):
        return getattr(event, "state", None) == {"open_long": True}

    assert ear.wait(warned).drawer_opened is True
    rig.printer.close_drawer()
    until(lambda: drawer.drawer_opened is False)
    _open(drawer)
    ear.wait(warned, 2)
    devices.close_all()
    drawer._open_too_long()
    assert len([one for one in ear.heard if warned(one)]) == 2


def test_what_a_calibration_taught_survives_the_device_host(rig, tmp_path) -> None:
    config = rig.config()
    del config["device"][2]["open_high"]
    config["device"][1]["poll_ms"] = 50
    path = tmp_path / "devices.toml"
    write_config(path, config)
    out = io.StringIO()
    host = Host(read_config(path), out, path=path)
    host.open_all()

    def asked(number: int, **request):
        host.take(json.dumps({"id": number, "device": "drawer", **request}))
        until(lambda: f'"id":{number},' in out.getvalue())

    asked(1, do="open_drawer")
    until(lambda: rig.printer.drawer_opened)
    asked(2, do="calibrate_drawer", is_open=True)
    assert "open_high" not in path.read_text(encoding="utf-8")
    rig.printer.close_drawer()
    asked(3, do="calibrate_drawer", is_open=False)
    host.close_all()
    kept = build_devices(read_config(path), Ear()).drawers["drawer"]
    assert kept.polarity == Polarity(open_high=True, closed_high=False)


def test_a_taught_polarity_that_cannot_be_written_is_said(rig, tmp_path) -> None:
    out = io.StringIO()
    host = Host(rig.config(), out, path=tmp_path)
    event = StatusUpdateEvent("drawer", PowerState.ONLINE, state={"learned": {"open_high": False}})
    host.heard(event)
    assert "is not kept" in out.getvalue()
    host.heard(event)
    assert out.getvalue().count("is not kept") == 1

"""What happens to a job when the printer stops in its middle, over a real socket and a real pty."""

import io

import pytest
import zxingcpp
from device_bench import FONT, Ear, until
from PIL import Image as Pillow

from drivers.contract import (
    Align,
    Barcode,
    Columns,
    Cut,
    Image,
    Label,
    Logo,
    Outcome,
    OutputCompleteEvent,
    Paper,
    PowerState,
    PrinterError,
    PrintJob,
    QRCode,
    StatusUpdateEvent,
    Style,
    Symbology,
    Text,
)
from drivers.fake import VirtualRig
from drivers.registry import build_devices

WAYS = pytest.mark.parametrize("on_pty", [False, True], ids=["tcp", "serial"])


def two_lines(job_id="j1", replaces=""):
    return PrintJob(job_id, (Text("один"), Text("два"), Cut()), 48, replaces)


def asked(printer, what):
    reply = Ear()
    printer.print_job(what, reply)
    return reply.wait(lambda _event: True)


class Bench:
    """A rig and the driver of its printer."""

    def __init__(self, ear, on_pty=False, **keys):
        self.ear = ear
        self.rig = VirtualRig(font_path=FONT, printer_on_pty=on_pty)
        quick = {"poll_ms": 50, "status_ms": 3_000, "confirm_ms": 15_000, "look_ms": 50}
        table = next(one for one in self.rig.config()["device"] if one["kind"] == "printer")
        self.devices = build_devices({"device": [table | quick | keys]}, ear)
        self.printer = self.devices.printers["printer"]
        self.paper = self.rig.printer

    def __enter__(self):
        self.rig.start()
        self.devices.open_all()
        until(lambda: self.printer.power_state is PowerState.ONLINE)
        return self

    def __exit__(self, *_exc):
        self.devices.close_all()
        self.rig.stop()


@WAYS
def test_paper_that_ends_is_told_at_once_and_the_job_goes_on_with_new_paper(ear, on_pty) -> None:
    with Bench(ear, on_pty) as bench:
        bench.paper.set_fault(paper_ends_after_lines=1)
        answer = asked(bench.printer, two_lines())
        assert (answer.outcome, answer.extended) == (Outcome.UNKNOWN, PrinterError.PAPER_END)
        assert answer.message == "the printer stopped within the job"
        bench.paper.set_fault(paper="ok")
        assert ear.wait(OutputCompleteEvent) == OutputCompleteEvent("printer", "j1")
        assert [paper.text for paper in bench.paper.papers] == ["один\nдва"]


def test_a_cover_opened_within_a_job_is_told_too(ear) -> None:
    with Bench(ear) as bench:
        bench.paper.set_fault(mute_barrier=True)
        reply = Ear()
        bench.printer.print_job(two_lines(), reply)
        until(lambda: bench.paper.papers)
        bench.paper.set_fault(cover_open=True)
        answer = reply.wait(lambda _event: True)
        assert (answer.outcome, answer.extended) == (Outcome.UNKNOWN, PrinterError.COVER_OPEN)


@WAYS
def test_what_is_left_of_a_job_is_dropped_when_it_is_printed_anew(ear, on_pty) -> None:
    with Bench(ear, on_pty) as bench:
        bench.paper.set_fault(paper_ends_after_lines=1)
        assert asked(bench.printer, two_lines()).outcome is Outcome.UNKNOWN
        again = asked(bench.printer, two_lines("j2", replaces="j1"))
        assert (again.outcome, again.extended) == (Outcome.NOT_DONE, PrinterError.PAPER_END)
        bench.paper.set_fault(paper="ok")
        until(lambda: bench.printer.power_state is PowerState.ONLINE)
        assert asked(bench.printer, two_lines("j2", replaces="j1")) == OutputCompleteEvent(
            "printer", "j2"
        )
        assert [paper.text for paper in bench.paper.papers] == ["один\nодин\nдва"]


def test_a_printer_that_cannot_drop_prints_the_rest_and_then_the_copy(ear) -> None:
    with Bench(ear, model="citizen") as bench:
        bench.paper.set_fault(paper_ends_after_lines=1)
        assert asked(bench.printer, two_lines()).outcome is Outcome.UNKNOWN
        bench.paper.set_fault(paper="ok")
        assert asked(bench.printer, two_lines("j2", replaces="j1")) == OutputCompleteEvent(
            "printer", "j2"
        )
        assert [paper.text for paper in bench.paper.papers] == ["один\nдва"] * 2


@WAYS
def test_a_cable_pulled_within_a_job_leaves_it_unknown_and_the_next_one_prints(ear, on_pty) -> None:
    with Bench(ear, on_pty) as bench:
        long = PrintJob("j1", tuple(Text(f"строка {n}") for n in range(400)) + (Cut(),), 48)
        bench.paper.set_fault(hang_up_after_bytes=1000)
        answer = asked(bench.printer, long)
        assert (answer.outcome, answer.job_id) == (Outcome.UNKNOWN, "j1")
        bench.paper.set_fault(hang_up_after_bytes=None)
        bench.paper.power_cycle()
        for order in ("unplug", "replug"):
            bench.rig.control({"do": order, "device": "printer"})
        until(lambda: bench.printer.power_state is PowerState.ONLINE)
        assert asked(bench.printer, two_lines("j2")) == OutputCompleteEvent("printer", "j2")
        assert asked(bench.printer, long) == answer, "never again by itself"
        assert sum(paper.text.count("строка 0\n") for paper in bench.paper.papers) <= 1


def test_a_printer_switched_off_and_on_never_confirms_what_it_forgot(ear) -> None:
    with Bench(ear, model="citizen", confirm_ms=500) as bench:
        bench.paper.set_fault(paper_ends_after_lines=1)
        assert asked(bench.printer, two_lines()).outcome is Outcome.UNKNOWN
        bench.paper.set_fault(silent=True)
        until(lambda: bench.printer.power_state is PowerState.OFF_OFFLINE)
        bench.paper.power_cycle()
        bench.paper.set_fault(silent=False, paper="ok")
        until(lambda: bench.printer.power_state is PowerState.ONLINE)
        bench.paper._send(b"\x00")  # the glitch of a line whose printer comes on
        assert asked(bench.printer, two_lines("j2")) == OutputCompleteEvent("printer", "j2")
        confirmed = [one for one in ear.heard if isinstance(one, OutputCompleteEvent)]
        assert confirmed == []


def test_a_noise_that_looks_like_a_barrier_confirms_nothing(ear) -> None:
    """Serial lines give a NUL when the printer at their end goes off."""
    with Bench(ear, model="citizen", confirm_ms=500, status_ms=300, poll_ms=60_000) as bench:
        bench.paper.set_fault(mute_barrier=True)
        reply = Ear()
        bench.printer.print_job(two_lines(), reply)
        until(lambda: bench.paper.papers)
        bench.paper.set_fault(silent=True)
        bench.paper._send(b"\x00")
        assert reply.wait(lambda _event: True).outcome is Outcome.UNKNOWN


def test_a_printer_tells_its_state_by_itself_once_it_was_asked_to(ear) -> None:
    with Bench(ear, poll_ms=60_000) as bench:
        assert asked(bench.printer, two_lines()) == OutputCompleteEvent("printer", "j1")
        bench.paper.set_fault(paper="near_end")
        until(lambda: bench.printer.status.paper is Paper.NEAR_END)
        bench.paper.set_fault(cover_open=True)
        until(lambda: bench.printer.status.cover_open)
        assert bench.printer.power_state is PowerState.OFFLINE
        bench.paper.set_fault(cover_open=False, paper="ok", cutter_jammed=True)
        until(lambda: bench.printer.status.error == "cutter error")


def test_a_jammed_knife_is_told_in_words(ear) -> None:
    with Bench(ear) as bench:
        bench.paper.set_fault(cutter_jammed=True)
        ear.wait(
            lambda e: (
                isinstance(e, StatusUpdateEvent)
                and e.printer is not None
                and e.printer.error == "cutter error"
            )
        )
        refused = asked(bench.printer, two_lines())
        assert (refused.message, refused.outcome) == ("cutter error", Outcome.NOT_DONE)


def test_a_line_that_is_held_by_xoff_goes_on_at_xon(ear) -> None:
    with Bench(ear, on_pty=True, xonxoff=True, poll_ms=60_000) as bench:
        bench.paper._send(b"\x13")
        reply = Ear()
        bench.printer.print_job(two_lines(), reply)
        bench.rig.control({"do": "display"})
        assert bench.paper.papers == []
        assert reply.heard == []
        bench.paper._send(b"\x11")
        assert reply.wait(lambda _event: True) == OutputCompleteEvent("printer", "j1")


@pytest.mark.parametrize("keys", [{"rtscts": True}, {"dsrdtr": True}], ids=["RTS/CTS", "DTR/DSR"])
def test_serial_printers_with_flow_control_lines_print(ear, keys) -> None:
    """A pseudo-terminal has no such lines: that the settings are taken is all it can show."""
    with Bench(ear, on_pty=True, **keys) as bench:
        assert asked(bench.printer, two_lines()) == OutputCompleteEvent("printer", "j1")


# --- papers ------------------------------------------------------------------------------------


def drawing() -> bytes:
    out = io.BytesIO()
    Pillow.new("L", (80, 40), 0).save(out, format="PNG")
    return out.getvalue()


def receipt(job_id="receipt") -> PrintJob:
    wide = Style(bold=True, double_width=True, double_height=True)
    return PrintJob(
        job_id,
        (
            Logo("K1", drawing()),
            Text("ООО «РОМАШКА»", Style(align=Align.CENTER, bold=True)),
            Columns("  2 × 89,90 ₽", "179,80 ₽"),
            Columns("ИТОГ", "170,81 ₽", wide),
            QRCode("K1R:A000017"),
            Barcode(Symbology.EAN13, "4006381333931"),
            Cut(),
        ),
        42,
    )


def card(job_id="card") -> PrintJob:
    return PrintJob(
        job_id,
        (
            Text("КАРТА УЧАСТНИКА", Style(align=Align.CENTER)),
            Barcode(Symbology.CODE128, "990000012345678901", 96),
            Cut(),
        ),
        42,
    )


def codes_on(paper) -> set[str]:
    return {code.text for code in zxingcpp.read_barcodes(Pillow.open(io.BytesIO(paper.png)))}


@WAYS
@pytest.mark.parametrize("model", ["epson", "epson-tm-t88iv", "rongta", "raster", "zjiang"])
def test_a_receipt_and_a_card_are_readable_on_paper_by_eye_and_by_scanner(
    ear, on_pty, model
) -> None:
    pages = {"epson-tm-t88iv": {17: "cp866"}, "rongta": {6: "cp1251", 7: "cp866"}}
    pages["zjiang"] = {59: "cp866", 73: "cp1251"}
    with Bench(ear, on_pty, model=model, dots=576) as bench:
        bench.paper._pages = pages.get(model, bench.paper._pages)
        for one in (receipt(), card()):
            assert asked(bench.printer, one) == OutputCompleteEvent("printer", one.job_id)
        first, second = bench.paper.papers
        lines = [line.strip() for line in first.text.split("\n")]
        assert lines[:4] == [
            "[picture 80x40]",
            "ООО «РОМАШКА»",
            "2 × 89,90 ₽" + "179,80 ₽".rjust(42 - len("  2 × 89,90 ₽")),
            "ИТОГ" + "170,81 ₽".rjust(17),
        ]
        assert codes_on(first) == {"K1R:A000017", "4006381333931"}
        assert codes_on(second) == {"990000012345678901"}
        assert bench.paper.unknown == []


def test_a_logo_stored_in_the_printer_is_printed_from_there(ear) -> None:
    with Bench(ear, logos=["K1"]) as bench:
        reply = Ear()
        bench.printer.store_logo("logo", "K1", drawing(), reply)
        assert reply.wait(lambda _event: True) == OutputCompleteEvent("printer", "logo")
        assert bench.paper.memory.keys() == ("K1",)
        assert asked(bench.printer, receipt()) == OutputCompleteEvent("printer", "receipt")
        assert bench.paper.papers[0].text.startswith("[picture 80x40]\n")
        sent = b"".join(bytes.fromhex(row[2]) for row in bench.devices.traces["printer"].rows())
        assert sent.count(b"\x1d(L\x06\x000EK1\x01\x01") == 1
        assert b"\x1dv0" not in sent.partition(b"\x1d(L\x06\x000E")[0]


def test_a_label_is_exactly_as_high_as_it_must_be_on_every_model(ear) -> None:
    label = Label((Text("Сыр", Style(bold=True)), Barcode(Symbology.EAN13, "4006381333931")), 320)
    heights = []
    for model in ("epson", "raster", "zjiang-pos-5890"):
        with Bench(ear, model=model, dots=384) as bench:
            job = PrintJob("label", (label, Cut()), 32)
            assert asked(bench.printer, job) == OutputCompleteEvent("printer", "label")
            paper = bench.paper.papers[0]
            heights.append(Pillow.open(io.BytesIO(paper.png)).height)
            assert codes_on(paper) == {"4006381333931"}
    assert len(set(heights)) == 1


def test_a_picture_too_high_for_its_label_refuses_the_job(ear) -> None:
    with Bench(ear) as bench:
        high = Label((Image(drawing()), Text("x"), Text("y")), 60)
        answer = asked(bench.printer, PrintJob("label", (high,), 32))
        assert answer.message == "the label needs 91 dots and has 60"
        assert answer.outcome is Outcome.NOT_DONE

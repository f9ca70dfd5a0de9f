"""The table of models, the test strip, and what is drawn where a model cannot."""

import io
from itertools import pairwise

import pytest
import zxingcpp
from device_bench import CALM, FONT, vectors
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from drivers.contract import (
    Barcode,
    Cut,
    JobError,
    Label,
    Logo,
    OpenDrawer,
    PrintJob,
    QRCode,
    Rule,
    Style,
    Symbology,
    Text,
    job_from_json,
    job_to_json,
)
from drivers.contract.code128 import code128_bits
from drivers.fake.printer import VirtualPrinter
from drivers.pos_printer import PROFILES, EscPosEncoder, RasterFont, pages_of, strip_choices
from drivers.pos_printer.encoder import code128_data
from drivers.pos_printer.logo import logo_store_command
from drivers.pos_printer.models import MODELS
from drivers.pos_printer.raster import harmless
from drivers.registry import ConfigError, build_devices

FACE = RasterFont(FONT.read_bytes())


def on_paper(*elements, model="epson", columns=32, font=FACE, feed=b""):
    profile = PROFILES[model]
    job = PrintJob("j", (*elements, Cut()), columns)
    printer = VirtualPrinter(font=FONT.read_bytes(), dots=profile.dots, pages=dict(profile.pages))
    printer.feed(feed + EscPosEncoder(profile, font).encode(job))
    assert printer.unknown == []
    return printer.papers[0]


def picture(paper):
    return Pillow.open(io.BytesIO(paper.png))


def codes(paper):
    return [code.text for code in zxingcpp.read_barcodes(picture(paper))]


def png(width=80, height=40):
    out = io.BytesIO()
    Pillow.new("L", (width, height), 0).save(out, format="PNG")
    return out.getvalue()


@pytest.mark.parametrize("model", [row[0] for row in MODELS])
def test_every_model_of_the_table_prints_russian_and_the_rouble(model) -> None:
    paper = on_paper(Text("Съешь ещё № 1"), Text("Итог 9 ₽", Style(bold=True)), model=model)
    assert paper.text.split("\n") == ["Съешь ещё № 1", "Итог 9 ₽"]


@pytest.mark.parametrize("model", [row[0] for row in MODELS])
def test_every_model_of_the_table_prints_codes_that_can_be_read(model) -> None:
    ean = Barcode(Symbology.EAN13, "4006381333931")
    paper = on_paper(QRCode("K1R:A000017"), ean, model=model)
    assert set(codes(paper)) == {"K1R:A000017", "4006381333931"}


def test_the_page_numbers_are_those_of_the_documented_sequences() -> None:
    known = {row["id"]: bytes.fromhex(row["hex"]) for row in vectors("escpos.json")["sequences"]}
    for name, model, codec in (
        ("codepage-cp866-epson", "epson", "cp866"),
        ("codepage-cp1251-epson", "epson-tm-t88v", "cp1251"),
        ("codepage-cp866-zjiang", "zjiang-pos-5890", "cp866"),
        ("codepage-cp1251-zjiang", "netum-nt-5890k", "cp1251"),
        ("codepage-cp866-rongta", "rongta-rp326", "cp866"),
        ("codepage-cp1251-rongta", "rongta-rp332", "cp1251"),
        ("codepage-cp866-rongta", "wincor-th230", "cp866"),
    ):
        number = known[name][2]
        assert (number, codec) in PROFILES[model].pages, name


# --- the strip --------------------------------------------------------------------------------


def test_what_a_person_can_read_on_the_strip_is_the_printers_setting(ear, tmp_path) -> None:
    table = {"kind": "printer", "name": "p", "driver": "tcp", "host": "127.0.0.1"}
    table |= {"model": "epson", "code_pages": ["59 cp866", "73 cp1251"]}
    printer = build_devices({"device": [table]}, ear).printers["p"]
    data = printer._encoder.encode(PrintJob("j", (Text("чай"), Text("«чай»")), 42))
    assert b"\x1bt\x3b" + "чай".encode("cp866") in data.replace(b"\x1ba\x00", b"").replace(
        b"\x1bE\x00\x1b-\x00\x1d!\x00", b""
    )
    assert b"\x1bt\x49" in data
    with pytest.raises(ConfigError, match="code_pages"):
        build_devices({"device": [table | {"code_pages": ["1 cp866"]}]}, ear)


def test_answers_to_the_strip_are_its_lines_or_none_of_them() -> None:
    assert pages_of(["none"]) == ()
    assert pages_of([" 17  cp866 "]) == ((17, "cp866"),)
    assert "17 cp866" in strip_choices()
    assert "7 cp866" in strip_choices()
    for wrong in ("", "17", "17 cp1252", "none and none"):
        with pytest.raises(ValueError, match="no line of the test strip"):
            pages_of([wrong])


def test_a_printer_on_whose_strip_nothing_can_be_read_draws_its_russian() -> None:
    profile = PROFILES["epson"].with_pages(pages_of(["none"]))
    data = EscPosEncoder(profile, FACE).encode(PrintJob("j", (Text("чай"),), 42))
    assert b"\x1bt" not in data
    assert b"\x1dv0" in data


# --- codes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["epson", "raster", "epson-tm-u220"])
@pytest.mark.parametrize(
    ("symbology", "data"),
    [
        (Symbology.CODE128, "990000012345678901"),
        (Symbology.CODE128, "2990000000019"),
        (Symbology.CODE128, "LOY-000{12}"),
        (Symbology.CODE128, "123"),
        (Symbology.EAN13, "4006381333931"),
        (Symbology.EAN8, "96385074"),
        (Symbology.UPCA, "123601057072"),
        (Symbology.CODE39, "LOY-1"),
        (Symbology.ITF, "12345670"),
    ],
)
def test_every_code_is_read_back_whether_the_printer_draws_it_or_we(model, symbology, data) -> None:
    assert data in [
        text[-len(data) :] for text in codes(on_paper(Barcode(symbology, data), model=model))
    ]


@CALM
@given(st.text("0123456789", min_size=1, max_size=30) | st.text(max_size=6))
def test_code_128_never_loses_a_digit(text) -> None:
    try:
        bits = code128_bits(text)
    except ValueError:
        assert not (text.isascii() and text.isprintable() and text)
        return
    row = bytes(0 if bit == "1" else 255 for bit in "0" * 12 + bits + "0" * 12)
    bars = Pillow.frombytes("L", (len(row), 1), row).resize((len(row) * 2, 60))
    (found,) = zxingcpp.read_barcodes(bars, formats=zxingcpp.BarcodeFormat.Code128)
    assert found.bytes == text.encode()


def test_a_number_whose_pairs_would_be_a_real_time_command_is_not_sent_in_pairs() -> None:
    data, _characters = code128_data("16200100")
    assert data == b"{B16200100"
    assert code128_data("16210100")[0] == b"{C\x10\x15\x01\x00"


@pytest.mark.parametrize(
    ("symbology", "data"),
    [
        (Symbology.EAN13, "4006381333932"),
        (Symbology.EAN8, "96385075"),
        (Symbology.UPCA, "123601057073"),
        (Symbology.CODE39, "ю"),
        (Symbology.ITF, "123"),
    ],
)
def test_a_code_that_a_printer_would_not_print_refuses_the_job(symbology, data) -> None:
    with pytest.raises(JobError, match=symbology.value):
        PrintJob("j", (Barcode(symbology, data),))


@pytest.mark.parametrize("model", ["epson", "raster"])
def test_a_code_wider_than_the_paper_refuses_the_job(model) -> None:
    with pytest.raises(JobError, match="wider than the paper"):
        on_paper(Barcode(Symbology.CODE39, "X" * 40), model=model)


# --- pictures ---------------------------------------------------------------------------------


@CALM
@given(st.binary(max_size=60))
def test_no_picture_contains_a_command_that_a_printer_obeys_at_once(dots) -> None:
    sent = harmless(dots + b"\x10\x14\x01\x00\x01" + dots)
    assert len(sent) == 2 * len(dots) + 5
    for first, second in pairwise(range(len(sent) - 1)):
        if sent[first] == 0x10 and sent[second] in (0x05, 0x14):
            assert sent[second + 1] not in range(1, 9)


def test_a_picture_full_of_drawer_pulses_opens_no_drawer() -> None:
    rows = b"\x10\x14\x01\x00\x01" * 5
    sheet = Pillow.frombytes("1", (40, 5), bytes(~byte & 0xFF for byte in rows))
    out = io.BytesIO()
    sheet.save(out, format="PNG")
    data = EscPosEncoder(PROFILES["epson"]).encode(PrintJob("j", (Logo("K1", out.getvalue()),), 42))
    assert b"\x10\x14\x01" not in data


def test_a_needle_printer_gets_strips_and_no_raster_command() -> None:
    data = EscPosEncoder(PROFILES["epson-tm-u220"], FACE).encode(PrintJob("j", (Text("чай"),), 42))
    assert b"\x1dv0" not in data
    assert b"\x1b*\x01" in data


def test_a_logo_is_written_once_and_refused_where_there_is_no_memory() -> None:
    command = logo_store_command(PROFILES["epson"], "K1", png())
    paper = on_paper(Text("x"), feed=command + b"\x1d(L\x06\x000EK1\x01\x01")
    assert paper.text.split("\n")[0] == "[picture 80x40]"
    long = logo_store_command(PROFILES["epson"], "K2", png(576, 1000))
    assert long.startswith(b"\x1d8L")
    assert on_paper(Text("x"), feed=long + b"\x1d(L\x06\x000EK2\x01\x01").text.startswith(
        "[picture"
    )
    with pytest.raises(JobError, match="no memory"):
        logo_store_command(PROFILES["zjiang"], "K1", png())
    assert PROFILES["zjiang"].with_logos(["K1"]).logos == frozenset()
    for key in ("", "K", "K12", "Ж1", " 1"):
        with pytest.raises(JobError, match="logo"):
            PrintJob("j", (Logo(key, png()),))


def test_labels_need_a_font_and_carry_no_knife() -> None:
    label = Label((Text("чай"), Rule()), 100)
    with pytest.raises(JobError, match="font"):
        on_paper(label, font=None)
    with pytest.raises(JobError, match="within a label"):
        PrintJob("j", (Label((Cut(),), 100),))  # type: ignore[arg-type]  # what a caller may do
    with pytest.raises(JobError, match="dots high"):
        PrintJob("j", (Label((), 0),))
    with pytest.raises(JobError, match="one character"):
        PrintJob("j", (Label((Rule("--"),), 100),))
    assert picture(on_paper(Label((), 100, gap_dots=300), Text("x"))).height == 32 + 100 + 300 + 30


def test_a_job_travels_whole_with_its_logo_label_and_what_it_replaces() -> None:
    label = Label((Text("чай"), QRCode("x"), Barcode(Symbology.EAN8, "96385074")), 320, 16)
    job = PrintJob("j2", (Logo("K1", png()), label, OpenDrawer(1)), 42, replaces="j1")
    assert job_from_json(job_to_json(job)) == job
    said = job_to_json(job)
    said["elements"] = [{"el": "label", "height_dots": 9, "elements": [{"el": "cut"}]}]
    with pytest.raises(JobError, match="within a label"):
        job_from_json(said)

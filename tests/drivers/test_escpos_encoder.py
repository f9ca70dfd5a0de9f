"""Jobs to ESC/POS: documented sequences, code pages per model, and characters no page has."""

import io

import pytest
from device_bench import FONT, vectors
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from drivers.contract import (
    Align,
    Barcode,
    Columns,
    Cut,
    Feed,
    Image,
    JobError,
    OpenDrawer,
    PrintJob,
    QRCode,
    Rule,
    Style,
    Symbology,
    Text,
)
from drivers.fake import Tokenizer, VirtualPrinter
from drivers.pos_printer import PROFILES, EscPosEncoder, RasterFont

SEQUENCES = {row["id"]: bytes.fromhex(row["hex"]) for row in vectors("escpos.json")["sequences"]}
FACE = RasterFont(FONT.read_bytes())


def encoded(*elements, model="epson", columns=48, font=FACE) -> bytes:
    job = PrintJob("j", tuple(elements), columns)
    return EscPosEncoder(PROFILES[model], font).encode(job)


def paper(data: bytes, pages=None, **options):
    printer = VirtualPrinter(font=FONT.read_bytes(), pages=pages, **options)
    printer.feed(data + b"\x1dVB\x00")
    assert printer.unknown == []
    return printer.papers[0] if printer.papers else None


@pytest.mark.parametrize(
    ("element", "sequences"),
    [
        (Text("Скидка 5%"), ["codepage-cp866-epson", "text-cp866"]),
        (Text("x", Style(bold=True)), ["bold-on"]),
        (Text("x", Style(align=Align.CENTER)), ["align-center"]),
        (Text("x", Style(align=Align.RIGHT)), ["align-right"]),
        (Text("x", Style(double_width=True, double_height=True)), ["size-2x2"]),
        (Text("№"), ["numero-cp866"]),
        (Cut(), ["cut-partial-feed"]),
        (OpenDrawer(0), ["drawer-pin2"]),
        (OpenDrawer(1), ["drawer-pin5"]),
        (Feed(3), ["feed-3"]),
        (
            QRCode("t=20260105T1200&s=170.81&fn=9999078900001234&i=12&fp=1234567890&n=1"),
            ["init", "qr-model2", "qr-size6", "qr-store", "qr-print"],
        ),
        (Barcode(Symbology.EAN13, "4006381333931"), ["barcode-h-w-hri", "ean13-fn-B"]),
        (Barcode(Symbology.CODE128, "LOY-000123"), ["code128-B"]),
    ],
)
def test_elements_become_the_documented_sequences_in_order(element, sequences) -> None:
    data = encoded(element)
    at = 0
    for name in sequences:
        found = data.find(SEQUENCES[name], at)
        assert found >= 0, name
        at = found


@pytest.mark.parametrize(
    ("model", "page"),
    [("epson", 17), ("zjiang", 59), ("rongta", 7), ("yhd", 12), ("kefar", 37), ("pbm", 59)],
)
def test_cyrillic_is_right_on_every_model_though_page_numbers_differ(model, page) -> None:
    data = encoded(Text("Съешь ещё этих мягких булок №1"), model=model, columns=32)
    assert b"\x1bt" + bytes((page,)) in data
    printed = paper(data, pages={page: "cp866"}, dots=PROFILES[model].dots)
    assert printed.text == "Съешь ещё этих мягких булок №1"


def test_the_second_page_is_taken_for_signs_that_the_first_lacks() -> None:
    data = encoded(Text("«Ромашка» — чай"), Text("просто чай"))
    first, second = data.index(b"\x1bt\x2e"), data.index(b"\x1bt\x11")
    assert first < data.index("«Ромашка» — чай".encode("cp1251")) < second
    assert "просто чай".encode("cp866") in data[second:]


@pytest.mark.parametrize("model", ["epson", "epson-old", "zjiang", "raster"])
@pytest.mark.parametrize(
    "style",
    [
        Style(),
        Style(bold=True),
        Style(double_height=True, bold=True),
        Style(double_width=True, double_height=True),
        Style(align=Align.CENTER),
        Style(align=Align.RIGHT, double_width=True),
    ],
)
def test_the_rouble_sign_is_printed_right_on_every_model(model, style) -> None:
    pages = {page: codec for page, codec in PROFILES[model].pages}
    data = encoded(Text("Итог 9 ₽", style), model=model, columns=32)
    printed = paper(data, pages=pages, dots=PROFILES[model].dots)
    assert printed.text.strip() == "Итог 9 ₽"


def test_a_drawn_line_keeps_its_columns_in_line_with_typed_ones() -> None:
    printed = paper(encoded(Columns("Молоко", "89,90"), Columns("ИТОГ", "89,90 ₽"), columns=42))
    first, second = printed.text.split("\n")
    assert first.endswith("89,90")
    assert second == "ИТОГ".ljust(42 - len("89,90 ₽")) + "89,90 ₽"


def test_without_a_font_signs_are_replaced_by_the_nearest_and_never_lost() -> None:
    printed = paper(encoded(Text("5 ₽ «чай» 漢"), font=None))
    assert printed.text == '5 р "чай" ?'
    latin = paper(encoded(Text("5 ₽ чай"), font=None, model="raster"))
    assert latin.text == "5 ? ???"


def test_underlined_text_is_underlined_both_ways() -> None:
    style = Style(underline=True)
    assert b"\x1b-\x01" in encoded(Text("чай", style))
    drawn = paper(encoded(Text("чай ₽", style)))
    assert drawn.text.startswith("[picture")


def test_a_name_cannot_command_the_printer() -> None:
    data = encoded(Text("Чай\x1bp\x00\x32\x32\x10\x14\x01\x00\x01 зелёный"))
    printer = VirtualPrinter()
    printer.feed(data)
    assert printer.kicks == []
    assert [t.name for t in Tokenizer().feed(data)] == ["ESC @"] + [
        "ESC t",
        "ESC a",
        "ESC E",
        "ESC -",
        "GS !",
        "Text",
        "LF",
    ]


def test_spaces_of_typography_become_plain_and_accents_are_composed() -> None:
    printed = paper(encoded(Text("1\u00a0234,50\u202fр и\u0306од \u200b."), model="epson-old"))
    assert printed.text == "1 234,50 р йод ."


@given(st.text("абвАБВ №,.5₽", max_size=120), st.text("0123456789,", max_size=30))
@settings(deadline=None, max_examples=60)
def test_no_character_of_a_line_is_lost_however_long_it_is(left, right) -> None:
    printed = paper(encoded(Columns(left, right), columns=32))
    shown = "" if printed is None else printed.text
    assert "".join(shown.split()) == "".join((left + right).split())


def test_text_may_have_several_lines_and_long_ones_go_on() -> None:
    printed = paper(encoded(Text("раз\r\nдва\n" + "ц" * 40), Rule("="), columns=32))
    assert printed.text.split("\n") == ["раз", "два", "ц" * 32, "ц" * 8, "=" * 32]


def test_narrow_characters_are_used_when_the_columns_need_them() -> None:
    data = encoded(Text("ю" * 64), columns=64)
    assert b"\x1bM\x01" in data
    assert paper(data).text == "ю" * 64
    drawn = paper(encoded(Text("ю₽" * 32), columns=64))
    assert drawn.text == "ю₽" * 32


def test_more_columns_than_dots_are_refused() -> None:
    with pytest.raises(JobError):
        encoded(Text("x"), columns=80)


def test_a_bar_code_wider_than_the_paper_is_refused() -> None:
    with pytest.raises(JobError):
        encoded(Barcode(Symbology.CODE128, "x" * 48), columns=32, model="zjiang")
    with pytest.raises(JobError):
        encoded(Barcode(Symbology.CODE39, "X" * 40), columns=32, model="zjiang")


def png(width: int, height: int, mode: str = "RGBA", color=(0, 0, 0, 255)) -> bytes:
    out = io.BytesIO()
    Pillow.new(mode, (width, height), color).save(out, format="PNG")
    return out.getvalue()


def test_a_picture_is_printed_dark_on_light_and_never_wider_than_the_paper() -> None:
    printed = paper(encoded(Image(png(100, 300)), Image(png(2000, 100))))
    assert printed is not None
    assert printed.text.split("\n") == [
        "[picture 104x240]",
        "[picture 104x60]",
        "[picture 576x28]",
    ]
    sheet = Pillow.open(io.BytesIO(printed.png)).convert("L")
    assert sheet.getpixel((sheet.width // 2, 100)) == 0
    assert sheet.getpixel((20, 100)) == 255


def test_transparent_is_paper_not_ink() -> None:
    data = encoded(Image(png(8, 1, color=(0, 0, 0, 0))))
    assert data.endswith(b"\x1dv0\x00\x01\x00\x01\x00\x00")


@pytest.mark.parametrize("picture", [b"", b"not a png", png(8, 8)[:40]])
def test_a_picture_that_cannot_be_read_refuses_the_whole_job(picture) -> None:
    with pytest.raises(JobError):
        encoded(Text("x"), Image(picture))


def test_a_bomb_of_a_picture_is_refused() -> None:
    with pytest.raises(JobError):
        encoded(Image(png(5000, 5000, "1", 1)))


def test_a_qr_code_is_drawn_where_the_printer_cannot() -> None:
    import zxingcpp

    printed = paper(encoded(QRCode("https://loy.example/c/Привет"), model="raster"))
    assert printed.codes == ()
    found = zxingcpp.read_barcodes(Pillow.open(io.BytesIO(printed.png)))
    assert [code.text for code in found] == ["https://loy.example/c/Привет"]


def test_a_long_qr_code_gets_smaller_modules_until_it_fits() -> None:
    import zxingcpp

    text = "https://loy.example/" + "0123456789" * 70
    printed = paper(encoded(QRCode(text), columns=32, model="zjiang"), dots=384)
    found = zxingcpp.read_barcodes(Pillow.open(io.BytesIO(printed.png)))
    assert [code.text for code in found] == [text]
    with pytest.raises(JobError):
        encoded(QRCode("x" * 2300), columns=16, model="zjiang")


def test_a_line_breaks_between_words_and_never_inside_an_amount() -> None:
    told = "не больше 1\u202f500 баллов за период"
    printed = paper(encoded(Text(told), Columns(told, "-1\u202f050,00"), columns=32))
    assert printed.text.split("\n") == [
        "не больше 1 500 баллов за период",
        "не больше 1 500 баллов за период",
        "-1 050,00".rjust(32),
    ]
    wide = paper(encoded(Text("Сверху: " + told), Text("  " + "ц" * 40), columns=32))
    assert wide.text.split("\n") == [
        "Сверху: не больше 1 500 баллов",
        "за период",
        "  " + "ц" * 30,
        "ц" * 10,
    ]
    narrow = paper(encoded(Text("Всего больше чем все 1\u202f500 баллов сразу"), columns=32))
    assert narrow.text.split("\n") == ["Всего больше чем все 1 500", "баллов сразу"]


def test_a_strange_sign_costs_its_own_dots_and_not_a_whole_line_of_them() -> None:
    """At 9600 baud a line of dots takes two seconds."""
    inline = encoded(Columns("  2 × 89,90 ₽", "179,80 ₽"), columns=42)
    drawn = encoded(Columns("  2 × 89,90 ₽", "179,80 ₽"), columns=42, model="raster")
    assert inline.count(b"\x1b*\x21\x0c\x00") == 3
    assert len(inline) < 250 < 1800 < len(drawn)
    assert paper(inline).text == paper(drawn).text
    bold = paper(encoded(Text("Итог 9 ₽", Style(bold=True, align=Align.CENTER))))
    assert bold.text.strip() == "Итог 9 ₽"


def test_the_page_with_the_fewest_strange_signs_is_taken() -> None:
    data = encoded(Text("«чай» 漢"))
    assert b"\x1bt\x2e" in data
    assert data.count(b"\x1b*\x21") == 1

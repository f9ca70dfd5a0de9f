"""The simulated printer against documented bytes, and its paper against an independent reader."""

import io

import pytest
import zxingcpp
from device_bench import CALM, FONT, vectors
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from drivers.fake import PaperState, Tokenizer, VirtualPrinter

ESCPOS = vectors("escpos.json")


def answers_of(printer: VirtualPrinter) -> list[bytes]:
    heard: list[bytes] = []
    printer.connected(heard.append)
    return heard


@pytest.mark.parametrize("row", ESCPOS["sequences"], ids=lambda row: row["id"])
def test_documented_sequences_are_cut_into_the_named_tokens(row) -> None:
    tokens = Tokenizer().feed(bytes.fromhex(row["hex"]))
    short = [" ".join(name.split()[:2]) for name in row["tokens_emupos"]]
    assert [token.name for token in tokens] == short


@CALM
@given(st.lists(st.integers(0, 10_000), max_size=20), st.data())
def test_tokens_do_not_depend_on_how_the_bytes_arrive(_seed, data) -> None:
    stream = bytes.fromhex(ESCPOS["full_receipt"]["hex"])
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=10)))
    edges = [0, *cuts, len(stream)]
    tokenizer = Tokenizer()
    pieces = []
    for a, b in zip(edges, edges[1:], strict=False):
        pieces += tokenizer.feed(stream[a:b])
    whole = Tokenizer().feed(stream)

    def joined(tokens):
        out = []
        for token in tokens:
            if token.name == "Text" and out and out[-1][0] == "Text":
                out[-1] = ("Text", out[-1][1] + token.data)
            else:
                out.append((token.name, token.data))
        return out

    assert joined(pieces) == joined(whole)


def test_unknown_commands_are_kept_apart_and_nothing_is_printed_for_them() -> None:
    printer = VirtualPrinter()
    printer.feed(b"\x1b\x7f\x01\x10\x99\x1d\xff")
    assert printer.tear_off() == ""
    assert len(printer.unknown) >= 3


def test_a_receipt_made_by_another_library_is_printed_and_its_codes_can_be_read() -> None:
    expected = ESCPOS["full_receipt"]
    printer = VirtualPrinter(font=FONT.read_bytes())
    printer.feed(bytes.fromhex(expected["hex"]))
    (paper,) = printer.papers
    for line in expected["expect_text"]:
        assert line in paper.text
    assert [[code.symbology, code.data] for code in paper.codes] == [
        ["QR", expected["expect_codes"][0][1]],
        ["EAN13", expected["expect_codes"][1][1]],
    ]
    read = {code.text for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(paper.png)))}
    assert read == {data for _kind, data in expected["expect_codes"]}
    assert printer.kicks == [0]
    assert printer.drawer_opened


@pytest.mark.parametrize(
    ("command", "symbology", "text"),
    [
        (b"\x1dk\x024006381333931\x00", "EAN13", "4006381333931"),
        (b"\x1dkD\x0896385074", "EAN8", "96385074"),
        (b"\x1dkA\x0c123601057072", "UPCA", "123601057072"),
        (b"\x1dkE\x05LOY-1", "CODE39", "LOY-1"),
        (b"\x1dkF\x0812345670", "ITF", "12345670"),
        (b"\x1dkI\x09{Ba{{1}-xyz"[:3] + b"\x0b{Ba{{1}-xyz", "CODE128", "a{1}-xyz"),
    ],
)
def test_every_bar_code_on_the_paper_can_be_read_back(command, symbology, text) -> None:
    printer = VirtualPrinter(font=FONT.read_bytes())
    printer.feed(b"\x1dh\x50" + command + b"\x1dVB\x00")
    (paper,) = printer.papers
    assert (paper.codes[0].symbology, paper.codes[0].data) == (symbology, text)
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(paper.png)))
    assert text.lstrip("0") in [code.text.lstrip("0") for code in found]


def test_a_bar_code_with_wrong_data_prints_nothing_as_on_a_real_printer() -> None:
    printer = VirtualPrinter()
    printer.feed(b"\x1dk\x43\x05ABCDE" + b"\x1dk\x46\x03ABC" + b"\x1dVB\x00")
    assert printer.papers == []
    assert len(printer.unknown) == 2


def test_status_bytes_are_the_documented_ones() -> None:
    printer = VirtualPrinter()
    heard = answers_of(printer)

    def ask(number: int) -> bytes:
        heard.clear()
        printer.feed(bytes((0x10, 4, number)))
        return heard[0]

    assert [ask(n) for n in (1, 2, 3, 4)] == [b"\x12"] * 4
    printer.feed(b"\x10\x14\x01\x00\x01")
    assert ask(1) == b"\x16"
    printer.close_drawer()
    printer.set_fault(paper="near_end")
    assert ask(4) == b"\x1e"
    printer.set_fault(paper="end")
    assert ask(4) == b"\x7e"
    assert ask(2) == b"\x32"
    assert ask(1) == b"\x1a"
    printer.set_fault(paper="ok", cover_open=True)
    assert ask(2) == b"\x16"
    assert ask(3) == b"\x52"


def test_the_barrier_is_answered_only_when_printing_came_that_far() -> None:
    printer = VirtualPrinter()
    heard = answers_of(printer)
    printer.set_fault(paper_ends_after_lines=2)
    printer.feed(b"one\ntwo\nthree\n\x1dr\x01\x1d(H\x06\x00000042")
    assert heard == []
    assert printer.tear_off() == "one\ntwo"
    assert printer.faults.paper is PaperState.END
    printer.feed(b"\x10\x04\x04")
    assert heard == [b"\x7e"]
    printer.set_fault(paper="ok")
    assert printer.tear_off() == "one\ntwo\nthree"
    assert heard[1:] == [b"\x00", b"\x37\x220042\x00"]


def test_barriers_tell_paper_and_drawer() -> None:
    printer = VirtualPrinter()
    heard = answers_of(printer)
    printer.set_fault(paper="near_end")
    printer.feed(b"\x1dr\x01\x1dr\x02\x1bp\x00\x32\x32\x1dr\x02")
    assert heard == [b"\x03", b"\x00", b"\x01"]
    heard.clear()
    printer.set_fault(mute_barrier=True)
    printer.feed(b"\x1dr\x01\x1d(H\x06\x00000042\x10\x04\x01")
    assert heard == [b"\x16"]
    printer.set_fault(silent=True)
    printer.feed(b"\x10\x04\x01")
    assert heard == [b"\x16"]


def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown fault"):
        VirtualPrinter().set_fault(fire=True)
    with pytest.raises(ValueError, match="moist"):
        VirtualPrinter().set_fault(paper="moist")


def test_modes_reach_the_paper() -> None:
    printer = VirtualPrinter(font=FONT.read_bytes())
    printer.feed(b"\x1bt\x11\x1b!\x38" + "Ж".encode("cp866") + b"\x1b!\x01small\n\x1ba2right\n")
    printer.feed(b"\x1bd\x02\x1dV\x00")
    (paper,) = printer.papers
    lines = paper.text.split("\n")
    assert lines[0] == "Жsmall"
    assert lines[1].endswith("right")
    assert lines[1].startswith(" " * 40)


def test_a_line_wider_than_the_paper_goes_on_below() -> None:
    printer = VirtualPrinter(dots=384)
    printer.feed(b"x" * 40 + b"\n")
    assert printer.tear_off() == "x" * 32 + "\n" + "x" * 8


def test_a_cut_of_blank_paper_is_no_receipt() -> None:
    printer = VirtualPrinter()
    printer.feed(b"\n\n\x1dV\x00")
    assert printer.papers == []


def test_dots_that_are_no_text_are_called_a_picture() -> None:
    printer = VirtualPrinter(font=FONT.read_bytes())
    printer.feed(b"\x1dv0\x00\x02\x00\x18\x00" + b"\xa5" * 48)
    assert printer.tear_off() == "[picture 16x24]"
    fontless = VirtualPrinter()
    fontless.feed(b"\x1dv0\x00\x02\x00\x18\x00" + b"\x00" * 48 + b"hi\n\x1dV\x00")
    assert fontless.papers[0].text == "[picture 16x24]\nhi"


def test_longer_commands_are_cut_whole_and_leave_the_text_alone() -> None:
    stream = (
        b"\x1bD\x08\x10\x00" + b"\x1b*\x00\x02\x00AB" + b"\x1b*\x21\x01\x00ABC"
        b"\x1b(A\x01\x00x" + b"\x10\x05\x01" + b"\x1c!\x00" + b"after"
    )
    expected = ["ESC D", "ESC *", "ESC *", "ESC (", "DLE ENQ", "FS !", "Text"]
    assert [token.name for token in Tokenizer().feed(stream)] == expected
    slow = Tokenizer()
    names = [token.name for byte in stream for token in slow.feed(bytes((byte,)))]
    assert names == [*expected[:-1], *["Text"] * 5]
    for command in (b"\x1dV", b"\x1dk", b"\x1d(k", b"\x1dv0", b"\x1b*", b"\x10", b"\x1bD"):
        assert Tokenizer().feed(command) == []
    half = Tokenizer()
    half.feed(b"\x1dV")
    half.reset()
    assert [token.name for token in half.feed(b"text")] == ["Text"]


@pytest.mark.parametrize(
    ("hexadecimal", "names"),
    [
        ("1b2003", ["ESC SP"]),
        ("1b4c1b530c", ["ESC L", "ESC S", "FF"]),
        ("1b5700000000000000001b54021b4a18", ["ESC W", "ESC T", "ESC J"]),
        ("1b44081018001b440805", ["ESC D", "ESC D", "Unknown"]),
        ("1b44" + "".join(f"{n:02x}" for n in range(1, 33)) + "21", ["ESC D", "Text"]),
        ("1d384c0b0000003043304b31010800010031" + "18", ["GS 8", "CAN"]),
        ("10140801031401060208100502" + "10040701", ["DLE DC4", "DLE ENQ", "DLE EOT"]),
        ("1d2a0101ffffffffffffffff1d2f00", ["GS *", "GS /"]),
        ("1c7101010001000102030405060708", ["FS q"]),
        ("1b260341410101020341", ["ESC &", "Text"]),
        ("1d433001021d433100000000" + "0000" + "1d433b", ["GS C", "GS C", "GS C"]),
        ("1c284101000a", ["FS ("]),
        ("1d6b6341", ["GS k", "Text"]),
    ],
)
def test_every_command_is_cut_at_its_end_in_any_pieces(hexadecimal, names) -> None:
    stream = bytes.fromhex(hexadecimal)
    whole = [token.name for token in Tokenizer().feed(stream)]
    assert whole == names
    slow = Tokenizer()
    assert [token.name for byte in stream for token in slow.feed(bytes((byte,)))] == names


def test_graphics_are_printed_from_the_buffer_and_from_the_memory() -> None:
    printer = VirtualPrinter()
    size = b"\x08\x00\x02\x00"
    printer.feed(b"\x1d(L\x0c\x000p0\x01\x011" + size + b"\xff\x81" + b"\x1d(L\x02\x0002")
    printer.feed(b"\x1d(L\x02\x0002")
    printer.feed(b"\x1d(L\x0d\x000C0K1\x01" + size + b"1\xff\x81" + b"\x1d(L\x06\x000EK1\x01\x01")
    printer.feed(b"\x1d(L\x06\x000EK9\x01\x01" + b"\x1d(L\x0c\x000C0K2\x01" + size + b"1\xff")
    assert printer.tear_off() == "[picture 8x2]\n[picture 8x2]"
    assert printer.memory.keys() == ("K1",)


def test_code_sets_of_code_128_are_followed_and_wrong_ones_print_nothing() -> None:
    printer = VirtualPrinter()
    printer.feed(b"\x1dkI\x07{C\x0c\x22{B}" + b"\x1dkI\x03abc" + b"\x1dkI\x03{C\xc8" + b"\x1dV\x00")
    assert [code.data for code in printer.papers[0].codes] == ["1234}"]
    assert len(printer.unknown) == 2


def test_strips_of_24_dots_are_one_picture() -> None:
    printer = VirtualPrinter()
    strip = b"\x1b*\x21\x02\x00" + b"\xff" * 6 + b"\n"
    printer.feed(b"\x1b3\x18" + strip * 2 + b"\x1b2\x1dV\x00")
    assert printer.papers[0].text == "[picture 2x48]"

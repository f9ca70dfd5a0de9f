"""Framing of recorded bytes and reports: every neutral vector, and any chunking of any bytes."""

import pytest
from device_bench import CALM, vectors
from hypothesis import given
from hypothesis import strategies as st

from drivers.scanner import Frame, Framer, Framing, HidPosAssembler, LabelIds, Torn
from drivers.scanner.framing import scan_of

ROWS = vectors("scan.json")["vectors"]
SERIAL = [row for row in ROWS if "chunks" in row]
REPORTS = [row for row in ROWS if "reports" in row]


def framing_of(row) -> Framing:
    """The vectors deliver a torn scan as its own frame unless they say otherwise."""
    config = row.get("config", {})
    usual = Framing()
    suffixes = config.get("suffixes_hex")
    return Framing(
        suffixes=tuple(map(bytes.fromhex, suffixes)) if suffixes else usual.suffixes,
        prefix=bytes.fromhex(config.get("prefix_hex", "")),
        bytes_max=config.get("max_len", usual.bytes_max),
        deliver_torn=not config.get("drop_unterminated", False),
        label_ids=LabelIds(config.get("label_id", "none")),
    )


def frames_of(framing: Framing, chunks) -> list[Frame]:
    framer = Framer(framing)
    found = []
    for t_ms, data in chunks:
        found += framer.feed(t_ms, data)
    framer.reset()
    return [item for item in found if isinstance(item, Frame)]


@pytest.mark.parametrize("row", SERIAL, ids=lambda row: row["id"])
def test_recorded_bytes_give_the_scans_that_were_made(row) -> None:
    framing = framing_of(row)
    frames = frames_of(framing, [(t, bytes.fromhex(data)) for t, data in row["chunks"]])
    assert len(frames) == len(row["expect"])
    for frame, expected in zip(frames, row["expect"], strict=True):
        scan = scan_of(frame.data, framing, "scanner")
        assert scan.aim == expected["aim"]
        if expected["aim"]:
            assert scan.symbology == expected["symbology"]


def joined(reports) -> list[Frame]:
    assembler = HidPosAssembler()
    found = [item for one in reports for item in assembler.feed(0, bytes.fromhex(one))]
    assembler.reset()
    return [item for item in found if isinstance(item, Frame)]


@pytest.mark.parametrize("row", REPORTS, ids=lambda row: row["id"])
def test_recorded_hid_reports_give_the_scans_that_were_made(row) -> None:
    scans = [scan_of(one.data, Framing(), "hid") for one in joined(row["reports"])]
    assert len(scans) == len(row["expect"])
    for scan, expected in zip(scans, row["expect"], strict=True):
        assert (scan.aim, scan.symbology) == (expected["aim"], expected["symbology"])
        assert scan.text.startswith(expected.get("text", ""))


noise = st.binary(max_size=60).map(lambda data: data.replace(b"\x02", b"x"))
framings = st.sampled_from(
    [
        Framing(),
        Framing(suffixes=(b"\t",)),
        Framing(suffixes=(b"\r\n",)),
        Framing(prefix=b"\x02", suffixes=(b"\x03",)),
        Framing(prefix=b"SCAN:", suffixes=(b"\r",)),
        Framing(bytes_max=8),
    ]
)


@CALM
@given(framings, st.lists(noise, max_size=6), st.data())
def test_any_chunking_of_the_same_bytes_gives_the_same_scans(framing, labels, data) -> None:
    stream = b"".join(framing.prefix + label + framing.suffixes[0] for label in labels)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    edges = [0, *cuts, len(stream)]
    pieces = [stream[a:b] for a, b in zip(edges, edges[1:], strict=False)]
    whole = Framer(framing).feed(0, stream)
    framer = Framer(framing)
    parts = [item for at, piece in enumerate(pieces) for item in framer.feed(at, piece)]
    assert parts == whole


@CALM
@given(st.lists(st.text("0123456789ABC", min_size=1, max_size=20), max_size=6))
def test_every_label_sent_is_delivered_once_and_in_order(labels) -> None:
    stream = "".join(label + "\r\n" for label in labels).encode()
    frames = frames_of(Framing(), [(at, bytes((byte,))) for at, byte in enumerate(stream)])
    assert [frame.data.decode() for frame in frames] == labels


def test_a_torn_scan_is_dropped_and_reported_never_glued_to_the_next() -> None:
    framer = Framer(Framing())
    assert framer.feed(0, b"400638") == []
    assert framer.idle(79) == []
    assert framer.feed(900, b"5901234123457\r") == [
        Torn(6, "no terminator came"),
        Frame(b"5901234123457"),
    ]


def test_silence_ends_a_scan_when_no_terminator_is_configured() -> None:
    framer = Framer(Framing(suffixes=()))
    assert framer.feed(0, b"4006381") == []
    assert framer.feed(20, b"333931") == []
    assert framer.idle(99) == []
    assert framer.idle(100) == [Frame(b"4006381333931")]
    assert framer.idle(5000) == []


def test_an_overlong_label_is_reported_and_the_next_is_whole() -> None:
    framer = Framer(Framing(bytes_max=10))
    assert framer.feed(0, b"A" * 25) == []
    assert framer.feed(1, b"\rOK\r") == [Torn(25, "longer than any label"), Frame(b"OK")]
    assert framer.feed(2, b"A" * 25) == []
    assert framer.idle(500) == [Torn(25, "longer than any label")]


def test_a_new_prefix_drops_the_torn_scan_before_it() -> None:
    framer = Framer(Framing(prefix=b"\x02", suffixes=(b"\x03",)))
    assert framer.feed(0, b"noise\x02123\x02456\x03noise") == [
        Torn(3, "a new scan began"),
        Frame(b"456"),
    ]
    assert framer.idle(1000) == []


def test_what_was_half_read_is_dropped_when_the_port_is_lost() -> None:
    framer = Framer(Framing())
    framer.feed(0, b"400638")
    assert framer.reset() == Torn(6, "the port was lost")
    assert framer.reset() is None
    assert framer.feed(5, b"96385074\r") == [Frame(b"96385074")]


def test_makers_letters_name_the_symbol_when_configured() -> None:
    upos = Framing(label_ids=LabelIds.UPOS)
    assert scan_of(b"FF96385074", upos, "s").symbology == "EAN8"
    assert scan_of(b"F4006381333931", upos, "s").raw == b"4006381333931"
    datalogic = Framing(label_ids=LabelIds.DATALOGIC)
    assert scan_of(b"w0104600", datalogic, "s").symbology == "DATAMATRIX"
    assert scan_of(b"0104600", datalogic, "s").symbology is None


def test_the_rest_of_a_torn_scan_is_not_taken_for_a_label_of_its_own() -> None:
    framer = Framer(Framing(tail_ms=200))
    assert framer.feed(0, b"LOY-00") == []
    assert framer.idle(90) == [Torn(6, "no terminator came")]
    assert framer.feed(120, b"0123\r") == [Torn(4, "the rest of a torn scan")]
    assert framer.feed(140, b"96385074\r") == [Frame(b"96385074")]
    framer.feed(150, b"LOY-00")
    framer.idle(300)
    assert framer.feed(301, b"01") == []
    assert framer.idle(390) == [Torn(2, "the rest of a torn scan")]
    assert framer.feed(700, b"96385074\r") == [Frame(b"96385074")]


def test_a_spoilt_scan_ends_at_its_terminator() -> None:
    framer = Framer(Framing())
    framer.feed(0, b"400")
    framer.spoil(1)
    assert framer.feed(2, b"381\r96385074\r") == [
        Torn(6, "the rest of a torn scan"),
        Frame(b"96385074"),
    ]

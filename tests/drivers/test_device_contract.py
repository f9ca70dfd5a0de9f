"""The shared words: jobs and events survive JSON, scans wait their turn."""

import json

import pytest
from device_bench import CALM
from hypothesis import given
from hypothesis import strategies as st

from drivers.contract import (
    Align,
    Barcode,
    Columns,
    Cut,
    DataEvent,
    DeviceKind,
    DoneEvent,
    ErrorCode,
    ErrorEvent,
    Feed,
    Health,
    Image,
    InputQueue,
    JobError,
    Locus,
    MessageError,
    OpenDrawer,
    Outcome,
    OutputCompleteEvent,
    Paper,
    PowerState,
    PrinterStatus,
    PrintJob,
    QRCode,
    Rule,
    Scan,
    StatusUpdateEvent,
    Style,
    Symbology,
    Text,
    TraceEvent,
    event_from_json,
    event_to_json,
    job_from_json,
    job_to_json,
    split_aim,
    symbology_of,
)

words = st.text(max_size=40)
styles = st.builds(
    Style, st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.sampled_from(Align)
)
elements = st.one_of(
    st.builds(Text, words, styles),
    st.builds(Columns, words, words, styles),
    st.builds(Rule, st.characters(codec="utf-8")),
    st.builds(QRCode, st.text(min_size=1, max_size=100), st.integers(0, 8)),
    st.builds(Barcode, st.just(Symbology.EAN13), st.just("4006381333931"), st.integers(1, 255)),
    st.builds(Image, st.binary(max_size=50), st.sampled_from(Align)),
    st.builds(Feed, st.integers(0, 10)),
    st.builds(Cut, st.booleans()),
    st.builds(OpenDrawer, st.sampled_from((0, 1))),
)
jobs = st.builds(
    PrintJob,
    st.text(min_size=1, max_size=36),
    st.lists(elements, max_size=6).map(tuple),
    st.integers(16, 96),
)


@CALM
@given(jobs)
def test_a_job_comes_back_from_json_as_it_went(job) -> None:
    assert job_from_json(json.loads(json.dumps(job_to_json(job)))) == job


maybe = st.one_of(st.none(), st.booleans())
events = st.one_of(
    st.builds(
        DataEvent,
        words,
        st.integers(0),
        st.integers(0),
        st.builds(Scan, st.binary(), st.none() | words, st.none() | words, words, words),
    ),
    st.builds(
        ErrorEvent,
        words,
        st.sampled_from(ErrorCode),
        words,
        st.sampled_from(Locus),
        st.sampled_from(Outcome),
        st.integers(0, 300),
        st.none() | words,
    ),
    st.builds(
        StatusUpdateEvent,
        words,
        st.sampled_from(PowerState),
        st.none()
        | st.builds(PrinterStatus, st.sampled_from(Paper), maybe, maybe, maybe, st.none() | words),
        maybe,
    ),
    st.builds(OutputCompleteEvent, words, words),
    st.builds(
        TraceEvent,
        words,
        st.lists(st.tuples(st.integers(0), st.sampled_from(("tx", "rx")), words)).map(tuple),
    ),
    st.builds(
        DoneEvent,
        words,
        st.lists(
            st.builds(
                Health,
                words,
                st.sampled_from(DeviceKind),
                st.sampled_from(PowerState),
                st.integers(0),
                st.integers(0),
                st.none() | words,
            ),
            max_size=3,
        ).map(tuple),
    ),
)


@CALM
@given(events)
def test_an_event_comes_back_from_json_as_it_went(event) -> None:
    assert event_from_json(json.loads(json.dumps(event_to_json(event)))) == event


def test_error_numbers_are_those_of_unified_pos() -> None:
    assert (ErrorCode.E_CLOSED, ErrorCode.E_TIMEOUT) == (101, 112)
    assert (PowerState.ONLINE, PowerState.OFF_OFFLINE) == (2001, 2004)


@pytest.mark.parametrize(
    "make",
    [
        lambda: PrintJob("", ()),
        lambda: PrintJob("j", (), columns=8),
        lambda: PrintJob("j", (QRCode(""),)),
        lambda: PrintJob("j", (QRCode("x" * 3000),)),
        lambda: PrintJob("j", (Feed(1000),)),
        lambda: PrintJob("j", (OpenDrawer(7),)),
        lambda: PrintJob("j", (Rule("--"),)),
        lambda: PrintJob("j", (Barcode(Symbology.EAN13, "12345"),)),
        lambda: PrintJob("j", (Barcode(Symbology.EAN8, "ABCDEFGH"),)),
        lambda: PrintJob("j", (Barcode(Symbology.ITF, "123"),)),
        lambda: PrintJob("j", (Barcode(Symbology.CODE39, "lower"),)),
        lambda: PrintJob("j", (Barcode(Symbology.CODE128, "Привет"),)),
    ],
)
def test_a_job_no_printer_could_print_is_refused_when_it_is_made(make) -> None:
    with pytest.raises(JobError):
        make()


def test_bar_codes_within_their_alphabet_are_accepted() -> None:
    job = PrintJob(
        "j",
        (
            Barcode(Symbology.UPCA, "123601057072"),
            Barcode(Symbology.ITF, "1234"),
            Barcode(Symbology.CODE39, "LOY-1"),
            Barcode(Symbology.CODE128, "loy{1}"),
        ),
    )
    assert len(job.elements) == 4


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"job_id": 5, "elements": []},
        {"job_id": "j", "elements": {}},
        {"job_id": "j", "elements": [{"el": "hologram"}]},
        {"job_id": "j", "elements": [{"el": "text"}]},
        {"job_id": "j", "elements": [{"el": "text", "text": "x", "bold": "yes"}]},
        {"job_id": "j", "elements": [{"el": "image", "png": "not base64!"}]},
        {"job_id": "j", "elements": [], "columns": True},
    ],
)
def test_a_malformed_job_is_refused_with_a_reason(data) -> None:
    with pytest.raises(JobError):
        job_from_json(data)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"event": "party"},
        {"event": "data", "device": "s", "raw": "zz", "text": "", "source": ""},
        {"event": "error", "device": "p", "code": 5},
        {"event": "status", "device": "p", "power": 1},
        {"event": "status", "device": "p", "power": 2001, "printer": {"paper": "wet"}},
        {"event": "status", "device": "p", "power": 2001, "printer": {"error": 5}},
        {"event": "trace", "device": "p", "entries": 5},
        {"event": "trace", "device": "p", "entries": [5]},
        {"event": "trace", "device": "p", "entries": [["x", "tx", ""]]},
        {"event": "done", "device": "p", "health": [{"kind": "toaster"}]},
    ],
)
def test_a_malformed_event_is_refused_with_a_reason(data) -> None:
    with pytest.raises(MessageError):
        event_from_json(data)


def _scan(number: int) -> DataEvent:
    return DataEvent("scanner", number, 0, Scan(b"1", None, None, "1", "scanner"))


def test_scans_wait_until_the_till_is_ready_and_come_one_by_one() -> None:
    queue = InputQueue()
    assert queue.put(_scan(1)) is None
    assert queue.put(_scan(2)) is None
    assert queue.enable() == _scan(1)
    assert not queue.data_event_enabled
    assert queue.data_count == 1
    assert queue.enable() == _scan(2)
    assert queue.enable() is None
    assert queue.put(_scan(3)) == _scan(3)
    assert queue.put(_scan(4)) is None


def test_a_disabled_queue_holds_scans_and_clearing_forgets_them() -> None:
    queue = InputQueue()
    queue.enable()
    queue.disable()
    assert queue.put(_scan(1)) is None
    assert queue.clear() == 1
    assert queue.enable() is None


def test_a_scan_too_many_is_reported_never_dropped_in_silence() -> None:
    queue = InputQueue(capacity_scans=1)
    queue.put(_scan(1))
    lost = queue.put(_scan(2))
    assert isinstance(lost, ErrorEvent)
    assert (lost.code, lost.locus) == (ErrorCode.E_BUSY, Locus.INPUT)


@pytest.mark.parametrize(
    ("frame", "aim", "symbology"),
    [
        (b"]E04006381333931", "]E0", "EAN13"),
        (b"]E496385074", "]E4", "EAN8"),
        (b"]I105901234123457", "]I1", "ITF14"),
        (b"]I1123456", "]I1", "ITF"),
        (b"]C1010460", "]C1", "GS1_128"),
        (b"]C0LOY", "]C0", "CODE128"),
        (b"]d2010460", "]d2", "GS1_DATAMATRIX"),
        (b"]d1abc", "]d1", "DATAMATRIX"),
        (b"]Q3010460", "]Q3", "GS1_QR"),
        (b"]J1010460", "]J1", "GS1_DOTCODE"),
        (b"]z3abc", "]z3", "AZTEC"),
        (b"]E", None, None),
        (b"]?0abc", None, None),
        (b"4006381333931", None, None),
    ],
)
def test_an_aim_identifier_names_the_symbol(frame, aim, symbology) -> None:
    found, data = split_aim(frame)
    assert found == aim
    assert symbology_of(found, data) == symbology
    assert (found or "").encode() + data == frame


def test_bytes_that_are_no_text_lose_nothing() -> None:
    scan = Scan.of_frame(b"\xff\xfe\x00", "scanner")
    assert scan.text.encode("latin-1") == scan.raw == b"\xff\xfe\x00"

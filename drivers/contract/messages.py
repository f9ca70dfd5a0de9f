"""Events as JSON objects: the host's side and the till's side of one table.

Never sends or receives.
"""

from collections.abc import Callable

from drivers.contract.events import (
    DataEvent,
    DoneEvent,
    ErrorEvent,
    Event,
    OutputCompleteEvent,
    ProgressEvent,
    ResultEvent,
    Scan,
    StatusUpdateEvent,
    TraceEvent,
)
from drivers.contract.lenient import flag, number_of, object_of, objects_of, text_of, word_of
from drivers.contract.vocabulary import (
    ErrorCode,
    Health,
    Locus,
    Outcome,
    PowerState,
    PrinterStatus,
)


class MessageError(ValueError):
    """A line that is no event of this contract."""


def event_to_json(event: Event) -> dict[str, object]:
    """One flat object whose `event` names it; bytes are hex."""
    match event:
        case DataEvent():
            return _data_to_json(event)
        case ErrorEvent():
            return _error_to_json(event)
        case StatusUpdateEvent():
            return _status_to_json(event)
        case TraceEvent(device, entries):
            rows = [list(entry) for entry in entries]
            return {"event": "trace", "device": device, "entries": rows}
        case OutputCompleteEvent(device, job_id):
            return {"event": "output_complete", "device": device, "job_id": job_id}
        case _:
            return _answer_to_json(event)


def _answer_to_json(event: DoneEvent | ResultEvent | ProgressEvent) -> dict[str, object]:
    match event:
        case DoneEvent(device, health):
            rows = [row.to_json() for row in health]
            return {"event": "done", "device": device, "health": rows}
        case ResultEvent(device, payload, job_id):
            said = {"event": "result", "device": device, "payload": dict(payload)}
            return {**said, "job_id": job_id}
        case ProgressEvent(device, payload):
            return {"event": "progress", "device": device, "payload": dict(payload)}


def _status_to_json(event: StatusUpdateEvent) -> dict[str, object]:
    return {
        "event": "status",
        "device": event.device,
        "power": int(event.power),
        "printer": event.printer.to_json() if event.printer else None,
        "drawer_opened": event.drawer_opened,
        "state": dict(event.state) if event.state is not None else None,
    }


def event_from_json(data: dict[str, object]) -> Event:
    """Reads `event_to_json`; raises MessageError."""
    reader = _READERS.get(str(data.get("event")))
    if reader is None:
        raise MessageError(f"unknown event {data.get('event')!r}")
    try:
        return reader(data)
    except ValueError as bad:
        raise MessageError(str(bad)) from bad


def _data_to_json(event: DataEvent) -> dict[str, object]:
    scan = event.payload
    return {
        "event": "data",
        "device": event.device,
        "seq": event.seq,
        "t_ms": event.t_ms,
        "raw": scan.raw.hex(),
        "aim": scan.aim,
        "symbology": scan.symbology,
        "text": scan.text,
        "source": scan.source,
    }


def _data_from_json(data: dict[str, object]) -> Event:
    return DataEvent(
        device=text_of(data, "device"),
        seq=number_of(data, "seq"),
        t_ms=number_of(data, "t_ms"),
        payload=Scan(
            raw=bytes.fromhex(text_of(data, "raw")),
            aim=word_of(data, "aim"),
            symbology=word_of(data, "symbology"),
            text=text_of(data, "text"),
            source=text_of(data, "source"),
        ),
    )


def _error_to_json(event: ErrorEvent) -> dict[str, object]:
    words = {"words": dict(event.words)} if event.words else {}
    return {
        "event": "error",
        "device": event.device,
        "code": int(event.code),
        "extended": event.extended,
        "message": event.message,
        "locus": event.locus.value,
        "outcome": event.outcome.value,
        "job_id": event.job_id,
        **words,
    }


def _error_from_json(data: dict[str, object]) -> Event:
    words = object_of(data, "words") if "words" in data else {}
    return ErrorEvent(
        device=text_of(data, "device"),
        code=ErrorCode(number_of(data, "code")),
        message=text_of(data, "message"),
        locus=Locus(text_of(data, "locus")),
        outcome=Outcome(text_of(data, "outcome")),
        extended=number_of(data, "extended"),
        job_id=word_of(data, "job_id"),
        words={key: str(part) for key, part in words.items()},
    )


def _status_from_json(data: dict[str, object]) -> Event:
    printer = data.get("printer")
    return StatusUpdateEvent(
        device=text_of(data, "device"),
        power=PowerState(number_of(data, "power")),
        printer=PrinterStatus.from_json(printer) if isinstance(printer, dict) else None,
        drawer_opened=flag(data, "drawer_opened"),
        state=object_of(data, "state") if data.get("state") is not None else None,
    )


def _trace_from_json(data: dict[str, object]) -> Event:
    rows = data.get("entries")
    if not isinstance(rows, list):
        raise MessageError("entries is not a list")
    try:
        entries = tuple((int(t_ms), str(way), str(digits)) for t_ms, way, digits in rows)
    except TypeError as bad:
        raise MessageError(f"entries: {bad}") from bad
    return TraceEvent(text_of(data, "device"), entries)


_READERS: dict[str, Callable[[dict[str, object]], Event]] = {
    "data": _data_from_json,
    "trace": _trace_from_json,
    "error": _error_from_json,
    "status": _status_from_json,
    "output_complete": lambda d: OutputCompleteEvent(text_of(d, "device"), text_of(d, "job_id")),
    "result": lambda d: ResultEvent(
        text_of(d, "device"), object_of(d, "payload"), text_of(d, "job_id")
    ),
    "progress": lambda d: ProgressEvent(text_of(d, "device"), object_of(d, "payload")),
    "done": lambda d: DoneEvent(
        text_of(d, "device"), tuple(Health.from_json(row) for row in objects_of(d, "health"))
    ),
}

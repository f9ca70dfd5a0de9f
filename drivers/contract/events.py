"""What devices tell the till, one frozen dataclass each. Never carries a decision of the shop."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from drivers.contract.aim import split_aim, symbology_of
from drivers.contract.vocabulary import (
    ErrorCode,
    Health,
    Locus,
    Outcome,
    PowerState,
    PrinterStatus,
)


@dataclass(frozen=True, slots=True)
class Scan:
    """One label as read.

    `raw` is the label's data without AIM identifier, prefix and terminator, byte for byte (a
    separator 0x1D stays). `text` is the same as characters. `source` names the device.
    """

    raw: bytes
    aim: str | None
    symbology: str | None
    text: str
    source: str

    @classmethod
    def of_frame(cls, frame: bytes, source: str, encoding: str = "utf-8") -> "Scan":
        """Reads a frame that may begin with an AIM identifier.

        Bytes that are not `encoding` become one character each (latin-1), so none is lost.
        """
        aim, raw = split_aim(frame)
        return cls(raw, aim, symbology_of(aim, raw), decode(raw, encoding), source)


def decode(raw: bytes, encoding: str = "utf-8") -> str:
    """Characters of `raw`; latin-1 when it is not valid `encoding`."""
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return raw.decode("latin-1")


@dataclass(frozen=True, slots=True)
class DataEvent:
    """A scan. `seq` counts per device from 1; `t_ms` is the device host's monotonic clock."""

    device: str
    seq: int
    t_ms: int
    payload: Scan


@dataclass(frozen=True, slots=True)
class ErrorEvent:
    """Something went wrong. `message` is for the log and the service screen, in English.

    For an output `outcome` tells whether a person must be asked if it was done after all. `words`
    is the message as a screen may say it, {"word": key, ...parts}; {} where it has none.
    """

    device: str
    code: ErrorCode
    message: str
    locus: Locus = Locus.OUTPUT
    outcome: Outcome = Outcome.NOT_DONE
    extended: int = 0
    job_id: str | None = None
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StatusUpdateEvent:
    """The device's state as far as it is known; None means: it did not say.

    `state` is what a kind says of itself beyond power, an object that its contract file reads.
    """

    device: str
    power: PowerState
    printer: PrinterStatus | None = None
    drawer_opened: bool | None = None
    state: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class OutputCompleteEvent:
    """The device itself confirmed that the job is done. `job_id` is empty for a drawer's kick."""

    device: str
    job_id: str = ""


@dataclass(frozen=True, slots=True)
class DoneEvent:
    """A request that has nothing to tell was carried out. `health` answers a health request."""

    device: str = ""
    health: tuple[Health, ...] = ()


@dataclass(frozen=True, slots=True)
class TraceEvent:
    """The last bytes over a device's line, oldest first: (t_ms, "tx" or "rx", hex)."""

    device: str
    entries: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True, slots=True)
class ResultEvent:
    """A request was carried out and this came of it: an object that the kind's contract file reads.

    `job_id` is the key under which the till asked, empty when there was none.
    """

    device: str
    payload: Mapping[str, object] = field(default_factory=dict)
    job_id: str = ""


@dataclass(frozen=True, slots=True)
class ProgressEvent:
    """A long request is still being carried out: this is how far. Its answer comes later."""

    device: str
    payload: Mapping[str, object] = field(default_factory=dict)


Event = (
    DataEvent
    | ErrorEvent
    | StatusUpdateEvent
    | OutputCompleteEvent
    | DoneEvent
    | TraceEvent
    | ResultEvent
    | ProgressEvent
)

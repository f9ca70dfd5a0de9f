"""Numbers and states of UnifiedPOS. Never invents a state that a device did not report."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from drivers.contract.lenient import flag, number_of, word_of


class PowerState(IntEnum):
    """UPOS PowerState. UNKNOWN is a state of its own, never read as ONLINE."""

    UNKNOWN = 2000
    ONLINE = 2001
    OFF = 2002
    OFFLINE = 2003
    OFF_OFFLINE = 2004


class ErrorCode(IntEnum):
    """UPOS result codes, with their standard numbers."""

    E_CLOSED = 101
    E_CLAIMED = 102
    E_NOTCLAIMED = 103
    E_NOSERVICE = 104
    E_DISABLED = 105
    E_ILLEGAL = 106
    E_NOHARDWARE = 107
    E_OFFLINE = 108
    E_NOEXIST = 109
    E_EXISTS = 110
    E_FAILURE = 111
    E_TIMEOUT = 112
    E_BUSY = 113
    E_EXTENDED = 114


class PrinterError(IntEnum):
    """UPOS extended codes of a printer; they go with E_EXTENDED. 0 is no extended code."""

    NONE = 0
    COVER_OPEN = 201
    PAPER_END = 203


class Locus(StrEnum):
    """Which way the trouble travelled: a scan that was lost or a job that was refused."""

    INPUT = "input"
    OUTPUT = "output"


class Outcome(StrEnum):
    """What is known of a failed output: surely not begun, or nobody can tell (ask a person)."""

    NOT_DONE = "not_done"
    UNKNOWN = "unknown"


class DeviceKind(StrEnum):
    """The kinds of device that a configuration may name."""

    SCANNER = "scanner"
    PRINTER = "printer"
    DRAWER = "drawer"
    DISPLAY = "display"
    SCALE = "scale"
    FISCAL = "fiscal"
    PAYMENT = "payment"
    MARKING = "marking"
    UNKNOWN = "unknown"


class HealthLevel(StrEnum):
    """UPOS CheckHealth: what is known, what the device answers, what a person sees it do."""

    INTERNAL = "internal"
    EXTERNAL = "external"
    INTERACTIVE = "interactive"


class Paper(StrEnum):
    """Receipt paper. An unanswered question is UNKNOWN, never OK."""

    OK = "ok"
    NEAR_END = "near_end"
    END = "end"
    UNKNOWN = "unknown"


class DeviceError(Exception):
    """A device could not do what it was asked; `code` is the UPOS number."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """What a printer answered. None means: it did not say."""

    paper: Paper = Paper.UNKNOWN
    cover_open: bool | None = None
    online: bool | None = None
    drawer_high: bool | None = None
    error: str | None = None

    def to_json(self) -> dict[str, object]:
        """A flat object of the five fields."""
        return {
            "paper": self.paper.value,
            "cover_open": self.cover_open,
            "online": self.online,
            "drawer_high": self.drawer_high,
            "error": self.error,
        }

    @classmethod
    def from_json(cls, data: dict[str, object]) -> "PrinterStatus":
        """Reads `to_json`; raises ValueError for a paper state it has never heard of."""
        return cls(
            paper=Paper(str(data.get("paper", "unknown"))),
            cover_open=flag(data, "cover_open"),
            online=flag(data, "online"),
            drawer_high=flag(data, "drawer_high"),
            error=word_of(data, "error"),
        )


@dataclass(frozen=True, slots=True)
class Health:
    """One row of the health panel. Counts are since the device was opened.

    The host adds `reconnect_count` and `silent_ms`: how long ago the device was last heard, None
    when it never was.
    """

    name: str
    kind: DeviceKind
    power: PowerState
    good_count: int = 0
    error_count: int = 0
    last_error: str | None = None
    reconnect_count: int = 0
    silent_ms: int | None = None

    def to_json(self) -> dict[str, object]:
        """A flat object; `power` is the UPOS number."""
        return {
            "name": self.name,
            "kind": self.kind.value,
            "power": int(self.power),
            "good_count": self.good_count,
            "error_count": self.error_count,
            "last_error": self.last_error,
            "reconnect_count": self.reconnect_count,
            "silent_ms": self.silent_ms,
        }

    @classmethod
    def from_json(cls, data: dict[str, object]) -> "Health":
        """Reads `to_json`; raises ValueError for an unknown kind or power."""
        return cls(
            name=str(data.get("name", "")),
            kind=DeviceKind(str(data.get("kind"))),
            power=PowerState(number_of(data, "power")),
            good_count=number_of(data, "good_count"),
            error_count=number_of(data, "error_count"),
            last_error=word_of(data, "last_error"),
            reconnect_count=number_of(data, "reconnect_count"),
            silent_ms=number_of(data, "silent_ms") if data.get("silent_ms") is not None else None,
        )

"""The pages of a till's first start as data, and what they ask of hands. Never a step by itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

from pos_app.domain.sentence import Sentence
from pos_app.workstation.ports import Reply


class Step(Enum):
    """One page each, in this order."""

    LANGUAGE = "language"
    SERVER = "server"
    CODE = "code"
    LOADING = "loading"
    PRINTER = "printer"
    ADDRESS = "address"
    STRIP = "strip"
    READY = "ready"


PLACES = {
    Step.LANGUAGE: 1,
    Step.SERVER: 2,
    Step.CODE: 2,
    Step.LOADING: 3,
    Step.PRINTER: 4,
    Step.ADDRESS: 4,
    Step.STRIP: 4,
    Step.READY: 5,
}
PLACES_MOST = 5
TYPED = frozenset({Step.SERVER, Step.CODE, Step.ADDRESS})


@dataclass(frozen=True, slots=True)
class Known:
    """What is done already. `store` is empty before the till is enrolled; `language` None: ask."""

    language: str | None = None
    server: str = ""
    store: str = ""
    till: str = ""
    is_loaded: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: `title` is words already (a port, a language) where `key` is empty."""

    value: Any
    title: str = ""
    key: str = ""
    detail: str = ""
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """Bytes of the goods and members; `whole` 0 while nobody knows how many."""

    here: int = 0
    whole: int = 0


@dataclass(frozen=True, slots=True)
class SetupView:
    """One page. `typed` is None where nothing is typed; `said`: what is wrong or goes on."""

    step: Step
    language: str
    place: int
    choices: tuple[Choice, ...] = ()
    typed: str | None = None
    said: Sentence | None = None
    is_wrong: bool = False
    is_busy: bool = False
    progress: Progress | None = None
    server: str = ""
    store: str = ""
    till: str = ""


class SetupHands(Protocol):
    """What the first start may ask for. Nothing blocks; every reply comes once, or never after the
    helper died: then `restarts` has grown."""

    def restarts(self) -> int:
        """How often the helper was started again."""

    def ask(self, do: str, fields: Mapping[str, Any], on_reply: Reply) -> None:
        """`enrol` {server, code}: {store, till}; `load` {server}: {operators}; or {error, detail}.
        The helper may say {"event": "progress", "here", "whole"} meanwhile, see `Setup.heard`."""

    def device(
        self, do: str, fields: Mapping[str, Any], on_reply: Reply, deadline_ms: int = 10_000
    ) -> None:
        """See `Devices.request`."""

    def new_id(self) -> str:
        """For a job of the printer."""

    def font_path(self) -> str:
        """The program's own font, for a printer none of whose letters can be read."""

    def remember(self, **what: Any) -> None:
        """`language`, `server`, `is_finished`: durable before this returns."""


@dataclass(slots=True)
class State:
    """What changes, in one place for the parts of the assistant."""

    step: Step
    typed: str = ""
    choices: tuple[Choice, ...] = ()
    said: Sentence | None = None
    is_wrong: bool = False
    progress: Progress = field(default_factory=Progress)


class Pages(Protocol):
    """The assistant as its parts see it."""

    state: State

    def turn(self, step: Step, *, typed: str = "", choices: tuple[Choice, ...] = ()) -> None:
        """Another page, with nothing said yet."""

    def tell(self, said: Sentence | None, *, is_wrong: bool = True) -> None:
        """A line on the present page."""

    def wait(self, again: Callable[[], None] | None) -> None:
        """Something is going on (`again` starts it anew when its helper dies), or is over."""

    def ready(self) -> None:
        """The last page."""

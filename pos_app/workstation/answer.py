"""What a task answers: done or why not, what to say, and what changed. Never how it looks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any

from pos_app.domain.sentence import Argument, Sentence, say


class Tone(Enum):
    """The meaning a sound or a colour may add to a notice; never the only carrier of it."""

    NEUTRAL = "neutral"
    GOOD = "good"
    MEMBER = "member"
    CLOSED = "closed"
    WARNING = "warning"
    ERROR = "error"


class Part(Enum):
    """A part of the till's view; widgets repaint only when theirs is named."""

    OPERATOR = "operator"
    SESSION = "session"
    TRANSACTION = "transaction"
    MEMBER = "member"
    TENDERS = "tenders"
    LINK = "link"
    DEVICES = "devices"
    SUSPENDED = "suspended"
    DEMAND = "demand"
    LAST_SALE = "last_sale"


ALL_PARTS = frozenset(Part)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell the cashier. `code` is stable (console `events`), `text` is a sentence."""

    code: str
    text: Sentence
    tone: Tone = Tone.NEUTRAL
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a task was not done. `code` is stable; nothing has changed."""

    code: str
    text: Sentence


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of one task. `data` holds what only that task returns (a report, a list)."""

    refusal: Refusal | None = None
    notices: tuple[Notice, ...] = ()
    changed: frozenset[Part] = frozenset()
    data: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def ok(self) -> bool:
        """True when the task was done."""
        return self.refusal is None


def done(*notices: Notice, changed: frozenset[Part] = frozenset(), **data: Any) -> Answer:
    """A task that was done."""
    return Answer(None, notices, changed, MappingProxyType(data))


def refused(code: str, /, **args: Argument) -> Answer:
    """A task that was not done; the sentence's key is `refused.<code>`."""
    return Answer(Refusal(code, say(f"refused.{code}", **args)))


def refused_with(why: Sentence) -> Answer:
    """A task that was not done, in the rules' own words: `pin.wrong` has the code `pin_wrong`."""
    return Answer(Refusal(why.key.replace(".", "_"), why))


def notice(
    code: str, tone: Tone = Tone.NEUTRAL, line: int | None = None, /, **args: Argument
) -> Notice:
    """A notice whose sentence has the key `notice.<code>`."""
    return Notice(code, say(f"notice.{code}", **args), tone, line)

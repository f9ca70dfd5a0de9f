"""Why: a reason chosen from a few, or in a person's own words. Never a default."""

from collections.abc import Callable, Sequence
from datetime import datetime

from pos_app.ui.desk import Ask, Desk, Row
from pos_app.ui.phrases import reason_rows
from resources.words import Words

OTHER = "other"
LETTERS_LEAST = 3


def ask_reason(desk: Desk, reasons: Sequence[str], done: Callable[[str], None]) -> None:
    """`done` gets a code of `reasons`, or what somebody typed for "other"."""

    def pick(row: Row) -> None:
        if row.value == OTHER:
            own_words(desk, done)
            return
        desk.close_ask()
        done(str(row.value))

    desk.open(Ask("why_so", lambda text: None, pick=pick), reason_rows(desk, reasons))


def own_words(desk: Desk, done: Callable[[str], None]) -> None:
    """Typed in the one field."""

    def accept(text: str) -> None:
        if len(text) < LETTERS_LEAST:
            desk.tell("refused.reason_needed")
            return
        desk.close_ask()
        done(text)

    desk.open(Ask("own_words", accept, place="below"))


def moment_words(words: Words, at: datetime) -> str:
    """A day and a time: what is older than today needs both."""
    return f"{words.format(at.date())}, {words.format(at)}"


def reason_words(words: Words, reason: str) -> str:
    """A code in words; a person's own words as they are."""
    key = f"reason.{reason}"
    return words.text(key) if words.knows(key) else reason

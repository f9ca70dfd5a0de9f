"""The line under the field: what is said, how loud, and what stays when news come. Never a key."""

from dataclasses import dataclass

from pos_app.domain.sentence import Sentence
from pos_app.workstation.answer import Answer, Tone

LOUDNESS = (Tone.NEUTRAL, Tone.CLOSED, Tone.GOOD, Tone.MEMBER, Tone.WARNING, Tone.ERROR)
OF_DEVICES = frozenset({"device_lost", "device_back"})
"""News beside what is said of trouble, never in its place."""
OF_PAPER = frozenset(f"notice.print_{one}" for one in
                     ("failed", "queued", "asked", "interrupted", "unprintable"))  # fmt: skip
"""Trouble of a receipt's paper: over once it has printed."""
SEEN_ANYWAY = frozenset({"item_added", "completed"})
"""What the selected line and the change in large figures say already."""


@dataclass(frozen=True, slots=True)
class Said:
    """The line under the field."""

    texts: tuple[Sentence, ...]
    tone: Tone


def beside(answer: Answer) -> bool:
    """It says nothing, or of a device only: half a label is not forgotten for its scanner."""
    return all(one.code in OF_DEVICES for one in answer.notices)


def but_paper(said: Said | None) -> Said | None:
    """The paper is there: what was said of its trouble goes, what else was said stays."""
    kept = tuple(text for text in said.texts if text.key not in OF_PAPER) if said else ()
    return Said(kept, said.tone) if said and kept else None


def both(before: Said, news: Said | None) -> Said:
    if news is None:
        return before
    kept = tuple(text for text in before.texts if text.key.partition(".")[2] not in OF_DEVICES)
    if not kept or before.tone not in (Tone.WARNING, Tone.ERROR):
        return news
    return Said((*kept, *news.texts), max(before.tone, news.tone, key=LOUDNESS.index))


def with_allowed(said: Said | None, told: Sentence | None) -> Said | None:
    """What somebody is asked to allow stays behind whatever else is said meanwhile."""
    if told is None:
        return said
    if said is None:
        return Said((told,), Tone.WARNING)
    texts = tuple(one for one in said.texts if one != told)
    return Said((*texts, told), max(said.tone, Tone.WARNING, key=LOUDNESS.index))

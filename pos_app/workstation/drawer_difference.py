"""A drawer that does not hold what it should: closed with a word on it, however it is closed.

Never closes anything, and never lets a sum be tried without keeping it.
"""

from pos_app.domain.events import RightUsed
from pos_app.domain.money import Money
from pos_app.domain.sentence import Sentence, say
from pos_app.workstation.answer import Answer, Refusal
from pos_app.workstation.day_book import lets_pass
from pos_app.workstation.day_record import DIFFERENCE_REASONS
from pos_app.workstation.ports import Facts, SessionState
from pos_app.workstation.station import Station, record, right_used

REASON_MOST = 300
Told = tuple[tuple[str, RightUsed], ...]


def counted(station: Station, session: SessionState, counted_minor: int) -> tuple[str, RightUsed]:
    """The line of a count, for the audit chain."""
    return right_used(
        station, "drawer_counted", str(session.number),
        reason=f"{counted_minor}", amount_minor=counted_minor - session.cash_minor,
    )  # fmt: skip


def is_reason(reason: str) -> bool:
    """Whether it says anything, and not too much."""
    return 0 < len(reason.strip()) <= REASON_MOST


def explained(
    station: Station, session: SessionState, counted_minor: int, reason: str
) -> Told | Answer:
    """The line to be recorded with the close, none where the shop lets the difference pass; or the
    refusal, with the sum that was tried on the disk."""
    difference = counted_minor - session.cash_minor
    if lets_pass(station, difference):
        return ()
    if not is_reason(reason):
        kept = counted(station, session, counted_minor)
        trouble = record(station, Facts(events=(kept,)))
        return trouble or Answer(Refusal("drawer_unexplained", _unexplained(difference)))
    used = right_used(
        station, "drawer_difference", str(session.number),
        reason=reason.strip(), amount_minor=difference,
    )  # fmt: skip
    return (used,)


def reason_of(told: Told) -> str:
    """What was said of the difference; "" where nobody need say anything."""
    return "".join(one.reason for _, one in told)


def known(session: SessionState, counted_minor: int, reason: str) -> str:
    """Why, as it was said when the session was closed with that count; "" where it was not, or
    another reason is given now."""
    count = session.count
    if count is None or session.open or reason not in ("", count.reason):
        return ""
    same = (count.counted_minor, count.expected_minor) == (counted_minor, session.cash_minor)
    return count.reason if same else ""


def said(reason: str) -> Sentence:
    """Why the drawer differed: a code in words, a person's own words as they are."""
    return say(
        "day.because", why=say(f"reason.{reason}") if reason in DIFFERENCE_REASONS else reason
    )


def _unexplained(difference: int) -> Sentence:
    """Short or over, in words: nobody reads a sign."""
    if difference < 0:
        return say("refused.drawer_short", amount=Money(-difference))
    return say("refused.drawer_over", amount=Money(difference))

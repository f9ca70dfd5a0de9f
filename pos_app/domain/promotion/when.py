"""When, where and for whom a rule is open. Never the clock itself."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from pos_app.domain.reading import Reader
from pos_app.domain.sentence import Sentence, say


@dataclass(frozen=True, slots=True)
class When:
    """When, where and for whom. Days and hours are the store's local ones; ends are inclusive
    days and exclusive hours; hours may pass midnight and then belong to the day they began."""

    from_on: date | None = None
    until_on: date | None = None
    weekdays: frozenset[int] = frozenset()
    from_time: time | None = None
    until_time: time | None = None
    stores: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    tiers: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    members_only: bool = False
    birthday: bool = False

    def open_at(self, local: datetime) -> bool:
        """True when the calendar and the clock allow it."""
        return self.closed(local) is None

    def closed(self, local: datetime) -> Sentence | None:
        """Why the calendar or the clock does not allow it, or None."""
        today = self._began_on(local)
        if self.from_on and today < self.from_on:
            return say("why.not_yet", since=self.from_on)
        if self.until_on and today > self.until_on:
            return say("why.ended", until=self.until_on)
        if self.weekdays and today.isoweekday() not in self.weekdays:
            return say("why.other_day")
        if not self._hours(local.time()):
            start, end = self.from_time or time.min, self.until_time or time.min
            return say("why.other_hours", since=f"{start:%H:%M}", until=f"{end:%H:%M}")
        return None

    def _began_on(self, local: datetime) -> date:
        """Hours that pass midnight belong to the day they began on."""
        start, end = self.from_time, self.until_time
        if start is not None and end is not None and local.time() < end < start:
            return local.date() - timedelta(days=1)
        return local.date()

    def _hours(self, now: time) -> bool:
        start, end = self.from_time or time.min, self.until_time
        if end is None:
            return now >= start
        return start <= now < end if start < end else now >= start or now < end


def read_when(doc: Reader) -> When:
    """Read the condition's calendar, place and people."""
    days = doc.integers("weekdays", 1, 7, "a list of days 1 (Monday) to 7 is wanted")
    when = When(
        from_on=doc.day("from"),
        until_on=doc.day("until"),
        weekdays=frozenset(days),
        from_time=doc.clock_time("from_time"),
        until_time=doc.clock_time("until_time"),
        stores=frozenset(doc.words("stores")),
        channels=frozenset(doc.words("channels")),
        tiers=frozenset(doc.words("tiers")),
        segments=frozenset(doc.words("segments")),
        members_only=doc.flag("members_only", False),
        birthday=doc.flag("birthday", False),
    )
    doc.finish()
    if when.from_on and when.until_on and when.from_on > when.until_on:
        doc.fault("until", f"ends before it begins ({when.from_on})")
    if when.from_time is not None and when.from_time == when.until_time:
        doc.fault("until_time", "is the hour it begins: no hour at all, or all of them")
    return when

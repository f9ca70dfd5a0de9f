"""Points for what a member does without buying, as written in the program. Never for whom.

Every activity has a limit in a period: what anybody can report for ever is an open till.
"""

from dataclasses import dataclass

from pos_app.domain.mechanics.counting import CALENDAR
from pos_app.domain.reading import Reader

KINDS = ("review", "survey", "profile", "visit", "social", "referral")
DAYS_MOST = 36_500
TIMES_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Activity:
    """So many `points`, at most `times` in each `per` (a calendar period, or lifetime).

    A referral gives them on the friend's first purchase of at least `min_purchase_minor`, and
    `friend_points` to the friend. Points can be spent `vesting_days` later and end after
    `expires_after_days` (None: never).
    """

    activity_id: str
    names: dict[str, str]
    kind: str
    points: int
    times: int
    per: str
    friend_points: int = 0
    min_purchase_minor: int = 0
    vesting_days: int = 0
    expires_after_days: int | None = 365

    def name(self, language: str) -> str:
        """The name in a language, else in any, else the id."""
        return self.names.get(language) or next(iter(self.names.values()), self.activity_id)


def read_activity(doc: Reader, digits: int) -> Activity:
    """One of `activities`."""
    limit = doc.child("limit")
    found = Activity(
        activity_id=doc.text("id"),
        names=doc.names("name"),
        kind=doc.choice("kind", KINDS),
        points=doc.integer("points"),
        times=limit.integer("times", least=1, most=TIMES_MOST),
        per=limit.choice("per", CALENDAR),
        friend_points=doc.integer("friend_points", 0),
        min_purchase_minor=doc.decimal("min_purchase", digits, "0"),
        vesting_days=doc.integer("vesting_days", 0, most=DAYS_MOST),
        expires_after_days=doc.optional_integer("expires_after_days", 365, 1, DAYS_MOST),
    )
    limit.finish()
    doc.finish()
    _judge(found, doc)
    return found


def _judge(found: Activity, doc: Reader) -> None:
    """Contradictions."""
    if not found.points and not found.friend_points:
        doc.fault("points", "gives nothing to anybody")
    if found.kind == "profile" and (found.times, found.per) != (1, "lifetime"):
        doc.fault("limit", "a profile is filled in once: times 1 per lifetime")
    if found.kind != "referral":
        for key in ("friend_points", "min_purchase"):
            if doc.has(key):
                doc.fault(key, f"means nothing for a {found.kind}: there is no friend")
    ends = found.expires_after_days
    if ends is not None and found.vesting_days >= ends:
        doc.fault("vesting_days", "points would end before they can be spent")

"""Where a member's points lie before the link goes. Never promises more than nobody holds.

A store gets at most what one receipt of this member plausibly takes, the likeliest store first,
so that a large balance serves several stores and a small one is not cut into useless pieces.
Source: loyalty.md 4; the visits' score is an exponential decay in whole numbers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache

from pos_app.domain.money import share_down

PPM = 1_000_000
VISIT = 1_000_000
"""The score of one visit on its own day."""
HOME = 3 * VISIT
"""What the home store is worth to somebody who was never seen anywhere."""
DAYS_MOST = 730
STORES_REMEMBERED = 8


@dataclass(frozen=True, slots=True)
class Policy:
    """The owner's setting `allowance.placement`.

    `share_ppm`: how much of the points lies at tills beforehand at all; the rest stays for whoever
    identifies the member on-line. `stores`: over so many. `spread`: "last" puts a store's part on
    the till that the member used last (the tills of a store move it between them), "even" on all
    of them, as for a member who was never seen there. `min_points`: a smaller change is not worth
    a message. `decay_ppm`: what a visit's score keeps a day. `headroom_ppm`: how much more than the
    largest receipt so far the next one may be. `recall`: points that lie at a till that answers
    are asked back when the member stands elsewhere. `lease_hours`: how long a till honours placed
    points after it last heard the server.
    """

    share_ppm: int = PPM
    min_points: int = 1
    stores: int = 3
    spread: str = "last"
    decay_ppm: int = 985_000
    headroom_ppm: int = 1_500_000
    recall: bool = True
    lease_hours: int = 72
    gift_cards: bool = False


@lru_cache(maxsize=2 * DAYS_MOST)
def _power(base: int, days: int) -> int:
    return int(base**days)


@dataclass(frozen=True, slots=True)
class Visit:
    """How often a member came to a store: `score` as of `on`; the till of the last time."""

    score: int
    on: date
    till: str = ""

    def at(self, on: date, decay_ppm: int) -> int:
        """The score on a later day; a day before the last visit counts as that day."""
        days = min(max((on - self.on).days, 0), DAYS_MOST)
        return self.score * _power(decay_ppm, days) // _power(PPM, days)


@dataclass(frozen=True, slots=True)
class Habits:
    """What is remembered of a member's visits. `receipt_minor`: the largest one, decayed."""

    visits: Mapping[str, Visit] = field(default_factory=dict)
    receipt_minor: int = 0


def after_visit(
    habits: Habits, place: tuple[str, str], on: date, receipt_minor: int, decay_ppm: int
) -> Habits:
    """One more visit; `place` is (store, till). A late event of an earlier day changes no till."""
    store, till = place
    old = habits.visits.get(store)
    if old is None:
        new = Visit(VISIT, on, till)
    elif on < old.on:
        new = replace(old, score=old.score + Visit(VISIT, on).at(old.on, decay_ppm))
    else:
        new = Visit(old.at(on, decay_ppm) + VISIT, on, till)
    visits = {**habits.visits, store: new}
    if len(visits) > STORES_REMEMBERED:
        faded = min(visits, key=lambda s: (s == store, visits[s].at(on, decay_ppm), s))
        del visits[faded]
    largest = max(receipt_minor, share_down(habits.receipt_minor, PPM - (PPM - decay_ppm) // 2))
    return Habits(visits, largest)


def joined(mine: Habits, theirs: Habits, decay_ppm: int) -> Habits:
    """Two accounts of one person: both histories."""
    visits = dict(mine.visits)
    for store, other in theirs.visits.items():
        own = visits.get(store)
        if own is None:
            visits[store] = other
            continue
        late, early = (own, other) if own.on >= other.on else (other, own)
        visits[store] = replace(late, score=late.score + early.at(late.on, decay_ppm))
    return Habits(visits, max(mine.receipt_minor, theirs.receipt_minor))


@dataclass(frozen=True, slots=True)
class Standing:
    """What a placement is decided on.

    `free`: points that nobody holds. `lying`: terminal -> placed points left there. `receipt`: the
    most points that one receipt plausibly takes, None if nobody can tell.
    """

    free: int
    lying: Mapping[str, int] = field(default_factory=dict)
    habits: Habits = field(default_factory=Habits)
    home: str = ""
    receipt: int | None = None


def receipt_points(habits: Habits, policy: Policy, share_ppm: int, point_minor: int) -> int | None:
    """The most points that a receipt of this member plausibly takes; None before the first."""
    if not habits.receipt_minor or point_minor < 1:
        return None
    likely = share_down(habits.receipt_minor, policy.headroom_ppm)
    return -(-share_down(likely, share_ppm) // point_minor)


def ranked(standing: Standing, policy: Policy, on: date) -> list[str]:
    """Stores, the likeliest next one first; the home store stands for three visits of today."""
    scores = {s: v.at(on, policy.decay_ppm) for s, v in standing.habits.visits.items()}
    if standing.home:
        scores[standing.home] = scores.get(standing.home, 0) + HOME
    return sorted(scores, key=lambda s: (-scores[s], s))[: policy.stores]


def targets(
    standing: Standing, tills: Mapping[str, Sequence[str]], policy: Policy, on: date
) -> dict[str, int]:
    """Terminal -> points that should lie there. `tills`: store -> terminals that take grants.

    All together never more than the share of what is free or lies there already.
    """
    whole = max(0, standing.free) + sum(standing.lying.values())
    rest = share_down(whole, policy.share_ppm)
    wanted: dict[str, int] = {}
    for store in ranked(standing, policy, on):
        here = tills.get(store, ())
        part = rest if standing.receipt is None else min(rest, standing.receipt)
        if not here or part <= 0:
            continue
        rest -= part
        for till, points in _spread(standing, store, here, part, policy):
            wanted[till] = points
    return wanted


def _spread(
    standing: Standing, store: str, here: Sequence[str], part: int, policy: Policy
) -> Iterable[tuple[str, int]]:
    visit = standing.habits.visits.get(store)
    last = visit.till if visit else ""
    if policy.spread == "even" or last not in here:
        # Nobody can tell which till it will be: each of them can do something.
        each, over = divmod(part, len(here))
        return [(till, each + (n < over)) for n, till in enumerate(sorted(here))]
    lying = {t: points for t, points in standing.lying.items() if t in here and t != last}
    # What lies at the other tills of the store is the store's as well.
    return [(last, max(0, part - sum(lying.values())))]


def top_ups(
    standing: Standing, tills: Mapping[str, Sequence[str]], policy: Policy, on: date
) -> dict[str, int]:
    """Terminal -> points to add now, out of what is free. Never more than the share together."""
    wanted = targets(standing, tills, policy, on)
    free = max(0, standing.free)
    whole = free + sum(standing.lying.values())
    room = min(free, share_down(whole, policy.share_ppm) - sum(standing.lying.values()))
    found: dict[str, int] = {}
    for till, points in wanted.items():
        more = min(room, points - standing.lying.get(till, 0))
        if more >= max(1, policy.min_points):
            found[till] = more
            room -= more
    return found


def surplus(
    standing: Standing, tills: Mapping[str, Sequence[str]], policy: Policy, on: date
) -> list[str]:
    """Terminals whose points should be asked back, since they are wanted elsewhere.

    Only what is at least a quarter of what lies there, so that nothing goes to and fro.
    """
    if not policy.recall:
        return []
    wanted = targets(standing, tills, policy, on)
    missing = sum(max(0, points - standing.lying.get(t, 0)) for t, points in wanted.items())
    if missing <= max(0, standing.free) + policy.min_points:
        return []
    return [
        till
        for till, points in sorted(standing.lying.items())
        if points - wanted.get(till, 0) > max(policy.min_points, points // 4)
    ]


def recalls(lying: Mapping[str, int], missing: int, policy: Policy) -> list[str]:
    """Terminals to ask back from when a member stands elsewhere and wants more, largest first."""
    found: list[str] = []
    for till in sorted(lying, key=lambda t: (-lying[t], t)) if policy.recall else ():
        if missing <= 0:
            break
        if lying[till] > 0:
            found.append(till)
            missing -= lying[till]
    return found


def granted(free: int, asked: int) -> int:
    """Points of one grant: never more than nobody holds. The rule that keeps overdraft at 0."""
    return min(max(0, asked), max(0, free))

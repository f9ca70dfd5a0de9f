"""Redemptions while stores are dark, decided by the product's own functions. Never a forecast.

`python -m tests.evidence.allowances [MEMBERS DAYS]`: 20 stores of three tills, each store dark 4 %
of the time (3 h on average), a member comes every 10 days, to the home store in 85 % of visits, and
redeems in a quarter of them; one in a thousand is a crook who plays the card again at every store
that is dark. Where points lie, what is granted and what a till may spend are `placement` and
`allowance` of the domain, the same that server and till call. Returns 1 when a promise is broken.
"""

import heapq
import random
import sys
from bisect import bisect
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

from pos_app.domain.loyalty.allowance import Allowance, AllowanceUse, after_use, draw, spendable
from pos_app.domain.loyalty.placement import (
    DAYS_MOST,
    Habits,
    Policy,
    Standing,
    after_visit,
    granted,
    recalls,
    receipt_points,
    top_ups,
)

STORES, TILLS_A_STORE = 20, 3
AT_HOME, VISITS_A_DAY, REDEEMS, CROOKS = 0.85, 1 / 10, 0.25, 0.001
DARK_SHARE, DARK_DAYS = 0.04, 3 / 24
EARN_PPM, PAYS_PPM = 50_000, 300_000
"""Points are worth 1.00; 5 % of a receipt is earned, at most 30 % of it is paid with points."""
BEGIN = date(2026, 1, 1)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class World:
    """What happens to every arm alike: who comes when, which store is dark when."""

    members: int
    days: int
    home: list[int]
    crook: list[bool]
    dark: list[list[tuple[float, float]]]
    visits: list[tuple[float, int, int, int, int, bool]]
    """(day, member, store, till, receipt in roubles, wants to redeem)"""

    def outage(self, store: int, t: float) -> tuple[float, float] | None:
        """The outage that a store is in."""
        times = self.dark[store]
        i = bisect(times, (t, 1e9)) - 1
        return times[i] if i >= 0 and times[i][0] <= t < times[i][1] else None


def world(members: int, days: int, seed: int = 1, second: float = 0.0) -> World:
    """The same for the same seed. `second`: share of visits to a second store of the member's."""
    r = random.Random(seed)
    dark = [list(_outages(r, days)) for _ in range(STORES)]
    home = [r.randrange(STORES) for _ in range(members)]
    other = [r.randrange(STORES) for _ in range(members)]
    crook = [r.random() < CROOKS for _ in range(members)]
    visits = []
    for m in range(members):
        t = r.expovariate(VISITS_A_DAY)
        while t < days:
            luck = r.random()
            away = other[m] if luck < AT_HOME + second else r.randrange(STORES)
            store = home[m] if luck < AT_HOME else away
            till, receipt = r.randrange(TILLS_A_STORE), r.randrange(300, 3000)
            visits.append((t, m, store, till, receipt, r.random() < REDEEMS or crook[m]))
            t += r.expovariate(VISITS_A_DAY)
    return World(members, days, home, crook, dark, sorted(visits))


def _outages(r: random.Random, days: int) -> Iterator[tuple[float, float]]:
    t = 0.0
    while t < days:
        t += r.expovariate(DARK_SHARE / DARK_DAYS / (1 - DARK_SHARE))
        lasts = r.expovariate(1 / DARK_DAYS)
        yield (t, t + lasts)
        t += lasts


@dataclass(frozen=True)
class Arm:
    """One way to redeem. `way`: allowance, block, mirror. `visits`: placement knows where members
    come; else only their home store. `moves`: the tills of a dark store share what they hold."""

    name: str
    way: str = "allowance"
    policy: Policy = field(default_factory=Policy)
    visits: bool = True
    moves: bool = False


HOME_ONLY = Policy(stores=1, spread="even")
ARMS = {
    "block": Arm("blocking: a dark till redeems nothing", "block"),
    "mirror": Arm("spending what the mirror says (never in the product)", "mirror"),
    "home": Arm("home store only, shared over its tills", policy=HOME_ONLY, visits=False),
    "home+moves": Arm("the same with moves", policy=HOME_ONLY, visits=False, moves=True),
    "product": Arm("the product's placement"),
    "product+moves": Arm("the product's placement with moves", moves=True),
    "half": Arm("the same, half of the points kept free", policy=Policy(share_ppm=500_000)),
}


@dataclass
class Member:
    """As the server has it, and as the tills have its grants. A grant is named by its till.

    `late`: what was granted to a dark till: (until when it cannot hear of it, points).
    """

    balance: int = 0
    habits: Habits = field(default_factory=Habits)
    server: dict[str, int] = field(default_factory=dict)
    tills: dict[str, Allowance] = field(default_factory=dict)
    late: dict[str, list[tuple[float, int]]] = field(default_factory=dict)

    @property
    def free(self) -> int:
        """Points that no till may spend."""
        return self.balance - sum(self.server.values())

    def at(self, till: str, t: float) -> Allowance:
        """The grant as its till has it by then."""
        grant = self.tills.get(till) or Allowance(till, "", 0)
        heard = sum(points for until, points in self.late.get(till, ()) if until <= t)
        if heard:
            self.late[till] = [one for one in self.late[till] if one[0] > t]
            grant = replace(grant, granted=grant.granted + heard)
        self.tills[till] = grant
        return grant

    def grow(self, till: str, points: int, heard_at: float) -> None:
        """The server grants more; the till hears of it when it can."""
        self.server[till] = self.server.get(till, 0) + points
        self.late.setdefault(till, []).append((heard_at, points))

    def take_back(self, till: str, t: float) -> None:
        """The till returns what is left, by an event after all it has spent."""
        grant = self.at(till, t)
        self.server[till] -= grant.left
        self.tills[till] = replace(grant, returned=grant.returned + grant.left)

    def spend(self, held: list[Allowance], points: int) -> tuple[AllowanceUse, ...]:
        """The till's own rule says which grants pay."""
        uses, _rest = draw(held, min(points, spendable(held, NOW)), NOW)
        for use in uses:
            grant = self.tills.get(use.grant_id)
            if grant is not None:
                self.tills[use.grant_id] = after_use(grant, use.points)
        return uses


@dataclass
class Result:
    """What an arm did: redemptions of honest members, and what went wrong."""

    name: str
    wanted: int = 0
    denied: int = 0
    cut: int = 0
    overdrafts: int = 0
    overdrawn: int = 0
    away: Counter[str] = field(default_factory=Counter)

    @property
    def short(self) -> int:
        """Not honoured in full."""
        return self.denied + self.cut

    def line(self) -> str:
        """One row of the table."""
        share = 100 * self.short / max(1, self.wanted)
        why = "  ".join(f"{name} {self.away[name]}" for name in sorted(self.away))
        return (
            f"{self.name:54s} {self.wanted:7d} {self.denied:6d} {self.cut:6d} {share:6.2f} % "
            f"{self.overdrafts:6d} {self.overdrawn:8d}   {why}"
        )


def till_name(store: int, number: int) -> str:
    """A terminal."""
    return f"{store}/{number}"


def store_of(till: str) -> int:
    """Its store."""
    return int(till.split("/", maxsplit=1)[0])


@dataclass(frozen=True)
class Visit:
    """A member at a till; `receipt` in roubles."""

    t: float
    member: int
    store: int
    till: str
    receipt: int
    redeems: bool

    @property
    def most(self) -> int:
        """Points that this receipt takes."""
        return self.receipt * PAYS_PPM // 1_000_000 if self.redeems else 0


@dataclass(frozen=True)
class Fact:
    """A completed receipt on its way to the server."""

    visit: Visit
    uses: tuple[AllowanceUse, ...]
    paid: int


NAMES = {str(s): tuple(till_name(s, n) for n in range(TILLS_A_STORE)) for s in range(STORES)}


class Chain:
    """One run of one arm through the world."""

    def __init__(self, around: World, arm: Arm) -> None:
        self.world, self.arm = around, arm
        self.members = [Member() for _ in range(around.members)]
        self.result = Result(arm.name)
        self.waiting: list[tuple[float, int, Fact]] = []
        self.seen: dict[tuple[int, int, float], int] = {}
        self.order = count()

    def run(self) -> Result:
        """Every visit in order, and at the end what dark stores still hold."""
        for t, m, store, till, receipt, redeems in self.world.visits:
            self._arrive(t)
            places = [store]
            if self.world.crook[m]:
                places += [s for s in range(STORES) if self.world.outage(s, t)][:5]
            for place in places:
                self._visit(Visit(t, m, place, till_name(place, till), receipt, redeems))
        self._arrive(float("inf"))
        return self.result

    def _visit(self, visit: Visit) -> None:
        one, dark = self.members[visit.member], self.world.outage(visit.store, visit.t)
        known, key = one.balance, (visit.member, visit.store, dark[0] if dark else 0.0)
        if dark is not None:
            # The mirror of a dark store stands still; what it spent itself it knows.
            known = self.seen.setdefault(key, one.balance)
        wanted = max(0, min(known, visit.most))
        if self.arm.way == "allowance":
            uses = self._offline(visit, wanted) if dark else self._online(visit, wanted)
        else:
            paying = not dark or self.arm.way == "mirror"
            uses = (AllowanceUse("", wanted),) if paying and wanted else ()
        paid = sum(use.points for use in uses)
        self._judge(visit, wanted, paid)
        fact = Fact(visit, uses, paid)
        if dark is None:
            self._post(visit.t, fact)
            return
        self.seen[key] -= paid
        heapq.heappush(self.waiting, (dark[1], next(self.order), fact))

    def _judge(self, visit: Visit, wanted: int, paid: int) -> None:
        if not wanted or self.world.crook[visit.member]:
            return
        self.result.wanted += 1
        if paid < wanted:
            self.result.denied += paid == 0
            self.result.cut += paid > 0
            here, home = self.world.outage(visit.store, visit.t), self.world.home[visit.member]
            why = "at the dark home" if visit.store == home else "at a dark other store"
            self.result.away[why if here else "elsewhere, points at dark tills"] += 1

    def _offline(self, visit: Visit, wanted: int) -> tuple[AllowanceUse, ...]:
        """What the tills of a dark store may pay with: a move between them changes no sum."""
        one = self.members[visit.member]
        near = NAMES[str(visit.store)] if self.arm.moves else (visit.till,)
        held = [one.at(name, visit.t) for name in near if name in one.server]
        return one.spend(held, wanted)

    def _online(self, visit: Visit, wanted: int) -> tuple[AllowanceUse, ...]:
        """Identified on-line: the till's own grant, what is free, what others give back."""
        one, t = self.members[visit.member], visit.t
        own = [one.at(visit.till, t)] if visit.till in one.server else []
        asked = one.balance - sum(grant.left for grant in own)
        lying = {name: p for name, p in one.server.items() if p and name != visit.till}
        answering = {n: p for n, p in lying.items() if not self.world.outage(store_of(n), t)}
        for giver in recalls(answering, asked - one.free, self.arm.policy):
            one.take_back(giver, t)
        identified = Allowance("", "", granted(one.free, asked), kind="identified")
        return one.spend([identified, *own], wanted)

    # --- the server ---------------------------------------------------------------------------

    def _arrive(self, t: float) -> None:
        """Dark stores that are back send what they did."""
        while self.waiting and self.waiting[0][0] <= t:
            at, _order, fact = heapq.heappop(self.waiting)
            self._post(at, fact)

    def _post(self, t: float, fact: Fact) -> None:
        visit, one = fact.visit, self.members[fact.visit.member]
        one.balance -= fact.paid
        if one.balance < 0 and fact.paid:
            self.result.overdrafts += 1
            self.result.overdrawn += min(fact.paid, -one.balance)
        one.balance += visit.receipt * EARN_PPM // 1_000_000
        for use in fact.uses:
            if use.grant_id:
                one.server[use.grant_id] -= use.points
        if self.arm.way == "allowance":
            self._place(t, visit, one)

    def _place(self, t: float, visit: Visit, one: Member) -> None:
        policy, on = self.arm.policy, BEGIN + timedelta(days=int(min(t, DAYS_MOST)))
        if self.arm.visits:
            place = (str(visit.store), visit.till)
            receipt = visit.receipt * 100
            one.habits = after_visit(one.habits, place, on, receipt, policy.decay_ppm)
        standing = Standing(
            free=one.free,
            lying=one.server,
            habits=one.habits,
            home=str(self.world.home[visit.member]),
            receipt=receipt_points(one.habits, policy, PAYS_PPM, 100),
        )
        for till, points in top_ups(standing, NAMES, policy, on).items():
            dark = self.world.outage(store_of(till), t)
            one.grow(till, points, dark[1] if dark else t)


def head() -> str:
    """The columns."""
    return (
        f"{'arm':54s} {'wanted':>7s} {'denied':>6s} {'cut':>6s} {'short':>8s} "
        f"{'overd.':>6s} {'points':>8s}   not honoured in full, by where the member stood"
    )


def ratio(results: dict[str, Result], arm: str, beside: str) -> float:
    """Redemptions not honoured in full, of one arm over another."""
    return results[arm].short / max(1, results[beside].short)


def main(argv: list[str]) -> int:
    """The table; 1 when a promise is broken."""
    members, days = (int(argv[0]), int(argv[1])) if argv else (20_000, 120)
    good = True
    for title, second in (("", 0.0), (", 10 % of visits to one second store", 0.10)):
        around = world(members, days, second=second)
        print(f"{members} members, {days} days, {len(around.visits)} visits{title}")
        print(head())
        results = {name: Chain(around, arm).run() for name, arm in ARMS.items()}
        for result in results.values():
            print(result.line(), flush=True)
        for arm, beside in (("product", "home"), ("product+moves", "home+moves")):
            print(f"{arm} / {beside}: {ratio(results, arm, beside):.3f}")
        share = ratio(results, "product+moves", "home")
        print(f"product+moves / home: {share:.3f} (at most 0.667)")
        good = good and share <= 2 / 3
        good = good and not any(r.overdrafts for n, r in results.items() if n != "mirror")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

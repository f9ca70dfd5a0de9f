"""Points a till may spend with no link: an escrow per member. Never more than was granted.

Source: O'Neil's escrow, Balegas et al. bounded counter; loyalty.md 4.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

MOVE_STEP = 50
"""Points: nobody misses them at the other till, and few receipts ask twice."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """One grant held by one till.

    `kind`: placed (kept), identified (returned after the sale) or moved (came from another till of
    the store; kept until it is idle).

    `lease_until` bounds how long the till honours it; None: until it is told otherwise.
    """

    grant_id: str
    member_id: str
    granted: int
    spent: int = 0
    returned: int = 0
    kind: str = "placed"
    lease_until: datetime | None = None

    @property
    def left(self) -> int:
        """Points that can still be spent from it."""
        return self.granted - self.spent - self.returned

    def live(self, now: datetime) -> bool:
        """True while its lease runs."""
        return self.lease_until is None or now < self.lease_until


@dataclass(frozen=True, slots=True)
class AllowanceUse:
    """So many points of one grant, spent by a transaction or given back.

    `owner`: a gift card's or a coupon's (see `owner`); empty: the member's of the document.
    """

    grant_id: str
    points: int
    owner: str = ""


@dataclass(frozen=True, slots=True)
class OwnRights:
    """Grants that a till made for itself of what its receipt earned; a grant's id is its entry's.

    `incarnation`: of the till's database. The server makes the same grants when it posts the
    entries, so that nobody else is given these points before the till has let go of them.
    """

    incarnation: int
    uses: tuple[AllowanceUse, ...]


def own_rights(earned: Iterable[AllowanceUse], owed: int, incarnation: int) -> OwnRights | None:
    """Of what was earned, what is free of debts. None where nothing is, or without a chain."""
    uses: list[AllowanceUse] = []
    for one in earned:
        free = max(0, one.points - owed)
        owed = max(0, owed - one.points)
        if free:
            uses.append(replace(one, points=free))
    return OwnRights(incarnation, tuple(uses)) if uses and incarnation else None


def spendable(allowances: Iterable[Allowance], now: datetime) -> int:
    """What a till may redeem for a member with no link."""
    return sum(a.left for a in allowances if a.live(now))


def draw(
    allowances: Iterable[Allowance], points: int, now: datetime
) -> tuple[tuple[AllowanceUse, ...], int]:
    """Spend from the grants that end first; returns the uses and what they could not cover."""
    uses: list[AllowanceUse] = []
    rest = points
    for grant in sorted(allowances, key=_soonest):
        if not rest:
            break
        part = min(rest, grant.left) if grant.live(now) else 0
        if part > 0:
            uses.append(AllowanceUse(grant.grant_id, part))
            rest -= part
    return tuple(uses), rest


def _soonest(grant: Allowance) -> tuple[bool, bool, str, str]:
    ends = grant.lease_until.isoformat() if grant.lease_until else ""
    return (grant.kind not in GOES_BACK, grant.lease_until is None, ends, grant.grant_id)


def after_use(grant: Allowance, points: int) -> Allowance:
    """The grant after spending; ValueError beyond what is left."""
    if not 0 < points <= grant.left:
        raise ValueError(f"grant {grant.grant_id} has {grant.left} left, asked {points}")
    return replace(grant, spent=grant.spent + points)


MOVED = "moved"
RECALLED = "recalled"
OWN = "own"
"""Points that a receipt of this till earned in the dark: its own until the link is back."""
GOES_BACK = ("identified", RECALLED, OWN)
"""Kinds that go back when nobody needs them here: asked for one receipt, asked back, or its own."""
MOVABLE = ("placed", MOVED)
"""An identified grant belongs to the receipt that asked for it."""


@dataclass(frozen=True, slots=True)
class Move:
    """A request for points of one owner from another till of the store, and to whom.

    `transfer_id` is the taker's and is also the id of the grant that comes of it. `to_incarnation`:
    of the taker's database.
    """

    transfer_id: str
    member_id: str
    points: int
    to_terminal: str
    to_incarnation: int


@dataclass(frozen=True, slots=True)
class Honour:
    """By which time a till honours grants now (see `lease`).

    `wall`: what its clock shows; `at`: the server's time as it can prove it; `placed_until`: when
    grants without a lease of their own end.
    """

    wall: datetime
    at: datetime
    placed_until: datetime | None = None

    def applied(self, grant: Allowance) -> Allowance:
        """The grant with the end that it really has."""
        return grant if grant.lease_until else replace(grant, lease_until=self.placed_until)


def rounded_up(points: int, step: int = MOVE_STEP) -> int:
    """What to ask for: a whole step, so that the next small receipt needs no further move."""
    return -(-points // step) * step


def part_with(
    allowances: Iterable[Allowance], points: int, now: datetime
) -> tuple[tuple[AllowanceUse, ...], datetime | None]:
    """What a till gives to another: uses of its movable grants, and when the earliest ends.

    Those that end last go first, so that the taker has them long. Never more than is left; moving
    prolongs nothing.
    """
    uses: list[AllowanceUse] = []
    ends: list[datetime] = []
    rest = points
    for grant in sorted(allowances, key=_soonest, reverse=True):
        movable = grant.kind in MOVABLE and grant.live(now)
        part = min(rest, grant.left) if movable else 0
        if part > 0:
            uses.append(AllowanceUse(grant.grant_id, part))
            ends += [grant.lease_until] if grant.lease_until else []
            rest -= part
    return tuple(uses), min(ends, default=None)

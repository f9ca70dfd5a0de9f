"""Points for a reward of the price list, with or without a sale, and back while it is unused.

Never more than balance and allowance give, and never a promise: the entry is the exchange.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from pos_app.domain.errors import RuleError
from pos_app.domain.loyalty.ledger import Cause, EntryKind, PointsEntry, ProgramRef
from pos_app.domain.loyalty.tally import Tallies, TallyEntry, period_of
from pos_app.domain.mechanics.rewards import Reward
from pos_app.domain.sentence import Points, Sentence, say

CAUSE = "exchange"


@dataclass(frozen=True, slots=True)
class Purse:
    """What a member can spend here and now. `most`: the smaller of balance and allowance."""

    member_id: str
    tier_id: str
    most: int
    tallies: Tallies


@dataclass(frozen=True, slots=True)
class Exchange:
    """One exchange. `exchange_id` names it on the reward's paper, on the entry and on the way
    back; it is born at the till."""

    exchange_id: str
    reward: Reward
    member_id: str
    business_on: date
    at: datetime
    operator_id: str = ""
    program: ProgramRef | None = None

    @property
    def cause(self) -> Cause:
        """Why its entries exist."""
        return Cause(CAUSE, self.exchange_id, self.operator_id, self.reward.reward_id)

    @property
    def tally(self) -> TallyEntry:
        """What it adds to the member's counters."""
        return TallyEntry(self.reward.tally, period_of(self.reward.period, self.business_on), 1)

    @property
    def tally_back(self) -> TallyEntry:
        """What its undoing takes off them, in the period of the exchange."""
        return TallyEntry(self.tally.tally, self.tally.period, -1)


def offered(rewards: Iterable[Reward], purse: Purse, on: date) -> tuple[Reward, ...]:
    """The rewards a member can take today, the cheapest first."""
    found = [reward for reward in rewards if why_not(reward, purse, on) is None]
    return tuple(sorted(found, key=lambda reward: (reward.points, reward.reward_id)))


def why_not(reward: Reward, purse: Purse, on: date) -> Sentence | None:
    """The reason why a member cannot take a reward today, or None."""
    if not reward.days.hold(on):
        return say("reward.not_now")
    if reward.tiers and purse.tier_id not in reward.tiers:
        return say("reward.other_tier")
    taken = purse.tallies.get((reward.tally, period_of(reward.period, on)), 0)
    if reward.per_member and taken >= reward.per_member:
        return say("reward.taken", most=reward.per_member)
    if purse.most < reward.points:
        return say("reward.points", needed=Points(reward.points), have=Points(max(purse.most, 0)))
    return None


def exchange_entry(exchange: Exchange, purse: Purse, entry_id: str) -> PointsEntry:
    """The entry that pays for a reward; RuleError where it cannot be taken."""
    refusal = why_not(exchange.reward, purse, exchange.business_on)
    if refusal is not None or purse.member_id != exchange.member_id:
        raise RuleError(f"{exchange.reward.reward_id}: {refusal or 'another member'}")
    return PointsEntry(
        entry_id,
        exchange.member_id,
        EntryKind.REDEEM,
        -exchange.reward.points,
        exchange.at,
        exchange.business_on,
        exchange.cause,
        exchange.program,
    )


def undo_entry(
    paid: PointsEntry, entry_id: str, at: datetime, on: date, *, is_used: bool
) -> PointsEntry:
    """All points back, to the lots they came from; RuleError once the reward is used."""
    if paid.cause.kind != CAUSE or paid.kind is not EntryKind.REDEEM:
        raise RuleError(f"entry {paid.entry_id} paid for no reward")
    if is_used:
        raise RuleError(f"the reward of exchange {paid.cause.id} is used")
    return PointsEntry(
        entry_id,
        paid.member_id,
        EntryKind.REVERSE,
        -paid.points,
        at,
        on,
        paid.cause,
        paid.program,
        reverses=paid.entry_id,
    )

"""Names in one section of a program that another section must know. Never a fault of one alone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pos_app.domain.errors import Fault
from pos_app.domain.mechanics.cashback import Cashback, cashback_strangers
from pos_app.domain.mechanics.offers import Offer, offer_strangers
from pos_app.domain.mechanics.rewards import Reward
from pos_app.domain.mechanics.stamps import StampCard, stamp_strangers


@dataclass(frozen=True, slots=True)
class Counters:
    """The sections that count."""

    cashback: Cashback
    stamps: Sequence[StampCard]
    offers: Sequence[Offer]
    rewards: Sequence[Reward]


@dataclass(frozen=True, slots=True)
class Names:
    """What the other sections define. `segments`: path of a rule -> segments it is for."""

    promotions: Iterable[str]
    earn_rules: Iterable[str]
    tiers: Iterable[str]
    segments: Mapping[str, frozenset[str]]


def strangers(counters: Counters, names: Names) -> Iterator[Fault]:
    """A fault for every name that nobody defines."""
    yield from cashback_strangers(counters.cashback, frozenset(names.earn_rules))
    yield from stamp_strangers(tuple(counters.stamps), frozenset(names.promotions))
    yield from offer_strangers(tuple(counters.offers), names.segments)
    tiers = frozenset(names.tiers)
    for index, reward in enumerate(counters.rewards):
        for tier in sorted(reward.tiers - tiers):
            yield Fault(f"rewards.list[{index}].tiers", f"there is no tier {tier!r}")

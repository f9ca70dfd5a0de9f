"""The price list of rewards for points, as written in the program. Never an exchange."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field

from pos_app.domain.errors import Fault
from pos_app.domain.mechanics.counting import CALENDAR, Days, name_in, read_days, refuse_twice
from pos_app.domain.reading import Reader

KINDS = ("gift_card", "item", "coupon")
_FIELD = {"gift_card": "value", "item": "item", "coupon": "coupon"}


@dataclass(frozen=True, slots=True)
class Reward:
    """What so many points buy: a gift card of `value_minor`, an item, or a coupon.

    `tiers`: only for these (empty: for all). `per_member` in a `period`; 0: no limit.
    """

    reward_id: str
    names: dict[str, str]
    points: int
    kind: str
    value_minor: int = 0
    item_id: str = ""
    coupon_id: str = ""
    tiers: frozenset[str] = frozenset()
    per_member: int = 0
    period: str = "lifetime"
    days: Days = field(default_factory=Days)

    @property
    def tally(self) -> str:
        """The tally of how often a member took it."""
        return f"reward/{self.reward_id}"

    def name(self, language: str) -> str:
        """The name in a language, else in any, else the id."""
        return name_in(self.names, language, self.reward_id)


def read_rewards(doc: Reader, digits: int) -> tuple[Reward, ...]:
    """The section `rewards`: {"list": [...]}."""
    rewards = tuple(_read_reward(one, digits) for one in doc.children("list"))
    refuse_twice(doc, "list", [reward.reward_id for reward in rewards])
    doc.finish()
    return rewards


def _read_reward(doc: Reader, digits: int) -> Reward:
    reward = Reward(
        reward_id=doc.text("id"),
        names=doc.names("name"),
        points=doc.integer("points", least=1),
        kind=doc.choice("kind", KINDS),
        value_minor=doc.decimal("value", digits, "0"),
        item_id=doc.text("item", ""),
        coupon_id=doc.text("coupon", ""),
        tiers=frozenset(doc.words("tiers")),
        per_member=doc.integer("per_member", 0),
        period=doc.choice("period", CALENDAR, "lifetime"),
        days=read_days(doc),
    )
    doc.finish()
    given = {"gift_card": reward.value_minor, "item": reward.item_id, "coupon": reward.coupon_id}
    for kind, value in given.items():
        if bool(value) != (kind == reward.kind):
            reason = "is needed" if kind == reward.kind else "means nothing"
            doc.fault(_FIELD[kind], f"{reason} for a reward of kind {reward.kind}")
    if doc.has("period") and not reward.per_member:
        doc.fault("period", "means nothing without per_member")
    return reward


def reward_strangers(rewards: Sequence[Reward], tiers: Set[str]) -> Iterator[Fault]:
    """Tiers that the price list names and the program does not have."""
    for index, reward in enumerate(rewards):
        for tier in sorted(reward.tiers - tiers):
            yield Fault(f"rewards.list[{index}].tiers", f"there is no tier {tier!r}")

"""Laws of gift cards and coupons, on random histories: two dark tills, one card, nothing overdrawn.

The real arithmetic (grants, limits, folds) against an account kept by hand.
"""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.loyalty.account import Cause
from pos_app.domain.loyalty.allowance import Allowance, after_use, draw, spendable
from pos_app.domain.loyalty.gift_card import (
    GiftCard,
    GiftCardEntry,
    GiftCardKind,
    continued,
    fold_card,
    payment_limit,
)
from pos_app.domain.loyalty.owner import card_owner, coupon_owner, is_bearer, masked
from pos_app.domain.mechanics.gift_cards import GiftCards

NOW, TODAY = datetime(2026, 11, 20, 12, tzinfo=UTC), date(2026, 11, 20)
AMOUNTS = st.integers(min_value=1, max_value=5_000_00)
TILLS = ("front", "back", "third")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.sampled_from(TILLS), AMOUNTS),
        st.tuples(st.just("pay"), st.sampled_from(TILLS), AMOUNTS),
        st.tuples(st.just("give"), st.sampled_from(TILLS), AMOUNTS),
        st.tuples(st.just("load"), st.sampled_from(TILLS), AMOUNTS),
    ),
    max_size=40,
)


class World:
    """One card, a server that grants what is free, tills that are never asked twice."""

    def __init__(self, balance: int, risk: int) -> None:
        self.rules = GiftCards(offline_risk_minor=risk)
        self.posted = balance
        self.grants: dict[str, list[Allowance]] = {till: [] for till in TILLS}
        self.told = balance
        self.unposted: list[int] = []
        self.risked = dict.fromkeys(TILLS, 0)
        self.paid = 0

    @property
    def reserved(self) -> int:
        return sum(grant.left for found in self.grants.values() for grant in found)

    def ask(self, till: str, wanted: int) -> None:
        """With a link: the server grants what nobody holds."""
        free = max(self.posted - self.reserved, 0)
        name = f"{till}-{len(self.grants[till])}"
        self.grants[till].append(Allowance(name, "gift:x", min(free, wanted)))

    def pay(self, till: str, wanted: int) -> None:
        """In the dark: what the till knows is the balance it was told once."""
        grants, risk = self.grants[till], self.rules.offline_risk_minor
        may = spendable(grants, NOW) + max(risk - self.risked[till], 0)
        card = GiftCard("gift:x", self.told, issued=True)
        limit = payment_limit(self.rules, card, wanted, TODAY, may)
        uses, rest = draw(grants, limit.minor, NOW)
        assert rest <= max(risk - self.risked[till], 0)
        by_id = {use.grant_id: use.points for use in uses}
        self.grants[till] = [
            after_use(g, by_id[g.grant_id]) if g.grant_id in by_id else g for g in grants
        ]
        self.risked[till] += rest
        self.paid += limit.minor
        self.posted -= limit.minor

    def give(self, till: str, _amount: int) -> None:
        self.grants[till] = []

    def load(self, _till: str, amount: int) -> None:
        self.posted += amount
        self.told += amount


@given(st.integers(min_value=0, max_value=3_000_00), st.integers(0, 200_00), STEPS)
def test_all_tills_together_take_no_more_than_there_is_and_the_owner_s_risk(balance, risk, steps):
    """Case 36: on any history of asking, paying and giving back."""
    world = World(balance, risk)
    for name, till, amount in steps:
        getattr(world, name)(till, amount)
        assert world.posted >= -sum(world.risked.values())
        assert all(taken <= risk for taken in world.risked.values())
        if not risk:
            assert 0 <= world.reserved <= world.posted


KINDS = st.sampled_from([k for k in GiftCardKind])
ENTRIES = st.lists(
    st.builds(
        GiftCardEntry,
        st.uuids().map(str),
        st.just("gift:x"),
        KINDS,
        st.integers(-1_000_00, 1_000_00),
        st.just(NOW),
        st.just(TODAY),
        st.just(Cause("transaction", "t")),
        st.one_of(st.none(), st.dates(date(2026, 1, 1), date(2030, 1, 1))),
    ),
    max_size=12,
)


@given(ENTRIES, st.randoms(use_true_random=False), st.integers(0, 12))
def test_a_card_is_the_sum_of_its_entries_in_any_order_and_any_parts(entries, chance, cut):
    whole = fold_card("gift:x", entries)
    mixed = list(entries)
    chance.shuffle(mixed)
    part = fold_card("gift:x", mixed[:cut])
    assert continued(part, mixed[cut:]) == whole
    assert whole.balance_minor == sum(entry.amount_minor for entry in entries)


@given(st.integers(0, 10_000_00), st.integers(0, 10_000_00), st.integers(0, 10_000_00))
def test_a_card_pays_no_more_than_is_due_is_there_and_is_allowed(balance, due, allowance):
    card = GiftCard("gift:x", balance, issued=True)
    limit = payment_limit(GiftCards(), card, due, TODAY, allowance)
    assert limit.minor == min(balance, due, allowance)
    assert (limit.why is None) == (limit.minor == due)
    blocked = GiftCard("gift:x", balance, issued=True, blocked="lost")
    assert payment_limit(GiftCards(), blocked, due, TODAY, allowance).minor == 0


@given(st.binary(min_size=16, max_size=16), st.text(st.characters(codec="ascii"), max_size=40))
def test_an_owner_shows_four_characters_and_never_the_code(digest, code):
    owner = card_owner(digest, code)
    assert is_bearer(owner)
    shown = masked(owner).removeprefix("··")
    plain = code.strip()
    if ":" not in plain[-4:]:
        assert shown == (plain[-4:] if len(plain) >= 8 else "")
    assert is_bearer(coupon_owner("next/s1"))
    assert not is_bearer("01930000-0001-7000-8000-000000000001")


def test_a_card_of_before_hashes_shows_its_end():
    assert masked("2700000000001") == "··0001"

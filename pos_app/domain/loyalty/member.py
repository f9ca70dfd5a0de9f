"""A member as a till knows one, with lots and windows. Never a phone or a birth date."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

from pos_app.domain.loyalty.choosing import NONE_CHOSEN, Choices
from pos_app.domain.loyalty.ledger import Account, Lot
from pos_app.domain.loyalty.tally import Tallies


@dataclass(frozen=True, slots=True)
class Member:
    """The mirrored state of a member.

    `spend_by_month`: net spend per `YYYY-MM`, minor units, by the sale's business date.
    `confirmed`: consent was given by the member; until then earning only.
    `birthday`: the window of the benefit, from and until, never the date of birth;
    `birthday_next` is that of the year after, for a till that is dark over new year.
    `posted`: per terminal, the last event sequence that this state contains.
    `tallies`: counters other than points, by (tally, period); see `tally.py`.
    `choices`: cashback categories chosen, by month; see `choosing.py`.
    `pin_verifier` answers whether a PIN is the member's; empty: there is none.
    """

    member_id: str
    display_name: str
    tier_id: str = ""
    tier_until: date | None = None
    phone_last4: str = ""
    card_last4: str = ""
    lots: tuple[Lot, ...] = ()
    debt: int = 0
    spend_by_month: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    lifetime_spend_minor: int = 0
    segments: frozenset[str] = frozenset()
    birthday: tuple[date, date] | None = None
    birthday_next: tuple[date, date] | None = None
    enrolled_on: date | None = None
    confirmed: bool = True
    blocked: str = ""
    home_store: str = ""
    as_of: datetime | None = None
    posted: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    tallies: Tallies = field(default_factory=lambda: MappingProxyType({}))
    choices: Choices = field(default_factory=lambda: NONE_CHOSEN)
    pin_verifier: str = field(default="", repr=False)

    def account(self) -> Account:
        """The member's points as an account."""
        return Account(self.member_id, self.lots, self.debt)

    def has_birthday(self, on: date) -> bool:
        """True within a birthday window, ends included."""
        windows = (one for one in (self.birthday, self.birthday_next) if one is not None)
        return any(first <= on <= last for first, last in windows)

    def spend_minor(self, months: tuple[str, ...]) -> int:
        """Net spend in these months (`YYYY-MM`)."""
        return sum(self.spend_by_month.get(month, 0) for month in months)

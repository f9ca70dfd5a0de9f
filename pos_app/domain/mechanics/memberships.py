"""Paid memberships, as written in the program. Never whose, never until when."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pos_app.domain.errors import Fault
from pos_app.domain.reading import Reader

DAYS_MOST = 3660
REFUNDS = ("unused_days", "none")
SEGMENT = "membership:"


@dataclass(frozen=True, slots=True)
class Membership:
    """What one of `items` sells: `days`, or everything up to `until_on`.

    While it runs its owner is in the segment `membership:<id>`, which every rule may name, and
    holds `tier_id` ("": none) where that is higher than the tier reached. `refund`: unused_days
    gives back the share of the days left, none gives nothing back.
    """

    membership_id: str
    names: dict[str, str]
    items: frozenset[str]
    days: int = 0
    until_on: date | None = None
    tier_id: str = ""
    refund: str = "unused_days"

    def name(self, language: str) -> str:
        """The name in a language, else in any, else the id."""
        return self.names.get(language) or next(iter(self.names.values()), self.membership_id)

    @property
    def segment(self) -> str:
        """The segment of those who hold it."""
        return SEGMENT + self.membership_id

    def days_from(self, bought_on: date) -> int:
        """Days that one piece, sold that day, grants; 0 once the last day is over."""
        if self.until_on is None:
            return self.days
        return max((self.until_on - bought_on).days + 1, 0)


def read_membership(doc: Reader) -> Membership:
    """One of `memberships`."""
    found = Membership(
        membership_id=doc.text("id"),
        names=doc.names("name"),
        items=frozenset(doc.words("items")),
        days=doc.integer("days", 0, most=DAYS_MOST),
        until_on=doc.day("until"),
        tier_id=doc.text("tier", ""),
        refund=doc.choice("refund", REFUNDS, REFUNDS[0]),
    )
    doc.finish()
    if not found.items:
        doc.fault("items", "is needed: which item sells it")
    if bool(found.days) == bool(found.until_on):
        doc.fault("days", "either days or until is needed")
    return found


def membership_strangers(
    memberships: Sequence[Membership], segments: Mapping[str, frozenset[str]]
) -> Iterator[Fault]:
    """An item that sells two memberships, and rules for one that is not sold. `segments`: those
    that a rule names, by the rule's path."""
    seller: dict[str, str] = {}
    for i, one in enumerate(memberships):
        for item in sorted(one.items):
            first = seller.setdefault(item, one.membership_id)
            if first != one.membership_id:
                yield Fault(f"memberships[{i}].items", f"{item!r} sells {first!r} already")
    known = {one.segment for one in memberships}
    for path, named in segments.items():
        for name in sorted(named - known):
            if name.startswith(SEGMENT):
                yield Fault(f"{path}.when.segments", f"nothing sells {name!r}")

"""Which personal offers a member has today, from what a till knows. Never asks a server."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pos_app.domain.loyalty.sold import SoldLine
from pos_app.domain.loyalty.tally import Tallies, TallyEntry, period_of
from pos_app.domain.mechanics.offers import Offer
from pos_app.domain.sentence import Sentence, say


@dataclass(frozen=True, slots=True)
class OfferLeft:
    """An offer that is open to a member; `left` uses in its period, None without limit."""

    offer: Offer
    left: int | None

    def told(self, language: str) -> Sentence:
        """For the screen."""
        name = self.offer.name(language)
        return (
            say("offer.open", name=name)
            if self.left is None
            else say("offer.left", name=name, left=self.left)
        )


@dataclass(frozen=True, slots=True)
class Whose:
    """A member as offers see one."""

    member_id: str
    segments: frozenset[str]
    tallies: Tallies


def offers_open(
    offers: Iterable[Offer], whose: Whose, on: date, spent: Mapping[str, int]
) -> tuple[OfferLeft, ...]:
    """The offers with uses left. `spent`: uses of all members, by offer id, as last heard."""
    found = []
    for offer in offers:
        if not offer.days.hold(on) or not _is_theirs(offer, whose):
            continue
        left = _left(offer, whose.tallies, on, spent)
        if left is None or left > 0:
            found.append(OfferLeft(offer, left))
    return tuple(found)


def _is_theirs(offer: Offer, whose: Whose) -> bool:
    return whose.member_id in offer.members or not offer.segments.isdisjoint(whose.segments)


def _left(offer: Offer, tallies: Tallies, on: date, spent: Mapping[str, int]) -> int | None:
    limits = []
    if offer.uses:
        limits.append(offer.uses - uses_of(offer, tallies, on))
    if offer.budget:
        limits.append(offer.budget - spent.get(offer.offer_id, 0))
    return min(limits) if limits else None


def uses_of(offer: Offer, tallies: Tallies, on: date) -> int:
    """The member's uses in the running period."""
    return tallies.get((offer.tally, period_of(offer.period, on)), 0)


def beyond_uses(offer: Offer, entry: TallyEntry, total: int) -> int:
    """Uses of this receipt beyond the member's limit, its tally being `total` with it."""
    if entry.tally != offer.tally or not offer.uses or entry.amount <= 0:
        return 0
    return min(max(total - offer.uses, 0), entry.amount)


def segments_of(open_offers: Sequence[OfferLeft]) -> frozenset[str]:
    """The segments that these offers put a member in."""
    return frozenset(one.offer.segment for one in open_offers)


def offer_entries(
    offers: Iterable[Offer],
    rules: Mapping[str, frozenset[str]],
    lines: Sequence[SoldLine],
    on: date,
) -> Iterator[TallyEntry]:
    """One use of each offer that a receipt took. `rules`: rule id -> segments it is for."""
    for offer in offers:
        opened = frozenset(rule for rule, segments in rules.items() if offer.segment in segments)
        taken = tuple(
            line.line
            for line in lines
            if not opened.isdisjoint(line.touched) or not opened.isdisjoint(line.earn_rules)
        )
        if taken:
            yield TallyEntry(offer.tally, period_of(offer.period, on), 1, taken)

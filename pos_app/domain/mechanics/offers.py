"""Personal offers and their budgets, as written in the program. Never whose they are today.

An offer is a segment of its own, `offer/<id>`: a member is in it while the offer is theirs and
uses are left. Promotions are tied to it by `when.segments`, so pricing knows nothing of offers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pos_app.domain.errors import Fault
from pos_app.domain.mechanics.counting import CALENDAR, Days, name_in, read_days, refuse_twice
from pos_app.domain.reading import Reader

PREFIX = "offer/"


@dataclass(frozen=True, slots=True)
class Offer:
    """For members named or in one of the segments. `uses` of a member in a `period`; 0: no limit.

    `budget`: uses of all members together; 0: no limit. Counted by the server, so a till that is
    offline may be late: what goes beyond stands and is shown.
    """

    offer_id: str
    names: dict[str, str]
    members: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    uses: int = 0
    period: str = "lifetime"
    budget: int = 0
    days: Days = field(default_factory=Days)

    @property
    def segment(self) -> str:
        """The segment that promotions name."""
        return PREFIX + self.offer_id

    @property
    def tally(self) -> str:
        """The tally of its uses."""
        return f"uses/{self.segment}"

    def name(self, language: str) -> str:
        """The name in a language, else in any, else the id."""
        return name_in(self.names, language, self.offer_id)


def read_offers(doc: Reader, digits: int) -> tuple[Offer, ...]:
    """The section `offers`: {"list": [...]}; `digits` belong to money, of which there is none."""
    offers = tuple(_read_offer(one) for one in doc.children("list"))
    refuse_twice(doc, "list", [offer.offer_id for offer in offers])
    doc.finish()
    return offers


def _read_offer(doc: Reader) -> Offer:
    offer = Offer(
        offer_id=doc.text("id"),
        names=doc.names("name"),
        members=frozenset(doc.words("members")),
        segments=frozenset(doc.words("segments")),
        uses=doc.integer("uses", 0),
        period=doc.choice("period", CALENDAR, "lifetime"),
        budget=doc.integer("budget", 0),
        days=read_days(doc),
    )
    doc.finish()
    if not (offer.members or offer.segments):
        doc.fault("segments", "whose is it? members or segments are needed")
    if any(one.startswith(PREFIX) for one in offer.segments):
        doc.fault("segments", "an offer cannot stand on another")
    if doc.has("period") and not offer.uses:
        doc.fault("period", "means nothing without uses")
    if offer.uses and offer.budget and offer.budget < offer.uses:
        doc.fault("budget", f"less than one member may use ({offer.uses})")
    return offer


def offer_strangers(
    offers: tuple[Offer, ...], segments_of: Mapping[str, frozenset[str]]
) -> Iterator[Fault]:
    """Offers that open nothing, and promotions of offers that are not there.

    `segments_of`: path of a rule of the program -> the segments it names.
    """
    known = {offer.segment for offer in offers}
    named = {s for segments in segments_of.values() for s in segments}
    for index, offer in enumerate(offers):
        if offer.segment not in named:
            yield Fault(f"offers.list[{index}]", f"no rule is for the segment {offer.segment!r}")
    for path, segments in segments_of.items():
        for one in sorted(segments - known):
            if one.startswith(PREFIX):
                yield Fault(f"{path}.when.segments", f"there is no offer {one[len(PREFIX) :]!r}")

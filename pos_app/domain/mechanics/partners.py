"""Partners of a coalition, as written in the program. Never what one of them owes.

Who shows a partner's card or coupon is in the segment `partner:<id>` on that receipt: an earn rule
with that segment is the partner's rate, a promotion with it the partner's offer.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pos_app.domain.errors import Fault
from pos_app.domain.reading import Reader

SEGMENT = "partner:"
DIGITS_MOST = 30


@dataclass(frozen=True, slots=True)
class CardRange:
    """Card numbers of one length, from the first to the last, both included."""

    first: str
    last: str

    def holds(self, card: str) -> bool:
        """True for a number of the range."""
        return len(card) == len(self.first) and self.first <= card <= self.last


@dataclass(frozen=True, slots=True)
class Partner:
    """Whose cards and coupons they are, and what is settled: `commission_ppm` of the net of the
    partner's receipts, and `point_price_minor` for every point earned on them."""

    partner_id: str
    names: dict[str, str]
    cards: tuple[CardRange, ...] = ()
    coupons: frozenset[str] = frozenset()
    commission_ppm: int = 0
    point_price_minor: int = 0

    def name(self, language: str) -> str:
        """The name in a language, else in any, else the id."""
        return self.names.get(language) or next(iter(self.names.values()), self.partner_id)

    @property
    def segment(self) -> str:
        """The segment of receipts with its card or coupon."""
        return SEGMENT + self.partner_id

    def shown(self, card: str, coupons: Iterable[str]) -> bool:
        """True when its card or one of its coupons is on a receipt."""
        return any(one.holds(card) for one in self.cards) or not self.coupons.isdisjoint(coupons)


def partners_shown(
    partners: Iterable[Partner], card: str, coupons: Sequence[str]
) -> tuple[Partner, ...]:
    """The partners of a receipt: by the scanned card ("": none) and the coupons on it."""
    return tuple(one for one in partners if one.shown(card, coupons))


def read_partners(doc: Reader, digits: int) -> tuple[Partner, ...]:
    """The section `partners`: `{"list": [...]}`. A card belongs to one partner only."""
    found = tuple(_read_partner(one, digits) for one in doc.children("list"))
    doc.finish()
    spans = sorted(
        (len(span.first), span.first, span.last, one.partner_id)
        for one in found
        for span in one.cards
    )
    for before, after in zip(spans, spans[1:], strict=False):
        if before[0] == after[0] and after[1] <= before[2]:
            doc.fault("list", f"cards {after[1]} belong to {before[3]!r} and to {after[3]!r}")
    return found


def _read_partner(doc: Reader, digits: int) -> Partner:
    settle = doc.child("settlement")
    found = Partner(
        partner_id=doc.text("id"),
        names=doc.names("name"),
        cards=tuple(_read_range(one) for one in doc.children("cards")),
        coupons=frozenset(doc.words("coupons")),
        commission_ppm=settle.percent_ppm("commission", "0"),
        point_price_minor=settle.decimal("point_price", digits, "0"),
    )
    settle.finish()
    doc.finish()
    if not found.cards and not found.coupons:
        doc.fault("cards", "neither cards nor coupons: nobody could show it")
    return found


def _read_range(doc: Reader) -> CardRange:
    found = CardRange(doc.text("from"), doc.text("to"))
    doc.finish()
    for key, text in (("from", found.first), ("to", found.last)):
        if text and (not text.isascii() or not text.isdigit() or len(text) > DIGITS_MOST):
            doc.fault(key, f"a card number of up to {DIGITS_MOST} digits is wanted")
    if len(found.first) != len(found.last) or found.last < found.first:
        doc.fault("to", "wants as many digits as from, and is not below it")
    return found


def partner_strangers(
    partners: Sequence[Partner], segments: Mapping[str, frozenset[str]], coupons: frozenset[str]
) -> Iterator[Fault]:
    """Coupons that the program does not have, and rules for a partner that it does not have.
    `segments`: those that a rule names, by the rule's path."""
    for i, one in enumerate(partners):
        for name in sorted(one.coupons - coupons):
            yield Fault(f"partners.list[{i}].coupons", f"there is no coupon {name!r}")
    known = {one.segment for one in partners}
    for path, named in segments.items():
        for name in sorted(named - known):
            if name.startswith(SEGMENT):
                yield Fault(f"{path}.when.segments", f"there is no {name!r}")

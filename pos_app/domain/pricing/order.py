"""In which order promotions are calculated: the program's policy as a sort key. Never an amount."""

from collections.abc import Sequence

from pos_app.domain.pricing.compounding import Entry
from pos_app.domain.pricing.eligibility import Candidate, Part
from pos_app.domain.pricing.extras import is_extra
from pos_app.domain.promotion.benefit import FirstThen, OrderedGroup, Reduction, RoleGroup
from pos_app.domain.promotion.promotion import Promotion, is_whole

PRICE, ITEM, REST = range(3)
_RANKS = {"price": PRICE, "item": ITEM, "transaction": REST, "": REST}
FRONT = -1
_Key = tuple[int, ...]


def rank_of(promotion: Promotion) -> int:
    """Shelf prices, then the item stage, then all others."""
    return _RANKS[promotion.stage]


def entries_in_order(chosen: Sequence[Candidate], order: str) -> list[Entry]:
    """Every benefit of the promotions in force, in the order of calculation."""
    found = []
    for candidate in chosen:
        for number, part in enumerate(candidate.parts):
            entry = Entry(
                candidate,
                part,
                rank_of(candidate.promotion),
                is_whole(part.benefit),
                _claims(candidate, part),
            )
            found.append((_key(entry, number, order), entry))
    found.sort(key=lambda one: one[0])
    return [entry for _, entry in found]


def _claims(candidate: Candidate, part: Part) -> bool:
    if isinstance(part.benefit, OrderedGroup | RoleGroup):
        return True
    promotion = candidate.promotion
    if promotion.stage == "price" or is_whole(part.benefit) or is_extra(part.benefit):
        return False
    return promotion.stacking in ("exclusive", "best_of")


def _key(entry: Entry, number: int, order: str) -> _Key:
    """Promotions that claim units by right come first among those on lines; the last places break
    ties by priority and by the order of the document."""
    promotion = entry.candidate.promotion
    priority = promotion.priority if order == "priority_low_first" else -promotion.priority
    by_name = (entry.candidate.number, number)
    first = entry.claims and promotion.stacking in ("exclusive", "best_of")
    if order == "listed":
        return (entry.rank, *by_name)
    if order in ("priority", "priority_low_first"):
        return (entry.rank, priority, *by_name)
    kind = FRONT if first else _kind(entry.part)
    kind = -kind if order == "amount_first" and not first else kind
    return (entry.rank, entry.whole, kind, -promotion.priority, *by_name)


def _kind(part: Part) -> int:
    """Percentages are 0, amounts and prices 1, the rest after them."""
    benefit = part.benefit
    if isinstance(benefit, Reduction):
        return 0 if benefit.kind == "percent" else 1
    if isinstance(benefit, OrderedGroup):
        whole = benefit.price_minor is not None
        return int(whole or any(o.amount_minor or o.price_minor for o in benefit.offs))
    if isinstance(benefit, RoleGroup):
        return int(benefit.price_minor is not None)
    return 1 if isinstance(benefit, FirstThen) else 2

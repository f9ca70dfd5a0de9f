"""Which sets of promotions may be in force together: every one that is worth comparing.

Never an amount; the engine calculates each set and keeps the lowest total.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, islice, permutations, product

from pos_app.domain.mechanics.policies import Policies
from pos_app.domain.pricing.eligibility import Candidate
from pos_app.domain.pricing.late import waits
from pos_app.domain.pricing.setting import Setting
from pos_app.domain.promotion.benefit import Reduction

COMBINATIONS_MOST = 256
SUBSETS_OF_MOST = 6
ORDERS_OF_MOST = 5
Chosen = tuple[Candidate, ...]


def selections(candidates: Sequence[Candidate], setting: Setting) -> list[Chosen]:
    """The sets to compare, in the order that decides ties: fewer first where some are left out."""
    policies = setting.policies
    soles = [c for c in candidates if c.promotion.stacking == "sole"]
    shelf = [c for c in candidates if c.promotion.stage == "price" and c not in soles]
    others = [c for c in candidates if c.promotion.stage != "price" and c not in soles]
    if policies.selection == "all_in_order":
        return [tuple(candidates)]
    if policies.selection == "exclusive_by_priority":
        if soles:
            return [_alone(min(soles, key=lambda c: (-c.promotion.priority, c.number)), shelf)]
        return [(*shelf, *others)]
    found = [
        (*shelf, *lines, *whole)
        for whole in _on_transaction([c for c in others if c.promotion.whole], policies)
        for lines in _on_lines([c for c in others if not c.promotion.whole])
    ]
    if any(waits(c.promotion, setting) for c in others):
        found = _fewer(found)
    return [*found, *(_alone(one, shelf) for one in soles)]


def _alone(one: Candidate, shelf: Sequence[Candidate]) -> Chosen:
    """A sole promotion stands on shelf prices, unless it is one itself."""
    return (one,) if one.promotion.stage == "price" else (*shelf, one)


def orders(chosen: Chosen, policies: Policies) -> Iterator[tuple[Chosen, str]]:
    """The orders of calculation to compare: one, unless the program asks for the best."""
    if policies.order != "best_total":
        yield chosen, policies.order
        return
    if len(chosen) > ORDERS_OF_MOST:
        yield chosen, "percent_first"
        yield chosen, "amount_first"
        narrow = sorted(chosen, key=lambda c: (len(c.lines), c.number))
        yield _numbered(narrow), "listed"
        return
    for order in permutations(chosen):
        yield _numbered(order), "listed"


def _numbered(order: Sequence[Candidate]) -> Chosen:
    return tuple(replace(one, number=place) for place, one in enumerate(order))


def _on_lines(candidates: Sequence[Candidate]) -> list[Chosen]:
    """All of them: whoever claims units competes for them in the search."""
    return [tuple(candidates)]


def _on_transaction(candidates: Sequence[Candidate], policies: Policies) -> Iterator[Chosen]:
    """One exclusive promotion alone, or all others together; `best_of` gives one of each group.

    With more combinations than the limit the first ones are compared, which keeps the answer the
    same everywhere.
    """
    order = sorted(candidates, key=lambda c: (-c.promotion.priority, c.promotion.promotion_id))
    alone = [c for c in order if c.promotion.stacking == "exclusive"]
    if early := [c for c in alone if c.promotion.preempt]:
        yield (early[0],)
        return
    groups: dict[str, list[Candidate]] = {}
    for candidate in order:
        if candidate.promotion.stacking != "exclusive":
            groups.setdefault(_group(candidate, policies), []).append(candidate)
    yield from ((c,) for c in alone)
    if groups or not alone:
        yield from islice(product(*groups.values()), COMBINATIONS_MOST)


def _group(candidate: Candidate, policies: Policies) -> str:
    """Whose place it competes for: its group's, or its own."""
    if policies.selection == "one_order_percent" and _is_whole_percent(candidate):
        return "#percent"
    return candidate.promotion.group or f"#{candidate.number}"


def _is_whole_percent(candidate: Candidate) -> bool:
    return any(
        isinstance(b, Reduction) and b.kind == "percent" for b in candidate.promotion.benefits
    )


def _fewer(found: Sequence[Chosen]) -> list[Chosen]:
    """Where amounts are compared after other promotions, leaving one out may open a better one."""
    sets: dict[tuple[int, ...], Chosen] = {}
    for chosen in found:
        free = [c for c in chosen if c.promotion.stage != "price"]
        most = len(free) if len(free) <= SUBSETS_OF_MOST else 1
        for count in range(most, -1, -1):
            for out in combinations(free, count):
                kept = tuple(c for c in chosen if c not in out)
                sets.setdefault(tuple(c.number for c in kept), kept)
    return sorted(sets.values(), key=len)

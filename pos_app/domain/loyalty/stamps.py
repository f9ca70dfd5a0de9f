"""Stamps and challenges: what a receipt adds, what a member holds, how far the reward is.

Never gives the reward: that is a promotion, open while the card is full.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from pos_app.domain.loyalty.sold import SoldLine, counted
from pos_app.domain.loyalty.tally import Tallies, TallyEntry, period_before, period_of
from pos_app.domain.mechanics.stamps import StampCard
from pos_app.domain.sentence import Sentence, say


def stamps_earned(card: StampCard, lines: Sequence[SoldLine]) -> int:
    """Stamps that a receipt earns on a card; goods given as its reward earn none."""
    match card.kind:
        case "units":
            stamps = sum(_unit_stamps(card, lines).values())
            return min(stamps, card.most_per_receipt) if card.most_per_receipt else stamps
        case "set":
            return len(elements_bought(card, lines))
    return int(_is_enough(card, counted(lines, card.goods)))


def elements_bought(card: StampCard, lines: Sequence[SoldLine]) -> Mapping[str, tuple[int, ...]]:
    """The elements of a set that stand on a receipt, with the lines they stand on."""
    found: dict[str, tuple[int, ...]] = {}
    for line in counted(lines, card.goods):
        names = {line.item.item_id, *line.item.categories}
        for element in card.elements:
            if element in names and line.units > line.given(card.reward):
                found[element] = (*found.get(element, ()), line.line)
    return found


def _unit_stamps(card: StampCard, lines: Sequence[SoldLine]) -> dict[int, int]:
    """By line."""
    stamps = {
        line.line: (line.units - line.given(card.reward)) * card.per_unit
        for line in counted(lines, card.goods)
    }
    return {number: count for number, count in stamps.items() if count}


def _is_enough(card: StampCard, lines: Sequence[SoldLine]) -> bool:
    return bool(lines) and sum(line.net_minor for line in lines) >= card.min_receipt_minor


def stamp_entries(
    card: StampCard, lines: Sequence[SoldLine], on: date, times: int = 1
) -> Iterator[TallyEntry]:
    """What a sale adds to the card's tallies: stamps, and the reward taken off so many times."""
    period = period_of(card.calendar, on)
    if card.days.hold(on):
        yield from _earned(card, lines, period)
    taken = tuple(line.line for line in lines if card.reward and card.reward in line.touched)
    if taken and card.kind in ("units", "receipts"):
        yield TallyEntry(card.tally, period, -card.needed * times, taken)
    elif taken:
        yield TallyEntry(card.rewarded, period, times, taken)


def _earned(card: StampCard, lines: Sequence[SoldLine], period: str) -> Iterator[TallyEntry]:
    """Stamps by unit go back line by line; a limit on them binds the receipt as a whole."""
    if card.kind == "set":
        for element, numbers in elements_bought(card, lines).items():
            yield TallyEntry(f"{card.tally}/{element}", period, 1, numbers)
        return
    by_unit = _unit_stamps(card, lines) if card.kind == "units" else {}
    stamps = stamps_earned(card, lines)
    if by_unit and stamps == sum(by_unit.values()):
        for number, count in by_unit.items():
            yield TallyEntry(card.tally, period, count, (number,))
    elif stamps:
        numbers = tuple(line.line for line in counted(lines, card.goods))
        yield TallyEntry(card.tally, period, stamps, numbers)


def stamps_held(card: StampCard, tallies: Tallies, on: date) -> int:
    """Stamps that count towards the next reward on that day."""
    period = period_of(card.calendar, on)
    match card.kind:
        case "set":
            if tallies.get((card.rewarded, period), 0) > 0:
                return 0
            keys = ((f"{card.tally}/{element}", period) for element in dict.fromkeys(card.elements))
            return sum(tallies.get(key, 0) > 0 for key in keys)
        case "streak":
            return _streak(card, tallies, on)
    return tallies.get((card.tally, period), 0)


def _streak(card: StampCard, tallies: Tallies, on: date) -> int:
    """Periods in a row up to now; the present one may still be empty. A reward begins anew."""
    now = period_of(card.every, on)
    if not tallies.get((card.tally, now), 0) > 0:
        if tallies.get((card.rewarded, now), 0) > 0:
            return 0
        on = period_before(card.every, on)
    length = 0
    while True:
        period = period_of(card.every, on)
        if (
            tallies.get((card.rewarded, period), 0) > 0
            or not tallies.get((card.tally, period), 0) > 0
        ):
            return length
        length += 1
        on = period_before(card.every, on)


def progress(card: StampCard, held: int, language: str) -> Sentence:
    """How far the reward is, for screen and receipt."""
    name, left = card.name(language), max(card.needed - held, 0)
    if not left:
        return say("stamps.full", name=name, have=held, needed=card.needed)
    key = {"set": "stamps.set", "streak": f"stamps.streak_{card.every}"}.get(
        card.kind, "stamps.progress"
    )
    return say(key, name=name, have=max(held, 0), needed=card.needed, left=left)


def beyond_card(card: StampCard, entry: TallyEntry, total: int) -> int:
    """Stamps that this reward took beyond what there was, its tally being `total` with it: tills
    that were offline gave the same one twice. 0 for entries of another kind."""
    if entry.tally == card.rewarded and entry.amount > 0:
        return max(total - 1, 0) * card.needed
    if entry.tally == card.tally and entry.amount < 0:
        return min(max(-total, 0), -entry.amount)
    return 0

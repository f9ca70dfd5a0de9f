"""Goods that are not for everybody yet, as written in the program. Never who stands at the counter.

A closed sale is the same with no day from which it is open to all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from pos_app.domain.item import Item
from pos_app.domain.mechanics.counting import name_in
from pos_app.domain.promotion.goods import Goods, read_goods
from pos_app.domain.reading import Reader
from pos_app.domain.sentence import Argument, Sentence, say


@dataclass(frozen=True, slots=True)
class Caller:
    """Who wants the goods, as far as the program asks."""

    tier_id: str = ""
    segments: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class EarlyAccess:
    """Goods sold from `from_on` to some tiers and segments, from `open_on` to everybody.

    `from_on` None: at once. `open_on` None: never to everybody (a closed sale).
    """

    access_id: str
    names: dict[str, str]
    goods: Goods = field(default_factory=Goods)
    tiers: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    from_on: date | None = None
    open_on: date | None = None

    def name(self, language: str) -> str:
        """The name in a language, else in any, else the id."""
        return name_in(self.names, language, self.access_id)

    def is_closed(self, on: date) -> bool:
        """True while it is not for everybody."""
        return self.open_on is None or on < self.open_on

    def admits(self, caller: Caller | None) -> bool:
        """True for the tiers and segments that go first."""
        if caller is None:
            return False
        return caller.tier_id in self.tiers or not self.segments.isdisjoint(caller.segments)


@dataclass(frozen=True, slots=True)
class Closed:
    """A line that is not for everybody: the rule, and whether anybody may have it now."""

    access: EarlyAccess
    begun: bool


def closed_for(
    accesses: tuple[EarlyAccess, ...], item: Item, unit_price_minor: int, on: date
) -> tuple[Closed, ...]:
    """The rules that keep an item from everybody on that day; several of them open it each."""
    return tuple(
        Closed(one, one.from_on is None or on >= one.from_on)
        for one in accesses
        if one.is_closed(on) and one.goods.holds(item, unit_price_minor)
    )


def refusal(
    closed: tuple[Closed, ...], caller: Caller | None, name: str, words: Mapping[str, str]
) -> Sentence | None:
    """Why this caller may not have the item; None where one rule lets them.

    `words`: names of tiers and segments by id. `caller` None: nobody is identified yet.
    """
    if not closed or any(one.begun and one.access.admits(caller) for one in closed):
        return None
    begun = [one.access for one in closed if one.begun]
    if not begun:
        starts = [one.access.from_on for one in closed if one.access.from_on is not None]
        return say("early.not_yet", name=name, since=min(starts))
    who = chosen(begun[0], words)
    if caller is None:
        return say("early.show_card", name=name, who=who)
    if begun[0].open_on is None:
        return say("early.closed", name=name, who=who)
    return say("early.others", name=name, who=who, open=begun[0].open_on)


def chosen(access: EarlyAccess, words: Mapping[str, Argument]) -> Argument:
    """Tiers and segments that go first, in words."""
    return tuple(words.get(one, one) for one in sorted(access.tiers | access.segments))


def read_early_access(doc: Reader, digits: int) -> EarlyAccess:
    """One of `early_access`."""
    found = EarlyAccess(
        access_id=doc.text("id"),
        names=doc.names("name"),
        goods=read_goods(doc.child("goods"), digits),
        tiers=frozenset(doc.words("tiers")),
        segments=frozenset(doc.words("segments")),
        from_on=doc.day("from"),
        open_on=doc.day("open_to_all"),
    )
    doc.finish()
    if not (found.tiers or found.segments):
        doc.fault("tiers", "who goes first? tiers or segments are needed")
    if found.goods == Goods():
        doc.fault("goods", "the whole shop is no early access: name goods")
    if found.from_on and found.open_on and found.from_on >= found.open_on:
        doc.fault("open_to_all", f"nobody goes first: it begins on {found.from_on}")
    return found

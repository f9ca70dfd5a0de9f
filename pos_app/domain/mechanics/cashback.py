"""Caps of earning and the member's choice of categories, as written in the program.

Never how much of a cap is used: that is a tally of the member.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass

from pos_app.domain.errors import Fault
from pos_app.domain.mechanics.counting import CALENDAR, name_in, refuse_twice
from pos_app.domain.reading import Reader


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `points` in a period from these earn rules and categories (empty: from all)."""

    cap_id: str
    names: dict[str, str]
    points: int
    period: str = "month"
    rule_ids: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()

    @property
    def tally(self) -> str:
        """The tally of what was earned under it."""
        return f"earned/{self.cap_id}"

    def name(self, language: str) -> str:
        """The name in a language, else in any, else the id."""
        return name_in(self.names, language, self.cap_id)

    def holds(self, rules: frozenset[str], categories: tuple[str, ...]) -> bool:
        """True for points that these earn rules gave for goods of these categories."""
        by_rule = not self.rule_ids or not self.rule_ids.isdisjoint(rules)
        return by_rule and (not self.categories or not self.categories.isdisjoint(categories))


@dataclass(frozen=True, slots=True)
class Choice:
    """Of `categories` the member chooses up to `count` a month, for these earn rules.

    `once_a_month`: what is chosen stands until the month ends.
    """

    categories: tuple[str, ...]
    count: int
    rules: frozenset[str]
    once_a_month: bool = False


@dataclass(frozen=True, slots=True)
class Cashback:
    """The section `cashback`."""

    caps: tuple[Cap, ...] = ()
    choice: Choice | None = None


def read_cashback(doc: Reader, digits: int) -> Cashback:
    """The section `cashback`; `digits` belong to money, of which there is none here."""
    caps = tuple(_read_cap(one) for one in doc.children("caps"))
    refuse_twice(doc, "caps", [cap.cap_id for cap in caps])
    choice = _read_choice(doc.child("choice")) if doc.has("choice") else None
    doc.finish()
    return Cashback(caps, choice)


def _read_cap(doc: Reader) -> Cap:
    cap = Cap(
        cap_id=doc.text("id"),
        names=doc.names("name"),
        points=doc.integer("points", least=1),
        period=doc.choice("period", CALENDAR, "month"),
        rule_ids=frozenset(doc.words("rules")),
        categories=frozenset(doc.words("categories")),
    )
    doc.finish()
    return cap


def _read_choice(doc: Reader) -> Choice:
    choice = Choice(
        categories=doc.words("categories"),
        count=doc.integer("count", least=1),
        rules=frozenset(doc.words("rules")),
        once_a_month=doc.flag("once_a_month", False),
    )
    doc.finish()
    if not choice.categories:
        doc.fault("categories", "nothing to choose from")
    elif choice.count >= len(choice.categories):
        doc.fault("count", "that is all of them: no choice at all")
    if len(set(choice.categories)) != len(choice.categories):
        doc.fault("categories", "one is named twice")
    if not choice.rules:
        doc.fault("rules", "the earn rules that the choice opens are needed")
    return choice


def cashback_strangers(cashback: Cashback, earn_rules: Set[str]) -> Iterator[Fault]:
    """Earn rules that the section names and the program does not have."""
    named = [(f"cashback.caps[{i}].rules", cap.rule_ids) for i, cap in enumerate(cashback.caps)]
    if cashback.choice is not None:
        named.append(("cashback.choice.rules", cashback.choice.rules))
    for path, rules in named:
        for rule in sorted(rules - earn_rules):
            yield Fault(path, f"there is no earn rule {rule!r}")

"""Segments of members, as written in the program. Never who is in one.

A segment is a rule: every condition it names must hold. `when.segments` of a promotion, a member
discount or an earn rule names segments by id. Three ship ready and are used by name: `vip`,
`potential_loyalist`, `sleeping`.
"""

from dataclasses import dataclass, field, replace
from types import MappingProxyType

from pos_app.domain.mechanics.counting import name_in, refuse_twice
from pos_app.domain.mechanics.rfm_maps import MAP_125, MAPS, SCORES, cells, names_in
from pos_app.domain.mechanics.tiers import PERIODS
from pos_app.domain.reading import Reader

DAYS_MOST = 3660


@dataclass(frozen=True, slots=True)
class Range:
    """From `least` to `most`, both inclusive; None is open."""

    least: int | None = None
    most: int | None = None

    def __bool__(self) -> bool:
        return self.least is not None or self.most is not None

    def holds(self, value: int) -> bool:
        """True inside."""
        enough = self.least is None or value >= self.least
        return enough and (self.most is None or value <= self.most)


@dataclass(frozen=True, slots=True)
class RfmCondition:
    """Scores within ranges, and one of `names` of a published map (no names: any)."""

    recency: Range = Range()
    frequency: Range = Range()
    money: Range = Range()
    map_name: str = MAP_125
    names: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.recency or self.frequency or self.money or self.names)


@dataclass(frozen=True, slots=True)
class ProfileCondition:
    """A text field of the profile is one of `values`; case and outer spaces do not matter."""

    field: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Segment:
    """A rule over what is known of a member; all its conditions must hold.

    `days_since_visit`: since the last purchase. `receipts`: purchases ever, not returned whole.
    `spend_minor`: net spend in `spend_period`, a period of whole months (or all time).
    """

    segment_id: str
    names: dict[str, str] = field(default_factory=dict)
    rfm: RfmCondition = RfmCondition()
    profile: tuple[ProfileCondition, ...] = ()
    tiers: frozenset[str] = frozenset()
    days_since_visit: Range = Range()
    receipts: Range = Range()
    spend_minor: Range = Range()
    spend_period: str = "rolling_12_months"

    def name(self, language: str) -> str:
        """The name in a language, else in any, else the id."""
        return name_in(self.names, language, self.segment_id)

    @property
    def conditions(self) -> bool:
        """True when it demands anything at all."""
        counted = self.days_since_visit or self.receipts or self.spend_minor
        return bool(self.rfm or self.profile or self.tiers or counted)


VIP = Segment(
    "vip",
    {"ru": "VIP", "en": "VIP"},
    RfmCondition(recency=Range(4, 5), frequency=Range(4, 5), money=Range(4, 5)),
)
"""Came lately, comes often, spends much: the upper two fifths by each measure."""
POTENTIAL_LOYALIST = Segment(
    "potential_loyalist",
    {"ru": "Почти постоянный", "en": "Potential loyalist"},
    RfmCondition(recency=Range(4, 5), frequency=Range(2, 3)),
)
"""Came lately and more than once, not yet often."""
SLEEPING = Segment(
    "sleeping",
    {"ru": "Спящий", "en": "Sleeping"},
    RfmCondition(recency=Range(1, 2), frequency=Range(2, 5)),
)
"""Was here more than once, and not for long: by the shop's own bounds, not by a number of days."""
PRESETS = MappingProxyType({one.segment_id: one for one in (VIP, POTENTIAL_LOYALIST, SLEEPING)})
_CONDITIONS = ("rfm", "profile", "tiers", "days_since_visit", "receipts", "spend")
_FOREIGN = (":", "/")


def read_segments(doc: Reader, digits: int) -> tuple[Segment, ...]:
    """The section `segments`: {"list": [...]}."""
    found = tuple(_read_segment(one, digits) for one in doc.children("list"))
    refuse_twice(doc, "list", [one.segment_id for one in found])
    doc.finish()
    return found


def _read_segment(doc: Reader, digits: int) -> Segment:
    found = _preset(doc) if doc.has("preset") else _own(doc, digits)
    doc.finish()
    if any(mark in found.segment_id for mark in _FOREIGN):
        doc.fault("id", "an id without : and / is wanted: memberships and offers are named so")
    return found


def _preset(doc: Reader) -> Segment:
    preset = PRESETS[doc.choice("preset", tuple(PRESETS))]
    names = doc.names("name")
    for key in doc.keys():  # noqa: SIM118 - a Reader is no mapping
        if key in _CONDITIONS:
            doc.raw(key)
            doc.fault(key, f"{preset.segment_id!r} is whole: write a segment of your own instead")
    return replace(
        preset, segment_id=doc.text("id", preset.segment_id), names=names or preset.names
    )


def _own(doc: Reader, digits: int) -> Segment:
    spend = doc.child("spend")
    found = Segment(
        segment_id=doc.text("id"),
        names=doc.names("name"),
        rfm=_read_rfm(doc.child("rfm")),
        profile=tuple(_read_profile(one) for one in doc.children("profile")),
        tiers=frozenset(doc.words("tiers")),
        days_since_visit=_read_range(doc, "days_since_visit", 0, DAYS_MOST),
        receipts=_read_range(doc, "receipts", 0, None),
        spend_minor=Range(
            spend.optional_decimal("least", digits), spend.optional_decimal("most", digits)
        ),
        spend_period=spend.choice("period", PERIODS, "rolling_12_months"),
    )
    spend.finish()
    _judge_range(spend, found.spend_minor)
    _judge(doc, found)
    return found


def _read_rfm(doc: Reader) -> RfmCondition:
    found = RfmCondition(
        map_name=doc.choice("map", tuple(MAPS), MAP_125),
        names=frozenset(doc.words("names")),
        recency=_read_range(doc, "recency", 1, SCORES),
        frequency=_read_range(doc, "frequency", 1, SCORES),
        money=_read_range(doc, "money", 1, SCORES),
    )
    doc.finish()
    _judge_names(doc, found)
    return found


def _read_profile(doc: Reader) -> ProfileCondition:
    name = doc.text("field")
    one, several = doc.text("equals", ""), doc.words("in")
    doc.finish()
    if bool(one) == bool(several):
        doc.fault("", "either equals or in is needed")
    return ProfileCondition(name, frozenset(plain(value) for value in (*several, one) if value))


def plain(text: str) -> str:
    """A text as it is compared: without case and outer spaces."""
    return text.strip().casefold()


def _read_range(doc: Reader, key: str, least: int, most: int | None) -> Range:
    held = doc.child(key)
    ends = [
        held.integer(end, least=least, most=most) if held.has(end) else None
        for end in ("least", "most")
    ]
    held.raw("least", None)
    held.raw("most", None)
    held.finish()
    found = Range(*ends)
    _judge_range(held, found)
    return found


def _judge_range(doc: Reader, found: Range) -> None:
    if found.least is not None and found.most is not None and found.least > found.most:
        doc.fault("most", "is less than least: nobody is between them")


def _judge_names(doc: Reader, found: RfmCondition) -> None:
    """Names that the map does not know, or that the score ranges leave nothing of."""
    for name in sorted(found.names - names_in(found.map_name)):
        doc.fault("names", f"{found.map_name} calls nobody {name!r}")
    for name in sorted(found.names & names_in(found.map_name)):
        if not any(_fits(found, cell) for cell in cells(found.map_name, name)):
            doc.fault("names", f"no member with these scores is called {name!r}")


def _fits(found: RfmCondition, cell: tuple[int, ...]) -> bool:
    """A cell of recency x FM says nothing exact of frequency and money: any pair with that mean."""
    if not found.recency.holds(cell[0]):
        return False
    everything = range(1, SCORES + 1)
    pairs = [cell[1:]] if len(cell) > 2 else [(f, m) for f in everything for m in everything]
    means = (lambda f, m: True) if len(cell) > 2 else (lambda f, m: (f + m + 1) // 2 == cell[1])
    return any(means(f, m) and found.frequency.holds(f) and found.money.holds(m) for f, m in pairs)


def _judge(doc: Reader, found: Segment) -> None:
    """Contradictions between conditions."""
    if not found.conditions:
        doc.fault("", "says nothing: a segment of everybody is no segment")
    if found.receipts.most == 0:
        if found.rfm or found.days_since_visit:
            doc.fault("receipts.most", "who has bought nothing has no last visit and no scores")
        if found.spend_minor.least:
            doc.fault("receipts.most", "who has bought nothing has spent nothing")
    fields = [one.field for one in found.profile]
    for name in sorted({one for one in fields if one and fields.count(one) > 1}):
        doc.fault("profile", f"{name!r} is asked for twice: one list of values is wanted")

"""Tiers: thresholds and periods, as written in the program. Never who holds one."""

from dataclasses import dataclass

from pos_app.domain.reading import Reader

PERIODS = ("month", "quarter", "year", "rolling_12_months", "lifetime")


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier and the spend from which it is reached (lower bound inclusive)."""

    tier_id: str
    names: dict[str, str]
    from_minor: int

    def name(self, language: str) -> str:
        """The name in a language, else in any, else the id."""
        return self.names.get(language) or next(iter(self.names.values()), self.tier_id)


@dataclass(frozen=True, slots=True)
class Tiers:
    """Tiers by spend in a period, lowest first; upgrade at once, downgrade at period end."""

    period: str = "rolling_12_months"
    tiers: tuple[Tier, ...] = ()

    def find(self, tier_id: str) -> Tier | None:
        """The tier of that id."""
        return next((t for t in self.tiers if t.tier_id == tier_id), None)

    def rank(self, tier_id: str) -> int:
        """0 for the lowest, -1 for none of them."""
        return next((i for i, t in enumerate(self.tiers) if t.tier_id == tier_id), -1)


def read_tiers(doc: Reader, digits: int) -> Tiers:
    """The section `tiers`."""
    tiers = []
    for one in doc.children("list"):
        tiers.append(Tier(one.text("id"), one.names("name"), one.decimal("from", digits, "0")))
        one.finish()
    period = doc.choice("period", PERIODS, "rolling_12_months")
    doc.finish()
    for lower, higher in zip(tiers, tiers[1:], strict=False):
        if higher.from_minor <= lower.from_minor:
            doc.fault("list", f"{higher.tier_id!r} must start above {lower.tier_id!r}")
    if tiers and tiers[0].from_minor:
        doc.fault("list[0].from", "the lowest tier starts from 0")
    return Tiers(period, tuple(tiers))

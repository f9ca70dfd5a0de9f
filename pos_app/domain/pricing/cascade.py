"""One calculation from the first promotion to the last, in the program's order. Never a choice of
promotions: it is given those in force.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pos_app.domain.mechanics.policies import Policies
from pos_app.domain.pricing import extras, member_step
from pos_app.domain.pricing.block import Block
from pos_app.domain.pricing.compounding import Compounding, Entry
from pos_app.domain.pricing.eligibility import Candidate
from pos_app.domain.pricing.member_step import MemberOffer
from pos_app.domain.pricing.order import entries_in_order
from pos_app.domain.pricing.setting import Effort, Setting
from pos_app.domain.pricing.worksheet import Worksheet


@dataclass(frozen=True, slots=True)
class Stretch:
    """Entries that are applied together: promotions that claim units, the member's discount, or
    promotions on what the earlier ones left."""

    claiming: tuple[Candidate, ...] = ()
    entries: tuple[Entry, ...] = ()
    member: bool = False


@dataclass(frozen=True, slots=True)
class Cascade:
    """The stretches of one set of promotions. `before_whole`: how many of them come before the
    first amount on the whole transaction."""

    stretches: tuple[Stretch, ...]
    before_whole: int

    @staticmethod
    def of(chosen: Sequence[Candidate], order: str, policies: Policies) -> "Cascade":
        """The order of calculation: shelf prices, promotions on units and lines, the member's
        discount, promotions on the transaction; or as the program's policy has it."""
        together = policies.compounding == "net"
        claiming = [c for c in chosen if claims(c)] if together else []
        greedy = policies.selection == "all_in_order"
        found: list[Stretch] = []
        before_whole: int | None = None
        for entry in entries_in_order(chosen, order):
            if entry.whole and before_whole is None:
                found.append(Stretch(member=True))
                before_whole = len(found)
            if entry.claims and together:
                mine = (entry.candidate,) if greedy else _first(claiming)
                while mine and entry.candidate in claiming:
                    found.append(Stretch(claiming=mine))
                    claiming = [c for c in claiming if c not in mine]
                    mine = _first(claiming)
            elif found and found[-1].entries:
                found[-1] = Stretch(entries=(*found[-1].entries, entry))
            else:
                found.append(Stretch(entries=(entry,)))
        if before_whole is None:
            found.append(Stretch(member=True))
            before_whole = len(found)
        return Cascade(tuple(found), before_whole)

    def run(
        self,
        sheet: Worksheet,
        setting: Setting,
        member: MemberOffer | None,
        stretches: Sequence[Stretch],
    ) -> Effort:
        """Apply some of its stretches to a sheet."""
        effort = Effort()
        rate = member_step.search_rate(member)
        compounding = Compounding(setting, sheet)
        for stretch in stretches:
            if stretch.member:
                if member is not None:
                    member_step.apply(sheet, member, setting.language, setting.digits)
                sheet.after_lines = {row.line.line: row.net_minor for row in sheet.rows}
            elif stretch.claiming:
                effort = effort.joined(Block(setting, sheet, rate).run(stretch.claiming))
            else:
                compounding.apply(stretch.entries)
        return effort


def _first(claiming: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Who takes units before the others: by priority, one after another; or all who compete."""
    early = [c for c in claiming if c.promotion.preempt]
    if not early:
        return tuple(claiming)
    return (min(early, key=lambda c: (-c.promotion.priority, c.promotion.promotion_id)),)


def claims(candidate: Candidate) -> bool:
    """True for promotions whose units no other promotion that claims units may take."""
    promotion = candidate.promotion
    if promotion.stage == "price" or promotion.whole:
        return False
    if promotion.groups:
        return True
    claiming = promotion.stacking in ("exclusive", "best_of")
    return claiming and not all(extras.is_extra(b) for b in promotion.benefits)

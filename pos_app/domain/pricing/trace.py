"""The "why" of a price: one entry a rule, applied or not, with its arithmetic or what it lacks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pos_app.domain.document import PriceModification, Step
from pos_app.domain.loyalty.program import Program
from pos_app.domain.money import Money
from pos_app.domain.pricing.basket import BasketLine, Context
from pos_app.domain.pricing.eligibility import Candidate, failed_condition
from pos_app.domain.pricing.member_step import MemberOffer
from pos_app.domain.pricing.result import PricedLine, Trace
from pos_app.domain.pricing.transaction_step import reached
from pos_app.domain.pricing.worksheet import Row
from pos_app.domain.promotion.promotion import Promotion
from pos_app.domain.sentence import Sentence, say


def notes_of(row: Row) -> tuple[Sentence, ...]:
    """Why a line got less than others, for the line itself."""
    notes = []
    if row.line.item.regulated and not row.line.reducible:
        notes.append(say(f"note.regulated.{row.line.item.regulated}"))
    elif not row.line.reducible:
        notes.append(say("note.excluded"))
    elif row.line.floor_minor and row.modifications and not row.room_minor:
        notes.append(say("note.floor", floor=Money(row.line.floor_minor)))
    return tuple(notes)


def why_modified(modification: PriceModification) -> Sentence:
    """One applied reduction as a sentence."""
    if modification.step is Step.GOODWILL:
        return say("why.goodwill", reason=modification.name)
    if not modification.arithmetic:
        return say("why.named", name=modification.name)
    return say("why.applied", name=modification.name, arithmetic=modification.arithmetic)


@dataclass(frozen=True, slots=True)
class Tracing:
    """What is known when the answer is explained."""

    program: Program
    context: Context
    chosen: Sequence[Candidate]
    member: MemberOffer | None
    member_failed: Mapping[str, Sentence]

    def trace(self, lines: Sequence[BasketLine], priced: Sequence[PricedLine]) -> tuple[Trace, ...]:
        """Applied rules first, in the order of the calculation; the others when asked."""
        found = self._applied(priced)
        if not self.context.explain:
            return tuple(found)
        applied = {one.rule_id for one in found}
        touched = {c.promotion.promotion_id: c for c in self.chosen}
        for promotion in self.program.promotions:
            if promotion.promotion_id not in applied:
                candidate = touched.get(promotion.promotion_id)
                found.append(self._missed(promotion, candidate))
        for discount in self.program.member_discounts:
            if discount.discount_id not in applied:
                why = self.member_failed.get(discount.discount_id, say("why.beaten"))
                name = discount.name(self.context.language)
                found.append(Trace(discount.discount_id, name, Step.MEMBER, False, 0, (), (why,)))
        return tuple(found)

    def _applied(self, priced: Sequence[PricedLine]) -> list[Trace]:
        rules: dict[tuple[str, Step], list[tuple[int, PriceModification]]] = {}
        for line in priced:
            for modification in line.modifications:
                key = (modification.rule_id, modification.step)
                rules.setdefault(key, []).append((line.line, modification))
        order = list(Step)
        found = []
        for (rule_id, step), parts in sorted(rules.items(), key=lambda r: order.index(r[0][1])):
            amount = sum(m.amount_minor for _, m in parts)
            said = {str(why): why for why in (why_modified(m) for _, m in parts)}
            numbers = tuple(number for number, _ in parts)
            why = tuple(said.values())
            found.append(Trace(rule_id, parts[0][1].name, step, True, amount, numbers, why))
        return found

    def _missed(self, promotion: Promotion, candidate: Candidate | None) -> Trace:
        name = promotion.name(self.context.language)
        step = Step.TRANSACTION if promotion.transaction_step else Step.ITEM
        why = failed_condition(promotion.when, self.context)
        if why is None and candidate is None:
            why = say("why.no_goods")
        if why is None and candidate is not None and promotion.transaction_step:
            missing = reached(candidate)
            why = say("why.missing", missing=Money(missing)) if missing else None
        return Trace(promotion.promotion_id, name, step, False, 0, (), (why or say("why.beaten"),))

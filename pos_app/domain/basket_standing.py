"""What a basket says of its customer, held against a programme. Never a price, never a receipt.

Names that the programme does not know are faults with their path; the counters that a basket
states become tallies, so that stamps, offers, caps and choices open here what they open at a till.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date

from pos_app.domain.basket_document import Basket
from pos_app.domain.counted_customer import Counted, with_counters
from pos_app.domain.item import BARRED, KINDS_OF
from pos_app.domain.loyalty.counting import uses_tally
from pos_app.domain.loyalty.drawing import told
from pos_app.domain.loyalty.program import Program
from pos_app.domain.loyalty.stamps import progress, stamps_held
from pos_app.domain.loyalty.tally import LIFETIME, TallyEntry, added, period_before, period_of
from pos_app.domain.mechanics.coupons import Coupon
from pos_app.domain.mechanics.early_access import Caller, closed_for, refusal
from pos_app.domain.mechanics.periods import PERIODS, rolling_days
from pos_app.domain.mechanics.segments import PRESETS
from pos_app.domain.mechanics.stamps import StampCard
from pos_app.domain.pricing.basket import Customer
from pos_app.domain.pricing.result import Priced
from pos_app.domain.reading import Reader
from pos_app.domain.sentence import Sentence
from pos_app.domain.tallying import Sold, tallies_of
from pos_app.domain.what_if import completed


def in_program(doc: Reader, basket: Basket, program: Program) -> Basket:
    """The basket with what the programme counts of its customer; strange names are faults."""
    judge_names(doc, program)
    customer = basket.context.customer
    if customer is None:
        return basket
    stated = with_stated(program, customer, basket.context.local.date())
    return replace(basket, context=replace(basket.context, customer=stated))


def with_stated(program: Program, customer: Customer, on: date) -> Customer:
    """Segments of full cards and open offers; who chose no category has chosen none."""
    tallies = added({}, _entries(program, customer, on))
    found = with_counters(program, customer, Counted(tallies), on)
    choice = program.cashback.choice
    rules = choice.rules if choice else ()
    return replace(found, chosen={rule: customer.chosen.get(rule, frozenset()) for rule in rules})


def early_lines(program: Program, basket: Basket) -> dict[int, Sentence]:
    """What the till says of lines that are not for this customer yet, by line."""
    context = basket.context
    customer, on, language = context.customer, context.local.date(), context.language
    caller = Caller(customer.tier_id, customer.segments) if customer else None
    words = {one.segment_id: one.name(language) for one in program.segments}
    words |= {one.tier_id: one.name(language) for one in program.tiers.tiers}
    found = {}
    for line in basket.lines:
        closed = closed_for(program.early_access, line.item, line.unit_price_minor, on)
        why = refusal(closed, caller, line.item.name, words)
        if why is not None:
            found[line.line] = why
    return found


def counters_after(program: Program, basket: Basket, priced: Priced) -> Iterator[Sentence]:
    """Entries of draws that this receipt gives, and stamp cards that it changes."""
    customer, on = basket.context.customer, basket.context.local.date()
    if customer is None:
        return
    items = {line.line: line.item for line in basket.lines}
    sold = Sold(
        completed(basket.lines, priced), priced.trace, on, items, applications=priced.applications
    )
    given = added({}, tallies_of(program, sold))
    language = basket.context.language
    for card in program.stamps:
        before = added({}, _stamps(card, customer.stamps.get(card.card_id, 0), on))
        after = added(before, (TallyEntry(*key, amount) for key, amount in given.items()))
        if (held := stamps_held(card, after, on)) != stamps_held(card, before, on):
            yield progress(card, held, language)
    for draw in program.draws:
        if (draw.tally, LIFETIME) in given:
            yield told(draw, given, language)


def _entries(program: Program, customer: Customer, on: date) -> Iterator[TallyEntry]:
    for card in program.stamps:
        yield from _stamps(card, customer.stamps.get(card.card_id, 0), on)
    for cap in program.cashback.caps:
        earned = customer.earned.get(cap.cap_id, 0)
        yield TallyEntry(cap.tally, period_of(cap.period, on), earned)
    for offer in program.offers:
        uses = customer.uses.get(offer.segment, customer.uses.get(offer.offer_id, 0))
        yield TallyEntry(offer.tally, period_of(offer.period, on), uses)
    for promotion in program.promotions:
        uses = customer.uses.get(promotion.promotion_id, 0)
        period = period_of(promotion.limits.period, on)
        yield TallyEntry(uses_tally(promotion.promotion_id), period, uses)


def _stamps(card: StampCard, held: int, on: date) -> Iterator[TallyEntry]:
    """So many stamps: on the card, on the first elements of a set, or so many periods in a row."""
    if card.kind == "set":
        for element in tuple(dict.fromkeys(card.elements))[:held]:
            yield TallyEntry(f"{card.tally}/{element}", period_of(card.calendar, on), 1)
    elif card.kind == "streak":
        for _ in range(min(held, card.needed)):
            yield TallyEntry(card.tally, period_of(card.every, on), 1)
            on = period_before(card.every, on)
    else:
        yield TallyEntry(card.tally, period_of(card.calendar, on), held)


def judge_names(doc: Reader, program: Program) -> None:
    """A name that no rule knows must not pass for a rule that does not fit."""
    known = {coupon.coupon_id for coupon in program.coupons}
    _listed(doc, "coupons", known, lambda name: _no_coupon(program.coupons, name, known))
    claims = {one.promotion_id for one in program.promotions if one.claim}
    _listed(doc, "claims", claims, lambda name: _none("promotion to claim", name, claims))
    papers = {one.discount_id for one in program.member_discounts if one.evidence}
    _listed(doc, "evidence", papers, lambda name: _none("discount with evidence", name, papers))
    if doc.has("customer"):
        _judge_customer(doc.child("customer"), program)


def _judge_customer(doc: Reader, program: Program) -> None:
    tiers = {tier.tier_id for tier in program.tiers.tiers}
    tier = doc.raw("tier", "")
    if tier and tier not in tiers:
        doc.fault("tier", _none("tier", str(tier), tiers))
    segments = segments_known(program)
    _listed(doc, "segments", segments, lambda name: _none("segment", name, segments))
    for name in doc.child("spend").keys():  # noqa: SIM118 - a Reader is no mapping
        if name not in PERIODS and rolling_days(name) is None:
            doc.child("spend").fault(name, _none("period", name, {*PERIODS, "rolling_30_days"}))
    for key, what, names in (
        ("earned", "cap", {cap.cap_id for cap in program.cashback.caps}),
        ("stamps", "stamp card", {card.card_id for card in program.stamps}),
        ("uses", "promotion or offer", _used(program)),
    ):
        held = doc.child(key)
        for name in held.keys():  # noqa: SIM118 - a Reader is no mapping
            if name not in names:
                held.fault(name, _none(what, name, names))
    _judge_chosen(doc.child("chosen"), program)


def _judge_chosen(doc: Reader, program: Program) -> None:
    choice = program.cashback.choice
    rules = set(choice.rules) if choice else set()
    open_to = set(choice.categories) if choice else set()
    for name in doc.keys():  # noqa: SIM118 - a Reader is no mapping
        if choice is None or name not in rules:
            doc.fault(name, _none("rule of a choice", name, rules))
            continue
        _listed(doc, name, open_to, lambda one: _none("category to choose", one, open_to))
        if len(set(doc.words(name))) > choice.count:
            doc.fault(name, f"more than {choice.count} categories")


def segments_known(program: Program) -> set[str]:
    """Every segment that the programme makes or asks for."""
    whens = (
        *(one.when for one in program.promotions),
        *(one.when for one in program.member_discounts),
        *(one.when for one in program.earn.rules),
        *(one.when for one in program.entitlements),
    )
    asked = (
        *(when.segments for when in whens),
        *(one.segments for one in program.offers),
        *(one.segments for one in program.early_access),
    )
    made = (
        *(one.segment for one in program.offers),
        *(one.segment for one in program.partners),
        *(one.segment for one in program.memberships),
        *(one.segment for one in program.stamps),
        *(one.segment_id for one in program.segments),
    )
    return {*PRESETS, *made}.union(*asked)


def _used(program: Program) -> set[str]:
    offers = {name for one in program.offers for name in (one.segment, one.offer_id)}
    return offers | {one.promotion_id for one in program.promotions}


def _listed(doc: Reader, key: str, known: set[str], reason: Callable[[str], str]) -> None:
    """Each strange name of a list at its own place."""
    value = doc.raw(key, ())
    for index, name in enumerate(value if isinstance(value, (list, tuple)) else ()):
        if isinstance(name, str) and name and name not in known:
            doc.fault(f"{key}[{index}]", reason(name))


def _no_coupon(coupons: Iterable[Coupon], name: str, known: set[str]) -> str:
    for coupon in coupons:
        if any(one.holds(name.upper()) for one in coupon.codes):
            return f"{name!r} is a code: a basket names the coupon, {coupon.coupon_id!r}"
    return _none("coupon", name, known)


def _none(what: str, name: str, known: Iterable[str]) -> str:
    names = ", ".join(sorted(known))
    return f"there is no {what} {name!r}" + (f"; there are: {names}" if names else "")


def judge_classes(doc: Reader, classes: Iterable[str]) -> None:
    """Regulated classes of the lines that nobody knows."""
    known = {*classes, *BARRED, *KINDS_OF}
    for line in doc.children("lines"):
        named = line.raw("regulated", "")
        if isinstance(named, str) and named and named not in known:
            line.fault("regulated", _none("regulated class", named, known))

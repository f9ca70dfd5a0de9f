"""Keeps the prices of the open transaction true: programme, member, points. Never shows them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pos_app.domain.bare_return import priced_bare
from pos_app.domain.counted_customer import Counted, with_counters
from pos_app.domain.errors import ProgramRefused
from pos_app.domain.loyalty.account import ProgramRef
from pos_app.domain.loyalty.allowance import spendable
from pos_app.domain.loyalty.choosing import Choices, Chosen, with_choice
from pos_app.domain.loyalty.ledger import continued
from pos_app.domain.loyalty.member import Member
from pos_app.domain.loyalty.program import Program, load
from pos_app.domain.loyalty.rfm import SETTING as RFM_BOUNDS
from pos_app.domain.loyalty.rfm import bounds_told
from pos_app.domain.loyalty.risk import SETTING as RISK
from pos_app.domain.loyalty.risk import RiskLimits, limits_of
from pos_app.domain.loyalty.standing import Status, history_of, spend_by_period, status
from pos_app.domain.loyalty.tally import LIFETIME, added
from pos_app.domain.loyalty.turnover import VISITS, History, with_own
from pos_app.domain.mechanics.partners import partners_shown
from pos_app.domain.pricing.basket import Context, Customer, Wish
from pos_app.domain.pricing.engine import Engine
from pos_app.domain.pricing.result import Priced
from pos_app.domain.promotion.benefit import Issue
from pos_app.domain.promotion.promotion import Promotion
from pos_app.domain.transaction import Transaction
from pos_app.workstation.honoured import honoured
from pos_app.workstation.regulated import lawful_gifts
from pos_app.workstation.station import Known, Station

NO_PROGRAM = (
    b'{"schema":1,"program":"none","version":1,"valid_from":"2000-01-01T00:00:00Z",'
    b'"currency":{"code":"RUB","minor_digits":2}}'
)


OFFERS_SPENT = "offers_spent"
"""The setting in which the server tells the uses of offers by all members."""


@contextmanager
def one_programme(station: Station) -> Iterator[None]:
    """Inside, the programme in force is asked for once: a price or a view is of one programme."""
    if station.in_force.held:
        yield
        return
    engine_of(station)
    station.in_force.held = True
    try:
        yield
    finally:
        station.in_force.held = False


def engine_of(station: Station) -> Engine:
    """The engine of the programme in force; built once per version."""
    if station.in_force.held and station.engine is not None:
        return station.engine
    now = station.now()
    key = (station.mirror.cursor_text(), f"{now:%Y%m%d%H%M}")
    if station.engine is not None and station.in_force.key == key:
        return station.engine
    document = station.mirror.program(now) or NO_PROGRAM
    if station.engine is not None and document == station.in_force.document:
        station.in_force.key = key
        return station.engine
    program = _program(station, document)
    engine = station.in_force.engines.get(program.ref.content_hash)
    if engine is None:
        engine = station.in_force.engines[program.ref.content_hash] = Engine(program)
    station.engine, station.in_force.key, station.in_force.document = engine, key, document
    return engine


def engine_then(station: Station, ref: ProgramRef | None) -> Engine | None:
    """The engine of a programme that was in force; None where this till has it no more."""
    if ref is None or ref == engine_of(station).program.ref:
        return engine_of(station) if ref is not None else Engine(load(NO_PROGRAM))
    known = station.in_force.engines.get(ref.content_hash)
    if known is not None:
        return known
    document = station.mirror.program_version(ref.program_id, ref.version)
    try:
        program = load(document) if document is not None else None
    except ProgramRefused:
        return None
    return Engine(program) if program is not None and program.ref == ref else None


def _program(station: Station, document: bytes) -> Program:
    """A programme this release cannot read leaves the one before in force: a till sells on."""
    try:
        return load(document)
    except ProgramRefused:
        return station.engine.program if station.engine else load(NO_PROGRAM)


def program_of(station: Station) -> Program:
    """The programme in force."""
    return engine_of(station).program


def know(station: Station, member: Member, *, local: bool = False) -> Known:
    """A member with what this till did since the mirror's state."""
    identity = station.journal.identity()
    posted = member.posted.get(identity.terminal_id, 0) if identity else 0
    account = continued(member.account(), station.journal.unposted(member.member_id, posted))
    allowance = spendable(honoured(station, member.member_id), station.now())
    spend = station.journal.unposted_spend(member.member_id, posted)
    tallies = added(member.tallies, station.journal.unposted_tallies(member.member_id, posted))
    choices: Choices = member.choices
    for one in station.journal.unposted_choices(member.member_id, posted):
        choices = with_choice(choices, Chosen(one.month, one.categories, one.at))
    risk = risk_allowed(station, member.member_id)
    return Known(member, account, allowance, spend, tallies, choices, local, risk)


def risk_allowed(station: Station, member_id: str) -> int:
    """Points beyond the grants that the owner lets this till give now; none with a link.

    What the card has risked here is known again by the server when the mirror is younger.
    """
    limits = limits_of(station.mirror.setting(RISK))
    if limits == RiskLimits() or station.courier.status().online:
        return 0
    since = station.mirror.as_of() or datetime.min.replace(tzinfo=UTC)
    earlier = station.journal.latest_of_member(member_id, since)
    used = sum(one.risked for one in earlier if one.member_id == member_id)
    today = station.session.day_totals.risked if station.session else 0
    return limits.allowed(used, today)


def spent_budgets(station: Station) -> dict[str, int]:
    """Uses of offers by all members, as the server last counted them."""
    if not any(offer.budget for offer in program_of(station).offers):
        return {}
    told = station.mirror.setting(OFFERS_SPENT)
    return dict(told) if isinstance(told, dict) else {}


def counted(station: Station, customer: Customer, known: Known | None) -> Customer:
    """The customer with what tallies and choices say; somebody new has none."""
    of = known.counted(spent_budgets(station)) if known else Counted()
    return with_counters(program_of(station), customer, of, station.business_on())


def customer_of(station: Station, known: Known) -> Customer:
    """What the rules may know of the member."""
    today, program = station.business_on(), program_of(station)
    history = history_at(known)
    now = status_of(station, known)
    return Customer(
        member_id=known.member.member_id,
        tier_id=now.tier_id,
        segments=now.segments,
        birthday=known.member.has_birthday(today),
        spend_minor=spend_by_period(program, history, today),
        earns=not known.member.blocked,
        receipts=known.tallies.get((VISITS, LIFETIME), 0),
        points=known.account.balance,
    )


def history_at(known: Known) -> History:
    """Earlier receipts: the mirror's and this till's own unposted ones."""
    seen = history_of(known.member, points=known.account.balance)
    return with_own(replace(seen, tallies=known.tallies), known.unposted_spend)


def status_of(station: Station, known: Known) -> Status:
    """Where the member stands today, as this till can tell; asked for six times a scan."""
    program, today = program_of(station), station.business_on()
    bounds = bounds_told(station.mirror.setting(RFM_BOUNDS)) if program.segments else None
    by = (program.ref, today, bounds)
    seen = station.in_force.standing
    if seen is None or seen[0] is not known or seen[1] != by:
        found = status(program, known.member, history_at(known), today, bounds)
        seen = station.in_force.standing = (known, by, found)
    return seen[2]


def stranger(station: Station) -> Customer:
    """A member of whom this till knows nothing: of the lowest tier."""
    return counted(station, Customer("", tier_id=_lowest_tier(station)), None)


def _lowest_tier(station: Station) -> str:
    tiers = program_of(station).tiers.tiers
    return tiers[0].tier_id if tiers else ""


def wish_of(station: Station, transaction: Transaction, known: Known) -> Wish:
    """What the customer wants to spend, and the most that balance and allowance give."""
    available = max(known.account.available(station.business_on()), 0)
    if known.member.blocked:
        return Wish(0, 0, "blocked")
    if not known.member.confirmed:
        return Wish(0, 0, "unconfirmed")
    if transaction.member is not None and not transaction.member.may_redeem:
        return Wish(0, 0, "of_receipt" if _of_exchange(station, known) else "last4")
    if known.secured < available:
        # With a link it is no limit of the dark: the server has not given the rest, or not yet.
        why = "held" if station.courier.status().online else "allowance"
        return Wish(transaction.points_wish, known.secured, why)
    return Wish(transaction.points_wish, available, "balance")


def _of_exchange(station: Station, known: Known) -> bool:
    """Whether nobody was looked for: whose receipt is exchanged is its member."""
    exchange = station.exchange
    return exchange is not None and exchange.original.member_id == known.member.member_id


def context_of(station: Station, transaction: Transaction, explain: bool = False) -> Context:
    """The context of the open transaction."""
    identity = station.journal.identity()
    context = Context(
        local=station.local(),
        store_id=identity.store_id if identity else "",
        goodwill=transaction.goodwill,
        language=station.operator.language if station.operator else station.settings.language,
        explain=explain,
        segments=_partners(station, transaction),
        coupons=frozenset(one.coupon_id for one in transaction.serving),
        claims=transaction.claiming,
        evidence=frozenset(e.discount_id for e in transaction.evidence_of_member if e.seen),
    )
    if station.known is None and transaction.member is not None and transaction.member.code:
        # A card that only the server may know: it earns as the lowest tier does, and no more.
        guest = replace(stranger(station), guest=True)
        return replace(context, customer=_with(guest, context.segments))
    if station.known is None:
        return context
    customer = counted(station, customer_of(station, station.known), station.known)
    return replace(
        context,
        customer=_with(customer, context.segments),
        wish=wish_of(station, transaction, station.known),
    )


def _partners(station: Station, transaction: Transaction) -> frozenset[str]:
    """The partners whose card or coupon is on this receipt, as segments of it."""
    coupons = [one.coupon_id for one in transaction.serving]
    shown = partners_shown(program_of(station).partners, transaction.shown_card, coupons)
    return frozenset(one.segment for one in shown)


def _with(customer: Customer, segments: frozenset[str]) -> Customer:
    return replace(customer, segments=customer.segments | segments)


def price(station: Station, transaction: Transaction, explain: bool = False) -> Priced:
    """The open transaction priced."""
    return _priced(station, transaction, explain)[0]


def _priced(station: Station, transaction: Transaction, explain: bool) -> tuple[Priced, Context]:
    """With the context it stands in. A reward whose gift the law bars here takes no points."""
    lines = [line.basket_line() for line in transaction.lines]
    context = context_of(station, transaction, explain)
    while True:
        priced = engine_of(station).price(lines, context)
        if priced.gifts:
            priced = replace(priced, gifts=lawful_gifts(station, priced.gifts))
        idle = _idle_claims(program_of(station), context, priced)
        if not idle:
            return priced, context
        left = tuple(one for one in context.claims if one != idle[-1])
        context = replace(context, claims=left)


def _idle_claims(program: Program, context: Context, priced: Priced) -> list[str]:
    """Paid rewards whose gift the law bars; the engine charges none that was beaten."""
    if not priced.claimed_points:
        return []
    given = {m.rule_id for line in priced.lines for m in line.modifications}
    given |= {gift.promotion_id for gift in priced.gifts}
    given |= {p.promotion_id for p in program.promotions if _issues(p)}
    charged = priced.applications.keys() - given
    return [one for one in context.claims if one in charged]


def _issues(promotion: Promotion) -> bool:
    return any(isinstance(benefit, Issue) for benefit in promotion.benefits)


def reprice(station: Station) -> None:
    """Bring the prices up to the open transaction."""
    transaction = station.open
    assert transaction is not None
    if transaction.takes_back:
        station.priced = priced_bare(transaction)
        station.priced_for = None
        return
    with one_programme(station):
        station.priced, station.priced_for = _priced(station, transaction, explain=False)
        station.priced_under = station.engine


def refresh_known(station: Station) -> None:
    """The member and the prices as the mirror and the grants say now."""
    if station.known is None:
        return
    now = station.mirror.member_by_key("id", station.known.member.member_id)
    station.known = know(station, now or station.known.member, local=now is None)
    reprice(station)


def is_stale(station: Station, as_of: datetime | None) -> bool:
    """True when the mirror is older than the shop allows."""
    if as_of is None:
        return True
    age = station.now().astimezone(UTC) - as_of.astimezone(UTC)
    return age > timedelta(hours=station.settings.stale_after_hours)

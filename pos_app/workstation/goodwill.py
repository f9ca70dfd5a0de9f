"""A goodwill reduction.

The carton is torn, the customer waited: the operator gives a percent or an amount with a reason,
within the limit of their own right or of the override's. Whatever is given on a line and on the
whole together stays within that limit.
"""

from dataclasses import dataclass, replace

from pos_app.domain.document import Step
from pos_app.domain.money import Money, parse_decimal, share_half_up
from pos_app.domain.pricing.basket import Goodwill
from pos_app.domain.pricing.result import Priced, PricedLine
from pos_app.domain.rights import Right
from pos_app.domain.sentence import Rate
from pos_app.domain.transaction import with_goodwill
from pos_app.workstation.answer import Answer, refused
from pos_app.workstation.pricing_task import price
from pos_app.workstation.sale import edit_recorded, not_editable
from pos_app.workstation.station import (
    AMOUNT_MOST_MINOR,
    Allowed,
    Override,
    Station,
    authorise,
    find_operator,
    overridden,
    right_used,
)

WHOLE_PPM = 1_000_000
REASON_SETTING = "discount_reason"
"""A setting of the chain: "required" where no reduction is given without a reason."""
WANTED = frozenset({"required"})
REASONS = ("damaged", "short_dated", "price_promised", "waited", "other")
"""What a cashier chooses from; the first one is what Enter means."""


@dataclass(frozen=True, slots=True)
class Reduction:
    """A goodwill reduction as asked for: of a line, or (None) of the transaction."""

    line: int | None
    percent: str | None = None
    amount_minor: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Approver:
    """Somebody with the right to give a reduction, and whether their limit reaches this one."""

    id: str
    name: str
    limit_ppm: int
    enough: bool


@dataclass(frozen=True, slots=True)
class _Reach:
    """A reduction as priced: how far a limit has to reach. `number`: its line, None is all."""

    asked: Goodwill
    priced: Priced
    number: int | None

    @property
    def empty(self) -> bool:
        """It takes one back."""
        return not self.asked.percent_ppm and not self.asked.amount_minor

    @property
    def lines(self) -> tuple[PricedLine, ...]:
        """The lines it touches."""
        return self.priced.lines if self.number is None else (self.priced.line(self.number),)

    @property
    def before_minor(self) -> int:
        """What they cost without a reduction by hand."""
        return sum(line.net_minor + _goodwill_minor(line) for line in self.lines)

    def beyond(self, limit_ppm: int) -> bool:
        """True when a touched line gives more than the limit, a rounded kopeck aside."""
        if self.asked.percent_ppm > limit_ppm:
            return True
        if self.asked.amount_minor > share_half_up(self.before_minor, limit_ppm):
            return True
        return any(
            _goodwill_minor(line)
            > share_half_up(line.net_minor + _goodwill_minor(line), limit_ppm) + 1
            for line in self.lines
        )


def discount(station: Station, wanted: Reduction, override: Override | None) -> Answer:
    """Give it, change it, or (zero) take it back."""
    if station.open is None or not station.open.lines:
        return refused("nothing_open")
    trouble = not_editable(station)
    if trouble:
        return trouble
    if wanted.line is not None and station.open.line(wanted.line) is None:
        return refused("no_line")
    asked = _asked(wanted)
    if asked is None:
        return refused("bad_percent", text=wanted.percent or "")
    priced = price(station, with_goodwill(station.open, wanted.line, asked))
    reach = _Reach(asked, priced, wanted.line)
    above = _above_all(station, reach)
    if above:
        return above
    if not reach.empty and not wanted.reason.strip() and _reason_wanted(station):
        return refused("reason_needed")
    allowed = _allowed(station, reach, override)
    if isinstance(allowed, Answer):
        return allowed
    by = allowed.by or (station.operator.operator_id if station.operator else "")
    named = replace(asked, reason=_named(station, wanted.reason.strip()), operator_id=by)
    given = None if reach.empty else named
    priced = price(station, with_goodwill(station.open, wanted.line, given))
    subject = str(wanted.line or "transaction")
    event = right_used(
        station,
        "discount",
        subject,
        reason=wanted.reason,
        override_by=allowed.by,
        amount_minor=sum(_goodwill_minor(line) for line in priced.lines),
    )
    return edit_recorded(station, lambda t: with_goodwill(t, wanted.line, given), event)


def _allowed(station: Station, reach: _Reach, override: Override | None) -> Allowed | Answer:
    """By the operator's own right and limit, else by somebody's whose limit reaches so far; else
    data["approvers"] says who that may be, before any PIN."""
    operator = station.operator
    if reach.empty or operator is None:
        return authorise(station, Right.DISCOUNT, override)
    own = operator.may(Right.DISCOUNT)
    if own and not reach.beyond(operator.discount_limit_ppm):
        return Allowed()
    if override is None:
        limit = Rate(operator.discount_limit_ppm)
        lacking = refused("discount_limit", limit=limit) if own else refused("needs_override",
                          right=Right.DISCOUNT.value)  # fmt: skip
        return replace(lacking, data={"approvers": _approvers(station, reach)})
    allowed = overridden(station, Right.DISCOUNT, override)
    if isinstance(allowed, Answer):
        return allowed
    other = next(one for one in _approvers(station, reach) if one.id == allowed.by)
    if not other.enough:
        return refused("approver_limit", name=other.name, limit=Rate(other.limit_ppm))
    return allowed


def _approvers(station: Station, reach: _Reach) -> tuple[Approver, ...]:
    """Everybody with the right; whose limit reaches so far first, the lowest such limit on top."""
    found = [
        Approver(
            o.operator_id, o.name, o.discount_limit_ppm, not reach.beyond(o.discount_limit_ppm)
        )
        for o in station.mirror.operators()
        if o.may(Right.DISCOUNT)
    ]
    return tuple(sorted(found, key=lambda one: (not one.enough, one.limit_ppm, one.name)))


def _above_all(station: Station, reach: _Reach) -> Answer | None:
    """Refused at once, with the most that anybody here may give."""
    people = _approvers(station, reach)
    if reach.empty or any(one.enough for one in people):
        return None
    most = max((one.limit_ppm for one in people), default=0)
    amount = Money(share_half_up(reach.before_minor, most))
    return refused("discount_above_all", limit=Rate(most), amount=amount)


def _asked(wanted: Reduction) -> Goodwill | None:
    """None for something that is not a reduction."""
    try:
        ppm = parse_decimal(wanted.percent, 4) if wanted.percent is not None else 0
    except ValueError:
        return None
    amount = wanted.amount_minor or 0
    if not 0 <= ppm <= WHOLE_PPM or not 0 <= amount <= AMOUNT_MOST_MINOR:
        return None
    return Goodwill(ppm, amount, wanted.reason)


def _reason_wanted(station: Station) -> bool:
    """The shop's setting; none asks for nothing."""
    return station.mirror.setting(REASON_SETTING) in WANTED


def _named(station: Station, reason: str) -> str:
    """What the customer reads on the line and on the paper: never an empty name. `reason`: a code
    of `REASONS`, or a person's own words."""
    language = station.operator.language if station.operator else station.settings.language
    voice = station.gear.voice(language)
    if not reason:
        return voice.text("goodwill.name")
    if reason in REASONS:
        reason = voice.text(f"reason.{reason}")
    return voice.text("goodwill.because", reason=reason)


def _limit_ppm(station: Station, by: str) -> int:
    giver = find_operator(station, by)
    return giver.discount_limit_ppm if giver else 0


def _goodwill_minor(line: PricedLine) -> int:
    return sum(m.amount_minor for m in line.modifications if m.step is Step.GOODWILL)


def outgrown(station: Station) -> Answer | None:
    """Before payment: what was given may weigh more since goods left the receipt."""
    transaction, priced = station.open, station.priced
    if transaction is None or priced is None:
        return None
    whole = _limit_ppm(station, transaction.goodwill.operator_id) if transaction.goodwill else 0
    for line in transaction.lines:
        own = _limit_ppm(station, line.goodwill.operator_id) if line.goodwill else 0
        shown = priced.line(line.line)
        given = _goodwill_minor(shown)
        most = share_half_up(shown.net_minor + given, max(own, whole))
        if given > most + 1:
            return refused("discount_limit", limit=Rate(max(own, whole)))
    return None

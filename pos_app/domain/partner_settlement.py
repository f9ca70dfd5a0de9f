"""What a partner's customers bought and what is owed for it. Never a document changed, never a rate
of today: amounts are those on the receipts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pos_app.domain.document import CompletedTransaction, TransactionKind
from pos_app.domain.loyalty.ledger import EntryKind
from pos_app.domain.mechanics.partners import Partner
from pos_app.domain.money import share_half_up

TALLY = "partner/"
"""Marks a receipt and its returns as a partner's: `partner/<id>`, net by month; see `tallying`."""


@dataclass(frozen=True, slots=True)
class PartnerReport:
    """One partner, one span of business days. Returns are subtracted.

    `commission_minor` is rounded once, half up, on the net of the whole span.
    """

    partner_id: str
    from_on: date
    until_on: date
    receipts: int
    returns: int
    net_minor: int
    points_earned: int
    points_redeemed: int
    commission_minor: int
    points_minor: int

    @property
    def owed_minor(self) -> int:
        """What is settled: the commission and the price of the points."""
        return self.commission_minor + self.points_minor


def settle(
    partner: Partner,
    transactions: Iterable[CompletedTransaction],
    from_on: date,
    until_on: date,
) -> PartnerReport:
    """The report of business days `from_on` to `until_on`, both included.

    The same receipt twice counts once; training receipts do not count.
    """
    own = {
        one.transaction_id: one
        for one in transactions
        if from_on <= one.business_on <= until_on and not one.training and _is_of(partner, one)
    }
    net = earned = redeemed = returns = 0
    for one in own.values():
        back = one.kind is TransactionKind.RETURN
        returns += back
        net += -one.totals.net_minor if back else one.totals.net_minor
        earned += _earned(one)
        redeemed += -one.totals.points_redeemed if back else one.totals.points_redeemed
    commission = share_half_up(abs(net), partner.commission_ppm)
    return PartnerReport(
        partner_id=partner.partner_id,
        from_on=from_on,
        until_on=until_on,
        receipts=len(own) - returns,
        returns=returns,
        net_minor=net,
        points_earned=earned,
        points_redeemed=redeemed,
        commission_minor=commission if net >= 0 else -commission,
        points_minor=earned * partner.point_price_minor,
    )


def _is_of(partner: Partner, one: CompletedTransaction) -> bool:
    name = TALLY + partner.partner_id
    return any(entry.tally == name for entry in one.tallies)


def _earned(one: CompletedTransaction) -> int:
    """Points that the entries of the receipt gave, less those that its return took back."""
    earned = (e.points for e in one.entries if e.kind is EntryKind.EARN)
    taken = (e.points for e in one.entries if e.kind is EntryKind.REVERSE and e.points < 0)
    return sum(earned) + sum(taken)

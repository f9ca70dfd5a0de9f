"""What may be done with the open receipt now, so that no key looks live that only refuses.

The gestures themselves refuse as they always do: a key of the keyboard is answered in words.
"""

from pos_app.domain.document import TransactionKind
from pos_app.domain.transaction import Transaction
from pos_app.workstation.offered_view import OfferedView
from pos_app.workstation.payment_view import payment_view
from pos_app.workstation.sale import not_editable
from pos_app.workstation.station import Station


def offered(station: Station, transaction: Transaction) -> OfferedView:
    """Of the receipt as it is: what waits is listed where it has no lines to be put aside."""
    on_its_way = payment_view(station) is not None
    if on_its_way:
        return OfferedView(goods=False, discount=False, suspend=False, member=False, points=False)
    returning = transaction.kind is TransactionKind.RETURN
    open_goods = not_editable(station, goods=True) is None
    stays = bool(transaction.tenders) or station.exchange is not None
    return OfferedView(
        goods=open_goods,
        discount=open_goods and not returning,
        suspend=not returning and not (transaction.lines and stays),
        payment_back=not returning and _may_go_back(transaction),
        member=not_editable(station) is None,
        points=not transaction.tenders and not returning,
    )


def _may_go_back(transaction: Transaction) -> bool:
    """The last payment is somebody's money: what a return brought stays where it is."""
    tenders = transaction.tenders
    return bool(tenders) and tenders[-1] not in transaction.credit

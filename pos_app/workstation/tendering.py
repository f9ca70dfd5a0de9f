"""The durable steps of taking money: what is kept before each arrow. Never asks a terminal.

authorise -> fiscal document -> commit. Every step is in the till's file before the next begins, so
that after a cut the file says which of them may have happened.
"""

from dataclasses import replace

from drivers.contract.payment import PaymentResult
from pos_app.domain.document import CompletedTransaction
from pos_app.domain.events import TransactionCompleted
from pos_app.domain.tender import Tender
from pos_app.domain.transaction import Transaction
from pos_app.workstation.moving import Leg, LegState, Moving, Stage, Undecided, read_row
from pos_app.workstation.ports import Facts
from pos_app.workstation.station import Station
from pos_app.workstation.tendering_draft import draft_of


def moving_of(station: Station) -> Moving:
    """The row of the open transaction; a new one when nothing has moved yet."""
    transaction, moving = station.open, station.moving
    if transaction is None and moving is not None:
        return moving  # a cut has left money, and nobody can read any more what it was for
    assert transaction is not None
    if moving is not None and moving.transaction_id == transaction.transaction_id:
        return moving
    return Moving(transaction.transaction_id, station.now())


def keep(station: Station, moving: Moving) -> None:
    """Make a step durable. Raises StorageFull, StorageBroken; memory changes afterwards only."""
    if moving.is_empty:
        drop(station, moving)
        return
    if station.open is not None and station.open.transaction_id == moving.transaction_id:
        before = station.moving.legs if station.moving is not None else ()
        kinds = {leg.tender_kind for leg in (*before, *moving.legs)}
        moving = replace(moving, draft=draft_of(station.open, kinds))
    station.journal.begin_tendering(moving.stored())
    station.moving = moving


def step(station: Station, moving: Moving) -> None:
    """`keep`, then the screen."""
    before = station.moving
    keep(station, moving)
    show(station, before, moving)


def drop(station: Station, moving: Moving) -> None:
    """Nothing moves any more."""
    if station.moving is not None:
        station.journal.record(Facts(drop_tendering=moving.transaction_id))
    station.moving, station.recovered = None, False


def put_to_manager(station: Station, leg: Leg, said: str) -> None:
    """A row of its own, which outlives the transaction."""
    assert station.moving is not None
    one = Undecided(leg.key, station.now(), station.moving.transaction_id, leg, said)
    station.journal.begin_tendering(one.stored())
    others = tuple(other for other in station.undecided if other.key != one.key)
    station.undecided = (*others, one)


def rows(station: Station) -> tuple[list[Moving], tuple[Undecided, ...]]:
    """What the till's file has: transactions in between, and what waits for a manager."""
    found = [read_row(row) for row in station.journal.tenderings()]
    undecided = tuple(one for one in found if isinstance(one, Undecided))
    return [one for one in found if isinstance(one, Moving)], undecided


# --- the document ---------------------------------------------------------------------------------


def frozen(
    station: Station, moving: Moving, document: CompletedTransaction, counter: int
) -> Moving:
    """The row with the document that is to be issued and committed, byte for byte."""
    assert station.codec is not None
    encoded = station.codec.encode(TransactionCompleted(document))
    return replace(moving, document=encoded, counter=counter)


def thawed(station: Station, moving: Moving) -> CompletedTransaction | None:
    """The frozen document."""
    if moving.document is None or station.codec is None:
        return None
    event = station.codec.decode(*moving.document)
    return event.document if isinstance(event, TransactionCompleted) else None


def open_again(moving: Moving) -> Moving:
    """Surely no fiscal document: the money is still where it was. A return keeps its document: its
    refunds were given for just that one."""
    if "original" in moving.draft:
        return replace(moving, stage=Stage.PAYING)
    return replace(moving, stage=Stage.PAYING, document=None, counter=0)


# --- legs and tenders -----------------------------------------------------------------------------


def approved(leg: Leg, result: PaymentResult) -> Leg:
    """The leg with what the terminal said."""
    return replace(
        leg,
        state=LegState.APPROVED,
        reference=result.reference,
        auth_code=result.auth_code,
        card=result.card,
        receipt_no=result.receipt_no,
        slip=result.slip,
        undo_key="",
        why="",
    )


def show(station: Station, before: Moving | None, moving: Moving) -> None:
    """The open transaction's tenders as its legs stand; cash and gift cards stay as they were."""
    transaction = station.open
    if transaction is None or transaction.transaction_id != moving.transaction_id:
        return
    if transaction.original is not None:
        return  # a return's tenders are computed with its document
    station.open = replace(transaction, tenders=shown_tenders(transaction, moving, before))


def shown_tenders(
    transaction: Transaction, moving: Moving, before: Moving | None
) -> tuple[Tender, ...]:
    """Tenders of legs are replaced in their places; new ones come last, gone ones go."""
    known = {leg.key: leg.tender() for leg in before.legs} if before is not None else {}
    left = {leg.key: leg.tender() for leg in moving.legs}
    found: list[Tender] = []
    for tender in transaction.tenders:
        key = next((key for key, was in known.items() if was == tender), None)
        if key is None:
            found.append(tender)
            continue
        del known[key]
        if key in left:
            found.append(left.pop(key))
    return (*found, *left.values())


def leg_of(station: Station, tender: Tender) -> Leg | None:
    """The leg behind a tender of the open transaction."""
    legs = station.moving.legs if station.moving is not None else ()
    return next((leg for leg in legs if leg.tender() == tender), None)


def slips(moving: Moving | None) -> tuple[str, ...]:
    """The terminals' slips, for the paper."""
    legs = moving.legs if moving is not None else ()
    return tuple(line for leg in legs for line in (*leg.slip, "") if leg.slip)[:-1]

"""A receipt that is taken up again chooses the points that were chosen on it.

The right to them was let go with the receipt, for another till to spend. It is asked for anew, as
for a scanned card: what is no longer free pays nothing, and that is said. Never a right of its own.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pos_app.domain.sentence import Points
from pos_app.domain.transaction import Transaction
from pos_app.workstation import claim_reward
from pos_app.workstation.answer import Notice, Part, Tone, notice
from pos_app.workstation.identify_member import refresh
from pos_app.workstation.station import Known, Station, changed


def asks(station: Station, transaction: Transaction) -> bool:
    """Whether the member's points will be asked for when it is open; `station.known` is theirs."""
    link = station.courier.status()
    return _wanted(station, transaction) > 0 and bool(link.online or link.peers)


def _wanted(station: Station, transaction: Transaction) -> int:
    """Points of the member that this till holds no right to; 0 where none may be chosen."""
    known = station.known
    if known is None or transaction.tenders:
        return 0
    return known.account.available(station.business_on()) - known.allowance


def ask(station: Station, chosen: int) -> tuple[Notice, ...]:
    """The resumed receipt is open and priced; `chosen` points were to pay when it was left.

    What is said of them now; the server's answer is said when it comes.
    """
    transaction, known = station.open, station.known
    if known is None or transaction is None or not asks(station, transaction):
        return _said(station, chosen)
    member_id = known.member.member_id
    short = _redeemed(station) < chosen
    waits = claim_reward.waiting(station)

    def answered(_reply: Mapping[str, Any]) -> None:
        if _is_open(station, transaction.transaction_id):
            _answered(station, member_id, chosen if short else 0, waits)

    fields = {"kind": "id", "key": member_id, "want_points": _wanted(station, transaction)}
    station.courier.request("identify", fields, answered)
    if not short:
        return _said(station, chosen)
    return (notice("points_asked_again", Tone.NEUTRAL, None, points=Points(chosen)),)


def _is_open(station: Station, transaction_id: str) -> bool:
    """The receipt may be another by now, or be paid: then the answer says nothing."""
    now = station.open
    return now is not None and now.transaction_id == transaction_id and not now.tenders


def _answered(station: Station, member_id: str, chosen: int, waits: Sequence[str]) -> None:
    """`chosen`: 0 where all that was chosen was here already; of another choice nothing is said.
    `waits`: rewards that lacked points."""
    refresh(station)
    said: tuple[Notice, ...] = ()
    if _is(station.known, member_id):
        said = claim_reward.answered(station, waits)
        if station.open is not None and station.open.points_wish == chosen:
            said += _said(station, chosen)
    station.say(changed(Part.MEMBER, Part.TRANSACTION, notices=said))


def _is(known: Known | None, member_id: str) -> bool:
    return known is not None and known.member.member_id == member_id


def _said(station: Station, chosen: int) -> tuple[Notice, ...]:
    """How many of them pay now; nothing where none were chosen."""
    if not chosen:
        return ()
    points = _redeemed(station)
    if points < chosen:
        of, now = Points(chosen), Points(points)
        return (notice("points_fewer", Tone.WARNING, None, chosen=of, points=now),)
    return (notice("points_again", Tone.MEMBER, None, points=Points(points)),)


def _redeemed(station: Station) -> int:
    """Points that pay money; those of rewards are another wish."""
    priced = station.priced
    return priced.totals.points_redeemed - priced.claimed_points if priced else 0

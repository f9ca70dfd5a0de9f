"""A receipt that is taken up again chooses the points that were chosen on it.

The right to them was let go with the receipt, for another till to spend. It is asked for anew, as
for a scanned card: what is no longer free pays nothing, and that is said. Never a right of its own.
"""

from collections.abc import Mapping
from typing import Any

from pos_app.domain.sentence import Points
from pos_app.workstation.answer import Notice, Part, Tone, notice
from pos_app.workstation.identify_member import refresh
from pos_app.workstation.station import Known, Station, changed


def ask(station: Station, chosen: int) -> tuple[Notice, ...]:
    """The resumed receipt is open and priced; `chosen` points were to pay when it was left.

    What is said of them now; the server's answer is said when it comes.
    """
    transaction, known = station.open, station.known
    if known is None or transaction is None or transaction.tenders:
        return _said(station, chosen)
    wanted = known.account.available(station.business_on()) - known.allowance
    link = station.courier.status()
    if wanted <= 0 or not (link.online or link.peers):
        return _said(station, chosen)
    member_id = known.member.member_id
    short = _redeemed(station) < chosen

    def answered(_reply: Mapping[str, Any]) -> None:
        _answered(station, transaction.transaction_id, member_id, chosen if short else 0)

    fields = {"kind": "id", "key": member_id, "want_points": wanted}
    station.courier.request("identify", fields, answered)
    if not short:
        return _said(station, chosen)
    return (notice("points_asked_again", Tone.NEUTRAL, None, points=Points(chosen)),)


def _answered(station: Station, transaction_id: str, member_id: str, chosen: int) -> None:
    """The receipt may be another by now, or be paid, or have another choice: nothing is said.

    `chosen`: 0 where all that was chosen was here already.
    """
    now = station.open
    if now is None or now.transaction_id != transaction_id or now.tenders:
        return
    refresh(station)
    same = _is(station.known, member_id) and now.points_wish == chosen
    said = _said(station, chosen) if same else ()
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

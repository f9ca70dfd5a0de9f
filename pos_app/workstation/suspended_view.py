"""Receipts that wait, as a screen shows them: label or customer, when, how much. Never a decision.

A customer's name is looked up and never written beside the receipt.
"""

from collections.abc import Mapping
from dataclasses import replace

from pos_app.domain.sentence import say
from pos_app.workstation.identify_member import member_here
from pos_app.workstation.open_kept import body_of, half_of, is_cut, is_put_back, to_pay_minor
from pos_app.workstation.ports import StorageBroken, SuspendedDraft, TerminalIdentity
from pos_app.workstation.remembered import Remembered
from pos_app.workstation.station import Station
from pos_app.workstation.waiting_view import SuspendedView


def remembered(station: Station) -> Remembered:
    """A database that cannot be read is said in words; what was read last stays on the screen."""
    journal, before = station.journal, station.remembered
    try:
        drafts = waiting(station)
        names, cut, heard = before.names, before.cut, station.mirror.cursor_text()
        halves, identity, put_back = before.halves, journal.identity(), before.put_back
        to_pay = before.to_pay
        if (drafts, identity) != (before.suspended, before.identity):
            cut = frozenset(one.transaction_id for one in drafts if is_cut(one))
            put_back = _put_back(drafts, identity)
            to_pay = {one.transaction_id: to_pay_minor(one) for one in drafts}
            halves = {one.transaction_id: half for one in drafts if (half := half_of(one))}
        if drafts != before.suspended or heard != before.names_of:  # one may be forgotten by now
            names = _names(station, drafts)
        return Remembered(
            identity,
            drafts,
            journal.unsent(),
            names=names,
            cut=cut,
            put_back=put_back,
            names_of=heard,
            halves=halves,
            to_pay=to_pay,
        )
    except StorageBroken:
        return replace(before, trouble=say("link.storage_broken"))


def _put_back(
    drafts: tuple[SuspendedDraft, ...], identity: TerminalIdentity | None
) -> frozenset[str]:
    life = identity.incarnation if identity is not None else 0
    return frozenset(one.transaction_id for one in drafts if is_put_back(one, life))


def waiting(station: Station) -> tuple[SuspendedDraft, ...]:
    """All but what is open, or is being recovered with its money; oldest first. Raises
    StorageBroken."""
    kept = station.kept.transaction_id
    drafts = station.journal.suspended(_is_open(station) or kept)
    recovered = station.moving.transaction_id if station.moving is not None else ""
    return tuple(one for one in drafts if one.transaction_id not in (kept, recovered))


def _is_open(station: Station) -> str:
    return station.open.transaction_id if station.open is not None else ""


def suspended_views(station: Station) -> tuple[SuspendedView, ...]:
    """All but the one that is open."""
    is_open = _is_open(station)
    local, known = station.gear.to_local, station.remembered
    return tuple(
        SuspendedView(
            one.transaction_id,
            one.label or known.names.get(one.transaction_id, ""),
            local(one.at),
            one.lines,
            known.to_pay.get(one.transaction_id, one.total_minor),
            one.transaction_id in known.cut,
            known.halves[one.transaction_id].minor if one.transaction_id in known.halves else 0,
            one.transaction_id in known.put_back,
        )
        for one in known.suspended
        if one.transaction_id != is_open
    )


def _names(station: Station, drafts: tuple[SuspendedDraft, ...]) -> Mapping[str, str]:
    return {one.transaction_id: _name(station, one) for one in drafts if not one.label}


def _name(station: Station, draft: SuspendedDraft) -> str:
    """The member's name, else the end of their phone or card; "" for nobody."""
    link = body_of(draft).get("member")
    one = member_here(station, "id", link[0])[0] if link and link[0] else None
    if one is None:
        return ""
    return one.display_name or f"··{one.phone_last4 or one.card_last4}"

"""Conflicts of the store, with what each costs, and the manager's word on each.

Something went beyond what was promised: a debt, a receipt that came twice, a till whose clock ran
off. The manager reads what each means, decides who bears it, says why, and signs. Conflicts are
the server's: a dark till says how many there were when it last heard, and signs none.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pos_app.domain.rights import Right
from pos_app.workstation.answer import Answer, Part, Tone, done, notice, refused
from pos_app.workstation.later import at_once_or_later
from pos_app.workstation.ports import Facts, StorageBroken
from pos_app.workstation.station import (
    Override,
    Station,
    authorise,
    changed,
    record,
    require,
    right_used,
)

SEEN = "conflicts"
PATIENCE_MS = 15_000
REASON_MOST = 300
OF_DEBT = frozenset({"overdraft", "unsecured", "allowance_overspent"})
"""Kinds that may have left a member in debt: the shop bears it, or the next earnings repay it."""
ABSORB, COLLECT, NOTE = "absorb", "collect", "note"


@dataclass(frozen=True, slots=True)
class OpenConflicts:
    """What was open at the store when the server last told; `seen_at` None: it never has."""

    count: int = 0
    points: int = 0
    money_minor: int = 0
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ConflictView:
    """One conflict. `actions`: what a manager may decide; none where it is decided."""

    id: str
    kind: str
    at: datetime
    where: str
    receipt: str
    member: str
    member_id: str
    points: int
    money_minor: int
    detail: str
    actions: tuple[str, ...] = ()
    action: str = ""
    by: str = ""
    reason: str = ""
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ConflictList:
    """Open ones first, then those signed off lately. `whole`: the server told it just now."""

    sums: OpenConflicts
    lines: tuple[ConflictView, ...] = ()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class _Keep:
    """What was heard and is not written yet: the courier may have the file."""

    station: Station
    body: bytes

    def __call__(self) -> None:
        self.station.journal.remember(SEEN, self.body)


def open_conflicts(station: Station) -> OpenConflicts:
    """As last heard, without asking; what waits to be written counts as heard."""
    waiting = station.later.get(SEEN)
    heard = waiting.body if isinstance(waiting, _Keep) else station.journal.recall(SEEN)
    return _shown(station, heard or b"{}")


def to_sign(station: Station) -> int:
    """How many wait for whoever is at the till; 0 for those who may not sign, and in the dark of a
    database that cannot be read."""
    operator = station.operator
    if operator is None or not operator.may(Right.SIGN_CONFLICTS) or station.settings.training:
        return 0
    try:
        return open_conflicts(station).count
    except StorageBroken:
        return 0


def _shown(station: Station, body: bytes) -> OpenConflicts:
    try:
        told = json.loads(body)
        seen_at = station.gear.to_local(datetime.fromisoformat(told["at"]))
        return OpenConflicts(told["open"], told["points"], told["money"], seen_at)
    except (ValueError, KeyError, TypeError):
        return OpenConflicts()


def look(station: Station) -> Answer:
    """data["conflicts"]: what is known now; pushed again when the server has told."""
    lacking = require(station, Right.SIGN_CONFLICTS)
    if lacking:
        return lacking
    known = ConflictList(open_conflicts(station))
    if not station.courier.status().online:
        return done(notice("conflicts_dark", Tone.WARNING), conflicts=known)
    ask_conflicts(station)
    return done(conflicts=known)


def recount(station: Station) -> Answer:
    """How many there are now, for whoever may know it; nobody else is told anything."""
    operator = station.operator
    may = operator is not None and operator.may(Right.SIGN_CONFLICTS)
    if may and station.courier.status().online:
        ask_conflicts(station, quiet=True)
    return done()


def ask_conflicts(station: Station, *, quiet: bool = False) -> None:
    """Ask the server; the list is pushed as data["conflicts"]. `quiet`: only the sums are kept."""

    def answered(reply: Mapping[str, Any]) -> None:
        sums = _heard(station, reply)
        if sums is None:
            if not quiet:
                told = ConflictList(open_conflicts(station))
                station.say(done(notice("conflicts_dark", Tone.WARNING), conflicts=told))
        elif quiet:
            station.say(changed(Part.LINK))
        else:
            lines = tuple(_view(station, one) for one in reply.get("lines", ()))
            station.say(done(conflicts=ConflictList(sums, lines, whole=True)))

    station.courier.request("conflicts", {"signed": not quiet}, answered, PATIENCE_MS)


def _heard(station: Station, reply: Mapping[str, Any]) -> OpenConflicts | None:
    """Remembered for a time without a link."""
    if "server_time" not in reply:
        return None
    told = {name: int(reply.get(name, 0)) for name in ("open", "points", "money")}
    body = json.dumps({**told, "at": reply["server_time"]}).encode()
    at_once_or_later(station, SEEN, _Keep(station, body))
    return _shown(station, body)


def sign(
    station: Station, conflict_id: str, action: str, reason: str, override: Override | None
) -> Answer:
    """The word is in this till's audit chain before the server hears it; what it answers is
    pushed, with the list as it is then."""
    if not reason.strip() or len(reason) > REASON_MOST:
        return refused("reason_needed")
    allowed = authorise(station, Right.SIGN_CONFLICTS, override)
    if isinstance(allowed, Answer):
        return allowed
    if not station.courier.status().online:
        return refused("conflicts_need_link")
    used = right_used(
        station, "sign_conflict", conflict_id, reason=f"{action}: {reason}", override_by=allowed.by
    )
    trouble = record(station, Facts(events=(used,)))
    if trouble:
        return trouble
    by = allowed.by or (station.operator.operator_id if station.operator else "")
    fields = {"conflict": conflict_id, "action": action, "operator": by, "reason": reason}
    station.courier.request("sign_off", fields, lambda r: _signed(station, r), PATIENCE_MS)
    return done(notice("asking_server", Tone.NEUTRAL))


def _signed(station: Station, reply: Mapping[str, Any]) -> None:
    if reply.get("refused"):
        codes = {"signed_off": "conflict_signed", "no_right": "conflict_no_right"}
        station.say(refused(codes.get(reply["refused"], "conflict_gone")))
    elif reply.get("error"):
        # Perhaps it was heard and only the answer was lost: the same word again is the same.
        station.say(refused("conflict_unanswered"))
        return
    else:
        station.say(done(notice("conflict_signed_off", Tone.GOOD)))
    ask_conflicts(station)


def _view(station: Station, line: Mapping[str, Any]) -> ConflictView:
    to_local = station.gear.to_local
    signed_at = line.get("signed_at", "")
    is_open = line.get("state", "open") == "open"
    return ConflictView(
        id=line["id"],
        kind=line["kind"],
        at=to_local(datetime.fromisoformat(line["at"])),
        where=line.get("terminal_name", ""),
        receipt=line.get("receipt", ""),
        member=_member_name(station, line.get("member", "")),
        member_id=line.get("member", ""),
        points=line.get("points", 0),
        money_minor=line.get("money", 0),
        detail=line.get("detail", ""),
        actions=_actions(line) if is_open else (),
        action=line.get("action", ""),
        by=line.get("by", ""),
        reason=line.get("reason", ""),
        signed_at=to_local(datetime.fromisoformat(signed_at)) if signed_at else None,
    )


def _actions(line: Mapping[str, Any]) -> tuple[str, ...]:
    if line["kind"] in OF_DEBT and line.get("member"):
        return ABSORB, COLLECT, NOTE
    return (NOTE,)


def _member_name(station: Station, member_id: str) -> str:
    one = station.mirror.member_by_key("id", member_id) if member_id else None
    if one is None:
        return ""
    digits = one.card_last4 or one.phone_last4
    return " ".join(part for part in (one.display_name, f"··{digits}" if digits else "") if part)

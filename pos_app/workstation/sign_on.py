"""Who works at the till.

A cashier picks a name and types a PIN, offline too; leaving is one gesture. An open transaction
keeps the operator: it is finished, suspended or voided first.
"""

from pos_app.domain.rights import Operator, Right
from pos_app.workstation.answer import ALL_PARTS, Answer, Tone, done, notice, refused
from pos_app.workstation.day_settle import news
from pos_app.workstation.later import at_once_or_later
from pos_app.workstation.letting_go import release
from pos_app.workstation.open_conflicts import recount
from pos_app.workstation.ports import StorageBroken
from pos_app.workstation.sale import clear
from pos_app.workstation.station import Station, audit, changed, find_operator, guarded
from pos_app.workstation.suspend_resume import suspend

LAST = "operator"
"""Under this name the till's file has who signed on last."""


def operators(station: Station, right: str = "") -> Answer:
    """data["operators"]: (id, name) of everybody who may sign on; of those with a right.
    data["last"]: the id of who worked here last, "" where that is not known."""
    wanted = {one.value: one for one in Right}.get(right)
    found = (o for o in station.mirror.operators() if wanted is None or o.may(wanted))
    listed = tuple((o.operator_id, o.name) for o in found)
    return done(operators=listed, last=_last(station))


def _last(station: Station) -> str:
    try:
        return (station.journal.recall(LAST) or b"").decode()
    except StorageBroken:
        return ""


def _works(station: Station, operator: Operator) -> None:
    """From now on; after a cut the list begins with them, nothing else depends on it."""
    station.operator, body = operator, operator.operator_id.encode()
    guarded(lambda: _remembered(station, body))
    audit(station, "signed_on", operator.operator_id)


def _remembered(station: Station, body: bytes) -> Answer:
    at_once_or_later(station, LAST, lambda: station.journal.remember(LAST, body))
    return done()


def sign_on(station: Station, operator_id: str, pin: str) -> Answer:
    """Start working; a wrong PIN is in the audit chain."""
    if station.operator is not None and station.open is not None and station.open.lines:
        return refused("finish_first")
    operator = find_operator(station, operator_id)
    if operator is None or not station.gear.pins.verify_pin(operator.pin_hash, pin):
        audit(station, "sign_on_failed", operator_id)
        return refused("wrong_pin")
    if station.open is None or not station.open.lines:
        clear(station)  # a receipt that a cut has left open is for whoever comes first
    _works(station, operator)
    recount(station)
    said = notice("signed_on", Tone.GOOD, None, name=operator.name)
    return Answer(None, (said, *news(station)), ALL_PARTS, {})


def swap(station: Station, operator_id: str, pin: str) -> Answer:
    """Another cashier takes over: same drawer, same session. An open receipt is put aside under the
    name of whoever leaves it; nothing is lost, and whoever comes may take it up again."""
    before = station.operator
    if before is None:
        return refused("sign_on_first")
    operator = find_operator(station, operator_id)
    if operator is None or not station.gear.pins.verify_pin(operator.pin_hash, pin):
        audit(station, "sign_on_failed", operator_id)
        return refused("wrong_pin")
    lines = station.open is not None and bool(station.open.lines)
    if lines:
        trouble = suspend(station, before.name)
        if not trouble.ok:
            return trouble
    clear(station)
    release(station)
    audit(station, "signed_off", before.operator_id)
    station.last_sale = None
    _works(station, operator)
    said = [notice("signed_on", Tone.GOOD, None, name=operator.name)]
    said += [notice("put_aside", Tone.NEUTRAL, None, name=before.name)] if lines else []
    return Answer(None, tuple(said), ALL_PARTS, {})


def sign_off(station: Station) -> Answer:
    """Leave the till to another."""
    if station.operator is None:
        return refused("sign_on_first")
    if station.open is not None and station.open.lines:
        return refused("finish_first")
    audit(station, "signed_off", station.operator.operator_id)
    clear(station)
    release(station)
    station.operator = None
    station.last_sale = None
    return changed(*ALL_PARTS, notices=(notice("signed_off"),))

"""A till without a keyboard: printed bars on the counter are its keys.

The cashier scans "Cash", reads the amount, scans "Enter". The bars are this till's own, told by a
tag; a stranger's, and any while they are switched off, are refused and noted. Nobody can pay by
showing one: a code begins to take money, a second one takes it (docs/adr/0188).
"""

from enum import Enum

from pos_app.domain.identification import Identification
from pos_app.domain.identification.control import COMMANDS, MONEY, is_true, letters_of
from pos_app.workstation.answer import Answer, done, refused
from pos_app.workstation.station import Station, audit

SETTING = "control_codes"
KEY = "control.key"
"""Where the till keeps what it printed its sheet with; without one nothing was printed."""


class Allowed(Enum):
    """The shop's word on control codes."""

    ALL = "all"
    NO_MONEY = "no_money"
    OFF = "off"


def allowed(station: Station) -> Allowed:
    """What the shop lets them do: all, unless it says otherwise; an odd word lets nothing."""
    told = station.mirror.setting(SETTING)
    if told is None:
        return Allowed.ALL
    return next((one for one in Allowed if one.value == told), Allowed.OFF)


def scanned(station: Station, found: Identification, _entry: str) -> Answer:
    """data["control"]: the command, for the front end to carry out as if its key were pressed."""
    text, rule = found.code or "", allowed(station)
    key = station.journal.recall(KEY)
    if rule is Allowed.OFF or not key:
        return _refused(station, "control_off", text)
    if not is_true(key, text):
        return _refused(station, "control_foreign", text)
    letters = letters_of(text) or ""
    if letters not in MONEY:
        return done(control=COMMANDS[letters])
    if rule is Allowed.NO_MONEY:
        return _refused(station, "control_no_money", text)
    if station.operator is None or station.session is None or not _is_due(station):
        return refused("nothing_to_pay")
    audit(station, "control_money", COMMANDS[letters])
    return done(control=COMMANDS[letters])


def _is_due(station: Station) -> bool:
    return station.open is not None and bool(station.open.lines or station.exchange)


def _refused(station: Station, code: str, text: str) -> Answer:
    """Somebody holds a label under the scanner that is no key here: the shop may want to know."""
    if station.operator is not None:
        audit(station, "control_refused", COMMANDS.get(letters_of(text) or "", "?"))
    return refused(code)

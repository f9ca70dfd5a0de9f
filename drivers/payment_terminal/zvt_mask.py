"""ZVT messages as a trace may keep them: whole, but without card numbers, tracks and passwords.

Never lengthens or shortens a message: a recording of them is played to the real driver.
"""

import re

from drivers.contract.payment import is_pan_like
from drivers.payment_terminal.zvt_apdu import (
    AUTHORISATION,
    PRINT_BLOCK,
    PRINT_LINE,
    STATUS_INFORMATION,
    Apdu,
    extents,
)

_CARD = frozenset({0x22, 0x23, 0x24, 0x2D})
"""PAN and the three tracks."""
_SHOWN_BYTES, _SHOWN_DIGITS = 2, 4
"""Four digits of a card's number stay, as on a slip."""
_PASSWORD_BYTES = 3
_RUN = re.compile(rb"\d(?:[ -]?\d){11,}")


def masked_answer(apdu: Apdu) -> Apdu:
    """What the terminal said."""
    if apdu.control in (PRINT_LINE, PRINT_BLOCK):
        return Apdu(apdu.control, _RUN.sub(_hidden_run, apdu.data))
    data = bytearray(apdu.data)
    if apdu.control == STATUS_INFORMATION:
        for tag, start, end in extents(apdu.data):
            if tag == 0x06:  # a container may hold a card's number under any tag
                data[start:end] = _RUN.sub(_hidden_run, bytes(data[start:end]))
            if tag in _CARD:
                kept = bytes(data[end - _SHOWN_BYTES : end]) if tag == 0x22 else b""
                data[start:end] = b"\xee" * (end - start - len(kept)) + kept
    return Apdu(apdu.control, bytes(data))


def masked_order(apdu: Apdu) -> Apdu:
    """What the till said: most commands begin with its password."""
    if apdu.control[0] != 0x06 or apdu.control == AUTHORISATION:
        return apdu
    size = min(_PASSWORD_BYTES, len(apdu.data))
    return Apdu(apdu.control, bytes(size) + apdu.data[size:])


def _hidden_run(found: re.Match[bytes]) -> bytes:
    """Another number with the same last digits, whose check digit is right: no card's."""
    digits = [letter for letter in found[0].decode("ascii") if letter.isdigit()]
    if not is_pan_like(digits):
        return found[0]
    shown = digits[-_SHOWN_DIGITS:]
    others = ([str(first), *"0" * (len(digits) - _SHOWN_DIGITS - 1), *shown] for first in range(10))
    hidden = iter(next(one for one in others if is_pan_like(one)))
    return re.sub(rb"\d", lambda _digit: next(hidden).encode(), found[0])

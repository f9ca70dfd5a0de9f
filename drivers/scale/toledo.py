"""Mettler-Toledo 8217. Never takes a status for a weight, and has only parity for a checksum.

W -> STX weight [N] CR, or STX ? status CR when there is no weight to tell.
Source: the 8217 protocol as public drivers and an emulator speak it.
"""

import re

from drivers.contract.scale import Weight
from drivers.scale.line import Line, NoWeight, Refused

WEIGHT, ZERO, TARE, CLEAR = b"W", b"Z", b"T", b"C"
MOTION, OVER, UNDER, FAR_FROM_ZERO, CENTRE, NET, BAD = (1 << bit for bit in range(7))
_ANSWER = re.compile(rb"\x02(?P<weight>[ 0-9]{1,3}\.[0-9]{3})(?P<net>N?)\r", re.DOTALL)
_STATUS = re.compile(rb"\x02\?(?P<status>[\x00-\x7f])\r", re.DOTALL)
_DIGITS = re.compile(rb" *[0-9]+\.[0-9]{3}")


def answer_of(data: bytes) -> bytes | None:
    """The first whole answer; None when there is none yet."""
    found = [*_ANSWER.finditer(data), *_STATUS.finditer(data)]
    first = min(found, key=lambda one: one.start(), default=None)
    return first[0] if first else None


def weight_of(answer: bytes) -> Weight:
    """The reading in a whole answer; raises NoWeight."""
    told = _STATUS.fullmatch(answer)
    if told is not None:
        return _of_status(told["status"][0])
    found = _ANSWER.fullmatch(answer)
    if found is None or not _DIGITS.fullmatch(found["weight"]):
        raise NoWeight(f"not a weight: {answer[:16].hex()}")
    whole, _dot, part = found["weight"].strip().partition(b".")
    grams = int(whole) * 1000 + int(part)
    return Weight(grams, stable=True, net=found["net"] == b"N", zero=grams == 0)


def _of_status(status: int) -> Weight:
    """No weight was told: why is in the bits."""
    if status & BAD:
        raise NoWeight("the scale did not understand")
    at_zero = bool(status & CENTRE) and not status & (MOTION | OVER | UNDER)
    return Weight(
        grams=0 if at_zero else None,
        stable=at_zero,
        net=bool(status & NET),
        zero=at_zero,
        over=bool(status & OVER),
        under=bool(status & UNDER),
    )


class ToledoProtocol:
    """Questions and answers of the 8217."""

    name = "toledo8217"
    framing = "7E1"
    baud = 9600
    readings = 3

    def read(self, line: Line) -> Weight:
        """One reading."""
        return weight_of(line.ask(WEIGHT, answer_of))

    def set_zero(self, line: Line) -> None:
        """Sends Z, which has no answer: the next reading tells whether it did."""
        line.say(ZERO)
        if self.read(line).grams != 0:
            raise Refused("zero was not set")

    def set_tare(self, line: Line, grams: int | None) -> None:
        """T tares what lies on the pan, C clears; a given number is not possible."""
        if grams:
            raise Refused("the 8217 tares only what lies on the pan")
        line.say(TARE if grams is None else CLEAR)
        if self.read(line).net != (grams is None):
            raise Refused("the tare was not taken")

"""Builds a scale. Never opens it.

Keys: driver (a link's; tcp port 5001), model = "massa100" | "cas6" | "shtrih_pos2" | "toledo8217",
password (Shtrih, four digits), readings, answer_ms, pause_ms, poll_ms. The model sets baud and
framing where the table names none: Massa-K 8E1, Toledo 7E1, the others 8N1.
"""

from drivers.contract import Device
from drivers.registry.keys import Keys
from drivers.registry.workshop import Workshop
from drivers.scale import (
    PROTOCOLS,
    TCP_PORT,
    PollingScale,
    ScaleProtocol,
    ScaleTimings,
    ShtrihProtocol,
)

_PASSWORD_DIGITS = 4


def build_scale(keys: Keys, name: str, workshop: Workshop) -> Device:
    """A scale on a byte link."""
    protocol = _protocol(keys)
    usual = ScaleTimings()
    timings = ScaleTimings(
        answer_ms=keys.take("answer_ms", int, usual.answer_ms),
        pause_ms=keys.take("pause_ms", int, usual.pause_ms),
        poll_ms=keys.take("poll_ms", int, usual.poll_ms),
        readings=keys.take("readings", int, protocol.readings),
    )
    link = workshop.link(
        keys, name, baud=protocol.baud, framing=protocol.framing, tcp_port=TCP_PORT
    )
    return PollingScale(name, link, workshop.listener, protocol, timings)


def _protocol(keys: Keys) -> ScaleProtocol:
    make = keys.one_of("model", PROTOCOLS)
    if not keys.has("password"):
        return make()
    password = keys.take("password", str)
    if make is not ShtrihProtocol or not (password.isdigit() and len(password) == _PASSWORD_DIGITS):
        raise keys.wrong("password is four digits, for a Shtrih scale only", "scale_password")
    return ShtrihProtocol(password)

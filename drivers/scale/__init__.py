"""Scales on the counter: grams that may be sold by. Never an error turned into a weight."""

from collections.abc import Callable

from drivers.scale.cas import CasProtocol
from drivers.scale.driver import PollingScale, ScaleProtocol, ScaleTimings
from drivers.scale.line import Line, NoWeight, Refused
from drivers.scale.massa import MassaProtocol
from drivers.scale.shtrih import ShtrihProtocol
from drivers.scale.toledo import ToledoProtocol

PROTOCOLS: dict[str, Callable[[], ScaleProtocol]] = {
    MassaProtocol.name: MassaProtocol,
    CasProtocol.name: CasProtocol,
    ShtrihProtocol.name: ShtrihProtocol,
    ToledoProtocol.name: ToledoProtocol,
}
TCP_PORT = 5001

__all__ = [
    "PROTOCOLS",
    "TCP_PORT",
    "CasProtocol",
    "Line",
    "MassaProtocol",
    "NoWeight",
    "PollingScale",
    "Refused",
    "ScaleProtocol",
    "ScaleTimings",
    "ShtrihProtocol",
    "ToledoProtocol",
]

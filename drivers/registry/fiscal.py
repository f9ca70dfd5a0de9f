"""Builds a fiscal registrar. Never opens it.

Keys: driver ("atol"), host, port, http_ms, answer_ms, look_ms, poll_ms.
"""

from drivers.contract import Device
from drivers.fiscal_printer import AtolPrinter, AtolWeb, FiscalTimings
from drivers.registry.keys import Keys
from drivers.registry.workshop import Workshop

ATOL_PORT = 16732
LOOPBACK = "127.0.0.1"


def build_fiscal(keys: Keys, name: str, workshop: Workshop) -> Device:
    """A registrar behind the vendor's web requests."""
    keys.one_of("driver", {"atol": "atol"}, "atol")
    host, port = keys.take("host", str, LOOPBACK), keys.take("port", int, ATOL_PORT)
    usual = FiscalTimings()
    timings = FiscalTimings(
        http_ms=keys.take("http_ms", int, usual.http_ms),
        answer_ms=keys.take("answer_ms", int, usual.answer_ms),
        look_ms=keys.take("look_ms", int, usual.look_ms),
        poll_ms=keys.take("poll_ms", int, usual.poll_ms),
    )
    note, tape = workshop.trace(name).add, workshop.recorded(timings.http_ms)
    web = AtolWeb(f"http://{host}:{port}/api/v2", timings.http_ms, note, tape)
    return AtolPrinter(name, web, workshop.listener, timings)

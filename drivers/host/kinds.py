"""The table of kinds: what the till may ask of each, how a person tries it. Never acts itself."""

from drivers.contract import DeviceKind
from drivers.host import common, display, drawer, fiscal, marking, payment, printer, scale
from drivers.host.request import Check, Handler

REQUESTS: dict[str, Handler] = {
    **common.REQUESTS,
    **printer.REQUESTS,
    **drawer.REQUESTS,
    **display.REQUESTS,
    **scale.REQUESTS,
    **fiscal.REQUESTS,
    **marking.REQUESTS,
    **payment.REQUESTS,
}
"""One line a kind."""

CHECKS: dict[DeviceKind, Check] = {
    DeviceKind.PRINTER: printer.check,
    DeviceKind.DRAWER: drawer.check,
    DeviceKind.DISPLAY: display.check,
    DeviceKind.SCALE: scale.check,
    DeviceKind.FISCAL: fiscal.check,
    DeviceKind.PAYMENT: payment.check,
}
"""One line a kind whose live test is more than its state; a scanner's is the gate's."""

"""Simulated devices that speak the real protocols over sockets and pseudo-terminals.

Shipped: the demo shop, training mode and tests use the same ones. Never reached except by a port.
"""

from drivers.fake.devices import VirtualDisplay, VirtualPrinterDevice, VirtualScanner
from drivers.fake.endpoints import Endpoint, PtyEndpoint, TcpEndpoint
from drivers.fake.escpos_tokens import Token, Tokenizer
from drivers.fake.paper import PaperCode, PrintedPaper
from drivers.fake.printer import VirtualPrinter
from drivers.fake.printer_state import PaperState, PrinterFaults
from drivers.fake.rig import VirtualRig
from drivers.fake.scale import ScaleModel, VirtualScale
from drivers.fake.screen import ScreenModel

__all__ = [
    "Endpoint",
    "PaperCode",
    "PaperState",
    "PrintedPaper",
    "PrinterFaults",
    "PtyEndpoint",
    "ScaleModel",
    "ScreenModel",
    "TcpEndpoint",
    "Token",
    "Tokenizer",
    "VirtualDisplay",
    "VirtualPrinter",
    "VirtualPrinterDevice",
    "VirtualRig",
    "VirtualScale",
    "VirtualScanner",
]

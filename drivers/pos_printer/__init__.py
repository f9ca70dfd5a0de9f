"""Receipt printers that speak ESC/POS: encoder, status, driver, queues of the system.

Never prints anything twice by itself.
"""

from drivers.pos_printer.cups import CupsSpooler
from drivers.pos_printer.driver import EscPosPrinter, PrinterTimings
from drivers.pos_printer.encoder import EscPosEncoder
from drivers.pos_printer.profiles import PROFILES, Profile
from drivers.pos_printer.raster import RasterFont
from drivers.pos_printer.spool import Spooler, SpoolError, SpoolState
from drivers.pos_printer.spooled import SpooledPrinter, SpoolTimings
from drivers.pos_printer.strip import NOTHING_READABLE, pages_of, strip_choices
from drivers.pos_printer.winspool import WindowsSpooler, Winspool, load_winspool

__all__ = [
    "NOTHING_READABLE",
    "PROFILES",
    "CupsSpooler",
    "EscPosEncoder",
    "EscPosPrinter",
    "PrinterTimings",
    "Profile",
    "RasterFont",
    "SpoolError",
    "SpoolState",
    "SpoolTimings",
    "SpooledPrinter",
    "Spooler",
    "WindowsSpooler",
    "Winspool",
    "load_winspool",
    "pages_of",
    "strip_choices",
]

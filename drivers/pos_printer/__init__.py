"""Receipt printers that speak ESC/POS: encoder, status, driver.

Never prints anything twice by itself.
"""

from drivers.pos_printer.driver import EscPosPrinter, PrinterTimings
from drivers.pos_printer.encoder import EscPosEncoder
from drivers.pos_printer.profiles import PROFILES, Profile
from drivers.pos_printer.raster import RasterFont

__all__ = [
    "PROFILES",
    "EscPosEncoder",
    "EscPosPrinter",
    "PrinterTimings",
    "Profile",
    "RasterFont",
]

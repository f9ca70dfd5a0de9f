"""Bar code scanners: framing of bytes and reports, and the serial driver.

Never says what a code means.
"""

from drivers.scanner.driver import SerialScanner
from drivers.scanner.framing import Frame, Framer, Framing, LabelIds, Torn
from drivers.scanner.hid_pos import HidPosAssembler, HidScan

__all__ = [
    "Frame",
    "Framer",
    "Framing",
    "HidPosAssembler",
    "HidScan",
    "LabelIds",
    "SerialScanner",
    "Torn",
]

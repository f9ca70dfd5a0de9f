"""Bar code scanners: framing of bytes, reports and keys, and a driver for each way they come.

Never says what a code means.
"""

from drivers.scanner.driver import SerialScanner
from drivers.scanner.evdev_driver import KEYBOARD_FRAMING, EvdevScanner
from drivers.scanner.evdev_link import EvdevLink
from drivers.scanner.framing import Frame, Framer, Framing, LabelIds, Torn
from drivers.scanner.hid_driver import HidScanner
from drivers.scanner.hid_link import HidLink
from drivers.scanner.hid_pos import HidPosAssembler, scan_reports
from drivers.scanner.key_stream import KeyStream
from drivers.scanner.ssi import SsiFramer, SsiScanner
from drivers.scanner.wanted import Wanted
from drivers.scanner.wedge_place import WedgePlace

__all__ = [
    "KEYBOARD_FRAMING",
    "EvdevLink",
    "EvdevScanner",
    "Frame",
    "Framer",
    "Framing",
    "HidLink",
    "HidPosAssembler",
    "HidScanner",
    "KeyStream",
    "LabelIds",
    "SerialScanner",
    "SsiFramer",
    "SsiScanner",
    "Torn",
    "Wanted",
    "WedgePlace",
    "scan_reports",
]

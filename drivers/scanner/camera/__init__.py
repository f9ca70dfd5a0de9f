"""A camera as a scanner. OpenCV and zxing-cpp are extras, loaded only when a camera is used.

Never delivers a label again that merely stays in view.
"""

from drivers.scanner.camera.decoder import KNOWN_FORMATS, DecodedLabel, LabelDecoder
from drivers.scanner.camera.driver import CameraScanner, CameraSettings
from drivers.scanner.camera.frames import DeviceFrames, FileFrames, Frames, frames_of

__all__ = [
    "KNOWN_FORMATS",
    "CameraScanner",
    "CameraSettings",
    "DecodedLabel",
    "DeviceFrames",
    "FileFrames",
    "Frames",
    "LabelDecoder",
    "frames_of",
]

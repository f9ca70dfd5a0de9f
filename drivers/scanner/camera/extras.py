"""The camera's two libraries, loaded on first use. Never loads them for a till without a camera."""

from typing import Any

from drivers.contract import DeviceError, ErrorCode

_HINT = "a camera needs the extra 'camera': pip install kopilka[camera]"


def opencv() -> Any:
    """OpenCV, silent; DeviceError when it is not installed."""
    try:
        import cv2
    except ImportError as missing:
        raise DeviceError(ErrorCode.E_NOSERVICE, _HINT) from missing
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    return cv2


def zxing() -> Any:
    """zxing-cpp; DeviceError when it is not installed."""
    try:
        import zxingcpp
    except ImportError as missing:
        raise DeviceError(ErrorCode.E_NOSERVICE, _HINT) from missing
    return zxingcpp

"""Adds the bundled zone database behind the machine's own. Never hides a newer one."""

import sys
import zoneinfo
from pathlib import Path

_BUNDLED = Path(sys._MEIPASS) / "zoneinfo"  # type: ignore[attr-defined]  # set by the frozen start
if _BUNDLED.is_dir():
    zoneinfo.reset_tzpath([*zoneinfo.TZPATH, str(_BUNDLED)])

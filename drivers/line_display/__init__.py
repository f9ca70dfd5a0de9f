"""Customer displays of two lines. Never turns a Cyrillic letter into a Latin one."""

from drivers.line_display.dialects import DIALECTS, PAGE, PAGES, Dialect
from drivers.line_display.driver import TwoLineDisplay

__all__ = ["DIALECTS", "PAGE", "PAGES", "Dialect", "TwoLineDisplay"]

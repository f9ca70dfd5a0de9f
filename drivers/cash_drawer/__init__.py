"""Cash drawers on a printer's socket. Never calls a drawer closed that cannot say so."""

from drivers.cash_drawer.driver import WARN_OPEN_MS, PrinterDrawer
from drivers.cash_drawer.polarity import Polarity

__all__ = ["WARN_OPEN_MS", "Polarity", "PrinterDrawer"]

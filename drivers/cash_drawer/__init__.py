"""Cash drawers on a printer's socket. Never calls a drawer closed that cannot say so."""

from drivers.cash_drawer.driver import PrinterDrawer
from drivers.cash_drawer.polarity import Polarity

__all__ = ["Polarity", "PrinterDrawer"]

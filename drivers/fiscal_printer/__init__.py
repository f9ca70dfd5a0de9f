"""Fiscal registrars. Never knows what a shop sells."""

from drivers.fiscal_printer.driver import AtolPrinter, FiscalTimings
from drivers.fiscal_printer.web import AtolWeb

__all__ = ["AtolPrinter", "AtolWeb", "FiscalTimings"]

"""Builds a customer's two-line display. Never opens it.

Keys: driver (a link's), model, code_page (cp866 or cp1251).
"""

from drivers.contract import Device
from drivers.line_display import DIALECTS, PAGE, PAGES, TwoLineDisplay
from drivers.registry.keys import Keys
from drivers.registry.workshop import Workshop


def build_display(keys: Keys, name: str, workshop: Workshop) -> Device:
    """A line display on a byte link."""
    dialect = keys.one_of("model", DIALECTS, "epson")
    page = keys.one_of("code_page", {page: page for page in PAGES}, PAGE)
    return TwoLineDisplay(name, workshop.link(keys, name), workshop.listener, dialect, page)

"""Member cards and price labels on paper: sheets as PDF and PNG.

Never invents a number that looks like a payment card, never prints a code it cannot check.
"""

from pos_app.gear.studio.codes import CodeKind, StudioError
from pos_app.gear.studio.designs import Card, KeyLabel, PriceLabel
from pos_app.gear.studio.files import read_cards, read_labels, write_numbers
from pos_app.gear.studio.numbers import new_numbers
from pos_app.gear.studio.sheets import SHEETS, Sheet, narrow_bars, pdf_of, png_of

__all__ = [
    "SHEETS",
    "Card",
    "CodeKind",
    "KeyLabel",
    "PriceLabel",
    "Sheet",
    "StudioError",
    "narrow_bars",
    "new_numbers",
    "pdf_of",
    "png_of",
    "read_cards",
    "read_labels",
    "write_numbers",
]

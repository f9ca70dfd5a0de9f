"""Text elements to lines that fit the paper. Never loses a character and never lets one command."""

import unicodedata
from dataclasses import dataclass

from drivers.contract import Columns, Rule, Style, Text
from drivers.contract.print_job import PLAIN

_SPACES = dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f\t"), " ")
_NOTHING = dict.fromkeys(map(ord, "\u00ad\u200b\u200e\u200f\u2060\ufeff"), "")
_CONTROLS = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], " ")
_CLEAN = {**_CONTROLS, **_SPACES, **_NOTHING}


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line; `text` has at most as many characters as fit with its style."""

    text: str
    style: Style


def clean(text: str) -> str:
    """No control characters (a name must not command a printer), plain spaces, composed accents."""
    return unicodedata.normalize("NFC", text.translate(_CLEAN))


def lines_of(element: Text | Columns | Rule, columns: int) -> list[Line]:
    """The lines of one element on paper `columns` characters wide."""
    match element:
        case Text(text, style):
            rows = text.replace("\r\n", "\n").split("\n")
            fit = _capacity(columns, style)
            return [Line(piece, style) for row in rows for piece in _pieces(clean(row), fit)]
        case Columns(left, right, style):
            return _columns(clean(left), clean(right), style, _capacity(columns, style))
        case Rule(character):
            return [Line(clean(character) * columns, PLAIN)]


def _capacity(columns: int, style: Style) -> int:
    return columns // 2 if style.double_width else columns


def _pieces(text: str, fit: int) -> list[str]:
    return [text[at : at + fit] for at in range(0, len(text), fit)] or [""]


def _columns(left: str, right: str, style: Style, fit: int) -> list[Line]:
    """The right part ends at the edge, on the last line of the left part if there is room."""
    rights = _pieces(right, fit)
    lefts = _pieces(left, fit)
    if right and len(lefts[-1]) + 1 + len(rights[0]) > fit and lefts[-1]:
        lefts.append("")
    lefts[-1] = lefts[-1] + rights[0].rjust(fit - len(lefts[-1]))
    rows = lefts + [piece.rjust(fit) for piece in rights[1:]]
    plain = Style(style.bold, style.double_width, style.double_height, style.underline)
    return [Line(row.rstrip() if not right else row, plain) for row in rows]

"""Text elements to lines that fit the paper. Never loses a word and never lets one command.

A line breaks at a space; a word or an amount (its spaces do not break) only if no line holds it.
"""

import unicodedata
from dataclasses import dataclass

from drivers.contract import Columns, Rule, Style, Text
from drivers.contract.print_job import PLAIN

_NO_BREAK = "\u00a0"
_SPACES = {**dict.fromkeys(map(ord, "\u2007\u2009\u202f"), _NO_BREAK), ord("\t"): " "}
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
    return _kept(text).replace(_NO_BREAK, " ")


def _kept(text: str) -> str:
    """As `clean`, with the spaces that must not break a line still told apart."""
    return unicodedata.normalize("NFC", text.translate(_CLEAN))


def lines_of(element: Text | Columns | Rule, columns: int) -> list[Line]:
    """The lines of one element on paper `columns` characters wide."""
    match element:
        case Text(text, style):
            rows = text.replace("\r\n", "\n").split("\n")
            fit = _capacity(columns, style)
            return [Line(piece, style) for row in rows for piece in _pieces(_kept(row), fit)]
        case Columns(left, right, style):
            return _columns(_kept(left), _kept(right), style, _capacity(columns, style))
        case Rule(character):
            return [Line(clean(character) * columns, PLAIN)]


def _capacity(columns: int, style: Style) -> int:
    return columns // 2 if style.double_width else columns


def _pieces(text: str, fit: int) -> list[str]:
    """The text in pieces of at most `fit`; the space at which a line breaks goes with it."""
    found = []
    while len(text) > fit:
        # The space may stand right behind what fits; an indentation is no place to break.
        at = text.rfind(" ", len(text) - len(text.lstrip(" ")), fit + 1)
        found.append(text[:fit] if at < 0 else text[:at].rstrip(" "))
        text = text[fit:] if at < 0 else text[at:].lstrip(" ")
    return [piece.replace(_NO_BREAK, " ") for piece in (*found, text)]


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

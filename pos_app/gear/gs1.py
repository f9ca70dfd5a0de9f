"""The table of GS1 application identifiers, read with biip. Never judges what a label means."""

import re

from pos_app.domain.ports import Gs1Reading

_GS = "\x1d"
_DATE_RANGE_AI = "7007"  # two dates: biip takes the second for a time of day


class BiipGs1Reader:
    """Gs1Reader on biip (Apache-2.0). The library is imported at the first label (a quarter of a
    second), so that a till that never sees one does not wait for it."""

    def read(self, text: str) -> Gs1Reading:
        """See the Protocol."""
        elements: list[tuple[str, str]] = []
        rest = text.lstrip(_GS)
        while rest:
            element, fault = _first_element(rest)
            if fault is not None:
                return Gs1Reading(tuple(elements), fault)
            elements.append(element)
            rest = rest[len(element[0]) + len(element[1]) :].lstrip(_GS)
        return Gs1Reading(tuple(elements))


def _first_element(text: str) -> tuple[tuple[str, str], str | None]:
    from biip import ParseConfig, ParseError
    from biip.gs1_application_identifiers import GS1ApplicationIdentifier
    from biip.gs1_element_strings import GS1ElementString

    nothing = ("", "")
    segment = text.split(_GS, 1)[0]
    try:
        identifier = GS1ApplicationIdentifier.extract(segment)
    except ParseError:
        return nothing, f"unknown AI at '{segment[:4]}'"
    ai, value = identifier.ai, segment[len(identifier.ai) :]
    config = ParseConfig(gs1_element_strings_verify_date=ai != _DATE_RANGE_AI)
    matched = re.match(identifier.pattern.removesuffix("$"), segment, re.ASCII)
    if matched is None:
        return (
            nothing,
            f"AI {ai} {_why_unmatched(identifier.format, identifier.description, value)}",
        )
    try:
        found = GS1ElementString.extract(segment, config=config).value
    except ParseError:
        return nothing, f"AI {ai} date"
    if ".." in identifier.format and len(found) != len(value):
        return nothing, f"AI {ai} format"
    return (ai, found), None


def _why_unmatched(layout: str, description: str, value: str) -> str:
    if len(value) < _length_min(layout):
        return "too short"
    # The patterns know that there is no 13th month.
    return "date" if "date" in description.casefold() and value[:6].isdigit() else "format"


def _length_min(layout: str) -> int:
    """Characters that a value needs at least: `N2+N14` 14, `N3+N13+X..17` 13, `N2+X..20` 1."""
    fixed = re.findall(r"\+[NX]([0-9]+)", re.sub(r"\[.*?\]", "", layout))
    return sum(int(n) for n in fixed) or 1

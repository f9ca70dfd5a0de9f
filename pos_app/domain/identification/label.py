"""A scan as text with what its scanner said about it. Never decides what the text means."""

import re
from dataclasses import dataclass

from pos_app.domain.identification.result import Identification, Kind, Reason, refused
from pos_app.domain.identification.symbology import UNKNOWN, is_gs1

GS = "\x1d"
_CONTROL = re.compile(r"[\x00-\x1c\x1e\x1f\x7f-\x9f\ufffd]")


@dataclass(frozen=True, slots=True)
class Label:
    """`text` without the identifier in front; `aim` is None when the scanner sends none."""

    text: str
    symbology: str = UNKNOWN
    aim: str | None = None

    @property
    def is_anonymous(self) -> bool:
        """No identifier: the text alone must tell."""
        return self.symbology == UNKNOWN

    @property
    def is_gs1(self) -> bool:
        """FNC1 stood first: said by the identifier, or sent as a leading GS."""
        return is_gs1(self.symbology) or self.text.startswith(GS)

    @property
    def has_control_characters(self) -> bool:
        """Anything that is not text; GS is only text in GS1 data."""
        return _CONTROL.search(self.text) is not None

    def answer(self, kind: Kind, symbology: str | None = None) -> Identification:
        """An answer of this label; `symbology` is what the text betrays of an anonymous one."""
        known = symbology if symbology and self.is_anonymous else self.symbology
        return Identification(kind, known, self.aim)

    def refusal(self, reason: Reason, error: str, symbology: str | None = None) -> Identification:
        """A bad scan of this label."""
        known = symbology if symbology and self.is_anonymous else self.symbology
        return refused(reason, error, known, self.aim)

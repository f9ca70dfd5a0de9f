"""Whose hand was last at the till, a finger's or a keyboard's, and its letters. Never a widget."""

from dataclasses import dataclass


@dataclass(slots=True)
class Hands:
    """`letters`: they stand on the screen for the present question; the rest is how they look."""

    by_finger: bool = False
    letters: bool = False
    layout: str = ""
    capitals: bool = False

    def asked(self) -> None:
        """Another question: letters come if a finger asked for it, in the till's own layout."""
        self.letters, self.layout, self.capitals = self.by_finger, "", False

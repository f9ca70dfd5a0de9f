"""Marking codes of the open receipt that have no verdict yet: a mark that goes with it. No rule."""

from pos_app.ui.controls import reveal
from pos_app.ui.desk import Change, Desk
from pos_app.ui.notice_line import Strip
from pos_app.ui.theme import Look
from pos_app.workstation.answer import Part, Tone

WATCHED = {Part.TRANSACTION, Part.LAST_SALE, Part.TENDERS}


class AskedCodes(Strip):
    """The goods have no line before somebody has judged their code: the mark stands under the
    lines, where theirs will be."""

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__(look)
        self._desk = desk

    def refresh(self, changes: frozenset[Change]) -> None:
        """The first of them by name, the others counted; none takes no room."""
        if not changes & WATCHED:
            return
        asking = self._desk.view.asking
        if not asking:
            reveal(self, False)
            return
        name, *more = asking
        key = "ui.codes_asked" if more else "ui.code_asked"
        self.say(self.look.say(key, name=name, more=len(more)), Tone.NEUTRAL)

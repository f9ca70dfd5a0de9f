"""The store's conflicts on the screen: what each means and costs, who signed it. No decision."""

from pos_app.ui.conflict_flows import detail_words, kind_words, meaning_words, where_words
from pos_app.ui.desk import Desk
from pos_app.ui.member_page import Sheet
from pos_app.ui.phrases import money
from pos_app.ui.reason_flows import moment_words, reason_words
from pos_app.ui.theme import Look
from pos_app.workstation.open_conflicts import ConflictList, ConflictView


class ConflictsPage(Sheet):
    """Open ones with their meaning, then what was signed off lately."""

    def __init__(self, look: Look, desk: Desk, told: ConflictList) -> None:
        super().__init__(look, desk, look.say("menu.conflicts"))
        self._sums(told)
        self.begin()
        waiting = [one for one in told.lines if one.actions]
        signed = [one for one in told.lines if not one.actions]
        if told.whole:
            self.heading(look.say("conflict.open"))
            for place, one in enumerate(waiting, start=1):
                self._line(place, one)
            if not waiting:
                self.nothing(look.say("conflict.none"))
        if signed:
            self.heading(look.say("conflict.signed"))
            for one in signed:
                self._signed(one)
        self.end()

    def _sums(self, told: ConflictList) -> None:
        say, words, sums = self.look.say, self.look.words, told.sums
        if sums.seen_at is None:
            self.line(say("conflict.never_heard"), "secondary" if told.whole else "warning")
            return
        cost = money(words, self.desk.view, sums.money_minor)
        text = say("conflict.sums", n=sums.count, cost=cost)
        self.line(text, ink="warning" if sums.count else "good")
        if not told.whole:
            self.line(say("conflict.seen_at", at=moment_words(words, sums.seen_at)), "warning")

    def _figure(self, one: ConflictView) -> str:
        words = self.look.words
        if one.money_minor:
            return money(words, self.desk.view, one.money_minor)
        return words.text("conflict.points", n=one.points) if one.points else ""

    def _line(self, place: int, one: ConflictView) -> None:
        """Under the number that its row beside has."""
        words = self.look.words
        name = f"{place}. {kind_words(words, one)}"
        self.row(name, self._figure(one), meaning_words(words, one), "warning")
        detail = detail_words(words, one)
        self.small(" · ".join(part for part in (where_words(words, one), detail) if part))

    def _signed(self, one: ConflictView) -> None:
        words = self.look.words
        when = moment_words(words, one.signed_at) if one.signed_at else ""
        deed, why = words.text(f"conflict.{one.action}"), reason_words(words, one.reason)
        below = " · ".join(part for part in (deed, one.by, when, why) if part)
        self.row(kind_words(words, one), self._figure(one), where_words(words, one))
        self.small(below)

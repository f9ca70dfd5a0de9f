"""A member on the screen: balance by lots, ledger line by line, receipts. Never a computation."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout

from pos_app.ui.controls import Paragraph, label, rule
from pos_app.ui.desk import Desk
from pos_app.ui.member_flows import LEDGER, LOTS, MemberBoard, name_of, tail_of
from pos_app.ui.panels import Panel
from pos_app.ui.phrases import money
from pos_app.ui.reason_flows import moment_words, reason_words
from pos_app.ui.scrolling import scrolled
from pos_app.ui.theme import MEDIUM, SEMIBOLD, Look
from pos_app.workstation.member_card import LedgerView, LotView, MemberCard, ReceiptView
from pos_app.workstation.merge_members import MergePlan

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop


class Sheet(Panel):
    """A page of rows: words at the left, a figure at the right, small words below."""

    def __init__(self, look: Look, desk: Desk, title: str) -> None:
        super().__init__(look, desk)
        self.head(title)
        self.place = 0
        self.grid: QGridLayout

    def begin(self) -> None:
        """From here on rows scroll."""
        area, self.grid = scrolled(self.look)
        self.grid.setColumnStretch(0, 1)
        self.column.addWidget(area, 1)

    def end(self) -> None:
        """No row comes any more."""
        self.grid.setRowStretch(self.place, 1)

    def line(self, text: str, ink: str = "secondary") -> None:
        """A line above the rows."""
        words = Paragraph(self.look, self.look.metrics.small, ink)
        words.say(text)
        self.column.addWidget(words)

    def heading(self, text: str) -> None:
        """A group of rows."""
        self.grid.addWidget(rule(), self.place, 0, 1, 2)
        head = label(self.look, text, self.look.metrics.small, SEMIBOLD, "secondary")
        self.grid.addWidget(head, self.place + 1, 0, 1, 2)
        self.place += 2

    def row(self, title: str, figure: str = "", below: str = "", ink: str = "") -> None:
        """One row."""
        look = self.look
        self.grid.setRowMinimumHeight(self.place, look.metrics.px(4))
        self.place += 1
        words = Paragraph(look, look.metrics.body, ink="")
        words.say(title)
        self.grid.addWidget(words, self.place, 0)
        if figure:
            number = label(look, figure, weight=MEDIUM, ink=ink)
            number.setFont(look.font(look.metrics.body, MEDIUM, figures=True))
            self.grid.addWidget(number, self.place, 1, RIGHT)
        self.place += 1
        if below:
            self.small(below)

    def small(self, text: str) -> None:
        """Small words over the whole width."""
        words = Paragraph(self.look, self.look.metrics.small)
        words.say(text)
        self.grid.addWidget(words, self.place, 0, 1, 2)
        self.place += 1

    def nothing(self, text: str) -> None:
        """In the place of rows."""
        self.row(text)


class MemberPage(Sheet):
    """One member and one section."""

    def __init__(self, look: Look, desk: Desk, board: MemberBoard) -> None:
        card = board.card
        title = " · ".join(part for part in (name_of(card), card.tier_name) if part)
        super().__init__(look, desk, title)
        self._about(card)
        self.begin()
        self.heading(look.say(f"member.{board.section}"))
        if board.section == LOTS:
            self._lots(card)
        elif board.section == LEDGER:
            self._ledger(card)
        else:
            self._receipts(card)
        if card.more and board.section != LOTS:
            self.nothing(look.say("member.more"))
        self.end()

    def _about(self, card: MemberCard) -> None:
        say, words = self.look.say, self.look.words
        since = say("member.since", on=card.enrolled_on) if card.enrolled_on else ""
        self.line(" · ".join(part for part in (tail_of(card), since) if part))
        points = [words.text("member.balance", points=words.number(card.points))]
        if card.pending:
            points.append(words.text("member.pending", points=words.number(card.pending)))
        if card.debt:
            points.append(words.text("member.debt", points=words.number(card.debt)))
        points.append(words.text("member.here", points=words.number(card.allowance)))
        self.line(" · ".join(points), ink="")
        if card.blocked:
            self.line(say("member.blocked", reason=card.blocked), "warning")
        if not card.confirmed:
            self.line(say("member.unconfirmed"), "warning")
        if card.merges:
            self.line(say("member.merging"), "warning")
        self.line(self._known(card), "secondary" if card.whole or card.asked else "warning")

    def _known(self, card: MemberCard) -> str:
        say = self.look.say
        if card.whole:
            return say("member.whole")
        if card.asked:
            return say("member.asked")
        if card.as_of is None:
            return say("member.only_here")
        return say("member.own", at=moment_words(self.look.words, card.as_of))

    def _lots(self, card: MemberCard) -> None:
        for lot in card.lots:
            self.row(*self._lot(lot))
        if not card.lots:
            self.nothing(self.look.say("member.no_lots"))

    def _lot(self, lot: LotView) -> tuple[str, str, str]:
        say, words = self.look.say, self.look.words
        ends = say("member.until", on=lot.expires_on) if lot.expires_on else say("member.for_ever")
        below = say("member.spendable", on=lot.available_on) if lot.pending else ""
        return ends, words.number(lot.points), below

    def _ledger(self, card: MemberCard) -> None:
        for one in card.ledger:
            sign = "+" if one.points > 0 else ""
            figure = sign + self.look.words.number(one.points)
            self.row(self._why(one), figure, self._of(one), "" if one.points >= 0 else "warning")
        if not card.ledger:
            self.nothing(self.look.say("member.no_ledger"))

    def _why(self, one: LedgerView) -> str:
        words = self.look.words
        said = words.text(f"ledger.{one.kind}")
        receipt = words.text("conflict.receipt", number=one.receipt) if one.receipt else ""
        reason = reason_words(words, one.reason) if one.reason else ""
        return " · ".join(part for part in (said, receipt, reason) if part)

    def _of(self, one: LedgerView) -> str:
        words = self.look.words
        parts = [moment_words(words, one.at)]
        if one.balance is not None:
            parts.append(words.text("member.after", points=words.number(one.balance)))
        if one.operator:
            parts.append(one.operator)
        if one.former:
            parts.append(words.text("member.former"))
        if one.unheard:
            parts.append(words.text("member.unheard"))
        return " · ".join(parts)

    def _receipts(self, card: MemberCard) -> None:
        for one in card.receipts:
            self.row(*self._receipt(one))
        if not card.receipts:
            self.nothing(self.look.say("member.no_receipts"))

    def _receipt(self, one: ReceiptView) -> tuple[str, str, str]:
        words, view = self.look.words, self.desk.view
        back = one.kind == "return"
        title = words.text("member.return" if back else "member.receipt", number=one.number)
        figure = money(words, view, -one.total_minor if back else one.total_minor)
        where = words.text("member.store", store=one.store) if one.store else ""
        where = words.text("member.this_till") if one.here else where
        parts = [moment_words(words, one.at), where or words.text("member.other_store")]
        said = {"taken_back": one.earned, "given_back": one.redeemed}
        if not back:
            said = {"earned": one.earned, "redeemed": one.redeemed}
        for name, points in said.items():
            if points:
                parts.append(words.text(f"member.{name}", points=words.number(points)))
        return title, figure, " · ".join(parts)


class MergePage(Sheet):
    """Two members side by side, before they are one."""

    def __init__(self, look: Look, desk: Desk, plan: MergePlan) -> None:
        super().__init__(look, desk, look.say("member.merge_title"))
        self.line(look.say("member.merge_how"), ink="")
        if plan.waits:
            self.line(look.say("member.merge_dark"), "warning")
        self.begin()
        for card in (plan.kept, plan.gone):
            self._one(card)
        self.heading(look.say("member.together"))
        self.row(look.say("member.all_points"), look.words.number(plan.points))
        self.end()

    def _one(self, card: MemberCard) -> None:
        say, words = self.look.say, self.look.words
        self.heading(" · ".join(part for part in (name_of(card), card.tier_name) if part))
        if card.display_name:
            self.row(tail_of(card) or say("member.no_keys"))
        self.row(say("member.all_points"), words.number(card.points + card.pending))
        self.row(say("member.lots"), words.number(len(card.lots)))
        if card.enrolled_on:
            self.row(say("member.since", on=card.enrolled_on))

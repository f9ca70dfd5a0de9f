"""The member beside the receipt: who, points, chips, one offer; without one, what a card gives."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from pos_app.domain.sentence import Points
from pos_app.ui.chip_places import CHIPS, placed
from pos_app.ui.controls import Button, Paragraph, Variants, label, reveal, rule
from pos_app.ui.desk import Change, Desk, Own
from pos_app.ui.gestures import choose_chip
from pos_app.ui.menu_flows import perform
from pos_app.ui.offer import OfferCard
from pos_app.ui.panels import Panel
from pos_app.ui.returning_panel import Returning
from pos_app.ui.theme import BOLD, MEDIUM, SEMIBOLD, Look
from pos_app.ui.top_bar import Pill
from pos_app.workstation.answer import Part
from pos_app.workstation.offered_view import OfferedView
from pos_app.workstation.view import Chip, MemberView


class Chips(QWidget):
    """The choices of points, two by two or four abreast; each shows its keys."""

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__()
        self._look = look
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(look.metrics.px(8))
        self.buttons = []
        first = "" if look.metrics.is_narrow else "F6 "
        for place in range(CHIPS):
            button = Button(look, "", partial(choose_chip, desk, place), key=f"{first}{place + 1}")
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            grid.addWidget(button, place // 2, place % 2)
            self.buttons.append(button)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)

    def show_chips(self, chips: tuple[Chip, ...], asked: bool, offered: bool) -> None:
        """The program's choices; ringed while F6 waits for a digit."""
        shown = placed(chips)
        for place, button in enumerate(self.buttons):
            reveal(button, place in shown)
            button.setEnabled(offered)
            if place in shown:
                chip = shown[place]
                number = self._look.words.number(chip.points)
                name = f"chip.{chip.kind}"
                said = self._look.say(name, n=number)
                button.relabel(said)
                button.wear("points" if chip.chosen else "payable" if asked else "plain")
                button.setAccessibleName(
                    self._look.say("ui.redeem_chip", points=Points(chip.points), key=place + 1)
                )


class KnownMember(QWidget):
    """Somebody with a card."""

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__()
        self._look, self._desk = look, desk
        metrics = look.metrics
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.px(6 if metrics.is_low else 10))
        column.addLayout(self._head())
        self._ids = Variants(look, metrics.small)
        column.addWidget(self._ids)
        self._blocked = Paragraph(look, metrics.body, ink="error")
        column.addWidget(self._blocked)
        column.addSpacing(metrics.px(2))
        column.addLayout(self._figures())
        self._notes = Paragraph(look, metrics.small)
        column.addWidget(self._notes)
        self._redeem = self._redeem_part()
        column.addWidget(self._redeem)
        self._next_tier = Paragraph(look, metrics.small)
        column.addWidget(self._next_tier)

    def _head(self) -> QHBoxLayout:
        look, row = self._look, QHBoxLayout()
        row.setSpacing(look.metrics.px(8))
        self._name = Paragraph(look, look.metrics.heading, ink="")
        self._name.setFont(look.font(look.metrics.heading, SEMIBOLD))
        self._tier = Pill(look)
        self._tier.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        remove = Button(look, "", partial(perform, self._desk, "remove_member"), icon="x",
                        skin="quiet")  # fmt: skip
        self._remove = remove
        remove.setAccessibleName(look.say("ui.remove_member"))
        remove.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row.addWidget(self._name, 1)
        row.addWidget(self._tier)
        row.addWidget(remove)
        return row

    def _figures(self) -> QGridLayout:
        look, grid = self._look, QGridLayout()
        small, figure = look.metrics.small, look.metrics.figure
        grid.setVerticalSpacing(0)
        grid.addWidget(label(look, look.say("ui.points"), small, ink="secondary"), 0, 0)
        grid.addWidget(label(look, look.say("ui.for_receipt"), small, ink="secondary"), 0, 1)
        self._points = label(look, "", figure, BOLD, ink="points")
        self._earned = label(look, "", figure, BOLD, ink="good")
        grid.addWidget(self._points, 1, 0)
        grid.addWidget(self._earned, 1, 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        return grid

    def _redeem_part(self) -> QWidget:
        look = self._look
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.metrics.px(8))
        column.addWidget(rule())
        row = QHBoxLayout()
        name = label(look, look.say("ui.redeem"), look.metrics.body, SEMIBOLD)
        row.addWidget(name, 1)
        own = Button(look, look.say("ui.own_number"), partial(perform, self._desk, "points_amount"),
                     key="F6 F6", skin="quiet", icon="keyboard", px=look.metrics.small)  # fmt: skip
        self._own = own
        own.level = 2 if look.metrics.is_narrow else 1
        own.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row.addWidget(own)
        column.addLayout(row)
        self.chips = Chips(look, self._desk)
        column.addWidget(self.chips)
        self._how = Paragraph(look, look.metrics.small, ink="accent")
        self._limit = Paragraph(look, look.metrics.small)
        column.addWidget(self._how)
        column.addWidget(self._limit)
        return part

    def show_member(self, member: MemberView) -> None:
        """Everything about the member of this receipt."""
        words, say = self._look.words, self._look.say
        self._name.say(member.display_name)
        self._tier.say("star", "points", member.tier_name)
        reveal(self._tier, bool(member.tier_name))
        card = say("ui.card_tail", tail=member.card_last4) if member.card_last4 else ""
        phone = say("ui.phone_tail", tail=member.phone_last4) if member.phone_last4 else ""
        self._ids.say(" · ".join(p for p in (phone, card) if p), phone or card, ink="secondary")
        reveal(self._ids, bool(card or phone))
        self._blocked.say(words.say(member.blocked) if member.blocked else "")
        self._points.setText(words.number(member.points))
        transaction = self._desk.view.transaction
        earned = transaction.points_earned if transaction else 0
        self._earned.setText(f"+{words.number(earned)}")
        self._notes.say("\n".join(self._lines_of(member)))
        self._show_redeem(member)
        self._next_tier.say(self._next(member))

    def make_room(self, width: int, height: int) -> None:
        """What is least needed leaves before anything is squeezed: the way to the next tier, ids.

        Asked again at each size and each change, so what has left comes back with the room.
        """
        spare = (self._next_tier, self._ids)
        for line in spare:
            reveal(line, bool(line.text()))
        for line in spare:
            if self._column.totalHeightForWidth(width) <= height:
                return
            line.hide()

    def _show_redeem(self, member: MemberView) -> None:
        words = self._look.words
        reveal(self._redeem, bool(member.chips))
        asked = self._desk.ask is not None and self._desk.ask.name == "points"
        transaction = self._desk.view.transaction
        may = transaction.may if transaction is not None else OfferedView()
        self._remove.setEnabled(may.member)
        self._own.setEnabled(may.points)
        self.chips.show_chips(member.chips, asked, may.points)
        self._how.say(self._look.say("ask.points.hint") if asked else "")
        self._limit.say(words.say(member.redeem_limit) if member.redeem_limit else "")

    def _lines_of(self, member: MemberView) -> list[str]:
        say, lines = self._look.say, []
        if member.pending:
            lines.append(say("ui.pending", points=Points(member.pending)))
        if member.expiring:
            first = member.expiring[0]
            points = Points(first.points)
            lines.append(say("ui.expiring", n=first.points, points=points, on=first.on))
        if not self._desk.view.link.online:
            key = "ui.balance_as_of" if member.as_of else "ui.balance_offline"
            lines.append(say(key, at=member.as_of, points=Points(member.allowance)))
        return lines

    def _next(self, member: MemberView) -> str:
        if member.next_tier_name is None or member.next_tier_needs_minor is None:
            return ""
        left = self._desk.money(member.next_tier_needs_minor)
        return self._look.say("ui.next_tier", tier=member.next_tier_name, left=left)


class NobodyYet(QWidget):
    """The panel sells the programme: what this receipt would give, and how to join."""

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__()
        self._look, self._desk = look, desk
        metrics = look.metrics
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.gap)
        title = Paragraph(look, metrics.heading, ink="")
        title.setFont(look.font(metrics.heading, SEMIBOLD))
        title.say(look.say("ui.no_member"))
        column.addWidget(title)
        how = Paragraph(look, metrics.small)
        how.say(look.say("ui.how_to_identify"))
        column.addWidget(how)
        self._teaser = Paragraph(look, metrics.body, ink="points")
        self._teaser.setFont(look.font(metrics.body, MEDIUM))
        column.addWidget(self._teaser)
        find = Button(look, look.say("ui.by_phone"), partial(perform, desk, "member"),
                      icon="user-round-search", key="F2", skin="accent")  # fmt: skip
        enrol = Button(look, look.say("ui.enrol"), partial(perform, desk, "enrol"),
                       icon="user-round-plus")  # fmt: skip
        self._buttons = (find, enrol)
        for button in self._buttons:
            button.least.setHeight(max(metrics.target, metrics.px(52)))
            column.addWidget(button)

    def show_teaser(self) -> None:
        """What this receipt would earn and save with a card, while one may still come."""
        transaction = self._desk.view.transaction
        may = transaction.may if transaction is not None else OfferedView()
        for button in self._buttons:
            button.setEnabled(may.member)
        teaser = transaction.teaser if transaction else None
        if teaser is None and transaction is not None and transaction.lines and may.member:
            self._teaser.pause()  # it is priced when the lines are painted
            return
        if teaser is None or not may.member or not (teaser.points or teaser.saves_minor):
            self._teaser.say("")
            return
        key = "ui.teaser" if teaser.saves_minor else "ui.teaser_points"
        points, saves = Points(teaser.points), self._desk.money(teaser.saves_minor)
        self._teaser.say(self._look.say(key, points=points, saves=saves))


class MemberPanel(Panel):
    """The member, nobody or what comes back, and one offer at the foot."""

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__(look, desk)
        self.known = KnownMember(look, desk)
        self.nobody = NobodyYet(look, desk)
        self.returning = Returning(look)
        self._offer = OfferCard(look, desk)
        self.column.addWidget(self.known)
        self.column.addWidget(self.nobody)
        self.column.addWidget(self.returning)
        self.column.addStretch(1)
        self.column.addWidget(self._offer)
        self.refresh(frozenset({Part.MEMBER}))

    def refresh(self, changes: frozenset[Change]) -> None:
        watched = {Part.MEMBER, Part.TRANSACTION, Part.LINK, Part.TENDERS, Own.ASK}
        if not changes & watched:
            return
        member, transaction = self.desk.view.member, self.desk.view.transaction
        back = transaction.returning if transaction is not None else None
        reveal(self.returning, back is not None)
        reveal(self.known, back is None and member is not None)
        reveal(self.nobody, back is None and member is None)
        if back is not None:
            self.returning.show_return(back)
        elif member is not None:
            self.known.show_member(member)
        else:
            self.nobody.show_teaser()
        self._offer.show_offer()
        self._make_room()

    def _make_room(self) -> None:
        """For the member, beside the offer."""
        inner = self.contentsRect().marginsRemoved(self.column.contentsMargins())
        taken = 0
        if not self._offer.isHidden():
            taken = self._offer.heightForWidth(inner.width()) + self.column.spacing()
        if not self.known.isHidden():
            self.known.make_room(inner.width(), inner.height() - taken)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another size is other room."""
        super().resizeEvent(event)
        self._make_room()

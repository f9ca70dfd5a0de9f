"""The receipt's rewards, its coupons, the gift card at hand: chips over the totals. No rule."""

from functools import partial

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pos_app.domain.sentence import Points
from pos_app.ui import pin_flows
from pos_app.ui.controls import Button, FitRow, reveal
from pos_app.ui.desk import Change, Desk
from pos_app.ui.menu_flows import perform
from pos_app.ui.theme import Look
from pos_app.workstation.answer import Part
from pos_app.workstation.chip_view import ClaimedView, CouponView
from pos_app.workstation.view import TransactionView

MOST = 3
REWARDS, COUPONS = "rewards", "coupons"
"""The gestures that list them."""


class CouponChips(QWidget):
    """One chip a reward, which was promised, then one a coupon; a tap shows all of its kind with
    their reasons, and takes one off. A gift card that may pay is a button that pays."""

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__()
        self._look, self._desk = look, desk
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self._lists = [COUPONS] * (MOST + 1)
        self.chips = [Button(look, "", partial(self._press, place)) for place in range(MOST)]
        self.more = Button(look, "", partial(self._press, MOST))
        self._row = FitRow(look, (*self.chips, self.more), (*[3] * MOST, 1))
        self._row.setMinimumWidth(1)  # as many as there is room for: see `_fit`
        self._shown: tuple[ClaimedView | CouponView, ...] = ()
        pay = partial(perform, desk, "gift_card")
        self.card = Button(look, "", pay, icon="credit-card", key="F12")
        self._cards = FitRow(look, (self.card,))
        column.setSpacing(look.metrics.px(6))
        column.addWidget(self._cards)
        column.addWidget(self._row)
        reveal(self, False)

    def refresh(self, changes: frozenset[Change]) -> None:
        """The coupons of the open receipt; none takes no room."""
        self.card.setEnabled(not pin_flows.is_asked(self._desk))
        if not changes & {Part.TRANSACTION, Part.MEMBER, Part.LAST_SALE, Part.TENDERS}:
            return
        transaction = self._desk.view.transaction
        rewards = transaction.claimed if transaction else ()
        coupons = transaction.coupons if transaction else ()
        self._shown = (*rewards, *coupons)
        self._lists = [REWARDS if place < len(rewards) else COUPONS for place in range(MOST)]
        self._lists.append(COUPONS if coupons else REWARDS)
        pays = self._show_card(transaction)
        reveal(self._cards, pays)
        reveal(self._row, bool(self._shown))
        reveal(self, bool(self._shown) or pays)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width is room for other chips."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """The first few for which there is room, the others counted; one alone loses the end of its
        name before it would be cut."""
        count = len(self._shown)
        coupons = self._lists.index(COUPONS) if COUPONS in self._lists else MOST
        for place, one in enumerate(self._shown[:MOST]):  # F4 F4 stands on the first coupon
            self._show(self.chips[place], one, "F4 F4" if place == coupons else "")
        for fits in range(min(MOST, count), 0, -1):
            for place, button in enumerate(self.chips):
                reveal(button, place < fits)
            reveal(self.more, count > fits)
            self.more.relabel(f"+{count - fits}")
            if self._row.minimumSizeHint().width() <= self.width():
                break
        else:
            self._shorten()
        self._row.arrange()

    def _shorten(self) -> None:
        """Its name whole stays in what is read aloud."""
        if not self._shown:
            return
        button, one = self.chips[0], self._shown[0]
        spoken, name = button.accessibleName(), one.name
        while name and self._row.minimumSizeHint().width() > self.width():
            name = name[:-1].rstrip()
            button.relabel(f"{name}…: {self._told(one)}")
        button.setAccessibleName(spoken)

    def _show_card(self, transaction: TransactionView | None) -> bool:
        look, card = self._look, self._desk.view.gift_card
        if card is None or not card.pays or transaction is None or not transaction.lines:
            return False
        balance = look.words.money(card.balance_minor, self._desk.view.currency)
        self.card.relabel(look.say("ui.pay_by_gift_card", number=card.number, balance=balance))
        self._cards.arrange()
        return True

    def _press(self, place: int) -> None:
        perform(self._desk, self._lists[place])

    def _show(self, button: Button, one: ClaimedView | CouponView, key: str) -> None:
        """What counts is ticked and says what it saves; what does not says so in words."""
        look, reward = self._look, isinstance(one, ClaimedView)
        state = self._told(one)
        button.key = key
        button.icon_name = ""
        button.relabel(f"{one.name}: {state}")
        why = look.words.say(one.why_not) if one.why_not else ""
        kind = look.say("ui.reward_chip" if reward else "ui.coupon_chip", name=one.name)
        spoken = (kind, state, why, button.key)
        button.setAccessibleName(", ".join(part for part in spoken if part))
        button.wear("points" if _counts(one) else "plain")

    def _told(self, one: ClaimedView | CouponView) -> str:
        """What it takes off, and what it costs."""
        look = self._look
        if not _counts(one):
            return look.say("ui.coupon_idle")
        costs = one.points if isinstance(one, ClaimedView) else 0
        saves = one.saves_minor
        told = [look.words.money(-saves, self._desk.view.currency)] if saves else []
        told += [look.words.format(Points(costs))] if costs else []
        return " · ".join(told) or look.say("ui.coupon_applied")


def _counts(one: ClaimedView | CouponView) -> bool:
    """It does what it is for on this receipt."""
    return one.why_not is None if isinstance(one, ClaimedView) else one.applied

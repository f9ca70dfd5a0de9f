"""The receipt's coupons and the gift card at hand, as chips over the totals. No rule."""

from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from pos_app.ui import pin_flows
from pos_app.ui.controls import Button, FitRow, reveal
from pos_app.ui.desk import Change, Desk
from pos_app.ui.menu_flows import perform
from pos_app.ui.theme import Look
from pos_app.workstation.answer import Part
from pos_app.workstation.chip_view import CouponView
from pos_app.workstation.view import TransactionView

MOST = 3


class CouponChips(QWidget):
    """One chip a coupon; a tap shows them all with their reasons, and takes one off. A gift card
    that may pay is a button that pays."""

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__()
        self._look, self._desk = look, desk
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        press = partial(perform, desk, "coupons")
        self.chips = [Button(look, "", press, key="F4 F4" if n == 0 else "") for n in range(MOST)]
        self.more = Button(look, "", press)
        self._row = FitRow(look, (*self.chips, self.more), (*[3] * MOST, 1))
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
        shown = transaction.coupons if transaction else ()
        pays = self._show_card(transaction)
        reveal(self._cards, pays)
        reveal(self._row, bool(shown))
        reveal(self, bool(shown) or pays)
        for place, button in enumerate(self.chips):
            reveal(button, place < len(shown))
            if place < len(shown):
                self._show(button, shown[place])
        reveal(self.more, len(shown) > MOST)
        self.more.relabel(f"+{len(shown) - MOST}")
        self._row.arrange()

    def _show_card(self, transaction: TransactionView | None) -> bool:
        look, card = self._look, self._desk.view.gift_card
        if card is None or not card.pays or transaction is None or not transaction.lines:
            return False
        balance = look.words.money(card.balance_minor, self._desk.view.currency)
        self.card.relabel(look.say("ui.pay_by_gift_card", number=card.number, balance=balance))
        self._cards.arrange()
        return True

    def _show(self, button: Button, one: CouponView) -> None:
        """What counts is ticked and says what it saves; what does not says so in words."""
        look, view = self._look, self._desk.view
        state = look.say("ui.coupon_idle")
        if one.applied:
            state = look.say("ui.coupon_applied")
            if one.saves_minor:
                state = look.words.money(-one.saves_minor, view.currency)
        button.icon_name = ""
        button.relabel(f"{one.name}: {state}")
        why = look.words.say(one.why_not) if one.why_not else ""
        spoken = (look.say("ui.coupon_chip", name=one.name), state, why, button.key)
        button.setAccessibleName(", ".join(part for part in spoken if part))
        button.wear("points" if one.applied else "plain")

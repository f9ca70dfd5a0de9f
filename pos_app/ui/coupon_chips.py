"""The receipt's coupons as chips over the totals: what counts, and what does not. No rule."""

from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from pos_app.ui.controls import Button, FitRow, reveal
from pos_app.ui.desk import Change, Desk
from pos_app.ui.menu_flows import perform
from pos_app.ui.theme import Look
from pos_app.workstation.answer import Part
from pos_app.workstation.chip_view import CouponView

MOST = 3


class CouponChips(QWidget):
    """One chip a coupon; a tap shows them all with their reasons, and takes one off."""

    def __init__(self, look: Look, desk: Desk) -> None:
        super().__init__()
        self._look, self._desk = look, desk
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        press = partial(perform, desk, "coupons")
        self.chips = [Button(look, "", press, key="F4 F4" if n == 0 else "") for n in range(MOST)]
        self.more = Button(look, "", press)
        self._row = FitRow(look, (*self.chips, self.more), (*[3] * MOST, 1))
        column.addWidget(self._row)
        reveal(self, False)

    def refresh(self, changes: frozenset[Change]) -> None:
        """The coupons of the open receipt; none takes no room."""
        if not changes & {Part.TRANSACTION, Part.MEMBER, Part.LAST_SALE}:
            return
        transaction = self._desk.view.transaction
        shown = transaction.coupons if transaction else ()
        reveal(self, bool(shown))
        for place, button in enumerate(self.chips):
            reveal(button, place < len(shown))
            if place < len(shown):
                self._show(button, shown[place])
        reveal(self.more, len(shown) > MOST)
        self.more.relabel(f"+{len(shown) - MOST}")
        self._row.arrange()

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

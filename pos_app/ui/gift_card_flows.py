"""Gestures of gift cards: shown, sold, paid with. Never a rule, never a sum."""

from collections.abc import Callable

from pos_app.ui.desk import Ask, Desk
from pos_app.ui.gestures import to_minor


def pay(desk: Desk) -> None:
    """F12: the card that was scanned pays what it holds; where none may, its code is typed and it
    pays at once. With nothing to pay a card is only looked at."""
    transaction, card = desk.view.transaction, desk.view.gift_card
    if transaction is None or not transaction.lines:
        show(desk)
    elif card is None or not card.pays:
        show(desk, _pay_now)
    else:
        _pay_now(desk)


def _pay_now(desk: Desk) -> None:
    """What cannot pay was said when it was shown."""
    card = desk.view.gift_card
    if card is not None and card.pays:
        desk.do(desk.till.pay("gift_card"))


def show(desk: Desk, then: Callable[[Desk], None] | None = None) -> None:
    """What is on a card, by the code that is printed on it; a scan does the same."""

    def accept(text: str) -> None:
        if not text:
            desk.close_ask()
        elif desk.do(desk.till.gift_card(text)).ok:
            desk.close_ask()
            if then is not None and desk.view.gift_card is not None:
                then(desk)

    desk.open(Ask("gift_card", accept))


def sell(desk: Desk) -> None:
    """The card, then its amount; Enter alone is the only one there is. What this shop or this
    cashier may not sell is said before a code is asked."""
    if desk.view.gift_card is None:
        answer = desk.till.sell_gift_card("")
        if answer.refusal is not None and answer.refusal.code != "gift_card_which":
            desk.do(answer)
            return
        show(desk, sell)
        return

    def accept(text: str) -> None:
        minor = to_minor(desk, text) if text else None
        if text and minor is None:
            return
        if desk.do(desk.till.sell_gift_card("", minor)).ok:
            desk.close_ask()

    desk.open(Ask("gift_card_amount", accept, pad="amount"))

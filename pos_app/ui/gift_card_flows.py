"""Gestures of gift cards: shown, sold, paid with. Never a rule, never a sum."""

from collections.abc import Callable

from pos_app.domain.money import Money
from pos_app.ui import pin_flows
from pos_app.ui.desk import Ask, Desk, Row
from pos_app.ui.gestures import to_minor
from pos_app.ui.phrases import words_of
from pos_app.workstation.answer import Answer


def pay(desk: Desk) -> None:
    """F12: the card that was scanned pays what it holds; where none may, its code is typed and it
    pays at once. With nothing to pay a card is only looked at."""
    transaction, card = desk.view.transaction, desk.view.gift_card
    if pin_flows.in_the_way(desk):
        return
    if transaction is None or not transaction.lines:
        show(desk)
    elif card is None or not card.pays:
        show(desk, _pay_now)
    else:
        _pay_now(desk)


def _pay_now(desk: Desk) -> None:
    """What cannot pay was said when it was shown; of a card that is only new the till says it."""
    card = desk.view.gift_card
    if card is not None and (card.pays or card.state == "new"):
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
    """The card, then its amount: one of those there are, or typed. What this shop or this cashier
    may not sell is said before a code is asked; the only amount there is is not asked for."""
    answer = desk.till.sell_gift_card("")
    code = answer.refusal.code if answer.refusal is not None else ""
    if code == "gift_card_which":
        show(desk, sell)
    elif code == "gift_card_amount":
        _ask_amount(desk, answer)
    else:
        desk.do(answer)


def _ask_amount(desk: Desk, answer: Answer) -> None:
    def accept(text: str) -> None:
        minor = to_minor(desk, text) if text else None
        if minor is not None and desk.do(desk.till.sell_gift_card("", minor)).ok:
            desk.close_ask()
        elif rows and text:
            desk.write("")  # the till has named the amounts there are

    def pick(row: Row) -> None:
        if desk.do(desk.till.sell_gift_card("", row.value)).ok:
            desk.close_ask()

    exist = answer.refusal.text.args.get("exist", ()) if answer.refusal is not None else ()
    listed = exist if isinstance(exist, tuple) else ()
    rows = [_amount_row(desk, one.minor) for one in listed if isinstance(one, Money)]
    pad = "" if rows else "amount"
    desk.open(Ask("gift_card_amount", accept, pad=pad, pick=pick, free=bool(rows)), rows)


def _amount_row(desk: Desk, minor: int) -> Row:
    """An amount there is; it may be typed as well, in whole units."""
    currency = desk.view.currency
    whole = "" if minor % currency.scale else str(minor // currency.scale)
    title = words_of(desk).money(minor, currency)
    return Row(title, value=minor, icon="credit-card", typed=whole)

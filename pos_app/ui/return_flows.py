"""A receipt that a customer comes back with, beside its return: a forgotten card. Never a rule."""

from pos_app.ui.desk import Ask, Desk
from pos_app.workstation.answer import Answer, Part, Tone

FORGOTTEN_CARD = "forgotten_card"


def forgotten_card(desk: Desk) -> None:
    """The receipt and the card, scanned or typed, in any order."""
    _ask(desk, "")
    if desk.view.member is None:
        desk.tell("refused.credit_who", Tone.NEUTRAL)


def _ask(desk: Desk, receipt: str) -> None:
    """`receipt`: one that waits for its card or phone; the field is free for them."""

    def accept(text: str) -> None:
        if receipt and text and desk.view.member is None:
            desk.write("")
            desk.do(desk.till.type_text(text))
            text = ""
        if text or (receipt and desk.view.member is not None):
            _credit(desk, text or receipt)

    def scan(data: bytes) -> None:
        heard(desk, desk.do(desk.till.scan(data, None)))

    desk.open(Ask(FORGOTTEN_CARD, accept, pad="digits", scan=scan))


def _credit(desk: Desk, number: str) -> None:
    answer = desk.do(desk.till.credit_receipt(number))
    if answer.ok:
        desk.close_ask()
    elif answer.refusal is not None and answer.refusal.code == "credit_who":
        _ask(desk, number)
        desk.tell("ui.credit_waits", Tone.NEUTRAL, number=number)
    else:
        desk.write("")


def heard(desk: Desk, answer: Answer) -> bool:
    """A scan while the question stands: the receipt, or whose it is. True if it was one of them."""
    ask, receipt = desk.ask, answer.data.get("receipt")
    if ask is None or ask.name != FORGOTTEN_CARD:
        return False
    if receipt is not None:
        ask.accept(receipt.id)
        return True
    known = answer.ok and Part.MEMBER in answer.changed and desk.view.member is not None
    if known:
        ask.accept(desk.typed)
    return known

"""A receipt that a customer comes back with, beside its return: a forgotten card. Never a rule."""

from pos_app.ui.desk import Ask, Desk
from pos_app.workstation.answer import Answer, Part, Tone

FORGOTTEN_CARD = "forgotten_card"


def forgotten_card(desk: Desk) -> None:
    """The receipt, scanned or typed, and the card: in any order. A receipt that waits for its card
    stays in the field."""

    def accept(text: str) -> None:
        answer = desk.do(desk.till.credit_receipt(text)) if text else None
        if answer is not None and answer.ok:
            desk.close_ask()
        elif answer is not None:
            waits = answer.refusal is not None and answer.refusal.code == "credit_who"
            desk.write(text if waits else "")

    def scan(data: bytes) -> None:
        heard(desk, desk.do(desk.till.scan(data, None)))

    desk.open(Ask(FORGOTTEN_CARD, accept, pad="digits", scan=scan))
    if desk.view.member is None:
        desk.tell("refused.credit_who", Tone.NEUTRAL)


def heard(desk: Desk, answer: Answer) -> bool:
    """A scan while the question stands: the receipt, or whose it is. True if it was one of them."""
    ask, receipt = desk.ask, answer.data.get("receipt")
    if ask is None or ask.name != FORGOTTEN_CARD:
        return False
    if receipt is not None:
        ask.accept(receipt.id)
        return True
    known = answer.ok and Part.MEMBER in answer.changed and desk.view.member is not None
    if known and desk.typed:
        ask.accept(desk.typed)
    return known

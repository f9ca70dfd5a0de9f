"""A receipt that a customer comes back with, beside its return: a forgotten card. Never a rule."""

from pos_app.ui.desk import Ask, Desk
from pos_app.ui.gestures import show_found
from pos_app.workstation.answer import Answer, Tone

RECEIPT = "K1R:"
"""What the code on a receipt begins with."""


def forgotten_card(desk: Desk) -> None:
    """The receipt, scanned or typed, and the card: in any order."""
    waiting: list[str] = []

    def accept(text: str) -> None:
        if not text:
            return
        answer = desk.do(desk.till.credit_receipt(text))
        desk.write("")
        waiting[:] = [text] if _whose(answer) else []
        if answer.ok:
            desk.close_ask()

    def scan(data: bytes) -> None:
        text = data.decode("utf-8", "replace").strip()
        if text.startswith(RECEIPT):
            accept(text)
            return
        answer = desk.do(desk.till.scan(data, None))
        if not answer.ok or desk.view.member is None:
            show_found(desk, answer)
        elif waiting:
            accept(waiting[0])

    desk.open(Ask("forgotten_card", accept, pad="digits", scan=scan))
    if desk.view.member is None:
        desk.tell("refused.credit_who", Tone.NEUTRAL)


def _whose(answer: Answer) -> bool:
    return answer.refusal is not None and answer.refusal.code == "credit_who"

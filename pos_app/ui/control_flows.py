"""Printed bars as keys: what a scanned command presses. Never a rule: the till has judged it."""

from functools import partial

from pos_app.ui import gestures
from pos_app.ui.desk import Ask, Desk
from pos_app.ui.menu_flows import perform
from pos_app.workstation.answer import Answer, Part, Tone

CONFIRMED = frozenset({"card", "qr", "complete"})
"""A key of these takes the money at once; a code only asks: the next one takes it."""
POINT = ","
ARMED = frozenset(f"control_{kind}" for kind in CONFIRMED)
RECEIPT = frozenset({Part.TRANSACTION, Part.MEMBER, Part.TENDERS})


def scan(desk: Desk, data: bytes, aim: str | None = None) -> None:
    """What a wedge scanner sent: a key, or what is for sale."""
    if gestures.is_control(data):
        heard(desk, desk.do(desk.till.scan(data, aim)))
    else:
        gestures.scan(desk, data, aim)


def heard(desk: Desk, answer: Answer) -> None:
    """A command that the till has let through; anything else that was scanned takes a payment back
    that waits for its second code. What the courier brings meanwhile does not: `_pay` looks."""
    command = answer.data.get("control")
    if not isinstance(command, str):
        waits = desk.ask is not None and desk.ask.name in ARMED and answer.data.get("scanned")
        if waits and (answer.refusal is not None or answer.changed & RECEIPT):
            desk.close_ask()
        return
    transaction = desk.view.transaction
    if command == "cash" and transaction is not None and transaction.kind == "return":
        command = "complete"  # the key would give the money back at once
    if command in CONFIRMED:
        _ask_to_pay(desk, command)
    elif command.startswith("digit_"):
        _write(desk, command.removeprefix("digit_"))
    elif command == "point":
        _write(desk, POINT)
    elif command in STEPS:
        gestures.select_by(desk, STEPS[command])
    else:
        perform(desk, PRESSES.get(command, command))


STEPS = {"up": -1, "down": 1}
PRESSES = {"enter": "submit"}


def _write(desk: Desk, text: str) -> None:
    ask = desk.ask
    taken = not desk.typed and ask is not None and ask.first_key is not None
    if taken and ask is not None and ask.first_key is not None and ask.first_key(text):
        return
    desk.write(desk.typed + text)


def _ask_to_pay(desk: Desk, kind: str) -> None:
    """The amount first; Enter orders it, unless it has changed meanwhile."""
    transaction = desk.view.transaction
    if transaction is None:
        return
    accept = partial(_pay, desk, kind, transaction.due_minor)
    amount = desk.money(transaction.due_minor)
    desk.open(Ask(f"control_{kind}", accept, place="below"))
    desk.tell("ui.control_pay", Tone.WARNING, amount=amount)


def _pay(desk: Desk, kind: str, due_minor: int, text: str) -> None:
    desk.close_ask()
    transaction = desk.view.transaction
    if transaction is not None and transaction.due_minor != due_minor:
        _ask_to_pay(desk, kind)
        return
    perform(desk, kind)

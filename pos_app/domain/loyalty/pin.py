"""A member's PIN against its verifier: three tries a receipt. Never keeps or repeats a PIN."""

from pos_app.domain.ports import PinHasher
from pos_app.domain.sentence import Sentence, say

TRIES = 3
LENGTHS = range(4, 9)


def is_shaped(pin: str) -> bool:
    """4 to 8 digits: anything else is a slip of the hand and costs no try."""
    return pin.isascii() and pin.isdigit() and len(pin) in LENGTHS


def before_trying(verifier: str, pin: str, wrong: int) -> Sentence | None:
    """Why the PIN is not even looked at. `wrong`: wrong PINs on this receipt so far."""
    if not verifier:
        return say("pin.none")
    if wrong >= TRIES:
        return say("pin.no_tries")
    return None if is_shaped(pin) else say("pin.shape")


def judge(pins: PinHasher, verifier: str, pin: str, wrong: int) -> Sentence | None:
    """None for the right PIN. The verifier's own library compares, in constant time."""
    if pins.verify_pin(verifier, pin):
        return None
    left = TRIES - wrong - 1
    return say("pin.wrong", left=left) if left else say("pin.no_tries")

"""New card numbers of a shop, with their check digits. Never one that looks like a payment card."""

from collections.abc import Iterator

from pos_app.domain.identification.check_digits import (
    gs1_check_digit,
    is_digits,
    is_payment_card,
)
from pos_app.gear.studio.codes import CODE128_MOST, StudioError

COUNT_MOST = 100_000
EAN13_DIGITS = 13


def new_numbers(prefix: str, first: int, count: int, digits: int = EAN13_DIGITS) -> tuple[str, ...]:
    """`count` numbers of `digits` in all: prefix, serial from `first`, check digit modulo 10.

    The prefix may begin with letters (`LOY-29`); they count into the length but not into the check.
    StudioError when the serials do not fit.
    """
    letters = prefix.rstrip("0123456789")
    number_prefix = prefix[len(letters) :]
    room = digits - len(prefix) - 1
    if not prefix.isascii() or not prefix.isprintable() or not prefix or digits > CODE128_MOST:
        raise StudioError("a card number has a plain prefix and at most 40 characters")
    if not 0 < count <= COUNT_MOST:
        raise StudioError(f"{count} numbers cannot be made: 1 to {COUNT_MOST} at a time")
    if first < 0 or room < 1:
        raise StudioError(f"serials begin at 0 and need room behind {prefix} in {digits} digits")
    if len(str(first + count - 1)) > room:
        raise StudioError(f"{first + count - 1} does not fit into {room} digits after {prefix}")
    return tuple(_numbers(letters, number_prefix, range(first, first + count), room))


def _numbers(letters: str, prefix: str, serials: range, room: int) -> Iterator[str]:
    for serial in serials:
        body = f"{prefix}{serial:0{room}d}"
        number = body + gs1_check_digit(body)
        if is_payment_card(number):
            raise StudioError(f"{letters}{number} would look like a payment card: another prefix")
        if not is_digits(number):
            raise StudioError("a serial has digits only")
        yield letters + number

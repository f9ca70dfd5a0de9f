"""A line's cost as positions whose price x quantity is their amount exactly. Never rounds off.

A registrar multiplies price and quantity and refuses what differs. 10.00 for three pieces is one
piece at 3.34 and two at 3.33: the dearer ones first, as a return takes them back.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pos_app.domain.money import divide_half_up

MILLI = 1000


@dataclass(frozen=True, slots=True)
class Part:
    """`price_minor` for one measure, `quantity_milli` thousandths of it: `amount_minor`."""

    price_minor: int
    quantity_milli: int
    amount_minor: int


def fits(price_minor: int, quantity_milli: int, amount_minor: int) -> bool:
    """Whether a registrar that multiplies finds the amount."""
    return divide_half_up(price_minor * quantity_milli, MILLI) == amount_minor


def split(amount_minor: int, quantity_milli: int, shelf_minor: int = 0) -> tuple[Part, ...]:
    """The amount as one or two parts, exactly; at the shelf's own price where that fits.

    ValueError for a negative amount or no quantity.
    """
    if amount_minor < 0 or quantity_milli <= 0:
        raise ValueError(f"{amount_minor} for {quantity_milli} thousandths is no line")
    if quantity_milli % MILLI == 0:
        return _pieces(amount_minor, quantity_milli // MILLI)
    low = amount_minor * MILLI // quantity_milli
    for price in (shelf_minor, low, low + 1):
        if fits(price, quantity_milli, amount_minor):
            return (Part(price, quantity_milli, amount_minor),)
    return next(_weights(amount_minor, quantity_milli, low))


def _pieces(amount_minor: int, count: int) -> tuple[Part, ...]:
    base, odd = divmod(amount_minor, count)
    dear = Part(base + 1, odd * MILLI, (base + 1) * odd)
    plain = Part(base, (count - odd) * MILLI, base * (count - odd))
    return (dear, plain) if odd else (plain,)


def _weights(amount: int, quantity: int, low: int) -> Iterator[tuple[Part, ...]]:
    """Some grams at a kopeck more; near the exact share, so that rounding both finds the sum."""
    share = amount * MILLI - low * quantity
    for away in range(quantity):
        for dear in {share - away, share + away}:
            if 0 < dear < quantity:
                first = divide_half_up((low + 1) * dear, MILLI)
                second = divide_half_up(low * (quantity - dear), MILLI)
                if first + second == amount:
                    parts = Part(low + 1, dear, first), Part(low, quantity - dear, second)
                    yield parts

"""Money as integers of minor units and every division of it, named. Never a float."""

from collections.abc import Sequence
from dataclasses import dataclass

PPM = 1_000_000


@dataclass(frozen=True, slots=True)
class Currency:
    """An ISO 4217 currency; `minor_digits` is 2 for roubles and kopecks."""

    code: str
    minor_digits: int

    @property
    def scale(self) -> int:
        """Minor units in one major unit."""
        return int(10**self.minor_digits)


RUB = Currency("RUB", 2)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount to show or to print; inside the rules amounts are plain `*_minor` integers."""

    minor: int
    currency: Currency = RUB

    def decimal(self) -> str:
        """`-1234.50`: the neutral decimal string of the console and of files."""
        return format_decimal(self.minor, self.currency.minor_digits)


def format_decimal(value: int, digits: int) -> str:
    """An integer of 10^-digits as a decimal string with exactly `digits` decimals."""
    sign = "-" if value < 0 else ""
    whole, part = divmod(abs(value), 10**digits)
    return f"{sign}{whole}.{part:0{digits}d}" if digits else f"{sign}{whole}"


def parse_decimal(text: str, digits: int) -> int:
    """The integer of 10^-digits in a decimal string; more decimals than `digits` are an error.

    Raises ValueError for anything that is not a plain decimal number.
    """
    body = text.strip().replace(",", ".")
    sign = -1 if body.startswith("-") else 1
    whole, dot, part = body.lstrip("+-").partition(".")
    if len(body) - len(body.lstrip("+-")) > 1 or not (whole or part):
        raise ValueError(f"not a decimal number: {text!r}")
    if not (whole or "0").isascii() or not (whole or "0").isdigit() or (dot and not part):
        raise ValueError(f"not a decimal number: {text!r}")
    kept, rest = part[:digits], part[digits:]
    if (part and not (part.isascii() and part.isdigit())) or rest.strip("0"):
        raise ValueError(f"at most {digits} decimals, got {text!r}")
    return sign * int((whole or "0") + kept.ljust(digits, "0"))


def divide_half_up(numerator: int, denominator: int) -> int:
    """The quotient rounded half away from zero (what a cashier calls rounding up from 0.5)."""
    if denominator <= 0:
        raise ValueError("the denominator is a positive count")
    if numerator >= 0:
        return (2 * numerator + denominator) // (2 * denominator)
    return -((-2 * numerator + denominator) // (2 * denominator))


def divide_down(numerator: int, denominator: int) -> int:
    """The quotient rounded towards zero: points are never given for a part of a unit."""
    if denominator <= 0:
        raise ValueError("the denominator is a positive count")
    return numerator // denominator if numerator >= 0 else -(-numerator // denominator)


def share_half_up(amount: int, rate_ppm: int) -> int:
    """`rate_ppm` millionths of an amount, half up: 10 % is 100 000 ppm."""
    return divide_half_up(amount * rate_ppm, PPM)


def share_down(amount: int, rate_ppm: int) -> int:
    """`rate_ppm` millionths of an amount, rounded towards zero."""
    return divide_down(amount * rate_ppm, PPM)


@dataclass(frozen=True, slots=True)
class Allocation:
    """`parts[i]` of the amount fell on weight i; `unplaced` found no room above the floors."""

    parts: tuple[int, ...]
    unplaced: int = 0


def allocate_largest_remainder(
    amount: int, weights: Sequence[int], rooms: Sequence[int] | None = None
) -> Allocation:
    """Split a non-negative amount over non-negative weights, exactly.

    Each gets its floor share; the odd units go to the largest remainders, the first of equals
    first. `rooms[i]` is the most that part i may take (its distance to the floor price); what a
    full part cannot take is offered to the others again, and what nobody can take is `unplaced`.
    All weights zero: equal weights.
    """
    if amount < 0 or any(w < 0 for w in weights):
        raise ValueError("amounts and weights are not negative")
    parts = [0] * len(weights)
    left = list(rooms) if rooms is not None else [amount] * len(weights)
    rest = amount
    while rest:
        open_ = [i for i in range(len(weights)) if left[i] > 0]
        if not open_:
            break
        shares = _shares(rest, [weights[i] for i in open_])
        placed = 0
        for i, share in zip(open_, shares, strict=True):
            take = min(share, left[i])
            parts[i] += take
            left[i] -= take
            placed += take
        rest -= placed
    return Allocation(tuple(parts), rest)


def _shares(amount: int, weights: Sequence[int]) -> list[int]:
    total = sum(weights)
    if total == 0:
        weights, total = [1] * len(weights), len(weights)
    shares = [amount * w // total for w in weights]
    odd = amount - sum(shares)
    if odd:
        rests = [amount * w % total for w in weights]
        # A sort backwards keeps equal ones in their order too: the first of equals first.
        order = sorted(range(len(weights)), key=rests.__getitem__, reverse=True)
        for i in order[:odd]:
            shares[i] += 1
    return shares

"""What is written on the town's goods and cards. Imports nothing: measured processes use it."""

NOBODY = "http://127.0.0.1:9"


def code_of(n: int) -> str:
    """The EAN-13 of a product, with its check digit."""
    digits = f"460{n:09d}"
    odd, even = (sum(int(d) for d in digits[i::2]) for i in (0, 1))
    return digits + str(-(odd + 3 * even) % 10)


def card_of(n: int) -> str:
    """A member's card as `storage_bench.spread` writes it."""
    return f"77{n:010d}"

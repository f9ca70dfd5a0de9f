"""Other orders of the same lines: all of a few, the rotations of many in both directions."""

from collections.abc import Iterator
from itertools import islice, permutations

FEW = 4


def orders(count: int) -> Iterator[tuple[int, ...]]:
    """Orders of so many lines other than their own."""
    if count <= FEW:
        yield from islice(permutations(range(count)), 1, None)
        return
    forth = tuple(range(count))
    for start in range(count):
        turned = forth[start:] + forth[:start]
        if start:
            yield turned
        yield turned[::-1]

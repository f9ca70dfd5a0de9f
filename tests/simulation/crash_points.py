"""The list of crash points, and which fresh seeds must kill at each. Never a point by its number.

A line of points.txt is a name with the two seeds that are to kill there at its first pass, or with
`seldom`: passed too rarely to be asked for. Written by `python -m tests.simulation
--refresh-points`, which plays the fresh seeds until every listed point has killed.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from zlib import crc32

DATA = Path(__file__).parents[1] / "data" / "simulation"
POINTS = DATA / "points.txt"
FIRST_SEED = 1
"""Raise it to look at other seeds in every checkout."""
FRESH = 60
PARTS = 6
"""The suite plays the fresh seeds in so many tests, for as many cores."""
RARE = "seldom"
LEAST = 3
"""A point is asked for when so many of a part's ten seeds pass it where it can kill."""
ROUNDS = 4
Places = dict[str, tuple[int, ...]]
HEAD = "# Crash points. Written by: python -m tests.simulation --refresh-points\n"


def fresh_seeds(part: int = 0, parts: int = 1) -> range:
    """The seeds that every run of the suite tries, or one part of them."""
    first = FIRST_SEED * 1000
    return range(first + FRESH * part // parts, first + FRESH * (part + 1) // parts)


def places() -> Places:
    """Point -> the fresh seeds that must kill there; none for a rare one."""
    if not POINTS.exists():
        return {}
    lines = [line.split() for line in POINTS.read_text(encoding="ascii").splitlines()]
    return {
        words[0]: ()
        if words[1:] == [RARE]
        else tuple(FIRST_SEED * 1000 + int(w) for w in words[1:])
        for words in lines
        if words and not words[0].startswith("#")
    }


def listed_points() -> tuple[str, ...]:
    """The crash points that must kill in the fresh seeds, in order."""
    return tuple(name for name, seeds in places().items() if seeds)


def known_points() -> frozenset[str]:
    """Those, and the ones that are passed too seldom to be asked for."""
    return frozenset(places())


def aimed_at(seed: int, among: Mapping[str, tuple[int, ...]] | None = None) -> tuple[str, ...]:
    """The points that a fresh seed must kill at."""
    among = places() if among is None else among
    return tuple(name for name, seeds in among.items() if seed in seeds)


def write_places(found: Mapping[str, tuple[int, ...]]) -> None:
    """Keep the list."""
    lines = [
        " ".join(
            [name, *(str(seed - FIRST_SEED * 1000) for seed in seeds)] if seeds else [name, RARE]
        )
        for name, seeds in sorted(found.items())
    ]
    POINTS.write_text(HEAD + "\n".join(lines) + "\n", encoding="ascii")


class Aiming:
    """Chooses two seeds of one part for each point, the least burdened that pass it."""

    def __init__(self, passed: Mapping[int, Iterable[str]], deadly: Mapping[int, set[str]]) -> None:
        self._names = {name for names in passed.values() for name in names}
        self._deadly = deadly
        self._load: Counter[int] = Counter()
        self._tried: dict[str, set[int]] = {}

    def all(self) -> Places:
        """The first choice for every point."""
        return {name: self.again(name) for name in sorted(self._names)}

    def again(self, name: str) -> tuple[int, ...]:
        """Two seeds that were not tried for it; none when no part has enough of them."""
        tried = self._tried.setdefault(name, set())
        parts = [
            [s for s in fresh_seeds(part, PARTS) if name in self._deadly[s] and s not in tried]
            for part in range(PARTS)
        ]
        good = [part for part in parts if len(part) >= LEAST]
        if not good:
            return ()
        part = good[crc32(name.encode()) % len(good)]
        chosen = tuple(sorted(sorted(part, key=lambda s: (self._load[s], s))[:2]))
        self._load.update(chosen)
        tried.update(chosen)
        return chosen


def refreshed(
    play_all: Callable[[Mapping[int, tuple[str, ...]]], Mapping[int, tuple[set[str], set[str]]]],
) -> Places:
    """The list anew. `play_all`: seed -> aims, to seed -> (passed and deadly points, fired).

    A point that stays silent whatever seeds are aimed at it is a rare one.
    """
    plain = play_all({seed: () for seed in fresh_seeds()})
    deadly = {seed: points for seed, (points, _fired) in plain.items()}
    aiming = Aiming(deadly, deadly)
    found = aiming.all()
    fired: dict[int, set[str]] = {}
    played: dict[int, tuple[str, ...]] = {}
    for _ in range(ROUNDS):
        wanted = {seed: aimed_at(seed, found) for seed in fresh_seeds()}
        moved = {seed: aims for seed, aims in wanted.items() if played.get(seed) != aims}
        fired |= {seed: done for seed, (_points, done) in play_all(moved).items()}
        played |= moved
        silent = [
            name
            for name, seeds in found.items()
            if seeds and not any(name in fired[seed] for seed in seeds)
        ]
        if not silent:
            return found
        found |= {name: aiming.again(name) for name in silent}
    return {name: () if name in silent else seeds for name, seeds in found.items()}

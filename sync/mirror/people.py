"""Members of a mirror by the beginnings of the words of their name. Never writes, never indexes.

A name is asked for rarely and by few: every living row is looked at once, in a process that has
no screen. SQLite itself leaves out rows that do not hold a name's first letters, in any case.
"""

from collections.abc import Iterator
from itertools import product

import msgspec
from msgspec import Struct

from sync.mirror.keys import folded
from sync.mirror.names import Names
from sync.mirror.schema import Connection

LETTERS_LEAST = 2
PAGE = 5_000
STEM, VARIANTS_MOST = 3, 16
_ROWS = """SELECT n, body FROM row WHERE n > ? AND kind = ? AND body IS NOT NULL AND ({})
    ORDER BY n LIMIT ?"""


class Person(Struct):
    """What tells namesakes apart; all of it is in the mirror for the till's own use."""

    id: str
    display_name: str = ""
    phone_last4: str = ""
    card_last4: str = ""


_YO = {"е": ("ё", "Ё")}
_PERSON = msgspec.json.Decoder(Person)


def find_people(connection: Connection, text: str, most: int) -> list[Person]:
    """Members whose name has words that begin so, in any order; each once, by name.

    None for fewer than LETTERS_LEAST letters.
    """
    wanted = folded(text).split()
    if sum(map(len, wanted)) < LETTERS_LEAST:
        return []
    found: dict[str, Person] = {}
    for person in _people(connection, _stems(max(wanted, key=len))):
        words = folded(person.display_name).split()
        if all(any(word.startswith(one) for word in words) for one in wanted):
            found[person.id] = person
            if len(found) >= most:
                break
    return sorted(found.values(), key=lambda one: (folded(one.display_name), one.id))


def _stems(word: str) -> list[bytes]:
    """The first letters of a folded word in every way that a name may write them."""
    ways = [sorted({one, one.upper(), *_YO.get(one, ())}) for one in word[:STEM]]
    made = ["".join(letters) for letters in product(*ways)]
    if len(made) > VARIANTS_MOST:
        made = ["".join(letters) for letters in product(*ways[: STEM - 1])]
    return [one.encode() for one in made]


def _people(connection: Connection, stems: list[bytes]) -> Iterator[Person]:
    kind, last = Names(connection).known("member"), 0
    sql = _ROWS.format(" OR ".join("instr(body, ?)" for _ in stems))
    while rows := connection.execute(sql, (last, kind, *stems, PAGE)).fetchall():
        for number, body in rows:
            last = number
            try:
                yield _PERSON.decode(body)
            except msgspec.MsgspecError:
                continue  # a row that nobody can read is nobody

"""Members of a mirror by the beginnings of the words of their name. Never writes, never indexes.

A name is asked for rarely and by few: every living row is read once, which takes a second or two
of a million, in a process that has no screen.
"""

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from sync.mirror.keys import folded
from sync.mirror.names import Names
from sync.mirror.schema import Connection

LETTERS_LEAST = 2
PAGE = 20_000
_ROWS = """SELECT n, body FROM row WHERE n > ? AND kind = ? AND body IS NOT NULL
    ORDER BY n LIMIT ?"""


class Person(Struct):
    """What tells namesakes apart; all of it is in the mirror for the till's own use."""

    id: str
    display_name: str = ""
    phone_last4: str = ""
    card_last4: str = ""


_PERSON = msgspec.json.Decoder(Person)


def find_people(connection: Connection, text: str, most: int) -> list[Person]:
    """Members whose name has words that begin so, in any order; each once, by name.

    None for fewer than LETTERS_LEAST letters.
    """
    wanted = folded(text).split()
    if sum(map(len, wanted)) < LETTERS_LEAST:
        return []
    found: dict[str, Person] = {}
    for person in _people(connection):
        words = folded(person.display_name).split()
        if all(any(word.startswith(one) for word in words) for one in wanted):
            found[person.id] = person
            if len(found) >= most:
                break
    return sorted(found.values(), key=lambda one: (folded(one.display_name), one.id))


def _people(connection: Connection) -> Iterator[Person]:
    kind, last = Names(connection).known("member"), 0
    while rows := connection.execute(_ROWS, (last, kind, PAGE)).fetchall():
        for number, body in rows:
            last = number
            try:
                yield _PERSON.decode(body)
            except msgspec.MsgspecError:
                continue  # a row that nobody can read is nobody

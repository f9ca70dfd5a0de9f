"""Scopes, kinds and key spaces as small numbers of one mirror file. Never forgets one."""

from sync.mirror.schema import Connection


class Names:
    """The table `name`, read once for a batch and grown inside its transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        rows = connection.execute("SELECT text, n FROM name").fetchall()
        self._numbers: dict[str, int] = {text: n for text, n in rows}

    def number(self, text: str) -> int:
        """The number of a name, a new one if need be."""
        found = self._numbers.get(text)
        if found is None:
            found = self._numbers[text] = len(self._numbers) + 1
            self._connection.execute("INSERT INTO name (n, text) VALUES (?, ?)", (found, text))
        return found

    def known(self, text: str) -> int:
        """The number of a name; 0 for one that this file has never seen."""
        return self._numbers.get(text, 0)

    def text(self, number: int) -> str:
        """The reverse of `number`."""
        return next(text for text, n in self._numbers.items() if n == number)

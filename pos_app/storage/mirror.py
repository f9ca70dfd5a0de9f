"""The server's state as last heard: the port `Mirror` on `mirror-<generation>.db`. Never writes.

Nothing is preloaded: a question is one or two index look-ups, at a hundred rows or ten million. A
file that is missing, damaged or of another version is an empty mirror: the till sells without it.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from pos_app.domain.item import Item
from pos_app.domain.loyalty.gift_card import GiftCard
from pos_app.domain.loyalty.member import Member
from pos_app.domain.rights import Operator
from pos_app.storage import mirror_rows as rows
from pos_app.storage.connect import connect_mirror
from pos_app.storage.driver import Driver
from pos_app.storage.mirror_keys import (
    code_key,
    folded,
    instant_key,
    packed_id,
    packed_key,
    plu_key,
)
from pos_app.workstation.ports import StorageBroken

_BY_KEY = """SELECT row.body FROM key JOIN row ON row.n = key.row
    WHERE key.space = ? AND key.key = ? LIMIT ?"""
_BY_ID = "SELECT body, scope FROM row WHERE kind = ? AND id = ? AND body IS NOT NULL"
_OF_KIND = "SELECT body FROM row WHERE kind = ? AND body IS NOT NULL ORDER BY id"
_PROGRAM = """SELECT row.body FROM key JOIN row ON row.n = key.row
    WHERE key.space = ? AND key.key <= ? ORDER BY key.key DESC LIMIT 1"""
_SEARCH = """SELECT row.body FROM item_words JOIN row ON row.n = item_words.rowid
    WHERE item_words MATCH ? LIMIT ?"""
_HIGHEST = """SELECT key FROM key WHERE space = ? AND key >= ? AND key < ? AND length(key) = ?
    ORDER BY key DESC LIMIT 1"""
_SCOPES = "SELECT COUNT(*), SUM(cursor) FROM scope"
_NEARNESS = ("chain", "region", "store", "terminal")
_WORD = re.compile(r"[^\W_]+")
_CLEAN_FOUND = 10


def mirror_path(folder: Path, generation: int) -> Path:
    """Where the mirror of that generation lies."""
    return folder / f"mirror-{generation}.db"


class MirrorReader:
    """Satisfies `pos_app.workstation.ports.Mirror`; see there for every method."""

    def __init__(
        self, folder: Path, generation: Callable[[], int], key: bytes | None = None
    ) -> None:
        """`generation` answers from `till.db` which file is the current one."""
        self._folder = folder
        self._wanted = generation
        self._key = key
        self._generation = -1
        self._driver: Driver | None = None
        self._names: dict[str, int] = {}
        self.trouble = ""
        self.reopen_if_changed()

    def close(self) -> None:
        """Give the file back."""
        if self._driver is not None:
            self._driver.close()
        self._driver, self._generation, self._names = None, -1, {}

    def reopen_if_changed(self) -> bool:
        """Follow the courier to a new generation, once a tick; True when the file changed.

        One look at `till.db`. The old file stays until the next start, so a question between
        the flip and the tick is answered from the state of a moment ago.
        """
        wanted = self._wanted()
        if self._driver is not None and wanted == self._generation:
            return False
        path = mirror_path(self._folder, wanted)
        if not path.exists():
            return False
        self.close()
        try:
            self._driver = connect_mirror(path, self._key)
            self._generation, self.trouble = wanted, ""
        except StorageBroken as error:
            self.trouble = str(error)
        return self._driver is not None

    def item_by_code(self, code: str) -> Item | None:
        """By GTIN-14, EAN or in-store code."""
        return self._first_item("item_code", code_key(code))

    def item_by_plu(self, plu: str) -> Item | None:
        """By PLU, leading zeros ignored."""
        return self._first_item("plu", plu_key(plu))

    def item(self, item_id: str) -> Item | None:
        """By id."""
        found = rows.readable(self._bodies_by_id("item", item_id), rows.item_of)
        return found[-1] if found else None

    def search_items(self, text: str, limit: int) -> tuple[Item, ...]:
        """Items with words that begin so, in any order of words; the best fitting names first."""
        words = _WORD.findall(folded(text))
        if not words or limit <= 0:
            return ()
        begun = self._search([f'"{word}"*' for word in words], limit * _CLEAN_FOUND)
        # Of thousands of beginnings only some are read: what was typed in full must be among them.
        whole = self._search([f'"{word}"' for word in words], limit)
        found = {item.item_id: item for item in rows.readable(begun + whole, rows.item_of)}

        def order(item: Item) -> tuple[int, bool, str]:
            own = _WORD.findall(folded(item.name))
            fitting = sum(word in own for word in words)
            return (-fitting, not (own and own[0].startswith(words[0])), item.name)

        return tuple(sorted(found.values(), key=order)[:limit])

    def member_by_key(self, kind: str, key: str) -> Member | None:
        """`kind`: phone (hex of HMAC), card, code, id."""
        if kind == "id":
            bodies = self._bodies_by_id("member", key)
        else:
            bodies = self._bodies_by_key(kind, packed_key(kind, key), 4)
        return rows.newest(rows.readable(bodies, rows.member_of))

    def highest_card(self, prefix: str, length: int) -> str | None:
        """The highest known card number of that length that begins so: where new ones go on."""
        values = (self._number("card"), prefix, prefix + ":", length)  # ":" follows "9"
        found = self._select(_HIGHEST, values)
        return str(found[0][0]) if found else None

    def gift_card(self, card_id: str) -> GiftCard | None:
        """A gift card by the hash of its code."""
        bodies = self._bodies_by_id("gift_card", card_id)
        return rows.newest(rows.readable(bodies, rows.gift_card_of))

    def members_by_last4(self, last4: str, limit: int) -> tuple[Member, ...]:
        """By the last four digits of the phone; each member once."""
        bodies = self._bodies_by_key("last4", last4, limit)
        found = {m.member_id: m for m in rows.readable(bodies, rows.member_of)}
        return tuple(found.values())

    def program(self, at: datetime) -> bytes | None:
        """The document in force at that instant."""
        space = self._number("program")
        found = self._select(_PROGRAM, (space, instant_key(at.isoformat()) + "$"))
        documents = rows.readable([body for (body,) in found], rows.document_of)
        return documents[0] if documents else None

    def program_version(self, program_id: str, version: int) -> bytes | None:
        """A past version."""
        bodies = self._bodies_by_id("program", f"{program_id}@{version}")
        documents = rows.readable(bodies, rows.document_of)
        return documents[-1] if documents else None

    def setting(self, name: str) -> Any:
        """A setting as parsed JSON; the one of the nearest scope; None if there is none."""
        values = rows.readable(self._bodies_by_id("setting", name), rows.value_of)
        return values[-1] if values else None

    def operators(self) -> tuple[Operator, ...]:
        """Who may sign on."""
        found = self._select(_OF_KIND, (self._number("operator"),))
        operators = rows.readable([body for (body,) in found], rows.operator_of)
        return tuple({operator.operator_id: operator for operator in operators}.values())

    def as_of(self) -> datetime | None:
        """Server time of the last page applied; None for an empty mirror."""
        found = self._select("SELECT v FROM meta WHERE k = 'as_of'", ())
        if not found or not found[0][0]:
            return None
        instant = datetime.fromisoformat(found[0][0])
        return instant if instant.tzinfo else instant.replace(tzinfo=UTC)

    def cursor_text(self) -> str:
        """`3f2a90c1:258:10482`: epoch, scopes and the sum of their versions, which only grow."""
        found = self._select(_SCOPES, ())
        epoch = self._select("SELECT v FROM meta WHERE k = 'epoch'", ())
        if not found or not found[0][0]:
            return ""
        return f"{epoch[0][0][:8] if epoch else ''}:{found[0][0]}:{found[0][1]}"

    def _search(self, terms: list[str], limit: int) -> list[bytes]:
        return [body for (body,) in self._select(_SEARCH, (" AND ".join(terms), limit)) if body]

    def _first_item(self, space: str, key: str) -> Item | None:
        found = rows.readable(self._bodies_by_key(space, key, 4), rows.item_of)
        return found[0] if found else None

    def _bodies_by_key(self, space: str, key: str | bytes, limit: int) -> list[bytes]:
        return [body for (body,) in self._select(_BY_KEY, (self._number(space), key, limit))]

    def _bodies_by_id(self, kind: str, row_id: str) -> list[bytes]:
        """The nearest scope last: the terminal's own before the store's before the chain's."""
        found = self._select(_BY_ID, (self._number(kind), packed_id(row_id)))
        if len(found) > 1:
            scopes = {number: text for text, number in self._names.items()}
            found.sort(key=lambda row: _nearness(scopes.get(row[1], "")))
        return [body for body, _ in found]

    def _number(self, name: str) -> int:
        """The number of a name in this file; looked up again until the file has it."""
        number = self._names.get(name)
        if number is None:
            self._names = dict(self._select("SELECT text, n FROM name", ()))
            number = self._names.get(name, 0)
        return number

    def _select(self, sql: str, values: tuple[object, ...]) -> list[Any]:
        if self._driver is None and not self.reopen_if_changed():
            return []
        assert self._driver is not None
        try:
            return self._driver.execute(sql, values).fetchall()
        except dbapi2.Error as error:
            # The mirror can be fetched again; a till that stops for it could not sell.
            self.trouble = str(error)
            return []


def _nearness(scope: str) -> int:
    kind = scope.partition(":")[0]
    return _NEARNESS.index(kind) if kind in _NEARNESS else -1

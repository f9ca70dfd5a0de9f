"""One generation of the mirror, as pull writes it: satisfies `ports.MirrorFile` by sync.mirror.

Never opens or names a file: whoever keeps the files gives the connection.
"""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Raw

from sync.mirror import state
from sync.mirror.apply import apply_page
from sync.mirror.heal import replace_scope
from sync.mirror.keys import packed_id
from sync.mirror.names import Names
from sync.mirror.schema import Connection
from sync.wire.codec import canonical
from sync.wire.messages import FeedRow, PullReply
from sync.wire.rows import GiftCardRow, MemberRow

GUESTS = "guests"
"""The scope of members looked up on-line: the server's feed does not know it."""
_GUEST = "SELECT 1 FROM row WHERE kind = ? AND id = ? AND scope = ? AND body IS NOT NULL"


class Closable(Connection, Protocol):
    """A connection that can be given back."""

    def close(self) -> None:
        """Give the file back."""


class ConnectedMirror:
    """See `ports.MirrorFile` for every method."""

    def __init__(self, connection: Closable) -> None:
        self._connection = connection

    def epoch(self) -> str:
        """Empty for a new file."""
        return state.read_epoch(self._connection)

    def cursor(self) -> dict[str, int]:
        """Without the guests, who are in no feed."""
        cursor = state.read_cursor(self._connection)
        cursor.pop(GUESTS, None)
        return cursor

    def as_of(self) -> str:
        """Empty for a new file."""
        return state.read_as_of(self._connection)

    def apply(self, page: PullReply) -> None:
        """Rows and cursor in one transaction; a guest who is no member any more has gone before."""
        for row in page.rows:
            if row.kind == "member" and row.deleted and self._has_guest(row.id):
                ver = state.read_cursor(self._connection).get(GUESTS, 0) + 1
                self._add(FeedRow(GUESTS, ver, "member", row.id, deleted=True))
        apply_page(self._connection, page)

    def _has_guest(self, member_id: str) -> bool:
        names = Names(self._connection)
        place = (names.known("member"), packed_id(member_id), names.known(GUESTS))
        return bool(self._connection.execute(_GUEST, place).fetchall())

    def differing(self, page: PullReply) -> Sequence[str]:
        """A digest says something only at the version it was counted at."""
        found = []
        for scope, theirs in page.digests.items():
            ours = state.digest(self._connection, scope)
            if ours.ver == theirs.ver and ours != theirs:
                found.append(scope)
        return found

    def adds_up(self, scope: str) -> bool:
        """Counted from the rows: finds what was changed or lost behind our back."""
        return state.recount(self._connection, scope) == state.digest(self._connection, scope)

    def heal(self, scope: str, pages: Sequence[PullReply]) -> None:
        """The scope as these pages have it, in one transaction."""
        rows = [row for page in pages for row in page.rows if row.scope == scope]
        ver = max((page.cursor.get(scope, 0) for page in pages), default=0)
        replace_scope(self._connection, scope, rows, ver)

    def add_guest(self, member: MemberRow) -> None:
        """Newer than the guest we had; the same member in a real scope is not touched."""
        ver = state.read_cursor(self._connection).get(GUESTS, 0) + 1
        self._add(FeedRow(GUESTS, ver, "member", member.id, Raw(canonical(member))))

    def add_card(self, card: GiftCardRow) -> None:
        """A gift card as it is now; the feed tells it again in its own time."""
        ver = state.read_cursor(self._connection).get(GUESTS, 0) + 1
        self._add(FeedRow(GUESTS, ver, "gift_card", card.id, Raw(canonical(card))))

    def _add(self, row: FeedRow) -> None:
        page = PullReply(
            epoch=self.epoch(),
            rows=(row,),
            cursor={GUESTS: row.ver},
            more=False,
            head=0,
            safe_head=0,
            server_time="",
        )
        apply_page(self._connection, page)

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

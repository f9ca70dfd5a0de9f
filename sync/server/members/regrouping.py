"""Carries every member into the groups that the setting `interest` asks for. Never a new rule."""

from collections.abc import Callable

from sqlalchemy import Connection

from sync.server.books.book import Book
from sync.server.engine.database import Database
from sync.server.engine.keys import get_meta, set_meta
from sync.server.engine.services import Services
from sync.server.publishing import interest

DONE = "interest"


async def regroup(database: Database, services: Services) -> int:
    """Publish every member anew where the setting has changed since; how many members.

    Interrupted, it begins again: a member already told is told nothing twice.
    """
    now = await database.read(_wanted)
    if (await database.read(get_meta)).get(DONE, "all") == now:
        return 0
    count = 0
    for bucket, members in await database.read(interest.chunks_of_members):
        await database.write(_telling(services, bucket, members))
        count += len(members)
    await database.write(lambda c: set_meta(c, DONE, now))
    return count


def _wanted(connection: Connection) -> str:
    return "store" if interest.by_store(connection) else "all"


def _telling(services: Services, bucket: int, members: list[str]) -> Callable[[Connection], object]:
    def tell(connection: Connection) -> object:
        book = Book(connection, services, bucket)
        book.load(members)
        book.touched |= book.held.keys()
        return book.flush()

    return tell

"""Commands about one person: tell, withdraw a consent, erase. Never without a name and a reason.

tell-member ID --by NAME --reason WHY          withdraw-consent ID CONSENT --by NAME --reason WHY
erase-member ID --by NAME --reason WHY
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Awaitable, Callable, Mapping, Sequence

import msgspec

from sync.server.database import PostgresDatabase, SqliteDatabase
from sync.server.erasure import Deed, erase_member, tell_member, withdraw_consent
from sync.server.secrets_outside import remember_erased
from sync.server.server import Server

Said = tuple[Sequence[str], bool]
EMPTIED = ("member", "feed_row", "sealed_event", "member_key", "effect")


def add_to(command: Callable[[str, str], ArgumentParser]) -> None:
    """The options of each."""
    tell = command("tell-member", "everything that is held about a member, as JSON, for the member")
    consent = command("withdraw-consent", "take a member's consent back")
    erase = command("erase-member", "destroy what tells who a member is; receipts and books stay")
    for one in (tell, consent, erase):
        one.add_argument("member")
    consent.add_argument("consent")
    for one in (tell, consent, erase):
        one.add_argument("--by", required=True)
        one.add_argument("--reason", required=True)


def _deed(options: Namespace) -> Deed:
    return Deed(options.by, options.reason)


async def _tell(server: Server, options: Namespace) -> Said:
    told = await server.database.write(
        lambda c: tell_member(c, server.services, options.member, _deed(options))
    )
    return msgspec.json.format(msgspec.json.encode(told), indent=1).decode().splitlines(), True


async def _withdraw(server: Server, options: Namespace) -> Said:
    left = await server.database.write(
        lambda c: withdraw_consent(
            c, server.services, options.member, options.consent, _deed(options)
        )
    )
    return [f"left: {', '.join(left) or 'none'}"], True


async def _erase(server: Server, options: Namespace) -> Said:
    who = await erase(server, options.member, _deed(options))
    return [f"erased; the books go on as {who}"], True


async def erase(server: Server, asked: str, deed: Deed) -> str:
    """Erase, and let the disk forget what it can: freed pages, the log, snapshots for new tills."""
    remember_erased(server.secrets, server.services, asked, deed)
    who = await erase_member(server.database, server.services, asked, deed)
    server.snapshots.forget()
    database = server.database
    if isinstance(database, SqliteDatabase | PostgresDatabase):
        await database.let_go(EMPTIED)
    server.bell.ring_feed()
    return who


ON_SERVER: Mapping[str, Callable[[Server, Namespace], Awaitable[Said]]] = {
    "tell-member": _tell,
    "withdraw-consent": _withdraw,
    "erase-member": _erase,
}
